// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "grading/linear_grader.h"
#include "tests/support/linear_drawing.h"

namespace veriline::testing {

/// A linear symbol from whose widths pictures for grading are drawn: the answer.
struct LinearSample {
  std::string name;
  Symbology symbology = Symbology::kUnknown;
  std::string payload;
  std::vector<double> widths;             ///< X, bars at even places
  std::vector<std::vector<double>> rows;  ///< of stacked symbols
  size_t edge = 0;  ///< one within a character, behind a narrow element, that may be moved
  /// Decodability by grading.md 6.4 when all bars grow by g, and when `edge` is moved
  /// to the right by d; X.
  std::function<double(double)> grown, moved;

  static LinearSample Code128(const std::string& text = "Lot 47");
  static LinearSample Code39(const std::string& text = "LOT-47", double ratio = 3);
  static LinearSample Itf(const std::string& digits = "15400141", double ratio = 3);
  /// EAN-13, EAN-8, UPC-A or UPC-E with the check digit, drawn with the 1/13 X of the standard
  /// unless `thirteenth` is false.
  static LinearSample Ean(Symbology symbology, const std::string& digits, bool thirteenth = true);
  /// DataBar Omnidirectional or Limited; `digits`: the first 13 of a GTIN.
  static LinearSample DataBar(Symbology symbology, const std::string& digits = "0950110153000");
  /// DataBar Expanded with a GTIN and a lot number; of a stacked one (rows of two pairs) all rows
  /// are in `rows`.
  static LinearSample DataBarExpanded();
  static LinearSample DataBarExpandedStacked();
  static LinearSample DataBarStacked();
  /// One of each in one row.
  static std::vector<LinearSample> All();

  /// The widest element that is a bar, or a space; index.
  size_t Widest(bool bar) const;
  /// X from the left edge to the begin of an element.
  double Begin(size_t element) const;
};

/// Reflectance → grey by DrawingCalibration.
constexpr double GreyOf(double reflectance) { return 20 + 200 * reflectance; }

/// Grey 20 is 0 % and 220 is 100 %, and a module of `x_px` is 0.5 mm.
calibration::Calibration LinearCalibration();

/// How it is printed and seen.
struct LinearCase {
  LinearInk ink{.dark = GreyOf(0.05), .light = GreyOf(0.85), .height_x = 1.5};
  LinearShot shot{.x_px = 40, .quiet_high_x = 0.5, .ground = GreyOf(0.85)};
  std::function<void(const LinearSample&, LinearRow*)> damage;
  bool turned = false;  ///< the reader tells the outline from the other side
  bool inverted = false;
};
LinearPicture Draw(const LinearSample& sample, const LinearCase& how);
Symbol SymbolOf(const LinearSample& sample, const LinearPicture& picture, bool turned = false);

}  // namespace veriline::testing
