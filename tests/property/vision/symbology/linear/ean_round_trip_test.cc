// SPDX-License-Identifier: Apache-2.0
// Every EAN and UPC with and without add-on: decode(print(x)) = x, the tests' encoder draws what
// libzint draws, and no other edges are read.
#include <gtest/gtest.h>
#include <zint.h>

#include <random>
#include <string>

#include "tests/support/ean_encoder.h"
#include "tests/support/linear_drawing.h"
#include "tests/support/zint_rows.h"
#include "vision/symbology/linear/ean.h"

namespace veriline::symbology::linear {
namespace {

using testing::EanWidths;
using testing::EdgesOf;
using testing::PrintRow;
using testing::RandomDigits;
using testing::RandomEan;

constexpr Symbology kAll[] = {Symbology::kEan13, Symbology::kEan8, Symbology::kUpcA,
                              Symbology::kUpcE};

std::string RandomAddon(std::mt19937* random) {
  const size_t kinds[] = {0, 0, 2, 5};
  return RandomDigits(kinds[(*random)() % 4], random);
}

TEST(EanRoundTrip, GrownAndWithMovedEdges) {
  std::mt19937 random(21);
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  LinearDecode out;
  for (int i = 0; i < 20000; ++i) {
    const Symbology symbology = kAll[i % 4];
    const std::string digits = RandomEan(symbology, &random);
    const std::string addon = RandomAddon(&random);
    const auto widths = EanWidths(symbology, digits, addon,
                                  {.thirteenth = i % 8 < 4, .addon_gap_x = uniform(7, 12)});
    // Similar edges bear 0.5 X, the sum of two bars 1 X: four edges and twice the growth.
    const testing::LinearInk ink{.growth_x = uniform(-0.2, 0.2), .jitter_x = uniform(0, 0.1)};
    const auto edges = EdgesOf(PrintRow(widths, ink, &random), uniform(0.3, 40), uniform(-9, 999));
    ASSERT_TRUE(DecodeEan(edges, {}, &out)) << digits << " " << addon;
    ASSERT_EQ(out.symbology, symbology);
    ASSERT_EQ(out.payload.view(), digits + addon);
    ASSERT_EQ(out.addon.view(), addon);
    ASSERT_GT(out.decodability(), 0);
  }
}

TEST(EanRoundTrip, OneWrongDigitIsRefused) {
  std::mt19937 random(22);
  LinearDecode out;
  for (int i = 0; i < 20000; ++i) {
    const Symbology symbology = kAll[i % 3];  // a UPC-E may be right again by its other layout
    std::string digits = RandomEan(symbology, &random);
    char& digit = digits[random() % digits.size()];
    digit = static_cast<char>('0' + (digit - '0' + 1 + random() % 9) % 10);
    ASSERT_FALSE(DecodeEan(EdgesOf(PrintRow(EanWidths(symbology, digits)), 3, 0), {}, &out))
        << digits << " as " << out.payload.view();
  }
}

TEST(EanEncoder, DrawsWhatLibzintDraws) {
  std::mt19937 random(23);
  for (int i = 0; i < 2000; ++i) {
    const Symbology symbology = kAll[i % 4];
    const std::string digits = RandomEan(symbology, &random);
    const std::string addon = RandomAddon(&random);
    std::string text = digits.substr(0, digits.size() - 1);
    if (!addon.empty()) text += "+" + addon;
    const int zint = symbology == Symbology::kUpcA   ? BARCODE_UPCA
                     : symbology == Symbology::kUpcE ? BARCODE_UPCE
                                                     : BARCODE_EANX;
    const auto drawn = testing::RowsByZint(zint, text);
    ASSERT_TRUE(drawn.ok) << text;
    const double gap = symbology == Symbology::kUpcA ? 9 : 7;
    ASSERT_EQ(EanWidths(symbology, digits, addon, {.addon_gap_x = gap}), drawn.rows.front())
        << text;
  }
}

}  // namespace
}  // namespace veriline::symbology::linear
