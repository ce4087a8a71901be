// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "vision/core/binary_view.h"
#include "vision/core/sampled_grid.h"
#include "vision/symbology/reference_decode.h"

namespace veriline::testing {

/// A symbol to draw for a reference decode.
struct TwoLevelSymbol {
  int rows = 0;
  int cols = 0;
  std::vector<uint8_t> dark;                ///< rows × cols
  std::vector<std::pair<int, int>> specks;  ///< dark modules of the quiet zone: row, column from -1
  double growth = 0;                        ///< by which dark modules are wider, in X

  bool Dark(int row, int col) const;
};

struct TwoLevelPose {
  double module_px = 5;
  double degrees = 0;
  double shift_x_px = 0;
  double shift_y_px = 0;
  bool mirrored = false;
  bool inverted = false;
  double perspective = 0;  ///< the right side is by so much shorter than the left one
  double threshold = 0.5;  ///< between dark and light
};

/// What grading makes of a picture of a symbol and a module around it: each pixel the mean under a
/// disc of 0.8 X, and which of them are dark.
struct TwoLevelPicture {
  std::vector<uint8_t> dark;
  std::vector<float> values;
  BinaryView view;                  ///< of the two above
  Quad outline;                     ///< where the symbol lies in the picture
  symbology::ReferenceStart start;  ///< that tells all as it is

  /// Where the middle of a module lies.
  std::function<Point(double row, double col)> place;
  /// The greatest distance of a grid point from where its module lies, px.
  double WorstCenter(const SampledGrid& grid) const;
};

/// Moves with its memory, whose addresses the view has; not to be copied.
TwoLevelPicture DrawTwoLevels(const TwoLevelSymbol& symbol, const TwoLevelPose& pose);

}  // namespace veriline::testing
