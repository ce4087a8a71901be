// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/policy.h"

#include <gtest/gtest.h>

#include "tests/support/belt.h"
#include "tests/support/memory_store.h"

namespace veriline::item {
namespace {

using batch::BatchState;
using batch::CodeKey;
using batch::CodeState;
using ::veriline::testing::MemoryStore;
using ::veriline::testing::PackRecipe;

constexpr char kGtin[] = "09506000134352";

CodeResult DataMatrix(std::string payload, std::string identifier = "]d2") {
  CodeResult c;
  c.symbology = Symbology::kDataMatrix;
  c.identifier = std::move(identifier);
  c.payload = c.text = std::move(payload);
  return c;
}

std::string Element(const std::string& serial, const std::string& lot = "L1") {
  return "01" + std::string(kGtin) + "17271231" + "10" + lot + "\x1d" + "21" + serial;
}

class Policy : public ::testing::Test {
 protected:
  Policy() {
    recipe_ = PackRecipe();
    recipe_.codes[0].identifier = "]d2";
    Issue("A1", "B", BatchState::kOpen, CodeState::kIssued);
    Issue("OTHER", "C", BatchState::kOpen, CodeState::kIssued);
    Issue("VOID", "B", BatchState::kOpen, CodeState::kVoided);
    Issue("OLD", "B", BatchState::kClosed, CodeState::kIssued);
  }
  void Issue(const std::string& serial, const std::string& batch, BatchState batch_state,
             CodeState state) {
    store_.Add(CodeKey::Gs1(kGtin, serial), {.batch = batch,
                                             .batch_state = batch_state,
                                             .state = state,
                                             .gtin = kGtin,
                                             .lot = "L1",
                                             .expiry = "271231"});
  }
  Decision Judge(std::vector<CodeResult> codes) {
    codes_ = std::move(codes);
    return Decide(recipe_, "B", store_, codes_);
  }

  Recipe recipe_;
  MemoryStore store_;
  std::vector<CodeResult> codes_;
};

TEST_F(Policy, AStoreThatCannotSayIsAFaultAndNotAnUnknownCode) {
  store_.fail_lookups = true;
  const Decision decision = Judge({DataMatrix(Element("A1"))});
  EXPECT_EQ(decision.reasons.Primary(), RejectReason::kFault);
  EXPECT_FALSE(decision.reasons.Has(RejectReason::kUnknown));
  EXPECT_EQ(decision.detail, "disk gone");
}

TEST_F(Policy, AcceptsAnIssuedCode) {
  const Decision d = Judge({DataMatrix(Element("A1"))});
  EXPECT_TRUE(d.reasons.Empty()) << d.detail;
  EXPECT_EQ(d.identity, CodeKey::Gs1(kGtin, "A1"));
  EXPECT_EQ(codes_[0].role, CodeRole::kIdentity);
  EXPECT_EQ(codes_[0].hri, "(01)09506000134352(17)271231(10)L1(21)A1");
}

TEST_F(Policy, NamesEachReason) {
  EXPECT_EQ(Judge({}).reasons.Primary(), RejectReason::kNoRead);
  EXPECT_EQ(Judge({DataMatrix(Element("NEVER"))}).reasons.Primary(), RejectReason::kUnknown);
  EXPECT_EQ(Judge({DataMatrix(Element("OTHER"))}).reasons.Primary(), RejectReason::kWrongBatch);
  EXPECT_EQ(Judge({DataMatrix(Element("OLD"))}).reasons.Primary(), RejectReason::kWrongBatch);
  EXPECT_EQ(Judge({DataMatrix(Element("VOID"))}).reasons.Primary(), RejectReason::kVoided);
  EXPECT_EQ(Judge({DataMatrix(Element("A1")), DataMatrix(Element("A2"))}).reasons.Primary(),
            RejectReason::kInconsistent);
}

TEST_F(Policy, ADifferentLotIsWrongBatchAndNamesTheField) {
  const Decision d = Judge({DataMatrix(Element("A1", "L9"))});
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kWrongBatch);
  EXPECT_NE(d.detail.find("lot"), std::string::npos) << d.detail;
  EXPECT_NE(d.detail.find("L9"), std::string::npos) << d.detail;
}

TEST_F(Policy, ALostSeparatorIsMalformed) {
  std::string lost = Element("SERIAL0123456789", "LOT123");  // together past the 20 of a lot
  lost.erase(lost.find('\x1d'), 1);
  EXPECT_EQ(Judge({DataMatrix(lost)}).reasons.Primary(), RejectReason::kMalformed);
}

TEST_F(Policy, TheRightTextWithoutFnc1IsMalformed) {
  const Decision d = Judge({DataMatrix(Element("A1"), "]d1")});
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kMalformed);
  EXPECT_FALSE(d.identity);
}

TEST_F(Policy, ADigitalLinkIsHeldAgainstTheBatchLikeAnElementString) {
  recipe_.codes[0].identifier.clear();
  const std::string uri = "https://example.com/01/" + std::string(kGtin) + "/10/L1/21/";
  const auto seen = [&](const std::string& text) { return Judge({DataMatrix(text, "]d1")}); };
  EXPECT_TRUE(seen(uri + "A1?17=271231").reasons.Empty());
  EXPECT_EQ(seen(uri + "A1?17=271231").identity, CodeKey::Gs1(kGtin, "A1"));
  EXPECT_EQ(seen(uri + "A1?17=281231").reasons.Primary(), RejectReason::kWrongBatch);
  EXPECT_EQ(seen(uri + "NEVER").reasons.Primary(), RejectReason::kUnknown);
  EXPECT_EQ(seen(uri + "A%1").reasons.Primary(), RejectReason::kMalformed);
}

TEST_F(Policy, TheSameCodeSeenTwiceIsOne) {
  EXPECT_TRUE(Judge({DataMatrix(Element("A1")), DataMatrix(Element("A1"))}).reasons.Empty());
}

TEST_F(Policy, ProductMustNameTheBatchsGtin) {
  recipe_.codes.push_back(
      {.role = CodeRole::kProduct, .symbologies = SymbologySet().Add(Symbology::kEan13)});
  CodeResult ean;
  ean.symbology = Symbology::kEan13;
  ean.identifier = "]E0";
  ean.payload = ean.text = "9506000134352";
  EXPECT_TRUE(Judge({DataMatrix(Element("A1")), ean}).reasons.Empty());
  EXPECT_EQ(Judge({DataMatrix(Element("A1"))}).reasons.Primary(), RejectReason::kMissingPart);
  ean.payload = ean.text = "4006381333931";
  EXPECT_EQ(Judge({DataMatrix(Element("A1")), ean}).reasons.Primary(), RejectReason::kInconsistent);
}

TEST_F(Policy, ACompositeWithoutItsComponentIsAMissingPart) {
  recipe_.codes = {
      {.role = CodeRole::kIdentity, .symbologies = SymbologySet().Add(Symbology::kComposite)}};
  CodeResult composite;
  composite.symbology = Symbology::kComposite;
  composite.identifier = "]e0";
  composite.payload = composite.text = Element("A1");
  EXPECT_TRUE(Judge({composite}).reasons.Empty());
  CodeResult linear;
  linear.symbology = Symbology::kEan13;
  linear.identifier = "]E0";
  linear.payload = linear.text = "9506000134352";
  const Decision half = Judge({linear});
  EXPECT_EQ(half.reasons.Primary(), RejectReason::kMissingPart);
  EXPECT_FALSE(half.identity);
  EXPECT_NE(half.detail.find("9506000134352"), std::string::npos);
  // Beside a whole one it is a code that the recipe does not name; no linear symbol, not read.
  EXPECT_EQ(Judge({composite, linear}).reasons.Primary(), RejectReason::kInconsistent);
  EXPECT_EQ(Judge({}).reasons.Primary(), RejectReason::kNoRead);
  // The same of a copy.
  recipe_.codes = {
      {.role = CodeRole::kIdentity, .symbologies = SymbologySet().Add(Symbology::kDataMatrix)},
      {.role = CodeRole::kCopy, .symbologies = SymbologySet().Add(Symbology::kComposite)}};
  EXPECT_TRUE(Judge({DataMatrix(Element("A1")), composite}).reasons.Empty());
  EXPECT_EQ(Judge({DataMatrix(Element("A1")), linear}).reasons.Primary(),
            RejectReason::kMissingPart);
}

TEST_F(Policy, ACodeThatTheRecipeDoesNotNameIsInconsistent) {
  CodeResult extra;
  extra.symbology = Symbology::kQr;
  extra.identifier = "]Q1";
  extra.payload = extra.text = "advert";
  EXPECT_EQ(Judge({DataMatrix(Element("A1")), extra}).reasons.Primary(),
            RejectReason::kInconsistent);
  recipe_.codes.push_back(
      {.role = CodeRole::kIgnored, .symbologies = SymbologySet().Add(Symbology::kQr)});
  EXPECT_TRUE(Judge({DataMatrix(Element("A1")), extra}).reasons.Empty());
}

TEST_F(Policy, PrecedenceDecidesAmongSeveralReasons) {
  const Decision d = Judge({DataMatrix(Element("VOID", "L9"))});
  EXPECT_TRUE(d.reasons.Has(RejectReason::kVoided));
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kWrongBatch);
  EXPECT_NE(d.detail.find("lot"), std::string::npos);
}

TEST_F(Policy, ASymbolThatOnlyDetectsErrorsIsNoIdentity) {
  CodeResult code = DataMatrix(Element("A1"));
  code.detection_only = true;
  const Decision d = Judge({code});
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kMalformed);
  EXPECT_NE(d.detail.find("M1"), std::string::npos) << d.detail;
  EXPECT_FALSE(d.identity);
}

/// A code whose symbol contrast gives it that grade.
CodeResult Graded(CodeResult code, float overall, bool estimate = false) {
  code.grade.graded = true;
  code.grade.overall = overall;
  code.grade.limited_by = grading::Parameter::kSymbolContrast;
  code.grade.parameters[static_cast<size_t>(code.grade.limited_by)] = {0.24f, overall};
  if (estimate) {
    code.grade.indications = 1u << static_cast<int>(grading::Indication::kNoReflectance);
  }
  return code;
}

TEST_F(Policy, AGradeBelowTheLimitsRejectsOrWarns) {
  const auto judged = [&](float grade) {
    return Judge({Graded(DataMatrix(Element("A1")), grade)});
  };
  Decision d = judged(1.4f);
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kGrade);
  EXPECT_EQ(d.detail, "the identity code has grade 1.4, below 1.5: symbol_contrast 0.24");
  EXPECT_EQ(codes_[0].grade.flag, GradeFlag::kReject);
  d = judged(1.5f);
  EXPECT_TRUE(d.reasons.Empty()) << "the limit itself is good enough";
  EXPECT_EQ(d.warning, "the identity code has grade 1.5, below 2.0: symbol_contrast 0.24");
  EXPECT_EQ(codes_[0].grade.flag, GradeFlag::kWarn);
  d = judged(2.0f);
  EXPECT_TRUE(d.reasons.Empty());
  EXPECT_EQ(d.warning, "");
  EXPECT_EQ(codes_[0].grade.flag, GradeFlag::kFine);
}

TEST_F(Policy, AnEstimateOnlyWarnsUnlessTheRecipeSaysOtherwise) {
  const auto judged = [&] { return Judge({Graded(DataMatrix(Element("A1")), 0, true)}); };
  Decision d = judged();
  EXPECT_TRUE(d.reasons.Empty());
  EXPECT_NE(d.warning.find("not calibrated"), std::string::npos) << d.warning;
  recipe_.grading.reject_estimates = true;
  EXPECT_EQ(judged().reasons.Primary(), RejectReason::kGrade);
}

TEST_F(Policy, WhatTheReferenceDecodeDoesNotReadIsSaidInWords) {
  CodeResult code = Graded(DataMatrix(Element("A1")), 0);
  code.grade.limited_by = grading::Parameter::kDecode;
  EXPECT_EQ(Judge({code}).detail,
            "the identity code has grade 0.0, below 1.5: the reference decode does not read it");
}

TEST_F(Policy, TheBestSightingOfACodeCounts) {
  const CodeResult dull = Graded(DataMatrix(Element("A1")), 0.5f);
  EXPECT_TRUE(Judge({dull, Graded(DataMatrix(Element("A1")), 3)}).reasons.Empty());
  EXPECT_TRUE(Judge({Graded(DataMatrix(Element("A1")), 3), dull}).reasons.Empty());
  EXPECT_EQ(Judge({dull, dull}).reasons.Primary(), RejectReason::kGrade) << "equally bad twice";
  // One that could not be graded says nothing.
  EXPECT_EQ(Judge({DataMatrix(Element("A1")), dull}).reasons.Primary(), RejectReason::kGrade);
}

TEST_F(Policy, OfCodesThatDoNotMatterTheGradeDoesNot) {
  recipe_.codes.push_back(
      {.role = CodeRole::kIgnored, .symbologies = SymbologySet().Add(Symbology::kQr)});
  CodeResult advert;
  advert.symbology = Symbology::kQr;
  advert.identifier = "]Q1";
  advert.payload = advert.text = "advert";
  EXPECT_TRUE(Judge({DataMatrix(Element("A1")), Graded(advert, 0)}).reasons.Empty());
}

TEST_F(Policy, AGradeIsTheLeastOfSeveralReasons) {
  const Decision d = Judge({Graded(DataMatrix(Element("VOID")), 0)});
  EXPECT_TRUE(d.reasons.Has(RejectReason::kGrade));
  EXPECT_EQ(d.reasons.Primary(), RejectReason::kVoided);
  EXPECT_EQ(d.detail, "the code is voided");
}

}  // namespace
}  // namespace veriline::item
