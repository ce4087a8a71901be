// SPDX-License-Identifier: Apache-2.0
// The symbols of a GS1 conformance card, rebuilt: design values and the grades that instruments of
// both editions gave them, by the grid of the reference decode. Source: grading.md, 7.3.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "grading/matrix_grader.h"
#include "tests/support/grade_drawing.h"
#include "tests/support/graded_symbol.h"

namespace veriline::grading {
namespace {

using testing::GradedSymbol;

struct Both {
  GradeReport older, newer;  // 2011, 2024
};

Both Graded(const GradedSymbol& symbol, double aperture_x_ratio = 0.8, double module_px = 20) {
  const auto drawing = symbol.Draw({.module_px = module_px});
  DrawingGrader grader;
  Both both;
  for (const Edition edition : {Edition::k15415_2011, Edition::k15415_2024}) {
    GradingSpec spec;
    spec.edition = edition;
    spec.aperture.x_ratio = aperture_x_ratio;
    const auto report = grader.Grade(drawing, spec);
    if (!report) throw std::runtime_error(report.error().text);
    (InTenths(edition) ? both.newer : both.older) = *report;
  }
  return both;
}

void ExpectGrades(const Both& both, Parameter parameter, double older, double newer) {
  EXPECT_DOUBLE_EQ(both.older.Of(parameter).grade, older) << Name(parameter);
  EXPECT_DOUBLE_EQ(both.newer.Of(parameter).grade, newer) << Name(parameter);
  EXPECT_DOUBLE_EQ(both.older.overall, older);
  EXPECT_DOUBLE_EQ(both.newer.overall, newer);
  EXPECT_EQ(both.newer.limited_by, parameter);
}

TEST(Card, GradeFour) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.growth_x = -0.15;
  symbol.growth_y = -0.13;
  const Both both = Graded(symbol);
  EXPECT_EQ(both.older.overall, 4);
  EXPECT_DOUBLE_EQ(both.newer.overall, 3.7);
  EXPECT_EQ(both.newer.limited_by, Parameter::kPrintGrowth);
}

TEST(Card, AxialNonuniformityOf11Percent) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.stretch_x = (1 + 0.055) / (1 - 0.055);
  ExpectGrades(Graded(symbol), Parameter::kAxialNonuniformity, 1, 1.5);
}

TEST(Card, GridNonuniformityOf70Percent) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(18);
  // Columns bent like a bow; the middle of 18 columns lies between two.
  const double delta = 0.70 / std::sin(std::numbers::pi * 8 / 17);
  symbol.warp_x = [delta](double x) {
    return x + delta * std::sin(std::numbers::pi * (x - 0.5) / 17);
  };
  // The grid is evenly spaced on the L, and the instruments saw nothing wrong but the grid: the
  // bend is one of the clock track, with the data following it.
  symbol.warp_fades = true;
  ExpectGrades(Graded(symbol), Parameter::kGridNonuniformity, 1, 1.4);
}

TEST(Card, LowSymbolContrast) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.light = 0.35;
  symbol.dark = 0.07;
  ExpectGrades(Graded(symbol), Parameter::kSymbolContrast, 1, 1.4);
}

TEST(Card, SevenErrors) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(24);
  for (int i = 0; i < 7; ++i) symbol.DamageCodeword(5 * i);
  const Both both = Graded(symbol);
  EXPECT_NEAR(both.older.Of(Parameter::kUnusedErrorCorrection).value, 0.417, 0.001);
  EXPECT_EQ(both.older.Of(Parameter::kUnusedErrorCorrection).grade, 2);
  EXPECT_EQ(both.older.Of(Parameter::kReflectanceMargin).grade, 2);
  EXPECT_EQ(both.older.Of(Parameter::kModulation).grade, 4);
  EXPECT_DOUBLE_EQ(both.newer.Of(Parameter::kUnusedErrorCorrection).grade, 2.4);
  EXPECT_DOUBLE_EQ(both.newer.Of(Parameter::kModulation).grade, 2.3);
  EXPECT_FALSE(both.newer.Of(Parameter::kReflectanceMargin).measured()) << "one parameter now";
}

TEST(Card, DamagedFixedPatterns) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(32);
  for (const auto& [row, col] : {std::pair{5, 0},
                                 {20, 0},
                                 {31, 4},
                                 {31, 22},
                                 {7, -1},
                                 {25, -1},
                                 {32, 9},
                                 {32, 20},
                                 {15, 6}}) {
    symbol.Flip(row, col);
  }
  const Both both = Graded(symbol);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(both.older.fixed_patterns.all[i].grade, 3);
    EXPECT_DOUBLE_EQ(RoundToTenth(both.newer.fixed_patterns.all[i].grade), 3.3);
  }
  const auto ctsa = static_cast<size_t>(SegmentName::kCtsa);
  EXPECT_EQ(both.older.fixed_patterns.all[ctsa].grade, 3);
  EXPECT_DOUBLE_EQ(both.newer.fixed_patterns.all[ctsa].grade, 3.5);
  EXPECT_DOUBLE_EQ(both.older.fixed_patterns.average_grade, 3.0);
  EXPECT_DOUBLE_EQ(RoundToTenth(both.newer.fixed_patterns.average_grade), 3.3);
  ExpectGrades(both, Parameter::kFixedPatternDamage, 2, 2.6);
}

TEST(Card, Widow) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(12, "///00");
  const auto [row, col] = symbol.ModuleOf(0, true);
  symbol.SetSide(row, col, 5.0 / 9);
  const Both both = Graded(symbol, 0.775, 40);  // the 11 mil aperture on modules of 14.2 mil
  EXPECT_NEAR(both.older.Of(Parameter::kContrastUniformity).value, 0.309, 0.008);
  EXPECT_EQ(both.older.uniformity_row, row);
  EXPECT_EQ(both.older.uniformity_col, col);
  EXPECT_EQ(both.older.overall, 4);
  EXPECT_DOUBLE_EQ(both.newer.Of(Parameter::kModulation).grade, 4);
}

}  // namespace
}  // namespace veriline::grading
