// SPDX-License-Identifier: Apache-2.0
// The moments between a commit's beginning and its end, which no caller from outside can hit.
#include "pipeline/store/embedded/open_codes.h"

#include <gtest/gtest.h>

#include "tests/support/store_fixture.h"

namespace veriline::store {
namespace {

using batch::CodeState;
using batch::ReserveOutcome;
using testing::ClaimOf;
using testing::ItemOf;
using testing::KeyOf;

constexpr int64_t kBatch = 1;

class OpenCodesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto index = std::make_unique<CodeIndex>(kBatch, "B", 100, 10);
    for (int c = 0; c < 10; ++c) index->Add(KeyOf(c).bytes(), Attributes{.lot = "L"});
    codes_.Insert(std::move(index));
  }
  ReserveOutcome Reserve(int code, uint64_t item_seq) {
    return codes_.Reserve(KeyOf(code).bytes(), ItemOf(item_seq)).outcome;
  }
  void Drop(int code, uint64_t item_seq) { codes_.Drop(KeyOf(code).bytes(), ItemOf(item_seq)); }
  CodeState StateOf(int code) { return codes_.Find(KeyOf(code).bytes())->state; }

  OpenCodes codes_;
};

TEST_F(OpenCodesTest, TellsWhatWasIssuedWithACode) {
  auto further = std::make_unique<CodeIndex>(2, "C", 200, 1);
  further->Add(KeyOf(10).bytes(),
               Attributes{.gtin = "G", .lot = "M", .expiry = "291200", .market = "276"});
  codes_.Insert(std::move(further));
  batch::IssuedValues values;
  ASSERT_TRUE(codes_.FindIssued(KeyOf(10).bytes(), &values));
  EXPECT_EQ(values.gtin + "," + values.lot + "," + values.expiry + "," + values.market,
            "G,M,291200,276");
  ASSERT_TRUE(codes_.FindIssued(KeyOf(3).bytes(), &values));
  EXPECT_EQ(values.gtin + "," + values.lot + "," + values.expiry + "," + values.market, ",L,,");
  EXPECT_FALSE(codes_.FindIssued(KeyOf(11).bytes(), &values));
}

TEST_F(OpenCodesTest, ADropDuringACommitFreesTheCodeIfItFails) {
  ASSERT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  const std::vector claims = {ClaimOf(1, 1)};
  const auto pending = codes_.BeginCommit(claims);
  ASSERT_TRUE(pending);
  EXPECT_EQ(pending->at(0).row, 101);
  Drop(1, 1);
  EXPECT_EQ(Reserve(1, 2), ReserveOutcome::kDuplicate);  // it may be on disk already
  codes_.EndCommit(*pending, claims, /*durable=*/false);
  EXPECT_EQ(Reserve(1, 2), ReserveOutcome::kGranted);
}

TEST_F(OpenCodesTest, ADropDuringACommitIsTooLateIfItSucceeds) {
  ASSERT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  const std::vector claims = {ClaimOf(1, 1)};
  const auto pending = codes_.BeginCommit(claims);
  Drop(1, 1);
  codes_.EndCommit(*pending, claims, /*durable=*/true);
  EXPECT_EQ(StateOf(1), CodeState::kClaimed);
  EXPECT_EQ(Reserve(1, 2), ReserveOutcome::kDuplicate);
}

TEST_F(OpenCodesTest, AFailedCommitLeavesTheReservation) {
  ASSERT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  const std::vector claims = {ClaimOf(1, 1)};
  const auto pending = codes_.BeginCommit(claims);
  codes_.EndCommit(*pending, claims, /*durable=*/false);
  EXPECT_EQ(StateOf(1), CodeState::kIssued);
  EXPECT_EQ(Reserve(1, 2), ReserveOutcome::kDuplicate);
  EXPECT_TRUE(codes_.BeginCommit(claims));
}

TEST_F(OpenCodesTest, AReservationTakenBackDuringACommitStands) {
  ASSERT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  const std::vector claims = {ClaimOf(1, 1)};
  const auto pending = codes_.BeginCommit(claims);
  Drop(1, 1);
  EXPECT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  codes_.EndCommit(*pending, claims, /*durable=*/false);
  EXPECT_EQ(Reserve(1, 2), ReserveOutcome::kDuplicate);
}

TEST_F(OpenCodesTest, WhatIsBeingVoidedIsNotGranted) {
  const std::vector keys = {KeyOf(1), KeyOf(2)};
  const auto rows = codes_.BeginVoid(kBatch, keys);
  ASSERT_TRUE(rows);
  EXPECT_EQ(Reserve(1, 1), ReserveOutcome::kNotFree);
  Drop(1, 0);
  codes_.EndVoid(kBatch, *rows, /*durable=*/false);
  EXPECT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  EXPECT_FALSE(codes_.BeginVoid(kBatch, keys));
  EXPECT_EQ(Reserve(2, 2), ReserveOutcome::kGranted);  // nothing of the refused void is left
}

TEST_F(OpenCodesTest, ACloseGivesUpWhenACodeStaysHeld) {
  ASSERT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
  EXPECT_FALSE(codes_.BeginClose(kBatch, 1'000'000));
  EXPECT_EQ(Reserve(2, 2), ReserveOutcome::kGranted);  // open as before
  Drop(1, 1);
  Drop(2, 2);
  EXPECT_TRUE(codes_.BeginClose(kBatch, 1'000'000));
  EXPECT_EQ(Reserve(1, 1), ReserveOutcome::kNotFree);
  codes_.AbortClose(kBatch);
  EXPECT_EQ(Reserve(1, 1), ReserveOutcome::kGranted);
}

}  // namespace
}  // namespace veriline::store
