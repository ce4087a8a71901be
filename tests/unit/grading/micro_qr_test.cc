// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "grading/matrix_grader.h"
#include "tests/support/graded_symbol.h"
#include "vision/symbology/datamatrix/layout.h"
#include "vision/symbology/qr/layout.h"

namespace veriline::grading {
namespace {

using testing::GradedSymbol;

GradeReport Graded(const GradedSymbol& symbol) {
  const auto drawing = symbol.Draw({.module_px = 10});
  const auto calibration = testing::DrawingCalibration();
  GradingSpec spec;
  spec.edition = Edition::k15415_2011;
  const auto report = MatrixGrader().GradeAsRead(drawing.view(), &calibration, drawing.grid, spec);
  if (!report) throw std::runtime_error(report.error().text);
  return *report;
}

TEST(MicroQr, HasThreeSegmentsAndOneCopyOfItsFormat) {
  for (const int version : {2, 3, 4}) {
    const GradedSymbol symbol = GradedSymbol::MicroQr(version);
    const GradeReport report = Graded(symbol);
    EXPECT_EQ(report.overall, 4) << "M" << version;
    ASSERT_EQ(report.fixed_patterns.count, 3u);
    EXPECT_EQ(report.fixed_patterns.all[0].modules, 100) << "8 × 8 and 2 X on two sides";
    EXPECT_EQ(report.fixed_patterns.all[1].name, SegmentName::kB1);
    EXPECT_EQ(report.fixed_patterns.all[1].modules, symbol.grid.cols - 8);
    EXPECT_EQ(report.format.copies, 1);
    EXPECT_FALSE(report.Of(Parameter::kVersionInformation).measured());
    EXPECT_TRUE(report.growth.measured());
  }
}

TEST(MicroQr, DamageIsCountedWhereItLies) {
  GradedSymbol symbol = GradedSymbol::MicroQr(4);
  symbol.Flip(3, 3);   // finder
  symbol.Flip(-2, 0);  // its quiet zone
  symbol.Flip(0, 11);  // horizontal timing pattern: 1 of 9
  symbol.Flip(8, 3);   // format
  const GradeReport report = Graded(symbol);
  EXPECT_EQ(report.fixed_patterns.all[0].wrong, 2);
  EXPECT_EQ(report.fixed_patterns.all[0].grade, 2);
  EXPECT_EQ(report.fixed_patterns.all[1].wrong, 1);
  EXPECT_EQ(report.fixed_patterns.all[1].grade, 1) << "11.1 %";
  EXPECT_EQ(report.fixed_patterns.all[2].wrong, 0);
  EXPECT_EQ(report.format.wrong[0], 1);
  EXPECT_EQ(report.Of(Parameter::kFormatInformation).grade, 3);
}

TEST(DrawnSymbols, PlaceTheirCodewordsAsTheSymbologiesDo) {
  for (const int size : {10, 16, 22, 26, 32}) {
    const SampledGrid grid = GradedSymbol::DataMatrix(size, "1234").grid;
    namespace dm = symbology::datamatrix;
    const dm::Layout& layout = dm::Layout::Of(*dm::FindSymbolSize(size, size));
    for (int row = 0; row < size; ++row) {
      for (int col = 0; col < size; ++col) {
        const dm::Module& m = layout.At(row, col);
        if (m.kind == dm::ModuleKind::kBit) {
          EXPECT_EQ(grid.CodewordOf(row, col), m.codeword) << size;
        } else {
          EXPECT_LT(grid.CodewordOf(row, col), 0) << size;
          EXPECT_EQ(grid.Dark(row, col), m.dark) << size << ": " << row << ", " << col;
        }
      }
    }
  }
  for (const int version : {1, 2, 7}) {
    const SampledGrid grid = GradedSymbol::Qr(version).grid;
    namespace qr = symbology::qr;
    const qr::Layout& layout =
        qr::Layout::Of({static_cast<uint8_t>(version), false}, qr::Level::kM);
    for (size_t i = 0; i < grid.codeword.size(); ++i) {
      const bool is_codeword = layout.codeword_of[i] != qr::Layout::kNoCodeword;
      ASSERT_EQ(grid.codeword[i] >= 0, is_codeword) << version << ", module " << i;
      if (is_codeword) {
        EXPECT_EQ(grid.codeword[i], layout.codeword_of[i]) << version;
      }
    }
  }
}

}  // namespace
}  // namespace veriline::grading
