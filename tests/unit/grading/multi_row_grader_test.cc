// SPDX-License-Identifier: Apache-2.0
// PDF417 and MicroPDF417 with damage whose cost is known.
#include "grading/multi_row_grader.h"

#include <gtest/gtest.h>

#include <string>

#include "grading/symbol_grader.h"
#include "tests/support/pdf417_symbols.h"

namespace veriline::grading {
namespace {

using testing::EncodePdf417;
using testing::Pdf417Modules;
using testing::Pdf417Spec;
using testing::Show;
using testing::ShownSymbol;

constexpr float kXPx = 8;
constexpr uint8_t kGrey = 125;  ///< the middle between ink and paper: no edge is left

class MultiRow : public ::testing::Test {
 protected:
  void Draw(const Pdf417Spec& spec, const std::string& text) {
    symbol_ = EncodePdf417(spec, text);
    shown_ = Show(symbol_.modules, {.x_px = kXPx, .quiet_x = 4});
  }
  /// Modules from the left and rows of characters from the top.
  void Spoil(float from_x, float to_x, float from_row, float to_row) {
    const auto width = static_cast<float>(symbol_.modules.cols);
    const auto rows = static_cast<float>(symbol_.rows);
    const Point a = shown_.outline.At(from_x / width, from_row / rows);
    const Point b = shown_.outline.At(to_x / width, to_row / rows);
    for (int y = static_cast<int>(a.y); y < static_cast<int>(b.y); ++y) {
      for (int x = static_cast<int>(a.x); x < static_cast<int>(b.x); ++x) {
        shown_.canvas.Row(y)[x] = kGrey;
      }
    }
  }
  GradeReport Grade(Symbology symbology, Edition edition = Edition::k15415_2024) {
    Symbol symbol;
    symbol.symbology = symbology;
    symbol.quad = shown_.outline;
    GradingSpec spec;
    spec.edition = edition;
    const auto report = grader_.Grade(shown_.view(), nullptr, symbol, spec);
    EXPECT_TRUE(report);
    return report ? *report : GradeReport{};
  }

  Pdf417Modules symbol_;
  ShownSymbol shown_;
  SymbolGrader grader_;
};

TEST_F(MultiRow, GradesACleanSymbolByItsContrast) {
  for (const bool micro : {false, true}) {
    Draw({.micro = micro, .cols = 4}, "Veriline 2026 multi-row");
    const GradeReport report = Grade(micro ? Symbology::kMicroPdf417 : Symbology::kPdf417);
    EXPECT_DOUBLE_EQ(report.Of(Parameter::kCodewordYield).value, 1) << micro;
    EXPECT_DOUBLE_EQ(report.Of(Parameter::kUnusedErrorCorrection).value, 1);
    EXPECT_EQ(report.Of(Parameter::kDecode).grade, 4);
    EXPECT_EQ(report.Of(Parameter::kEdgeDetermination).grade, 4);
    EXPECT_EQ(report.Of(Parameter::kDefects).grade, 4);
    EXPECT_FALSE(report.Of(Parameter::kDecodability).measured());
    EXPECT_EQ(report.scans, 10);
    EXPECT_EQ(grader_.scans().size(), 20u);
    // Ink 40 and paper 210 of 255: 0.667, on the line between 0.55 (3) and 0.70 (4).
    EXPECT_NEAR(report.Of(Parameter::kSymbolContrast).value, 170 / 255.0, 0.005);
    EXPECT_EQ(report.overall, 3.8);
    EXPECT_EQ(report.limited_by, Parameter::kSymbolContrast);
    EXPECT_NEAR(report.x_px, static_cast<double>(kXPx), 0.05);
  }
}

TEST_F(MultiRow, GradesYield) {
  // Row 75 of the analytic cases: of three lines along each of ten rows twelve show no codeword.
  Draw({.cols = 4, .rows = 10, .level = 3, .row_height = 10}, "Codeword yield of 60 percent");
  ASSERT_EQ(symbol_.rows, 10);
  const auto end = static_cast<float>(symbol_.modules.cols - 18);
  for (int row = 0; row < 10; ++row) {
    const auto r = static_cast<float>(row);
    Spoil(17.5f, end - 0.5f, r + 0.6f, r + 0.8f);
    if (row < 2) Spoil(17.5f, end - 0.5f, r + 0.2f, r + 0.4f);
  }
  const GradeReport whole = Grade(Symbology::kPdf417, Edition::k15415_2011);
  EXPECT_NEAR(whole.Of(Parameter::kCodewordYield).value, 0.60, 1e-9);
  EXPECT_EQ(whole.Of(Parameter::kCodewordYield).grade, 2);
  EXPECT_EQ(whole.Of(Parameter::kUnusedErrorCorrection).grade, 4);
  EXPECT_EQ(whole.overall, 2);
  EXPECT_EQ(whole.limited_by, Parameter::kCodewordYield);
  // On the line between 0.57 (2) and 0.64 (3).
  EXPECT_EQ(Grade(Symbology::kPdf417).Of(Parameter::kCodewordYield).grade, 2.4);
}

TEST_F(MultiRow, GradesUnusedErrorCorrection) {
  // Level 4: 32 check codewords, 30 of which correct. Each lost codeword is an erasure.
  Draw({.cols = 6, .level = 4, .row_height = 5}, "Unused error correction");
  const int lost = 12;
  for (int i = 0; i < lost; ++i) {
    const auto from = static_cast<float>(17 * (2 + i % 6)), row = static_cast<float>(1 + i / 6);
    Spoil(from + 0.6f, from + 16.4f, row, row + 1);
  }
  const GradeReport report = Grade(Symbology::kPdf417);
  const double unused = 1 - lost / 30.0;
  EXPECT_NEAR(report.Of(Parameter::kUnusedErrorCorrection).value, unused, 1e-9);
  // 0.60, on the line between 0.50 (3) and 0.62 (4).
  EXPECT_EQ(report.Of(Parameter::kUnusedErrorCorrection).grade, 3.8);
}

TEST_F(MultiRow, GradesACompactSymbolByItsStartPattern) {
  Draw({.compact = true, .cols = 3}, "Compact");
  const GradeReport report = Grade(Symbology::kPdf417);
  EXPECT_EQ(grader_.scans().size(), 10u);
  EXPECT_DOUBLE_EQ(report.Of(Parameter::kCodewordYield).value, 1);
  EXPECT_EQ(report.overall, 3.8);
}

TEST_F(MultiRow, FailsWhereAPatternIsCut) {
  Draw({.cols = 4}, "The start pattern is cut over its whole height");
  Spoil(9, 11, 0, static_cast<float>(symbol_.rows));
  const GradeReport report = Grade(Symbology::kPdf417);
  EXPECT_EQ(report.Of(Parameter::kEdgeDetermination).grade, 0);
  EXPECT_EQ(report.overall, 0);
}

TEST_F(MultiRow, SaysThatNothingIsRead) {
  Draw({.cols = 4}, "Nothing");
  Spoil(0, static_cast<float>(symbol_.modules.cols), 0, static_cast<float>(symbol_.rows));
  const GradeReport report = Grade(Symbology::kPdf417);
  EXPECT_EQ(report.Of(Parameter::kDecode).grade, 0);
  EXPECT_EQ(report.overall, 0);
  EXPECT_TRUE(report.Has(Indication::kReaderOnly));
}

}  // namespace
}  // namespace veriline::grading
