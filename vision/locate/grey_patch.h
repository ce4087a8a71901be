// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"

namespace veriline::locate {

/// A part of a picture, smoothed and turned upright: what edges of single lines do not show of
/// dots, of blurred and of faint print. Values are logarithms of grey, so that light which falls
/// off across the part changes no contrast.
/// Thread: one (it owns scratch memory). Cost for 150 × 150 pixels: Look about 10 µs, Turn 20; no
/// allocation once it has grown.
class GreyPatch {
 public:
  static constexpr int kMostCells = 128;  ///< on a side
  static constexpr int kMostPx = 383;     ///< of a part

  /// Takes what lies within `box` and some pixels around it, in cells of which the box has less
  /// than a hundred on a side. False when it is too small or too large.
  bool Look(const FrameView& picture, const Rect& box);
  /// Cells of twice that size, for dots and blur. Look comes first, and Turn again.
  void Coarsen();
  /// Direction of one axis of a grid as in Region, and how clear it is.
  float angle_rad() const { return angle_rad_; }
  float clarity_ratio() const { return clarity_ratio_; }

  /// Turns it so that its x axis points along that direction.
  void Turn();
  int side() const { return side_; }  ///< cells in each direction
  float cell_px() const { return static_cast<float>(grain_px_ * cell_grains_); }
  /// Value at a place given in cells.
  float At(Point cell) const;
  Point ToPicture(Point cell) const {
    return center_ + u_ * (cell.x - half_) + v() * (cell.y - half_);
  }

  /// How values change along x (or y) over two cells, in percent of contrast(), at most ±100. Row
  /// by row of cells along the lines across which they change: votes along x lie column by column
  /// of x within rows of y, those along y the other way round.
  const int8_t* Votes(bool along_y) const { return votes_[along_y].data(); }
  /// Twice what they change on the mean: about the contrast of a matrix symbol.
  float contrast() const { return contrast_; }

 private:
  Point v() const { return {-u_.y, u_.x}; }
  void Orient();

  Rect box_;
  int grain_px_ = 1;     ///< pixels that are averaged first
  int cell_grains_ = 1;  ///< 1 or 2
  Point origin_;         ///< of the smoothed part, px
  int cols_ = 0, rows_ = 0;
  std::vector<uint8_t> smooth_;  ///< mean of the cell that begins at each grain
  std::vector<uint16_t> sums_;   ///< scratch
  float angle_rad_ = 0;
  float clarity_ratio_ = 0;
  int side_ = 0;
  float half_ = 0;
  Point center_;
  Point u_;  ///< px per cell
  std::vector<int16_t> values_;
  std::vector<int8_t> votes_[2];
  float contrast_ = 0;
};

inline float GreyPatch::At(Point cell) const {
  const float x = std::clamp(cell.x - 0.5f, 0.0f, static_cast<float>(side_) - 1.001f);
  const float y = std::clamp(cell.y - 0.5f, 0.0f, static_cast<float>(side_) - 1.001f);
  const auto x0 = static_cast<int>(x), y0 = static_cast<int>(y);
  const float fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
  const int16_t* p = &values_[static_cast<size_t>(y0 * side_ + x0)];
  const float upper = static_cast<float>(p[0]) + fx * static_cast<float>(p[1] - p[0]);
  const float lower =
      static_cast<float>(p[side_]) + fx * static_cast<float>(p[side_ + 1] - p[side_]);
  return upper + fy * (lower - upper);
}

}  // namespace veriline::locate
