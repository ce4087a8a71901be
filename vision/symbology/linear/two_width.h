// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

namespace veriline::symbology::linear {

/// Elements of one kind, bars or spaces, of a symbology of two widths.
struct TwoWidths {
  float narrow_sum = 0, wide_sum = 0;
  int narrow_count = 0, wide_count = 0;

  void Add(float width, bool wide) {
    (wide ? wide_sum : narrow_sum) += width;
    ++(wide ? wide_count : narrow_count);
  }
  float narrow() const { return narrow_sum / static_cast<float>(std::max(narrow_count, 1)); }
  float wide() const { return wide_sum / static_cast<float>(std::max(wide_count, 1)); }
};

/// Decodability of elements of two widths whose narrow ones measure Z on the mean and the wide ones
/// N Z: how far the widest narrow and the narrowest wide one stay from the threshold half way
/// between. Source: grading.md 6.4, 3.
class TwoWidthDecodability {
 public:
  TwoWidthDecodability(float narrow, float wide)
      : threshold_((narrow + wide) / 2), reach_((wide - narrow) / 2) {}

  void Add(float width, bool wide) {
    least_ = std::min(least_, (wide ? width - threshold_ : threshold_ - width) / reach_);
  }
  float value() const { return std::clamp(least_, 0.0f, 1.0f); }

 private:
  float threshold_, reach_;
  float least_ = 1;
};

}  // namespace veriline::symbology::linear
