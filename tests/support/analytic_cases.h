// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "grading/matrix_grader.h"
#include "tests/support/graded_symbol.h"

namespace veriline::grading {

/// What a case asks for; each has its tolerance.
enum class Quantity {
  kRmax,
  kRmin,
  kContrast,
  kUniformity,
  kUnused,
  kAxial,
  kGrid,
  kGridFit,
  kGrowthX,
  kGrowthY,
  kModulationUec,  ///< notional UEC at level 4
  kWrong,          ///< wrong modules of `segment`
  kTransition,     ///< transition ratio
  kCells,
};
inline constexpr double kAny = NAN;

struct Expected {
  Quantity quantity;
  double value = kAny;
  /// Grade of `parameter` in whole grades and in tenths; kAny is not looked at.
  Parameter parameter = Parameter::kDecode;
  double whole = kAny;
  double tenths = kAny;
  SegmentName segment = SegmentName::kL1;
  /// Tenths by which the grade may differ, where one is crossed within the value's tolerance.
  double grade_slack = 0;
};

/// A row of grading.md, section 12: a symbol made from the answer.
struct AnalyticCase {
  std::string row;
  testing::GradedSymbol symbol;
  std::vector<Expected> expected;
  double aperture_x_ratio = 0.8;
  std::function<void(SampledGrid*)> retouch;              ///< of the grid before it is graded
  std::function<Point(double col, double row)> movement;  ///< of places, X; see MovePlaces
  bool direct_part = false;
  /// What lies on the rim of the disc is known to a part of a pixel only: at 20 px to 0.014 of MOD
  /// for the worst of these squares, so they are drawn at no less than this.
  double least_px = 20;
  bool needs_sharp = false;  ///< a blurred square is another square: not of the blurred poses
};

std::vector<AnalyticCase> DataMatrixCases();
std::vector<AnalyticCase> QrCases();

}  // namespace veriline::grading
