// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "grading/symbol_grader.h"
#include "tools/veriline/grade_options.h"
#include "tools/veriline/picture_run.h"
#include "tools/veriline/symbol_grade.h"
#include "vision/core/clock.h"

namespace veriline::tools {

/// Reads picture files and grades every symbol. One for each thread or process.
class PictureGrader {
 public:
  /// `plan` is borrowed. With `keep_modules` every symbol has its grid and modules.
  PictureGrader(const SymbologySet& symbologies, const GradePlan& plan, bool keep_modules);

  /// As PictureReader::Read; its elapsed_us includes grading. Holds until the next call.
  GradedPicture Grade(const std::string& file, int attempt);

 private:
  SymbolGrade GradeSymbol(const Symbol& symbol);

  const GradePlan& plan_;
  const bool keep_modules_;
  SteadyClock clock_;
  PictureReader reader_;
  grading::SymbolGrader grader_;
};

}  // namespace veriline::tools
