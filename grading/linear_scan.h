// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <vector>

#include "grading/report.h"
#include "grading/scan_parameters.h"
#include "vision/core/scan_profile.h"
#include "vision/symbology/linear/linear_decode.h"

namespace veriline::grading {

/// One scan of a linear symbol: its profile and what ISO/IEC 15416 makes of it. Used again, it
/// keeps its memory.
struct LinearScan {
  int row = 0;             ///< of a stacked symbol, from the top
  float height_ratio = 0;  ///< where in the symbol, 0 at its top and 1 at its bottom
  /// From the begin of one quiet zone to the end of the other, as far as they are asked for and the
  /// picture shows them light; `edges` are those of the symbol.
  ScanProfile profile;
  symbology::linear::LinearDecode decode;  ///< by the standard's algorithm; indices into edges
  bool decoded = false;
  std::array<ParameterGrade, kParameterCount> parameters{};
  double grade = 0;  ///< the lowest parameter
  Parameter limited_by = Parameter::kEdgeDetermination;

  Levels levels;
  EdgeContrast edge_contrast;
  Defects defects;
  std::vector<float> extremes;  ///< Rs and Rb: of element i at i + 1
  int character = -1;           ///< the one with the least decodability
  double x_samples = 0;         ///< X in samples; where it was not decoded: as estimated
  double quiet_left_x = 0, quiet_right_x = 0;      ///< seen light, no more than was looked at
  bool left_unseen = false, right_unseen = false;  ///< the picture ends within that quiet zone
  double widest_gap_x = 0;                         ///< between characters of Code 39
  double gain_x = ParameterGrade::kNone;           ///< bar width gain
  int gain_elements = 0;
  double sharpness = ParameterGrade::kNone;  ///< slope of edges, of a sharp one under the aperture

  const ParameterGrade& Of(Parameter p) const { return parameters[static_cast<size_t>(p)]; }
  ParameterGrade& Of(Parameter p) { return parameters[static_cast<size_t>(p)]; }
};

/// The parameters of linear symbols in the order of a report.
inline constexpr std::array<Parameter, 10> kLinearParameters = {
    Parameter::kEdgeDetermination, Parameter::kDecode,
    Parameter::kSymbolContrast,    Parameter::kRMin,
    Parameter::kEdgeContrastMin,   Parameter::kModulation,
    Parameter::kDefects,           Parameter::kDecodability,
    Parameter::kQuietZone,         Parameter::kAdditional};

/// Whether a quiet zone is as wide as it must be, as far as edges can be told. X.
bool WideEnough(double seen_x, float wanted_x);

/// How deep defects are by the spec's edition and switches.
PeakRule DefectRule(const GradingSpec& spec);

/// Fills what the parameters rest on, from levels on. Requires: profile, decode, decoded and
/// x_samples are there. Thread: any.
void MeasureScan(double aperture_px, PeakRule rule, LinearScan* scan);

/// Grades what was measured, edge determination apart, and the scan by its worst parameter.
/// `quiet`: the zones that are asked for, as the symbol is read; `x_mm`: 0 where nobody knows.
void GradeScan(const GradingSpec& spec, const symbology::linear::QuietZones& quiet, double x_mm,
               LinearScan* scan);

/// The symbol's grade: the mean of the scans, of a stacked symbol that of its worst row. Fills
/// values and grades with means over those scans, overall, limited_by, the worst scan, growth,
/// levels, quiet zones; x_px where scans decode.
void Summarise(std::span<const LinearScan> scans, GradeReport* report);

}  // namespace veriline::grading
