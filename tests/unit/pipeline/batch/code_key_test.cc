// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/code_key.h"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

namespace veriline::batch {
namespace {

const std::string kGtin = "0109501101530003";

CodeKey KeyOf(std::string_view identifier, const std::string& payload) {
  const auto code = ScanCode(identifier, payload);
  EXPECT_TRUE(code) << payload;
  return code ? code->key : CodeKey();
}

TEST(CodeKey, OfATradeItemIsItsGtinAndSerial) {
  const CodeKey key = KeyOf("]d2", kGtin + "21A1");
  EXPECT_EQ(key, CodeKey::Gs1("09501101530003", "A1"));
  EXPECT_TRUE(key.is_gs1());
  // Neither order nor other fields nor a separator too many change it.
  EXPECT_EQ(KeyOf("]d2", kGtin + "17251231" + "10LOT\x1D" + "21A1\x1D"), key);
  EXPECT_EQ(KeyOf("]Q3", "21A1\x1D" + kGtin), key);
  EXPECT_EQ(KeyOf("]C1", kGtin + "\x1D" + "21A1"), key);
  EXPECT_NE(KeyOf("]d2", kGtin + "21a1"), key);
  EXPECT_NE(KeyOf("]d2", kGtin + "21A12"), key);
}

TEST(CodeKey, OfALogisticUnitIsItsSscc) {
  EXPECT_EQ(KeyOf("]C1", "00376104250021234569"), CodeKey::Sscc("376104250021234569"));
}

TEST(CodeKey, OfADigitalLinkIsThatOfItsElements) {
  const std::string uri = "https://id.example.com/01/09501101530003/10/LOT/21/A%2F1?17=251231";
  const auto code = ScanCode("]Q1", uri);
  ASSERT_TRUE(code);
  EXPECT_EQ(code->key, CodeKey::Gs1("09501101530003", "A/1"));
  EXPECT_FALSE(code->is_gs1);  // no FNC1 says so
  EXPECT_EQ(code->lot, "LOT");
  EXPECT_EQ(code->expiry_yymmdd, "251231");
  EXPECT_EQ(code->hri, "(01)09501101530003(10)LOT(21)A/1(17)251231");
  // Wherever it leads.
  EXPECT_EQ(KeyOf("]d1", "http://other.example/x/01/9501101530003/21/A%2f1"), code->key);
  EXPECT_EQ(KeyOf("]Q1", "https://example.com/00/376104250021234569"),
            CodeKey::Sscc("376104250021234569"));
  // Without a serial number it is text, and so is any other address.
  for (const char* text : {"https://example.com/01/09501101530003", "https://example.com/a/b"}) {
    EXPECT_EQ(KeyOf("]Q1", text), CodeKey::Plain(text));
  }
  const auto wrong = ScanCode("]Q1", "https://example.com/01/09501101530004/21/A1");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, gs1::ErrorKind::kBadCheckDigit);
}

TEST(CodeKey, OfAnythingElseIsThePayload) {
  EXPECT_EQ(KeyOf("]d1", "hello"), CodeKey::Plain("hello"));
  EXPECT_EQ(KeyOf("]d1", "\x1Dhello\x1D\x1D"), CodeKey::Plain("hello"));
  EXPECT_EQ(KeyOf("]d2", kGtin + "10LOT\x1D"), CodeKey::Plain(kGtin + "10LOT"));
  EXPECT_FALSE(CodeKey::Plain("hello").is_gs1());
}

TEST(CodeKey, OfPlainTextIsNeverThatOfGs1) {
  const CodeKey gs1 = KeyOf("]d2", kGtin + "21A1");
  EXPECT_NE(KeyOf("]d1", kGtin + "21A1"), gs1);
  EXPECT_NE(KeyOf("]d1", gs1.bytes()), gs1);
  EXPECT_NE(KeyOf("]Q1", "00376104250021234569"), CodeKey::Sscc("376104250021234569"));
  EXPECT_NE(CodeKey(), CodeKey::Plain(""));
}

TEST(CodeKey, ComesBackFromItsBytes) {
  for (const CodeKey& key : {CodeKey::Gs1("09501101530003", "A1"), CodeKey::Plain(""),
                             CodeKey::Plain(std::string("a\0b", 3)), CodeKey::Sscc("x")}) {
    EXPECT_EQ(CodeKey::FromBytes(key.bytes()), key);
  }
  EXPECT_EQ(CodeKey::FromBytes(""), std::nullopt);
  EXPECT_EQ(CodeKey::FromBytes("x1"), std::nullopt);
}

TEST(CodeKey, IsOrderedAndHashed) {
  const CodeKey a = CodeKey::Plain("a");
  const CodeKey b = CodeKey::Plain("b");
  EXPECT_LT(a, b);
  EXPECT_LT(CodeKey::Gs1("09501101530003", "A1"), a);
  const std::unordered_set<CodeKey> set{a, b, CodeKey::Plain("a")};
  EXPECT_EQ(set.size(), 2u);
}

TEST(ScanCode, TellsTheFieldsOfAnElementString) {
  const auto code = ScanCode("]d2", kGtin + "21S\x1D" + "17251200" + "10L-1");
  ASSERT_TRUE(code);
  EXPECT_TRUE(code->is_gs1);
  EXPECT_EQ(code->gtin14, "09501101530003");
  EXPECT_EQ(code->serial, "S");
  EXPECT_EQ(code->lot, "L-1");
  EXPECT_EQ(code->expiry_yymmdd, "251200");
  EXPECT_EQ(code->market, std::nullopt);
  EXPECT_EQ(code->hri, "(01)09501101530003(21)S(17)251200(10)L-1");
  EXPECT_EQ(ScanCode("]C1",
                     "00376104250021234569"
                     "4307DE")
                ->market,
            "DE");
}

TEST(ScanCode, CallsAGs1SyntaxErrorMalformed) {
  // The separator behind the lot is lost and the serial runs past 20 characters.
  const auto lost = ScanCode("]d2", kGtin + "10ABCDEFGHIJ" + "17251231" + "21SERIAL");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, gs1::ErrorKind::kMissingSeparator);
  const auto drawn_long = ScanCode("]d2", kGtin + "21" + std::string(21, 'A'));
  ASSERT_FALSE(drawn_long);
  EXPECT_EQ(drawn_long.error().kind, gs1::ErrorKind::kTooLong);
  EXPECT_FALSE(ScanCode("]d2", "hello"));
  EXPECT_FALSE(ScanCode("]d2", ""));
  EXPECT_FALSE(ScanCode("]d2", "21A1"));
  EXPECT_TRUE(ScanCode("]d2", "21A1", gs1::Associations::kIgnore));
}

TEST(ScanCode, KnowsTheGtinOfProductSymbols) {
  EXPECT_EQ(ScanCode("]E0", "6291041500213")->gtin14, "06291041500213");
  EXPECT_EQ(ScanCode("]E0", "036000291452")->gtin14, "00036000291452");
  EXPECT_EQ(ScanCode("]E4", "96385074")->gtin14, "00000096385074");
  EXPECT_EQ(ScanCode("]E3", "629104150021312")->gtin14, "06291041500213");
  EXPECT_EQ(ScanCode("]E3", "629104150021312345")->gtin14, "06291041500213");
  EXPECT_EQ(ScanCode("]E3", "03600029145212345")->gtin14, "00036000291452");
  EXPECT_EQ(ScanCode("]I1", "09501101530003")->gtin14, "09501101530003");
  EXPECT_EQ(ScanCode("]I1", "09501101530004")->gtin14, std::nullopt);
  EXPECT_EQ(ScanCode("]d1", "6291041500213")->gtin14, std::nullopt);
  EXPECT_FALSE(ScanCode("]E0", "6291041500213")->is_gs1);
}

TEST(ScanCode, TakesOnlyTheIdentifiersOfGs1ForGs1) {
  for (std::string_view id : {"]C1", "]d2", "]d8", "]e0", "]Q3", "]J1", "]L3"})
    EXPECT_TRUE(SaysGs1(id)) << id;
  for (std::string_view id :
       {"]C0", "]C2", "]d1", "]d3", "]e1", "]Q1", "]Q5", "]E0", "]z1", "", "]"}) {
    EXPECT_FALSE(SaysGs1(id)) << id;
  }
}

}  // namespace
}  // namespace veriline::batch
