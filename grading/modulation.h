// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "grading/module_map.h"
#include "grading/overlay.h"
#include "grading/switches.h"
#include "vision/core/sampled_grid.h"

namespace veriline::grading {

/// Memory of the codeword overlay, used again for each symbol.
struct CodewordGrades {
  std::vector<float> lowest;  ///< of each codeword: MOD or margin of its worst module
  std::vector<LevelCount> blocks;
};

/// Modulation, Reflectance Margin and Cell Modulation: the grade of a codeword is that of its worst
/// module; the overlay asks, for each level, what UEC the symbol would have if every codeword below
/// it were an error. The block with the lowest result counts.
/// Source: ISO/IEC 15415, 7.8.4 (Modulation) and 7.8.5 (Reflectance Margin); grading.md 2.4, 2.5.
struct CodewordOverlay {
  double grade = 4;     ///< not rounded
  double uec_at_4 = 1;  ///< notional UEC at level 4, of that block
  int below_4 = 0;      ///< its codewords that do not reach level 4
};

enum class CodewordValue : uint8_t {
  kEitherSide,  ///< whatever the colour: Modulation of 2011
  kRightSide,   ///< 0 for a wrong colour: Reflectance Margin; Modulation of 2024; Cell Modulation
};

/// Requires: `map` was judged, and is of `grid`.
CodewordOverlay OverlayCodewords(const ModuleMap& map, const SampledGrid& grid, CodewordValue value,
                                 Scale scale, const Switches& switches, CodewordGrades* memory);

/// The overlay again over memory->lowest as the last call left it, each value (but those of wrong
/// modules) moved by `shift`: how far the grade hangs on the values.
CodewordOverlay OverlayShifted(const SampledGrid& grid, double shift, Scale scale,
                               const Switches& switches, CodewordGrades* memory);

}  // namespace veriline::grading
