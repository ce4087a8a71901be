// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/core/frame.h"

namespace veriline::locate {

/// Which way the edges of a part of a picture run.
struct Orientation {
  /// Share of the gradients that lie along one direction (0–1), and that direction in (-π/2, π/2]:
  /// near 1 for bars.
  float bars_ratio = 0;
  float bars_rad = 0;
  /// The same for two crossing directions, one of them in (-π/4, π/4]: near 1 for a clean grid.
  float grid_ratio = 0;
  float grid_rad = 0;
};

/// Looks at up to `rows` rows of pixels and kOrientationRowPx in each. Gradients below `least` grey
/// values over two pixels are left out; false when there are no others.
/// Thread: any. Cost: about 1 ns for each pixel.
bool FindOrientation(const FrameView& picture, const Rect& box, int least, int rows,
                     Orientation* found);
inline constexpr int kOrientationRowPx = 128;

}  // namespace veriline::locate
