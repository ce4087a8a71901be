// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/settler_fixture.h"

namespace veriline::line {
namespace {

using item::RejectReason;
using item::TextState;

/// One lane of numbers that begin with 1000, or a Data Matrix with a line of text beside it.
class SettlerTextTest : public SettlerTest {
 protected:
  void UseNumbers(std::string first = "1000") {
    item::Recipe recipe = PackRecipe();
    recipe.codes.clear();
    recipe.sequence.length = 4;
    recipe.sequence.window = 1;
    recipe.sequence.lanes = {{.first = std::move(first)}};
    settler_ = std::make_unique<Settler>(SettlerConfig{"L1", "B", recipe, &board_}, store_, *this);
  }
  void Issue(const std::string& code) {
    store_.Add(batch::CodeKey::Plain(code), {.batch = "B",
                                             .batch_state = batch::BatchState::kOpen,
                                             .state = batch::CodeState::kIssued});
  }
  /// A frame of the item whose number, in its middle, reads so.
  void ShowNumber(uint64_t seq, const std::string& read, TextState state = TextState::kMatch) {
    Arrive(StampAt(0, seq, ExposureOf(seq)));
    FinishNumber(seq, read, state);
  }
  void FinishNumber(uint64_t seq, const std::string& read, TextState state = TextState::kMatch) {
    FrameText text{.line = FrameText::kNumber, .lane = 0, .state = state};
    text.read.Assign(read);
    text.place.corners.fill({640, 500});
    FinishTexts(seq, {}, {text});
  }
  void ShowTexts(uint64_t seq, std::vector<Symbol> symbols, std::vector<FrameText> texts) {
    Arrive(StampAt(0, seq, ExposureOf(seq)));
    FinishTexts(seq, std::move(symbols), std::move(texts));
  }
  void FinishTexts(uint64_t seq, std::vector<Symbol> symbols, std::vector<FrameText> texts) {
    FrameDone done = DoneWith(StampAt(0, seq, ExposureOf(seq)), std::move(symbols));
    done.result->texts = std::move(texts);
    settler_->Handle(std::move(done));
  }
  int64_t Next() const {
    std::vector<int64_t> next;
    board_.Read(&next);
    return next.at(0);
  }

  SequenceBoard board_{1};
};

TEST_F(SettlerTextTest, NumbersInSequenceAreClaimedOneAfterTheOther) {
  UseNumbers();
  EXPECT_EQ(Next(), 1000);
  for (uint64_t seq = 1; seq <= 3; ++seq) {
    const std::string number = std::to_string(999 + seq);
    Issue(number);
    Open(seq);
    ShowNumber(seq, number);
    EXPECT_TRUE(Accepted(seq)) << seq;
    EXPECT_EQ(Next(), static_cast<int64_t>(1000 + seq));
  }
  TellAll();
  ASSERT_EQ(records_.size(), 3u);
  ASSERT_EQ(records_[0].texts.size(), 1u);
  EXPECT_EQ(records_[0].texts[0].read, "1000");
  EXPECT_TRUE(records_[0].texts[0].number);
  EXPECT_EQ(records_[0].texts[0].center_counts, FromOf(1) + kLength / 2);
}

TEST_F(SettlerTextTest, ANumberFromElsewhereIsOutOfSequenceAndTheNextOneIsNot) {
  UseNumbers();
  for (const char* number : {"1000", "1001", "1002", "4002"}) Issue(number);
  Open(1);
  ShowNumber(1, "1000");
  Open(2);
  ShowNumber(2, "4002");
  EXPECT_EQ(ReasonOf(2), RejectReason::kOutOfSequence);
  Open(3);
  ShowNumber(3, "1002");
  EXPECT_TRUE(Accepted(3));
}

TEST_F(SettlerTextTest, ItemsAreCountedInTheirOrderNotInThatOfTheResults) {
  UseNumbers();
  for (const char* number : {"1000", "1001", "1002"}) Issue(number);
  for (uint64_t seq = 1; seq <= 3; ++seq) {
    Open(seq);
    Arrive(StampAt(0, seq, ExposureOf(seq)));
  }
  FinishNumber(3, "1002");
  FinishNumber(2, "1001");
  EXPECT_FALSE(Decided(3));
  FinishNumber(1, "1000");
  for (uint64_t seq = 1; seq <= 3; ++seq) EXPECT_TRUE(Accepted(seq)) << seq;
}

TEST_F(SettlerTextTest, AnItemThatShowsNothingKeepsItsPlaceInTheSequence) {
  UseNumbers();
  for (const char* number : {"1000", "1003"}) Issue(number);
  Open(1);
  ShowNumber(1, "1000");
  Open(2);
  ShowNumber(2, "1??1", TextState::kUnreadable);
  EXPECT_EQ(ReasonOf(2), RejectReason::kNoRead);
  Open(3);
  Expire(3);
  EXPECT_EQ(ReasonOf(3), RejectReason::kFrameLost);
  EXPECT_EQ(Next(), 1003);
  Open(4);
  ShowNumber(4, "1003");
  EXPECT_TRUE(Accepted(4));
}

TEST_F(SettlerTextTest, AfterAStopAnyNumberBegins) {
  UseNumbers();
  Issue("1000");
  Issue("2000");
  Open(1);
  ShowNumber(1, "1000");
  settler_->SetRunning(false);
  settler_->SetRunning(true);
  EXPECT_EQ(Next(), SequenceBoard::kUnknown);
  Open(2);
  ShowNumber(2, "2000");
  EXPECT_TRUE(Accepted(2));
  EXPECT_EQ(Next(), 2001);
}

TEST_F(SettlerTextTest, ALineOfTextGoesWithTheItemOfItsCode) {
  item::Recipe recipe = PackRecipe();
  recipe.texts.push_back({.name = "expiry", .beside = item::CodeRole::kIdentity});
  Use(recipe);
  Issue("A");
  Issue("B");
  // The line of A lies in the window of B, as one can beside a code at the end of its item.
  Open(1);
  Open(2);
  const FrameText good{.line = 0, .symbol = 0, .state = TextState::kMatch};
  FrameText bad{.line = 0, .symbol = 0, .state = TextState::kMismatch};
  bad.expected.Assign("12.2028");
  bad.read.Assign("12.2027");
  bad.place.corners.fill({1279, 500});
  ShowTexts(1, {SymbolAt("A", 640, 500)}, {bad});
  ShowTexts(2, {SymbolAt("B", 640, 500)}, {good});
  EXPECT_EQ(ReasonOf(1), RejectReason::kTextMismatch);
  EXPECT_TRUE(Accepted(2));
  TellAll();
  EXPECT_EQ(records_[0].detail, "expiry: the label says 12.2027, the code 12.2028");
  ASSERT_EQ(records_[0].texts.size(), 1u);
  EXPECT_EQ(records_[0].texts[0].name, "expiry");
}

TEST_F(SettlerTextTest, ALineThatNoFrameShowsIsNotAccepted) {
  item::Recipe recipe = PackRecipe();
  recipe.texts.push_back({.name = "expiry", .beside = item::CodeRole::kIdentity});
  Use(recipe);
  Issue("A");
  Open(1);
  ShowTexts(1, {SymbolAt("A", 640, 500)}, {});
  EXPECT_EQ(ReasonOf(1), RejectReason::kTextMismatch);
}

}  // namespace
}  // namespace veriline::line
