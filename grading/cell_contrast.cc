// SPDX-License-Identifier: Apache-2.0
#include "grading/cell_contrast.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "grading/histogram_threshold.h"

namespace veriline::grading {
namespace {

template <class Visit>
void EachModule(const ModuleMap& map, const Visit& visit) {
  for (int row = 0; row < map.rows(); ++row) {
    for (int col = 0; col < map.cols(); ++col) visit(map.At(row, col));
  }
}

}  // namespace

double ModuleThreshold(const ModuleMap& map, bool by_size) {
  float least = std::numeric_limits<float>::infinity(), greatest = -least;
  EachModule(map, [&](const Module& m) {
    least = std::min(least, m.reflectance);
    greatest = std::max(greatest, m.reflectance);
  });
  if (!(greatest > least)) return least;
  std::array<uint32_t, GradingPatch::kBins> counts{};
  constexpr int kLast = GradingPatch::kBins - 1;
  const double width = (static_cast<double>(greatest) - least) / kLast;
  EachModule(map, [&](const Module& m) {
    const int bin = static_cast<int>((m.reflectance - least) / width + 0.5);
    ++counts[static_cast<size_t>(std::clamp(bin, 0, kLast))];
  });
  // Bins have their middle on their level: the border below bin t lies half a bin lower.
  return least + width * (HistogramThreshold(counts, by_size) - 0.5);
}

Levels CellLevels(const ModuleMap& map) {
  Levels levels;
  levels.threshold = ModuleThreshold(map, false);
  double light = 0, dark = 0;
  int lights = 0, darks = 0;
  EachModule(map, [&](const Module& m) {
    const bool is_light = m.reflectance >= levels.threshold;
    (is_light ? light : dark) += m.reflectance;
    ++(is_light ? lights : darks);
  });
  levels.rmax = lights > 0 ? light / lights : levels.threshold;
  levels.rmin = darks > 0 ? dark / darks : levels.threshold;
  return levels;
}

Levels ModuleExtremes(const ModuleMap& map) {
  Levels levels{.rmax = -std::numeric_limits<double>::infinity(),
                .rmin = std::numeric_limits<double>::infinity()};
  for (int row = -map.quiet(); row < map.rows() + map.quiet(); ++row) {
    for (int col = -map.quiet(); col < map.cols() + map.quiet(); ++col) {
      const Module& m = map.At(row, col);
      if (!m.seen) continue;
      levels.rmax = std::max<double>(levels.rmax, m.reflectance);
      levels.rmin = std::min<double>(levels.rmin, m.reflectance);
    }
  }
  levels.threshold = (levels.rmax + levels.rmin) / 2;
  return levels;
}

double CellContrast(const Levels& levels) {
  return levels.rmax > 0 ? std::max(0.0, levels.rmax - levels.rmin) / levels.rmax : 0;
}

std::optional<double> MinimumReflectance(const Levels& levels,
                                         const calibration::Calibration* calibration,
                                         std::optional<double> system_response,
                                         const char* lighting) {
  if (calibration == nullptr || !calibration->reflectance || !calibration->system_response ||
      !system_response || std::string_view(lighting) == "90") {
    return std::nullopt;
  }
  return levels.rmax * *calibration->system_response / *system_response;
}

}  // namespace veriline::grading
