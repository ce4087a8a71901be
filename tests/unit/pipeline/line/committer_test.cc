// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/committer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "tests/support/memory_store.h"

namespace veriline::line {
namespace {

/// Keeps what was in each group that was written.
class GroupStore final : public testing::MemoryStore {
 public:
  struct Group {
    size_t claims = 0;
    std::vector<uint64_t> records;  ///< their items
  };

  Result<void> Commit(item::CommitGroup& group) override {
    ++tries_;
    tries_.notify_all();
    auto done = MemoryStore::Commit(group);
    if (!done) return done;
    for (size_t i = 0; i < group.claims.size(); ++i) {
      if (group.claims[i].item.item_seq != won_by_another) continue;
      group.refused.push_back({i, {batch::ReserveOutcome::kDuplicate, {"L9", 0, 1}, 1}});
    }
    Group seen{.claims = group.claims.size()};
    for (const item::InspectionRecord& r : group.records) seen.records.push_back(r.item_seq);
    const std::lock_guard lock(groups_mutex_);
    groups_.push_back(std::move(seen));
    return done;
  }
  std::vector<Group> groups() const {
    const std::lock_guard lock(groups_mutex_);
    return groups_;
  }
  std::atomic<uint64_t> won_by_another{0};  ///< the item whose claim somebody came before
  void WaitForATry() const {
    const int before = tries_;
    tries_.wait(before);
  }

 private:
  std::atomic<int> tries_{0};
  mutable std::mutex groups_mutex_;
  std::vector<Group> groups_;
};

item::InspectionRecord RecordOf(uint64_t item_seq) {
  item::InspectionRecord record;
  record.line_id = "L1";
  record.item_seq = item_seq;
  return record;
}

class CommitterTest : public ::testing::Test {
 protected:
  CommitterTest()
      : committer_(store_, clock_,
                   {[](int, uint64_t) { return true; },
                    [this](const item::Verdict&) {
                      ++durable_;
                      durable_.notify_all();
                    },
                    [this](const item::Verdict&, bool) {
                      ++refused_;
                      refused_.notify_all();
                    },
                    [this](const item::Verdict& verdict, const batch::ReserveAnswer& answer) {
                      lost_ = verdict.item_seq;
                      winner_ = answer.holder.line_id;
                    }},
                   {}) {}

  void PushClaim(uint64_t item_seq) {
    const std::string code = "C" + std::to_string(item_seq);
    store_.AddPlain(code, "B");
    item::Verdict verdict;
    verdict.item_seq = item_seq;
    const item::Claim claim{.key = batch::CodeKey::Plain(code), .item = {"L1", 0, item_seq}};
    ASSERT_TRUE(committer_.Push(item::Claim(claim), verdict));
  }
  void PushRecords(uint64_t first, uint64_t count) {
    for (uint64_t i = first; i < first + count; ++i) {
      while (!committer_.Push(RecordOf(i))) store_.WaitForATry();
    }
  }

  GroupStore store_;
  SteadyClock clock_;
  std::atomic<int> durable_{0};
  std::atomic<int> refused_{0};
  uint64_t lost_ = 0;   // the item whose claim another line came before
  std::string winner_;  // that line
  Committer committer_;
};

TEST_F(CommitterTest, WhatWasKeptInAnOutageDoesNotHoldUpAClaim) {
  constexpr uint64_t kKept = 5000;
  store_.fail_commits = true;
  committer_.Start();
  PushRecords(1, kKept);
  PushClaim(kKept + 1);
  refused_.wait(0);
  EXPECT_TRUE(committer_.failing());
  store_.fail_commits = false;
  while (durable_ == 0) {  // tried twice a second
    const int answers = refused_;
    PushClaim(kKept + 1 + static_cast<uint64_t>(answers));
    while (refused_ == answers && durable_ == 0) std::this_thread::yield();
  }
  committer_.Stop();
  const auto groups = store_.groups();
  const auto claim = std::ranges::find_if(groups, [](const auto& g) { return g.claims > 0; });
  ASSERT_NE(claim, groups.end());
  EXPECT_LE(claim->records.size(), Committer::kMaxRecordsPerGroup);
  // All of them came, in their order.
  std::vector<uint64_t> items;
  for (const auto& group : groups) {
    EXPECT_LE(group.records.size(), Committer::kMaxRecordsPerGroup);
    items.insert(items.end(), group.records.begin(), group.records.end());
  }
  ASSERT_EQ(items.size(), kKept);
  for (uint64_t i = 0; i < kKept; ++i) ASSERT_EQ(items[i], i + 1);
  EXPECT_EQ(committer_.records_lost(), 0u);
}

TEST_F(CommitterTest, ItsEndWritesWhatWaits) {
  committer_.Start();
  PushRecords(1, 3000);
  PushClaim(3001);
  committer_.Stop();
  EXPECT_EQ(store_.records().size(), 3000u);
  EXPECT_EQ(durable_, 1);
}

TEST_F(CommitterTest, AClaimThatAnotherLineCameBeforeIsNotReleased) {
  store_.won_by_another = 2;
  for (const uint64_t item : {1u, 2u, 3u}) PushClaim(item);
  committer_.Start();
  committer_.Stop();
  EXPECT_EQ(durable_, 2);
  EXPECT_EQ(refused_, 0);
  EXPECT_EQ(lost_, 2u);
  EXPECT_EQ(winner_, "L9");
}

}  // namespace
}  // namespace veriline::line
