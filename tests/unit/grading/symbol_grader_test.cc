// SPDX-License-Identifier: Apache-2.0
#include "grading/symbol_grader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "tests/support/allocation_counter.h"
#include "tests/support/graded_symbol.h"

namespace veriline::grading {
namespace {

using ::veriline::symbology::ReferenceStep;
using ::veriline::testing::Drawing;
using ::veriline::testing::DrawingCalibration;
using ::veriline::testing::GradedSymbol;
using ::veriline::testing::Pose;

constexpr char kText[] = "12345678";

/// What a reader would say of it, each corner `off_modules` too far out.
Symbol SymbolOf(const Drawing& drawing, double off_modules = 0, const std::string& text = kText) {
  Symbol s;
  s.symbology = drawing.grid.symbology;
  s.payload.Assign(text);
  s.decoder = Decoder::kOwn;
  s.rows = static_cast<int16_t>(drawing.grid.rows);
  s.cols = static_cast<int16_t>(drawing.grid.cols);
  const Point middle = drawing.grid.outline.Center();
  const double grow = 1 + 2 * off_modules / drawing.grid.cols;
  for (size_t i = 0; i < 4; ++i) {
    s.quad.corners[i] =
        middle + (drawing.grid.outline.corners[i] - middle) * static_cast<float>(grow);
  }
  return s;
}

class SymbolGraderTest : public ::testing::Test {
 protected:
  GradeReport Grade(const Drawing& drawing, const Symbol& symbol) {
    auto report = grader_.Grade(drawing.view(), &calibration_, symbol, spec_);
    EXPECT_TRUE(report) << (report ? "" : report.error().text);
    return report ? *report : GradeReport{};
  }

  calibration::Calibration calibration_ = DrawingCalibration();
  GradingSpec spec_;
  SymbolGrader grader_;
};

TEST_F(SymbolGraderTest, AnIdealSymbolHasTheBestGradeWhateverItIs) {
  for (const GradedSymbol& symbol :
       {GradedSymbol::DataMatrix(16), GradedSymbol::DataMatrix(32), GradedSymbol::Qr(2),
        GradedSymbol::Qr(7), GradedSymbol::MicroQr(3)}) {
    const Drawing drawing = symbol.Draw({.module_px = 10, .angle_deg = 17, .margin_modules = 24});
    const std::string text = symbol.grid.symbology == Symbology::kQr        ? "VERILINE"
                             : symbol.grid.symbology == Symbology::kMicroQr ? "1234"
                                                                            : kText;
    const GradeReport report = Grade(drawing, SymbolOf(drawing, 0, text));
    EXPECT_EQ(report.reference_failed_at, ReferenceStep::kNone)
        << Name(symbol.grid.symbology) << " " << symbol.grid.rows;
    EXPECT_DOUBLE_EQ(report.overall, 4.0)
        << Name(symbol.grid.symbology) << " by " << Name(report.limited_by);
    EXPECT_EQ(grader_.grid().rows, symbol.grid.rows);
  }
}

TEST_F(SymbolGraderTest, TheGradeDoesNotDependOnHowWellTheReaderSawTheOutline) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.dark = 0.25;
  const Drawing drawing =
      symbol.Draw({.module_px = 8, .angle_deg = 9, .blur_px = 1, .margin_modules = 24});
  const GradeReport exact = Grade(drawing, SymbolOf(drawing));
  const GradeReport rough = Grade(drawing, SymbolOf(drawing, 0.7));
  EXPECT_NEAR(exact.overall, rough.overall, 0.1 + 1e-9);
  EXPECT_NEAR(exact.Of(Parameter::kSymbolContrast).value,
              rough.Of(Parameter::kSymbolContrast).value, 0.002);
  EXPECT_NEAR(exact.Of(Parameter::kContrastUniformity).value,
              rough.Of(Parameter::kContrastUniformity).value, 0.02);
  EXPECT_NEAR(exact.x_px, rough.x_px, 0.02);
}

TEST_F(SymbolGraderTest, ASizeThatNobodyKnowsIsFound) {
  for (const int size : {10, 22, 32}) {
    const Drawing drawing =
        GradedSymbol::DataMatrix(size, size == 10 ? "12" : kText).Draw({.module_px = 7});
    Symbol symbol = SymbolOf(drawing, 0, size == 10 ? "12" : kText);
    symbol.rows = symbol.cols = 0;
    const GradeReport report = Grade(drawing, symbol);
    EXPECT_EQ(report.reference_failed_at, ReferenceStep::kNone) << size;
    EXPECT_EQ(grader_.grid().rows, size);
    EXPECT_NEAR(report.x_px, 7, 0.05);
    EXPECT_NEAR(report.aperture_x_ratio, 0.8, 0.01);
  }
}

TEST_F(SymbolGraderTest, WhatOnlyTheReaderReadsHasDecode0AndIsInformative) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  // The light fades to the right until light there is darker than the middle of all.
  Drawing drawing = symbol.Draw({.module_px = 8, .margin_modules = 24});
  const Quad& outline = drawing.grid.outline;
  const float left = outline.corners[0].x, right = outline.corners[1].x;
  for (int y = 0; y < drawing.height; ++y) {
    for (int x = 0; x < drawing.width; ++x) {
      const float along = std::clamp((static_cast<float>(x) - left) / (right - left), 0.f, 1.f);
      uint8_t& pixel = drawing.pixels[static_cast<size_t>(y) * drawing.width + x];
      pixel = static_cast<uint8_t>(20 + (static_cast<float>(pixel) - 20) * (1 - 0.62f * along));
    }
  }
  const GradeReport report = Grade(drawing, SymbolOf(drawing));
  EXPECT_NE(report.reference_failed_at, ReferenceStep::kNone);
  EXPECT_EQ(report.Of(Parameter::kDecode).grade, 0);
  EXPECT_EQ(report.overall, 0);
  EXPECT_EQ(report.limited_by, Parameter::kDecode);
  EXPECT_TRUE(report.Has(Indication::kReaderOnly));
  EXPECT_TRUE(report.Of(Parameter::kSymbolContrast).measured()) << "told all the same";
  EXPECT_EQ(grader_.grid().rows, 22);
}

TEST_F(SymbolGraderTest, WhereNothingCanBeReadOnlyDecodeIsGraded) {
  const Drawing drawing = GradedSymbol::DataMatrix(22).Draw({.module_px = 8});
  Symbol elsewhere = SymbolOf(drawing);
  for (Point& p : elsewhere.quad.corners) p = p * 0.4f + Point{4, 4};
  const GradeReport report = Grade(drawing, elsewhere);
  EXPECT_EQ(report.overall, 0);
  EXPECT_EQ(report.Of(Parameter::kDecode).grade, 0);
  EXPECT_FALSE(report.Of(Parameter::kSymbolContrast).measured());
  EXPECT_EQ(grader_.grid().rows, 0);
}

TEST_F(SymbolGraderTest, AnotherTextThanTheReadersIsNoDecode) {
  const Drawing drawing = GradedSymbol::DataMatrix(16).Draw({.module_px = 8});
  const GradeReport report = Grade(drawing, SymbolOf(drawing, 0, "12345679"));
  EXPECT_EQ(report.reference_failed_at, ReferenceStep::kData);
  EXPECT_EQ(report.overall, 0);
}

TEST_F(SymbolGraderTest, APlaceThatTheApertureDoesNotFitIsAnError) {
  const Drawing drawing = GradedSymbol::DataMatrix(16).Draw({.module_px = 8});
  Symbol outside = SymbolOf(drawing);
  for (Point& p : outside.quad.corners) p.x += static_cast<float>(drawing.width) / 2;
  EXPECT_FALSE(grader_.Grade(drawing.view(), &calibration_, outside, spec_));
  spec_.aperture.mm = 0.2;
  calibration_.scale.reset();
  EXPECT_FALSE(grader_.Grade(drawing.view(), &calibration_, SymbolOf(drawing), spec_));
}

TEST_F(SymbolGraderTest, OfADirectPartMarkTheBetterApertureCounts) {
  spec_.edition = Edition::k29158_2020;
  const Drawing drawing = GradedSymbol::DataMatrix(22).Draw({.module_px = 10, .blur_px = 2});
  const GradeReport report = Grade(drawing, SymbolOf(drawing));
  double best = 0;
  for (const double ratio : MatrixGrader::kDirectPartApertures) {
    GradingSpec one = spec_;
    one.aperture.x_ratio = ratio;
    MatrixGrader grader;
    const PatchPlace place{drawing.grid.outline, 22, 22, 1};
    ASSERT_TRUE(grader.Prepare(drawing.view(), &calibration_, place, one));
    const auto alone = grader.Grade(drawing.grid, DecodedBy::kReferenceDecode);
    ASSERT_TRUE(alone);
    best = std::max(best, alone->overall);
  }
  EXPECT_NEAR(report.overall, best, 0.1 + 1e-9);
  EXPECT_NEAR(grader_.patch().aperture_x_ratio(), report.aperture_x_ratio, 1e-9)
      << "maps are those of the aperture that is reported";
}

TEST_F(SymbolGraderTest, NothingIsAllocatedOnceItHasGrown) {
  const Drawing matrix = GradedSymbol::DataMatrix(22).Draw({.module_px = 6, .blur_px = 0.5});
  const Drawing code = GradedSymbol::Qr(2).Draw({.module_px = 6, .blur_px = 0.5});
  const Symbol a = SymbolOf(matrix), b = SymbolOf(code, 0, "VERILINE");
  for (int i = 0; i < 2; ++i) Grade(matrix, a), Grade(code, b);
  const size_t before = AllocationsOfThisThread();
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(grader_.Grade(matrix.view(), &calibration_, a, spec_));
    static_cast<void>(grader_.Grade(code.view(), &calibration_, b, spec_));
  }
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace veriline::grading
