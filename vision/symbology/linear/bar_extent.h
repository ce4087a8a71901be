// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace veriline::symbology::linear {

/// Where in a profile a row of bars lies; in samples.
struct BarExtent {
  float left = 0, right = 0;  ///< outer edges; as found: where a quarter of the contrast is
  float left_half = 0, right_half = 0;    ///< where half of it is
  float quiet_left = 0, quiet_right = 0;  ///< to the next bars or the end of the profile
  float light = 0, range = 0;             ///< grey of the lightest, and from it to the darkest
  size_t bars = 0;                        ///< that are seen

  /// As the profile of `samples` from its other side has it.
  BarExtent Turned(size_t samples) const;
};

/// Finds the longest row of bars with no gap like a quiet zone in it, also where they are blurred.
/// Thread: one at a time; keeps its memory. Cost: about 2 ns a sample.
class BarExtentFinder {
 public:
  /// Returns: false where there is not enough contrast, or a value is not finite.
  bool Find(std::span<const float> values, BarExtent* extent);

 private:
  std::vector<float> runs_;  ///< where the profile passes a quarter of its contrast
  std::vector<float> gaps_;
};

}  // namespace veriline::symbology::linear
