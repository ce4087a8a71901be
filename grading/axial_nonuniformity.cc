// SPDX-License-Identifier: Apache-2.0
#include "grading/axial_nonuniformity.h"

#include <cmath>

namespace veriline::grading {

Pitch MeanPitch(const SampledGrid& grid, const calibration::Scale& scale) {
  const auto distance = [&](Point a, Point b) {
    const double x = (b.x - a.x) * scale.x_mm_per_px, y = (b.y - a.y) * scale.y_mm_per_px;
    return std::sqrt(x * x + y * y);
  };
  double across = 0, down = 0;
  for (int row = 0; row < grid.rows; ++row) {
    for (int col = 0; col < grid.cols; ++col) {
      const Point p = grid.Center(row, col);
      if (col + 1 < grid.cols) across += distance(p, grid.Center(row, col + 1));
      if (row + 1 < grid.rows) down += distance(p, grid.Center(row + 1, col));
    }
  }
  return {across / (grid.rows * (grid.cols - 1)), down / (grid.cols * (grid.rows - 1))};
}

double AxialNonuniformity(const Pitch& pitch) {
  return pitch.mean() > 0 ? std::abs(pitch.x - pitch.y) / pitch.mean() : 0;
}

}  // namespace veriline::grading
