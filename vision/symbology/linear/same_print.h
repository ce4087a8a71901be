// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

namespace veriline::symbology::linear {

/// Watches over the characters of a symbol: those of one print hardly differ in X from one to the
/// next, nor in how much wider than nominal their bars are. Noise differs in both, and so does a
/// character that was read as another because an edge lies far off.
class SamePrint {
 public:
  /// `growth_spread_x`: by how much growth of a bar may differ between characters, X.
  explicit SamePrint(float growth_spread_x) : growth_spread_x_(growth_spread_x) {}

  /// Of the next character: its X, and the mean growth of its bars in X.
  bool Takes(float x_width, float growth_x) {
    if (!TakesWidth(x_width)) return false;
    x_width_ = x_width;
    least_ = std::min(least_, growth_x);
    most_ = std::max(most_, growth_x);
    return most_ - least_ <= growth_spread_x_;
  }
  bool TakesWidth(float x_width) const {
    constexpr float kRatio = 1.3f;
    return x_width_ == 0 || (x_width < x_width_ * kRatio && x_width_ < x_width * kRatio);
  }
  /// X of the last character.
  float x_width() const { return x_width_; }
  /// Where there is none yet, of what is taken for one.
  void set_x_width(float x_width) { x_width_ = x_width; }

 private:
  float growth_spread_x_;
  float x_width_ = 0;
  float least_ = 1e9f, most_ = -1e9f;
};

/// Decodability of a fixed pattern from edge to similar edge: `modules` of elements that begin at
/// edge[0]. Returns: 0 or less where it is another pattern.
template <typename Modules>
float PatternDecodability(const float* edge, float x_width, const Modules& modules) {
  constexpr float kMostOff = 0.9f;  // of a single element, growth and all
  float least = 1;
  int before = 0;
  for (const int n : modules) {
    const float off = (edge[1] - edge[0]) / x_width - static_cast<float>(n);
    if (!(off > -kMostOff && off < kMostOff)) return 0;
    if (before != 0) {
      const float away = (edge[1] - edge[-1]) / x_width - static_cast<float>(before + n);
      least = std::min(least, 1 - 2 * (away < 0 ? -away : away));
    }
    before = n;
    ++edge;
  }
  return least;
}

}  // namespace veriline::symbology::linear
