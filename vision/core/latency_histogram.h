// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace veriline {

/// Histogram of durations with 32 linear steps per power of two (3 % resolution) from 1 ns to
/// 9 s and beyond in the last bucket. Counts never go down.
/// Thread: Record from any thread (one relaxed add); the readers see a momentary state.
class LatencyHistogram {
 public:
  struct Summary {
    uint64_t count = 0;
    double p50_us = 0;
    double p99_us = 0;
    double p999_us = 0;
    double max_us = 0;
  };

  /// Negative durations count as 0.
  void Record(int64_t duration_ns);
  uint64_t count() const { return count_.load(std::memory_order_relaxed); }
  /// The smallest duration such that at least `ratio` (0–1) of all are not longer, in µs,
  /// rounded up to the end of its bucket and never above the maximum; 0 when empty.
  double QuantileUs(double ratio) const;
  Summary Summarize() const;

 private:
  static constexpr int kSubBits = 5;
  static constexpr int kSub = 1 << kSubBits;
  static constexpr int kExponents = 30;
  static constexpr int kBuckets = kSub * (kExponents + 1);
  static int BucketOf(uint64_t ns);
  static uint64_t EndOf(int bucket);

  std::array<std::atomic<uint64_t>, kBuckets> buckets_{};
  std::atomic<uint64_t> count_{0};
  std::atomic<int64_t> max_ns_{0};
};

}  // namespace veriline
