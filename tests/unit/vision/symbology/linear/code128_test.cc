// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/code128.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/support/allocation_counter.h"
#include "tests/support/linear_drawing.h"
#include "tests/support/linear_encoder.h"

namespace veriline::symbology::linear {
namespace {

using testing::Code128Writer;
using testing::EdgesOf;
using testing::LinearInk;
using testing::PrintRow;
using Set = Code128Writer::Set;

LinearDecode DecodeWidths(const std::vector<double>& widths, const LinearInk& ink = {},
                          uint32_t seed = 1) {
  std::mt19937 random(seed);
  LinearDecode decode;
  DecodeCode128(EdgesOf(PrintRow(widths, ink, &random), 3.7, 41), {}, &decode);
  return decode;
}

std::string TextOf(const Code128Writer& writer) {
  return std::string(DecodeWidths(writer.Widths()).payload.view());
}

TEST(Code128, TellsWhereItsCharactersAre) {
  const LinearDecode decode = DecodeWidths(Code128Writer(Set::kB).Text("Ab1").Widths());
  EXPECT_EQ(decode.symbology, Symbology::kCode128);
  EXPECT_EQ(decode.payload.view(), "Ab1");
  EXPECT_STREQ(decode.identifier.data(), "]C0");
  ASSERT_EQ(decode.characters.size(), 6u);
  EXPECT_EQ(decode.characters[0].value, 104);
  EXPECT_EQ(decode.characters[1].value, 'A' - 32);
  EXPECT_EQ(decode.characters[5].value, 106);
  EXPECT_EQ(decode.characters[5].first_edge, 30);
  EXPECT_EQ(decode.characters[5].elements, 7);
  EXPECT_EQ(decode.first_edge, 0);
  EXPECT_EQ(decode.last_edge, 37);
  EXPECT_NEAR(decode.x_width, 3.7, 1e-3);
  EXPECT_NEAR(decode.decodability(), 1, 1e-3);
}

TEST(Code128, FollowsEveryChangeOfCodeSet) {
  EXPECT_EQ(TextOf(Code128Writer(Set::kA)
                       .Text("A\n")
                       .Latch(Set::kB)
                       .Text("a")
                       .Latch(Set::kC)
                       .Text("12")
                       .Latch(Set::kA)
                       .Text("\x1f_")),
            "A\na12\x1f_");
  EXPECT_EQ(TextOf(Code128Writer(Set::kC)
                       .Text("0099")
                       .Latch(Set::kB)
                       .Text("z~\x7f")
                       .Latch(Set::kA)
                       .Text(std::string(1, '\0'))
                       .Latch(Set::kC)
                       .Text("42")),
            std::string("0099z~\x7f\0"
                        "42",
                        10));
  EXPECT_EQ(TextOf(Code128Writer(Set::kA).Text("X").Shifted('x').Text("X\t")), "XxX\t");
  EXPECT_EQ(TextOf(Code128Writer(Set::kB).Text("x").Shifted('\t').Text("x")), "x\tx");
}

TEST(Code128, Fnc4Adds128) {
  EXPECT_EQ(TextOf(Code128Writer(Set::kB).Fnc(4).Text("db")),
            "\xe4"
            "b");
  EXPECT_EQ(TextOf(Code128Writer(Set::kB)
                       .Fnc(4)
                       .Fnc(4)
                       .Text("dv")
                       .Fnc(4)
                       .Text("a")
                       .Text("|")
                       .Fnc(4)
                       .Fnc(4)
                       .Text("n")),
            "\xe4\xf6"
            "a"
            "\xfc"
            "n");
  EXPECT_EQ(TextOf(Code128Writer(Set::kA).Fnc(4).Text("D").Latch(Set::kB).Text("D")),
            "\xc4"
            "D");
  EXPECT_EQ(TextOf(Code128Writer(Set::kB).Text("a").Fnc(4).Shifted('D')), "a\xc4");
}

TEST(Code128, Fnc1SaysWhatTheDataAre) {
  LinearDecode decode =
      DecodeWidths(Code128Writer(Set::kC).Fnc(1).Text("1012").Fnc(1).Text("2134").Widths());
  EXPECT_STREQ(decode.identifier.data(), "]C1");
  EXPECT_EQ(decode.payload.view(),
            "1012\x1d"
            "2134");
  decode = DecodeWidths(Code128Writer(Set::kB).Text("A").Fnc(1).Text("b").Fnc(1).Widths());
  EXPECT_STREQ(decode.identifier.data(), "]C2");
  EXPECT_EQ(decode.payload.view(), "Ab\x1d");
  decode = DecodeWidths(Code128Writer(Set::kC).Text("12").Fnc(1).Text("34").Widths());
  EXPECT_STREQ(decode.identifier.data(), "]C2");
  EXPECT_EQ(decode.payload.view(), "1234");
  decode = DecodeWidths(Code128Writer(Set::kB).Text("?").Fnc(1).Text("b").Widths());
  EXPECT_STREQ(decode.identifier.data(), "]C0");
  EXPECT_EQ(decode.payload.view(),
            "?\x1d"
            "b");
  decode = DecodeWidths(Code128Writer(Set::kB).Fnc(3).Text("a").Fnc(2).Text("b").Widths());
  EXPECT_EQ(decode.payload.view(), "ab");
}

TEST(Code128, RefusesWrongCheckCharacters) {
  const Code128Writer writer = Code128Writer(Set::kB).Text("Veriline 7");
  for (int error = 1; error < 103; ++error) {
    EXPECT_EQ(DecodeWidths(writer.Widths(error)).symbology, Symbology::kUnknown) << error;
  }
  // A start, a stop or nothing where data should be.
  EXPECT_EQ(TextOf(Code128Writer(Set::kB).Text("a").Value(103).Text("b")), "");
  EXPECT_EQ(TextOf(Code128Writer(Set::kB)), "");
  EXPECT_EQ(TextOf(Code128Writer(Set::kB).Value(98).Value(99).Text("12")), "");
}

TEST(Code128, RefusesPartsAndTheOtherDirection) {
  const std::vector<double> widths = Code128Writer(Set::kC).Fnc(1).Text("0112345678").Widths();
  const std::vector<float> edges = EdgesOf(PrintRow(widths), 4, 40);
  LinearDecode decode;
  for (size_t from = 0; from < edges.size(); from += 2) {
    for (size_t to = from; to <= edges.size(); to += 2) {
      if (to - from == edges.size()) continue;
      EXPECT_FALSE(DecodeCode128(std::span(edges).subspan(from, to - from), {}, &decode));
    }
  }
  std::vector<float> turned;
  Reverse(edges, &turned);
  EXPECT_FALSE(DecodeCode128(turned, {}, &decode));
  EXPECT_TRUE(DecodeCode128(edges, {}, &decode));
}

TEST(Code128, FindsASymbolAmongOthersBars) {
  std::vector<double> widths = {5, 3, 1, 1, 7, 12};
  const std::vector<double> symbol = Code128Writer(Set::kB).Text("a7").Widths();
  widths.insert(widths.end(), symbol.begin(), symbol.end());
  widths.insert(widths.end(), {6, 3, 2, 2});
  const std::vector<float> edges = EdgesOf(PrintRow(widths), 2, 0);
  LinearDecode decode;
  EXPECT_TRUE(DecodeCode128(edges, {.least_quiet_x = 5.5}, &decode));
  EXPECT_EQ(decode.first_edge, 6);
  EXPECT_FALSE(DecodeCode128(edges, {.least_quiet_x = 7}, &decode));
}

// Analytic rows 57, 62 and 63 of grading.md.
TEST(Code128, DecodabilityIsThatOfTheFormula) {
  const std::vector<double> widths = Code128Writer(Set::kB).Text("Row 62").Widths();
  EXPECT_NEAR(DecodeWidths(widths).decodability(), 1, 1e-3);
  for (const auto& [growth, value] : {std::pair{0.1, 0.829}, {0.3, 0.486}, {0.4, 0.314}}) {
    EXPECT_NEAR(DecodeWidths(widths, {.growth_x = growth}).decodability(), value, 1e-3);
    EXPECT_NEAR(DecodeWidths(widths, {.growth_x = -growth}).decodability(), value, 1e-3);
  }
  for (const auto& [moved, value] :
       {std::pair{0.20, 0.60}, {0.25, 0.50}, {0.30, 0.40}, {0.37, 0.26}}) {
    for (size_t edge = 7; edge < 12; ++edge) {  // the inner ones of the first data character
      testing::LinearRow row = PrintRow(widths);
      row.edges[edge] += edge % 2 != 0 ? moved : -moved;
      LinearDecode decode;
      ASSERT_TRUE(DecodeCode128(EdgesOf(row, 40, 400), {}, &decode));
      EXPECT_NEAR(decode.decodability(), value, 1e-3) << edge;
      EXPECT_NEAR(decode.characters[1].decodability, value, 1e-3);
      EXPECT_NEAR(decode.characters[2].decodability, 1, 1e-3);
    }
  }
}

TEST(Code128, AllocatesNothingOnceWarm) {
  const std::vector<float> edges =
      EdgesOf(PrintRow(Code128Writer(Set::kB).Text("steady state 0123456789").Widths()), 4, 40);
  LinearDecode decode;
  ASSERT_TRUE(DecodeCode128(edges, {}, &decode));
  const size_t before = AllocationsOfThisThread();
  ASSERT_TRUE(DecodeCode128(edges, {}, &decode));
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace veriline::symbology::linear
