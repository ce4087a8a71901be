// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "calibration/model/calibration.h"
#include "vision/core/frame.h"
#include "vision/core/sampled_grid.h"

namespace veriline::testing {

/// How a symbol is drawn.
struct Pose {
  double module_px = 20;
  double angle_deg = 0;  ///< of the top edge, clockwise in the picture
  double shift_x_px = 0;
  double shift_y_px = 0;
  double blur_px = 0;     ///< sigma
  double motion_px = 0;   ///< by which it moves while the picture is taken
  double motion_deg = 0;  ///< the way it moves, in the picture
  double noise_grey = 0;
  int margin_modules = 3;  ///< of ground beyond the quiet zone
  bool mirrored = false;
  uint32_t seed = 1;
};

/// A picture of a symbol with its true grid.
struct Drawing {
  std::vector<uint8_t> pixels;
  int width = 0;
  int height = 0;
  SampledGrid grid;
  FrameView view() const { return {pixels.data(), width, height, width}; }
};

/// Grey 20 is 0 % and grey 220 is 100 %: the levels of the analytic cases are whole grey values.
calibration::Calibration DrawingCalibration();

/// A matrix symbol whose every module has a known reflectance, as libzint encodes it, with its
/// codewords placed by an own walk: the answer from which pictures for grading are drawn.
class GradedSymbol {
 public:
  /// A square ECC 200 symbol of `size` modules (10–26: one region, 32: four).
  static GradedSymbol DataMatrix(int size, const std::string& text = "12345678");
  /// QR Code of that version and level M.
  static GradedSymbol Qr(int version, const std::string& text = "VERILINE");
  /// Micro QR M2 to M4, level L; its codewords lie where the symbology's layout says.
  static GradedSymbol MicroQr(int version, const std::string& text = "1234");

  SampledGrid grid;  ///< without centres
  int quiet = 1;
  double light = 0.85;
  double dark = 0.05;
  double growth_x = 0;  ///< by how much dark modules are wider, in X
  double growth_y = 0;
  double stretch_x = 1;
  double stretch_y = 1;
  /// x (in modules) of the printed symbol → x where it appears; rising.
  std::function<double(double)> warp_x;
  /// The warp fades towards the lower side, on which modules lie evenly.
  bool warp_fades = false;

  /// A module's reflectance instead of that of its colour; also in the quiet zone.
  void SetReflectance(int row, int col, double reflectance) { painted_[{row, col}] = reflectance; }
  /// The other colour than the grid wants.
  void Flip(int row, int col) { SetReflectance(row, col, IsDark(row, col) ? light : dark); }
  /// A dark module drawn as a square of that side (in X) about its middle.
  void SetSide(int row, int col, double side) { sides_[{row, col}] = side; }
  /// Something other than the symbol: replaces the reflectance at (x, y) in modules where not NaN.
  std::function<double(double, double)> ground;

  bool IsDark(int row, int col) const;
  /// How much of the warp there is at a height, in modules from the top.
  double WarpAt(double y) const;
  /// The first module (row-major) of a codeword with that colour.
  std::pair<int, int> ModuleOf(int codeword, bool want_dark) const;
  /// Flips a module of the codeword and tells it as a corrected error of its block.
  void DamageCodeword(int codeword);

  Drawing Draw(const Pose& pose) const;

 private:
  double ReflectanceOf(int row, int col) const;

  std::map<std::pair<int, int>, double> painted_;
  std::map<std::pair<int, int>, double> sides_;
};

}  // namespace veriline::testing
