// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/veriline/symbol_grade.h"

namespace veriline::tools {

/// What of a run goes into every grade.
struct GradeOutput {
  const GradePlan* plan = nullptr;
  bool modules = false;  ///< arrays of modules and codewords
};

/// One line of JSON without the newline: that of `read`, and in each symbol "grade" by the
/// contract, or null with "grade_note". Fields that the contract does not name follow behind those
/// that it does: x_px, x_mm, aperture, wavelength_nm (0: white), angle, calibration,
/// extreme_reflectance, hints, switches (those that are not at their default; with `modules` all),
/// modules.
std::string ToJson(const GradedPicture& picture, const GradeOutput& output);

/// The grade of one symbol over several pictures, told apart by symbology and text.
struct AverageGrade {
  std::string symbology;
  std::string text;
  std::vector<std::string> files;
  std::vector<grading::GradeReport> reports;
};
/// {"average":[{"symbology","text","images":[{"file","overall"}],"grade":{...}}]}
std::string ToJson(std::span<const AverageGrade> averages, const GradePlan& plan);

/// The report that stands for all of them: mean grade and aperture, every indication, the widest
/// uncertainty; the rest is that of the first. Requires: at least one report.
grading::GradeReport MeanReport(std::span<const grading::GradeReport> reports);

}  // namespace veriline::tools
