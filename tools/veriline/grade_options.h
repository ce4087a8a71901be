// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calibration/model/calibration.h"
#include "grading/report.h"
#include "vision/core/result.h"
#include "vision/core/symbol.h"

namespace veriline::tools {

/// What the command line of `grade` says of standard, aperture and light, as it was typed.
struct GradeOptions {
  std::string standard = "auto";
  std::vector<std::string> editions;  ///< "15415:2011", or "2011" beside an explicit standard
  std::optional<double> aperture_mil;
  std::optional<double> aperture_x;
  std::optional<double> mm_per_px;
  std::string reflectance;  ///< "BLACK,WHITE"
  std::string wavelength;   ///< nm, or "W"
  std::string angle;        ///< 45, or a code as 30T
  std::string calibration;  ///< a file; the options beside it override its fields
};

enum class GradeStandard : uint8_t { kAuto, k15415, k15416, k29158 };
std::string_view Name(GradeStandard standard);  ///< "auto", "15415", ...

/// Whether ISO/IEC 15416 is for symbols of this kind.
bool IsLinear(Symbology symbology);

/// How every symbol of a run is graded.
struct GradePlan {
  GradeStandard standard = GradeStandard::kAuto;
  grading::GradingSpec spec;  ///< valid
  /// Null where neither a file nor options say anything of grey and scale.
  std::shared_ptr<const calibration::Calibration> calibration;
  /// Somebody chose the aperture: an option, or ISO/IEC 29158, which fixes it.
  bool aperture_stated = false;

  /// kAuto: 15415 for matrix and multi-row symbols, 15416 for linear ones.
  GradeStandard StandardFor(Symbology symbology) const;
};

/// Errors: the first option that means nothing, with what would; a calibration file that cannot be
/// used; an aperture in mil without a scale.
Checked<GradePlan> PlanGrades(const GradeOptions& options);

}  // namespace veriline::tools
