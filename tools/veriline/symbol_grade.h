// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "grading/linear_scan.h"
#include "grading/module_map.h"
#include "grading/report.h"
#include "tools/veriline/grade_options.h"
#include "tools/veriline/symbol_json.h"
#include "vision/core/frame.h"
#include "vision/core/sampled_grid.h"
#include "vision/core/symbol.h"

namespace veriline::tools {

/// One symbol of a picture and what `grade` found of it.
struct SymbolGrade {
  const Symbol* symbol = nullptr;  ///< borrowed
  std::optional<grading::GradeReport> report;
  std::string note;  ///< why there is no report
  // For maps; filled where they are asked for.
  SampledGrid grid;  ///< rows == 0: no modules were found
  grading::ModuleMap modules;
  std::vector<grading::LinearScan> scans;  ///< of a linear symbol

  bool has_modules() const { return report.has_value() && grid.rows > 0; }
};

/// One picture with all of that. Borrows the pixels and the symbols.
struct GradedPicture {
  FileReport file;
  FrameView pixels;
  std::vector<SymbolGrade> symbols;
  std::string overlay;        ///< the file that was painted; empty: none
  std::string overlay_error;  ///< why it could not be written
};

}  // namespace veriline::tools
