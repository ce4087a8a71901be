// SPDX-License-Identifier: Apache-2.0
#include "grading/uncertainty.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace veriline::grading {
namespace {

/// Standard deviation of a pixel where the calibration tells none; common for industrial cameras.
constexpr double kUsualNoiseGrey = 2;
/// Rounding to whole grey values.
constexpr double kQuantisationGrey = 0.29;
/// A grid point of a reader or reference decode is right to about this, along each axis.
constexpr double kPlacePx = 0.08;
/// Reflectance of a calibration target and its use; with none a grey value says little.
constexpr double kCalibratedRatio = 0.01, kUncalibratedRatio = 0.05;
/// MOD of a module that differs from its neighbours falls by this for each X that the disc is off
/// its middle (grading.md 12, rows 46 and 47: 0.928 at 0.2 X, 0.657 at 0.4 X, of twice the share).
constexpr double kModulationPerX = 1.4;
constexpr double kTwoSigma = 2;

double GradeAt(Parameter p, double value, const GradingSpec& spec) {
  const Scale scale = ScaleOf(spec.edition);
  const bool tails = spec.switches.tails_below_one;
  switch (p) {
    case Parameter::kSymbolContrast:
      return GradeOf(kSymbolContrastTable, value, scale, tails);
    case Parameter::kAxialNonuniformity:
      return GradeOf(kAxialNonuniformityTable, std::max(0.0, value), scale, tails);
    case Parameter::kGridNonuniformity:
      return GradeOf(kGridNonuniformityTable, std::max(0.0, value), scale, tails);
    case Parameter::kPrintGrowth:
      return GradeOf(spec.switches.growth_scale == Switches::GrowthScale::kFitted
                         ? kPrintGrowthFittedTable
                         : kPrintGrowthStraightTable,
                     std::max(0.0, std::abs(value)), scale, tails);
    case Parameter::kCellContrast:
      return GradeOf(kCellContrastTable, value, scale, tails);
    default:
      return ParameterGrade::kNone;
  }
}

}  // namespace

void EstimateUncertainty(const SampledGrid& grid, const calibration::Calibration* calibration,
                         const GradingSpec& spec, CodewordGrades* codewords, GradeReport* report) {
  const double contrast = std::max(report->levels.contrast(), 1e-3);
  const bool calibrated = calibration != nullptr && calibration->reflectance.has_value();
  const double noise_grey = calibration != nullptr && calibration->noise_grey
                                ? *calibration->noise_grey
                                : kUsualNoiseGrey;
  const double per_grey = calibrated ? calibration->reflectance->gain() : 1.0 / 255;
  const double disc_px = report->aperture_x_ratio * report->x_px;
  const double pixels = std::max(1.0, std::numbers::pi / 4 * disc_px * disc_px);
  const double noise = std::hypot(noise_grey, kQuantisationGrey) * per_grey / std::sqrt(pixels);
  const double place_x = kPlacePx / report->x_px;
  const double side = std::sqrt(static_cast<double>(grid.rows) * grid.cols);

  const auto sigma_of = [&](Parameter p) {
    const double gain = contrast * (calibrated ? kCalibratedRatio : kUncalibratedRatio);
    switch (p) {
      case Parameter::kSymbolContrast:
      case Parameter::kCellContrast:
        return std::hypot(gain, 2 * noise);
      case Parameter::kAxialNonuniformity:
        return 2 * place_x / side;
      case Parameter::kGridNonuniformity:
        return 1.5 * place_x;  // the greatest of many
      case Parameter::kPrintGrowth:
        return 2 * place_x / std::sqrt(std::max(1.0, side / 2)) + 0.01 * noise / contrast;
      default:
        return 0.0;
    }
  };
  // The overlay takes the worst of many modules, so their values are moved all at once.
  const double modulation = kTwoSigma * std::hypot(2 * noise / contrast, kModulationPerX * place_x);
  const auto shifted = [&](double by) {
    return OverlayShifted(grid, by, ScaleOf(spec.edition), spec.switches, codewords).grade;
  };
  double low = 4, high = 4;
  for (size_t i = 0; i < kParameterCount; ++i) {
    const auto p = static_cast<Parameter>(i);
    const ParameterGrade& g = report->parameters[i];
    if (!g.graded()) continue;
    double down = g.exact, up = g.exact;
    if (const double sigma = kTwoSigma * sigma_of(p); sigma > 0 && !std::isnan(g.value)) {
      const double one = GradeAt(p, std::abs(g.value) - sigma, spec);
      const double other = GradeAt(p, std::abs(g.value) + sigma, spec);
      down = std::min({down, one, other});
      up = std::max({up, one, other});
    }
    const bool overlaid = p == Parameter::kModulation || p == Parameter::kReflectanceMargin ||
                          p == Parameter::kCellModulation;
    if (overlaid) {
      down = std::min(g.exact, shifted(-modulation));
      up = std::max(g.exact, shifted(modulation));
    }
    low = std::min(low, down);
    high = std::min(high, up);
  }
  report->uncertainty = std::max(0.0, std::ceil((high - low) / 2 * 10 - 1e-9) / 10);
}

}  // namespace veriline::grading
