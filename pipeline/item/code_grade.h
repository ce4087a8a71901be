// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

#include "grading/report.h"

namespace veriline::item {

/// What the recipe's limits make of a grade.
enum class GradeFlag : uint8_t {
  kFine = 0,
  kWarn = 1,    ///< below the warn limit; or below the reject limit, but an estimate
  kReject = 2,  ///< below the reject limit
};

/// The print quality of one code as it goes with the code: what a GradeReport says, without the
/// places. Fixed size, no pointers.
struct CodeGrade {
  struct Value {
    float value = kNone;  ///< ratio; NaN: not measured
    float grade = kNone;  ///< 0 to 4; NaN: reported only
    bool measured() const { return !std::isnan(value) || !std::isnan(grade); }
  };
  static constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

  bool graded = false;  ///< false: nothing below has a meaning
  grading::Edition edition = grading::Edition::k15415_2024;
  float overall = 0;
  float uncertainty = 0;  ///< of `overall`, at 95 %
  grading::Parameter limited_by = grading::Parameter::kDecode;
  uint32_t indications = 0;  ///< bit i: grading::Indication i
  GradeFlag flag = GradeFlag::kFine;
  std::array<char, 32> formal{};  ///< "3.0/06/660"; NUL-terminated
  std::array<Value, grading::kParameterCount> parameters{};

  std::string_view formal_view() const { return {formal.data()}; }
  /// Reflectance, scale, wavelength or light are not known: the number is not one of a verifier.
  bool estimate() const;
  /// The same grade; NaN equals NaN.
  friend bool operator==(const CodeGrade& a, const CodeGrade& b);
};

CodeGrade Summarise(const grading::GradeReport& report);

/// When a grade warns and when it rejects.
struct GradeRules {
  bool enabled = true;
  grading::GradingSpec spec;
  double warn_below = 2.0;
  double reject_below = 1.5;      ///< 0: never
  bool reject_estimates = false;  ///< also where the line was not calibrated
  /// Warn when the mean of the last `trend_codes` identities falls below `trend_below`; 0: no rule.
  int trend_codes = 20;
  double trend_below = 2.0;

  GradeFlag FlagOf(const CodeGrade& grade) const;
};

}  // namespace veriline::item
