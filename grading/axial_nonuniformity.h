// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calibration/model/calibration.h"
#include "vision/core/sampled_grid.h"

namespace veriline::grading {

/// Mean spacing of neighbouring grid points along the symbol's axes, in the unit of the scale (mm,
/// or px where both factors are 1).
struct Pitch {
  double x = 0;  ///< along a row
  double y = 0;  ///< along a column
  double mean() const { return (x + y) / 2; }
};
/// Requires: grid.Consistent(); at least 2 × 2 modules.
Pitch MeanPitch(const SampledGrid& grid, const calibration::Scale& scale);

/// ANU = |x − y| / ((x + y) / 2). Source: ISO/IEC 15415, 7.8.6; grading.md 2.7.
double AxialNonuniformity(const Pitch& pitch);

}  // namespace veriline::grading
