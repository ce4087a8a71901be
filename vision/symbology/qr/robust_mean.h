// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace veriline::symbology::qr {

/// A few values of which some may be wrong.
class Values {
 public:
  void Add(float v) {
    if (count_ < all_.size()) all_[count_++] = v;
  }
  size_t size() const { return count_; }
  /// The mean of those within `near` of the middle one. Requires: size() > 0.
  float Middle(float near) {
    const std::span<float> all(all_.data(), count_);
    std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(count_ / 2));
    const float median = all[count_ / 2];
    float sum = 0;
    int count = 0;
    for (const float v : all) {
      if (std::abs(v - median) > near) continue;
      sum += v;
      ++count;
    }
    return sum / static_cast<float>(count);
  }

 private:
  std::array<float, 128> all_;
  size_t count_ = 0;
};

struct LinePoint {
  float along, across;
};
/// Slope of the line through places of which some may be wrong: the middle one of those of all
/// pairs that lie so far apart. 0 where there is none. Requires: at most 16 places.
inline float SlopeOf(std::span<const LinePoint> places, float least_apart) {
  Values slopes;
  for (size_t i = 0; i < places.size(); ++i) {
    for (size_t j = i + 1; j < places.size(); ++j) {
      const float apart = places[j].along - places[i].along;
      if (std::abs(apart) >= least_apart) slopes.Add((places[j].across - places[i].across) / apart);
    }
  }
  constexpr float kNear = 0.02f;
  return slopes.size() > 0 ? slopes.Middle(kNear) : 0;
}

}  // namespace veriline::symbology::qr
