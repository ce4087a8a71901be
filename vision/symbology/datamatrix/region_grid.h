// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "vision/core/geometry.h"
#include "vision/symbology/datamatrix/clock_track.h"
#include "vision/symbology/datamatrix/edge_line.h"
#include "vision/symbology/datamatrix/layout.h"
#include "vision/symbology/datamatrix/symbol_frame.h"

namespace veriline::symbology::datamatrix {

/// The places of all modules of a symbol, region by region: lines from the modules of the tracks to
/// equally spaced points on the sides of the L, and where they cross.
/// Source: grading.md 3.6. Memory is kept.
class RegionGrid {
 public:
  /// False where lines that should do not cross. Requires: `frame` found a symbol of that size.
  bool Make(const TwoLevels& picture, const SymbolFrame& frame, const SymbolSize& size);

  /// Row-major, row 0 at the top.
  const std::vector<Point>& centers() const { return centers_; }
  const Quad& outline() const { return outline_; }
  /// Whether a side with a track was found far from where the frame has it, so that the track that
  /// ends there was followed to a wrong end; and where it was found.
  bool far_side_moved() const { return far_side_moved_; }
  Line FarSide(size_t axis) { return BorderOf(axis, regions_[axis], regions_[Other(axis)] - 1); }

 private:
  /// The border that is number `border` along an axis, in the region that is number `region` along
  /// the other one.
  Line& BorderOf(size_t axis, int border, int region) {
    return lines_[axis][static_cast<size_t>(border * regions_[Other(axis)] + region)];
  }
  bool FindBorders(const TwoLevels& picture, const SymbolFrame& frame, size_t axis);
  /// Moves `line` to the border that is seen near it; where there is none, it stays.
  bool FitBorder(const TwoLevels& picture, const SymbolFrame& frame, size_t axis, int border,
                 int region, Point inward, Line* line);
  Line LineOfModules(const SymbolFrame& frame, size_t axis, int module) const;
  bool FollowTrack(const TwoLevels& picture, const SymbolFrame& frame, size_t axis,
                   const std::array<int, 2>& region);
  bool Fill(const std::array<int, 2>& region, int rows, int cols);
  bool MakeOutline();

  /// What is known of one axis in one region.
  struct Side {
    Line first, last;            ///< through the middles of the first and the last modules
    std::vector<float> middles;  ///< of the modules of the track, px from the raw first border
  };

  std::array<int, 2> regions_{}, modules_{};  ///< along each axis; modules of a region
  std::array<std::vector<Line>, 2> lines_;
  std::array<float, 2> edge_shift_{};  ///< where the outermost border lies beyond the raw one, px
  std::array<float, 2> first_shift_{};
  bool far_side_moved_ = false;
  std::array<Side, 2> sides_;
  std::vector<Point> near_, far_;
  std::vector<float> expected_;
  BorderPoints points_;
  ClockTrack track_;
  std::vector<Point> centers_;
  Quad outline_;
};

}  // namespace veriline::symbology::datamatrix
