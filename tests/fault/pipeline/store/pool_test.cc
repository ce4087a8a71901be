// SPDX-License-Identifier: Apache-2.0
// A line with a pool of its own: it goes on while the shared store is out of reach, and what became
// of its codes arrives there once.
#include "pipeline/store/postgres/pool_sync.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>

#include "pipeline/store/postgres/postgres_store.h"
#include "tests/support/postgres_server.h"
#include "tests/support/store_fixture.h"
#include "vision/core/clock.h"

namespace veriline::testing {
namespace {

using batch::CodeState;
using ::testing::HasSubstr;

class Pools : public ::testing::Test {
 protected:
  void SetUp() override {
    office_ = std::move(*store::PostgresStore::Open(server_.url(), {}));
    std::istringstream list(ListOf(0, 1000));
    ASSERT_TRUE(office_->ImportBatch("B", list, "list"));
    ASSERT_TRUE(office_->OpenBatch("B"));
  }
  struct Line {
    std::unique_ptr<store::EmbeddedStore> store;
    std::unique_ptr<store::PoolSync> sync;
  };
  Line OpenLine(const std::string& name) {
    Line line;
    line.store = std::move(*store::EmbeddedStore::Open(folder_.path() + "/" + name));
    line.sync = std::make_unique<store::PoolSync>(*line.store,
                                                  store::PoolSync::Options{server_.url(), name});
    return line;
  }
  static void Accept(store::EmbeddedStore& store, const std::string& line, int code,
                     bool passed = true) {
    const batch::ItemRef item = ItemOf(static_cast<uint64_t>(code) + 1, line);
    ASSERT_EQ(store.Reserve(KeyOf(code), item).outcome, batch::ReserveOutcome::kGranted) << code;
    item::CommitGroup group;
    group.claims = {{.key = KeyOf(code), .item = item, .from_count = 7, .utc_ns = 11}};
    if (passed) group.confirmations = {{item, item::Outcome::kPassed, 12}};
    group.records = {RecordOf(item.item_seq, line)};
    group.records[0].accepted = true;
    ASSERT_TRUE(store.Commit(group));
  }
  CodeState StateOf(int code) { return Known(*office_, KeyOf(code))->state; }

  PostgresServer server_;
  ScratchFolder folder_;
  std::unique_ptr<store::PostgresStore> office_;
};

TEST_F(Pools, ALineClaimsItsOwnCodesAndTheOfficeHearsOfThem) {
  ASSERT_TRUE(store::AllotPool(server_.url(), "B", "L1", 100, "anna"));
  const auto second = store::AllotPool(server_.url(), "B", "L2", 300, "anna");
  ASSERT_TRUE(second) << second.error().ToString();
  EXPECT_EQ(second->first, 100u);
  EXPECT_THAT(store::AllotPool(server_.url(), "B", "L3", 601, "anna").error().message,
              HasSubstr("no 601 codes"));
  EXPECT_FALSE(store::AllotPool(server_.url(), "X", "L3", 1, "anna"));

  Line l1 = OpenLine("L1"), l2 = OpenLine("L2");
  ASSERT_TRUE(l1.sync->Round());
  ASSERT_TRUE(l2.sync->Round());
  ASSERT_TRUE(l1.sync->Round());
  EXPECT_EQ(l1.sync->status().taken, 100u);
  ASSERT_TRUE(l1.store->OpenBatch("B"));
  ASSERT_TRUE(l2.store->OpenBatch("B"));
  EXPECT_EQ(Known(*l1.store, KeyOf(5))->lot, "LOT1");
  // Each its own, and nobody else's.
  Accept(*l1.store, "L1", 5);
  Accept(*l1.store, "L1", 6, /*passed=*/false);
  Accept(*l2.store, "L2", 100);
  EXPECT_EQ(l1.store->Reserve(KeyOf(100), ItemOf(9)).outcome, batch::ReserveOutcome::kNotFree);
  {
    const auto inline_line = std::move(*store::PostgresStore::Open(server_.url(), {"L9"}));
    item::CommitGroup group;
    for (const int code : {7, 900}) {
      const batch::ItemRef item = ItemOf(static_cast<uint64_t>(code), "L9");
      ASSERT_EQ(inline_line->Reserve(KeyOf(code), item).outcome, batch::ReserveOutcome::kGranted);
      group.claims.push_back({.key = KeyOf(code), .item = item, .utc_ns = 1});
    }
    ASSERT_TRUE(inline_line->Commit(group));
    ASSERT_EQ(group.refused.size(), 1u) << "a code of a pool was claimed in the shared store";
    EXPECT_EQ(group.refused[0].index, 0u);
  }
  EXPECT_FALSE(office_->Move("B", {KeyOf(8)}, {})) << "the line that has it moves it";

  ASSERT_TRUE(l1.sync->Round());
  ASSERT_TRUE(l2.sync->Round());
  EXPECT_EQ(StateOf(5), CodeState::kCommissioned);
  EXPECT_EQ(StateOf(6), CodeState::kClaimed);
  EXPECT_EQ(StateOf(100), CodeState::kCommissioned);
  const auto info = Known(*office_, KeyOf(5));
  EXPECT_EQ(info->item, ItemOf(6, "L1"));
  EXPECT_EQ(info->claimed_utc_ns, 11);
  const auto listed = office_->ListVerified({.batch = "B"});
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ(listed->front().code, "CODE5");
  EXPECT_EQ(listed->front().encoder_count, 7);
  // A later step of the same code arrives too.
  item::CommitGroup group;
  group.confirmations = {{ItemOf(7, "L1"), item::Outcome::kPassed, 13}};
  ASSERT_TRUE(l1.store->Commit(group));
  ASSERT_TRUE(l1.store->Move("B", {KeyOf(5)}, {.to = CodeState::kSampled, .reason = "shelf"}));
  for (int round = 0; round < 3; ++round) ASSERT_TRUE(l1.sync->Round());
  EXPECT_EQ(StateOf(6), CodeState::kCommissioned);
  EXPECT_EQ(StateOf(5), CodeState::kSampled);
  const auto balance = office_->Balance("B");
  ASSERT_TRUE(balance);
  EXPECT_EQ(balance->triggers, 3u);
  EXPECT_EQ(balance->accepted, 3u);
  EXPECT_EQ(balance->passed, 3u);
  EXPECT_EQ(balance->codes.Of(CodeState::kCommissioned), 2u);
  EXPECT_EQ(balance->codes.Of(CodeState::kSampled), 1u);

  // The office closes when the lines have closed and handed back.
  EXPECT_THAT(office_->CloseBatch("B").error().message, HasSubstr("line L1 has 100 codes"));
  for (Line* line : {&l1, &l2}) {
    std::vector<batch::CodeKey> unused;
    const auto codes = line->store->ListCodes("B", 0, 1000);
    for (const batch::ListedCode& code : *codes) {
      if (code.state == CodeState::kIssued) unused.push_back(batch::CodeKey::Plain(code.code));
    }
    ASSERT_TRUE(line->store->CloseBatch("B"));
    ASSERT_TRUE(line->sync->Round());
    EXPECT_FALSE(office_->CloseBatch("B")) << "codes that may still be used there";
    ASSERT_TRUE(line->store->Move("B", unused, {}));
    ASSERT_TRUE(line->sync->Round());
  }
  const auto pools = store::ListPools(server_.url(), "B");
  ASSERT_EQ(pools->size(), 2u);
  EXPECT_EQ(pools->front().state, store::Pool::State::kHandedBack);
  EXPECT_EQ(office_->Status("B")->Of(CodeState::kVoided), 397u);
  // L9's claim is still on its way; a word of the office ends it.
  const auto closed = office_->CloseBatch("B");
  EXPECT_TRUE(closed) << closed.error().ToString();
}

TEST_F(Pools, OutOfReachTheLineGoesOnAndNothingArrivesTwice) {
  ASSERT_TRUE(store::AllotPool(server_.url(), "B", "L1", 1000, "anna"));
  {
    Line line = OpenLine("L1");
    ASSERT_TRUE(line.sync->Round());
    ASSERT_TRUE(line.store->OpenBatch("B"));
  }
  for (int outage = 0; outage < 3; ++outage) {
    Line line = OpenLine("L1");  // and its machine starts anew each time
    line.sync->Start();
    server_.Kill();
    for (int i = 0; i < 100; ++i) Accept(*line.store, "L1", outage * 200 + i);
    EXPECT_FALSE(line.sync->Round());
    EXPECT_FALSE(line.sync->status().problem.empty());
    server_.Start();
    for (int i = 100; i < 200; ++i) Accept(*line.store, "L1", outage * 200 + i);
    for (int tries = 0; tries < 100 && !line.sync->Round(); ++tries) {
      SleepUntilNs(SteadyClock().NowNs() + 50'000'000);
    }
    EXPECT_TRUE(line.sync->status().in_step) << line.sync->status().problem;
    const auto status = office_->Status("B");
    ASSERT_TRUE(status) << status.error().ToString();
    EXPECT_EQ(status->Of(CodeState::kCommissioned), static_cast<uint64_t>(outage + 1) * 200);
    EXPECT_EQ(status->Of(CodeState::kIssued), 1000 - static_cast<uint64_t>(outage + 1) * 200);
  }
  const auto listed = office_->ListVerified({.batch = "B", .limit = 2000});
  EXPECT_EQ(listed->size(), 600u);
  EXPECT_EQ(office_->Balance("B")->triggers, 600u);
}

TEST_F(Pools, AnotherStoreDoesNotSpeakForTheLine) {
  ASSERT_TRUE(store::AllotPool(server_.url(), "B", "L1", 10, "anna"));
  Line line = OpenLine("L1");
  ASSERT_TRUE(line.sync->Round());
  // A new disk: the same line name, an empty store.
  const auto other = std::move(*store::EmbeddedStore::Open(folder_.path() + "/new"));
  store::PoolSync sync(*other, {server_.url(), "L1"});
  const auto refused = sync.Round();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("another store"));
}

}  // namespace
}  // namespace veriline::testing
