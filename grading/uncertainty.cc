// SPDX-License-Identifier: Apache-2.0
#include "grading/uncertainty.h"

#include <algorithm>
#include <array>
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
/// The place of an edge between pixels, on sharp prints: what the raster of pixels leaves open.
constexpr double kEdgePx = 0.03;
constexpr double kTwoSigma = 2;

/// Half the distance of two overall grades, in tenths, rounded up.
double HalfWidth(double low, double high) {
  return std::max(0.0, std::ceil((high - low) / 2 * 10 - 1e-9) / 10);
}

/// Of one place under the aperture, as reflectance (one standard deviation).
double NoiseUnder(double aperture_px, const calibration::Calibration* calibration) {
  const bool calibrated = calibration != nullptr && calibration->reflectance.has_value();
  const double noise_grey = calibration != nullptr && calibration->noise_grey
                                ? *calibration->noise_grey
                                : kUsualNoiseGrey;
  const double per_grey = calibrated ? calibration->reflectance->gain() : 1.0 / 255;
  const double pixels = std::max(1.0, std::numbers::pi / 4 * aperture_px * aperture_px);
  return std::hypot(noise_grey, kQuantisationGrey) * per_grey / std::sqrt(pixels);
}

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
  const double noise = NoiseUnder(report->aperture_x_ratio * report->x_px, calibration);
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
  report->uncertainty = HalfWidth(low, high);
}

void EstimateUncertainty(std::span<const LinearScan> scans,
                         const calibration::Calibration* calibration, const GradingSpec& spec,
                         GradeReport* report) {
  const double contrast = std::max(report->levels.contrast(), 1e-3);
  const bool calibrated = calibration != nullptr && calibration->reflectance.has_value();
  const double aperture_px = report->aperture_x_ratio * report->x_px;
  const double noise = NoiseUnder(aperture_px, calibration) / contrast;
  const double gain = calibrated ? kCalibratedRatio : kUncalibratedRatio;
  // An edge moves by noise over its slope, in every scan by itself, and by the pixels' raster, in
  // all of them alike.
  const double edge_px =
      std::hypot(noise * std::numbers::pi / 4 * aperture_px /
                     std::sqrt(std::max<double>(1, static_cast<double>(scans.size()))),
                 kEdgePx);
  struct Moved {
    Parameter parameter;
    const ThresholdTable& table;
    double sigma;
  };
  const std::array<Moved, 4> all = {{
      {Parameter::kSymbolContrast, kSymbolContrastTable, contrast * std::hypot(gain, 2 * noise)},
      {Parameter::kModulation, kScanModulationTable, 2 * noise},
      {Parameter::kDefects, kDefectsTable, 2 * noise},
      // Of half a module; two edges make a distance.
      {Parameter::kDecodability, kDecodabilityTable,
       2 * std::numbers::sqrt2 * edge_px / report->x_px},
  }};
  const Scale scale = ScaleOf(spec.linear_edition);
  double low = 4, high = 4;
  for (const Moved& m : all) {
    const ParameterGrade& g = report->Of(m.parameter);
    if (!g.graded()) continue;
    const bool tails = spec.switches.tails_below_one;
    const double one = GradeOf(m.table, g.value - kTwoSigma * m.sigma, scale, tails);
    const double other = GradeOf(m.table, g.value + kTwoSigma * m.sigma, scale, tails);
    low = std::min({low, g.exact, one, other});
    high = std::min(high, std::max({g.exact, one, other}));
  }
  // A grade of 0 for a scan that does not decode, or for scans that disagree, is no measurement.
  if (report->overall > 0) report->uncertainty = HalfWidth(low, high);
}

}  // namespace veriline::grading
