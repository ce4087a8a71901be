// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "grading/hint_kinds.h"
#include "grading/linear_scan.h"
#include "grading/module_map.h"
#include "grading/report.h"
#include "vision/core/sampled_grid.h"

namespace veriline::grading {

/// What a printer can act on, by the numbers of the report and the map; fills report->hints.
/// Requires: `map` is judged. Thread: any. Allocates nothing. Cost: a few µs.
void FindHints(const ModuleMap& map, const SampledGrid& grid, GradeReport* report);

inline constexpr double kGrowthWorthTelling = 0.08;  ///< of X; most printers hold half of it
inline constexpr double kSoftEdge = 0.7;             ///< of a sharp edge's slope
/// Those of Rmax, Rmin and glare, behind what the list has.
void AddLevelHints(GradeReport* report);

/// The same of a linear symbol. `report` has the means of `scans`.
void FindHints(std::span<const LinearScan> scans, GradeReport* report);

std::string_view Name(HintKind kind);  ///< "ink_spread", as in the JSON of `grade`

/// One sentence for people: "dark modules are 42 µm (8 % of X) too wide across: reduce ink ...".
std::string Describe(const Hint& hint);

}  // namespace veriline::grading
