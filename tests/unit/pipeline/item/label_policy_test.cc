// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "pipeline/item/policy.h"
#include "tests/support/belt.h"
#include "tests/support/memory_store.h"

namespace veriline::item {
namespace {

using batch::BatchState;
using batch::CodeKey;
using batch::CodeState;
using ::veriline::testing::MemoryStore;
using ::veriline::testing::PackRecipe;

CodeResult Code(Symbology symbology, std::string identifier, std::string payload) {
  CodeResult c;
  c.symbology = symbology;
  c.identifier = std::move(identifier);
  c.payload = c.text = std::move(payload);
  return c;
}
CodeResult Bars(std::string payload) {
  return Code(Symbology::kCode128, "]C0", std::move(payload));
}
CodeResult Qr(std::string payload) { return Code(Symbology::kQr, "]Q1", std::move(payload)); }

TextResult Line(std::string name, TextState state, std::string expected, std::string read) {
  return {.name = std::move(name),
          .state = state,
          .expected = std::move(expected),
          .read = std::move(read)};
}
TextResult Number(std::string read, TextState state = TextState::kMatch) {
  return {.name = "number", .number = true, .state = state, .read = std::move(read)};
}

/// A Code 128 number with a QR Code of a link that was issued with it.
class Labels : public ::testing::Test {
 protected:
  Labels() {
    recipe_ = PackRecipe();
    recipe_.codes = {
        {.role = CodeRole::kIdentity, .symbologies = SymbologySet().Add(Symbology::kCode128)},
        {.role = CodeRole::kCopy,
         .symbologies = SymbologySet().Add(Symbology::kQr),
         .content = *TextTemplate::Parse("HTTPS://EXAMPLE.COM/{code}", 2026)}};
    for (const char* code : {"N1", "N2", "1000", "1001", "1002", "1003", "1007"}) {
      store_.Add(CodeKey::Plain(code),
                 {.batch = "B", .batch_state = BatchState::kOpen, .state = CodeState::kIssued});
    }
  }
  Decision Judge(std::vector<CodeResult> codes, const std::vector<TextResult>& texts = {}) {
    codes_ = std::move(codes);
    return Decide(recipe_, "B", store_, codes_, texts, track_ ? &*track_ : nullptr);
  }
  /// Lines of text beside the codes.
  void Ask(std::vector<std::string> names) {
    for (std::string& name : names) recipe_.texts.push_back({.name = std::move(name)});
  }
  void Count() {
    recipe_.codes.clear();
    recipe_.sequence.length = 4;
    recipe_.sequence.window = 2;
    recipe_.sequence.lanes = {{.step = 1, .first = "1000"}};
    track_.emplace(recipe_.sequence, 0);
  }

  Recipe recipe_;
  MemoryStore store_;
  std::vector<CodeResult> codes_;
  std::optional<SequenceTrack> track_;
};

TEST_F(Labels, APairIssuedTogetherIsAccepted) {
  const Decision d = Judge({Bars("N1"), Qr("HTTPS://EXAMPLE.COM/N1")});
  EXPECT_TRUE(d.reasons.Empty()) << d.detail;
  EXPECT_EQ(d.identity, CodeKey::Plain("N1"));
  EXPECT_EQ(codes_[1].role, CodeRole::kCopy);
}

TEST_F(Labels, APairOfTwoItemsIsInconsistentAndNamesBoth) {
  const Decision d = Judge({Bars("N1"), Qr("HTTPS://EXAMPLE.COM/N2")});
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kInconsistent);
  EXPECT_NE(d.detail.find("/N2"), std::string::npos) << d.detail;
  EXPECT_NE(d.detail.find("/N1"), std::string::npos) << d.detail;
}

TEST_F(Labels, APartThatIsNotThereIsMissing) {
  EXPECT_EQ(Judge({Bars("N1")}).reasons.Primary(), RejectReason::kMissingPart);
  EXPECT_EQ(Judge({Qr("HTTPS://EXAMPLE.COM/N1")}).reasons.Primary(), RejectReason::kNoRead);
}

TEST_F(Labels, ANeighboursCodeBesideTheOwnIsInconsistent) {
  EXPECT_EQ(Judge({Bars("N1"), Qr("HTTPS://EXAMPLE.COM/N1"), Bars("N2")}).reasons.Primary(),
            RejectReason::kInconsistent);
  EXPECT_EQ(Judge({Bars("N1"), Qr("HTTPS://EXAMPLE.COM/N1"), Qr("HTTPS://EXAMPLE.COM/N2")})
                .reasons.Primary(),
            RejectReason::kInconsistent);
}

TEST_F(Labels, TheFormOfACodeIsPartOfIt) {
  recipe_.codes[0].mask = "N#";
  EXPECT_TRUE(Judge({Bars("N1"), Qr("HTTPS://EXAMPLE.COM/N1")}).reasons.Empty());
  EXPECT_EQ(Judge({Bars("1000"), Qr("HTTPS://EXAMPLE.COM/1000")}).reasons.Primary(),
            RejectReason::kMalformed);
  const Decision extra = Judge({Bars("N1"), Qr("HTTPS://EXAMPLE.COM/N1"), Bars("1000")});
  EXPECT_EQ(extra.reasons.Primary(), RejectReason::kInconsistent) << "it has a check character";
}

TEST_F(Labels, ASplinterOfACodeWithoutCheckIsAMisreadBesideTheWholeOne) {
  recipe_.codes[0] = {
      .role = CodeRole::kIdentity, .symbologies = SymbologySet().Add(Symbology::kItf), .length = 4};
  const auto itf = [](std::string digits) {
    return Code(Symbology::kItf, "]I0", std::move(digits));
  };
  EXPECT_TRUE(Judge({itf("1000"), itf("10"), Qr("HTTPS://EXAMPLE.COM/1000")}).reasons.Empty());
  EXPECT_EQ(Judge({itf("10"), Qr("HTTPS://EXAMPLE.COM/1000")}).reasons.Primary(),
            RejectReason::kMalformed)
      << "alone it may be what was printed";
}

TEST_F(Labels, WhatNeededTooMuchCorrectionIsNotRead) {
  recipe_.codes[0].most_corrected = 2;
  const auto corrected = [](int codewords) {
    CodeResult code = Bars("N1");
    code.errors_corrected = codewords;
    return std::vector<CodeResult>{code, Qr("HTTPS://EXAMPLE.COM/N1")};
  };
  EXPECT_TRUE(Judge(corrected(2)).reasons.Empty());
  const Decision d = Judge(corrected(3));
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kNoRead);
  EXPECT_NE(d.detail.find("3 codewords"), std::string::npos) << d.detail;
  EXPECT_FALSE(d.identity);
  EXPECT_EQ(Judge(corrected(-1)).reasons.Primary(), RejectReason::kNoRead) << "it does not tell";
}

TEST_F(Labels, TextThatDisagreesIsNamedWithBothValues) {
  Ask({"expiry"});
  const std::vector<CodeResult> codes = {Bars("N1"), Qr("HTTPS://EXAMPLE.COM/N1")};
  const auto line = [](TextState state, std::string read) {
    return Line("expiry", state, "12.2028", std::move(read));
  };
  EXPECT_TRUE(Judge(codes, {line(TextState::kMatch, "12.2028")}).reasons.Empty());
  Decision d = Judge(codes, {line(TextState::kMismatch, "12.2027")});
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kTextMismatch);
  EXPECT_EQ(d.detail, "expiry: the label says 12.2027, the code 12.2028");
  d = Judge(codes, {line(TextState::kMissing, "")});
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kTextMismatch);
  EXPECT_NE(d.detail.find("nothing is printed where 12.2028 belongs"), std::string::npos);
  d = Judge(codes, {line(TextState::kUnreadable, "1?.2028")});
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kTextMismatch);
  EXPECT_NE(d.detail.find("1?.2028"), std::string::npos) << d.detail;
  d = Judge(codes, {Line("expiry", TextState::kNoValue, "17", "")});
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kTextMismatch);
  EXPECT_NE(d.detail.find("AI 17"), std::string::npos) << d.detail;
}

TEST_F(Labels, ALineThatNobodyLookedAtIsNeverIgnored) {
  Ask({"expiry", "lot"});
  const std::vector<CodeResult> codes = {Bars("N1"), Qr("HTTPS://EXAMPLE.COM/N1")};
  const Decision d = Judge(codes, {Line("expiry", TextState::kMatch, "12.2028", "12.2028")});
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kTextMismatch);
  EXPECT_EQ(d.detail, "lot: no picture shows its place");
  const Decision nothing = Judge({});
  EXPECT_EQ(nothing.reasons.Primary(), RejectReason::kNoRead);
  EXPECT_FALSE(nothing.reasons.Has(RejectReason::kTextMismatch)) << "nothing to hold it against";
}

TEST_F(Labels, OfSeveralSightingsADifferentTextCountsMostThenAMatch) {
  Ask({"expiry"});
  const std::vector<CodeResult> codes = {Bars("N1"), Qr("HTTPS://EXAMPLE.COM/N1")};
  const TextResult good = Line("expiry", TextState::kMatch, "12", "12");
  const TextResult dull = Line("expiry", TextState::kUnreadable, "12", "1?");
  const TextResult other = Line("expiry", TextState::kMismatch, "12", "17");
  EXPECT_TRUE(Judge(codes, {dull, good}).reasons.Empty());
  EXPECT_TRUE(Judge(codes, {good, dull}).reasons.Empty());
  EXPECT_EQ(Judge(codes, {good, other}).reasons.Primary(), RejectReason::kTextMismatch);
}

TEST_F(Labels, TextIsTheLeastOfTheReasonsOfALabel) {
  Ask({"expiry"});
  const Decision d =
      Judge({Bars("N1")}, {Line("expiry", TextState::kMismatch, "12.2028", "12.2027")});
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kMissingPart);
  EXPECT_TRUE(d.reasons.Has(RejectReason::kTextMismatch));
}

TEST_F(Labels, ANumberInSequenceIsAnIdentity) {
  Count();
  const Decision d = Judge({}, {Number("1000")});
  EXPECT_TRUE(d.reasons.Empty()) << d.detail;
  EXPECT_EQ(d.identity, CodeKey::Plain("1000"));
}

TEST_F(Labels, AClearNumberOutsideOfTheWindowClaimsNothing) {
  Count();
  const Decision d = Judge({}, {Number("1007")});
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kOutOfSequence);
  EXPECT_FALSE(d.identity);
  EXPECT_NE(d.detail.find("1007"), std::string::npos) << d.detail;
  EXPECT_NE(d.detail.find("1000"), std::string::npos) << d.detail;
  EXPECT_NE(d.detail.find("a gap of 7 numbers"), std::string::npos) << d.detail;
  const Decision back = Judge({}, {Number("0993")});
  EXPECT_NE(back.detail.find("7 back, as in a repeat"), std::string::npos) << back.detail;
}

TEST_F(Labels, ANumberThatIsNotClearIsNoRead) {
  Count();
  EXPECT_EQ(Judge({}).reasons.Primary(), RejectReason::kNoRead);
  EXPECT_EQ(Judge({}, {Number("", TextState::kMissing)}).reasons.Primary(), RejectReason::kNoRead);
  const Decision d = Judge({}, {Number("10?0", TextState::kUnreadable)});
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kNoRead);
  EXPECT_NE(d.detail.find("10?0"), std::string::npos) << d.detail;
}

TEST_F(Labels, TwoNumbersOnOneItemAreInconsistent) {
  Count();
  EXPECT_EQ(Judge({}, {Number("1000"), Number("1001")}).reasons.Primary(),
            RejectReason::kInconsistent);
  EXPECT_TRUE(Judge({}, {Number("1000"), Number("1000")}).reasons.Empty());
  EXPECT_TRUE(Judge({}, {Number("1000"), Number("", TextState::kUnreadable)}).reasons.Empty());
}

TEST_F(Labels, ANumberOfTheWindowThatWasNotIssuedIsUnknown) {
  Count();
  track_->Settle(1002);
  EXPECT_TRUE(Judge({}, {Number("1003")}).reasons.Empty());
  EXPECT_EQ(Judge({}, {Number("1004")}).reasons.Primary(), RejectReason::kUnknown);
}

SequenceSpec Counting(int64_t step, int window, std::string first = "") {
  SequenceSpec spec;
  spec.length = 6;
  spec.window = window;
  spec.lanes = {{.step = step, .first = std::move(first)}};
  return spec;
}

TEST(SequenceTrack, GoesOnByItsStep) {
  const SequenceSpec spec = Counting(2, 1);
  SequenceTrack track(spec, 0);
  EXPECT_FALSE(track.next());
  EXPECT_TRUE(track.Fits(4711)) << "any number begins";
  track.Settle(100);
  EXPECT_EQ(track.next(), 102);
  EXPECT_TRUE(track.Fits(102));
  EXPECT_TRUE(track.Fits(104)) << "one ahead";
  EXPECT_TRUE(track.Fits(100)) << "one behind; the registry knows whether it is spent";
  EXPECT_FALSE(track.Fits(103)) << "between two";
  EXPECT_FALSE(track.Fits(106));
  track.Settle(std::nullopt);
  EXPECT_EQ(track.next(), 104) << "what nobody read was the expected one";
  track.Settle(102);
  EXPECT_EQ(track.next(), 104) << "one put in again from behind";
  track.Settle(106);
  EXPECT_EQ(track.next(), 108);
}

TEST(SequenceTrack, CountsDown) {
  const SequenceSpec spec = Counting(-1, 1, "000100");
  SequenceTrack track(spec, 0);
  EXPECT_EQ(track.next(), 100);
  track.Settle(100);
  EXPECT_EQ(track.next(), 99);
  EXPECT_FALSE(track.Fits(97));
  track.Settle(98);
  EXPECT_EQ(track.next(), 97);
}

TEST(SequenceTrack, OneNumberFromElsewhereChangesNothing) {
  const SequenceSpec spec = Counting(1, 1, "000100");
  SequenceTrack track(spec, 0);
  track.Settle(100);
  EXPECT_FALSE(track.Fits(900));
  track.Settle(900);
  EXPECT_EQ(track.next(), 102);
  track.Settle(102);
  track.Settle(901);  // follows the first one, with a good one between
  track.Settle(104);
  EXPECT_EQ(track.next(), 105);
}

TEST(SequenceTrack, AJumpForGoodIsFollowedAfterSomeItems) {
  const SequenceSpec spec = Counting(1, 2, "000100");
  SequenceTrack track(spec, 0);
  track.Settle(100);
  for (int64_t value : {500, 501, 502}) {
    EXPECT_FALSE(track.Fits(value)) << value;
    track.Settle(value);
  }
  EXPECT_TRUE(track.Fits(503));
  track.Settle(503);
  EXPECT_EQ(track.next(), 504);
  track.Restart();
  EXPECT_FALSE(track.next());
}

TEST(SequenceTrack, AJumpWithAnUnreadNumberWithinIsFollowedToo) {
  const SequenceSpec spec = Counting(1, 2, "000100");
  SequenceTrack track(spec, 0);
  track.Settle(500);
  track.Settle(std::nullopt);
  track.Settle(502);
  EXPECT_FALSE(track.Fits(503));
  track.Settle(503);
  EXPECT_TRUE(track.Fits(504));
}

}  // namespace
}  // namespace veriline::item
