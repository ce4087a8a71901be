// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "grading/hint_kinds.h"
#include "grading/module_map.h"
#include "grading/report.h"
#include "vision/core/sampled_grid.h"

namespace veriline::grading {

/// What a printer can act on, by the numbers of the report and the map; fills report->hints.
/// Requires: `map` is judged. Thread: any. Allocates nothing. Cost: a few µs.
void FindHints(const ModuleMap& map, const SampledGrid& grid, GradeReport* report);

std::string_view Name(HintKind kind);  ///< "ink_spread", as in the JSON of `grade`

/// One sentence for people: "dark modules are 42 µm (8 % of X) too wide across: reduce ink ...".
std::string Describe(const Hint& hint);

}  // namespace veriline::grading
