// SPDX-License-Identifier: Apache-2.0
// The command line `veriline batch` as a process of its own, with and without an owner of the
// store beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/store/embedded/embedded_store.h"
#include "rpc/server.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/veriline_command.h"

namespace veriline::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class BatchCommandTest : public ::testing::Test {
 protected:
  /// Runs `veriline batch ARGUMENTS --store ...` to its end.
  Ran Run(const std::string& arguments) { return RunAt(arguments + " --store " + store_dir_); }
  Ran RunAt(const std::string& arguments) { return RunVeriline("batch " + arguments); }
  std::string ListFile(const std::string& name, int first, int count) {
    std::string list = "code,gtin,lot\r\n";
    for (int i = first; i < first + count; ++i) {
      list += "CODE" + std::to_string(i) + ",04012345123456,L1\r\n";
    }
    return folder_.Write(name, list);
  }

  /// The same life of a batch, whoever has the store open.
  void LiveABatch() {
    Ran ran = Run("import " + ListFile("codes.csv", 0, 2500) + " --batch B --json");
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(json::parse(ran.out), json({{"batch", "B"}, {"codes", 2500}}));
    ran = Run("open B --json");
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(json::parse(ran.out)["state"], "open");
    ran = Run("open B");
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.err, HasSubstr("batch \"B\" is open"));
    ran = Run("void B CODE7 CODE8");
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("voided                      2"));
    ran = Run("void B CODE9 CODE7");
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.err, HasSubstr("CODE7"));
    ran = Run("status B --json");
    EXPECT_EQ(json::parse(ran.out)["voided"], 2);
    EXPECT_EQ(json::parse(ran.out)["issued"], 2498);

    const std::string bad =
        folder_.Write("bad.csv", "code,gtin\nNEW1,04012345123456\nNEW2,04012345123457\n");
    ran = Run("import " + bad + " --batch C");
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_THAT(ran.err, HasSubstr("bad.csv:3:"));
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
    ran = Run("import " + ListFile("again.csv", 2499, 2) + " --batch C");
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_THAT(ran.err, HasSubstr("again.csv:2: "));
    EXPECT_THAT(ran.err, HasSubstr("in batch \"B\" already"));
    EXPECT_EQ(Run("status C").exit_code, 1);
  }
  void EndABatch() {
    Ran ran = Run("close B");
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("batch B is closed"));
  }

  ScratchFolder folder_;
  const std::string store_dir_ = folder_.path() + "/store";
};

/// Accepts and confirms `count` codes as a line does.
void Commission(store::EmbeddedStore& store, int count) {
  item::CommitGroup group;
  for (int i = 0; i < count; ++i) {
    const batch::ItemRef item{"line-1", 0, static_cast<uint64_t>(i + 1)};
    const auto key = batch::CodeKey::Plain("CODE" + std::to_string(100 + i));
    ASSERT_EQ(store.Reserve(key, item).outcome, batch::ReserveOutcome::kGranted);
    group.claims.push_back(
        {.key = key, .item = item, .from_count = 50 * i, .utc_ns = 1'767'225'600'123'000'000});
    if (i > 0) {
      group.confirmations.push_back({item, item::Outcome::kPassed, 1'767'225'601'000'000'000});
    }
  }
  ASSERT_TRUE(store.Commit(group));
}

TEST_F(BatchCommandTest, WorksAloneOnTheStore) {
  EXPECT_EQ(Run("status B").exit_code, 1);  // makes no store by asking
  EXPECT_FALSE(std::filesystem::exists(store_dir_));
  LiveABatch();
  EndABatch();
}

TEST_F(BatchCommandTest, WorksThroughTheOwnerOfTheStore) {
  auto store = store::EmbeddedStore::Open(store_dir_);
  ASSERT_TRUE(store) << store.error().ToString();
  rpc::RpcServer server({.listen = {}, .unix_socket = store::OwnerSocketPath(store_dir_)});
  const auto serving =
      server.Start({.records = store->get(), .registry = store->get(), .counts_per_mm = 1});
  ASSERT_TRUE(serving) << serving.error().ToString();
  LiveABatch();
  Commission(**store, 1205);
  EXPECT_EQ((*store)->Status("B")->Of(batch::CodeState::kCommissioned),
            1204u);  // one truth, not two

  const Ran all = Run("verified B --json --all");
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_EQ(std::count(all.out.begin(), all.out.end(), '\n'), 1205);
  EndABatch();
  server.Shutdown(1000);
}

TEST_F(BatchCommandTest, ListsVerifiedCodesByCursor) {
  Run("import " + ListFile("codes.csv", 0, 2500) + " --batch B");
  Run("open B");
  {
    auto store = store::EmbeddedStore::Open(store_dir_);
    ASSERT_TRUE(store);
    Commission(**store, 1205);
  }
  const Ran confirmed = Run("verified B --json");
  ASSERT_EQ(confirmed.exit_code, 0) << confirmed.err;
  const std::vector<json> rows = JsonLines(confirmed.out);
  ASSERT_EQ(rows.size(), 1204u);
  EXPECT_EQ(rows[0]["code"], "CODE101");
  EXPECT_EQ(rows[0]["state"], "commissioned");
  EXPECT_EQ(rows[0]["line"], "line-1");
  EXPECT_EQ(rows[0]["lane"], 0);
  EXPECT_EQ(rows[0]["item_seq"], 2);
  EXPECT_EQ(rows[0]["encoder_count"], 50);
  EXPECT_EQ(rows[0]["claimed"], "2026-01-01T00:00:00.123Z");
  EXPECT_EQ(rows[0]["confirmed"], "2026-01-01T00:00:01.000Z");
  const std::string last = std::to_string(rows[1202]["cursor"].get<uint64_t>());
  const Ran rest = Run("verified B --json --after " + last);
  EXPECT_EQ(json::parse(rest.out), rows[1203]);
  // The store was closed with one item between camera and exit.
  const Ran all = Run("verified B --all");
  EXPECT_THAT(all.out, HasSubstr("CODE100\tin_doubt\tline-1/0/1\t0\t"));
}

TEST_F(BatchCommandTest, SaysWhoHoldsAStoreThatNobodyServes) {
  auto store = store::EmbeddedStore::Open(store_dir_);
  ASSERT_TRUE(store);
  const Ran ran = Run("status B");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.err, HasSubstr("in use by process " + std::to_string(getpid())));
}

TEST_F(BatchCommandTest, RefusesNonsense) {
  const Ran ran = RunAt("status B --store mysql://db/veriline");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.err, HasSubstr("mysql://"));
  EXPECT_EQ(RunAt("status B").exit_code, 2);
  EXPECT_EQ(RunAt("import --batch B --store x").exit_code, 2);
  EXPECT_EQ(Run("import /nowhere.csv --batch B").exit_code, 2);
}

TEST_F(BatchCommandTest, SaysThatAServerIsOutOfReachAndKeepsItsPassword) {
  const Ran ran = RunAt("status B --store postgres://anna:secret@127.0.0.1:1/veriline");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.err, HasSubstr("postgres://anna@127.0.0.1:1/veriline"));
  EXPECT_THAT(ran.err, ::testing::Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace veriline::testing
