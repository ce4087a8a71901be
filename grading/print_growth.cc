// SPDX-License-Identifier: Apache-2.0
#include "grading/print_growth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace veriline::grading {

double PrintGrowth::worst() const { return std::abs(x) >= std::abs(y) ? x : y; }

namespace {

/// Mean widths of both colours, and slopes of edges.
struct Widths {
  double dark = 0, light = 0;
  int darks = 0, lights = 0;
  double sharpness = 0;
  int edges = 0;
};

class Follower {
 public:
  Follower(const GradingPatch& patch, const ModuleMap& map, double level, double contrast)
      : patch_(patch), map_(map), level_(level), contrast_(contrast) {}

  /// Elements 1 … length − 2 of a line of alternating modules; those at its ends may have no edge.
  void Follow(int row, int col, bool across, int length, Widths* out) const {
    double before = 0;
    bool has_before = false;
    double at = 0;  // of module i along the line, px
    for (int i = 0; i + 1 < length; ++i) {
      const auto place = [&](int k) {
        return Place{row + (across ? 0 : k), col + (across ? k : 0)};
      };
      const Place here = place(i), next = place(i + 1);
      const Point a = map_.PlaceOf(here.row, here.col), b = map_.PlaceOf(next.row, next.col);
      const double distance = Distance(a, b);
      double part = 0;
      const bool has_edge = Crossing(here, next, a, b, distance, &part, out);
      const double edge = at + part * distance;
      if (i > 0 && has_edge && has_before) {
        const Module& m = map_.At(here.row, here.col);
        (m.dark ? out->dark : out->light) += edge - before;
        ++(m.dark ? out->darks : out->lights);
      }
      before = edge;
      has_before = has_edge;
      at += distance;
    }
  }

 private:
  struct Place {
    int row, col;
  };

  /// Where between the middles of two modules of right colours the profile crosses the level.
  bool Crossing(Place here, Place next, Point a, Point b, double distance, double* part,
                Widths* out) const {
    const Module &m = map_.At(here.row, here.col), &n = map_.At(next.row, next.col);
    if (m.wrong || n.wrong || m.dark == n.dark) return false;
    const double start = m.reflectance, end = n.reflectance;
    if ((start < level_) == (end < level_)) return false;
    constexpr int kSteps = 4;
    std::array<Point, kSteps - 1> places{};
    std::array<float, kSteps - 1> values{};
    for (int k = 1; k < kSteps; ++k)
      places[static_cast<size_t>(k - 1)] = a + (b - a) * (static_cast<float>(k) / kSteps);
    patch_.Sample(places, values);
    double low = 0, low_value = start, high = 1, high_value = end;
    for (int k = 1; k < kSteps; ++k) {
      const double value = values[static_cast<size_t>(k - 1)];
      if ((value < level_) == (start < level_)) {
        low = static_cast<double>(k) / kSteps, low_value = value;
      } else {
        high = static_cast<double>(k) / kSteps, high_value = value;
        break;
      }
    }
    // Twice by the straight line through both ends of the bracket: a disc's edge is nearly one.
    double slope = 0;
    for (int round = 0; round < 2; ++round) {
      slope = (high_value - low_value) / (high - low);
      *part = low + (level_ - low_value) / slope;
      constexpr double kClose = 0.06;
      const double from = std::max(low, *part - kClose), to = std::min(high, *part + kClose);
      if (round == 1 || to - from < 1e-3) break;
      const double from_value = At(a, b, from), to_value = At(a, b, to);
      if ((from_value < level_) != (start < level_) || (to_value < level_) == (start < level_))
        break;
      low = from, low_value = from_value, high = to, high_value = to_value;
    }
    // A sharp edge under a disc of diameter d rises by 4 / (π d) of its height at its middle.
    const double sharp = 4 / (std::numbers::pi * patch_.aperture_px());
    out->sharpness += std::abs(slope / distance) / (contrast_ * sharp);
    ++out->edges;
    return true;
  }

  double At(Point a, Point b, double part) const {
    return patch_.SampleBetween(a + (b - a) * static_cast<float>(part));
  }

  const GradingPatch& patch_;
  const ModuleMap& map_;
  double level_;
  double contrast_;
};

double GrowthOf(const Widths& w) {
  if (w.darks == 0 || w.lights == 0) return 0;
  const double dark = w.dark / w.darks, light = w.light / w.lights;
  return (dark - light) / (dark + light);
}

}  // namespace

PrintGrowth MeasurePrintGrowth(const GradingPatch& patch, const ModuleMap& map,
                               const SampledGrid& grid, double level, double contrast) {
  Widths x, y;
  const Follower follower(patch, map, level, std::max(contrast, 1e-3));
  if (grid.symbology == Symbology::kDataMatrix) {
    const int height = grid.rows / grid.region_rows, width = grid.cols / grid.region_cols;
    for (int r = 0; r < grid.region_rows; ++r) {
      for (int c = 0; c < grid.region_cols; ++c) {
        follower.Follow(r * height, c * width, true, width, &x);
        follower.Follow(r * height, (c + 1) * width - 1, false, height, &y);
      }
    }
  } else if (grid.symbology == Symbology::kQr) {  // between the finders, separators included
    follower.Follow(6, 7, true, grid.cols - 14, &x);
    follower.Follow(7, 6, false, grid.rows - 14, &y);
  } else if (grid.symbology == Symbology::kMicroQr) {
    follower.Follow(0, 7, true, grid.cols - 7, &x);
    follower.Follow(7, 0, false, grid.rows - 7, &y);
  }
  PrintGrowth out{GrowthOf(x), GrowthOf(y), std::min(x.darks, x.lights),
                  std::min(y.darks, y.lights)};
  const int edges = x.edges + y.edges;
  out.sharpness =
      edges > 0 ? (x.sharpness + y.sharpness) / edges : std::numeric_limits<double>::quiet_NaN();
  return out;
}

}  // namespace veriline::grading
