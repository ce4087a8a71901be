// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "vision/core/frame.h"

namespace veriline::locate {

inline constexpr int kBlockPx = 8;

/// Gradient energy of each block of 8×8 pixels, row by row: Σ|dx| + |dy| over its pixels, where dx
/// and dy are the differences to the right and to the lower neighbour. Blocks end one pixel before
/// the right and the lower border, which have no such neighbours.
struct BlockMap {
  int cols = 0;
  int rows = 0;
  std::vector<uint16_t> energy;  ///< at most 2·64·255
};

/// Measures a picture: one read of each pixel (the row above a block row is read twice), with the
/// widest vectors that the machine has.
/// Thread: any, one per `map`. Cost: what one read of the memory costs; no allocation once the map
/// has grown.
void MeasureBlocks(const FrameView& picture, BlockMap* map);

}  // namespace veriline::locate
