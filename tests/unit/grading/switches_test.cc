// SPDX-License-Identifier: Apache-2.0
// The rows of grading.md, section 12, that are marked U: both readings, one by its switch.
#include "grading/switches.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "grading/matrix_grader.h"
#include "tests/support/grade_drawing.h"
#include "tests/support/graded_symbol.h"

namespace veriline::grading {
namespace {

using testing::GradedSymbol;

GradeReport Graded(const GradedSymbol& symbol, Edition edition, const Switches& switches = {}) {
  const auto drawing = symbol.Draw({.module_px = 10});
  GradingSpec spec;
  spec.edition = edition;
  spec.switches = switches;
  const auto report = DrawingGrader().Grade(drawing, spec);
  if (!report) throw std::runtime_error(report.error().text);
  return *report;
}

constexpr auto kOld = Edition::k15415_2011, kNew = Edition::k15415_2024;

TEST(Uncertain, TailsBelowOne) {  // rows 5 and 31
  GradedSymbol symbol = GradedSymbol::Qr(2);
  symbol.dark = 0.12, symbol.light = 0.30, symbol.stretch_x = 1.13;
  Switches none;
  none.tails_below_one = false;
  EXPECT_DOUBLE_EQ(Graded(symbol, kNew).Of(Parameter::kSymbolContrast).grade, 0.6);
  EXPECT_DOUBLE_EQ(Graded(symbol, kNew, none).Of(Parameter::kSymbolContrast).grade, 0);
  EXPECT_DOUBLE_EQ(Graded(symbol, kNew).Of(Parameter::kAxialNonuniformity).grade, 0.9);
  EXPECT_DOUBLE_EQ(Graded(symbol, kNew, none).Of(Parameter::kAxialNonuniformity).grade, 0);
}

TEST(Uncertain, CodewordOverlay) {  // rows 16 and 19
  GradedSymbol symbol = GradedSymbol::DataMatrix(24);
  for (int i = 0; i < 7; ++i) symbol.DamageCodeword(i);
  Switches free;
  free.codeword_overlay = Switches::OverlayRule::kMaximumOfMinima;
  EXPECT_DOUBLE_EQ(Graded(symbol, kNew).Of(Parameter::kModulation).grade, 2.3);
  EXPECT_DOUBLE_EQ(Graded(symbol, kNew, free).Of(Parameter::kModulation).grade, 2.4);
}

TEST(Uncertain, IdealGrid) {  // rows 21 to 23
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.warp_x = [](double x) { return x + 0.6 * std::sin(std::numbers::pi * (x - 0.5) / 21); };
  Switches fitted;
  fitted.ideal_grid = Switches::IdealGrid::kLeastSquares;
  EXPECT_EQ(Graded(symbol, kOld).Of(Parameter::kGridNonuniformity).grade, 2);
  EXPECT_EQ(Graded(symbol, kOld, fitted).Of(Parameter::kGridNonuniformity).grade, 4);
  EXPECT_NEAR(Graded(symbol, kOld, fitted).Of(Parameter::kGridNonuniformity).value, 0.364, 0.006);
}

TEST(Uncertain, GridUnit) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.stretch_x = 1.1;
  symbol.warp_x = [](double x) { return x + 0.5 * std::sin(std::numbers::pi * (x - 0.5) / 21); };
  Switches mean;
  mean.grid_unit = Switches::GridUnit::kMeanPitch;
  EXPECT_NEAR(Graded(symbol, kOld).Of(Parameter::kGridNonuniformity).value, 0.499, 0.006);
  EXPECT_NEAR(Graded(symbol, kOld, mean).Of(Parameter::kGridNonuniformity).value,
              0.499 * 1.1 / 1.05, 0.006);
}

TEST(Uncertain, QuietStrips) {  // row 35, on a symbol where one more module shows
  GradedSymbol symbol = GradedSymbol::DataMatrix(16);
  symbol.Flip(16, -1);  // the corner where both strips meet
  const auto wrong = [&](int extra) {
    Switches s;
    s.quiet_strip_extra_modules = extra;
    const auto report = Graded(symbol, kOld, s);
    return std::pair{report.fixed_patterns.all[2].modules, report.fixed_patterns.all[2].wrong};
  };
  EXPECT_EQ(wrong(0), (std::pair{16, 0}));
  EXPECT_EQ(wrong(1), (std::pair{17, 1}));
  EXPECT_EQ(wrong(2), (std::pair{18, 1}));
}

TEST(Uncertain, Transitions) {  // row 38
  GradedSymbol symbol = GradedSymbol::DataMatrix(16);
  symbol.Flip(-1, 7);
  Switches corners;
  corners.transitions_with_corners = true;
  const auto ratio = [](const GradeReport& r) { return r.fixed_patterns.all[4].transition_ratio; };
  EXPECT_DOUBLE_EQ(ratio(Graded(symbol, kOld)), 1.0 / 13);
  EXPECT_DOUBLE_EQ(ratio(Graded(symbol, kOld, corners)), 1.0 / 15);
  Switches table;
  table.transition_scale = Switches::TransitionScale::kTable;
  const auto grade = [](const GradeReport& r) {
    return RoundToTenth(r.fixed_patterns.all[4].grade);
  };
  EXPECT_DOUBLE_EQ(grade(Graded(symbol, kNew)), 3.5);
  EXPECT_DOUBLE_EQ(grade(Graded(symbol, kNew, table)), 3.2) << "1/13 on the line to 0.08";
}

TEST(Uncertain, FiveModules) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(32);
  for (const int col : {4, 6, 8}) symbol.Flip(0, col);
  Switches off;
  off.five_module_rule = false;
  EXPECT_EQ(Graded(symbol, kOld).fixed_patterns.all[4].grade, 0);
  EXPECT_EQ(Graded(symbol, kOld, off).fixed_patterns.all[4].grade, 2) << "3 of 16";
}

TEST(Uncertain, Growth) {  // row 49
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.growth_x = symbol.growth_y = 0.15;
  Switches straight;
  straight.growth_scale = Switches::GrowthScale::kStraight;
  EXPECT_DOUBLE_EQ(Graded(symbol, kNew).Of(Parameter::kPrintGrowth).grade, 3.7);
  EXPECT_DOUBLE_EQ(Graded(symbol, kNew, straight).Of(Parameter::kPrintGrowth).grade, 3.6);
}

TEST(Uncertain, MisdecodeReserve) {  // rows 51 and 52
  GradedSymbol symbol = GradedSymbol::Qr(1);
  symbol.DamageCodeword(0);
  symbol.DamageCodeword(4);
  Switches whole;
  whole.subtract_misdecode_reserve = false;
  EXPECT_DOUBLE_EQ(Graded(symbol, kOld).Of(Parameter::kUnusedErrorCorrection).value, 0.5);
  EXPECT_DOUBLE_EQ(Graded(symbol, kOld, whole).Of(Parameter::kUnusedErrorCorrection).value, 0.6);
}

TEST(Uncertain, FormatCopies) {  // row 56
  GradedSymbol symbol = GradedSymbol::Qr(7);
  symbol.Flip(8, 1);
  symbol.Flip(8, 4);
  Switches lower;
  lower.copies = Switches::CopyRule::kLower;
  EXPECT_EQ(Graded(symbol, kOld).Of(Parameter::kFormatInformation).grade, 3);
  EXPECT_EQ(Graded(symbol, kOld, lower).Of(Parameter::kFormatInformation).grade, 2);
  symbol.Flip(8, 5);  // 1 and 4: 2.5
  Switches up;
  up.copies = Switches::CopyRule::kMeanRoundedUp;
  EXPECT_EQ(Graded(symbol, kOld).Of(Parameter::kFormatInformation).grade, 3) << "rounded up";
  EXPECT_DOUBLE_EQ(Graded(symbol, kNew).Of(Parameter::kFormatInformation).grade, 2.5);
}

TEST(Uncertain, QrSegments) {
  GradedSymbol symbol = GradedSymbol::Qr(7);
  symbol.Flip(22, 22);  // of the middle alignment pattern; there are six
  symbol.Flip(-2, 9);   // in the quiet zone, three modules past the finder's separator
  Switches other;
  other.alignment_share = Switches::AlignmentShare::kPatterns;
  other.finder_area = Switches::FinderArea::k168;
  const auto of = [](const GradeReport& r, size_t i) { return r.fixed_patterns.all[i]; };
  const GradeReport usual = Graded(symbol, kOld), changed = Graded(symbol, kOld, other);
  EXPECT_EQ(of(usual, 5).modules, 150);
  EXPECT_EQ(of(usual, 5).grade, 3) << "1 of 150 modules";
  EXPECT_EQ(of(changed, 5).grade, 2) << "1 of 6 patterns";
  EXPECT_EQ(of(usual, 0).modules, 144);
  EXPECT_EQ(of(usual, 0).wrong, 0);
  EXPECT_EQ(of(changed, 0).modules, 168);
  EXPECT_EQ(of(changed, 0).wrong, 1);
  EXPECT_EQ(of(changed, 1).modules, 168);
  EXPECT_EQ(of(changed, 2).modules, 168);
}

TEST(Uncertain, LevelsAndThreshold) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(16);
  symbol.SetReflectance(6, 6, 1.0);
  Switches modules;
  modules.extremes = Switches::Extremes::kModules;
  EXPECT_NEAR(Graded(symbol, kOld, modules).levels.rmax, 1.0, 0.003);
  Switches tails;
  tails.contrast = Switches::Contrast::kTailMean;
  // Less than 1 % of the places are that light: they pull a mean, and no percentile.
  EXPECT_NEAR(Graded(symbol, kNew).levels.rmax, 0.85, 0.003);
  EXPECT_GT(Graded(symbol, kNew, tails).levels.rmax, 0.855);
  Switches samples;
  samples.threshold_samples = Switches::ThresholdSamples::kModules;
  const GradedSymbol plain = GradedSymbol::DataMatrix(16);
  EXPECT_NEAR(Graded(plain, kNew, samples).levels.threshold, 0.45, 0.002)
      << "two levels, the middle of the gap";
  Switches symmetric = samples;
  symmetric.modulation_scale = Switches::ModulationScale::kSymmetric;
  EXPECT_NEAR(Graded(plain, kNew, symmetric).Of(Parameter::kContrastUniformity).value, 1, 0.01);
}

TEST(Uncertain, OverlayOfDirectPartMarks) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(16);
  // T2 lies midway from L1 to light, at 0.635, and MD at 0.09: L1 has a cell modulation of 0.395,
  // which is a 2. Without that level only 1 is left.
  for (int row = 0; row < 16; ++row) symbol.SetReflectance(row, 0, 0.42);
  Switches keep;
  keep.overlay_skips_two = Switches::SkipsTwo::kNo;
  const auto l1 = [](const GradeReport& r) { return r.fixed_patterns.all[0].grade; };
  const double skipped = l1(Graded(symbol, Edition::k29158_2011));
  const double kept = l1(Graded(symbol, Edition::k29158_2011, keep));
  EXPECT_EQ(skipped, 1);
  EXPECT_EQ(kept, 2);
}

TEST(Uncertain, RoundingOfPercent) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(16);
  symbol.stretch_x = 1.0625;  // an axial nonuniformity of 0.0606 is 6 % on a display
  Switches first;
  first.round_percent_first = true;
  EXPECT_EQ(Graded(symbol, kOld).Of(Parameter::kAxialNonuniformity).grade, 3);
  EXPECT_EQ(Graded(symbol, kOld, first).Of(Parameter::kAxialNonuniformity).grade, 4);
}

}  // namespace
}  // namespace veriline::grading
