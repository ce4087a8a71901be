// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/veriline/overlay_pen.h"
#include "tools/veriline/symbol_grade.h"

namespace veriline::tools {

inline constexpr double kLegendWidth = 460;  // px

/// The text beside a symbol: overall grade, every parameter with value, grade and letter, hints,
/// why it is no formal grade, and what the colours mean. Requires: graded.report. Returns the
/// height that it takes, px.
double DrawLegend(const SymbolGrade& graded, bool aperture_stated, Point corner, Sheet* sheet);
double HeightOfLegend(const SymbolGrade& graded, bool aperture_stated);

}  // namespace veriline::tools
