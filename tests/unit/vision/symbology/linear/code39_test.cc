// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/code39.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/linear_drawing.h"
#include "tests/support/linear_encoder.h"

namespace veriline::symbology::linear {
namespace {

using testing::Code39FullAscii;
using testing::Code39Print;
using testing::Code39Widths;
using testing::EdgesOf;
using testing::PrintRow;

LinearDecode DecodeText(const std::string& text, const Code39Print& print = {},
                        const DecodeRules& rules = {}) {
  LinearDecode decode;
  DecodeCode39(EdgesOf(PrintRow(Code39Widths(text, print)), 2.9, 30), rules, &decode);
  return decode;
}

TEST(Code39, TellsWhereItsCharactersAre) {
  const LinearDecode decode = DecodeText("A-7", {.ratio = 2.5});
  EXPECT_EQ(decode.symbology, Symbology::kCode39);
  EXPECT_EQ(decode.payload.view(), "A-7");
  EXPECT_STREQ(decode.identifier.data(), "]A0");
  ASSERT_EQ(decode.characters.size(), 5u);
  EXPECT_EQ(decode.characters[0].value, LinearCharacter::kPattern);
  EXPECT_EQ(decode.characters[2].value, 36);
  EXPECT_EQ(decode.characters[2].first_edge, 20);
  EXPECT_EQ(decode.characters[2].elements, 9);
  EXPECT_EQ(decode.last_edge, 49);
  EXPECT_NEAR(decode.x_width, 2.9, 1e-3);
  EXPECT_NEAR(decode.wide_ratio, 2.5, 1e-3);
  EXPECT_NEAR(decode.decodability(), 1, 1e-3);
}

TEST(Code39, ReadsAllCharactersAtAnyRatioAndGap) {
  const std::string all = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";
  for (const double ratio : {1.8, 2.0, 2.5, 3.0, 3.4}) {
    for (const double gap : {0.7, 1.0, 3.0, 5.2}) {
      EXPECT_EQ(DecodeText(all, {.ratio = ratio, .gap_x = gap}).payload.view(), all);
    }
  }
  EXPECT_TRUE(DecodeText(all, {.gap_x = 5.5}).payload.empty());
  EXPECT_TRUE(DecodeText("").payload.empty());
}

TEST(Code39, MakesFullAsciiWhereAllPairsAreValid) {
  std::string ascii;
  for (int c = 0; c < 128; ++c) ascii += static_cast<char>(c);
  for (size_t i = 0; i < 128; i += 16) {
    const LinearDecode decode = DecodeText(Code39FullAscii(ascii.substr(i, 16)));
    EXPECT_EQ(decode.payload.view(), ascii.substr(i, 16));
    EXPECT_STREQ(decode.identifier.data(), "]A4");
  }
  EXPECT_EQ(DecodeText("+A+B", {}, {.code39_full_ascii = false}).payload.view(), "+A+B");
  EXPECT_EQ(DecodeText("+A+1").payload.view(), "+A+1");
  EXPECT_EQ(DecodeText("A+").payload.view(), "A+");
  EXPECT_EQ(DecodeText("/P").payload.view(), "/P");
  EXPECT_EQ(DecodeText("%X%Z").payload.view(), "\x7f\x7f");
  EXPECT_STREQ(DecodeText("A+").identifier.data(), "]A0");
}

TEST(Code39, HoldsTheCheckCharacterWhereAskedTo) {
  const DecodeRules rules{.code39_check = true};
  EXPECT_EQ(DecodeText("CODE39", {.check = true}, rules).payload.view(), "CODE39W");
  EXPECT_STREQ(DecodeText("CODE39", {.check = true}, rules).identifier.data(), "]A1");
  for (int error = 1; error < 43; ++error) {
    EXPECT_TRUE(DecodeText("CODE39", {.check = true, .check_error = error}, rules).payload.empty());
  }
  // A check character that looks like a shift is none.
  std::string text = "A";
  while (testing::Code39Check("+B" + text) != '%') text += "1";
  const LinearDecode decode = DecodeText("+B" + text, {.check = true}, rules);
  EXPECT_EQ(decode.payload.view(), "b" + text + "%");
  EXPECT_STREQ(decode.identifier.data(), "]A5");
}

TEST(Code39, RefusesParts) {
  const std::vector<float> edges = EdgesOf(PrintRow(Code39Widths("PART 0815")), 3, 30);
  LinearDecode decode;
  for (size_t from = 0; from < edges.size(); from += 2) {
    for (size_t to = from; to <= edges.size(); to += 2) {
      if (to - from == edges.size()) continue;
      EXPECT_FALSE(DecodeCode39(std::span(edges).subspan(from, to - from), {}, &decode));
    }
  }
  std::vector<float> turned;
  Reverse(edges, &turned);
  EXPECT_FALSE(DecodeCode39(turned, {}, &decode));
}

TEST(Code39, AsksForSomeSpaceAround) {
  std::vector<double> widths = {1, 2};
  for (const double w : Code39Widths("AB")) widths.push_back(w);
  LinearDecode decode;
  EXPECT_FALSE(DecodeCode39(EdgesOf(PrintRow(widths), 2, 0), {}, &decode));
  widths[1] = 4;
  EXPECT_TRUE(DecodeCode39(EdgesOf(PrintRow(widths), 2, 0), {}, &decode));
  EXPECT_FALSE(DecodeCode39(EdgesOf(PrintRow(widths), 2, 0), {.least_quiet_x = 10}, &decode));
}

// Analytic row 72 of grading.md.
TEST(Code39, DecodabilityIsThatOfTheFormula) {
  for (const auto& [ratio, value] : {std::pair{3.0, 0.70}, {2.0, 0.40}}) {
    const testing::LinearRow row =
        PrintRow(Code39Widths("ROW 72", {.ratio = ratio}), {.growth_x = 0.3});
    LinearDecode decode;
    ASSERT_TRUE(DecodeCode39(EdgesOf(row, 40, 400), {}, &decode));
    EXPECT_NEAR(decode.decodability(), value, 1e-3);
    EXPECT_NEAR(decode.wide_ratio, ratio, 1e-3);
    EXPECT_NEAR(decode.x_width, 40, 1e-2);
  }
}

}  // namespace
}  // namespace veriline::symbology::linear
