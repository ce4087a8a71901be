// SPDX-License-Identifier: Apache-2.0
#include "grading/grid_nonuniformity.h"

#include <algorithm>
#include <cmath>

namespace veriline::grading {
namespace {

struct Vec {
  double x = 0, y = 0;
};
Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y}; }
Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y}; }
Vec operator*(Vec a, double k) { return {a.x * k, a.y * k}; }
Vec Unit(Vec a) {
  const double length = std::hypot(a.x, a.y);
  return length > 0 ? a * (1 / length) : Vec{1, 0};
}

/// P(row, col) = mean + (col − middle) · across + (row − middle) · down, by least squares: on a
/// full grid the three are independent.
struct AffineGrid {
  Vec mean, across, down;
};

}  // namespace

GridNonuniformity MeasureGridNonuniformity(const SampledGrid& grid, const Pitch& pitch,
                                           const calibration::Scale& scale,
                                           const Switches& switches) {
  const auto at = [&](int row, int col) {
    const Point p = grid.Center(row, col);
    return Vec{p.x * scale.x_mm_per_px, p.y * scale.y_mm_per_px};
  };
  const double last_row = grid.rows - 1, last_col = grid.cols - 1;
  const double middle_row = last_row / 2, middle_col = last_col / 2;
  AffineGrid fit;
  double rows2 = 0, cols2 = 0;
  for (int row = 0; row < grid.rows; ++row) {
    for (int col = 0; col < grid.cols; ++col) {
      const double r = row - middle_row, c = col - middle_col;
      const Vec p = at(row, col);
      fit.mean = fit.mean + p;
      fit.across = fit.across + p * c;
      fit.down = fit.down + p * r;
      rows2 += r * r;
      cols2 += c * c;
    }
  }
  fit.mean = fit.mean * (1.0 / (grid.rows * grid.cols));
  fit.across = fit.across * (1 / cols2);
  fit.down = fit.down * (1 / rows2);

  // A displacement in parts along the symbol's axes, each in its unit of X.
  const Vec ux = Unit(fit.across), uy = Unit(fit.down);
  const double area = ux.x * uy.y - ux.y * uy.x;
  const bool own = switches.grid_unit == Switches::GridUnit::kOwnPitch;
  const double x_unit = own ? pitch.x : pitch.mean(), y_unit = own ? pitch.y : pitch.mean();
  if (area == 0 || x_unit <= 0 || y_unit <= 0) return {};
  const double per_x = 1 / (area * x_unit), per_y = 1 / (area * y_unit);
  const auto square_in_x = [&](Vec d) {
    const double along = (d.x * uy.y - d.y * uy.x) * per_x,
                 down = (ux.x * d.y - ux.y * d.x) * per_y;
    return along * along + down * down;
  };

  const Vec tl = at(0, 0), tr = at(0, grid.cols - 1);
  const Vec bl = at(grid.rows - 1, 0), br = at(grid.rows - 1, grid.cols - 1);
  const bool corners = switches.ideal_grid == Switches::IdealGrid::kCorners;
  GridNonuniformity worst;  // squares until the end
  for (int row = 0; row < grid.rows; ++row) {
    const double t = row / last_row;
    const Vec left = tl * (1 - t) + bl * t, right = tr * (1 - t) + br * t;
    for (int col = 0; col < grid.cols; ++col) {
      const double s = col / last_col;
      const Vec p = at(row, col);
      const double from_corners = square_in_x(p - (left * (1 - s) + right * s));
      const double from_fit = square_in_x(
          p - (fit.mean + fit.across * (col - middle_col) + fit.down * (row - middle_row)));
      if (corners ? from_corners > worst.from_corners : from_fit > worst.from_least_squares) {
        worst.row = row;
        worst.col = col;
      }
      worst.from_corners = std::max(worst.from_corners, from_corners);
      worst.from_least_squares = std::max(worst.from_least_squares, from_fit);
    }
  }
  worst.from_corners = std::sqrt(worst.from_corners);
  worst.from_least_squares = std::sqrt(worst.from_least_squares);
  return worst;
}

}  // namespace veriline::grading
