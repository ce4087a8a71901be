// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/duplicate_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace veriline::line {
namespace {

using ::testing::HasSubstr;

item::Verdict VerdictOf(int lane, item::RejectReason reason) {
  item::Verdict verdict;
  verdict.lane = lane;
  verdict.accepted = reason == item::RejectReason::kNone;
  verdict.reasons.Add(reason);
  return verdict;
}
const item::Verdict kGood = VerdictOf(0, item::RejectReason::kNone);
const item::Verdict kTwice = VerdictOf(0, item::RejectReason::kDuplicate);

TEST(DuplicateWatch, StopsAtSoManyInARowOfOneLane) {
  DuplicateWatch watch(2, 3);
  for (const item::Verdict& v : {kTwice, kTwice, kGood, kTwice, kTwice}) watch.OnFinal(v);
  watch.OnFinal(VerdictOf(1, item::RejectReason::kDuplicate));
  EXPECT_FALSE(watch.TakeStop());
  EXPECT_EQ(watch.Alarm(), "");
  watch.OnFinal(kTwice);
  EXPECT_TRUE(watch.TakeStop());
  EXPECT_FALSE(watch.TakeStop());
  EXPECT_THAT(watch.Alarm(), HasSubstr("3 duplicates in a row on lane 0"));
  watch.Acknowledge();
  EXPECT_EQ(watch.Alarm(), "");
  for (int i = 0; i < 2; ++i) watch.OnFinal(VerdictOf(1, item::RejectReason::kDuplicate));
  EXPECT_FALSE(watch.TakeStop()) << "counted from before";
}

TEST(DuplicateWatch, NeverStopsWithoutALimit) {
  DuplicateWatch watch(1, 0);
  for (int i = 0; i < 100; ++i) watch.OnFinal(kTwice);
  EXPECT_FALSE(watch.TakeStop());
}

TEST(DuplicateWatch, SaysWhereTheFirstOneIs) {
  DuplicateWatch watch(1, 3);
  EXPECT_EQ(watch.Warning(), "");
  const batch::ReserveAnswer holder{batch::ReserveOutcome::kDuplicate, {"L7", 1, 42}, 0};
  watch.OnDuplicate(holder, batch::CodeInfo{.state = batch::CodeState::kCommissioned});
  EXPECT_THAT(watch.Warning(), HasSubstr("item 42 of lane 1 of line L7"));
  EXPECT_THAT(watch.Warning(), HasSubstr("has passed the exit"));
  watch.OnDuplicate(holder, batch::CodeInfo{.state = batch::CodeState::kInDoubt});
  EXPECT_THAT(watch.Warning(), HasSubstr("2 duplicates"));
  EXPECT_THAT(watch.Warning(), HasSubstr("was not seen at the exit"));
  watch.OnDuplicate(holder, std::nullopt);
  EXPECT_THAT(watch.Warning(), HasSubstr("cannot tell"));
  watch.Acknowledge();
  EXPECT_EQ(watch.Warning(), "");
}

}  // namespace
}  // namespace veriline::line
