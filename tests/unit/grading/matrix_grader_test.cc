// SPDX-License-Identifier: Apache-2.0
#include "grading/matrix_grader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "grading/hints.h"
#include "tests/support/graded_symbol.h"

namespace veriline::grading {
namespace {

using testing::Drawing;
using testing::GradedSymbol;
using ::testing::HasSubstr;

GradingSpec SpecOf(Edition edition) {
  GradingSpec spec;
  spec.edition = edition;
  return spec;
}

Result<GradeReport> TryGrade(const Drawing& d, const GradingSpec& spec,
                             DecodedBy by = DecodedBy::kReferenceDecode) {
  static const calibration::Calibration kCalibration = testing::DrawingCalibration();
  MatrixGrader grader;
  return grader.GradeAsRead(d.view(), &kCalibration, d.grid, spec, by);
}

GradeReport Graded(const GradedSymbol& symbol, const GradingSpec& spec,
                   testing::Pose pose = {.module_px = 10, .margin_modules = 21}) {
  const auto report = TryGrade(symbol.Draw(pose), spec);
  if (!report) throw std::runtime_error(report.error().text);
  return *report;
}

constexpr Edition kEditions[] = {Edition::k15415_2011, Edition::k15415_2024, Edition::k29158_2011,
                                 Edition::k29158_2020};

bool HasHint(const GradeReport& report, HintKind kind) {
  for (const Hint& h : report.hints.all()) {
    if (h.kind == kind) return true;
  }
  return false;
}

TEST(MatrixGrader, APerfectSymbolHasFourInEveryEdition) {
  for (const Edition edition : kEditions) {
    for (const auto& symbol : {GradedSymbol::DataMatrix(22), GradedSymbol::DataMatrix(32),
                               GradedSymbol::Qr(2), GradedSymbol::Qr(7)}) {
      GradingSpec spec = SpecOf(edition);
      spec.system_response = 1;
      const GradeReport report = Graded(symbol, spec);
      EXPECT_EQ(report.overall, 4) << Name(edition);
      EXPECT_EQ(report.letter(), 'A');
      EXPECT_FALSE(report.extreme_reflectance);
      for (size_t i = 0; i < kParameterCount; ++i) {
        const ParameterGrade& p = report.parameters[i];
        if (p.graded()) {
          EXPECT_EQ(p.grade, 4) << Name(static_cast<Parameter>(i)) << ", " << Name(edition);
        }
      }
    }
  }
}

TEST(MatrixGrader, TurnsMirrorsAndInversionChangeNoGrade) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.growth_x = 0.2;
  symbol.Flip(5, 0);
  symbol.DamageCodeword(3);
  const GradingSpec spec = SpecOf(Edition::k15415_2011);
  const GradeReport straight = Graded(symbol, spec);
  for (const double angle : {90.0, 180.0, 270.0}) {
    for (const bool mirrored : {false, true}) {
      const GradeReport turned =
          Graded(symbol, spec,
                 {.module_px = 10, .angle_deg = angle, .margin_modules = 21, .mirrored = mirrored});
      for (size_t i = 0; i < kParameterCount; ++i) {
        const ParameterGrade &a = straight.parameters[i], &b = turned.parameters[i];
        EXPECT_EQ(a.graded(), b.graded());
        if (a.graded()) {
          EXPECT_EQ(a.grade, b.grade) << angle << ": " << Name(static_cast<Parameter>(i));
        }
        if (!std::isnan(a.value)) {
          EXPECT_NEAR(a.value, b.value, 0.004) << Name(static_cast<Parameter>(i));
        }
      }
      EXPECT_NEAR(turned.growth.x, 0.2, 0.01);
      EXPECT_NEAR(turned.growth.y, 0, 0.01);
    }
  }
}

TEST(MatrixGrader, ALightSymbolOnDarkGroundIsGradedAlike) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.grid.inverted = true;
  // IsDark is false outside the symbol, which for this one means dark ground.
  const GradeReport report = Graded(symbol, SpecOf(Edition::k15415_2024));
  EXPECT_EQ(report.overall, 4);
  EXPECT_EQ(report.fixed_patterns.segments()[0].wrong, 0);
}

TEST(MatrixGrader, WhatOnlyTheReaderReadHasNoGrade) {
  const Drawing d = GradedSymbol::DataMatrix(16).Draw({.module_px = 10});
  const auto report = TryGrade(d, SpecOf(Edition::k15415_2024), DecodedBy::kReaderOnly);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->overall, 0);
  EXPECT_EQ(report->limited_by, Parameter::kDecode);
  EXPECT_TRUE(report->Has(Indication::kReaderOnly));
  EXPECT_EQ(report->Of(Parameter::kSymbolContrast).grade, 4) << "informative";
}

TEST(MatrixGrader, StatesTheFormalGradeOnlyWhenAllIsKnown) {
  const Drawing d = GradedSymbol::DataMatrix(16).Draw({.module_px = 10, .margin_modules = 21});
  auto calibration = testing::DrawingCalibration();  // 0.025 mm a px: X = 0.25 mm
  MatrixGrader grader;
  GradingSpec spec = SpecOf(Edition::k15415_2024);
  const auto formal = grader.GradeAsRead(d.view(), &calibration, d.grid, spec);
  ASSERT_TRUE(formal);
  EXPECT_TRUE(formal->formal());
  EXPECT_EQ(FormalGrade(*formal), "4.0/08/660");
  EXPECT_NEAR(formal->x_mm, 0.25, 1e-4);

  spec.aperture.mm = 0.15;
  spec.lighting = {'3', '0', 'T'};
  spec.wavelength_nm = 0;
  const auto other = grader.GradeAsRead(d.view(), &calibration, d.grid, spec);
  ASSERT_TRUE(other);
  EXPECT_EQ(FormalGrade(*other), "4.0/06/W/30T");
  EXPECT_NEAR(other->aperture_x_ratio, 0.6, 1e-3);

  // Quiet zone, but not the 20 X around it: formal all the same, and told.
  const Drawing close = GradedSymbol::DataMatrix(16).Draw({.module_px = 10, .margin_modules = 3});
  const auto unseen = grader.GradeAsRead(close.view(), &calibration, close.grid, spec);
  ASSERT_TRUE(unseen);
  EXPECT_TRUE(unseen->Has(Indication::kMarginUnseen));
  EXPECT_TRUE(unseen->formal());

  const auto nothing = grader.GradeAsRead(d.view(), nullptr, d.grid, SpecOf(Edition::k15415_2024));
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->formal());
  for (const Indication i : {Indication::kNoReflectance, Indication::kNoScale,
                             Indication::kNoWavelength, Indication::kNoLighting}) {
    EXPECT_TRUE(nothing->Has(i)) << Name(i);
  }
  EXPECT_EQ(FormalGrade(*nothing), "3.5/-/-") << "grey 30 to 190 are a contrast of 0.63";
}

TEST(MatrixGrader, DirectPartMarksTakeTheBetterAperture) {
  GradingSpec spec = SpecOf(Edition::k29158_2020);
  spec.lighting = {'3', '0', 'Q'};
  GradedSymbol symbol = GradedSymbol::DataMatrix(16);
  // Dark modules of half their width fill 0.5 X nearly, but little of 0.8 X.
  for (int row = 0; row < 16; ++row) {
    for (int col = 0; col < 16; ++col) {
      if (symbol.grid.Dark(row, col)) symbol.SetSide(row, col, 0.62);
    }
  }
  const GradeReport report = Graded(symbol, spec, {.module_px = 20, .margin_modules = 21});
  EXPECT_NEAR(report.aperture_x_ratio, 0.5, 1e-6);
  EXPECT_THAT(FormalGrade(report), ::testing::StartsWith("DPM"));
  EXPECT_THAT(FormalGrade(report), ::testing::EndsWith("/10/660/30Q"));
  EXPECT_TRUE(report.Has(Indication::kNoSystemResponse));
}

TEST(MatrixGrader, MinimumReflectanceFollowsTheResponse) {
  const Drawing d = GradedSymbol::DataMatrix(16).Draw({.module_px = 10, .margin_modules = 21});
  auto calibration = testing::DrawingCalibration();
  calibration.system_response = 1;
  GradingSpec spec = SpecOf(Edition::k29158_2011);
  MatrixGrader grader;
  for (const auto& [response, value, grade] : {std::tuple{10.0, 0.085, 4.0}, {20.0, 0.0425, 0.0}}) {
    spec.system_response = response;
    const auto report = grader.GradeAsRead(d.view(), &calibration, d.grid, spec);
    ASSERT_TRUE(report);
    EXPECT_NEAR(report->Of(Parameter::kMinimumReflectance).value, value, 0.001);
    EXPECT_EQ(report->Of(Parameter::kMinimumReflectance).grade, grade);
  }
  spec.lighting = {'9', '0'};
  const auto on_axis = grader.GradeAsRead(d.view(), &calibration, d.grid, spec);
  ASSERT_TRUE(on_axis);
  EXPECT_FALSE(on_axis->Of(Parameter::kMinimumReflectance).measured()) << "not defined at 90°";
}

TEST(MatrixGrader, AnAsteriskTellsOfGlareAroundTheSymbol) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.light = 0.50;  // SC 0.45, which 1.0 beside it would make 0.95
  const GradeReport plain = Graded(symbol, SpecOf(Edition::k15415_2011));
  EXPECT_FALSE(plain.extreme_reflectance);
  symbol.ground = [](double x, double y) {
    return x > -12 && x < -8 && y > 3 && y < 8 ? 0.95 : NAN;
  };
  const GradeReport glare = Graded(symbol, SpecOf(Edition::k15415_2011));
  EXPECT_TRUE(glare.extreme_reflectance);
  EXPECT_EQ(glare.overall, plain.overall) << "the grade is not lowered";
  EXPECT_THAT(FormalGrade(glare), HasSubstr("*/"));
  EXPECT_TRUE(HasHint(glare, HintKind::kGlare));
  // Farther than 20 X beyond the quiet zone it does not count.
  symbol.ground = [](double x, double y) {
    return x > -27 && x < -23 && y > 3 && y < 8 ? 0.95 : NAN;
  };
  const GradeReport far =
      Graded(symbol, SpecOf(Edition::k15415_2011), {.module_px = 10, .margin_modules = 28});
  EXPECT_FALSE(far.extreme_reflectance);
}

TEST(MatrixGrader, OneHotPixelCountsIn2011AndNotIn2024) {  // grading.md 12, row 6
  Drawing d = GradedSymbol::DataMatrix(16).Draw({.module_px = 20});
  const Point place = d.grid.Center(8, 8);
  d.pixels[static_cast<size_t>(place.y) * static_cast<size_t>(d.width) +
           static_cast<size_t>(place.x)] = 220;
  GradingSpec spec = SpecOf(Edition::k15415_2011);
  spec.aperture.x_ratio = 0.01;  // off
  EXPECT_NEAR(TryGrade(d, spec)->Of(Parameter::kSymbolContrast).value, 0.95, 0.003);
  spec.edition = Edition::k15415_2024;
  EXPECT_NEAR(TryGrade(d, spec)->Of(Parameter::kSymbolContrast).value, 0.80, 0.003);
}

TEST(MatrixGrader, TheMeanOfImagesIsTakenAtTheEnd) {
  GradeReport a, b, c;
  a.overall = 4, b.overall = 3, c.overall = 3;
  c.extreme_reflectance = true;
  const GradeReport images[] = {a, b, c};
  const MeanGrade mean = MeanOf(images);
  EXPECT_DOUBLE_EQ(mean.grade, 3.3);
  EXPECT_EQ(mean.letter(), 'B');
  EXPECT_TRUE(mean.extreme_reflectance);
}

// Bad input.

TEST(BadInput, IsToldWithAdvice) {
  const Drawing d = GradedSymbol::DataMatrix(16).Draw({.module_px = 10});
  const auto calibration = testing::DrawingCalibration();
  MatrixGrader grader;
  const auto said = [&](const FrameView& view, const SampledGrid& grid, const GradingSpec& spec,
                        const calibration::Calibration* c) -> std::string {
    const auto report = grader.GradeAsRead(view, c, grid, spec);
    return report ? "graded" : report.error().text;
  };
  const GradingSpec spec = SpecOf(Edition::k15415_2024);
  EXPECT_THAT(said({}, d.grid, spec, &calibration), HasSubstr("no picture"));
  const uint8_t one = 0;
  EXPECT_THAT(said({&one, 1, 1, 1}, d.grid, spec, &calibration), HasSubstr("partly outside"));

  GradingSpec wide = spec;
  wide.aperture.mm = 10;  // the symbol is 4 mm
  EXPECT_THAT(said(d.view(), d.grid, wide, &calibration), HasSubstr("wider than the symbol"));
  wide.aperture.mm = 0.2;
  EXPECT_THAT(said(d.view(), d.grid, wide, nullptr), HasSubstr("needs the scale"));

  SampledGrid grid = d.grid;
  for (Point& p : grid.outline.corners) p = p + Point{60, 0};
  EXPECT_THAT(said(d.view(), grid, spec, &calibration), HasSubstr("partly outside"));
  grid = d.grid;
  for (Point& p : grid.centers) p = p + Point{500, 0};
  EXPECT_THAT(said(d.view(), grid, spec, &calibration), HasSubstr("leaves the patch"));
  grid = d.grid;
  grid.outline.corners[0].x = NAN;
  EXPECT_THAT(said(d.view(), grid, spec, &calibration), HasSubstr("not finite"));
  grid = d.grid;
  std::swap(grid.outline.corners[1], grid.outline.corners[2]);
  EXPECT_THAT(said(d.view(), grid, spec, &calibration), HasSubstr("no quadrilateral"));
  grid = d.grid;
  grid.symbology = Symbology::kQr;
  EXPECT_THAT(said(d.view(), grid, spec, &calibration), HasSubstr("does not fit its symbology"));
  grid = d.grid;
  grid.dark.pop_back();
  EXPECT_THAT(said(d.view(), grid, spec, &calibration), HasSubstr("does not fit"));

  const Drawing tiny = GradedSymbol::DataMatrix(16).Draw({.module_px = 1.5});
  EXPECT_THAT(said(tiny.view(), tiny.grid, spec, &calibration), HasSubstr("go closer"));
  EXPECT_FALSE(MatrixGrader().Grade(d.grid, DecodedBy::kReferenceDecode)) << "not prepared";
}

TEST(BadInput, AnEvenPictureIsGradedZero) {
  for (const uint8_t grey : {0, 128, 255}) {
    Drawing d = GradedSymbol::DataMatrix(16).Draw({.module_px = 10});
    std::fill(d.pixels.begin(), d.pixels.end(), grey);
    for (const Edition edition : kEditions) {
      const auto report = TryGrade(d, SpecOf(edition));
      ASSERT_TRUE(report) << report.error().text;
      EXPECT_EQ(report->overall, 0) << Name(edition) << ", grey " << int{grey};
      EXPECT_TRUE(std::isfinite(report->uncertainty));
    }
  }
}

TEST(BadInput, AMissingQuietZoneIsNotGradedAsIfItHadBeenSeen) {
  const Drawing whole = GradedSymbol::DataMatrix(16).Draw({.module_px = 10, .margin_modules = 0});
  Drawing d = whole;
  const Rect box = BoundsOf(d.grid.outline);  // cut at the symbol's edge
  const FrameView cut = whole.view().Crop(box);
  for (Point& p : d.grid.centers)
    p = p - Point{static_cast<float>(box.x), static_cast<float>(box.y)};
  for (Point& p : d.grid.outline.corners) {
    p = p - Point{static_cast<float>(box.x), static_cast<float>(box.y)};
  }
  const auto calibration = testing::DrawingCalibration();
  MatrixGrader grader;
  const auto report = grader.GradeAsRead(cut, &calibration, d.grid, SpecOf(Edition::k15415_2024));
  ASSERT_TRUE(report) << report.error().text;
  EXPECT_TRUE(report->Has(Indication::kQuietZoneUnseen));
  EXPECT_TRUE(report->Has(Indication::kMarginUnseen));
  EXPECT_FALSE(report->formal());
  EXPECT_EQ(report->fixed_patterns.all[static_cast<size_t>(SegmentName::kQzl1)].modules, 0);
}

TEST(BadInput, SpecsAreChecked) {
  GradingSpec spec;
  EXPECT_TRUE(spec.Validate());
  spec.lighting = {'4', '6', 'Q'};
  EXPECT_EQ(spec.Validate().error().key, "lighting");
  spec = {};
  spec.aperture.mm = -1;
  EXPECT_FALSE(spec.Validate());
  spec = {};
  spec.wavelength_nm = 66;
  EXPECT_FALSE(spec.Validate());
}

// Hints.

TEST(Hints, TellGrowthInMicrometresAndDirection) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.growth_x = 0.15;
  const GradeReport report = Graded(symbol, SpecOf(Edition::k15415_2024));
  ASSERT_FALSE(report.hints.all().empty());
  const Hint& first = report.hints.all()[0];
  EXPECT_EQ(first.kind, HintKind::kInkSpread);
  EXPECT_TRUE(first.along_x);
  EXPECT_NEAR(first.amount_um, 37.5, 1.5) << "0.15 of 250 µm";
  EXPECT_THAT(Describe(first), HasSubstr("too wide across"));
  EXPECT_EQ(report.limited_by, Parameter::kPrintGrowth);
}

TEST(Hints, SeeADeadNozzle) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  for (int row = 0; row < 22; ++row) {
    if (symbol.grid.Dark(row, 9)) symbol.Flip(row, 9);
  }
  const GradeReport report = Graded(symbol, SpecOf(Edition::k15415_2024));
  ASSERT_TRUE(HasHint(report, HintKind::kDeadNozzle));
  const Hint& first = report.hints.all()[0];
  EXPECT_EQ(first.kind, HintKind::kDeadNozzle);
  EXPECT_EQ(first.index, 9);
  EXPECT_FALSE(first.along_x) << "a column";
  EXPECT_THAT(Describe(first), HasSubstr("column 9"));
}

TEST(Hints, SeeBlurLowInkAndTheWorstModule) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(22);
  symbol.dark = 0.40;
  const auto [row, col] = symbol.ModuleOf(5, true);
  symbol.SetReflectance(row, col, 0.58);
  const GradeReport report = Graded(symbol, SpecOf(Edition::k15415_2024),
                                    {.module_px = 10, .blur_px = 3, .margin_modules = 21});
  EXPECT_TRUE(HasHint(report, HintKind::kBlur)) << report.growth.sharpness;
  EXPECT_TRUE(HasHint(report, HintKind::kLowInk));
  bool found = false;
  for (const Hint& h : report.hints.all()) {
    found = found || (h.kind == HintKind::kWorstModule && h.row == row && h.col == col);
  }
  EXPECT_TRUE(found);
  EXPECT_FALSE(
      HasHint(Graded(GradedSymbol::DataMatrix(22), SpecOf(Edition::k15415_2024)), HintKind::kBlur));
}

}  // namespace
}  // namespace veriline::grading
