// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "calibration/model/calibration.h"
#include "grading/grading_patch.h"
#include "grading/module_map.h"

namespace veriline::grading {

/// ISO/IEC 29158: levels from the reflectances at grid points instead of extremes of an area.

/// T2 by the histogram method over the symbol's modules, ML and MD (as rmax and rmin) the means of
/// the modules above and below it. Source: ISO/IEC 29158, annex A; grading.md 5.2, 5.3.
Levels CellLevels(const ModuleMap& map);

/// Threshold of ISO/IEC 15415:2024 where it is to come from module centres (switch
/// threshold_samples). Same histogram, weighted by class size where asked.
double ModuleThreshold(const ModuleMap& map, bool by_size);

/// Extremes over all modules, quiet zone included (switch extremes).
Levels ModuleExtremes(const ModuleMap& map);

/// CC = (ML − MD) / ML; 0 where ML is 0. Source: ISO/IEC 29158; grading.md 5.3.
double CellContrast(const Levels& levels);

/// Rtarget = Rcal · (SRcal / SRtarget) · (MLtarget / MLcal): with a calibrated curve, ML as the
/// curve tells it times the ratio of the responses. Nothing where a response is not known, or under
/// 90° light, for which it is not defined. Source: ISO/IEC 29158; grading.md 5.3.
std::optional<double> MinimumReflectance(const Levels& levels,
                                         const calibration::Calibration* calibration,
                                         std::optional<double> system_response,
                                         const char* lighting);

}  // namespace veriline::grading
