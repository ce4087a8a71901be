// SPDX-License-Identifier: Apache-2.0
#include "vision/core/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace veriline {

int LatencyHistogram::BucketOf(uint64_t ns) {
  if (ns < kSub) return static_cast<int>(ns);
  const int exponent = std::bit_width(ns) - 1 - kSubBits;
  if (exponent >= kExponents) return kBuckets - 1;
  return kSub * (exponent + 1) + static_cast<int>((ns >> exponent) - kSub);
}

uint64_t LatencyHistogram::EndOf(int bucket) {
  if (bucket < kSub) return static_cast<uint64_t>(bucket);
  const int exponent = bucket / kSub - 1;
  const auto step = static_cast<uint64_t>(bucket % kSub + kSub);
  return ((step + 1) << exponent) - 1;
}

void LatencyHistogram::Record(int64_t duration_ns) {
  const int64_t ns = std::max<int64_t>(0, duration_ns);
  buckets_[BucketOf(static_cast<uint64_t>(ns))].fetch_add(1, std::memory_order_relaxed);
  count_.fetch_add(1, std::memory_order_relaxed);
  int64_t max = max_ns_.load(std::memory_order_relaxed);
  while (ns > max && !max_ns_.compare_exchange_weak(max, ns, std::memory_order_relaxed)) {
  }
}

double LatencyHistogram::QuantileUs(double ratio) const {
  uint64_t total = 0;
  std::array<uint64_t, kBuckets> counts;
  for (int i = 0; i < kBuckets; ++i) {
    counts[i] = buckets_[i].load(std::memory_order_relaxed);
    total += counts[i];
  }
  if (total == 0) return 0;
  const auto want = static_cast<uint64_t>(std::ceil(std::clamp(ratio, 0.0, 1.0) * total));
  const auto max = static_cast<uint64_t>(max_ns_.load(std::memory_order_relaxed));
  uint64_t seen = 0;
  for (int i = 0; i < kBuckets; ++i) {
    seen += counts[i];
    if (seen >= want && seen > 0) {
      return (i == kBuckets - 1 ? max : std::min(EndOf(i), max)) / 1e3;
    }
  }
  return max / 1e3;
}

LatencyHistogram::Summary LatencyHistogram::Summarize() const {
  return {count(), QuantileUs(0.5), QuantileUs(0.99), QuantileUs(0.999),
          max_ns_.load(std::memory_order_relaxed) / 1e3};
}

}  // namespace veriline
