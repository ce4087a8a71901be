// SPDX-License-Identifier: Apache-2.0
#include "grading/module_map.h"

#include <algorithm>
#include <cmath>

namespace veriline::grading {

int QuietModulesOf(Symbology symbology) {
  switch (symbology) {
    case Symbology::kQr:
      return 4;
    case Symbology::kMicroQr:
    case Symbology::kRmqr:
      return 2;
    default:
      return 1;
  }
}

bool ModuleMap::Fits(const GradingPatch& patch, const SampledGrid& grid) {
  return grid.Consistent() && grid.rows >= 2 && grid.cols >= 2 &&
         std::all_of(grid.centers.begin(), grid.centers.end(),
                     [&](Point p) { return patch.InPicture(p) && patch.InReach(p); });
}

void ModuleMap::Sample(const GradingPatch& patch, const SampledGrid& grid, int quiet_modules) {
  rows_ = grid.rows;
  cols_ = grid.cols;
  quiet_ = quiet_modules;
  const size_t all =
      static_cast<size_t>(rows_ + 2 * quiet_) * static_cast<size_t>(cols_ + 2 * quiet_);
  places_.resize(all);
  reflectances_.resize(all);
  modules_.resize(all);
  // Where a row or column beyond the grid lies: its outermost point, and so many mean pitches on.
  const auto beyond = [](int i, int count) { return i < 0 ? i : i >= count ? i - count + 1 : 0; };
  for (int row = -quiet_; row < rows_ + quiet_; ++row) {
    const int r = std::clamp(row, 0, rows_ - 1);
    const Point across =
        (grid.Center(r, cols_ - 1) - grid.Center(r, 0)) * (1.0f / static_cast<float>(cols_ - 1));
    for (int col = -quiet_; col < cols_ + quiet_; ++col) {
      const int c = std::clamp(col, 0, cols_ - 1);
      const bool is_quiet = r != row || c != col;
      Point place = grid.Center(r, c);
      if (is_quiet) {
        const Point down = (grid.Center(rows_ - 1, c) - grid.Center(0, c)) *
                           (1.0f / static_cast<float>(rows_ - 1));
        place = place + across * static_cast<float>(beyond(col, cols_)) +
                down * static_cast<float>(beyond(row, rows_));
      }
      const size_t i = Index(row, col);
      Module& m = modules_[i];
      m = {};
      m.dark = !is_quiet && grid.Dark(r, c);
      if (grid.inverted) m.dark = !m.dark;
      m.seen = !is_quiet || (patch.InPicture(place) && patch.InReach(place));
      places_[i] = place;
      // What the picture does not show is sampled elsewhere and marked; nobody takes it.
      if (!m.seen) places_[i] = grid.Center(r, c);
    }
  }
  patch.Sample(places_, reflectances_);
  for (size_t i = 0; i < all; ++i) modules_[i].reflectance = reflectances_[i];
}

void ModuleMap::Judge(const Levels& levels, Norm norm) {
  const auto t = static_cast<float>(levels.threshold);
  const auto inverse = [](double range) {
    constexpr double kLeastRange = 1e-6;  // nothing can be told apart below it
    return range > kLeastRange ? static_cast<float>(1 / range) : 0.0f;
  };
  float per_light = inverse(levels.contrast() / 2), per_dark = per_light;
  if (norm == Norm::kBySide) {
    per_light = inverse(levels.rmax - levels.threshold);
    per_dark = inverse(levels.threshold - levels.rmin);
  }
  for (Module& m : modules_) {
    const float over = m.reflectance - t;
    const bool is_dark = over < 0;
    m.modulation = std::min(1.0f, is_dark ? -over * per_dark : over * per_light);
    m.wrong = is_dark != m.dark;
    m.margin = m.wrong ? 0 : m.modulation;
  }
}

}  // namespace veriline::grading
