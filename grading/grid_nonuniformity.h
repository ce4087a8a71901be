// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calibration/model/calibration.h"
#include "grading/axial_nonuniformity.h"
#include "grading/switches.h"
#include "vision/core/sampled_grid.h"

namespace veriline::grading {

/// GNU: the greatest distance of a grid point of the reference decode from where an even grid has
/// it, in X. Both ideal grids are measured; the switch says which is graded.
/// Source: ISO/IEC 15415, 7.8.7; grading.md 2.8.
struct GridNonuniformity {
  double from_corners = 0;        ///< ideal: bilinear between the four corner points
  double from_least_squares = 0;  ///< ideal: affine, fitted to all points
  int row = 0;                    ///< of the worst module by the rule that is graded
  int col = 0;
  double Graded(const Switches& s) const {
    return s.ideal_grid == Switches::IdealGrid::kCorners ? from_corners : from_least_squares;
  }
};
/// `pitch` of MeanPitch with the same scale. Pure; any thread; allocates nothing.
GridNonuniformity MeasureGridNonuniformity(const SampledGrid& grid, const Pitch& pitch,
                                           const calibration::Scale& scale,
                                           const Switches& switches);

}  // namespace veriline::grading
