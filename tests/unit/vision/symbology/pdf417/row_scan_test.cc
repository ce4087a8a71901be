// SPDX-License-Identifier: Apache-2.0
// From edges to characters, row address patterns, start and stop patterns.
#include "vision/symbology/pdf417/row_scan.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "vision/symbology/pdf417/codeword_table.h"

namespace veriline::symbology::pdf417 {
namespace {

double Uniform(std::mt19937& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

/// Edges of elements, bars grown by so much (X), each edge moved by up to `jitter` either way.
template <class Widths>
void Append(const Widths& widths, double growth, double jitter, std::mt19937& random, double x,
            double* at, std::vector<float>* edges) {
  bool bar = true;
  for (const int width : widths) {
    const double shift = (bar ? -0.5 : 0.5) * growth + Uniform(random, -jitter, jitter);
    edges->push_back(static_cast<float>((*at + shift) * x));
    *at += width;
    bar = !bar;
  }
}

std::vector<float> EdgesOf(const auto& widths, double growth, double jitter, std::mt19937& random,
                           double x = 3) {
  std::vector<float> edges;
  double at = 5;
  Append(widths, growth, jitter, random, x, &at, &edges);
  edges.push_back(static_cast<float>((at - 0.5 * growth + Uniform(random, -jitter, jitter)) * x));
  return edges;
}

TEST(RowScan, ReadsEveryCodewordWhateverBarsGrew) {
  std::mt19937 random(1);
  for (const double growth : {-0.35, 0.0, 0.35}) {
    for (int cluster = 0; cluster < kClusters; ++cluster) {
      for (int value = 0; value < kCodewords; ++value) {
        // Distances of up to nine modules are then off by less than half a module.
        const auto edges = EdgesOf(CodewordWidths(cluster, value), growth, 0.15, random);
        CodewordRead read;
        ASSERT_TRUE(ReadCodeword(edges.data(), &read)) << cluster << " " << value;
        EXPECT_EQ(read.cluster, cluster) << value;
        EXPECT_EQ(read.value, value) << cluster;
      }
    }
  }
}

TEST(RowScan, ReadsEveryRowAddressPattern) {
  std::mt19937 random(2);
  for (const double growth : {-0.3, 0.0, 0.3}) {
    for (int number = 1; number <= kRaps; ++number) {
      const auto side = EdgesOf(SideRapWidths(number), growth, 0.2, random);
      EXPECT_EQ(ReadRap(side.data(), RapKind::kSide), number);
      const auto centre = EdgesOf(CentreRapWidths(number), growth, 0.2, random);
      EXPECT_EQ(ReadRap(centre.data(), RapKind::kCentre), number);
    }
  }
}

TEST(RowScan, TellsStartAndStopFromEachOtherAndFromCharacters) {
  std::mt19937 random(3);
  const std::vector<int> start = {8, 1, 1, 1, 1, 1, 1, 3}, stop = {7, 1, 1, 3, 1, 1, 1, 2, 1};
  float x = 0;
  for (const double growth : {-0.3, 0.0, 0.3}) {
    const auto starts = EdgesOf(start, growth, 0.15, random),
               stops = EdgesOf(stop, growth, 0.15, random);
    EXPECT_TRUE(IsGuard(starts.data(), Guard::kStart, &x));
    EXPECT_NEAR(x, 3, 0.1);
    EXPECT_FALSE(IsGuard(starts.data(), Guard::kStop, &x));
    EXPECT_TRUE(IsGuard(stops.data(), Guard::kStop, &x));
    EXPECT_NEAR(x, 3, 0.1);
    EXPECT_FALSE(IsGuard(stops.data(), Guard::kStart, &x));
  }
  for (int cluster = 0; cluster < kClusters; ++cluster) {
    for (int value = 0; value < kCodewords; ++value) {
      const auto edges = EdgesOf(CodewordWidths(cluster, value), 0, 0.1, random);
      EXPECT_FALSE(IsGuard(edges.data(), Guard::kStart, &x)) << cluster << " " << value;
      EXPECT_FALSE(IsGuard(edges.data(), Guard::kStop, &x)) << cluster << " " << value;
    }
  }
}

TEST(RowScan, GoesOnBehindAColumnThatIsDamaged) {
  std::mt19937 random(4);
  for (int trial = 0; trial < 100; ++trial) {
    RowPlan plan;
    std::vector<float> edges;
    std::vector<int> values;
    double at = 3;
    const int cluster = trial % 3;
    for (int c = 0; c < 8; ++c) {
      plan.Add(ColumnKind::kCodeword);
      values.push_back(static_cast<int>(random() % kCodewords));
      Append(CodewordWidths(cluster, values.back()), 0.1, 0.1, random, 3, &at, &edges);
    }
    const auto left = edges.front(), right = static_cast<float>((at - 0.05) * 3);
    edges.push_back(right);
    edges.push_back(right + 21);
    // A spot over a bar and the spaces beside it: two edges less in one column.
    const size_t damaged = random() % 8;
    const size_t first = damaged * kCodewordElements + 1 + random() % 6;
    edges.erase(edges.begin() + static_cast<ptrdiff_t>(first),
                edges.begin() + static_cast<ptrdiff_t>(first + 2));
    std::array<ColumnRead, RowPlan::kMostColumns> columns;
    ReadColumns(edges, plan, left, right, &columns);
    for (size_t c = 0; c < 8; ++c) {
      if (c == damaged) {
        EXPECT_FALSE(columns[c].ok);
        continue;
      }
      ASSERT_TRUE(columns[c].ok) << c << " with " << damaged;
      EXPECT_EQ(columns[c].value, values[c]);
      EXPECT_EQ(columns[c].cluster, cluster);
    }
  }
}

}  // namespace
}  // namespace veriline::symbology::pdf417
