// SPDX-License-Identifier: Apache-2.0
#include "vision/core/latency_histogram.h"

#include <gtest/gtest.h>

namespace veriline {
namespace {

// The bucket width is 1/32 of the value: that is the only error a quantile may have.
constexpr double kBucketRatio = 1.0 / 32;

TEST(LatencyHistogram, IsZeroWhenEmpty) {
  const LatencyHistogram::Summary s = LatencyHistogram().Summarize();
  EXPECT_EQ(s.count, 0u);
  EXPECT_EQ(s.p99_us, 0);
  EXPECT_EQ(s.max_us, 0);
}

TEST(LatencyHistogram, QuantilesOfAUniformRampAreWithinOneBucket) {
  LatencyHistogram h;
  for (int us = 1; us <= 10000; ++us) h.Record(us * 1000);
  EXPECT_NEAR(h.QuantileUs(0.50), 5000, 5000 * kBucketRatio);
  EXPECT_NEAR(h.QuantileUs(0.99), 9900, 9900 * kBucketRatio);
  EXPECT_DOUBLE_EQ(h.QuantileUs(1.0), 10000);
}

TEST(LatencyHistogram, NeverUnderstatesAQuantile) {
  for (int64_t ns = 1; ns < 20'000'000'000; ns = ns * 5 / 4 + 1) {
    LatencyHistogram h;
    h.Record(ns);
    EXPECT_GE(h.QuantileUs(0.5), ns / 1e3 - 1e-9) << ns;
    EXPECT_DOUBLE_EQ(h.Summarize().max_us, ns / 1e3);
  }
}

TEST(LatencyHistogram, OneSlowCaseShowsInTheTailAndNotInTheMiddle) {
  LatencyHistogram h;
  for (int i = 0; i < 999; ++i) h.Record(1000);
  h.Record(50'000'000);
  EXPECT_LT(h.QuantileUs(0.99), 1.1);
  EXPECT_DOUBLE_EQ(h.Summarize().max_us, 50000);
}

}  // namespace
}  // namespace veriline
