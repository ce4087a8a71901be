// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <numbers>

namespace veriline::symbology::linear {

/// A step from 0 to 1 under a Gaussian of width 1, and its slope, from tables. Accuracy: 0.002.
/// Thread: any; made at the first call.
class SoftStep {
 public:
  static constexpr float kReach = 3.5f;  ///< beyond it the step is 0 or 1

  static const SoftStep& Table() {
    static const SoftStep table;
    return table;
  }
  float Rise(float z) const { return rise_[Index(z)]; }
  float Slope(float z) const { return slope_[Index(z)]; }

 private:
  static constexpr float kPerSigma = 128;
  static constexpr size_t kSize = static_cast<size_t>(2 * kReach * kPerSigma) + 1;

  SoftStep() {
    for (size_t i = 0; i < kSize; ++i) {
      const double z = static_cast<double>(i) / kPerSigma - kReach;
      rise_[i] = static_cast<float>(std::erfc(-z / std::numbers::sqrt2) / 2);
      slope_[i] = static_cast<float>(std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi));
    }
    rise_.front() = 0, rise_.back() = 1;
  }
  static size_t Index(float z) {
    const float at = (z + kReach) * kPerSigma + 0.5f;
    return !(at > 0)                             ? 0
           : at >= static_cast<float>(kSize - 1) ? kSize - 1
                                                 : static_cast<size_t>(at);
  }

  std::array<float, kSize> rise_, slope_;
};

}  // namespace veriline::symbology::linear
