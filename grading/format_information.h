// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "grading/fixed_pattern_damage.h"
#include "grading/module_map.h"
#include "vision/core/sampled_grid.h"

namespace veriline::grading {

/// Format and version information of QR Code and Micro QR: wrong modules of each copy against the
/// re-encoded word, with the overlay, and the copies put together.
/// Source: ISO/IEC 18004 annex on print quality; grading.md 4.3. Pure.
struct InformationGrade {
  int copies = 0;  ///< 0: this symbol has none (graded 4 by nobody)
  std::array<int, 2> wrong{};
  std::array<double, 2> of_copy{4, 4};
  double grade = 4;  ///< not rounded
};
InformationGrade GradeFormatInformation(const ModuleMap& map, const SampledGrid& grid,
                                        const SegmentRule& rule);
InformationGrade GradeVersionInformation(const ModuleMap& map, const SampledGrid& grid,
                                         const SegmentRule& rule);

}  // namespace veriline::grading
