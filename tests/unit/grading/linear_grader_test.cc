// SPDX-License-Identifier: Apache-2.0
// The rows of grading.md, section 12, for linear symbols, in each symbology; and bad input.
#include "grading/linear_grader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>

#include "tests/support/graded_linear.h"

namespace veriline::grading {
namespace {

using testing::Draw;
using testing::GreyOf;
using testing::LinearCase;
using testing::LinearPicture;
using testing::LinearRow;
using testing::LinearSample;
using testing::SymbolOf;

constexpr auto kOld = Edition::k15416_2000, kNew = Edition::k15416_2016;

GradingSpec SpecOf(Edition edition, double aperture_x) {
  GradingSpec spec;
  spec.linear_edition = edition;
  spec.linear_aperture.x_ratio = aperture_x;
  return spec;
}

GradeReport Graded(const LinearSample& sample, const LinearPicture& picture,
                   const GradingSpec& spec, LinearGrader* grader, bool turned = false) {
  static const calibration::Calibration calibration = testing::LinearCalibration();
  const Symbol symbol = SymbolOf(sample, picture, turned);
  const auto report = grader->Grade(picture.view(), &calibration, symbol, spec);
  if (!report) throw std::runtime_error(report.error().text);
  return *report;
}

/// What a row asserts. Grades below 0 are not asserted: they lie on a threshold.
struct Expected {
  Parameter parameter;
  double value;
  double whole = -1, tenths = -1;
};
struct Row {
  std::string name;
  LinearCase how;
  std::vector<Expected> expected;
};

void SetLevel(LinearRow* row, size_t element, double reflectance) {
  row->levels[element + 1] = GreyOf(reflectance);
}

/// A stripe one X wide in the middle of the widest bar or space.
auto Stripe(bool bar, double reflectance) {
  return [=](const LinearSample& s, LinearRow* row) {
    const size_t element = s.Widest(bar);
    const double middle = s.Begin(element) + s.widths[element] / 2;
    testing::AddStripe(row, middle - 0.5, middle + 0.5, GreyOf(reflectance));
  };
}
auto Space(double reflectance) {
  return
      [=](const LinearSample& s, LinearRow* row) { SetLevel(row, s.Widest(false), reflectance); };
}

LinearCase With(std::function<void(const LinearSample&, LinearRow*)> damage) {
  LinearCase how;
  how.damage = std::move(damage);
  return how;
}
LinearCase Levels(double light, double dark) {
  LinearCase how;
  how.ink.light = how.shot.ground = GreyOf(light);
  how.ink.dark = GreyOf(dark);
  return how;
}
LinearCase Growth(double g) {
  LinearCase how;
  how.ink.growth_x = g;
  return how;
}

double TenthsOf(const ThresholdTable& table, double v) {
  return RoundToTenth(GradeOf(table, v, Scale::kTenths));
}
double WholeOf(const ThresholdTable& table, double v) { return GradeOf(table, v, Scale::kWhole); }

std::vector<Row> RowsOf(const LinearSample& s) {
  std::vector<Row> rows;
  rows.push_back({"57 as it should be",
                  {},
                  {{Parameter::kSymbolContrast, 0.80, 4, 4.0},
                   {Parameter::kEdgeContrastMin, 0.80, 4, 4.0},
                   {Parameter::kModulation, 1, 4, 4.0},
                   {Parameter::kDefects, 0, 4, 4.0},
                   {Parameter::kDecodability, 1, 4, 4.0},
                   {Parameter::kPrintGrowth, 0}}});
  rows.push_back(
      {"58 a space at 0.57",
       With(Space(0.57)),
       {{Parameter::kEdgeContrastMin, 0.52, 4, 4.0}, {Parameter::kModulation, 0.65, 3, 3.5}}});
  rows.push_back(
      {"59 a space at 0.49", With(Space(0.49)), {{Parameter::kModulation, 0.55, 2, 2.5}}});
  struct Depth {
    double reflectance, value, whole, tenths;
  };
  for (const Depth d : {Depth{0.194, 0.18, 3, 3.4}, Depth{0.226, 0.22, 2, 2.6},
                        Depth{0.258, 0.26, 1, 1.8}, Depth{0.306, 0.32, 0, 0}}) {
    char name[64];
    std::snprintf(name, sizeof name, "60 a void at %.3f", d.reflectance);
    rows.push_back({name,
                    With(Stripe(true, d.reflectance)),
                    {{Parameter::kDefects, d.value, d.whole, d.tenths}}});
    std::snprintf(name, sizeof name, "60 a spot at %.3f", 0.90 - d.reflectance);
    rows.push_back({name,
                    With(Stripe(false, 0.90 - d.reflectance)),
                    {{Parameter::kDefects, d.value, d.whole, d.tenths}}});
  }
  rows.push_back({"61 grey on grey",
                  Levels(0.60, 0.35),
                  {{Parameter::kRMin, 0.35, 0, 0}, {Parameter::kSymbolContrast, 0.25, 1, 1.3}}});
  rows.push_back(
      {"70 dark ground", Levels(0.53, 0.07), {{Parameter::kSymbolContrast, 0.46, 2, 2.4}}});
  for (const double g : {0.10, 0.30, 0.40, -0.10}) {
    const double v = s.grown(std::abs(g));
    char name[64];
    std::snprintf(name, sizeof name, "62 bars wider by %.2f X", g);
    rows.push_back({name,
                    Growth(g),
                    {{Parameter::kDecodability, v, WholeOf(kDecodabilityTable, v),
                      TenthsOf(kDecodabilityTable, v)},
                     {Parameter::kPrintGrowth, g}}});
  }
  for (const double d : {0.20, 0.25, 0.30, 0.37}) {
    const double v = s.moved(d);
    const bool on_threshold = std::abs(v - 0.5) < 0.01;
    char name[64];
    std::snprintf(name, sizeof name, "63 an edge moved by %.2f X", d);
    rows.push_back(
        {name,
         With([d](const LinearSample& of, LinearRow* row) { row->edges[of.edge] += d; }),
         {{Parameter::kDecodability, v, on_threshold ? -1 : WholeOf(kDecodabilityTable, v),
           on_threshold ? -1 : TenthsOf(kDecodabilityTable, v)}}});
  }
  return rows;
}

using Worst = std::map<Parameter, double>;

void Check(const LinearSample& sample, const Row& row, const LinearCase& how, double aperture_x,
           double tolerance, bool grades, LinearGrader* grader, Worst* worst) {
  const LinearPicture picture = Draw(sample, how);
  for (const Edition edition : {kOld, kNew}) {
    const GradeReport report = Graded(sample, picture, SpecOf(edition, aperture_x), grader);
    EXPECT_EQ(report.scans, 10);
    for (const Expected& e : row.expected) {
      const ParameterGrade& got = report.Of(e.parameter);
      EXPECT_NEAR(got.value, e.value, tolerance)
          << sample.name << ", row " << row.name << ", " << Name(e.parameter);
      double& off = (*worst)[e.parameter];
      off = std::max(off, std::abs(got.value - e.value));
      const double grade = edition == kOld ? e.whole : e.tenths;
      if (!grades || grade < 0) continue;
      // A value may be off by a few thousandths, and so a grade in tenths by one.
      EXPECT_NEAR(got.grade, grade, edition == kOld ? 0 : 0.101)
          << sample.name << ", row " << row.name << ", " << Name(e.parameter);
      EXPECT_LE(report.overall, got.grade);
    }
  }
}

void Print(const char* title, const std::map<std::string, Worst>& all) {
  std::printf("%s\n", title);
  for (const auto& [name, worst] : all) {
    std::printf("  %-10s", name.c_str());
    for (const auto& [parameter, off] : worst) {
      std::printf("  %s %.4f", std::string(Name(parameter)).c_str(), off);
    }
    std::printf("\n");
  }
}

TEST(AnalyticLinear, LargeAndClean) {
  LinearGrader grader;
  std::map<std::string, Worst> worst;
  for (const LinearSample& sample : LinearSample::All()) {
    for (const Row& row : RowsOf(sample)) {
      Check(sample, row, row.how, 0.25, 0.008, true, &grader, &worst[sample.name]);
    }
  }
  Print("worst errors at 40 px an X:", worst);
}

TEST(AnalyticLinear, SmallBlurredNoisyAndTurned) {
  LinearGrader grader;
  std::map<std::string, Worst> worst;
  uint32_t seed = 1;
  for (const LinearSample& sample : LinearSample::All()) {
    for (const Row& row : RowsOf(sample)) {
      LinearCase how = row.how;
      how.shot.x_px = 6;
      how.shot.blur_sigma_px = 0.5;
      how.shot.noise_sigma = 2;
      how.shot.degrees = 13.0 * (seed % 28);
      how.shot.shift_px = {0.1f * static_cast<float>(seed % 7),
                           0.1f * static_cast<float>(seed % 5)};
      how.shot.margin_px = 8;
      how.shot.seed = ++seed;
      how.ink.height_x = 12;
      Check(sample, row, how, 0.5, 0.08, false, &grader, &worst[sample.name]);
    }
  }
  Print("worst errors at 6 px an X, sigma 0.5 px, noise 2:", worst);
}

TEST(AnalyticLinear, SpaceBelowTheThresholdCostsTheScan) {  // row 59
  LinearGrader grader;
  for (const LinearSample& sample : LinearSample::All()) {
    for (const double reflectance : {0.41, 0.33}) {
      const LinearPicture picture = Draw(sample, With(Space(reflectance)));
      const GradeReport report = Graded(sample, picture, SpecOf(kNew, 0.25), &grader);
      EXPECT_EQ(report.overall, 0) << sample.name;
      EXPECT_EQ(report.Of(Parameter::kDecode).grade, 0);
      EXPECT_EQ(report.Of(Parameter::kEdgeDetermination).grade, 0);
      EXPECT_TRUE(report.Has(Indication::kReaderOnly));
      EXPECT_NEAR(report.Of(Parameter::kSymbolContrast).value, 0.80, 0.008);
    }
  }
}

TEST(AnalyticLinear, QuietZone) {  // row 64
  LinearGrader grader;
  for (const LinearSample& sample : LinearSample::All()) {
    const auto wanted = symbology::linear::QuietZonesOf(sample.symbology, false);
    if (wanted.left == 0) continue;
    for (const bool left : {true, false}) {
      for (const double share : {0.9, 1.0, 1.2}) {
        LinearCase how;
        how.shot.ground = GreyOf(0.05);
        how.shot.margin_px = 100;
        how.shot.quiet_left_x = 14;
        how.shot.quiet_right_x = 14;
        (left ? how.shot.quiet_left_x : how.shot.quiet_right_x) =
            share * static_cast<double>(left ? wanted.left : wanted.right);
        const LinearPicture picture = Draw(sample, how);
        for (const bool turned : {false, true}) {
          const GradeReport report = Graded(sample, picture, SpecOf(kNew, 0.25), &grader, turned);
          EXPECT_EQ(report.Of(Parameter::kQuietZone).grade, share < 1 ? 0 : 4) << sample.name;
          EXPECT_NEAR(report.Of(Parameter::kQuietZone).value, std::min(share, 1.0), 0.01);
          EXPECT_EQ(report.overall, share < 1 ? 0 : 4) << sample.name << share << left;
          // The dark beyond it is no part of the profile.
          EXPECT_NEAR(report.Of(Parameter::kDefects).value, 0, 0.01);
        }
      }
    }
  }
}

TEST(AnalyticLinear, OneScanOfTenFails) {  // row 65
  LinearGrader grader;
  for (const LinearSample& sample : LinearSample::All()) {
    LinearCase how;
    LinearRow whole = testing::PrintRow(sample.widths, how.ink), cut = whole;
    SetLevel(&cut, sample.Widest(false), 0.33);
    whole.height_x = 4.2, cut.height_x = 0.8;  // the fifth scan lies at 4.6 of 10
    LinearRow below = whole;
    below.height_x = 5;
    const std::array<LinearRow, 3> rows = {whole, cut, below};
    const LinearPicture picture = testing::DrawLinear(rows, how.shot);
    for (const Edition edition : {kOld, kNew}) {
      const GradeReport report = Graded(sample, picture, SpecOf(edition, 0.25), &grader);
      EXPECT_DOUBLE_EQ(report.overall, 3.6) << sample.name;
      EXPECT_EQ(report.worst_scan, 4);
      EXPECT_EQ(grader.scans()[4].grade, 0);
      EXPECT_EQ(grader.scans()[3].grade, 4);
    }
  }
}

TEST(AnalyticLinear, RatioOfCode39) {  // row 72
  LinearGrader grader;
  for (const double ratio : {3.0, 2.0}) {
    const LinearSample sample = LinearSample::Code39("LOT-47", ratio);
    const LinearPicture picture = Draw(sample, Growth(0.3));
    const GradeReport report = Graded(sample, picture, SpecOf(kNew, 0.25), &grader);
    EXPECT_NEAR(report.Of(Parameter::kDecodability).value, ratio == 3 ? 0.70 : 0.40, 0.008);
    EXPECT_NEAR(report.Of(Parameter::kDecodability).grade, ratio == 3 ? 4 : 2.2, 0.101);
    EXPECT_NEAR(report.Of(Parameter::kAdditional).value, ratio, 0.01);
    EXPECT_EQ(report.Of(Parameter::kAdditional).grade, 4);
  }
}

TEST(AnalyticLinear, GrowthOfEan13) {  // rows 66 to 69
  struct Case {
    const char* digits;
    bool thirteenth;
    double growth, value, whole, tenths;
  };
  LinearGrader grader;
  for (const Case c : {Case{"5012345678900", true, 0.08, 0.861, 4, 4.0},
                       Case{"5012345678900", true, 0.20, 0.653, 4, 4.0},
                       Case{"5012345678900", true, 0.30, 0.480, 2, 2.8},
                       Case{"5012345678900", false, 0.30, 0.347, 1, 1.8},
                       Case{"4005649306533", true, 0.20, 1.0, 4, 4.0}}) {
    const auto sample = LinearSample::Ean(Symbology::kEan13, c.digits, c.thirteenth);
    const LinearPicture picture = Draw(sample, Growth(c.growth));
    for (const Edition edition : {kOld, kNew}) {
      const GradeReport report = Graded(sample, picture, SpecOf(edition, 0.25), &grader);
      EXPECT_NEAR(report.Of(Parameter::kDecodability).value, c.value, 0.008);
      EXPECT_NEAR(report.Of(Parameter::kDecodability).grade, edition == kOld ? c.whole : c.tenths,
                  edition == kOld ? 0 : 0.101);
    }
  }
}

TEST(AnalyticLinear, RightQuietZoneOfEan13) {  // row 71
  LinearGrader grader;
  const auto sample = LinearSample::Ean(Symbology::kEan13, "5012345678900");
  for (const double right : {6.5, 7.0}) {
    LinearCase how;
    how.shot.quiet_right_x = right;
    how.shot.margin_px = 100;
    how.shot.ground = GreyOf(0.05);
    const GradeReport report = Graded(sample, Draw(sample, how), SpecOf(kNew, 0.25), &grader);
    EXPECT_EQ(report.Of(Parameter::kQuietZone).grade, right < 7 ? 0 : 4);
    EXPECT_EQ(report.overall, right < 7 ? 0 : 4);
    EXPECT_NEAR(report.quiet_right_x, right, 0.02);
  }
}

}  // namespace
}  // namespace veriline::grading
