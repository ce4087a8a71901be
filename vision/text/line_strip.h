// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"

namespace veriline::text {

/// A line of text cut from a picture: turned upright and scaled to cells, as ink (255 less grey, or
/// grey where the ink is light). Cell places count from the line's start on the baseline, x along
/// the line, y downward.
/// Thread: one (it owns the pixels and scratch memory). No allocation once it has grown.
class LineStrip {
 public:
  /// Which part is cut, in cells.
  struct Extent {
    int left = 0, right = 0;   ///< x from -left to < right
    int above = 0, below = 0;  ///< y from -above to < below
  };

  /// `along_px` is the way of one cell along the line, in pixels. What lies outside of the picture
  /// is as its nearest pixel. False where the part is more than 4096 cells wide or 512 high, or a
  /// cell less than a quarter of a pixel or more than sixteen.
  bool Cut(const FrameView& picture, Point start_px, Point along_px, const Extent& extent,
           bool light_ink);

  int width() const { return width_; }
  int height() const { return height_; }
  const Extent& extent() const { return extent_; }
  ptrdiff_t stride() const { return width_; }
  /// The cell at x, y and, `width()` apart, those below. Requires: within the extent.
  const uint8_t* At(int x, int y) const {
    return &ink_[static_cast<size_t>((y + extent_.above) * width_ + x + extent_.left)];
  }
  bool Holds(int x, int y, int width, int height) const {
    return x >= -extent_.left && y >= -extent_.above && x + width <= extent_.right &&
           y + height <= extent_.below;
  }
  Point ToPicture(Point cell) const {
    return start_ + along_ * cell.x + Point{-along_.y, along_.x} * cell.y;
  }

 private:
  void TakeRegion(const FrameView& picture, const Rect& region, int grain_px, const Quad& line);

  Extent extent_;
  int width_ = 0, height_ = 0;
  Point start_, along_;
  std::vector<uint8_t> ink_;
  std::vector<uint8_t> region_;  ///< scratch: means of squares of pixels around the line
  std::vector<uint16_t> sums_;
  int region_width_ = 0, region_height_ = 0;
};

}  // namespace veriline::text
