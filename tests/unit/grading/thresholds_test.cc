// SPDX-License-Identifier: Apache-2.0
#include "grading/thresholds.h"

#include <gtest/gtest.h>

#include <cmath>

#include "grading/switches.h"

namespace veriline::grading {
namespace {

double Tenths(const ThresholdTable& table, double value, bool tails = true) {
  return RoundToTenth(GradeOf(table, value, Scale::kTenths, tails));
}

TEST(Thresholds, ReproduceReadingsOfInstruments) {
  // grading.md 1.6: six readings in tenths.
  EXPECT_DOUBLE_EQ(Tenths(kAxialNonuniformityTable, 0.110), 1.5);
  EXPECT_DOUBLE_EQ(Tenths(kSymbolContrastTable, 0.28), 1.4);
  EXPECT_DOUBLE_EQ(Tenths(kGridNonuniformityTable, 0.70), 1.4);
  EXPECT_DOUBLE_EQ(Tenths(kUnusedErrorCorrectionTable, 10.0 / 24), 2.4);
  // 2.9 and 3.3, fitted; 3.5.
  EXPECT_DOUBLE_EQ(Tenths(kPrintGrowthFittedTable, 0.15), 3.7);
  EXPECT_DOUBLE_EQ(Tenths(kPrintGrowthStraightTable, 0.15), 3.6);
  EXPECT_DOUBLE_EQ(Tenths(kTransitionRatioFittedTable, 0.08), 3.5);
  EXPECT_DOUBLE_EQ(Tenths(kAverageGradeTable, 3.3), 2.6);
  EXPECT_DOUBLE_EQ(Tenths(kSolidSideDamageTable, 0.0625), 3.3);
}

TEST(Thresholds, WholeGradesStepAtTheThreshold) {
  EXPECT_EQ(GradeOf(kSymbolContrastTable, 0.70, Scale::kWhole), 4);
  EXPECT_EQ(GradeOf(kSymbolContrastTable, 0.6999, Scale::kWhole), 3);
  EXPECT_EQ(GradeOf(kSymbolContrastTable, 0.80f - 0.10f, Scale::kWhole), 4) << "rounding of floats";
  EXPECT_EQ(GradeOf(kAxialNonuniformityTable, 0.12, Scale::kWhole), 1);
  EXPECT_EQ(GradeOf(kAxialNonuniformityTable, 0.1201, Scale::kWhole), 0);
  EXPECT_EQ(GradeOf(kClockTrackDamageTable, 0.10, Scale::kWhole), 3) << "< 10 % is 4";
  EXPECT_EQ(GradeOf(kSolidSideDamageTable, 0.09, Scale::kWhole), 3) << "<= 9 % is 3";
  EXPECT_EQ(GradeOf(kSymbolContrastTable, std::nan(""), Scale::kWhole), 0);
}

TEST(Thresholds, TailsEndWhereTheTableSays) {
  EXPECT_DOUBLE_EQ(Tenths(kSymbolContrastTable, 0.18), 0.6);
  EXPECT_DOUBLE_EQ(Tenths(kSymbolContrastTable, 0.18, false), 0);
  EXPECT_DOUBLE_EQ(Tenths(kSymbolContrastTable, 0.14), 0);
  EXPECT_DOUBLE_EQ(Tenths(kAxialNonuniformityTable, 0.122), 0.9);
  EXPECT_DOUBLE_EQ(Tenths(kAverageGradeTable, 2.4), 0) << "no tail is told";
}

TEST(Thresholds, AreMonotonous) {
  for (const ThresholdTable& table :
       {kSymbolContrastTable, kModulationTable, kUnusedErrorCorrectionTable,
        kAxialNonuniformityTable, kGridNonuniformityTable, kPrintGrowthFittedTable,
        kSolidSideDamageTable, kTransitionRatioTable, kClockTrackDamageTable, kAverageGradeTable,
        kFinderDamageTable, kTimingDamageTable, kAlignmentDamageTable, kCellContrastTable}) {
    for (const Scale scale : {Scale::kWhole, Scale::kTenths}) {
      double last = table.HigherIsBetter() ? 0 : 4;
      for (int i = 0; i <= 5000; ++i) {
        const double grade = GradeOf(table, i * 0.001, scale);
        ASSERT_GE(grade, 0);
        ASSERT_LE(grade, 4);
        if (table.HigherIsBetter()) {
          ASSERT_GE(grade, last) << i;
        } else {
          ASSERT_LE(grade, last) << i;
        }
        last = grade;
      }
    }
  }
}

TEST(Thresholds, LettersAndRounding) {
  EXPECT_EQ(LetterOf(3.5), 'A');
  EXPECT_EQ(LetterOf(3.4), 'B');
  EXPECT_EQ(LetterOf(1.5), 'C');
  EXPECT_EQ(LetterOf(1.4), 'D');
  EXPECT_EQ(LetterOf(0.4), 'F');
  EXPECT_DOUBLE_EQ(RoundToTenth(2.25), 2.3) << "halves go up";
  EXPECT_DOUBLE_EQ(RoundToTenth(2.359), 2.4);
}

TEST(Switches, AreListedWithTheirDefaults) {
  Switches s;
  for (const NamedSwitch& one : Listed(s)) {
    EXPECT_TRUE(one.is_default) << one.name;
    EXPECT_NE(one.value, "?") << one.name;
  }
  s.ideal_grid = Switches::IdealGrid::kLeastSquares;
  int changed = 0;
  for (const NamedSwitch& one : Listed(s)) changed += !one.is_default;
  EXPECT_EQ(changed, 1);
}

}  // namespace
}  // namespace veriline::grading
