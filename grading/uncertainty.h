// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "calibration/model/calibration.h"
#include "grading/linear_scan.h"
#include "grading/modulation.h"
#include "grading/report.h"
#include "vision/core/sampled_grid.h"

namespace veriline::grading {

/// How far the overall grade may be off (95 %), from px per module, noise, focus and calibration:
/// each parameter is graded again with its value moved by its own uncertainty, up and down, and
/// half of the distance between the two overall grades is told, in tenths, rounded up. A model: its
/// constants stand in the source with their reasons. Pure; any thread.
void EstimateUncertainty(const SampledGrid& grid, const calibration::Calibration* calibration,
                         const GradingSpec& spec, CodewordGrades* codewords, GradeReport* report);

/// The same of a linear symbol: contrast, modulation, defects and decodability are moved by what
/// noise, pixels and calibration make of them. `report` has the means of `scans`.
void EstimateUncertainty(std::span<const LinearScan> scans,
                         const calibration::Calibration* calibration, const GradingSpec& spec,
                         GradeReport* report);

}  // namespace veriline::grading
