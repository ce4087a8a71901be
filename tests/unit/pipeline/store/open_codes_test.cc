// SPDX-License-Identifier: Apache-2.0
// The moments between a commit's beginning and its end, which no caller from outside can hit.
#include "pipeline/store/open_codes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/store_fixture.h"

namespace veriline::store {
namespace {

using batch::CodeState;
using batch::ReserveOutcome;
using testing::ClaimOf;
using testing::ItemOf;
using testing::KeyOf;

constexpr int64_t kPart = 1;
const FingerprintKey kKey("0123456789abcdef");

Fingerprint Code(int code) { return kKey.Of(KeyOf(code).bytes()); }

/// A batch of the codes from `first` on, rows in their order.
std::unique_ptr<CodeIndex> IndexOf(int64_t part, const char* batch, int first, uint32_t count,
                                   const batch::IssuedValues& values) {
  std::vector<IndexedCode> codes;
  for (uint32_t row = 0; row < count; ++row) {
    codes.push_back({Code(first + static_cast<int>(row)), row, 1});
  }
  std::ranges::sort(codes, {}, &IndexedCode::fingerprint);
  auto index = std::make_unique<CodeIndex>(part, batch, count);
  for (const IndexedCode& code : codes) EXPECT_TRUE(index->Add(code));
  EXPECT_TRUE(index->complete());
  index->SetAttributes(1, values);
  return index;
}

class OpenCodesTest : public ::testing::Test {
 protected:
  void SetUp() override { codes_.Insert(IndexOf(kPart, "B", 0, 10, {.lot = "L"})); }
  ReserveOutcome Reserve(int code, uint64_t item_seq) {
    OpenCodes::ClaimPlace place;
    return codes_.Reserve(Code(code), ItemOf(item_seq), &place).outcome;
  }
  void Drop(int code, uint64_t item_seq) { codes_.Drop(Code(code), ItemOf(item_seq)); }
  CodeState StateOf(int code) {
    OpenCodes::ClaimPlace place;
    return codes_.Find(Code(code), &place)->state;
  }
  auto Begin(const std::vector<item::Claim>& claims, const std::vector<int>& codes) {
    std::vector<Fingerprint> fingerprints;
    for (const int code : codes) fingerprints.push_back(Code(code));
    return codes_.BeginCommit(claims, fingerprints, [this](const auto& place, const auto& item) {
      asked_ = place.change;
      return item == ItemOf(owner_);
    });
  }

  OpenCodes codes_;
  uint64_t owner_ = 0, asked_ = 0;  ///< what the disk would say
};

TEST_F(OpenCodesTest, TellsWhatWasIssuedWithACode) {
  codes_.Insert(
      IndexOf(2, "C", 10, 1, {.gtin = "G", .lot = "M", .expiry = "291200", .market = "276"}));
  batch::IssuedValues values;
  ASSERT_TRUE(codes_.FindIssued(Code(10), &values));
  EXPECT_EQ(values.gtin + "," + values.lot + "," + values.expiry + "," + values.market,
            "G,M,291200,276");
  ASSERT_TRUE(codes_.FindIssued(Code(3), &values));
  EXPECT_EQ(values.gtin + "," + values.lot + "," + values.expiry + "," + values.market, ",L,,");
  EXPECT_FALSE(codes_.FindIssued(Code(11), &values));
}

TEST_F(OpenCodesTest, ADropDuringACommitFreesTheCodeIfItFails) {
  ASSERT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  const std::vector claims = {ClaimOf(1, 1)};
  const auto pending = Begin(claims, {1});
  ASSERT_TRUE(pending);
  EXPECT_EQ(pending->at(0).row, 1u);
  Drop(1, 1);
  EXPECT_EQ(Reserve(1, 2), ReserveOutcome::kDuplicate);  // it may be on disk already
  codes_.EndCommit(*pending, claims, /*durable=*/false);
  EXPECT_EQ(Reserve(1, 2), ReserveOutcome::kGranted);
}

TEST_F(OpenCodesTest, ADropDuringACommitIsTooLateIfItSucceeds) {
  ASSERT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  const std::vector claims = {ClaimOf(1, 1)};
  auto pending = Begin(claims, {1});
  Drop(1, 1);
  pending->at(0).change = 7;
  codes_.EndCommit(*pending, claims, /*durable=*/true);
  EXPECT_EQ(StateOf(1), CodeState::kClaimed);
  EXPECT_EQ(Reserve(1, 2), ReserveOutcome::kDuplicate);
}

TEST_F(OpenCodesTest, WhoClaimedACodeIsAskedOfTheDisk) {
  ASSERT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  const std::vector claims = {ClaimOf(1, 1)};
  auto pending = Begin(claims, {1});
  pending->at(0).change = 7;
  codes_.EndCommit(*pending, claims, /*durable=*/true);
  OpenCodes::ClaimPlace place;
  EXPECT_EQ(codes_.Reserve(Code(1), ItemOf(1), &place).outcome, ReserveOutcome::kDuplicate);
  EXPECT_EQ(place.part_id, kPart);
  EXPECT_EQ(place.change, 7u);
  EXPECT_EQ(codes_.ReserveOwn(Code(1), ItemOf(1), place)->outcome, ReserveOutcome::kGranted);
  // The same claim once more holds for its item alone.
  owner_ = 1;
  EXPECT_TRUE(Begin(claims, {1}));
  EXPECT_EQ(asked_, 7u);
  EXPECT_FALSE(Begin({ClaimOf(1, 2)}, {1}));
  // Taken off the belt it is free for its item, and has moved on for who knew it before.
  codes_.SetState(kPart, 1, CodeState::kUnused, 9);
  EXPECT_FALSE(codes_.ReserveOwn(Code(1), ItemOf(1), place));
  EXPECT_EQ(codes_.Reserve(Code(1), ItemOf(1), &place).outcome, ReserveOutcome::kDuplicate);
  EXPECT_EQ(codes_.ReserveOwn(Code(1), ItemOf(1), place)->outcome, ReserveOutcome::kGranted);
  EXPECT_TRUE(Begin(claims, {1}));
}

TEST_F(OpenCodesTest, AFailedCommitLeavesTheReservation) {
  ASSERT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  const std::vector claims = {ClaimOf(1, 1)};
  const auto pending = Begin(claims, {1});
  codes_.EndCommit(*pending, claims, /*durable=*/false);
  EXPECT_EQ(StateOf(1), CodeState::kIssued);
  EXPECT_EQ(Reserve(1, 2), ReserveOutcome::kDuplicate);
  EXPECT_TRUE(Begin(claims, {1}));
}

TEST_F(OpenCodesTest, AReservationTakenBackDuringACommitStands) {
  ASSERT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  const std::vector claims = {ClaimOf(1, 1)};
  const auto pending = Begin(claims, {1});
  Drop(1, 1);
  EXPECT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  codes_.EndCommit(*pending, claims, /*durable=*/false);
  EXPECT_EQ(Reserve(1, 2), ReserveOutcome::kDuplicate);
}

TEST_F(OpenCodesTest, WhatIsBeingVoidedIsNotGranted) {
  const std::vector keys = {Code(1), Code(2)};
  const auto moving = codes_.BeginMove("B", keys, CodeState::kVoided);
  ASSERT_TRUE(moving);
  EXPECT_EQ(Reserve(1, 1), ReserveOutcome::kNotFree);
  Drop(1, 0);
  codes_.EndMove(*moving, CodeState::kVoided, /*durable=*/false);
  EXPECT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  EXPECT_FALSE(codes_.BeginMove("B", keys, CodeState::kVoided));
  EXPECT_EQ(Reserve(2, 2), ReserveOutcome::kGranted);  // nothing of the refused void is left
}

TEST_F(OpenCodesTest, ACloseGivesUpWhenACodeStaysHeld) {
  ASSERT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  EXPECT_FALSE(codes_.BeginClose("B", 1'000'000));
  EXPECT_EQ(Reserve(2, 2), ReserveOutcome::kGranted);  // open as before
  Drop(1, 1);
  Drop(2, 2);
  EXPECT_TRUE(codes_.BeginClose("B", 1'000'000));
  EXPECT_EQ(Reserve(1, 1), ReserveOutcome::kNotFree);
  codes_.AbortClose("B");
  EXPECT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
}

}  // namespace
}  // namespace veriline::store
