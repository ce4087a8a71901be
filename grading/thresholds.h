// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace veriline::grading {

/// The thresholds of all editions, in one place, and the two ways to turn a value into a grade.
/// Everything here is pure; any thread.

/// Numbers are stable (stored and recorded).
enum class Edition : uint8_t {
  k15415_2011,
  k15415_2024,
  k29158_2011,
  k29158_2020,
  k15416_2000,  ///< linear symbols
  k15416_2016,
};
inline constexpr Edition kLastEdition = Edition::k15416_2016;
std::string_view Name(Edition edition);  ///< "15415:2011", ...
/// Whether that edition grades in tenths (else in whole grades).
constexpr bool InTenths(Edition e) {
  return e == Edition::k15415_2024 || e == Edition::k29158_2020 || e == Edition::k15416_2016;
}
constexpr bool IsDirectPartMark(Edition e) {
  return e == Edition::k29158_2011 || e == Edition::k29158_2020;
}

/// Of linear symbols: scan reflectance profiles.
constexpr bool IsOfScans(Edition e) {
  return e == Edition::k15416_2000 || e == Edition::k15416_2016;
}

/// Whole grades take the step, tenths the straight line between thresholds.
/// Source: grading.md 1.6; ISO/IEC 15415:2024, ISO/IEC 29158:2020 annex C.
enum class Scale : uint8_t { kWhole, kTenths };
constexpr Scale ScaleOf(Edition e) { return InTenths(e) ? Scale::kTenths : Scale::kWhole; }

/// Values at which a parameter has the grades 4, 3, 2 and 1.
struct ThresholdTable {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::array<double, 4> at{};
  bool exclusive = false;  ///< a value on a threshold has the grade below it (whole grades)
  double zero_at = kNone;  ///< tenths: where the line below grade 1 ends; none: 0 below grade 1
  constexpr bool HigherIsBetter() const { return at[0] > at[3]; }
};

/// Values closer than this to a threshold lie on it: reflectances are sums of some hundred floats,
/// whose rounding (1e-6) must not cost a grade. A tenth of the finest display.
inline constexpr double kBoundaryTolerance = 1e-5;

// ISO/IEC 15415, 7.8 and ISO/IEC 29158, in the order of grading.md 2.11.
inline constexpr ThresholdTable kSymbolContrastTable{{0.70, 0.55, 0.40, 0.20}, false, 0.15};
inline constexpr ThresholdTable kModulationTable{{0.50, 0.40, 0.30, 0.20}, false, 0.10};
inline constexpr ThresholdTable kUnusedErrorCorrectionTable{{0.62, 0.50, 0.37, 0.25}, false, 0.20};
inline constexpr ThresholdTable kAxialNonuniformityTable{{0.06, 0.08, 0.10, 0.12}, false, 0.14};
inline constexpr ThresholdTable kGridNonuniformityTable{{0.38, 0.50, 0.63, 0.75}, false, 0.87};
/// |growth| in X, 2024 only. UNCERTAIN (grading.md 2.9): fitted to one reading.
inline constexpr ThresholdTable kPrintGrowthFittedTable{{0.10, 0.25, 0.40, 0.55}, false, 0.60};
/// The other reading: a straight line from 0.10 (4) to 0.60 (0).
inline constexpr ThresholdTable kPrintGrowthStraightTable{{0.10, 0.225, 0.35, 0.475}, false, 0.60};

// Data Matrix, ISO/IEC 16022 annex M (grading.md 3).
inline constexpr ThresholdTable kSolidSideDamageTable{{0.00, 0.09, 0.13, 0.17}};
inline constexpr ThresholdTable kTransitionRatioTable{{0.06, 0.08, 0.10, 0.12}, true};
/// Tenths. UNCERTAIN (grading.md 3.3): fitted to one reading.
inline constexpr ThresholdTable kTransitionRatioFittedTable{{0.06, 0.10, 0.14, 0.18}};
inline constexpr ThresholdTable kClockTrackDamageTable{{0.10, 0.15, 0.20, 0.25}, true};
inline constexpr ThresholdTable kAverageGradeTable{{4.0, 3.5, 3.0, 2.5}};

// QR Code and Micro QR, ISO/IEC 18004 annex on print quality (grading.md 4).
inline constexpr ThresholdTable kFinderDamageTable{{0, 1, 2, 3}};  ///< wrong modules
inline constexpr ThresholdTable kTimingDamageTable{{0.00, 0.07, 0.11, 0.14}};
inline constexpr ThresholdTable kAlignmentDamageTable{{0.00, 0.10, 0.20, 0.30}};
inline constexpr ThresholdTable kFormatDamageTable{{0, 1, 2, 3}};  ///< wrong modules of a copy

// ISO/IEC 29158 (grading.md 5.3).
inline constexpr ThresholdTable kCellContrastTable{{0.30, 0.25, 0.20, 0.15}};
inline constexpr double kMinimumReflectancePass = 0.05;

// ISO/IEC 15416, 5.4 (grading.md 6.3); symbol contrast as above. Where defects are worse than the
// last threshold they are 0 in tenths too.
inline constexpr ThresholdTable kScanModulationTable{{0.70, 0.60, 0.50, 0.40}, false, 0.30};
inline constexpr ThresholdTable kDefectsTable{{0.15, 0.20, 0.25, 0.30}};
inline constexpr ThresholdTable kDecodabilityTable{{0.62, 0.50, 0.37, 0.25}, false, 0.20};
/// ISO/IEC 15415, 6.2.3 (grading.md 11).
inline constexpr ThresholdTable kCodewordYieldTable{{0.71, 0.64, 0.57, 0.50}};
inline constexpr double kMinimumEdgeContrastPass = 0.15;
inline constexpr double kRMinPass = 0.5;  ///< of Rmax

/// The grade of `value`, 0 to 4, not rounded. Without `tails` everything below 1 is 0. NaN gives 0.
double GradeOf(const ThresholdTable& table, double value, Scale scale, bool tails = true);

/// To the nearest tenth, halves upward; how each reported grade is rounded, once.
double RoundToTenth(double grade);
/// A 3.5–4.0, B 2.5–3.4, C 1.5–2.4, D 0.5–1.4, F below, of a grade in tenths (grading.md 1.1).
char LetterOf(double grade);

}  // namespace veriline::grading
