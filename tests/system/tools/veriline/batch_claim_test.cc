// SPDX-License-Identifier: Apache-2.0
// Claims of others than the line: by hand, alone or through the owner of the store; and four that
// race for the same codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/store/embedded/embedded_store.h"
#include "rpc/server.h"
#include "tests/support/store_fixture.h"
#include "tests/support/veriline_command.h"

namespace veriline::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class ClaimCommand : public ::testing::Test {
 protected:
  Ran Run(const std::string& arguments) {
    return RunVeriline("batch " + arguments + " --store " + dir_);
  }
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = folder_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  void MakeBatch(int codes) {
    ASSERT_EQ(Run("import " + Write("codes.csv", ListOf(0, codes)) + " --batch B").exit_code, 0);
    ASSERT_EQ(Run("open B").exit_code, 0);
  }
  void ClaimByHand() {
    MakeBatch(10);
    const Ran two = Run("claim B CODE1 CODE2 --station rework-1 --user anna");
    EXPECT_EQ(two.exit_code, 0) << two.err;
    EXPECT_EQ(two.out, "CODE1\tgranted\trework-1/0/1\nCODE2\tgranted\trework-1/0/2\n");
    const Ran again = Run("claim B CODE2 CODE3 CODE77 --station rework-2 --json");
    EXPECT_EQ(again.exit_code, 1);
    const auto lines = JsonLines(again.out);
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(lines[0]["outcome"], "duplicate");
    EXPECT_EQ(lines[0]["item"]["line"], "rework-1");
    EXPECT_EQ(lines[0]["item"]["item_seq"], 2);
    EXPECT_EQ(lines[1]["outcome"], "granted");
    EXPECT_EQ(lines[2]["outcome"], "not_free");
    const json status = json::parse(Run("status B --json").out);
    EXPECT_EQ(status["commissioned"], 2);
    EXPECT_EQ(status["suspect"], 1);
    EXPECT_EQ(status["balance"]["items"]["triggers"], 5);
    EXPECT_EQ(status["balance"]["items"]["good_lane"], 3);
    EXPECT_EQ(status["balance"]["items"]["rejected"]["duplicate"], 1);
    EXPECT_EQ(Run("claim B --station rework-1").exit_code, 2);
    EXPECT_EQ(Run("claim X CODE1 --station rework-1").exit_code, 1);
  }

  ScratchFolder folder_;
  const std::string dir_ = folder_.path() + "/store";
};

TEST_F(ClaimCommand, ByHandAlone) { ClaimByHand(); }

TEST_F(ClaimCommand, WhatNobodyUsedIsReturnedWhenTheBatchCloses) {
  MakeBatch(2500);
  ASSERT_EQ(RunVeriline("batch labels B --format csv --range 1-100 --out " + folder_.path() +
                        "/labels.csv --store " + dir_)
                .exit_code,
            0);
  std::string seen;
  for (int code = 0; code < 98; ++code) seen += " CODE" + std::to_string(code);
  ASSERT_EQ(Run("claim B" + seen + " --station line-1").exit_code, 0);
  const Ran unseen = Run("codes B --unseen");
  EXPECT_EQ(unseen.out, "99\tCODE98\tissued\tprinted\n100\tCODE99\tissued\tprinted\n");
  const std::string file = folder_.path() + "/unused.csv";
  // Two labels too many are missing: nothing is moved.
  const Ran refused = Run("close B --returned " + file);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("does not balance"));
  EXPECT_EQ(json::parse(Run("status B --json").out)["voided"], 0);
  EXPECT_FALSE(std::ifstream(file).good());
  ASSERT_EQ(Run("move B CODE98 CODE99 --to destroyed --reason 'torn off'").exit_code, 0);
  const Ran closed = Run("close B --returned " + file);
  EXPECT_EQ(closed.exit_code, 0) << closed.err;
  const json status = json::parse(Run("status B --json").out);
  EXPECT_EQ(status["state"], "closed");
  EXPECT_EQ(status["voided"], 2400);
  EXPECT_EQ(status["issued"], 0);
  // The file is a list that can be taken in again, elsewhere.
  const Ran again = RunVeriline("batch import " + file + " --batch C --store " + dir_ + "2");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("2400 codes"));
  EXPECT_EQ(Run("open B").exit_code, 0);
  EXPECT_THAT(Run("claim B CODE2000 --station s").out, HasSubstr("not_free"));
}

class OwnedStore {
 public:
  explicit OwnedStore(const std::string& dir)
      : store_(std::move(*store::EmbeddedStore::Open(dir))),
        server_({.listen = {}, .unix_socket = store::OwnerSocketPath(dir)}) {
    const auto serving =
        server_.Start({.records = store_.get(), .registry = store_.get(), .counts_per_mm = 1});
    EXPECT_TRUE(serving) << serving.error().ToString();
  }
  ~OwnedStore() { server_.Shutdown(1000); }
  store::EmbeddedStore& store() { return *store_; }

 private:
  std::unique_ptr<store::EmbeddedStore> store_;
  rpc::RpcServer server_;
};

TEST_F(ClaimCommand, ByHandThroughTheOwner) {
  OwnedStore owned(dir_);
  ClaimByHand();
  const auto records = owned.store().ReadRecords("rework-2", 1, 10);
  ASSERT_EQ(records->size(), 3u);
  EXPECT_THAT((*records)[0].detail, HasSubstr("rework-1"));
  EXPECT_FALSE((*records)[0].accepted);
  EXPECT_TRUE((*records)[1].accepted);
}

TEST_F(ClaimCommand, OfFourProcessesThatRaceEachCodeIsOneS) {
  const char* wanted = std::getenv("VERILINE_RACE_CODES");
  const int codes = wanted == nullptr ? 10'000 : std::atoi(wanted);
  constexpr int kProcesses = 4;
  OwnedStore owned(dir_);
  MakeBatch(codes);
  std::vector<std::string> lists;
  for (int p = 0; p < kProcesses; ++p) {
    std::vector<int> order(static_cast<size_t>(codes));
    std::iota(order.begin(), order.end(), 0);
    std::mt19937 random(static_cast<unsigned>(p));
    std::shuffle(order.begin(), order.end(), random);
    std::string list = "code\n";
    for (const int code : order) list += "CODE" + std::to_string(code) + "\n";
    lists.push_back(Write("order" + std::to_string(p), list));
  }
  std::vector<Ran> ran(kProcesses);
  std::vector<std::thread> threads;
  for (int p = 0; p < kProcesses; ++p) {
    threads.emplace_back([&, p] {
      ran[p] = Run("claim B --file " + lists[p] + " --station s" + std::to_string(p));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<int> granted(static_cast<size_t>(codes));
  for (int p = 0; p < kProcesses; ++p) {
    std::istringstream lines(ran[p].out);
    int seen = 0, own = 0;
    for (std::string line; std::getline(lines, line); ++seen) {
      const int code = std::stoi(line.substr(4));
      if (line.find("\tgranted\ts" + std::to_string(p) + "/") != std::string::npos) {
        ++granted[code];
        ++own;
      } else {
        EXPECT_THAT(line, HasSubstr("\tduplicate\ts"));
      }
    }
    EXPECT_EQ(seen, codes) << ran[p].err;
    EXPECT_GT(own, codes / 20);
  }
  for (int code = 0; code < codes; ++code) ASSERT_EQ(granted[code], 1) << code;
}

}  // namespace
}  // namespace veriline::testing
