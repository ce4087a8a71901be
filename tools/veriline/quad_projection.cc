// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/quad_projection.h"

namespace veriline::tools {

// Source: P. Heckbert, Fundamentals of Texture Mapping and Image Warping, 1989, 2.2.3.
QuadProjection::QuadProjection(double width, double height, const Quad& quad) {
  const auto& [p0, p1, p2, p3] = quad.corners;
  const double sum_x = static_cast<double>(p0.x) - p1.x + p2.x - p3.x;
  const double sum_y = static_cast<double>(p0.y) - p1.y + p2.y - p3.y;
  const double dx1 = static_cast<double>(p1.x) - p2.x, dx2 = static_cast<double>(p3.x) - p2.x;
  const double dy1 = static_cast<double>(p1.y) - p2.y, dy2 = static_cast<double>(p3.y) - p2.y;
  const double det = dx1 * dy2 - dx2 * dy1;
  const double g = (sum_x * dy2 - dx2 * sum_y) / det, h = (dx1 * sum_y - sum_x * dy1) / det;
  const Matrix m = {p1.x - p0.x + g * p1.x,
                    p3.x - p0.x + h * p3.x,
                    p0.x,
                    p1.y - p0.y + g * p1.y,
                    p3.y - p0.y + h * p3.y,
                    p0.y,
                    g,
                    h,
                    1};
  forth_ = {m[0] / width, m[1] / height, m[2],          m[3] / width, m[4] / height,
            m[5],         m[6] / width,  m[7] / height, m[8]};
  const Matrix& f = forth_;
  back_ = {f[4] * f[8] - f[5] * f[7], f[2] * f[7] - f[1] * f[8], f[1] * f[5] - f[2] * f[4],
           f[5] * f[6] - f[3] * f[8], f[0] * f[8] - f[2] * f[6], f[2] * f[3] - f[0] * f[5],
           f[3] * f[7] - f[4] * f[6], f[1] * f[6] - f[0] * f[7], f[0] * f[4] - f[1] * f[3]};
}

Point QuadProjection::Apply(const Matrix& m, double x, double y) {
  const double w = m[6] * x + m[7] * y + m[8];
  return {static_cast<float>((m[0] * x + m[1] * y + m[2]) / w),
          static_cast<float>((m[3] * x + m[4] * y + m[5]) / w)};
}

}  // namespace veriline::tools
