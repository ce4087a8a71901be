// SPDX-License-Identifier: Apache-2.0
#include "grading/histogram_threshold.h"

#include <gtest/gtest.h>

#include <array>

namespace veriline::grading {
namespace {

TEST(HistogramThreshold, IsTheMiddleOfFirstAndLastMinimum) {
  std::array<uint32_t, 256> counts{};
  counts[40] = counts[200] = 50;  // grading.md 12, row 74
  EXPECT_DOUBLE_EQ(HistogramThreshold(counts), 120.5);
  EXPECT_DOUBLE_EQ(HistogramThreshold(counts, true), 120.5);
}

TEST(HistogramThreshold, DiffersFromOtsuOnUnequalClasses) {
  // 5 % of dark samples, evenly over 20 to 60, and 95 % of light ones over 120 to 220.
  std::array<uint32_t, 256> counts{};
  for (int g = 20; g < 60; ++g) counts[static_cast<size_t>(g)] = 5;
  for (int g = 120; g < 220; ++g) counts[static_cast<size_t>(g)] = 38;
  EXPECT_DOUBLE_EQ(HistogramThreshold(counts), 90) << "the gap from 60 to 120";
  // Weighted, the wide light class is cut to lower its own variance.
  EXPECT_GT(HistogramThreshold(counts, true), 120);
}

TEST(HistogramThreshold, OfOneLevelOrNoneIsTold) {
  std::array<uint32_t, 256> counts{};
  EXPECT_DOUBLE_EQ(HistogramThreshold(counts), 0);
  counts[7] = 3;
  EXPECT_DOUBLE_EQ(HistogramThreshold(counts), 7.5);
}

TEST(Percentile, LiesInsideTheBinThatHoldsIt) {
  std::array<uint32_t, 4> counts = {10, 80, 0, 10};
  EXPECT_DOUBLE_EQ(Percentile(counts, 0.05), 0.5);
  EXPECT_DOUBLE_EQ(Percentile(counts, 0.5), 1.5);
  EXPECT_DOUBLE_EQ(Percentile(counts, 0.95), 3.5);
  EXPECT_DOUBLE_EQ(TailMean(counts, 0.1, true), 3.5);
  EXPECT_DOUBLE_EQ(TailMean(counts, 0.2, false), 1.0) << "half of each of two bins";
}

}  // namespace
}  // namespace veriline::grading
