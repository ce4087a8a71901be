// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "vision/core/geometry.h"

namespace veriline::tools {

/// The projective map of a rectangle [0, width] × [0, height] to a quadrilateral, its corners to
/// TL, TR, BR, BL; and back. Pure; any thread. Where the quadrilateral is none, everything is NaN.
class QuadProjection {
 public:
  QuadProjection(double width, double height, const Quad& quad);
  Point ToQuad(double x, double y) const { return Apply(forth_, x, y); }
  Point FromQuad(Point p) const { return Apply(back_, p.x, p.y); }

 private:
  using Matrix = std::array<double, 9>;
  static Point Apply(const Matrix& m, double x, double y);
  Matrix forth_, back_;
};

}  // namespace veriline::tools
