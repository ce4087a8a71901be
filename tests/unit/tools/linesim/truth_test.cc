// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/truth.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace veriline::linesim {
namespace {

using item::RejectReason;

TEST(FaultTable, HasEveryKindOnceInItsPlace) {
  std::set<std::string_view> names;
  for (int i = 0; i < kFaultKindCount; ++i) {
    EXPECT_EQ(static_cast<int>(kFaultTable[i].kind), i);
    EXPECT_FALSE(kFaultTable[i].name.empty());
    EXPECT_TRUE(names.insert(kFaultTable[i].name).second) << kFaultTable[i].name;
    EXPECT_EQ(FaultKindFromName(kFaultTable[i].name), kFaultTable[i].kind);
  }
  EXPECT_EQ(FaultKindFromName("no such fault"), std::nullopt);
}

TEST(FaultTable, AcceptsExactlyWhatHasNoFaultAndGivesEveryOtherAReason) {
  for (const FaultTruth& row : kFaultTable) {
    EXPECT_EQ(row.accepted, row.kind == FaultKind::kNone) << row.name;
    EXPECT_EQ(row.accepted, row.reason == RejectReason::kNone) << row.name;
  }
}

TEST(FaultTable, CallsAnItemWithoutFrameFrameLostAndNoOther) {
  for (const FaultTruth& row : kFaultTable) {
    EXPECT_EQ(row.delivered, row.reason != RejectReason::kFrameLost) << row.name;
    EXPECT_TRUE(row.exposed || !row.delivered) << row.name;
  }
  // The two differ in the frame ids: a lost frame leaves a gap, an ignored trigger does not.
  EXPECT_TRUE(TruthOf(FaultKind::kLostFrame).exposed);
  EXPECT_FALSE(TruthOf(FaultKind::kIgnoredTrigger).exposed);
}

}  // namespace
}  // namespace veriline::linesim
