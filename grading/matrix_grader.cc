// SPDX-License-Identifier: Apache-2.0
#include "grading/matrix_grader.h"

#include <algorithm>
#include <cmath>

#include "grading/axial_nonuniformity.h"
#include "grading/cell_contrast.h"
#include "grading/contrast_uniformity.h"
#include "grading/fixed_pattern_damage.h"
#include "grading/format_information.h"
#include "grading/grid_nonuniformity.h"
#include "grading/hints.h"
#include "grading/print_growth.h"
#include "grading/symbol_contrast.h"
#include "grading/uncertainty.h"
#include "grading/unused_error_correction.h"

namespace veriline::grading {
namespace {

void Measure(Parameter p, double value, GradeReport* report) { report->Of(p).value = value; }

bool IsQr(Symbology s) { return s == Symbology::kQr || s == Symbology::kMicroQr; }

/// Whether rows and columns are a size of the symbology, as far as fixed patterns lean on it.
bool HasItsSize(const SampledGrid& grid) {
  if (grid.symbology == Symbology::kQr) {
    return grid.rows == grid.cols && grid.rows >= 21 && grid.rows <= 177 && grid.rows % 4 == 1;
  }
  if (grid.symbology == Symbology::kMicroQr) {
    return grid.rows == grid.cols && grid.rows >= 11 && grid.rows <= 17 && grid.rows % 2 == 1;
  }
  return true;
}

calibration::Scale ScaleOrPixels(const calibration::Calibration* calibration) {
  return calibration != nullptr && calibration->scale ? *calibration->scale
                                                      : calibration::Scale{1, 1};
}

/// Parameters that a direct part mark of 2020 has in tenths whatever the switch says.
bool AlwaysInTenths(Parameter p) {
  return p == Parameter::kCellContrast || p == Parameter::kCellModulation ||
         p == Parameter::kUnusedErrorCorrection;
}

Scale ScaleFor(Parameter p, const GradingSpec& spec) {
  if (spec.edition == Edition::k29158_2020 && !AlwaysInTenths(p) &&
      spec.switches.direct_part_tenths == Switches::DirectPartTenths::kCellsAndErrors) {
    return Scale::kWhole;
  }
  return ScaleOf(spec.edition);
}

}  // namespace

double MatrixGrader::Graded(const ThresholdTable& table, double value, Scale scale) const {
  return GradeOf(table, AsGraded(value, spec_->switches), scale, spec_->switches.tails_below_one);
}

Result<BinaryView> MatrixGrader::Prepare(const FrameView& picture,
                                         const calibration::Calibration* calibration,
                                         const PatchPlace& place, const GradingSpec& spec) {
  spec_ = nullptr;
  if (auto made = patch_.Make(picture, calibration, place, spec.aperture, spec.switches); !made) {
    return tl::unexpected<Error>(made.error());
  }
  calibration_ = calibration;
  spec_ = &spec;
  return patch_.Binarised(patch_.LevelsOf(spec.edition, spec.switches).threshold);
}

Result<GradeReport> MatrixGrader::Grade(const SampledGrid& grid, DecodedBy decoded_by) {
  if (spec_ == nullptr) {
    return Fail(ErrorCode::kWrongState, "Prepare the patch before it is graded");
  }
  if (!ModuleMap::Fits(patch_, grid) || !HasItsSize(grid)) {
    return Fail(ErrorCode::kInvalidArgument,
                "the grid does not fit its symbology or leaves the patch", grid.rows, grid.cols);
  }
  GradeReport report;
  report.edition = spec_->edition;
  map_.Sample(patch_, grid, QuietModulesOf(grid.symbology));
  if (IsDirectPartMark(spec_->edition)) {
    report.levels = CellLevels(map_);
    map_.Judge(report.levels, ModuleMap::Norm::kBySide);
    GradeCells(&report);
  } else {
    report.levels = MatrixLevels();
    const bool by_side = spec_->edition == Edition::k15415_2024 &&
                         spec_->switches.modulation_scale == Switches::ModulationScale::kBySide;
    map_.Judge(report.levels, by_side ? ModuleMap::Norm::kBySide : ModuleMap::Norm::kSymmetric);
    GradeContrast(report.levels, &report);
  }
  GradeModulation(map_, grid, &report);
  const ContrastUniformity uniformity =
      MeasureContrastUniformity(map_, grid, spec_->switches.uniformity_modules);
  Measure(Parameter::kContrastUniformity, uniformity.value, &report);
  report.uniformity_row = uniformity.row;
  report.uniformity_col = uniformity.col;
  GradePatterns(map_, grid, &report);
  GradeGeometry(grid, &report);
  const double unused =
      UnusedErrorCorrection(grid.blocks, spec_->switches.subtract_misdecode_reserve);
  SetGrade(Parameter::kUnusedErrorCorrection, unused,
           Graded(kUnusedErrorCorrectionTable, unused,
                  ScaleFor(Parameter::kUnusedErrorCorrection, *spec_)),
           &report);
  GradeGrowth(grid, &report);
  State(grid, decoded_by, &report);
  EstimateUncertainty(grid, calibration_, *spec_, &codewords_, &report);
  report.extreme_reflectance = ExtremeReflectanceChanges(grid, report);
  FindHints(map_, grid, &report);
  return report;
}

Result<GradeReport> MatrixGrader::GradeAsRead(const FrameView& picture,
                                              const calibration::Calibration* calibration,
                                              const SampledGrid& grid, const GradingSpec& spec,
                                              DecodedBy decoded_by) {
  const PatchPlace place{grid.outline, grid.rows, grid.cols, QuietModulesOf(grid.symbology)};
  const auto once = [&](const GradingSpec& with) -> Result<GradeReport> {
    if (auto ready = Prepare(picture, calibration, place, with); !ready) {
      return tl::unexpected<Error>(ready.error());
    }
    auto report = Grade(grid, decoded_by);
    spec_ = nullptr;  // `with` may end before the next call
    return report;
  };
  if (!IsDirectPartMark(spec.edition)) return once(spec);
  GradingSpec with = spec;
  with.aperture = {.mm = 0, .x_ratio = kDirectPartApertures[0]};
  const auto narrow = once(with);
  if (!narrow) return narrow;
  with.aperture.x_ratio = kDirectPartApertures[1];
  const auto wide = once(with);
  if (!wide) return wide;
  return Better(*narrow, *wide);
}

/// Rmax, Rmin and threshold of ISO/IEC 15415, by the switches.
Levels MatrixGrader::MatrixLevels() {
  const Switches& s = spec_->switches;
  if (spec_->edition == Edition::k15415_2011 && s.extremes == Switches::Extremes::kModules) {
    return ModuleExtremes(map_);
  }
  Levels levels = patch_.LevelsOf(spec_->edition, s);
  if (spec_->edition == Edition::k15415_2024 &&
      s.threshold_samples == Switches::ThresholdSamples::kModules) {
    levels.threshold =
        ModuleThreshold(map_, s.threshold_weight == Switches::ThresholdWeight::kBySize);
  }
  return levels;
}

void MatrixGrader::GradeContrast(const Levels& levels, GradeReport* report) const {
  SetGrade(Parameter::kSymbolContrast, levels.contrast(),
           GradeSymbolContrast(levels, ScaleOf(spec_->edition), spec_->switches), report);
}

/// Modulation and Reflectance Margin (2011), the one Modulation of 2024, or Cell Modulation.
void MatrixGrader::GradeModulation(const ModuleMap& map, const SampledGrid& grid,
                                   GradeReport* report) {
  const Scale scale = ScaleOf(spec_->edition);
  const auto overlay = [&](Parameter p, CodewordValue value) {
    const CodewordOverlay o =
        OverlayCodewords(map, grid, value, scale, spec_->switches, &codewords_);
    SetGrade(p, o.uec_at_4, o.grade, report);
  };
  if (IsDirectPartMark(spec_->edition)) {
    overlay(Parameter::kCellModulation, CodewordValue::kRightSide);
  } else if (spec_->edition == Edition::k15415_2024) {
    overlay(Parameter::kModulation, CodewordValue::kRightSide);
  } else {
    overlay(Parameter::kModulation, CodewordValue::kEitherSide);
    overlay(Parameter::kReflectanceMargin, CodewordValue::kRightSide);
  }
}

void MatrixGrader::GradePatterns(const ModuleMap& map, const SampledGrid& grid,
                                 GradeReport* report) const {
  const SegmentRule rule = RuleFor(spec_->edition, spec_->switches);
  if (grid.symbology == Symbology::kDataMatrix) {
    report->fixed_patterns = DataMatrixDamage(map, grid, rule);
  } else if (IsQr(grid.symbology)) {
    report->fixed_patterns = QrDamage(map, grid, rule);
    report->format = GradeFormatInformation(map, grid, rule);
    report->version = GradeVersionInformation(map, grid, rule);
  } else {
    report->Add(Indication::kPatternsNotCovered);
    return;
  }
  const FixedPatternDamage& damage = report->fixed_patterns;
  SetGrade(Parameter::kFixedPatternDamage, damage.average_grade, damage.grade, report);
  if (report->format.copies > 0) {
    SetGrade(Parameter::kFormatInformation, report->format.grade, report->format.grade, report);
  }
  if (report->version.copies > 0) {
    SetGrade(Parameter::kVersionInformation, report->version.grade, report->version.grade, report);
  }
}

void MatrixGrader::GradeGeometry(const SampledGrid& grid, GradeReport* report) const {
  const calibration::Scale scale = ScaleOrPixels(calibration_);
  const Pitch pitch = MeanPitch(grid, scale);
  const double axial = AxialNonuniformity(pitch);
  SetGrade(
      Parameter::kAxialNonuniformity, axial,
      Graded(kAxialNonuniformityTable, axial, ScaleFor(Parameter::kAxialNonuniformity, *spec_)),
      report);
  const GridNonuniformity bent = MeasureGridNonuniformity(grid, pitch, scale, spec_->switches);
  const double graded = bent.Graded(spec_->switches);
  SetGrade(Parameter::kGridNonuniformity, graded,
           Graded(kGridNonuniformityTable, graded, ScaleFor(Parameter::kGridNonuniformity, *spec_)),
           report);
  report->grid_row = bent.row;
  report->grid_col = bent.col;
  report->grid_least_squares = bent.from_least_squares;
  if (calibration_ != nullptr && calibration_->scale) report->x_mm = pitch.mean();
}

/// Reported by all editions, graded by ISO/IEC 15415:2024.
void MatrixGrader::GradeGrowth(const SampledGrid& grid, GradeReport* report) const {
  const Levels& levels = report->levels;
  const double level = spec_->switches.growth_level == Switches::GrowthLevel::kThreshold
                           ? levels.threshold
                           : (levels.rmax + levels.rmin) / 2;
  report->growth = MeasurePrintGrowth(patch_, map_, grid, level, levels.contrast());
  if (!report->growth.measured()) return;
  const double worst = report->growth.worst();
  if (spec_->edition != Edition::k15415_2024)
    return Measure(Parameter::kPrintGrowth, worst, report);
  const bool fitted = spec_->switches.growth_scale == Switches::GrowthScale::kFitted;
  SetGrade(Parameter::kPrintGrowth, worst,
           Graded(fitted ? kPrintGrowthFittedTable : kPrintGrowthStraightTable, std::abs(worst),
                  Scale::kTenths),
           report);
}

void MatrixGrader::GradeCells(GradeReport* report) const {
  const double contrast = CellContrast(report->levels);
  SetGrade(Parameter::kCellContrast, contrast,
           Graded(kCellContrastTable, contrast, ScaleOf(spec_->edition)), report);
  const char* lighting = spec_->lighting[0] != 0 || calibration_ == nullptr
                             ? spec_->lighting.data()
                             : calibration_->lighting.c_str();
  const std::optional<double> target =
      MinimumReflectance(report->levels, calibration_, spec_->system_response, lighting);
  if (target) {
    const bool passes = *target >= kMinimumReflectancePass - kBoundaryTolerance;
    SetGrade(Parameter::kMinimumReflectance, *target, passes ? 4 : 0, report);
  } else if (std::string_view(lighting) != "90") {
    report->Add(Indication::kNoSystemResponse);
  }
}

/// Whether contrast, modulation or fixed patterns would have another grade if the extremes of the
/// 20 X around counted too. Source: ISO/IEC 15415, 7.8.2; grading.md 1.5.
bool MatrixGrader::ExtremeReflectanceChanges(const SampledGrid& grid, const GradeReport& report) {
  if (IsDirectPartMark(spec_->edition)) return false;
  // In tenths the two areas differ by a tenth from noise alone.
  const double least_change = InTenths(spec_->edition) ? 0.15 : 0.5;
  const auto changes = [&](const Levels& levels) {
    GradeReport with;
    GradeContrast(levels, &with);
    const auto differs = [&](Parameter p) {
      const ParameterGrade &a = report.Of(p), &b = with.Of(p);
      return a.graded() && b.graded() && std::abs(a.grade - b.grade) > least_change;
    };
    if (differs(Parameter::kSymbolContrast)) return true;
    extended_ = map_;
    const bool by_side = spec_->edition == Edition::k15415_2024 &&
                         spec_->switches.modulation_scale == Switches::ModulationScale::kBySide;
    extended_.Judge(levels, by_side ? ModuleMap::Norm::kBySide : ModuleMap::Norm::kSymmetric);
    GradeModulation(extended_, grid, &with);
    GradePatterns(extended_, grid, &with);
    return differs(Parameter::kModulation) || differs(Parameter::kReflectanceMargin) ||
           differs(Parameter::kFixedPatternDamage);
  };
  // Single pixels are farther out than anything under the aperture; where they change nothing, the
  // large area need not be filtered.
  const GradingPatch::Bounds bounds = patch_.BoundsAround();
  Levels far = report.levels;
  far.rmax = std::max<double>(far.rmax, bounds.greatest);
  far.rmin = std::min<double>(far.rmin, bounds.least);
  if (spec_->edition == Edition::k15415_2024) {
    if (!changes(far)) return false;
  } else {
    // The threshold moves with both ends, so each end is tried alone too.
    const auto with = [](double rmax, double rmin) {
      return Levels{rmax, rmin, (rmax + rmin) / 2};
    };
    const Levels& inner = report.levels;
    if (!changes(with(far.rmax, inner.rmin)) && !changes(with(inner.rmax, far.rmin)) &&
        !changes(with(far.rmax, far.rmin))) {
      return false;
    }
  }
  return changes(patch_.ExtendedLevelsOf(spec_->edition, spec_->switches));
}

/// Decode, overall grade, what limits it, and what stands behind the numbers.
void MatrixGrader::State(const SampledGrid& grid, DecodedBy decoded_by, GradeReport* report) const {
  const bool decoded = decoded_by == DecodedBy::kReferenceDecode;
  SetGrade(Parameter::kDecode, decoded ? 1 : 0, decoded ? 4 : 0, report);
  double lowest = 5;
  for (size_t i = 0; i < kParameterCount; ++i) {
    const ParameterGrade& p = report->parameters[i];
    if (!p.graded()) continue;
    report->overall = std::min(i == 0 ? p.grade : report->overall, p.grade);
    if (p.exact < lowest) lowest = p.exact, report->limited_by = static_cast<Parameter>(i);
  }
  if (!decoded) report->Add(Indication::kReaderOnly);

  report->x_px = patch_.x_px();
  report->aperture_x_ratio = patch_.aperture_x_ratio();
  if (calibration_ != nullptr && calibration_->scale) {
    const calibration::Scale& scale = *calibration_->scale;
    report->aperture_mm = patch_.aperture_px() * (scale.x_mm_per_px + scale.y_mm_per_px) / 2;
  }
  StateConditions(calibration_, *spec_, report);
  if (!patch_.quiet_zone_in_picture() ||
      (grid.symbology != Symbology::kUnknown && !report->fixed_patterns.all_seen)) {
    report->Add(Indication::kQuietZoneUnseen);
  }
  if (!patch_.margin_in_picture()) report->Add(Indication::kMarginUnseen);
  if (patch_.saturated()) report->Add(Indication::kSaturated);
}

}  // namespace veriline::grading
