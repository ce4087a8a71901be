// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "grading/fixed_pattern_damage.h"
#include "grading/format_information.h"
#include "grading/grading_patch.h"
#include "grading/hint_kinds.h"
#include "grading/print_growth.h"
#include "grading/switches.h"
#include "grading/thresholds.h"
#include "vision/core/result.h"
#include "vision/symbology/reference_decode.h"

namespace veriline::grading {

/// Every parameter of matrix symbols, in the order of a report, and behind them those that only
/// linear symbols have. Numbers are stable (stored and recorded).
enum class Parameter : uint8_t {
  kDecode,
  kSymbolContrast,
  kModulation,
  kReflectanceMargin,
  kContrastUniformity,
  kFixedPatternDamage,
  kAxialNonuniformity,
  kGridNonuniformity,
  kUnusedErrorCorrection,
  kFormatInformation,
  kVersionInformation,
  kPrintGrowth,
  kCellContrast,
  kCellModulation,
  kMinimumReflectance,
  kEdgeDetermination,
  kRMin,
  kEdgeContrastMin,
  kDefects,
  kDecodability,
  kQuietZone,
  kAdditional,     ///< what the symbology asks for besides: ratio of widths, gaps
  kCodewordYield,  ///< multi-row symbols: of all codewords that scans pass, those that are read
};
inline constexpr size_t kParameterCount = 23;
std::string_view Name(Parameter parameter);  ///< "symbol_contrast", as in the JSON of `grade`

/// What the application asks for: edition, aperture, light.
struct GradingSpec {
  Edition edition = Edition::k15415_2024;  ///< of matrix symbols
  Aperture aperture;                       ///< ISO/IEC 29158 takes 0.5 X and 0.8 X instead
  Edition linear_edition = Edition::k15416_2016;
  /// Of linear symbols; both 0: that of the table for X in mm, and 0.5 X (the middle of what the
  /// table makes of X) where X is not known in mm.
  Aperture linear_aperture{.mm = 0, .x_ratio = 0};
  int scans = 10;  ///< of each linear symbol, or of each row of a stacked one
  /// Where they are not given, those of the calibration count.
  std::optional<int> wavelength_nm;  ///< 0 = white
  std::array<char, 8> lighting{};    ///< code as in "45Q", NUL-terminated; empty = not given
  /// ISO/IEC 29158: response of the system (exposure × gain) of this picture.
  std::optional<double> system_response;
  Switches switches;

  /// Errors: numbers out of range, a lighting code that no standard knows; `key` names the field.
  Checked<void> Validate() const;
};
/// 45Q, 30Q, 30T, 30S, 90, D, TCL. Source: grading.md 5.4.
bool IsLightingCode(std::string_view code);

/// What keeps a grade from being the formal one of a verifier, or makes it doubtful.
enum class Indication : uint8_t {
  kNoReflectance,  ///< grey was not calibrated
  kNoScale,        ///< mm per px are not known, so the aperture has no size
  kNoWavelength,
  kNoLighting,
  kFewPixels,           ///< fewer than 5 px a module
  kQuietZoneUnseen,     ///< it lies partly outside the picture; its modules were left out
  kMarginUnseen,        ///< the 20 X around lie partly outside the picture
  kSaturated,           ///< the lightest place has the camera's largest grey
  kReaderOnly,          ///< the reference decode failed; parameters are informative
  kPatternsNotCovered,  ///< fixed patterns of this symbology are not graded
  kNoSystemResponse,    ///< ISO/IEC 29158: minimum reflectance was not measured
  kScansDisagree,       ///< scans of one symbol decode to different data
  kScansOverlap,        ///< bars are too low for scans that are an aperture apart
};
inline constexpr size_t kIndicationCount = 13;
std::string_view Name(Indication indication);  ///< "no_reflectance", ...
/// Whether one of them (bit i: Indication i) says that reflectance, scale, wavelength or light were
/// stated by nobody: the grade is no verifier's, however well it was measured.
constexpr bool IsEstimate(uint32_t indications) { return (indications & 0b1111u) != 0; }
static_assert(static_cast<int>(Indication::kNoReflectance) == 0 &&
              static_cast<int>(Indication::kNoLighting) == 3);

struct ParameterGrade {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double value = kNone;  ///< ratio; NaN: not measured
  double exact = kNone;  ///< grade before rounding
  double grade = kNone;  ///< NaN: reported only
  bool graded() const { return grade == grade; }
  bool measured() const { return value == value || graded(); }
};

/// Gives `p` its value and grade, which is rounded here.
template <class Grades>
void SetGrade(Parameter p, double value, double exact, Grades* of) {
  of->Of(p) = {.value = value, .exact = exact, .grade = RoundToTenth(exact)};
}

/// All that one image of a symbol gives. Plain data of fixed size.
struct GradeReport {
  Edition edition = Edition::k15415_2024;
  std::array<ParameterGrade, kParameterCount> parameters{};
  double overall = 0;  ///< the lowest parameter; in tenths, or whole
  Parameter limited_by = Parameter::kDecode;
  /// Of the reference decode; kNone: it read the symbol.
  symbology::ReferenceStep reference_failed_at = symbology::ReferenceStep::kNone;
  bool extreme_reflectance = false;  ///< the asterisk: grading.md 1.5
  double uncertainty = 0;            ///< of `overall`, at 95 %: uncertainty.h

  Levels levels;  ///< ISO/IEC 29158: ML, MD and T2
  int uniformity_row = -1, uniformity_col = -1;
  int grid_row = 0, grid_col = 0;  ///< of the worst grid point
  double grid_least_squares = 0;   ///< GNU by the other ideal grid
  FixedPatternDamage fixed_patterns;
  InformationGrade format, version;
  PrintGrowth growth;  ///< of linear symbols: x, along the scans

  // Linear symbols: values and grades of the parameters above are means over the scans.
  int scans = 0;                               ///< that they are means of; 0: no linear symbol
  int worst_scan = 0;                          ///< from the symbol's top
  double quiet_left_x = 0, quiet_right_x = 0;  ///< least of all scans; no more than was looked at

  double x_px = 0;              ///< X dimension
  double x_mm = 0;              ///< 0: not known
  double aperture_x_ratio = 0;  ///< diameter in X
  double aperture_mm = 0;       ///< 0: not known
  std::optional<int> wavelength_nm;
  std::array<char, 8> lighting{};
  uint32_t indications = 0;  ///< bit i: Indication i
  HintList hints;

  const ParameterGrade& Of(Parameter p) const { return parameters[static_cast<size_t>(p)]; }
  ParameterGrade& Of(Parameter p) { return parameters[static_cast<size_t>(p)]; }
  bool Has(Indication i) const { return (indications >> static_cast<int>(i) & 1) != 0; }
  void Add(Indication i) { indications |= 1u << static_cast<int>(i); }
  /// Nothing is missing that a verifier states, and all was there that it grades: then FormalGrade
  /// is one. What else is indicated widens the uncertainty and is told beside it.
  bool formal() const {
    return !IsEstimate(indications) && !Has(Indication::kQuietZoneUnseen) &&
           !Has(Indication::kPatternsNotCovered) && !Has(Indication::kNoSystemResponse);
  }
  char letter() const { return LetterOf(overall); }
};

/// Wavelength, light, and the indications of what nobody stated and of few pixels, by the
/// calibration (may be null), the spec and report->x_px.
void StateConditions(const calibration::Calibration* calibration, const GradingSpec& spec,
                     GradeReport* report);

inline constexpr double kMmPerMil = 0.0254;

/// "3.0/06/660", "DPM2.1*/05/660/30Q": grade (with the asterisk), aperture by reference number in
/// mil, wavelength (W for white), angle unless it is 45Q. What is not known stands as "-".
/// Source: ISO/IEC 15415, 6.5; grading.md 1.4, 2.1.3, 5.4.
std::string FormalGrade(const GradeReport& report);
std::string FormalGrade(const GradeReport& report, double grade);

/// Symbol grade over several images: the arithmetic mean of their grades, to a tenth.
/// Source: ISO/IEC 15415 (2004, 2011); grading.md 1.2, 1.3. Requires: at least one report.
struct MeanGrade {
  double grade = 0;
  bool extreme_reflectance = false;           ///< of any image
  Parameter limited_by = Parameter::kDecode;  ///< that of the worst image
  char letter() const { return LetterOf(grade); }
};
MeanGrade MeanOf(std::span<const GradeReport> images);

}  // namespace veriline::grading
