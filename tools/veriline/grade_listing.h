// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "tools/veriline/grade_json.h"
#include "tools/veriline/symbol_grade.h"

namespace veriline::tools {

/// The report for people: that of `read`, and below each symbol its grade, a table of parameters,
/// what is missing for a formal grade, and hints. With `output.modules` the modulation of every
/// module in whole percent.
std::string ToListing(const GradedPicture& picture, const GradeOutput& output);
std::string ToListing(std::span<const AverageGrade> averages, const GradePlan& plan);

}  // namespace veriline::tools
