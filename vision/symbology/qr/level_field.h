// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <optional>

#include "vision/core/binary_view.h"
#include "vision/core/geometry.h"

namespace veriline::symbology::qr {

/// A two-level picture with what lies between its pixels: the distance from the threshold, below 0
/// where it is dark, joined by straight lines (bilinear). Without `values` a pixel is half a unit
/// dark or light. Borrows the view. Thread: any; no allocation. Places are those of the view.
class LevelField {
 public:
  /// `inverted`: light modules on dark ground; dark here is what is light there.
  LevelField(const BinaryView& view, bool inverted) : view_(view), sign_(inverted ? -1.0f : 1.0f) {}

  /// Ground outside of the view.
  float At(Point p) const {
    const float x = p.x - 0.5f, y = p.y - 0.5f;
    if (!(x > -1 && y > -1 && x < static_cast<float>(view_.width) &&
          y < static_cast<float>(view_.height))) {
      return 1;
    }
    const int x0 = static_cast<int>(x + 1) - 1, y0 = static_cast<int>(y + 1) - 1;
    const float fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
    const int left = x0 < 0 ? 0 : x0, top = y0 < 0 ? 0 : y0;
    const int right = x0 + 1 < view_.width ? x0 + 1 : view_.width - 1;
    const int bottom = y0 + 1 < view_.height ? y0 + 1 : view_.height - 1;
    const float upper = Pixel(left, top) * (1 - fx) + Pixel(right, top) * fx;
    const float lower = Pixel(left, bottom) * (1 - fx) + Pixel(right, bottom) * fx;
    return sign_ * (upper * (1 - fy) + lower * fy);
  }
  bool Dark(Point p) const { return At(p) < 0; }

  /// Where on the line origin + t · along (t from `at` − reach to `at` + reach, the nearest one to
  /// `at`) it turns dark (or light) with rising t. `along`: px per unit of t.
  std::optional<float> EdgeNear(Point origin, Point along, float at, float reach,
                                bool to_dark) const {
    constexpr float kStepPx = 0.7f, kMostSteps = 64, kLeastSteps = 4;
    const float wanted = std::ceil(reach * std::hypot(along.x, along.y) / kStepPx);
    const int steps = static_cast<int>(std::fmin(std::fmax(wanted, kLeastSteps), kMostSteps));
    const float step = reach / static_cast<float>(steps);
    const auto value = [&](float t) { return At(origin + along * t); };
    float right = value(at), left = right;
    for (int i = 1; i <= steps; ++i) {
      const float t = step * static_cast<float>(i);
      const float next = value(at + t), before = value(at - t);
      const bool on_right = (right < 0) != (next < 0) && (next < 0) == to_dark;
      const bool on_left = (before < 0) != (left < 0) && (left < 0) == to_dark;
      const float from_right = on_right ? t - step * (next / (next - right)) : 2 * reach;
      const float from_left = on_left ? t - step * (before / (before - left)) : 2 * reach;
      if (on_right && from_right <= from_left) return at + from_right;
      if (on_left) return at - from_left;
      right = next, left = before;
    }
    return std::nullopt;
  }

 private:
  float Pixel(int x, int y) const {
    if (view_.values != nullptr) return view_.Value(x, y) - view_.threshold;
    return view_.Dark(x, y) ? -0.5f : 0.5f;
  }

  BinaryView view_;
  float sign_;
};

}  // namespace veriline::symbology::qr
