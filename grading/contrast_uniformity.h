// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grading/module_map.h"
#include "grading/switches.h"
#include "vision/core/sampled_grid.h"

namespace veriline::grading {

/// The lowest MOD of all (data) modules and where it is; reported, not graded.
/// Source: ISO/IEC 15415, annex on additional parameters; ISO/IEC 15426-2; grading.md 2.4.
struct ContrastUniformity {
  double value = 1;
  int row = -1;  ///< 0-based from the symbol's top left; -1: there was no such module
  int col = -1;
};
ContrastUniformity MeasureContrastUniformity(const ModuleMap& map, const SampledGrid& grid,
                                             Switches::UniformityModules which);

}  // namespace veriline::grading
