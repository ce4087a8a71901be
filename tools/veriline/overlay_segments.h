// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "grading/fixed_pattern_damage.h"
#include "vision/core/sampled_grid.h"

namespace veriline::tools {

/// Modules from (row, col) on; the quiet zone has negative ones.
struct ModuleBlock {
  int row = 0, col = 0, rows = 0, cols = 0;
};

/// Where a segment of fixed patterns lies, for people: its blocks, the outermost first.
/// Source: grading.md 3.1, 3.3, 4.1.
std::vector<ModuleBlock> BlocksOf(grading::SegmentName segment, const SampledGrid& grid);

}  // namespace veriline::tools
