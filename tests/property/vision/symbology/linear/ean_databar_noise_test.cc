// SPDX-License-Identifier: Apache-2.0
// Rows that are no symbol give none, and whatever the edges are, nothing is read beyond them. With
// VERILINE_LINEAR_ROWS that many rows.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "tests/support/databar_encoder.h"
#include "tests/support/ean_encoder.h"
#include "tests/support/linear_drawing.h"
#include "tests/support/linear_noise.h"
#include "vision/symbology/linear/databar_expanded.h"
#include "vision/symbology/linear/databar_limited.h"
#include "vision/symbology/linear/databar_omni.h"
#include "vision/symbology/linear/ean.h"

namespace veriline::symbology::linear {
namespace {

using testing::EdgesOf;
using testing::kNoiseKinds;
using testing::NoiseEdges;
using testing::NoiseRows;
using testing::PrintRow;

TEST(LinearNoise, HasNoEanAndNoDataBar) {
  std::mt19937 random(31);
  LinearDecode out;
  DataBarStackedRow stacked;
  DataBarExpandedRow expanded;
  int stacked_rows = 0, expanded_rows = 0;
  for (int i = 0; i < NoiseRows(); ++i) {
    const auto edges = NoiseEdges(i % kNoiseKinds, &random);
    for (const auto decode :
         {DecodeEan, DecodeDataBarOmni, DecodeDataBarLimited, DecodeDataBarExpanded}) {
      EXPECT_FALSE(decode(edges, {}, &out)) << i % kNoiseKinds << " " << Name(out.symbology) << " "
                                            << out.payload.view() << " " << out.decodability();
    }
    stacked_rows += DecodeDataBarStackedRow(edges, {}, &stacked);
    expanded_rows += DecodeDataBarExpandedRow(edges, {}, &expanded);
  }
  // They have no check of their own.
  std::printf("rows of DataBar Stacked: %d, of Expanded Stacked: %d\n", stacked_rows,
              expanded_rows);
  EXPECT_LE(stacked_rows, NoiseRows() / 10'000);
  EXPECT_LE(expanded_rows, NoiseRows() / 10'000);
}

void ExpectSound(const LinearDecode& out, size_t edges) {
  ASSERT_LT(out.last_edge, edges);
  ASSERT_LT(out.first_edge, out.last_edge);
  ASSERT_GT(out.x_width, 0);
  for (const LinearCharacter& c : out.characters) {
    ASSERT_LE(c.first_edge + c.elements, out.last_edge);
    ASSERT_TRUE(c.decodability >= 0 && c.decodability <= 1);
  }
}

/// Symbols by `draw`, damaged; at least some of them are read nevertheless.
void ExpectAnyEdgesAreValid(const std::function<std::vector<double>(std::mt19937*)>& draw,
                            bool (*decode)(std::span<const float>, const DecodeRules&,
                                           LinearDecode*)) {
  std::mt19937 random(32);
  LinearDecode out;
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto edges = testing::DamagedEdges(EdgesOf(PrintRow(draw(&random)), 2, 10), &random);
    if (!decode(edges, {}, &out)) {
      ASSERT_TRUE(out.characters.empty() && out.payload.empty());
      continue;
    }
    ++read;
    ASSERT_NO_FATAL_FAILURE(ExpectSound(out, edges.size()));
  }
  EXPECT_GT(read, 3000);
}

TEST(LinearNoise, AnyEdgesAreValidForEan) {
  ExpectAnyEdgesAreValid(
      [](std::mt19937* random) {
        const Symbology all[] = {Symbology::kEan13, Symbology::kEan8, Symbology::kUpcE};
        const Symbology one = all[(*random)() % 3];
        return testing::EanWidths(one, testing::RandomEan(one, random),
                                  testing::RandomDigits((*random)() % 2 * 5, random));
      },
      DecodeEan);
}

TEST(LinearNoise, AnyEdgesAreValidForDataBar) {
  const auto digits = [](std::mt19937* random) { return "1" + testing::RandomDigits(12, random); };
  ExpectAnyEdgesAreValid(
      [&](std::mt19937* random) { return testing::DataBarOmniRows(digits(random))[0]; },
      DecodeDataBarOmni);
  ExpectAnyEdgesAreValid(
      [&](std::mt19937* random) { return testing::DataBarLimitedRows(digits(random))[0]; },
      DecodeDataBarLimited);
  ExpectAnyEdgesAreValid(
      [&](std::mt19937* random) {
        return testing::DataBarOmniRows(digits(random), false, true)[(*random)() % 2];
      },
      [](std::span<const float> edges, const DecodeRules& rules, LinearDecode* out) {
        DataBarStackedRow row;
        const bool read = DecodeDataBarStackedRow(edges, rules, &row);
        *out = row.line;
        return read;
      });
}

TEST(LinearNoise, AnyEdgesAreValidForDataBarExpanded) {
  const auto characters = [](std::mt19937* random) {
    return testing::DataBarBits()
        .Bits("00")
        .Length()
        .General(testing::RandomDigits(3 + (*random)() % 20, random), random)
        .Characters();
  };
  ExpectAnyEdgesAreValid(
      [&](std::mt19937* random) { return testing::DataBarExpandedRows(characters(random))[0]; },
      DecodeDataBarExpanded);
  ExpectAnyEdgesAreValid(
      [&](std::mt19937* random) { return testing::DataBarExpandedRows(characters(random), 1)[0]; },
      [](std::span<const float> edges, const DecodeRules& rules, LinearDecode* out) {
        DataBarExpandedRow row;
        const bool read = DecodeDataBarExpandedRow(edges, rules, &row);
        *out = row.line;
        return read;
      });
}

}  // namespace
}  // namespace veriline::symbology::linear
