// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grading/report.h"
#include "tools/veriline/grade_options.h"

namespace veriline::tools {

/// What a grade is called for people, in the listing and on overlays; and what stands behind it.
/// Pure functions; any thread.

/// The parameters that were measured, in the order of a report.
std::vector<grading::Parameter> MeasuredOf(const grading::GradeReport& report);

std::string_view Title(grading::Parameter parameter);  ///< "Symbol contrast"

/// The measured value with its unit: "80 %", "0.12 X", "passed"; empty where nothing was measured.
std::string ValueText(const grading::GradeReport& report, grading::Parameter parameter);
/// What the value consists of: "Rmax 85 %, Rmin 5 %, threshold 45 %"; often empty.
std::string Detail(const grading::GradeReport& report, grading::Parameter parameter);

/// Letter of a parameter's or symbol's grade; '-' for NaN.
char LetterOrDash(double grade);

/// Whether it is a verifier's grade: nothing stands against it, and somebody chose the aperture.
bool IsFormal(const grading::GradeReport& report, bool aperture_stated);
/// Why a grade is no formal one, or a doubtful one, by the names of the JSON: those of the report's
/// indications, and "no_aperture" where nobody chose it.
std::vector<std::string_view> Reasons(const grading::GradeReport& report, bool aperture_stated);
/// What is missing and what would mend it: "grey is not calibrated (--reflectance)".
std::string_view Explain(std::string_view reason);

/// The same for a listing, in as few sentences as they make: what nobody stated is one of them.
std::vector<std::string> Explained(const std::vector<std::string_view>& reasons);

/// "ISO/IEC 15415:2024".
std::string StandardText(grading::Edition edition);
/// "aperture 0.80 X (0.203 mm, 8 mil)".
std::string ApertureText(const grading::GradeReport& report);

}  // namespace veriline::tools
