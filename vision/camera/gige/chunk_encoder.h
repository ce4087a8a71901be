// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

namespace veriline::camera {

/// Turns the 32-bit encoder value that a camera latched at an exposure into a count of the line's
/// encoder. Both count the same pulses from different zeros; where they meet is taken from the
/// counts that the exposure times give (`expected`), smoothed, so that the error of a single time
/// does not move the frame. A jump of more than kMostErrorSteps (the camera's counter was reset, or
/// missed pulses) begins anew.
/// Thread: one.
class ChunkEncoder {
 public:
  static constexpr double kMostErrorSteps = 256;

  explicit ChunkEncoder(double counts_per_step) : counts_per_step_(counts_per_step) {}

  int64_t CountAt(int64_t value, int64_t expected) {
    const auto low = static_cast<uint32_t>(value);
    if (started_) {
      count_ += static_cast<int32_t>(low - last_) * counts_per_step_;
      const double error = static_cast<double>(expected - base_) - count_;
      if (std::abs(error) > kMostErrorSteps * std::abs(counts_per_step_)) {
        started_ = false;
      } else {
        count_ += error / kSmoothing;
      }
    }
    if (!started_) {
      base_ = expected;
      count_ = 0;
      started_ = true;
    }
    last_ = low;
    return base_ + std::llround(count_);
  }

 private:
  static constexpr double kSmoothing = 64;
  const double counts_per_step_;
  bool started_ = false;
  uint32_t last_ = 0;
  int64_t base_ = 0;
  double count_ = 0;  ///< since base_
};

}  // namespace veriline::camera
