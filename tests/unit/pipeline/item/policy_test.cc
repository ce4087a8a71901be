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

}  // namespace
}  // namespace veriline::item
