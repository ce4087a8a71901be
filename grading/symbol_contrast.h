// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grading/grading_patch.h"
#include "grading/switches.h"
#include "grading/thresholds.h"

namespace veriline::grading {

/// SC = Rmax − Rmin: extremes of the filtered image (2011), or the levels of its lightest and its
/// darkest 1 % (2024); GradingPatch::LevelsOf gives them.
/// Source: ISO/IEC 15415, 7.8.2; grading.md 2.3. Returns the grade, not rounded.
inline double GradeSymbolContrast(const Levels& levels, Scale scale, const Switches& switches) {
  return GradeOf(kSymbolContrastTable, AsGraded(levels.contrast(), switches), scale,
                 switches.tails_below_one);
}

}  // namespace veriline::grading
