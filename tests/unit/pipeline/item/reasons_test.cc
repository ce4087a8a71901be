// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/reasons.h"

#include <gtest/gtest.h>

#include "pipeline/item/packml.h"

namespace veriline::item {
namespace {

TEST(RejectReason, EveryNameLeadsBack) {
  for (int i = 0; i < kRejectReasonCount; ++i) {
    const auto reason = static_cast<RejectReason>(i);
    EXPECT_EQ(RejectReasonFromName(Name(reason)), reason);
  }
  EXPECT_EQ(RejectReasonFromName("bad"), std::nullopt);
}

TEST(ReasonSet, PrimaryFollowsThePrecedence) {
  using enum RejectReason;
  const RejectReason order[] = {kFault,       kFrameLost, kLate,          kNoRead,  kInconsistent,
                                kMissingPart, kMalformed, kOutOfSequence, kUnknown, kWrongBatch,
                                kVoided,      kDuplicate, kTextMismatch,  kGrade};
  ReasonSet all;
  for (auto it = std::rbegin(order); it != std::rend(order); ++it) {
    all.Add(*it);
    EXPECT_EQ(all.Primary(), *it) << Name(*it);
  }
  EXPECT_EQ(ReasonSet().Primary(), kNone);
}

TEST(Packml, OnlyTheDrawnTransitionsExist) {
  using enum PackmlState;
  using enum PackmlCommand;
  PackmlState next;
  ASSERT_TRUE(NextState(kStopped, kReset, &next));
  EXPECT_EQ(next, kIdle);
  ASSERT_TRUE(NextState(kIdle, kStart, &next));
  EXPECT_EQ(next, kExecute);
  ASSERT_TRUE(NextState(kExecute, kAbort, &next));
  EXPECT_EQ(next, kAborted);
  ASSERT_TRUE(NextState(kAborted, kClear, &next));
  EXPECT_EQ(next, kStopped);
  EXPECT_FALSE(NextState(kStopped, kStart, &next));
  EXPECT_FALSE(NextState(kAborted, kStart, &next));
  EXPECT_FALSE(NextState(kAborted, kStop, &next));
  EXPECT_FALSE(NextState(kExecute, kReset, &next));
  EXPECT_EQ(AllowedCommands(kStopped), (std::vector<PackmlCommand>{kReset, kAbort}));
  EXPECT_EQ(AllowedCommands(kExecute),
            (std::vector<PackmlCommand>{kStop, kAbort, kHold, kSuspend}));
  EXPECT_EQ(AllowedCommands(kHeld), (std::vector<PackmlCommand>{kStop, kAbort, kUnhold}));
  EXPECT_EQ(AllowedCommands(kSuspended), (std::vector<PackmlCommand>{kStop, kAbort, kUnsuspend}));
  ASSERT_TRUE(NextState(kHeld, kUnhold, &next));
  EXPECT_EQ(next, kExecute);
  ASSERT_TRUE(NextState(kSuspended, kUnsuspend, &next));
  EXPECT_EQ(next, kExecute);
}

}  // namespace
}  // namespace veriline::item
