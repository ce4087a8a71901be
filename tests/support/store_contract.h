// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/store_fixture.h"

// What every store must do, whatever it is made of. A back end instantiates StoreContract with a
// factory; `dir` is its own for the length of a test and outlives a reopening.

namespace veriline::testing {

TEST_P(StoreContract, AnIssuedCodeIsFoundWithWhatItsLabelMustSay) {
  ASSERT_TRUE(Import("B", ListOf(0, 4)));
  for (const bool open : {false, true}) {
    if (open) {
      ASSERT_TRUE(registry().OpenBatch("B"));
    }
    const auto info = Known(registry(), KeyOf(3));
    ASSERT_TRUE(info);
    EXPECT_EQ(info->batch, "B");
    EXPECT_EQ(info->batch_state, open ? batch::BatchState::kOpen : batch::BatchState::kLoaded);
    EXPECT_EQ(info->state, batch::CodeState::kIssued);
    EXPECT_EQ(info->gtin, "04012345123456");
    EXPECT_EQ(info->lot, "LOT1");
    EXPECT_EQ(info->expiry, "271200");
    EXPECT_EQ(info->market, "DE");
    EXPECT_FALSE(Known(registry(), KeyOf(4)));
  }
}

TEST_P(StoreContract, ABatchGoesFromLoadedToOpenToClosedAndBack) {
  ASSERT_TRUE(Import("B", ListOf(0, 10)));
  EXPECT_EQ(registry().Status("B")->state, batch::BatchState::kLoaded);
  EXPECT_FALSE(registry().CloseBatch("B"));
  ASSERT_TRUE(registry().OpenBatch("B"));
  EXPECT_EQ(registry().OpenBatch("B").error().code, ErrorCode::kWrongState);
  EXPECT_EQ(registry().Status("B")->state, batch::BatchState::kOpen);
  ASSERT_TRUE(registry().CloseBatch("B"));
  EXPECT_EQ(registry().CloseBatch("B").error().code, ErrorCode::kWrongState);
  EXPECT_EQ(registry().Status("B")->state, batch::BatchState::kClosed);
  EXPECT_EQ(Reserve(1, 1), batch::ReserveOutcome::kNotFree);
  ASSERT_TRUE(registry().OpenBatch("B"));
  EXPECT_EQ(Reserve(1, 1), batch::ReserveOutcome::kGranted);
}

TEST_P(StoreContract, AnUnknownBatchIsNamed) {
  EXPECT_THAT(registry().OpenBatch("B").error().message, ::testing::HasSubstr("\"B\""));
  EXPECT_FALSE(registry().CloseBatch("B"));
  EXPECT_FALSE(registry().Status("B"));
  EXPECT_FALSE(registry().Move("B", {KeyOf(1)}, {}));
  EXPECT_FALSE(registry().ListVerified({.batch = "B"}));
}

TEST_P(StoreContract, ABadRowOrAKnownCodeTakesNothingOfTheList) {
  ASSERT_TRUE(Import("A", ListOf(1000, 700)));
  const auto bad = Import("B", "code\nX1\n\"unclosed\n");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().file, "codes.csv");
  EXPECT_FALSE(Known(registry(), batch::CodeKey::Plain("X1")));

  // 1500 new codes and, on line 1502, one of A.
  const auto known = Import("B", ListOf(2000, 1500) + "CODE1234,,,,\n");
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().line, 1502);
  EXPECT_THAT(known.error().message, ::testing::HasSubstr("\"A\""));
  EXPECT_FALSE(registry().Status("B"));
  EXPECT_FALSE(Known(registry(), KeyOf(2000)));
  EXPECT_FALSE(Known(registry(), KeyOf(3499)));
  ASSERT_TRUE(Import("B", ListOf(2000, 1500)));  // and the name is still free
  EXPECT_FALSE(Import("B", ListOf(9000, 1)));    // now it is not
  EXPECT_EQ(registry().Status("A")->codes, 700u);
  EXPECT_EQ(registry().Status("B")->Of(batch::CodeState::kIssued), 1500u);
}

TEST_P(StoreContract, AReservationHoldsForOneItemOnly) {
  OpenBatchOf("B", 0, 10);
  EXPECT_EQ(Reserve(99, 1), batch::ReserveOutcome::kNotFree);
  EXPECT_EQ(Reserve(1, 1), batch::ReserveOutcome::kGranted);
  EXPECT_EQ(Reserve(1, 1), batch::ReserveOutcome::kGranted);
  const auto other = registry().Reserve(KeyOf(1), ItemOf(2));
  EXPECT_EQ(other.outcome, batch::ReserveOutcome::kDuplicate);
  EXPECT_EQ(other.holder, ItemOf(1));
  EXPECT_EQ(other.claimed_utc_ns, 0);
  EXPECT_EQ(registry().Reserve(KeyOf(1), ItemOf(1, "L2")).outcome,
            batch::ReserveOutcome::kDuplicate);
  EXPECT_EQ(registry().Reserve(KeyOf(1), ItemOf(1, "L1", 1)).outcome,
            batch::ReserveOutcome::kDuplicate);
  registry().Drop(KeyOf(1), ItemOf(2));  // not its own
  EXPECT_EQ(Reserve(1, 2), batch::ReserveOutcome::kDuplicate);
  registry().Drop(KeyOf(1), ItemOf(1));
  EXPECT_EQ(Reserve(1, 2), batch::ReserveOutcome::kGranted);
  EXPECT_EQ(StateOf(1), batch::CodeState::kIssued);
}

TEST_P(StoreContract, AClaimIsSpentOnceAndForGood) {
  OpenBatchOf("B", 0, 10);
  Accept(1, 7);
  for (const bool reopened : {false, true}) {
    if (reopened) Reopen();
    const auto answer = registry().Reserve(KeyOf(1), ItemOf(8));
    EXPECT_EQ(answer.outcome, batch::ReserveOutcome::kDuplicate);
    EXPECT_EQ(answer.holder, ItemOf(7));
    EXPECT_EQ(answer.claimed_utc_ns, ClaimOf(1, 7).utc_ns);
    registry().Drop(KeyOf(1), ItemOf(7));
    EXPECT_EQ(Reserve(1, 8), batch::ReserveOutcome::kDuplicate);
    EXPECT_EQ(Reserve(1, 7), batch::ReserveOutcome::kGranted);
    const auto info = Known(registry(), KeyOf(1));
    EXPECT_EQ(info->state, reopened ? batch::CodeState::kInDoubt : batch::CodeState::kClaimed);
    EXPECT_EQ(info->item, ItemOf(7));
    EXPECT_EQ(info->claimed_utc_ns, ClaimOf(1, 7).utc_ns);
  }
}

TEST_P(StoreContract, ClaimingAgainChangesNothing) {
  OpenBatchOf("B", 0, 10);
  Accept(1, 7);
  Accept(1, 7);
  EXPECT_EQ(StateOf(1), batch::CodeState::kClaimed);
  Confirm(7, item::Outcome::kPassed);
  Accept(1, 7);
  EXPECT_EQ(StateOf(1), batch::CodeState::kCommissioned);
  EXPECT_EQ(registry().ListVerified({.batch = "B"})->size(), 1u);
}

TEST_P(StoreContract, AClaimWithoutItsReservationFailsTheWholeGroup) {
  OpenBatchOf("B", 0, 10);
  ASSERT_EQ(Reserve(1, 1), batch::ReserveOutcome::kGranted);
  for (const item::Claim& bad : {ClaimOf(2, 2), ClaimOf(1, 2), ClaimOf(99, 2)}) {
    item::CommitGroup group;
    group.claims = {ClaimOf(1, 1), bad};
    group.records = {RecordOf(1)};
    EXPECT_FALSE(records().Commit(group));
    EXPECT_EQ(StateOf(1), batch::CodeState::kIssued);
    EXPECT_EQ(StateOf(2), batch::CodeState::kIssued);
    EXPECT_FALSE(*records().RecordRange("L1"));
  }
  Accept(1, 1);  // its reservation stood
}

TEST_P(StoreContract, ConfirmationsMoveAClaimOn) {
  using batch::CodeState;
  using item::Outcome;
  OpenBatchOf("B", 0, 10);
  const struct {
    std::vector<Outcome> outcomes;
    CodeState end;
  } kCases[] = {
      {{}, CodeState::kClaimed},
      {{Outcome::kPassed}, CodeState::kCommissioned},
      {{Outcome::kRemoved}, CodeState::kUnused},
      {{Outcome::kMissing}, CodeState::kInDoubt},
      {{Outcome::kTooLate}, CodeState::kUnused},
      {{Outcome::kMissing, Outcome::kPassed}, CodeState::kCommissioned},
      {{Outcome::kMissing, Outcome::kRemoved}, CodeState::kUnused},
      // What is settled stays settled.
      {{Outcome::kPassed, Outcome::kRemoved, Outcome::kMissing}, CodeState::kCommissioned},
      {{Outcome::kRemoved, Outcome::kPassed, Outcome::kMissing}, CodeState::kUnused},
      {{Outcome::kTooLate, Outcome::kPassed}, CodeState::kUnused},
  };
  int n = 0;
  for (const auto& c : kCases) {
    Accept(n, n + 100);
    for (const Outcome outcome : c.outcomes) Confirm(n + 100, outcome);
    EXPECT_EQ(StateOf(n), c.end) << n;
    ++n;
  }
  const auto before = registry().Status("B");
  EXPECT_EQ(before->Of(batch::CodeState::kCommissioned), 3u);
  EXPECT_EQ(before->Of(batch::CodeState::kUnused), 5u);
  EXPECT_EQ(before->Of(batch::CodeState::kInDoubt), 1u);
  EXPECT_EQ(before->Of(batch::CodeState::kClaimed), 1u);
  Reopen();
  n = 0;
  for (const auto& c : kCases) {
    const bool in_flight = c.end == CodeState::kClaimed;
    EXPECT_EQ(StateOf(n), in_flight ? CodeState::kInDoubt : c.end) << n;
    ++n;
  }
}

TEST_P(StoreContract, AConfirmationOfAnItemWithoutAClaimChangesNothing) {
  OpenBatchOf("B", 0, 10);
  Accept(1, 7);
  Confirm(8, item::Outcome::kPassed);
  item::CommitGroup group;
  group.confirmations = {{ItemOf(7, "L2"), item::Outcome::kPassed, 1},
                         {ItemOf(7, "L1", 1), item::Outcome::kPassed, 1}};
  ASSERT_TRUE(records().Commit(group));
  EXPECT_EQ(StateOf(1), batch::CodeState::kClaimed);
}

TEST_P(StoreContract, AClaimAndItsConfirmationMayShareAGroup) {
  OpenBatchOf("B", 0, 10);
  ASSERT_EQ(Reserve(1, 7), batch::ReserveOutcome::kGranted);
  item::CommitGroup group;
  group.claims = {ClaimOf(1, 7)};
  group.confirmations = {{ItemOf(7), item::Outcome::kTooLate, 1}};
  ASSERT_TRUE(records().Commit(group));
  EXPECT_EQ(StateOf(1), batch::CodeState::kUnused);
}

TEST_P(StoreContract, AnUnusedCodeIsFreeForReworkOfItsItemOnly) {
  OpenBatchOf("B", 0, 10);
  Accept(1, 7);
  Confirm(7, item::Outcome::kRemoved);
  for (const bool reopened : {false, true}) {
    if (reopened) Reopen();
    EXPECT_EQ(Reserve(1, 8), batch::ReserveOutcome::kDuplicate);
    EXPECT_EQ(Reserve(1, 7), batch::ReserveOutcome::kGranted);
    registry().Drop(KeyOf(1), ItemOf(7));
    EXPECT_EQ(Reserve(1, 8), batch::ReserveOutcome::kDuplicate);
  }
  Accept(1, 7);
  Confirm(7, item::Outcome::kPassed);
  EXPECT_EQ(StateOf(1), batch::CodeState::kCommissioned);
}

TEST_P(StoreContract, WithoutExitConfirmationAClaimEndsUnconfirmed) {
  OpenBatchOf("B", 0, 10);
  Accept(1, 7, /*confirmable=*/false);
  Accept(2, 8, /*confirmable=*/false);
  EXPECT_EQ(StateOf(1), batch::CodeState::kUnconfirmed);
  Confirm(8, item::Outcome::kTooLate);
  EXPECT_EQ(StateOf(2), batch::CodeState::kUnused);
  Reopen();
  EXPECT_EQ(StateOf(1), batch::CodeState::kUnconfirmed);
  EXPECT_EQ(Reserve(1, 9), batch::ReserveOutcome::kDuplicate);
  EXPECT_TRUE(registry().ListVerified({.batch = "B"})->empty());
  EXPECT_EQ(registry().ListVerified({.batch = "B", .include_unconfirmed = true})->size(), 1u);
}

TEST_P(StoreContract, VoidedCodesAreNeverGranted) {
  OpenBatchOf("B", 0, 10);
  Accept(1, 7);
  ASSERT_EQ(Reserve(2, 8), batch::ReserveOutcome::kGranted);
  const auto refused = registry().Move("B", {KeyOf(3), KeyOf(1)}, {});
  EXPECT_EQ(refused.error().code, ErrorCode::kWrongState);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("CODE1"));
  EXPECT_FALSE(registry().Move("B", {KeyOf(3), KeyOf(2)}, {}));   // on its way to a claim
  EXPECT_FALSE(registry().Move("B", {KeyOf(3), KeyOf(99)}, {}));  // not there
  EXPECT_EQ(StateOf(3), batch::CodeState::kIssued);
  ASSERT_TRUE(registry().Move("B", {KeyOf(3), KeyOf(4), KeyOf(3)}, {}));
  EXPECT_EQ(StateOf(3), batch::CodeState::kVoided);
  EXPECT_EQ(Reserve(3, 9), batch::ReserveOutcome::kNotFree);
  Reopen();
  EXPECT_EQ(StateOf(4), batch::CodeState::kVoided);
  EXPECT_EQ(registry().Status("B")->Of(batch::CodeState::kVoided), 2u);
}

TEST_P(StoreContract, CodesOfAClosedBatchCanBeVoidedAndConfirmed) {
  OpenBatchOf("B", 0, 10);
  Accept(1, 7);
  ASSERT_TRUE(registry().CloseBatch("B"));
  ASSERT_TRUE(registry().Move("B", {KeyOf(5), KeyOf(5)}, {}));
  EXPECT_FALSE(registry().Move("B", {KeyOf(1)}, {}));
  Confirm(7, item::Outcome::kPassed);
  const auto info = Known(registry(), KeyOf(1));
  EXPECT_EQ(info->batch_state, batch::BatchState::kClosed);
  EXPECT_EQ(info->state, batch::CodeState::kCommissioned);
  EXPECT_EQ(info->item, ItemOf(7));
  const auto status = registry().Status("B");
  EXPECT_EQ(status->Of(batch::CodeState::kCommissioned), 1u);
  EXPECT_EQ(status->Of(batch::CodeState::kVoided), 1u);
  EXPECT_EQ(status->Of(batch::CodeState::kIssued), 8u);
  ASSERT_TRUE(registry().OpenBatch("B"));
  EXPECT_EQ(StateOf(1), batch::CodeState::kCommissioned);
  EXPECT_EQ(Reserve(5, 9), batch::ReserveOutcome::kNotFree);
}

TEST_P(StoreContract, SeveralBatchesAreOpenAtOnce) {
  OpenBatchOf("A", 0, 10);
  OpenBatchOf("B", 10, 10);
  Accept(5, 1);
  Accept(15, 2);
  EXPECT_EQ(Known(registry(), KeyOf(5))->batch, "A");
  EXPECT_EQ(Known(registry(), KeyOf(15))->batch, "B");
  ASSERT_TRUE(registry().CloseBatch("A"));
  EXPECT_EQ(Reserve(6, 3), batch::ReserveOutcome::kNotFree);
  EXPECT_EQ(Reserve(16, 3), batch::ReserveOutcome::kGranted);
}

TEST_P(StoreContract, VerifiedCodesComeByCursorAndNoneIsMissed) {
  OpenBatchOf("B", 0, 20);
  for (int i = 0; i < 12; ++i) Accept(i, 100 + i);
  for (const int i : {5, 3, 9}) Confirm(100 + i, item::Outcome::kPassed);
  const auto first = registry().ListVerified({.batch = "B", .limit = 2});
  ASSERT_TRUE(first);
  ASSERT_EQ(first->size(), 2u);
  const batch::VerifiedCode& row = first->front();
  EXPECT_EQ(row.code, "CODE5");
  EXPECT_EQ(row.state, batch::CodeState::kCommissioned);
  EXPECT_EQ(row.item, ItemOf(105));
  EXPECT_EQ(row.encoder_count, 105'000);
  EXPECT_EQ(row.claimed_utc_ns, ClaimOf(5, 105).utc_ns);
  EXPECT_EQ(row.confirmed_utc_ns, 1'800'000'000'000'000'000);
  // A code that was claimed before the cursor and is confirmed after it still comes.
  Confirm(100, item::Outcome::kPassed);
  const auto rest = registry().ListVerified({.batch = "B", .after = first->back().cursor});
  ASSERT_EQ(rest->size(), 2u);
  EXPECT_EQ((*rest)[0].code, "CODE9");
  EXPECT_EQ((*rest)[1].code, "CODE0");
  EXPECT_TRUE(registry().ListVerified({.batch = "B", .after = rest->back().cursor})->empty());
  EXPECT_TRUE(registry().ListVerified({.batch = "B", .after = UINT64_MAX})->empty());
  const auto all = registry().ListVerified({.batch = "B", .include_unconfirmed = true});
  EXPECT_EQ(all->size(), 12u);
  Reopen();
  EXPECT_EQ(registry().ListVerified({.batch = "B"})->size(), 4u);
}

TEST_P(StoreContract, RecordsAreNumberedWithoutAGapPerLineAndSurvive) {
  for (int group_number = 0; group_number < 3; ++group_number) {
    item::CommitGroup group;
    group.records = {RecordOf(1), RecordOf(2, "L2"), RecordOf(3)};
    ASSERT_TRUE(records().Commit(group));
    EXPECT_EQ(group.records[0].seq, 2u * group_number + 1);
    EXPECT_EQ(group.records[1].seq, 1u * group_number + 1);
    EXPECT_EQ(group.records[2].seq, 2u * group_number + 2);
    if (group_number == 1) Reopen();
  }
  const auto range = *records().RecordRange("L1");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 1u);
  EXPECT_EQ(range->last, 6u);
  EXPECT_FALSE(*records().RecordRange("L3"));
  const auto some = records().ReadRecords("L1", 2, 3);
  ASSERT_TRUE(some);
  ASSERT_EQ(some->size(), 3u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ((*some)[i].seq, 2u + i);
  EXPECT_EQ(records().ReadRecords("L2", 0, 100)->size(), 3u);
  EXPECT_TRUE(records().ReadRecords("L1", 7, 100)->empty());
  EXPECT_TRUE(records().ReadRecords("L1", UINT64_MAX, 100)->empty());
  EXPECT_TRUE(records().ReadRecords("L3", 1, 100)->empty());
}

TEST_P(StoreContract, ARecordComesBackAsItWasWritten) {
  item::CommitGroup group;
  group.records = {RecordOf(41)};
  group.records.front().kind = item::RecordKind::kStray;
  group.records.front().accepted = true;
  ASSERT_TRUE(records().Commit(group));
  Reopen();
  const auto read = records().ReadRecords("L1", 1, 1);
  ASSERT_EQ(read->size(), 1u);
  const item::InspectionRecord& got = read->front();
  const item::InspectionRecord& want = group.records.front();
  EXPECT_EQ(got.kind, want.kind);
  EXPECT_EQ(got.line_id, want.line_id);
  EXPECT_EQ(got.lane, want.lane);
  EXPECT_EQ(got.item_seq, want.item_seq);
  EXPECT_EQ(got.from_count, want.from_count);
  EXPECT_EQ(got.to_count, want.to_count);
  EXPECT_EQ(got.accepted, want.accepted);
  EXPECT_EQ(got.primary, want.primary);
  EXPECT_EQ(got.reasons, want.reasons);
  EXPECT_EQ(got.detail, want.detail);
  EXPECT_EQ(got.times.trigger_ns, 1);
  EXPECT_EQ(got.times.exposure_ns, 2);
  EXPECT_EQ(got.times.last_pixel_ns, 3);
  EXPECT_EQ(got.times.decision_ns, 4);
  EXPECT_EQ(got.times.sent_ns, 5);
  EXPECT_EQ(got.utc_ns, want.utc_ns);
  EXPECT_EQ(got.batch, want.batch);
  EXPECT_EQ(got.recipe_name, want.recipe_name);
  EXPECT_EQ(got.recipe_hash, want.recipe_hash);
  EXPECT_EQ(got.part_id, want.part_id);
  ASSERT_EQ(got.codes.size(), 2u);
  for (const item::CodeResult& code : got.codes) {
    const item::CodeResult& wanted = want.codes.front();
    EXPECT_EQ(code.role, wanted.role);
    EXPECT_EQ(code.symbology, wanted.symbology);
    EXPECT_EQ(code.identifier, wanted.identifier);
    EXPECT_EQ(code.payload, wanted.payload);
    EXPECT_EQ(code.text, wanted.text);
    EXPECT_EQ(code.hri, wanted.hri);
    EXPECT_EQ(code.quad, wanted.quad);
    EXPECT_EQ(code.center_counts, wanted.center_counts);
    EXPECT_EQ(code.decoder, wanted.decoder);
    EXPECT_EQ(code.errors_corrected, wanted.errors_corrected);
    EXPECT_EQ(code.grade, wanted.grade);
    EXPECT_EQ(code.camera, wanted.camera);
    EXPECT_EQ(code.frame_id, wanted.frame_id);
  }
  ASSERT_EQ(got.texts.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    const item::TextResult& text = got.texts[i];
    const item::TextResult& wanted = want.texts[i];
    EXPECT_EQ(text.name, wanted.name);
    EXPECT_EQ(text.number, wanted.number);
    EXPECT_EQ(text.state, wanted.state);
    EXPECT_EQ(text.expected, wanted.expected);
    EXPECT_EQ(text.read, wanted.read);
    EXPECT_EQ(text.margin_ratio, wanted.margin_ratio);
    EXPECT_EQ(text.place, wanted.place);
    EXPECT_EQ(text.center_counts, wanted.center_counts);
    EXPECT_EQ(text.camera, wanted.camera);
    EXPECT_EQ(text.frame_id, wanted.frame_id);
  }
}

TEST_P(StoreContract, NoItemNumberIsGivenOutTwice) {
  EXPECT_EQ(*records().AllotItemSeq("L1", 0, 100), 1u);
  EXPECT_EQ(*records().AllotItemSeq("L1", 0, 1), 101u);
  EXPECT_EQ(*records().AllotItemSeq("L1", 1, 5), 1u);
  EXPECT_EQ(*records().AllotItemSeq("L2", 0, 5), 1u);
  Reopen();
  EXPECT_EQ(*records().AllotItemSeq("L1", 0, 7), 102u);
  EXPECT_EQ(*records().AllotItemSeq("L1", 0, 7), 109u);
}

TEST_P(StoreContract, TheStoreKeepsItsName) {
  const std::string id = records().store_id();
  EXPECT_EQ(id.size(), 36u);
  Reopen();
  EXPECT_EQ(records().store_id(), id);
}

TEST_P(StoreContract, OfManyThreadsOneGetsTheCode) {
  constexpr int kThreads = 4;
  constexpr int kCodes = 2000;
  OpenBatchOf("B", 0, kCodes);
  std::vector<std::atomic<int>> granted(kCodes);
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      ready++;
      while (ready < kThreads) std::this_thread::yield();
      for (int c = 0; c < kCodes; ++c) {
        const auto outcome = registry().Reserve(KeyOf(c), ItemOf(1 + t)).outcome;
        if (outcome == batch::ReserveOutcome::kGranted) granted[c]++;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int c = 0; c < kCodes; ++c) EXPECT_EQ(granted[c], 1) << c;
}

TEST_P(StoreContract, LineAndOfficeWorkAtTheSameTime) {
  constexpr int kItems = 400;
  OpenBatchOf("B", 0, kItems);
  std::atomic<bool> stop{false};
  std::thread office([&] {
    for (int i = 0; !stop; ++i) {
      const std::string name = "N" + std::to_string(i);
      EXPECT_TRUE(Import(name, ListOf(100'000 + 700 * i, 700)));
      EXPECT_TRUE(registry().OpenBatch(name));
      EXPECT_TRUE(registry().Status("B"));
      EXPECT_TRUE(registry().ListVerified({.batch = "B"}));
      EXPECT_TRUE(registry().CloseBatch(name));
      EXPECT_TRUE(registry().Move(name, {KeyOf(100'000 + 700 * i)}, {}));
    }
  });
  for (int i = 0; i < kItems; ++i) {
    Accept(i, 1 + i);
    if (i >= 10) Confirm(1 + i - 10, item::Outcome::kPassed);
  }
  stop = true;
  office.join();
  EXPECT_EQ(registry().ListVerified({.batch = "B"})->size(), static_cast<size_t>(kItems - 10));
  EXPECT_EQ(registry().Status("B")->Of(batch::CodeState::kClaimed), 10u);
}

}  // namespace veriline::testing
