// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grading/grading_patch.h"
#include "grading/module_map.h"
#include "vision/core/sampled_grid.h"

namespace veriline::grading {

/// By how much of X dark modules are wider than they should be, along each axis: from the crossings
/// of the level along the clock tracks or timing patterns, (dark − light) / (dark + light) of the
/// mean widths of single-module elements. + = dark too wide; dark as in the picture.
/// Source: ISO/IEC 15415, annex C (2011: reported, 2024: graded); grading.md 2.9.
struct PrintGrowth {
  double x = 0;
  double y = 0;
  int x_elements = 0;  ///< that were measured; 0: no such line could be followed
  int y_elements = 0;
  /// Mean slope of edges where they cross the level, over that of a sharp edge under this aperture;
  /// 1 = sharp, NaN where no edge was measured.
  double sharpness = 1;
  bool measured() const { return x_elements > 0 && y_elements > 0; }
  /// The axis that is farther off, with its sign.
  double worst() const;
};

/// `level`: the reflectance at which an edge lies; `contrast`: what a sharp edge would rise by.
/// Requires: `map` was judged. Cost: about 60 ns an element.
PrintGrowth MeasurePrintGrowth(const GradingPatch& patch, const ModuleMap& map,
                               const SampledGrid& grid, double level, double contrast);

}  // namespace veriline::grading
