// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/core/result.h"

namespace veriline::camera {

/// How the strips of a line-scan camera become blocks.
struct LineScanOptions {
  int block_lines = 2048;
  /// Lines that a block has in common with the next: at least the longest code along the belt, so
  /// that one cut by the border of a block is whole in the other. At most half a block.
  int overlap_lines = 256;
  /// Belt between two lines of a block. Pixels are square when it is what a pixel shows across the
  /// web: mm_per_px × counts_per_mm.
  double counts_per_line = 0;
  /// Lines of a block that may be filled in with their neighbour where the camera left a gap; in a
  /// wider one they are missing. Less than what a module of a code can spare.
  int max_gap_lines = 2;
  /// Belt between two lines of a strip, for a camera that exposes a line each so many counts and
  /// does not say where its strips end; 0 = the source says it (FrameStamp::encoder_count_end).
  double counts_per_strip_line = 0;

  Checked<void> Validate() const;
};

}  // namespace veriline::camera
