// SPDX-License-Identifier: Apache-2.0
// Lines that share a server: they race for the same codes, and the server is killed under them.
#include "pipeline/store/postgres/postgres_store.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <random>
#include <set>
#include <sstream>
#include <vector>

#include "tests/support/postgres_server.h"
#include "tests/support/store_fixture.h"
#include "vision/core/clock.h"

namespace veriline::testing {
namespace {

constexpr size_t kGroup = 64;

int Rounds() {
  const char* rounds = std::getenv("VERILINE_FAULT_ROUNDS");
  return rounds == nullptr ? 1 : std::max(1, std::atoi(rounds));
}

/// What the processes tell each other, by code.
class Board {
 public:
  explicit Board(int codes) : bytes_(sizeof(Shared) + static_cast<size_t>(codes)) {
    void* const memory =
        mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared_ = new (memory) Shared;
    owners_ = reinterpret_cast<std::atomic<uint8_t>*>(static_cast<char*>(memory) + sizeof(Shared));
  }
  ~Board() { munmap(shared_, bytes_); }

  struct Shared {
    std::atomic<int> ready{0}, twice{0}, failed{0}, errors{0}, acknowledged{0};
    std::atomic<bool> stop{false};
  };
  Shared* operator->() { return shared_; }
  /// Line `line` (from 1) was told that it has the code.
  void Acknowledge(int code, int line) {
    if (owners_[code].exchange(static_cast<uint8_t>(line)) != 0) ++shared_->twice;
    ++shared_->acknowledged;
  }
  int owner(int code) const { return owners_[code]; }

 private:
  size_t bytes_;
  Shared* shared_;
  std::atomic<uint8_t>* owners_;
};

std::string LineOf(int line) { return "L" + std::to_string(line); }

std::unique_ptr<store::PostgresStore> Open(const std::string& url,
                                           const std::vector<std::string>& lines) {
  auto opened = store::PostgresStore::Open(url, lines);
  EXPECT_TRUE(opened) << opened.error().ToString();
  return opened ? std::move(*opened) : nullptr;
}

std::vector<int> Shuffled(int codes, int seed) {
  std::vector<int> order(static_cast<size_t>(codes));
  std::iota(order.begin(), order.end(), 0);
  std::mt19937 random(static_cast<unsigned>(seed));
  std::shuffle(order.begin(), order.end(), random);
  return order;
}

class PostgresLines : public ::testing::Test {
 protected:
  void MakeBatch(int codes) {
    const auto office = Open(server_.url(), {});
    std::istringstream list(ListOf(0, codes));
    ASSERT_TRUE(office->ImportBatch("B", list, "list"));
    ASSERT_TRUE(office->OpenBatch("B"));
  }
  /// Runs `work` in a process of each line, from 1 on; `meanwhile` here.
  void InProcesses(
      int lines, const std::function<bool(int line)>& work,
      const std::function<void()>& meanwhile = [] {}) {
    std::vector<pid_t> children;
    for (int line = 1; line <= lines; ++line) {
      const pid_t child = fork();
      ASSERT_GE(child, 0);
      if (child == 0) _exit(work(line) ? 0 : 1);
      children.push_back(child);
    }
    meanwhile();
    for (const pid_t child : children) {
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    }
  }

  PostgresServer server_;
};

TEST_F(PostgresLines, FourThatRaceForTheSameCodesGetEachOnce) {
  const int codes = Rounds() > 1 ? 100'000 : 20'000;
  constexpr int kLines = 4;
  MakeBatch(codes);
  Board board(codes);
  InProcesses(kLines, [&](int line) {
    const auto store = Open(server_.url(), {LineOf(line)});
    if (store == nullptr) return false;
    ++board->ready;
    while (board->ready < kLines) SleepUntilNs(SteadyClock().NowNs() + 1'000'000);
    item::CommitGroup group;
    const std::vector<int> order = Shuffled(codes, line);
    for (size_t at = 0; at < order.size();) {
      group.Clear();
      std::vector<int> wanted;
      for (; at < order.size() && wanted.size() < kGroup; ++at) {
        const int code = order[at];
        const batch::ItemRef item = ItemOf(static_cast<uint64_t>(code) + 1, LineOf(line));
        if (store->Reserve(KeyOf(code), item).outcome != batch::ReserveOutcome::kGranted) continue;
        wanted.push_back(code);
        group.claims.push_back({.key = KeyOf(code), .item = item, .utc_ns = 1});
      }
      if (!store->Commit(group)) return false;
      std::set<size_t> refused;
      for (const item::RefusedClaim& r : group.refused) {
        refused.insert(r.index);
        if (r.answer.outcome != batch::ReserveOutcome::kDuplicate) ++board->failed;
        if (r.answer.holder.item_seq != group.claims[r.index].item.item_seq) ++board->failed;
        store->Drop(group.claims[r.index].key, group.claims[r.index].item);
      }
      for (size_t i = 0; i < wanted.size(); ++i) {
        if (!refused.contains(i)) board.Acknowledge(wanted[i], line);
      }
    }
    return true;
  });
  EXPECT_EQ(board->acknowledged, codes);
  EXPECT_EQ(board->twice, 0);
  EXPECT_EQ(board->failed, 0);
  const auto office = Open(server_.url(), {});
  int of_each[kLines + 1] = {};
  for (int code = 0; code < codes; ++code) {
    ++of_each[board.owner(code)];
    if (code % 10 == 0) {
      EXPECT_EQ(Known(*office, KeyOf(code))->item.line_id, LineOf(board.owner(code)));
    }
  }
  for (int line = 1; line <= kLines; ++line) EXPECT_GT(of_each[line], codes / 20) << line;
  EXPECT_EQ(office->Status("B")->Of(batch::CodeState::kClaimed), static_cast<uint64_t>(codes));
}

TEST_F(PostgresLines, WhatWasAcknowledgedOutlivesAServerThatIsKilledUnderLoad) {
  constexpr int kLines = 2, kCodes = 200'000;
  const int kills = 3 * Rounds();
  MakeBatch(kCodes);
  Board board(kCodes);
  InProcesses(
      kLines,
      [&](int line) {
        const auto store = Open(server_.url(), {LineOf(line)});
        if (store == nullptr) return false;
        ++board->ready;
        // Each its own half, so that a code is missing only where it was lost.
        item::CommitGroup group;
        uint64_t item_seq = 0;
        int code = line - 1;
        while (code < kCodes) {
          const bool last = board->stop;
          group.claims.clear();
          group.refused.clear();
          std::vector<int> wanted;
          for (; !last && code < kCodes && wanted.size() < 8; code += kLines) {
            const batch::ItemRef item = ItemOf(++item_seq, LineOf(line));
            if (store->Reserve(KeyOf(code), item).outcome != batch::ReserveOutcome::kGranted) {
              ++board->failed;
              continue;
            }
            wanted.push_back(code);
            group.claims.push_back({.key = KeyOf(code), .item = item, .utc_ns = 1});
            group.records.push_back(RecordOf(item_seq, LineOf(line)));
          }
          if (!store->Commit(group)) {
            // As a line does: these items are rejected, their records are kept.
            ++board->errors;
            for (const item::Claim& claim : group.claims) store->Drop(claim.key, claim.item);
            SleepUntilNs(SteadyClock().NowNs() + 20'000'000);
            continue;
          }
          if (!group.refused.empty()) ++board->failed;
          for (const int c : wanted) board.Acknowledge(c, line);
          group.records.clear();
          group.confirmations.clear();
          if (last) return true;
        }
        return true;
      },
      [&] {
        std::mt19937 random(7);
        while (board->ready < kLines) SleepUntilNs(SteadyClock().NowNs() + 1'000'000);
        for (int kill = 0; kill < kills; ++kill) {
          const int64_t pause_ms = 300 + static_cast<int64_t>(random() % 400);
          SleepUntilNs(SteadyClock().NowNs() + pause_ms * 1'000'000);
          server_.Kill();
          server_.Start();
        }
        SleepUntilNs(SteadyClock().NowNs() + 1'500'000'000);
        board->stop = true;
      });
  EXPECT_GE(board->errors, kills);
  EXPECT_EQ(board->twice, 0);
  EXPECT_EQ(board->failed, 0);
  EXPECT_GT(board->acknowledged, 1000);
  std::printf("  %d kills, %d failed groups, %d claims acknowledged\n", kills, board->errors.load(),
              board->acknowledged.load());

  const auto office = Open(server_.url(), {});
  uint64_t acknowledged = 0, without = 0;
  for (int code = 0; code < kCodes; ++code) {
    if (board.owner(code) == 0) continue;
    const auto info = Known(*office, KeyOf(code));
    ASSERT_TRUE(info);
    ++acknowledged;
    EXPECT_EQ(info->state, batch::CodeState::kClaimed) << code;
    EXPECT_EQ(info->item.line_id, LineOf(board.owner(code)));
  }
  // Claims of which nobody heard do not hold.
  const auto status = office->Status("B");
  EXPECT_EQ(status->Of(batch::CodeState::kClaimed), acknowledged);
  without = status->Of(batch::CodeState::kUnused);
  EXPECT_EQ(status->Of(batch::CodeState::kIssued) + without + acknowledged,
            static_cast<uint64_t>(kCodes));
  // Each record once, in order, without a gap.
  for (int line = 1; line <= kLines; ++line) {
    uint64_t seq = 0;
    for (;;) {
      const auto page = office->ReadRecords(LineOf(line), seq + 1, 5000);
      ASSERT_TRUE(page);
      if (page->empty()) break;
      for (const item::InspectionRecord& record : *page) {
        ASSERT_EQ(record.seq, ++seq);
        ASSERT_EQ(record.item_seq, seq) << "a record is missing or twice";
      }
    }
    EXPECT_GT(seq, 100u);
  }
}

/// The server hangs while a group is under way, and goes on: before or after the line has given the
/// group up for lost.
TEST_F(PostgresLines, AGroupOfWhichNobodyHeardIsWrittenOnceOrNotAtAll) {
  MakeBatch(100);
  const auto store = Open(server_.url(), {"L1"});
  const auto office = Open(server_.url(), {});
  item::CommitGroup group;
  uint64_t seq = 0;
  const auto add = [&](int code) {
    ++seq;
    ASSERT_EQ(store->Reserve(KeyOf(code), ItemOf(seq)).outcome, batch::ReserveOutcome::kGranted);
    group.claims.push_back({.key = KeyOf(code), .item = ItemOf(seq), .utc_ns = 1});
    group.records.push_back(RecordOf(seq));
  };
  const auto lose = [&] {
    server_.Signal("STOP");
    EXPECT_EQ(store->Commit(group).error().code, ErrorCode::kUnavailable);
    for (const item::Claim& claim : group.claims) store->Drop(claim.key, claim.item);
    group.claims.clear();
  };
  add(1);
  ASSERT_TRUE(store->Commit(group));
  group.Clear();
  // It goes on first: written, and settled with the next group.
  add(2);
  add(3);
  lose();
  server_.Signal("CONT");
  for (int tries = 0; tries < 50 && Known(*office, KeyOf(2))->state == batch::CodeState::kIssued;
       ++tries) {
    SleepUntilNs(SteadyClock().NowNs() + 50'000'000);
  }
  EXPECT_EQ(Known(*office, KeyOf(2))->state, batch::CodeState::kClaimed);
  add(4);
  ASSERT_TRUE(store->Commit(group)) << "settles";
  ASSERT_EQ(group.records.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(group.records[i].seq, i + 2);
  EXPECT_EQ(Known(*office, KeyOf(2))->state, batch::CodeState::kUnused);
  EXPECT_EQ(Known(*office, KeyOf(3))->state, batch::CodeState::kUnused);
  EXPECT_EQ(Known(*office, KeyOf(4))->state, batch::CodeState::kClaimed);
  EXPECT_EQ(store->Reserve(KeyOf(2), ItemOf(77)).outcome, batch::ReserveOutcome::kDuplicate);
  // Its own item gets it back, once the server has said whose it is.
  auto own = batch::ReserveOutcome::kDuplicate;
  for (int tries = 0; tries < 50 && own != batch::ReserveOutcome::kGranted; ++tries) {
    own = store->Reserve(KeyOf(2), ItemOf(2)).outcome;
    if (own != batch::ReserveOutcome::kGranted) SleepUntilNs(SteadyClock().NowNs() + 100'000'000);
  }
  EXPECT_EQ(own, batch::ReserveOutcome::kGranted);
  group.Clear();
  // The line goes on first: what comes late is refused.
  add(5);
  lose();
  add(6);
  ASSERT_TRUE(store->Commit(group)) << "over a new connection";
  server_.Signal("CONT");
  group.Clear();
  add(7);
  ASSERT_TRUE(store->Commit(group));
  SleepUntilNs(SteadyClock().NowNs() + 300'000'000);
  EXPECT_EQ(Known(*office, KeyOf(5))->state, batch::CodeState::kIssued);
  const auto records = office->ReadRecords("L1", 1, 100);
  ASSERT_TRUE(records) << records.error().ToString();
  ASSERT_EQ(records->size(), 7u);
  for (size_t i = 0; i < 7; ++i) EXPECT_EQ((*records)[i].item_seq, i + 1);
  const auto status = office->Status("B");
  EXPECT_EQ(status->Of(batch::CodeState::kClaimed), 4u);
  EXPECT_EQ(status->Of(batch::CodeState::kUnused), 2u);
}

TEST_F(PostgresLines, OutOfReachIsToldSoonAndHealsByItself) {
  MakeBatch(100);
  const auto store = Open(server_.url(), {"L1"});
  const auto reserve = [&](int code) {
    return store->Reserve(KeyOf(code), ItemOf(static_cast<uint64_t>(code) + 1)).outcome;
  };
  item::CommitGroup group;
  ASSERT_EQ(reserve(1), batch::ReserveOutcome::kGranted);
  group.claims = {ClaimOf(1, 2)};
  ASSERT_TRUE(store->Commit(group));
  server_.Kill();
  const int64_t start = SteadyClock().NowNs();
  // What is in memory is still answered; nothing is claimed.
  EXPECT_EQ(reserve(2), batch::ReserveOutcome::kGranted);
  batch::IssuedValues values;
  EXPECT_TRUE(store->FindOpen(KeyOf(3).bytes(), &values));
  EXPECT_EQ(Known(*store, KeyOf(3))->state, batch::CodeState::kIssued);
  EXPECT_FALSE(store->Find(KeyOf(1)));                       // the server knows who has it
  EXPECT_EQ(reserve(1), batch::ReserveOutcome::kDuplicate);  // and it stays somebody's
  group.Clear();
  group.claims = {ClaimOf(2, 3)};
  EXPECT_EQ(store->Commit(group).error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(store->AllotItemSeq("L1", 0, 1));
  EXPECT_FALSE(store->Status("B"));
  EXPECT_LT(SteadyClock().NowNs() - start, 2'000'000'000);
  server_.Start();
  bool written = false;
  for (int tries = 0; tries < 40 && !written; ++tries) {
    SleepUntilNs(SteadyClock().NowNs() + 100'000'000);
    written = store->Commit(group).has_value();
  }
  EXPECT_TRUE(written);
  EXPECT_EQ(Known(*store, KeyOf(2))->state, batch::CodeState::kClaimed);
}

TEST_F(PostgresLines, ABatchThatAnotherProcessOpensAndClosesIsFollowed) {
  MakeBatch(10);
  const auto line = Open(server_.url(), {"L1"});
  const auto office = Open(server_.url(), {});
  const auto reserve = [&](int code) {
    return line->Reserve(KeyOf(code), ItemOf(static_cast<uint64_t>(code) + 1)).outcome;
  };
  // Closed under a line that has reserved: its claim is refused, and is no duplicate.
  ASSERT_EQ(reserve(1), batch::ReserveOutcome::kGranted);
  ASSERT_TRUE(office->CloseBatch("B"));
  item::CommitGroup group;
  group.claims = {ClaimOf(1, 2)};
  ASSERT_TRUE(line->Commit(group));
  ASSERT_EQ(group.refused.size(), 1u);
  EXPECT_EQ(group.refused[0].answer.outcome, batch::ReserveOutcome::kNotFree);
  line->Drop(KeyOf(1), ItemOf(2));
  const auto until = [&](batch::ReserveOutcome outcome, int code) {
    for (int tries = 0; tries < 40 && reserve(code) != outcome; ++tries) {
      SleepUntilNs(SteadyClock().NowNs() + 50'000'000);
    }
    return reserve(code);
  };
  EXPECT_EQ(until(batch::ReserveOutcome::kNotFree, 2), batch::ReserveOutcome::kNotFree);
  ASSERT_TRUE(office->OpenBatch("B"));
  EXPECT_EQ(until(batch::ReserveOutcome::kGranted, 3), batch::ReserveOutcome::kGranted);
  std::istringstream more(ListOf(10, 5));
  ASSERT_TRUE(office->AddCodes("B", more, "more"));
  EXPECT_EQ(until(batch::ReserveOutcome::kGranted, 12), batch::ReserveOutcome::kGranted);
  // Voided by the office after the line has loaded it.
  ASSERT_TRUE(office->Move("B", {KeyOf(5)}, {}));
  ASSERT_EQ(reserve(5), batch::ReserveOutcome::kGranted);
  group.Clear();
  group.claims = {ClaimOf(5, 6)};
  ASSERT_TRUE(line->Commit(group));
  ASSERT_EQ(group.refused.size(), 1u);
  EXPECT_EQ(group.refused[0].answer.outcome, batch::ReserveOutcome::kNotFree);
}

}  // namespace
}  // namespace veriline::testing
