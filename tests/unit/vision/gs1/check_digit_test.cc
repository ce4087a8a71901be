// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/check_digit.h"

#include <gtest/gtest.h>

namespace veriline::gs1 {
namespace {

TEST(CheckDigit, IsThatOfPrintedKeys) {
  EXPECT_EQ(CheckDigit("629104150021"), '3');       // GTIN-13 of General Specifications 7.9.1
  EXPECT_EQ(CheckDigit("37610425002123456"), '9');  // SSCC of General Specifications 7.9.1
  EXPECT_EQ(CheckDigit("03600029145"), '2');        // UPC-A
  EXPECT_EQ(CheckDigit("9638507"), '4');            // EAN-8
  EXPECT_EQ(CheckDigit("0950110153000"), '3');      // GTIN-14
  EXPECT_EQ(CheckDigit("0"), '0');
}

TEST(CheckDigit, NeedsDigits) {
  EXPECT_EQ(CheckDigit(""), std::nullopt);
  EXPECT_EQ(CheckDigit("12a"), std::nullopt);
  EXPECT_FALSE(HasValidCheckDigit("0"));
  EXPECT_FALSE(HasValidCheckDigit(""));
  EXPECT_FALSE(HasValidCheckDigit("629104150021x"));
}

TEST(NormalizeGtin, FillsEveryLengthUpToFourteen) {
  EXPECT_EQ(NormalizeGtin("96385074"), "00000096385074");
  EXPECT_EQ(NormalizeGtin("036000291452"), "00036000291452");
  EXPECT_EQ(NormalizeGtin("6291041500213"), "06291041500213");
  EXPECT_EQ(NormalizeGtin("09501101530003"), "09501101530003");
}

TEST(NormalizeGtin, RefusesOtherLengthsAndWrongCheckDigits) {
  EXPECT_EQ(NormalizeGtin("6291041500214"), std::nullopt);
  EXPECT_EQ(NormalizeGtin("0000096385074"), "00000096385074");
  EXPECT_EQ(NormalizeGtin("096385074"), std::nullopt);
  EXPECT_EQ(NormalizeGtin(""), std::nullopt);
  EXPECT_EQ(NormalizeGtin("629104150021X"), std::nullopt);
}

TEST(CheckPair, IsThatOfTheExampleOfTheStandard) {
  EXPECT_TRUE(HasValidCheckPair("1987654Ad4X4bL5ttr2310c2K"));
  EXPECT_FALSE(HasValidCheckPair("1987654Ad4X4bL5ttr2310cK2"));
  EXPECT_FALSE(HasValidCheckPair("1987654Ad4X4bL5ttr2310d2K"));
  EXPECT_FALSE(HasValidCheckPair("2K"));
  EXPECT_FALSE(HasValidCheckPair("1987654Ad4X4bL5ttr2310c02K"));  // too long for the weights
}

}  // namespace
}  // namespace veriline::gs1
