// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/itf.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/support/linear_drawing.h"
#include "tests/support/linear_encoder.h"

namespace veriline::symbology::linear {
namespace {

using testing::EdgesOf;
using testing::ItfWidths;
using testing::PrintRow;

LinearDecode DecodeDigits(const std::string& digits, double ratio = 3,
                          const DecodeRules& rules = {}, const testing::LinearInk& ink = {}) {
  LinearDecode decode;
  DecodeItf(EdgesOf(PrintRow(ItfWidths(digits, ratio), ink), 2.9, 30), rules, &decode);
  return decode;
}

TEST(Itf, TellsWhereItsPairsAre) {
  const LinearDecode decode = DecodeDigits("123456", 2.25);
  EXPECT_EQ(decode.symbology, Symbology::kItf);
  EXPECT_EQ(decode.payload.view(), "123456");
  EXPECT_STREQ(decode.identifier.data(), "]I0");
  ASSERT_EQ(decode.characters.size(), 5u);
  EXPECT_EQ(decode.characters[0].elements, 4);
  EXPECT_EQ(decode.characters[1].value, 12);
  EXPECT_EQ(decode.characters[2].first_edge, 14);
  EXPECT_EQ(decode.characters[4].first_edge, 34);
  EXPECT_EQ(decode.last_edge, 37);
  EXPECT_NEAR(decode.x_width, 2.9, 1e-3);
  EXPECT_NEAR(decode.wide_ratio, 2.25, 1e-3);
  EXPECT_NEAR(decode.decodability(), 1, 1e-3);
}

TEST(Itf, ReadsAllPairsAtAnyRatioAndGrowth) {
  std::string all;
  for (int i = 0; i < 50; ++i) all += std::to_string(100 + i).substr(1);
  for (const std::string& digits : {all, std::string(all.rbegin(), all.rend())}) {
    for (const double ratio : {1.8, 2.0, 2.5, 3.0, 3.4}) {
      for (const double growth : {-0.3, 0.0, 0.3}) {
        EXPECT_EQ(DecodeDigits(digits, ratio, {}, {.growth_x = growth}).payload.view(), digits);
      }
    }
  }
}

TEST(Itf, HoldsTheCheckDigitWhereAskedTo) {
  const std::string gtin = "1540014128876";
  const char check = testing::Mod10Digit(gtin);
  for (char c = '0'; c <= '9'; ++c) {
    const LinearDecode decode = DecodeDigits(gtin + c, 2.5, {.itf_check = true});
    EXPECT_EQ(decode.payload.view(), c == check ? gtin + c : "");
    EXPECT_STREQ(decode.identifier.data(), c == check ? "]I1" : "");
  }
}

TEST(Itf, RefusesShortOnes) {
  EXPECT_EQ(DecodeDigits("1234").payload.view(), "");
  EXPECT_EQ(DecodeDigits("1234", 3, {.itf_least_digits = 4}).payload.view(), "1234");
  EXPECT_EQ(DecodeDigits("12345678", 3, {.itf_least_digits = 14}).payload.view(), "");
}

TEST(Itf, RefusesPartsOfASymbol) {
  // Lines that leave the symbol through its top see a part of its bars and the quiet zone; within
  // the symbol every place where a start or stop may seem to be has bars beside it.
  std::mt19937 random(5);
  for (int trial = 0; trial < 200; ++trial) {
    std::string digits;
    for (int i = 0; i < 24; ++i) digits += static_cast<char>('0' + random() % 10);
    std::vector<double> widths = {1, 9};
    for (const double w : ItfWidths(digits, 2.5)) widths.push_back(w);
    widths.insert(widths.end(), {9, 1});
    const std::vector<float> edges = EdgesOf(PrintRow(widths), 3, 30);
    const std::span<const float> all(edges);
    LinearDecode decode;
    ASSERT_TRUE(DecodeItf(all, {}, &decode));
    ASSERT_EQ(decode.payload.view(), digits);
    for (size_t cut = 4; cut + 4 < edges.size(); cut += 2) {
      // Only the right or the left of it is seen, with a bit of another bar beyond.
      ASSERT_FALSE(DecodeItf(all.first(cut), {}, &decode) && decode.last_edge + 1u < cut)
          << digits << " as " << decode.payload.view();
      std::vector<float> right = {all[cut] - 3, all[cut] - 2};
      right.insert(right.end(), edges.begin() + static_cast<long>(cut), edges.end());
      ASSERT_FALSE(DecodeItf(right, {}, &decode)) << digits << " as " << decode.payload.view();
    }
  }
}

TEST(Itf, AsksForQuietZones) {
  std::vector<double> widths = {1, 4};
  for (const double w : ItfWidths("123456")) widths.push_back(w);
  LinearDecode decode;
  EXPECT_FALSE(DecodeItf(EdgesOf(PrintRow(widths), 2, 0), {}, &decode));
  widths[1] = 6;
  EXPECT_TRUE(DecodeItf(EdgesOf(PrintRow(widths), 2, 0), {}, &decode));
  EXPECT_FALSE(DecodeItf(EdgesOf(PrintRow(widths), 2, 0), {.least_quiet_x = 10}, &decode));
}

TEST(Itf, DecodabilityIsThatOfTheFormula) {
  // Bars and spaces apart: growth alone moves no element towards its threshold.
  EXPECT_NEAR(DecodeDigits("123456", 3, {}, {.growth_x = 0.3}).decodability(), 1, 1e-3);
  // 0.4 X of a wide space of "34" added to the narrow bar before it: (2 - 1.4) / (2 - 1), but that
  // one of thirty narrow bars moves their mean as well.
  testing::LinearRow row = PrintRow(ItfWidths("12345678901234567890"));
  row.edges[4 + 10 + 5] += 0.4;
  LinearDecode decode;
  ASSERT_TRUE(DecodeItf(EdgesOf(row, 40, 400), {}, &decode));
  EXPECT_NEAR(decode.decodability(), 0.6, 0.015);
}

}  // namespace
}  // namespace veriline::symbology::linear
