// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/code_grade.h"

#include <algorithm>
#include <string>

namespace veriline::item {

using grading::Indication;

bool CodeGrade::estimate() const { return grading::IsEstimate(indications); }

bool operator==(const CodeGrade& a, const CodeGrade& b) {
  const auto same = [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  if (a.graded != b.graded) return false;
  if (!a.graded) return true;
  return a.edition == b.edition && same(a.overall, b.overall) &&
         same(a.uncertainty, b.uncertainty) && a.limited_by == b.limited_by &&
         a.indications == b.indications && a.flag == b.flag && a.formal == b.formal &&
         std::ranges::equal(a.parameters, b.parameters, [&](const auto& x, const auto& y) {
           return same(x.value, y.value) && same(x.grade, y.grade);
         });
}

CodeGrade Summarise(const grading::GradeReport& report) {
  CodeGrade grade;
  grade.graded = true;
  grade.edition = report.edition;
  grade.overall = static_cast<float>(report.overall);
  grade.uncertainty = static_cast<float>(report.uncertainty);
  grade.limited_by = report.limited_by;
  grade.indications = report.indications;
  const std::string formal = FormalGrade(report);
  formal.copy(grade.formal.data(), grade.formal.size() - 1);
  for (size_t i = 0; i < grading::kParameterCount; ++i) {
    grade.parameters[i] = {static_cast<float>(report.parameters[i].value),
                           static_cast<float>(report.parameters[i].grade)};
  }
  return grade;
}

GradeFlag GradeRules::FlagOf(const CodeGrade& grade) const {
  // Grades are tenths, and limits are written as tenths.
  constexpr float kSlack = 1e-3f;
  const auto below = [&](double limit) {
    return grade.overall < static_cast<float>(limit) - kSlack;
  };
  if (!grade.graded) return GradeFlag::kFine;
  if (below(reject_below)) {
    return reject_estimates || !grade.estimate() ? GradeFlag::kReject : GradeFlag::kWarn;
  }
  return below(warn_below) ? GradeFlag::kWarn : GradeFlag::kFine;
}

}  // namespace veriline::item
