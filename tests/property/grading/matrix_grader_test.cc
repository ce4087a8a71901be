// SPDX-License-Identifier: Apache-2.0
#include "grading/matrix_grader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "grading/overlay.h"
#include "tests/support/grade_drawing.h"
#include "tests/support/graded_symbol.h"

namespace veriline::grading {
namespace {

using testing::Drawing;
using testing::GradedSymbol;
using testing::Pose;

GradeReport Grade(const Drawing& drawing, Edition edition,
                  DecodedBy by = DecodedBy::kReferenceDecode) {
  static const calibration::Calibration kCalibration = testing::DrawingCalibration();
  static thread_local MatrixGrader grader;
  GradingSpec spec;
  spec.edition = edition;
  const auto report = grader.GradeAsRead(drawing.view(), &kCalibration, drawing.grid, spec, by);
  if (!report) throw std::runtime_error(report.error().text);
  return *report;
}

Edition AnyEdition() {
  return *rc::gen::element(Edition::k15415_2011, Edition::k15415_2024, Edition::k29158_2011,
                           Edition::k29158_2020);
}

RC_GTEST_PROP(MatrixGrader, GradesLieInTheirBoundsWhateverThePicture, ()) {
  // A grid in a picture of noise, or of one grey, or of the symbol with holes.
  const GradedSymbol symbol =
      GradedSymbol::DataMatrix(*rc::gen::element(10, 12, 16, 22, 32), "1234");
  Drawing d = symbol.Draw({.module_px = *rc::gen::inRange(3, 9) * 1.0,
                           .angle_deg = *rc::gen::inRange(0, 360) * 1.0,
                           .margin_modules = *rc::gen::inRange(0, 4)});
  const int kind = *rc::gen::inRange(0, 3);
  std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
  for (uint8_t& p : d.pixels) {
    if (kind == 0) p = static_cast<uint8_t>(random() & 255);
    if (kind == 1) p = 77;
    if (kind == 2 && (random() & 63) == 0) p = 255;
  }
  const GradeReport report = Grade(d, AnyEdition());
  RC_ASSERT(report.overall >= 0 && report.overall <= 4);
  RC_ASSERT(report.uncertainty >= 0 && report.uncertainty <= 4);
  for (const ParameterGrade& p : report.parameters) {
    if (!p.graded()) continue;
    RC_ASSERT(p.grade >= report.overall && p.grade <= 4);
    RC_ASSERT(std::abs(p.grade - RoundToTenth(p.exact)) < 1e-9);
  }
  const double uniformity = report.Of(Parameter::kContrastUniformity).value;
  RC_ASSERT(uniformity >= 0 && uniformity <= 1);
}

RC_GTEST_PROP(MatrixGrader, MoreDamageNeverRaisesAGrade, ()) {
  const Edition edition = AnyEdition();
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  std::vector<int> codewords(50);
  for (int i = 0; i < 50; ++i) codewords[static_cast<size_t>(i)] = i;
  std::shuffle(codewords.begin(), codewords.end(), std::mt19937(*rc::gen::arbitrary<uint32_t>()));
  double modulation = 4, unused = 4, patterns = 4;
  int row = 2;
  for (int step = 0; step < 6; ++step) {
    const GradeReport r = Grade(symbol.Draw({.module_px = 6}), edition);
    const double mod = r.Of(IsDirectPartMark(edition)         ? Parameter::kCellModulation
                            : edition == Edition::k15415_2024 ? Parameter::kModulation
                                                              : Parameter::kReflectanceMargin)
                           .exact;
    RC_ASSERT(mod <= modulation + 1e-9);
    RC_ASSERT(r.Of(Parameter::kUnusedErrorCorrection).exact <= unused + 1e-9);
    RC_ASSERT(r.Of(Parameter::kFixedPatternDamage).exact <= patterns + 1e-9);
    modulation = mod;
    unused = r.Of(Parameter::kUnusedErrorCorrection).exact;
    patterns = r.Of(Parameter::kFixedPatternDamage).exact;
    symbol.DamageCodeword(codewords[static_cast<size_t>(step)]);
    if (*rc::gen::arbitrary<bool>()) symbol.Flip(row += 2, 0);
  }
}

RC_GTEST_PROP(MatrixGrader, AGainScalesContrastAndNothingElse, ()) {
  const double gain = *rc::gen::inRange(50, 110) / 100.0;
  const Pose pose{.module_px = 6, .angle_deg = *rc::gen::inRange(0, 90) * 1.0};
  const auto graded = [&](double by) {
    GradedSymbol symbol = GradedSymbol::DataMatrix(16);
    symbol.light *= by;
    symbol.dark *= by;
    symbol.growth_x = 0.1;
    symbol.DamageCodeword(2);
    symbol.Flip(5, 0);
    return Grade(symbol.Draw(pose), Edition::k15415_2011);
  };
  const GradeReport full = graded(1), less = graded(gain);
  RC_ASSERT(std::abs(less.Of(Parameter::kSymbolContrast).value -
                     gain * full.Of(Parameter::kSymbolContrast).value) < 0.006);
  for (const Parameter p : {Parameter::kAxialNonuniformity, Parameter::kGridNonuniformity,
                            Parameter::kUnusedErrorCorrection, Parameter::kFixedPatternDamage,
                            Parameter::kModulation, Parameter::kReflectanceMargin}) {
    RC_ASSERT(full.Of(p).grade == less.Of(p).grade);
  }
  RC_ASSERT(std::abs(full.growth.x - less.growth.x) < 0.01);  // grey values are whole
}

TEST(MatrixGrader, MoreBlurNeverRaisesModulation) {
  const GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  for (const Edition edition : {Edition::k15415_2011, Edition::k29158_2020}) {
    double last = 1;
    for (const double blur_px : {0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0}) {
      const GradeReport r = Grade(symbol.Draw({.module_px = 10, .blur_px = blur_px}), edition);
      const double uniformity = r.Of(Parameter::kContrastUniformity).value;
      EXPECT_LE(uniformity, last + 0.01) << Name(edition) << " at " << blur_px;
      last = uniformity;
    }
    EXPECT_LT(last, 0.75) << "0.3 X of blur is to be seen";
  }
}

RC_GTEST_PROP(Overlay, IsBetweenAllDamagedAndNoneDamaged, ()) {
  // Against the definition written down plainly.
  LevelCount count;
  std::vector<double> grades;
  const int n = *rc::gen::inRange(1, 60);
  for (int i = 0; i < n; ++i) {
    grades.push_back(*rc::gen::inRange(-1, 41) / 10.0);
    count.Add(grades.back());
  }
  const auto notional = [n](int damaged) { return 4.0 * (n - damaged) / n; };
  for (const Scale scale : {Scale::kWhole, Scale::kTenths}) {
    double plain = 0;
    for (int level = 40; level >= 0; level -= scale == Scale::kTenths ? 1 : 10) {
      const auto below = std::count_if(grades.begin(), grades.end(),
                                       [level](double g) { return g < level / 10.0 - 1e-6; });
      plain = std::max(plain, std::min(level / 10.0, notional(static_cast<int>(below))));
    }
    const double got =
        Overlay(count, {scale, Switches::OverlayRule::kMaximumOfMinima, false}, notional);
    RC_ASSERT(std::abs(got - plain) < 1e-9);
    const double reached = Overlay(
        count, {Scale::kTenths, Switches::OverlayRule::kHighestLevelReached, false}, notional);
    RC_ASSERT(reached <= Overlay(count, {Scale::kTenths}, notional) + 1e-9);
  }
}

/// Grades of one symbol in many poses, by the grid of the reference decode; the reader's outline is
/// off by up to a quarter of a module.
struct Spread {
  std::vector<double> grades;
  int within_told = 0;
  double median() {
    std::sort(grades.begin(), grades.end());
    return grades[grades.size() / 2];
  }
  double Share(double within) {
    const double middle = median();
    const auto inside = std::count_if(grades.begin(), grades.end(), [&](double g) {
      return std::abs(g - middle) <= within + 1e-9;
    });
    return static_cast<double>(inside) / static_cast<double>(grades.size());
  }
};

Spread GradeInPoses(const GradedSymbol& symbol, double from_px, double to_px, double blur_x,
                    double motion_x = 0) {
  constexpr int kPoses = 200;
  std::mt19937 random(11);
  std::uniform_real_distribution<double> unit(0, 1);
  Spread spread;
  DrawingGrader grader;
  std::vector<std::pair<double, double>> told;
  for (int i = 0; i < kPoses; ++i) {
    const double px = from_px + (to_px - from_px) * unit(random);
    const double angle = 360 * unit(random);
    const Pose pose{.module_px = px,
                    .angle_deg = angle,
                    .shift_x_px = unit(random),
                    .shift_y_px = unit(random),
                    .blur_px = blur_x * px,
                    .motion_px = motion_x * px,
                    .motion_deg = 360 * unit(random),
                    .noise_grey = 2,
                    .seed = static_cast<uint32_t>(i + 1)};
    const auto r =
        grader.Grade(symbol.Draw(pose), {},
                     {.start = 0.25, .place = 0.25, .seed = static_cast<uint32_t>(i + 1)});
    if (!r) {
      ADD_FAILURE() << "pose " << i << " is not decoded: " << r.error().text;
      continue;
    }
    spread.grades.push_back(r->overall);
    told.emplace_back(r->overall, r->uncertainty);
  }
  const double middle = spread.median();
  double mean_told = 0;
  for (const auto& [grade, uncertainty] : told) {
    mean_told += uncertainty / kPoses;
    spread.within_told += std::abs(grade - middle) <= uncertainty + 0.05;  // half a display step
  }
  std::printf(
      "%g-%g px, blur %.2f X, motion %.2f X: median %.1f, %5.1f %% within 0.1, %5.1f %% within "
      "0.2, "
      "%5.1f %% within the told uncertainty (mean %.2f)\n",
      from_px, to_px, blur_x, motion_x, middle, 100 * spread.Share(0.1), 100 * spread.Share(0.2),
      100.0 * spread.within_told / kPoses, mean_told);
  return spread;
}

TEST(Repeatability, HoldsAcrossPosesAndTheUncertaintyCoversThem) {
  // Its grade hangs on the reflectance of single modules: eight codewords are more than can be
  // corrected, so the overlay stops at the level of the weakest.
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.growth_x = 0.2;
  symbol.growth_y = 0.12;
  symbol.light = 0.70;
  symbol.dark = 0.10;
  for (int i = 0; i < 8; ++i) {
    const auto [row, col] = symbol.ModuleOf(4 + 3 * i, true);
    symbol.SetReflectance(row, col, 0.31);
  }
  EXPECT_GE(GradeInPoses(symbol, 8, 12, 0.05).Share(0.2), 0.95);
  Spread coarse = GradeInPoses(symbol, 5, 6, 0.05, 0.3);
  EXPECT_GE(coarse.within_told, 190) << "of 200";
}

}  // namespace
}  // namespace veriline::grading
