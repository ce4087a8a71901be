// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/store_fixture.h"

// More of what every store must do: what people do with the codes of a batch. A back end includes
// it beside store_contract.h.

namespace veriline::testing {

TEST_P(StoreContract, CodesAreAddedToALoadedAndToAnOpenBatch) {
  ASSERT_TRUE(Import("A", ListOf(900, 5)));
  ASSERT_TRUE(Import("B", ListOf(0, 10)));
  const auto add = [&](const std::string& name, const std::string& list) {
    std::istringstream in(list);
    return registry().AddCodes(name, in, "more.csv");
  };
  EXPECT_EQ(add("B", ListOf(10, 700)).value_or(0), 700u);
  ASSERT_TRUE(registry().OpenBatch("B"));
  Accept(5, 1);
  Accept(705, 2);
  EXPECT_EQ(add("B", ListOf(710, 3)).value_or(0), 3u);
  Accept(712, 3);
  // As a whole or not at all, and never what stands somewhere already.
  const auto known = add("B", ListOf(713, 2) + "CODE5,,,,\n");
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().line, 4);
  EXPECT_THAT(known.error().message, ::testing::HasSubstr("\"B\""));
  EXPECT_FALSE(add("B", ListOf(904, 1)));
  EXPECT_FALSE(add("C", ListOf(2000, 1)));
  EXPECT_FALSE(Known(registry(), KeyOf(713)));
  for (const uint64_t seq : {1u, 2u, 3u}) Confirm(seq, item::Outcome::kPassed);
  for (const bool reopened : {false, true}) {
    if (reopened) Reopen();
    const auto status = registry().Status("B");
    EXPECT_EQ(status->codes, 713u);
    EXPECT_EQ(status->Of(batch::CodeState::kCommissioned), 3u);
    EXPECT_EQ(status->Of(batch::CodeState::kIssued), 710u);
    // One list in the order of their confirmation, whichever part they are of.
    std::vector<std::string> listed;
    uint64_t after = 0;
    for (int page = 0; page < 4; ++page) {
      const auto codes = registry().ListVerified({.batch = "B", .after = after, .limit = 1});
      ASSERT_TRUE(codes);
      for (const batch::VerifiedCode& code : *codes) {
        listed.push_back(code.code);
        after = code.cursor;
      }
    }
    EXPECT_THAT(listed, ::testing::ElementsAre("CODE5", "CODE705", "CODE712"));
    EXPECT_EQ(Reserve(705, 9), batch::ReserveOutcome::kDuplicate);
    EXPECT_EQ(Reserve(706, 9), batch::ReserveOutcome::kGranted);
    registry().Drop(KeyOf(706), ItemOf(9));
  }
  ASSERT_TRUE(registry().CloseBatch("B"));
  EXPECT_EQ(Reserve(712, 9), batch::ReserveOutcome::kNotFree);
  EXPECT_EQ(Reserve(3, 9), batch::ReserveOutcome::kNotFree);
  EXPECT_EQ(add("B", ListOf(3000, 1)).error().code, ErrorCode::kWrongState);
  EXPECT_EQ(Known(registry(), KeyOf(712))->item, ItemOf(3));
}

TEST_P(StoreContract, PeopleMoveCodesOnWithAReason) {
  using batch::CodeState;
  OpenBatchOf("B", 0, 10);
  for (const int c : {1, 2, 3}) {
    Accept(c, static_cast<uint64_t>(c));
    Confirm(static_cast<uint64_t>(c), item::Outcome::kPassed);
  }
  Accept(4, 4);
  const auto move = [&](int code, CodeState to, const std::string& reason = "because") {
    return registry().Move("B", {KeyOf(code)},
                           {.to = to, .reason = reason, .user = "anna", .utc_ns = 1});
  };
  EXPECT_FALSE(move(1, CodeState::kSampled, ""));
  ASSERT_TRUE(move(1, CodeState::kSampled));
  EXPECT_EQ(StateOf(1), CodeState::kSampled);
  EXPECT_EQ(Known(registry(), KeyOf(1))->item, ItemOf(1));  // who had it stays known
  EXPECT_FALSE(move(1, CodeState::kCommissioned));          // it is on the shelf
  EXPECT_FALSE(move(4, CodeState::kSampled));               // still on the belt
  ASSERT_TRUE(move(5, CodeState::kDestroyed));
  EXPECT_EQ(Reserve(5, 9), batch::ReserveOutcome::kNotFree);
  EXPECT_EQ(Reserve(1, 9), batch::ReserveOutcome::kNotFree);
  EXPECT_EQ(registry().ListVerified({.batch = "B"})->size(), 2u);
  ASSERT_TRUE(registry().CloseBatch("B"));
  ASSERT_TRUE(move(2, CodeState::kRecalled));
  EXPECT_FALSE(move(5, CodeState::kSampled));
  for (const bool reopened : {false, true}) {
    if (reopened) Reopen();
    EXPECT_EQ(StateOf(2), CodeState::kRecalled);
    const auto status = registry().Status("B");
    EXPECT_EQ(status->Of(CodeState::kSampled), 1u);
    EXPECT_EQ(status->Of(CodeState::kDestroyed), 1u);
    EXPECT_EQ(status->Of(CodeState::kRecalled), 1u);
    EXPECT_EQ(status->Of(CodeState::kCommissioned), 1u);
    EXPECT_EQ(registry().ListVerified({.batch = "B"})->size(), 1u);
  }
}

TEST_P(StoreContract, ADuplicateMakesTheFirstOneSuspectUntilSomebodyHasLooked) {
  using batch::CodeState;
  OpenBatchOf("B", 0, 10);
  const auto suspect = [&](std::vector<int> codes) {
    item::CommitGroup group;
    for (const int c : codes) group.suspicions.push_back({KeyOf(c), 1});
    ASSERT_TRUE(records().Commit(group));
  };
  Accept(1, 1);
  Confirm(1, item::Outcome::kPassed);
  Accept(2, 2);                                               // still on the belt
  ASSERT_EQ(Reserve(3, 3), batch::ReserveOutcome::kGranted);  // not even claimed
  suspect({1, 2, 3, 4, 99, 1});                               // 4 nobody had
  EXPECT_EQ(StateOf(1), CodeState::kSuspect);
  EXPECT_EQ(StateOf(2), CodeState::kSuspect);
  EXPECT_EQ(StateOf(3), CodeState::kIssued);
  EXPECT_EQ(StateOf(4), CodeState::kIssued);
  Accept(3, 3);
  EXPECT_EQ(StateOf(3), CodeState::kSuspect);
  Confirm(2, item::Outcome::kPassed);  // where it went does not make it the true one
  EXPECT_EQ(StateOf(2), CodeState::kSuspect);
  EXPECT_EQ(Known(registry(), KeyOf(1))->item, ItemOf(1));
  EXPECT_EQ(Reserve(1, 9), batch::ReserveOutcome::kDuplicate);
  EXPECT_TRUE(registry().ListVerified({.batch = "B"})->empty());
  suspect({1});
  const auto closed = registry().CloseBatch("B");
  ASSERT_FALSE(closed);
  EXPECT_THAT(closed.error().message, ::testing::HasSubstr("3 codes are suspect"));
  Reopen();
  EXPECT_EQ(StateOf(3), CodeState::kSuspect);
  ASSERT_TRUE(registry().Move("B", {KeyOf(1)}, {.to = CodeState::kCommissioned, .reason = "seen"}));
  ASSERT_TRUE(registry().Move("B", {KeyOf(2), KeyOf(3)},
                              {.to = CodeState::kDestroyed, .reason = "shredded"}));
  EXPECT_EQ(registry().ListVerified({.batch = "B"})->size(), 1u);
  ASSERT_TRUE(registry().CloseBatch("B"));
}

TEST_P(StoreContract, ASuspicionAndAConfirmationMayComeInOneGroup) {
  OpenBatchOf("B", 0, 10);
  Accept(1, 1);
  item::CommitGroup group;
  group.confirmations = {{ItemOf(1), item::Outcome::kPassed, 1}};
  group.suspicions = {{KeyOf(1), 1}};
  ASSERT_TRUE(records().Commit(group));
  EXPECT_EQ(StateOf(1), batch::CodeState::kSuspect);
  Reopen();
  EXPECT_EQ(StateOf(1), batch::CodeState::kSuspect);
  EXPECT_EQ(Known(registry(), KeyOf(1))->item, ItemOf(1));
}

TEST_P(StoreContract, LabelsAreListedInTheirOrderAndPrintedOnce) {
  ASSERT_TRUE(Import("B", ListOf(0, 600)));
  std::istringstream more(ListOf(1000, 5));
  ASSERT_TRUE(registry().AddCodes("B", more, "more.csv"));
  std::vector<std::string> all;
  for (uint64_t first = 0;;) {
    const auto page = registry().ListCodes("B", first, 130);
    ASSERT_TRUE(page) << page.error().ToString();
    if (page->empty()) break;
    for (const batch::ListedCode& code : *page) {
      EXPECT_EQ(code.place, all.size());
      EXPECT_EQ(code.values.lot, (code.code.back() - '0') % 2 == 0 ? "LOT0" : "LOT1");
      all.push_back(code.code);
    }
    first += page->size();
  }
  ASSERT_EQ(all.size(), 605u);
  EXPECT_EQ(all[0], "CODE0");
  EXPECT_EQ(all[599], "CODE599");
  EXPECT_EQ(all[600], "CODE1000");
  const auto print = [&](uint64_t first, uint64_t codes, const std::string& reason = "") {
    return registry().RecordPrint(
        "B", {.first = first, .codes = codes, .reason = reason, .user = "anna", .utc_ns = 1});
  };
  ASSERT_TRUE(print(0, 100));
  ASSERT_TRUE(print(590, 15));
  ASSERT_TRUE(registry().Move("B", {KeyOf(98)}, {}));
  const auto about = registry().ListCodes("B", 97, 5);
  ASSERT_EQ(about->size(), 5u);
  for (const batch::ListedCode& code : *about) {
    EXPECT_EQ(code.printed, code.place < 100) << code.place;
    EXPECT_EQ(code.state, code.place == 98 ? batch::CodeState::kVoided : batch::CodeState::kIssued);
  }
  EXPECT_EQ(print(99, 5).error().code, ErrorCode::kWrongState);
  EXPECT_FALSE(print(600, 6));
  EXPECT_FALSE(print(0, 0));
  EXPECT_FALSE(print(UINT64_MAX, 2));
  ASSERT_TRUE(print(95, 10, "the ribbon tore"));
  EXPECT_EQ(registry().Status("B")->printed, 120u);
  Reopen();
  ASSERT_TRUE(registry().OpenBatch("B"));
  EXPECT_EQ(registry().Status("B")->printed, 120u);
  EXPECT_FALSE(print(104, 1));
  const auto runs = registry().Prints("B");
  ASSERT_EQ(runs->size(), 3u);
  EXPECT_EQ(runs->back().reason, "the ribbon tore");
  EXPECT_FALSE(registry().ListCodes("C", 0, 1));
  EXPECT_TRUE(registry().ListCodes("B", 605, 10)->empty());
}

/// A day: 20 labels printed, 18 items; three of them are not read, one is lifted off the belt, one
/// is a copy of another, and two are taken for the shelf.
TEST_P(StoreContract, ABatchIsClosedWhenEveryItemAndEveryCodeIsAccountedFor) {
  using batch::CodeState;
  using item::RejectReason;
  OpenBatchOf("B", 0, 30);
  ASSERT_TRUE(registry().RecordPrint("B", {.first = 0, .codes = 20, .user = "anna"}));
  const auto reject = [&](uint64_t seq, RejectReason reason) {
    item::CommitGroup group;
    group.records = {RecordOf(seq)};
    group.records[0].accepted = false;
    group.records[0].primary = reason;
    if (reason == RejectReason::kNoRead) group.records[0].codes.clear();
    if (reason == RejectReason::kDuplicate) group.suspicions = {{KeyOf(4), 1}};
    group.records[0].texts.clear();
    ASSERT_TRUE(records().Commit(group));
  };
  const auto accept = [&](int code, uint64_t seq) {
    Accept(code, seq);
    item::CommitGroup group;
    group.records = {RecordOf(seq)};
    group.records[0].accepted = true;
    ASSERT_TRUE(records().Commit(group));
  };
  uint64_t seq = 0;
  for (int code = 0; code < 14; ++code) {
    accept(code, ++seq);
    Confirm(seq, code == 7 ? item::Outcome::kMissing : item::Outcome::kPassed);
  }
  for (int i = 0; i < 3; ++i) reject(++seq, RejectReason::kNoRead);
  reject(++seq, RejectReason::kDuplicate);
  for (const bool reopened : {false, true}) {
    if (reopened) Reopen();
    const auto b = registry().Balance("B");
    ASSERT_TRUE(b) << b.error().ToString();
    EXPECT_EQ(b->triggers, 18u);
    EXPECT_EQ(b->accepted, 14u);
    EXPECT_EQ(b->passed, 13u);
    EXPECT_EQ(b->in_doubt(), 1u);
    EXPECT_EQ(b->removed, 0u);
    EXPECT_EQ(b->rejected.at(static_cast<uint8_t>(RejectReason::kNoRead)), 3u);
    EXPECT_EQ(b->rejected.at(static_cast<uint8_t>(RejectReason::kDuplicate)), 1u);
    EXPECT_EQ(b->unread_rejects, 3u);
    EXPECT_EQ(b->codes.printed, 20u);
    EXPECT_EQ(b->printed_not_seen, 6u);
    EXPECT_EQ(b->unused, 10u);
    EXPECT_EQ(b->codes.Of(CodeState::kSuspect), 1u);
    ASSERT_EQ(b->differences.size(), 2u);
    EXPECT_THAT(b->differences[0], ::testing::HasSubstr("1 codes are suspect"));
    EXPECT_THAT(b->differences[1], ::testing::HasSubstr("6 labels"));
    EXPECT_EQ(registry().CloseBatch("B").error().code, ErrorCode::kWrongState);
  }
  const auto move = [&](std::vector<int> codes, CodeState to, const std::string& reason) {
    std::vector<batch::CodeKey> keys;
    for (const int code : codes) keys.push_back(KeyOf(code));
    return registry().Move("B", keys, {.to = to, .reason = reason, .user = "anna", .utc_ns = 2});
  };
  ASSERT_TRUE(move({4}, CodeState::kCommissioned, "the other one was a photocopy"));
  ASSERT_TRUE(move({7}, CodeState::kMissing, "lifted off the belt, not found"));
  ASSERT_TRUE(move({1, 2}, CodeState::kSampled, "retained samples"));
  EXPECT_FALSE(registry().CloseBatch("B"));  // three labels too many are not seen
  ASSERT_TRUE(move({17, 18, 19}, CodeState::kDestroyed, "torn at the start of the roll"));
  ASSERT_TRUE(registry().CloseBatch("B")) << "does not balance";
  const auto b = registry().Balance("B");
  EXPECT_EQ(b->printed_not_seen, 3u);  // on the three that nobody could read
  EXPECT_TRUE(b->differences.empty());
  EXPECT_EQ(b->codes.Of(CodeState::kCommissioned), 11u);
  EXPECT_EQ(registry().ListVerified({.batch = "B"})->size(), 11u);
}

/// Readers page through the verified codes while the batch grows, and now and then go back to a
/// cursor that they had. VERILINE_CURSOR_CODES: how many codes (default 5000).
TEST_P(StoreContract, ReadersNeverSkipOrRepeatACodeWhileTheBatchGrows) {
  const char* wanted = std::getenv("VERILINE_CURSOR_CODES");
  const int codes = wanted == nullptr ? 5000 : std::atoi(wanted);
  constexpr int kReaders = 10, kGroup = 50;
  OpenBatchOf("B", 0, codes);
  std::atomic<bool> grown{false};
  std::vector<std::vector<batch::VerifiedCode>> read(kReaders);
  std::vector<std::thread> readers;
  for (int r = 0; r < kReaders; ++r) {
    readers.emplace_back([&, r] {
      std::mt19937 random(static_cast<unsigned>(r));
      std::vector<batch::VerifiedCode>& mine = read[r];
      for (bool last = false; !last;) {
        last = grown;  // and then once more to the end
        for (;;) {
          // A reader that broke off somewhere goes on from what it had kept.
          const size_t kept = random() % 8 == 0
                                  ? mine.size() - std::min<size_t>(mine.size(), random() % 500)
                                  : mine.size();
          const auto page =
              registry().ListVerified({.batch = "B",
                                       .after = kept == 0 ? 0 : mine[kept - 1].cursor,
                                       .limit = 1 + static_cast<uint32_t>(random() % 900)});
          ASSERT_TRUE(page) << page.error().ToString();
          for (size_t i = 0; i < page->size(); ++i) {
            if (kept + i == mine.size()) {
              mine.push_back((*page)[i]);
            } else {
              ASSERT_EQ(mine[kept + i].cursor, (*page)[i].cursor);
              ASSERT_EQ(mine[kept + i].code, (*page)[i].code);
            }
          }
          if (page->empty()) break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 5));
      }
    });
  }
  for (int first = 0; first < codes + kGroup; first += kGroup) {
    item::CommitGroup group;
    for (int code = first; code < std::min(first + kGroup, codes); ++code) {
      const auto seq = static_cast<uint64_t>(code) + 1;
      ASSERT_EQ(Reserve(code, seq), batch::ReserveOutcome::kGranted);
      group.claims.push_back(ClaimOf(code, seq));
    }
    for (int code = std::max(0, first - kGroup); code < std::min(first, codes); ++code) {
      const auto seq = static_cast<uint64_t>(code) + 1;
      group.confirmations.push_back({ItemOf(seq), item::Outcome::kPassed, 1});
    }
    ASSERT_TRUE(records().Commit(group));
  }
  grown = true;
  for (std::thread& reader : readers) reader.join();
  for (const auto& mine : read) {
    ASSERT_EQ(mine.size(), static_cast<size_t>(codes));
    std::vector<bool> seen(static_cast<size_t>(codes));
    for (const batch::VerifiedCode& code : mine) {
      const int number = std::stoi(code.code.substr(4));
      ASSERT_FALSE(seen[static_cast<size_t>(number)]) << code.code;
      seen[static_cast<size_t>(number)] = true;
    }
  }
}

TEST_P(StoreContract, NothingIsIssuedTwice) {
  const auto issue = [&](const std::string& list, bool skip_known) {
    std::istringstream in(list);
    return registry().RegisterIssue({.kind = 1,
                                     .gtin14 = "04012345123456",
                                     .shape = "s",
                                     .next_starts = {7, -3},
                                     .file = "codes.csv",
                                     .user = "anna"},
                                    in, "codes.csv", skip_known);
  };
  ASSERT_TRUE(Import("A", ListOf(0, 10)));
  EXPECT_EQ(issue(ListOf(100, 600), false)->codes, 600u);
  EXPECT_FALSE(Known(registry(), KeyOf(100)));  // in no batch yet
  const auto again = issue(ListOf(90, 20), false);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().line, 12);
  for (const bool reopened : {false, true}) {
    if (reopened) Reopen();
    const auto skipped = issue(ListOf(5, 10), true);  // 5 to 9 are in A
    ASSERT_TRUE(skipped);
    EXPECT_EQ(skipped->codes, reopened ? 0u : 5u);
    EXPECT_EQ(skipped->known.size(), reopened ? 10u : 5u);
    EXPECT_EQ(skipped->known.front(), 0u);
  }
  // What was issued becomes a batch once.
  ASSERT_TRUE(Import("B", ListOf(100, 600)));
  EXPECT_EQ(Known(registry(), KeyOf(100))->batch, "B");
  EXPECT_FALSE(Import("C", ListOf(699, 1)));
  const auto issues = registry().Issues("04012345123456");
  ASSERT_TRUE(issues);
  ASSERT_EQ(issues->size(), 3u);
  EXPECT_EQ(issues->front().codes, 600u);
  EXPECT_EQ(issues->front().shape, "s");
  EXPECT_EQ(issues->front().user, "anna");
  EXPECT_THAT(issues->front().next_starts, ::testing::ElementsAre(7, -3));
  EXPECT_TRUE(registry().Issues("09501101530003")->empty());
}

}  // namespace veriline::testing
