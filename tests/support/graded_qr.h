// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>

#include "grading/matrix_grader.h"
#include "tests/support/graded_symbol.h"
#include "tests/support/qr_encoder.h"
#include "vision/core/binary_view.h"
#include "vision/core/sampled_grid.h"
#include "vision/symbology/qr/reference_decode.h"

namespace veriline::testing {

/// A symbol of any version, level and mask as the tests' own encoder draws it, ready to be drawn.
/// Codewords that are damaged are told in its blocks (GradedSymbol::DamageCodeword).
GradedSymbol GradedQr(const QrSymbol& symbol);

/// The symbol with places moved as the function says: (x, y) of the print in modules → how far it
/// lies off there. The true grid of a drawing has to be moved with it (MoveGrid).
using Movement = std::function<Point(double x, double y)>;
void MovePlaces(const Movement& movement, GradedSymbol* symbol);
void MoveGrid(const Movement& movement, Drawing* drawing);

/// The picture as a camera sees it that does not stand square to it: the picture's corners (TL TR
/// BR BL) go to these places, in px; its true grid goes with them. Bilinear: meant for drawings of
/// many pixels a module.
Drawing InPerspective(const Drawing& drawing, const std::array<Point, 4>& corners);

/// From a drawing to the reference decode, the way grading goes.
class ReferenceRig {
 public:
  /// Where a reader that knows all would begin.
  static symbology::ReferenceStart StartOf(const Drawing& drawing);
  /// The two-level picture, valid until the next call. Throws std::runtime_error without one.
  BinaryView Cut(const Drawing& drawing, const Quad& outline,
                 grading::Edition edition = grading::Edition::k15415_2011);
  /// Cut at `start` and decoded to `grid`.
  bool Decode(const Drawing& drawing, const symbology::ReferenceStart& start,
              grading::Edition edition = grading::Edition::k15415_2011);

  SampledGrid grid;
  symbology::qr::ReferenceDecoder decoder;
  grading::MatrixGrader grader;

 private:
  grading::GradingSpec spec_;
  calibration::Calibration calibration_ = DrawingCalibration();
};

/// The farthest that a centre lies off the true one, in X; infinite when the grids differ in size.
double WorstOffset(const SampledGrid& grid, const Drawing& truth, double module_px);

}  // namespace veriline::testing
