// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/settler.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/settler_fixture.h"

namespace veriline::line {
namespace {

using batch::CodeKey;
using item::RejectReason;
TEST_F(SettlerTest, AnItemWithItsIssuedCodeIsAccepted) {
  store_.AddPlain("A", "B");
  Open(1);
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  ASSERT_TRUE(Decided(1));
  EXPECT_TRUE(Accepted(1));
  EXPECT_EQ(verdicts_[1].times.last_pixel_ns, ExposureOf(1) + 1);
}

TEST_F(SettlerTest, ATriggerThatTheCameraIgnoredCostsItsOwnItemOnly) {
  // Three items, the camera exposes the first and the third, and its frame ids show no gap.
  for (const char* code : {"A", "B2", "C"}) store_.AddPlain(code, "B");
  for (uint64_t seq : {1, 2, 3}) Open(seq);
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  EXPECT_TRUE(Accepted(1));
  EXPECT_FALSE(Decided(2));
  Arrive(StampAt(0, 2, ExposureOf(3)));
  EXPECT_EQ(ReasonOf(2), RejectReason::kFrameLost) << "its frame can not come any more";
  EXPECT_FALSE(Decided(3));
  Finish(StampAt(0, 2, ExposureOf(3)), {SymbolAt("C", 640, 500)});
  EXPECT_TRUE(Accepted(3));
  EXPECT_EQ(verdicts_[3].item_seq, 3u);
}

TEST_F(SettlerTest, ALostFrameOfTheLastItemIsKnownAtItsDeadline) {
  store_.AddPlain("A", "B");
  Open(1);
  Open(2);
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  EXPECT_FALSE(Decided(2));
  Expire(2);
  EXPECT_EQ(ReasonOf(2), RejectReason::kFrameLost);
}

TEST_F(SettlerTest, AnItemWaitsForTheItemsBeforeIt) {
  // Two looks at the belt; the second look of item 1 is still awaited when item 2 is complete.
  item::Recipe recipe = PackRecipe();
  recipe.views.push_back(recipe.views[0]);
  recipe.views[1].distance_mm = 600;
  Use(recipe);
  for (const char* code : {"A", "C"}) store_.AddPlain(code, "B");
  Open(1);
  Open(2);
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  Show(StampAt(0, 2, ExposureOf(2)), {SymbolAt("C", 640, 500)});
  Arrive(StampAt(1, 1, ExposureOf(1) + 3000));
  Show(StampAt(1, 2, ExposureOf(2) + 3000));
  EXPECT_FALSE(Decided(2)) << "order decides who is the duplicate";
  Finish(StampAt(1, 1, ExposureOf(1) + 3000));
  EXPECT_TRUE(Accepted(1));
  EXPECT_TRUE(Accepted(2));
}

TEST_F(SettlerTest, AnExtraFrameChangesNothing) {
  for (const char* code : {"A", "C"}) store_.AddPlain(code, "B");
  Open(1);
  Open(2);
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  // Exposed between the items, with no gap in the ids: item 1 at its left edge.
  Show(StampAt(0, 2, ExposureOf(1) + 600), {SymbolAt("A", 40, 500)});
  Show(StampAt(0, 3, ExposureOf(2)), {SymbolAt("C", 640, 500)});
  EXPECT_TRUE(Accepted(1));
  EXPECT_TRUE(Accepted(2));
}

TEST_F(SettlerTest, AnUnlabelledItemBesideALabelledOneIsNoRead) {
  // Item 2 has no label, but that of item 1 shows at the left edge of its frame.
  store_.AddPlain("A", "B");
  Open(1);
  Open(2, FromOf(1) + kLength + 50, FromOf(1) + 2 * kLength + 50);
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 1000, 500)});
  const int64_t exposure2 = FromOf(1) + kLength + 50 + kLength / 2 + kDistance;
  const float x = 1000.f - static_cast<float>(exposure2 - ExposureOf(1));  // one count a pixel
  Show(StampAt(0, 2, exposure2), {SymbolAt("A", x, 500)});
  EXPECT_TRUE(Accepted(1));
  EXPECT_EQ(ReasonOf(2), RejectReason::kNoRead);
}

TEST_F(SettlerTest, TouchingItemsAreRejectedTogether) {
  store_.AddPlain("A", "B");
  Open(1, FromOf(1), FromOf(1) + 2 * kLength, true);
  EXPECT_EQ(ReasonOf(1), RejectReason::kFault);
}

TEST_F(SettlerTest, ASymbolOnTheBorderOfTouchingWindowsBelongsToOneItem) {
  store_.AddPlain("A", "B");
  Open(1, 1000, 1800);
  Open(2, 1800, 2600);
  // Centre exactly at 1800: the first position of item 2.
  const int64_t exposure1 = 1400 + kDistance;
  const int64_t exposure2 = 2200 + kDistance;
  Show(StampAt(0, 1, exposure1), {SymbolAt("A", 640 + 400, 500)});
  Show(StampAt(0, 2, exposure2), {SymbolAt("A", 640 - 400, 500)});
  EXPECT_EQ(ReasonOf(1), RejectReason::kNoRead);
  EXPECT_TRUE(Accepted(2));
}

TEST_F(SettlerTest, TwoCamerasMustBothAnswer) {
  item::Recipe recipe = PackRecipe();
  recipe.views.push_back(recipe.views[0]);
  recipe.views[1].name = "side";
  recipe.views[1].distance_mm = 350;
  Use(recipe);
  store_.AddPlain("A", "B");
  store_.AddPlain("C", "B");
  Open(1);
  Open(2);
  Show(StampAt(0, 1, ExposureOf(1)), {});
  EXPECT_FALSE(Decided(1));
  Show(StampAt(1, 1, ExposureOf(1) + 500), {SymbolAt("A", 640, 500)});
  EXPECT_TRUE(Accepted(1)) << "one look has the code, both have answered";
  Show(StampAt(0, 2, ExposureOf(2)), {SymbolAt("C", 640, 500)});
  Expire(2);
  EXPECT_EQ(ReasonOf(2), RejectReason::kFrameLost) << "the second look never came";
}

TEST_F(SettlerTest, TwoCamerasThatReadDifferentCodesAreInconsistent) {
  item::Recipe recipe = PackRecipe();
  recipe.views.push_back(recipe.views[0]);
  Use(recipe);
  store_.AddPlain("A", "B");
  store_.AddPlain("C", "B");
  Open(1);
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  Show(StampAt(1, 1, ExposureOf(1)), {SymbolAt("C", 640, 500)});
  EXPECT_EQ(ReasonOf(1), RejectReason::kInconsistent);
}

TEST_F(SettlerTest, ADamagedFrameIsFrameLostAndAnUninspectedOneLate) {
  Open(1);
  Open(2);
  Open(3);
  Open(4);
  Arrive(StampAt(0, 1, ExposureOf(1), FrameStatus::kIncomplete));
  EXPECT_EQ(ReasonOf(1), RejectReason::kFrameLost);
  settler_->Handle(FrameDropped{StampAt(0, 2, ExposureOf(2))});
  EXPECT_EQ(ReasonOf(2), RejectReason::kLate);
  Arrive(StampAt(0, 3, ExposureOf(3)));
  Expire(3);
  EXPECT_EQ(ReasonOf(3), RejectReason::kLate) << "it was on the host, whole";
  Arrive(StampAt(0, 4, ExposureOf(4)));
  Finish(StampAt(0, 4, ExposureOf(4)), {}, true);
  EXPECT_EQ(ReasonOf(4), RejectReason::kLate) << "a partial inspection can not say no_read";
}

TEST_F(SettlerTest, TheLaterItemIsTheDuplicateEvenWhenItsFrameIsFirst) {
  store_.AddPlain("A", "B");
  Open(1);
  Open(2);
  Arrive(StampAt(0, 1, ExposureOf(1)));
  Show(StampAt(0, 2, ExposureOf(2)), {SymbolAt("A", 640, 500)});
  EXPECT_FALSE(Decided(2));
  Finish(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  EXPECT_TRUE(Accepted(1));
  EXPECT_EQ(ReasonOf(2), RejectReason::kDuplicate);
}

TEST_F(SettlerTest, LanesDoNotWaitForEachOther) {
  item::Recipe recipe = PackRecipe();
  recipe.lanes = 2;
  recipe.views[0].lanes = {{0, 0.0, 0.5}, {1, 0.5, 1.0}};
  Use(recipe);
  store_.AddPlain("A", "B");
  Open(1);  // lane 0, its frame is still being inspected
  Arrive(StampAt(0, 1, ExposureOf(1)));
  item::ItemTrack track{1, 7, FromOf(2), FromOf(2) + kLength, 0, true, false};
  settler_->Handle(ItemOpened{track});
  settler_->Handle(ItemClosed{track});
  Show(StampAt(0, 2, ExposureOf(2)), {SymbolAt("A", 640, 900)});
  EXPECT_TRUE(Accepted(7));
  EXPECT_FALSE(Decided(1));
}

TEST_F(SettlerTest, ASymbolOutsideEveryWindowIsStrayAndReleasesNothing) {
  store_.AddPlain("A", "B");
  Open(1);
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 100, 500)});  // before the leading edge
  EXPECT_EQ(ReasonOf(1), RejectReason::kNoRead);
  TellAll();
  settler_->Advance(ExposureOf(1) + 10'000);
  EXPECT_EQ(settler_->strays(), 1u);
  ASSERT_EQ(records_.size(), 2u);
  EXPECT_EQ(records_[1].kind, item::RecordKind::kStray);
  EXPECT_EQ(records_[1].codes[0].text, "A");
  EXPECT_EQ(settler_->frames_held(), 0u);
}

TEST_F(SettlerTest, AReleaseWithoutAWordFromTheExitIsInDoubt) {
  store_.AddPlain("A", "B");
  Open(1);
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  TellAll();
  settler_->Advance(FromOf(1) + 15'000);
  EXPECT_TRUE(confirmations_.empty());
  settler_->Advance(FromOf(1) + 15'001);
  ASSERT_EQ(confirmations_.size(), 1u);
  EXPECT_EQ(confirmations_[0].outcome, item::Outcome::kMissing);
}

TEST_F(SettlerTest, WhatTheLinesEndLeavesUnconfirmedIsInDoubt) {
  store_.AddPlain("A", "B");
  store_.AddPlain("B", "B");
  for (const uint64_t seq : {1, 2}) {
    Open(seq);
    Show(StampAt(0, seq, ExposureOf(seq)), {SymbolAt(seq == 1 ? "A" : "B", 640, 500)});
  }
  TellAll();
  settler_->Handle(item::ItemConfirmation{0, 1, true});
  confirmations_.clear();
  settler_->GiveUp();
  ASSERT_EQ(confirmations_.size(), 1u);
  EXPECT_EQ(confirmations_[0].item.item_seq, 2u);
  EXPECT_EQ(confirmations_[0].outcome, item::Outcome::kMissing);
}

TEST_F(SettlerTest, TheNameOfTheItemStandsInItsRecord) {
  item::ItemTrack track{0, 1, FromOf(1), 0, 0, false, false, *item::PartId::From("A-1")};
  settler_->Handle(ItemOpened{track});
  track.to_count = FromOf(1) + kLength;
  track.closed = true;
  settler_->Handle(ItemClosed{track});
  Show(StampAt(0, 1, ExposureOf(1)));
  TellAll();
  ASSERT_EQ(records_.size(), 1u);
  EXPECT_EQ(records_[0].part_id, "A-1");
}

TEST_F(SettlerTest, AConfirmedReleaseIsNotInDoubtAndAPassedRejectRaisesTheAlarm) {
  store_.AddPlain("A", "B");
  Open(1);
  Open(2);
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  Show(StampAt(0, 2, ExposureOf(2)), {});
  TellAll();
  settler_->Handle(item::ItemConfirmation{0, 1, true});
  EXPECT_EQ(settler_->passed_unreleased(), 0u);
  settler_->Handle(item::ItemConfirmation{0, 2, true});
  EXPECT_EQ(settler_->passed_unreleased(), 1u);
  settler_->Advance(1'000'000);
  ASSERT_EQ(confirmations_.size(), 2u);
  EXPECT_EQ(confirmations_[0].outcome, item::Outcome::kPassed);
}

TEST_F(SettlerTest, AClaimThatCameTooLateIsMarkedUnused) {
  store_.AddPlain("A", "B");
  Open(1);
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  item::Verdict late = finals_[0];
  late.accepted = false;
  late.reasons.Add(RejectReason::kLate);
  late.primary = RejectReason::kLate;
  settler_->Handle(ItemFinal{late});
  ASSERT_EQ(confirmations_.size(), 1u);
  EXPECT_EQ(confirmations_[0].outcome, item::Outcome::kTooLate);
  EXPECT_FALSE(records_.at(0).accepted);
}

TEST_F(SettlerTest, AClaimThatWasNotWrittenFreesItsCode) {
  store_.AddPlain("A", "B");
  Open(1);
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  verdicts_.clear();
  settler_->Handle(ClaimNotWritten{0, 1, true, {}});
  EXPECT_EQ(ReasonOf(1), RejectReason::kFault);
  EXPECT_FALSE(store_.At(CodeKey::Plain("A")).reserved);
}

TEST_F(SettlerTest, AClaimThatAnotherLineCameBeforeIsADuplicate) {
  store_.AddPlain("A", "B");
  Open(1);
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  verdicts_.clear();
  settler_->Handle(ClaimNotWritten{
      0, 1, false, batch::ReserveAnswer{batch::ReserveOutcome::kDuplicate, {"L9", 0, 41}, 7}});
  EXPECT_EQ(ReasonOf(1), RejectReason::kDuplicate);
  EXPECT_FALSE(store_.At(CodeKey::Plain("A")).reserved);
  Open(2);
  store_.AddPlain("C", "B");
  Show(StampAt(0, 2, ExposureOf(2)), {SymbolAt("C", 640, 500)});
  verdicts_.clear();
  settler_->Handle(ClaimNotWritten{0, 2, false, batch::ReserveAnswer{}});
  EXPECT_EQ(ReasonOf(2), RejectReason::kWrongBatch);
}

TEST_F(SettlerTest, MemoryStaysBoundedWhenACameraRunsOnAStandingBelt) {
  Open(1);
  for (uint64_t i = 1; i < 5000; ++i) {
    Show(StampAt(0, i, ExposureOf(1) - 3000), {SymbolAt("X", 640, 500)});
    settler_->Advance(ExposureOf(1) - 3000);
  }
  EXPECT_LE(settler_->frames_held(), settler_->max_frames());
}

TEST_F(SettlerTest, OutsideOfExecuteWhatExpiresIsAFault) {
  Open(1);
  settler_->SetRunning(false);
  Expire(1);
  EXPECT_EQ(ReasonOf(1), RejectReason::kFault);
}

/// A line that was stopped and started, with an encoder that began anew meanwhile: its counts and
/// the ids of its frames are those of the run before.
class SecondRun : public SettlerTest {
 protected:
  void StopAndStart() {
    settler_->SetRunning(false);
    settler_->Advance(0);
    settler_->SetRunning(true);
  }
};

TEST_F(SecondRun, AFrameFurtherAlongInTheRunBeforeSaysNotThatOneIsMissing) {
  Show(StampAt(0, 9, ExposureOf(9)));
  StopAndStart();
  Open(1);
  EXPECT_FALSE(Decided(1)) << "its frame is still to come";
  store_.AddPlain("A", "B");
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  EXPECT_TRUE(Accepted(1));
}

TEST_F(SecondRun, APictureOfTheRunBeforeReleasesNothing) {
  store_.AddPlain("A", "B");
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  StopAndStart();
  Open(1);
  EXPECT_FALSE(Decided(1));
  Expire(1);
  EXPECT_FALSE(Accepted(1));
  EXPECT_EQ(ReasonOf(1), RejectReason::kFrameLost);
  EXPECT_EQ(settler_->strays(), 1u) << "the code that no item came for is still told";
}

TEST_F(SecondRun, AResultThatComesLateIsNotThatOfTheFrameWithItsNumber) {
  store_.AddPlain("A", "B");
  const FrameStamp before = StampAt(0, 1, ExposureOf(3));
  Arrive(before);
  StopAndStart();
  Open(1);
  const FrameStamp now = StampAt(0, 1, ExposureOf(1));
  Arrive(now);
  Finish(before, {SymbolAt("A", 640, 500)});
  EXPECT_FALSE(Decided(1));
  Finish(now);
  EXPECT_EQ(ReasonOf(1), RejectReason::kNoRead);
}

/// Shows a code with that grade on the optical axis.
void ShowGraded(Settler& settler, const FrameStamp& stamp, const Symbol& symbol, float overall) {
  settler.Handle(FrameArrived{stamp});
  FrameDone done = DoneWith(stamp, {symbol});
  item::CodeGrade grade;
  grade.graded = true;
  grade.overall = overall;
  done.result->grades = {grade};
  settler.Handle(std::move(done));
}

TEST_F(SettlerTest, AGradeBelowTheLimitRejectsAndAWarningStandsInTheRecord) {
  const float grades[] = {3.0f, 1.7f, 1.2f};
  for (uint64_t seq = 1; seq <= 3; ++seq) {
    const std::string text(1, static_cast<char>('A' + seq));
    store_.AddPlain(text, "B");
    Open(seq);
    ShowGraded(*settler_, StampAt(0, seq, ExposureOf(seq)), SymbolAt(text, 640, 500),
               grades[seq - 1]);
  }
  TellAll();
  EXPECT_TRUE(Accepted(1));
  EXPECT_TRUE(Accepted(2));
  EXPECT_EQ(ReasonOf(3), RejectReason::kGrade);
  ASSERT_EQ(records_.size(), 3u);
  EXPECT_EQ(records_[0].detail, "");
  EXPECT_NE(records_[1].detail.find("has grade 1.7, below 2.0"), std::string::npos)
      << records_[1].detail;
  EXPECT_NE(records_[2].detail.find("has grade 1.2, below 1.5"), std::string::npos)
      << records_[2].detail;
  EXPECT_EQ(records_[1].codes[0].grade.flag, item::GradeFlag::kWarn);
  EXPECT_EQ(settler_->grade_warnings(), 1u) << "accepted ones";
}

TEST_F(SettlerTest, TheTrendIsTheMeanOfTheLastCodes) {
  item::Recipe recipe = PackRecipe();
  recipe.grading.trend_codes = 3;
  Use(recipe);
  const float grades[] = {4.0f, 3.0f, 2.5f, 1.0f};
  for (uint64_t seq = 1; seq <= 4; ++seq) {
    if (seq <= 3) {
      EXPECT_TRUE(std::isnan(settler_->mean_grade())) << "not as many yet";
    }
    const std::string text(1, static_cast<char>('A' + seq));
    store_.AddPlain(text, "B");
    Open(seq);
    ShowGraded(*settler_, StampAt(0, seq, ExposureOf(seq)), SymbolAt(text, 640, 500),
               grades[seq - 1]);
    if (seq == 3) {
      EXPECT_NEAR(settler_->mean_grade(), 9.5 / 3, 1e-9);
    }
  }
  EXPECT_NEAR(settler_->mean_grade(), 6.5 / 3, 1e-9) << "rejected ones count too";
}

TEST_F(SecondRun, APauseOnTheBeltForgetsNothing) {
  store_.AddPlain("A", "B");
  Show(StampAt(0, 1, ExposureOf(1)), {SymbolAt("A", 640, 500)});
  settler_->SetRunning(true);
  Open(1);
  EXPECT_TRUE(Accepted(1));
}

}  // namespace
}  // namespace veriline::line
