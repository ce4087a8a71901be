// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "pipeline/item/interfaces.h"

namespace veriline::item {

/// An even belt with objects at even distances, computed independently of every source: what a
/// source under test must say, within what it states.
struct EvenBelt {
  static constexpr int64_t kStartNs = 1'000'000'000;  ///< of the test's clock

  double counts_per_s = 5000;
  int64_t zero_ns = kStartNs;  ///< the encoder stands at 0
  int lanes = 1;
  /// Edges in order of count, enough for the test.
  std::vector<EyeEdge> edges;

  double ExactCount(int64_t steady_ns) const {
    return static_cast<double>(steady_ns - zero_ns) * counts_per_s / 1e9;
  }
  int64_t TimeOf(int64_t count) const {
    return zero_ns + std::llround(static_cast<double>(count) * 1e9 / counts_per_s);
  }
  /// `items` objects of `length` in each lane, the first edges at `first`.
  void PlaceItems(int64_t first, int64_t pitch, int64_t length, int items) {
    for (int i = 0; i < items; ++i) {
      for (const bool rising : {true, false}) {
        for (int lane = 0; lane < lanes; ++lane) {
          const int64_t count = first + i * pitch + (rising ? 0 : length);
          edges.push_back({lane, rising, count, TimeOf(count), {}});
        }
      }
    }
  }
};

}  // namespace veriline::item
