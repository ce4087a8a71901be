// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/ean.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "tests/support/allocation_counter.h"
#include "tests/support/ean_encoder.h"
#include "tests/support/linear_drawing.h"

namespace veriline::symbology::linear {
namespace {

using testing::EanPrint;
using testing::EanWidths;
using testing::EdgesOf;
using testing::LinearRow;
using testing::PrintRow;

std::vector<float> Edges(Symbology symbology, std::string_view digits, std::string_view addon = {},
                         const EanPrint& print = {}, double growth_x = 0) {
  const auto widths = EanWidths(symbology, digits, addon, print);
  return EdgesOf(PrintRow(widths, {.growth_x = growth_x}), 4, 50);
}

struct Example {
  Symbology symbology;
  const char* digits;
  const char* identifier;
  const char* with_addon;
};

class EanExamples : public ::testing::TestWithParam<Example> {};

TEST_P(EanExamples, AreReadWithTheirPlaces) {
  const Example& e = GetParam();
  LinearDecode out;
  const auto edges = Edges(e.symbology, e.digits);
  ASSERT_TRUE(DecodeEan(edges, {}, &out));
  EXPECT_EQ(out.symbology, e.symbology);
  EXPECT_EQ(out.payload.view(), e.digits);
  EXPECT_TRUE(out.addon.empty());
  EXPECT_STREQ(out.identifier.data(), e.identifier);
  EXPECT_EQ(out.first_edge, 0);
  EXPECT_EQ(out.last_edge, edges.size() - 1);
  EXPECT_NEAR(out.x_width, 4, 1e-4);
  EXPECT_NEAR(out.decodability(), 13.0 / 15, 1e-4);  // all have a 1, 2, 7 or 8
  size_t at = 0;
  for (const LinearCharacter& c : out.characters) {
    EXPECT_EQ(c.first_edge, at);
    at += c.elements;
  }
  EXPECT_EQ(at, edges.size() - 1);
}

TEST_P(EanExamples, AreReadWithAddons) {
  const Example& e = GetParam();
  for (const std::string addon : {"00", "05", "34", "99", "52495", "00000", "90000"}) {
    LinearDecode out;
    const auto edges = Edges(e.symbology, e.digits, addon);
    ASSERT_TRUE(DecodeEan(edges, {}, &out));
    EXPECT_EQ(out.payload.view(), e.digits + addon);
    EXPECT_EQ(out.addon.view(), addon);
    EXPECT_STREQ(out.identifier.data(), e.with_addon);
    EXPECT_EQ(out.last_edge, edges.size() - 1);
    EXPECT_NEAR(out.x_width, 4, 1e-4);
  }
}

TEST_P(EanExamples, AreRefusedWithOneWrongDigit) {
  const Example& e = GetParam();
  LinearDecode out;
  for (size_t i = 0; e.digits[i] != 0; ++i) {
    // The last of the six of UPC-E tells where the others stand: another may be right by chance.
    if (e.symbology == Symbology::kUpcE && i == 6) continue;
    const char most = e.symbology == Symbology::kUpcE && i == 0 ? '1' : '9';
    for (char digit = '0'; digit <= most; ++digit) {
      std::string wrong = e.digits;
      if (wrong[i] == digit) continue;
      wrong[i] = digit;
      EXPECT_FALSE(DecodeEan(Edges(e.symbology, wrong), {}, &out)) << wrong;
      EXPECT_TRUE(out.payload.empty() && out.characters.empty());
    }
  }
}

TEST_P(EanExamples, AreReadFromTheOtherSide) {
  const Example& e = GetParam();
  const auto edges = Edges(e.symbology, e.digits);
  std::vector<float> turned, back;
  Reverse(edges, &turned);
  LinearDecode out;
  EXPECT_FALSE(DecodeEan(turned, {}, &out));
  Reverse(turned, &back);
  ASSERT_TRUE(DecodeEan(back, {}, &out));
  EXPECT_EQ(out.payload.view(), e.digits);
}

TEST_P(EanExamples, AreReadAmongOtherEdgesOnlyWhole) {
  const Example& e = GetParam();
  const std::string addon = "52495";
  std::vector<float> edges = {-30, -22, -11, -4};
  for (const float edge : Edges(e.symbology, e.digits, addon)) edges.push_back(edge);
  const float end = edges.back();
  edges.insert(edges.end(), {end + 45, end + 49, end + 60, end + 77});
  LinearDecode out;
  ASSERT_TRUE(DecodeEan(edges, {}, &out));
  EXPECT_EQ(out.payload.view(), e.digits + addon);
  const size_t last = out.last_edge;
  for (size_t count = 0; count <= edges.size(); ++count) {
    // In memory of its own, so that a sanitizer sees what is read beyond.
    const std::vector<float> some(edges.begin(), edges.begin() + static_cast<ptrdiff_t>(count));
    if (!DecodeEan(some, {}, &out)) continue;
    EXPECT_EQ(out.payload.view(), count > last ? e.digits + addon : e.digits);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, EanExamples,
    ::testing::Values(Example{Symbology::kEan13, "5012345678900", "]E0", "]E3"},
                      Example{Symbology::kEan13, "9771473968012", "]E0", "]E3"},
                      Example{Symbology::kEan8, "96385074", "]E4", "]E4"},
                      Example{Symbology::kUpcA, "012345678905", "]E0", "]E3"},
                      Example{Symbology::kUpcE, "01234565", "]E0", "]E3"},
                      Example{Symbology::kUpcE, "17834285", "]E0", "]E3"}),
    [](const auto& example) {
      return std::string(Name(example.param.symbology)) + "_" + example.param.digits;
    });

TEST(Ean, IsUpcAWhereItBeginsWithZeroUnlessTheRulesSayOtherwise) {
  LinearDecode out;
  const auto edges = Edges(Symbology::kEan13, "0012345678905");
  ASSERT_TRUE(DecodeEan(edges, {}, &out));
  EXPECT_EQ(out.symbology, Symbology::kUpcA);
  EXPECT_EQ(out.payload.view(), "012345678905");
  ASSERT_TRUE(DecodeEan(edges, {.ean_upc_a = false}, &out));
  EXPECT_EQ(out.symbology, Symbology::kEan13);
  EXPECT_EQ(out.payload.view(), "0012345678905");
}

/// Rows 66 to 69 of the analytic cases.
TEST(Ean, DecodabilityIsThatOfTheBarSumWhereBarsGrow) {
  struct Case {
    const char* digits;
    bool thirteenth;
    double growth, decodability;
  };
  for (const Case& c : {Case{"5012345678900", true, 0.08, 0.861},
                        {"5012345678900", true, 0.20, 0.653},
                        {"5012345678900", true, 0.30, 0.480},
                        {"5012345678900", false, 0.30, 0.347},
                        {"5012345678900", true, 0, 1},
                        {"4005649306533", false, 0.20, 1}}) {
    LinearDecode out;
    ASSERT_TRUE(DecodeEan(
        Edges(Symbology::kEan13, c.digits, {}, {.thirteenth = c.thirteenth}, c.growth), {}, &out));
    EXPECT_NEAR(out.decodability(), c.decodability, 0.001) << c.digits << " " << c.growth;
  }
}

TEST(Ean, DecodabilityOfAMovedEdgeIsThatOfSimilarEdges) {
  LinearDecode out;
  LinearRow row = PrintRow(EanWidths(Symbology::kEan13, "4005649306533"));
  row.edges[9] += 0.2;  // within the second digit
  ASSERT_TRUE(DecodeEan(EdgesOf(row, 3, 0), {}, &out));
  EXPECT_NEAR(out.decodability(), 0.6, 0.001);
  EXPECT_NEAR(out.characters[2].decodability, 0.6, 0.001);
  row.edges[9] += 0.31;
  EXPECT_FALSE(DecodeEan(EdgesOf(row, 3, 0), {}, &out));
}

TEST(Ean, GrowthThatTurnsOnesIntoSevensGivesNoOtherText) {
  // Half a module makes every 1, 2, 7 or 8 its twin; one time in ten the check digit is right. The
  // other digits tell the growth.
  LinearDecode out;
  std::mt19937 random(5);
  int read = 0;
  for (int i = 0; i < 5000; ++i) {
    const auto symbology = i % 2 == 0 ? Symbology::kEan13 : Symbology::kUpcE;
    const std::string digits = testing::RandomEan(symbology, &random);
    const double growth = std::uniform_real_distribution<double>(0.4, 0.8)(random);
    if (!DecodeEan(Edges(symbology, digits, {}, {}, growth), {}, &out)) continue;
    ++read;
    ASSERT_EQ(out.payload.view(), digits) << growth;
  }
  EXPECT_GT(read, 1000);  // up to 0.5 X
}

TEST(Ean, LeftHalfOfAnEan13IsNoUpcE) {
  LinearDecode out;
  int alike = 0;
  for (int i = 0; i < 1000; ++i) {
    std::mt19937 random(static_cast<uint32_t>(i));
    const auto edges = Edges(Symbology::kEan13, testing::RandomEan(Symbology::kEan13, &random));
    for (size_t count = 36; count <= 44; count += 2) {
      EXPECT_FALSE(DecodeEan(std::span(edges).first(count), {}, &out)) << out.payload.view();
    }
    // It ends as a UPC-E does where no more edges are to be seen; the picture's end tells.
    const auto half = std::span(edges).first(34);
    alike += DecodeEan(half, {}, &out);
    EXPECT_FALSE(DecodeEan(half, {.seen_to = half.back() + 4 * 4.9f}, &out));
  }
  EXPECT_GT(alike, 20);
  const auto upc_e = Edges(Symbology::kUpcE, "01234565");
  const float begin = upc_e.front(), end = upc_e.back();
  EXPECT_TRUE(DecodeEan(upc_e, {.seen_from = begin - 17, .seen_to = end + 21}, &out));
  EXPECT_FALSE(DecodeEan(upc_e, {.seen_from = begin - 15, .seen_to = end + 21}, &out));
  EXPECT_FALSE(DecodeEan(upc_e, {.seen_from = begin - 17, .seen_to = end + 19}, &out));
  const auto ean13 = Edges(Symbology::kEan13, "5012345678900");
  EXPECT_TRUE(DecodeEan(ean13, {.seen_from = ean13.front(), .seen_to = ean13.back()}, &out));
}

TEST(EanAddon, IsLeftOutWhereItIsNotPlausible) {
  LinearDecode out;
  const std::string main = "9771473968012";
  const auto payload = [&](const std::vector<float>& edges) {
    return DecodeEan(edges, {}, &out) ? std::string(out.payload.view()) : "nothing";
  };
  EXPECT_EQ(payload(Edges(Symbology::kEan13, main, "03", {.addon_gap_x = 4})), main);
  EXPECT_EQ(payload(Edges(Symbology::kEan13, main, "03", {.addon_gap_x = 16})), main);
  EXPECT_EQ(payload(Edges(Symbology::kEan13, main, "03", {.addon_gap_x = 7})), main + "03");
  EXPECT_EQ(payload(Edges(Symbology::kEan13, main, "03", {.addon_gap_x = 12})), main + "03");
  // Five digits whose end is not to be seen are no two.
  auto edges = Edges(Symbology::kEan13, main, "52495");
  edges.resize(edges.size() - 2);
  EXPECT_EQ(payload(edges), main);
  // Two digits where the picture ends may be the first of five.
  edges = Edges(Symbology::kEan13, main, "03");
  EXPECT_TRUE(DecodeEan(edges, {.seen_to = edges.back() + 4}, &out));
  EXPECT_EQ(out.payload.view(), main);
  // Something stands close behind it.
  edges = Edges(Symbology::kEan13, main, "03");
  edges.insert(edges.end(), {edges.back() + 8, edges.back() + 12});
  EXPECT_EQ(payload(edges), main);
}

TEST(EanAddon, WithTheWrongParityPatternIsLeftOut) {
  LinearDecode out;
  const std::string main = "9771473968012";
  int wrong = 0;
  for (int value = 0; value < 100; ++value) {
    const char tens = static_cast<char>('0' + value / 10),
               ones = static_cast<char>('0' + value % 10);
    const std::string addon = {tens, ones};
    for (char other = '0'; other <= '9'; ++other) {
      // The first digit as it stands in another number.
      auto widths = EanWidths(Symbology::kEan13, main, addon);
      const auto there = EanWidths(Symbology::kEan13, main, std::string{tens, other});
      const auto digit = static_cast<ptrdiff_t>(widths.size()) - 10;
      std::copy_n(there.begin() + digit, 4, widths.begin() + digit);
      ASSERT_TRUE(DecodeEan(EdgesOf(PrintRow(widths), 4, 0), {}, &out));
      const int other_value = 10 * (tens - '0') + (other - '0');
      const bool same = value % 4 / 2 == other_value % 4 / 2;
      EXPECT_EQ(out.addon.view(), same ? addon : "") << addon << " " << other;
      if (!same) ++wrong;
    }
  }
  EXPECT_GT(wrong, 400);
}

TEST(Ean, QuietZonesAreThoseOfTheRules) {
  LinearDecode out;
  std::vector<float> edges = {-40, -24};  // six X before the symbol
  for (const float edge : Edges(Symbology::kEan8, "96385074")) edges.push_back(edge - 50);
  edges.insert(edges.end(), {edges.back() + 24, edges.back() + 40});
  EXPECT_TRUE(DecodeEan(edges, {.least_quiet_x = 5.9f}, &out));
  EXPECT_FALSE(DecodeEan(edges, {.least_quiet_x = 6.1f}, &out));
}

TEST(Ean, AllocatesNothingInSteadyState) {
  LinearDecode out;
  const auto edges = Edges(Symbology::kEan13, "9771473968012", "52495");
  ASSERT_TRUE(DecodeEan(edges, {}, &out));
  const size_t before = AllocationsOfThisThread();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(DecodeEan(edges, {}, &out));
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace veriline::symbology::linear
