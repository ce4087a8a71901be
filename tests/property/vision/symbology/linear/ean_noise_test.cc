// SPDX-License-Identifier: Apache-2.0
// Rows that are no symbol give none, and whatever the edges are, nothing is read beyond them.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "tests/support/ean_encoder.h"
#include "tests/support/linear_drawing.h"
#include "vision/symbology/linear/ean.h"

namespace veriline::symbology::linear {
namespace {

/// Edges of texture, of whole modules, or of EAN digits in disorder.
std::vector<float> NoSymbol(int kind, std::mt19937* random) {
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(*random);
  };
  std::vector<float> edges;
  const size_t count = 2 * (20 + (*random)() % 100);
  double at = 0;
  while (edges.size() < count) {
    if (kind == 0) {
      at += 0.3 - 1.5 * std::log(uniform(1e-6, 1));
    } else if (kind == 1) {
      at += static_cast<double>(1 + (*random)() % 4);
    } else {
      at += (*random)() % 3 == 0 ? static_cast<double>(2 + (*random)() % 12) : 1;
    }
    edges.push_back(static_cast<float>(at + uniform(-0.1, 0.1)));
  }
  return edges;
}

// With VERILINE_LINEAR_ROWS that many; else 10^5.
TEST(LinearNoise, HasNoEan) {
  const char* rows = std::getenv("VERILINE_LINEAR_ROWS");
  const int count = rows != nullptr ? std::atoi(rows) : 100'000;
  std::mt19937 random(31);
  LinearDecode out;
  for (int i = 0; i < count; ++i) {
    EXPECT_FALSE(DecodeEan(NoSymbol(i % 3, &random), {}, &out))
        << i % 3 << " " << Name(out.symbology) << " " << out.payload.view() << " "
        << out.decodability();
  }
}

TEST(LinearNoise, AnyEdgesAreValidForEan) {
  std::mt19937 random(32);
  const float inf = std::numeric_limits<float>::infinity();
  const float bad[] = {0, -1, 1e30f, -1e30f, inf, -inf, std::nanf(""), 1e-30f};
  LinearDecode out;
  int read = 0;
  for (int i = 0; i < 50'000; ++i) {
    const Symbology all[] = {Symbology::kEan13, Symbology::kEan8, Symbology::kUpcE};
    const auto widths = testing::EanWidths(all[i % 3], testing::RandomEan(all[i % 3], &random),
                                           i % 2 == 0 ? "" : testing::RandomDigits(5, &random));
    auto edges = testing::EdgesOf(testing::PrintRow(widths), 2, 10);
    for (size_t k = random() % 4; k > 0; --k) {
      float& edge = edges[random() % edges.size()];
      edge = random() % 2 == 0 ? bad[random() % std::size(bad)]
                               : edge + std::uniform_real_distribution<float>(-5, 5)(random);
    }
    if (i % 5 == 0) edges.resize(random() % edges.size());
    // In memory of just that size.
    const std::vector<float> just(edges);
    if (!DecodeEan(just, {}, &out)) {
      ASSERT_TRUE(out.characters.empty() && out.payload.empty());
      continue;
    }
    ++read;
    ASSERT_LT(out.last_edge, just.size());
    ASSERT_GT(out.x_width, 0);
    for (const LinearCharacter& c : out.characters) {
      ASSERT_LE(c.first_edge + c.elements, out.last_edge);
      ASSERT_TRUE(c.decodability >= 0 && c.decodability <= 1);
    }
  }
  EXPECT_GT(read, 10'000);
}

}  // namespace
}  // namespace veriline::symbology::linear
