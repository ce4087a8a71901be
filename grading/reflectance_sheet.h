// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "calibration/model/calibration.h"
#include "vision/core/frame.h"
#include "vision/core/geometry.h"

namespace veriline::grading {

/// Pixels of a row: [from, to).
struct PixelSpan {
  int from = 0, to = 0;
};

/// Pixels of a row whose middles lie in a convex quad, clipped to a rectangle.
class QuadRows {
 public:
  QuadRows(const Quad& quad, const Rect& within);
  PixelSpan Of(int y) const;

 private:
  struct Side {
    float top, bottom, at_zero, slope;
  };
  Rect within_;
  std::array<Side, 4> sides_{};
  size_t count_ = 0;
};

/// Reflectances of a part of a picture, with a border around it for an aperture to reach into.
/// Beside the picture its outermost pixels go on. Filled again in the same memory; one for each
/// thread.
class ReflectanceSheet {
 public:
  /// Of a rectangle of the picture and `border` pixels around it. `calibration` may be null (then
  /// grey 255 is 1). Requires: `rect` lies in the picture.
  void Fill(const FrameView& picture, const calibration::Calibration* calibration, const Rect& rect,
            int border);
  /// The same, but of each row only the pixels in `part`; the rest holds what it held.
  void Fill(const FrameView& picture, const calibration::Calibration* calibration, const Rect& rect,
            int border, const Quad& part);

  const Rect& rect() const { return rect_; }
  int border() const { return border_; }
  ptrdiff_t stride() const { return stride_; }
  const float* pixels() const { return pixels_.data(); }
  const float* At(int x, int y) const {
    return pixels_.data() + (y - rect_.y + border_) * stride_ + (x - rect_.x + border_);
  }
  /// Of the first pixel of the border.
  Point corner() const {
    return {static_cast<float>(rect_.x - border_), static_cast<float>(rect_.y - border_)};
  }

 private:
  void Reserve(const Rect& rect, int border);
  void FillRow(const FrameView& picture, const calibration::Calibration* calibration, int y,
               PixelSpan span);

  Rect rect_;
  int border_ = 0;
  ptrdiff_t stride_ = 0;
  std::vector<float> pixels_;
  std::vector<uint8_t> corrected_;
};

}  // namespace veriline::grading
