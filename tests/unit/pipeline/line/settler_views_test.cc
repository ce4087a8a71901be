// SPDX-License-Identifier: Apache-2.0
// Views that are judged together, and line-scan blocks.
#include <gtest/gtest.h>

#include "pipeline/line/settler.h"
#include "tests/support/settler_fixture.h"

namespace veriline::line {
namespace {

using item::RejectReason;

/// Two lights on the same place: one camera each.
class AnyOf : public SettlerTest {
 protected:
  AnyOf() {
    item::Recipe recipe = PackRecipe();
    recipe.views.push_back(recipe.views[0]);
    recipe.views[1].name = "other";
    recipe.groups = {{item::ViewGroup::Kind::kAnyOf, {0, 1}}};
    Use(recipe);
    for (const char* code : {"A", "C"}) store_.AddPlain(code, "B");
    Open(1);
  }
};

TEST_F(AnyOf, OneGoodAnswerIsEnough) {
  Show(StampAt(0, 1, ExposureOf(1)));
  EXPECT_FALSE(Decided(1)) << "the other light may say something else";
  Show(StampAt(1, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  EXPECT_TRUE(Accepted(1));
}

TEST_F(AnyOf, TwoDifferentAnswersReject) {
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  Show(StampAt(1, 1, ExposureOf(1)), {SymbolAt("C", 640, 500)});
  EXPECT_EQ(ReasonOf(1), RejectReason::kInconsistent);
}

TEST_F(AnyOf, AFailedViewDoesNotMatterBesideAGoodOne) {
  FrameStamp damaged = StampAt(1, 1, ExposureOf(1));
  damaged.status = FrameStatus::kIncomplete;
  Arrive(damaged);
  EXPECT_FALSE(Decided(1));
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  EXPECT_TRUE(Accepted(1));
}

TEST_F(AnyOf, WhenEveryViewFailsTheFirstFailureIsTheReason) {
  FrameStamp damaged = StampAt(0, 1, ExposureOf(1));
  damaged.status = FrameStatus::kIncomplete;
  Arrive(damaged);
  Arrive(StampAt(1, 1, ExposureOf(1)));
  Finish(StampAt(1, 1, ExposureOf(1)), {}, true);
  EXPECT_EQ(ReasonOf(1), RejectReason::kFrameLost);
}

TEST_F(AnyOf, ADeadCameraIsWaitedForHalfOfTheWayToTheDecision) {
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  const int64_t half =
      FromOf(1) + (kDistance + PackRecipe().Counts(PackRecipe().decision_distance_mm)) / 2;
  settler_->Advance(half - 1);
  EXPECT_FALSE(Decided(1));
  settler_->Advance(half);
  EXPECT_TRUE(Accepted(1));
}

TEST_F(AnyOf, ADeadCameraAloneDoesNotDecide) {
  settler_->Advance(FromOf(1) + 6000);
  ASSERT_TRUE(Decided(1)) << "neither camera has shown it in time";
  EXPECT_EQ(ReasonOf(1), RejectReason::kFrameLost);
}

/// Two sides of an item that must carry the same code.
class Same : public SettlerTest {
 protected:
  Same() {
    item::Recipe recipe = PackRecipe();
    recipe.views.push_back(recipe.views[0]);
    recipe.views[1].name = "back";
    recipe.groups = {{item::ViewGroup::Kind::kSame, {0, 1}}};
    Use(recipe);
    for (const char* code : {"A", "C"}) store_.AddPlain(code, "B");
    Open(1);
    Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
    EXPECT_FALSE(Decided(1));
  }
};

TEST_F(Same, BothShowIt) {
  Show(StampAt(1, 1, ExposureOf(1)), {SymbolAt("A", 600, 500)});
  EXPECT_TRUE(Accepted(1));
}

TEST_F(Same, OneWithoutItIsAMissingPart) {
  Show(StampAt(1, 1, ExposureOf(1)));
  EXPECT_EQ(ReasonOf(1), RejectReason::kMissingPart);
  TellAll();
  EXPECT_EQ(records_.back().detail, "view back shows no identity code");
}

TEST_F(Same, AnotherCodeIsInconsistent) {
  Show(StampAt(1, 1, ExposureOf(1)), {SymbolAt("C", 640, 500)});
  EXPECT_EQ(ReasonOf(1), RejectReason::kInconsistent);
}

/// A line-scan view: blocks of 2000 counts that overlap by 200; position p is seen at p +
/// kDistance.
class Blocks : public SettlerTest {
 protected:
  static constexpr int64_t kBlock = 2000;
  static constexpr int64_t kStride = 1800;
  static constexpr int kRows = 2000;  // of the picture: one row a count
  Blocks() {
    item::Recipe recipe = PackRecipe();
    recipe.views[0].scan = item::ViewScan::kLine;
    recipe.views[0].belt = item::BeltDirection::kUp;
    recipe.views[0].field_mm = static_cast<double>(kBlock) / recipe.counts_per_mm;
    Use(recipe);
    for (const char* code : {"A", "C"}) store_.AddPlain(code, "B");
  }
  static int64_t BeginOf(uint64_t block) { return static_cast<int64_t>(block) * kStride; }
  static FrameStamp BlockStamp(uint64_t block) {
    return StampAt(0, block, BeginOf(block) + kBlock / 2 + kDistance);
  }
  static Event Done(uint64_t block, std::vector<std::pair<const char*, int64_t>> codes_at,
                    bool partial = false) {
    std::vector<Symbol> symbols;
    for (const auto& [code, position] : codes_at) {
      symbols.push_back(SymbolAt(code, 700, static_cast<float>(position - BeginOf(block))));
    }
    FrameDone done = DoneWith(BlockStamp(block), std::move(symbols), partial);
    done.result->height_px = kRows;
    return Event{std::move(done)};
  }
  void ShowBlock(uint64_t block, std::vector<std::pair<const char*, int64_t>> codes_at) {
    Arrive(BlockStamp(block));
    settler_->Handle(Done(block, std::move(codes_at)));
  }
};

TEST_F(Blocks, AnItemInOneBlockIsDecidedWithIt) {
  Open(1, 2000, 2800);
  ShowBlock(1, {{"A", 2400}});
  EXPECT_TRUE(Accepted(1));
}

TEST_F(Blocks, AnItemAcrossTwoBlocksWaitsForBoth) {
  Open(1, 3000, 3800);  // block 1 ends at 3800 - 0: [1800, 3800), block 2 begins at 3600
  Open(2, 3900, 4700);
  Open(3, 5000, 5800);  // [3600, 5600) and [5400, 7400)
  ShowBlock(1, {});
  ASSERT_TRUE(Decided(1));
  EXPECT_EQ(ReasonOf(1), RejectReason::kNoRead);
  ShowBlock(2, {{"A", 4400}});
  EXPECT_TRUE(Accepted(2));
  EXPECT_FALSE(Decided(3));
  ShowBlock(3, {{"C", 5700}});
  EXPECT_TRUE(Accepted(3));
}

TEST_F(Blocks, ACodeInTheOverlapOfTwoBlocksIsOneCode) {
  Open(1, 5000, 5800);
  ShowBlock(2, {{"A", 5500}});
  ShowBlock(3, {{"A", 5503}});
  ASSERT_TRUE(Decided(1));
  EXPECT_TRUE(Accepted(1));
  TellAll();
  EXPECT_EQ(records_.back().codes.size(), 1u);
}

TEST_F(Blocks, EqualPrintsAtTwoPlacesAreTwoCodes) {
  Open(1, 5000, 5800);
  ShowBlock(2, {{"A", 5100}});
  ShowBlock(3, {{"A", 5600}});
  TellAll();
  EXPECT_EQ(records_.back().codes.size(), 2u);
}

TEST_F(Blocks, ADamagedBlockCostsTheItemsThatItAloneShows) {
  Open(1, 2000, 2800);
  Open(2, 5000, 5800);
  Open(3, 7400, 8200);
  ShowBlock(1, {{"A", 2400}});
  FrameStamp damaged = BlockStamp(2);
  damaged.status = FrameStatus::kIncomplete;
  Arrive(damaged);
  ShowBlock(3, {});
  ShowBlock(4, {{"C", 8000}});
  EXPECT_TRUE(Accepted(1));
  ASSERT_TRUE(Decided(2));
  EXPECT_EQ(ReasonOf(2), RejectReason::kFrameLost);
  EXPECT_TRUE(Accepted(3));
}

TEST_F(Blocks, ALostBlockIsKnownWhenTheBeltIsPastIt) {
  Open(1, 4000, 4800);
  ShowBlock(1, {});
  EXPECT_FALSE(Decided(1));
  ShowBlock(3, {});
  ASSERT_TRUE(Decided(1));
  EXPECT_EQ(ReasonOf(1), RejectReason::kFrameLost);
}

TEST_F(Blocks, ABlockThatWasNotInspectedInTimeIsLate) {
  Open(1, 4000, 4800);
  Arrive(BlockStamp(2));
  EXPECT_FALSE(Decided(1));
  settler_->Handle(Done(2, {}, true));
  ASSERT_TRUE(Decided(1));
  EXPECT_EQ(ReasonOf(1), RejectReason::kLate);
}

TEST_F(Blocks, AStrayInTheOverlapIsToldOnce) {
  ShowBlock(2, {{"A", 5500}});
  ShowBlock(3, {{"A", 5500}});
  settler_->Advance(50'000);
  EXPECT_EQ(settler_->strays(), 1u);
}

}  // namespace
}  // namespace veriline::line
