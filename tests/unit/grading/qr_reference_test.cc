// SPDX-License-Identifier: Apache-2.0
// The QR rows of grading.md, section 12, with the grid of the reference decode: picture → two
// levels → reference decode → grade. Values and grades, and a table of the worst errors against the
// tolerances.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/analytic_cases.h"
#include "tests/support/graded_qr.h"

namespace veriline::grading {
namespace {

using testing::Drawing;
using testing::GradedSymbol;
using testing::Pose;
using testing::ReferenceRig;

struct Tolerance {
  const char* name;
  double sharp;     ///< 20 px a module: a tenth of ISO/IEC 15426-2
  double captured;  ///< with blur and noise: ISO/IEC 15426-2 (grading.md 7.1)
};
/// Print growth has no tolerance in 15426-2: 0.01 X sharp, and 0.03 X captured.
const std::map<Quantity, Tolerance> kTolerances = {
    {Quantity::kRmax, {"Rmax", 0.003, 0.05}},
    {Quantity::kRmin, {"Rmin", 0.003, 0.03}},
    {Quantity::kContrast, {"symbol contrast", 0.006, 0.08}},
    {Quantity::kUniformity, {"contrast uniformity", 0.008, 0.08}},
    {Quantity::kUnused, {"unused error correction", 1e-9, 1e-9}},
    {Quantity::kAxial, {"axial nonuniformity", 0.002, 0.02}},
    {Quantity::kGrid, {"grid nonuniformity", 0.006, 0.06}},
    {Quantity::kGridFit, {"the same by least squares", 0.006, 0.06}},
    {Quantity::kGrowthX, {"print growth x", 0.01, 0.03}},
    {Quantity::kGrowthY, {"print growth y", 0.01, 0.03}},
    {Quantity::kWrong, {"wrong modules of a segment", 1e-9, 1e-9}},
};

double ValueOf(const GradeReport& report, const Expected& e) {
  switch (e.quantity) {
    case Quantity::kRmax:
      return report.levels.rmax;
    case Quantity::kRmin:
      return report.levels.rmin;
    case Quantity::kContrast:
      return report.levels.contrast();
    case Quantity::kUniformity:
      // The threshold of 2024 is not central; the cases hold for 2011.
      return report.edition == Edition::k15415_2024
                 ? kAny
                 : report.Of(Parameter::kContrastUniformity).value;
    case Quantity::kUnused:
      return report.Of(Parameter::kUnusedErrorCorrection).value;
    case Quantity::kAxial:
      return report.Of(Parameter::kAxialNonuniformity).value;
    case Quantity::kGrid:
      return report.Of(Parameter::kGridNonuniformity).value;
    case Quantity::kGridFit:
      return report.grid_least_squares;
    case Quantity::kGrowthX:
      return report.growth.x;
    case Quantity::kGrowthY:
      return report.growth.y;
    case Quantity::kWrong:
      for (const Segment& s : report.fixed_patterns.segments()) {
        if (s.name == e.segment) return s.wrong;
      }
      return kAny;
    default:
      return kAny;
  }
}

/// A case and how its places are moved, if they are.
struct QrCase : AnalyticCase {
  explicit QrCase(AnalyticCase c) : AnalyticCase(std::move(c)) {}
  testing::Movement movement;
};

/// An alignment pattern and what is around it moved by (x, y) X: all of it within 3 modules of its
/// middle, then less and less up to the neighbouring patterns.
QrCase MovedAlignment(const char* row, double x, double y) {
  const auto share = [](double at) {
    constexpr double kMiddle = 22.5, kWhole = 3, kNext = 13;
    return std::clamp((kNext - std::abs(at - kMiddle)) / (kNext - kWhole), 0.0, 1.0);
  };
  AnalyticCase c{row, GradedSymbol::Qr(7), {}};
  c.expected = {{Quantity::kGrid, std::hypot(x, y)},
                {Quantity::kWrong, 0, Parameter::kDecode, kAny, kAny, SegmentName::kC}};
  QrCase out(std::move(c));
  out.movement = [x, y, share](double col, double row_at) {
    const double part = share(col) * share(row_at);
    return Point{static_cast<float>(x * part), static_cast<float>(y * part)};
  };
  testing::MovePlaces(out.movement, &out.symbol);
  return out;
}

GradedSymbol Growing(int version, double x, double y) {
  GradedSymbol symbol = GradedSymbol::Qr(version);
  symbol.growth_x = x;
  symbol.growth_y = y;
  return symbol;
}

std::vector<QrCase> Cases() {
  std::vector<QrCase> cases;
  const auto add = [&](AnalyticCase c) {
    const bool wanted = c.symbol.grid.symbology == Symbology::kQr;
    if (wanted) cases.emplace_back(std::move(c));
  };
  for (AnalyticCase& c : DataMatrixCases()) add(std::move(c));  // some of these rows are QR
  for (AnalyticCase& c : QrCases()) add(std::move(c));
  using enum Quantity;
  for (const int version : {1, 2, 7}) {
    AnalyticCase plain{"plain " + std::to_string(version), GradedSymbol::Qr(version), {}};
    plain.expected = {{kRmax, 0.85}, {kRmin, 0.05}, {kUniformity, 1}, {kUnused, 1}, {kAxial, 0},
                      {kGrid, 0},    {kGridFit, 0}, {kGrowthX, 0},    {kGrowthY, 0}};
    for (const SegmentName s : {SegmentName::kA1, SegmentName::kA2, SegmentName::kA3,
                                SegmentName::kB1, SegmentName::kB2, SegmentName::kC}) {
      if (version == 1 && s == SegmentName::kC) continue;
      plain.expected.push_back({kWrong, 0, Parameter::kDecode, kAny, kAny, s});
    }
    add(std::move(plain));
    AnalyticCase wide{"growth " + std::to_string(version), Growing(version, 0.15, -0.0), {}};
    wide.expected = {{kGrowthX, 0.15}, {kGrowthY, 0}, {kAxial, 0}, {kGrid, 0}, {kUnused, 1}};
    add(std::move(wide));
    AnalyticCase thin{"loss " + std::to_string(version), Growing(version, -0.15, -0.1), {}};
    thin.expected = {{kGrowthX, -0.15}, {kGrowthY, -0.1}, {kAxial, 0}, {kGrid, 0}, {kUnused, 1}};
    add(std::move(thin));
  }
  // A data module at MOD 0.25, in four codewords.
  AnalyticCase weak{"weak", GradedSymbol::Qr(2), {{kUniformity, 0.25}, {kUnused, 1}}};
  for (const int codeword : {3, 11, 20, 31}) {
    const auto [row, col] = weak.symbol.ModuleOf(codeword, false);
    weak.symbol.SetReflectance(row, col, 0.55);
  }
  add(std::move(weak));
  cases.push_back(MovedAlignment("moved 0.30", 0.30, 0));
  cases.push_back(MovedAlignment("moved 0.50", -0.30, 0.40));
  return cases;
}

class Accuracy {
 public:
  explicit Accuracy(bool sharp) : sharp_(sharp) {}

  void Run(const std::vector<QrCase>& cases, const std::vector<Pose>& poses) {
    for (const QrCase& one : cases) {
      for (const Pose& pose : poses) {
        Drawing drawing = one.symbol.Draw(pose);
        if (one.movement) testing::MoveGrid(one.movement, &drawing);
        for (const Edition edition : {Edition::k15415_2011, Edition::k15415_2024}) {
          Check(one, pose, drawing, edition);
        }
      }
    }
  }

  void Print(const char* title) const {
    std::printf("%-32s %6s %10s %10s  %s\n", title, "values", "worst", "tolerance", "at");
    for (const auto& [quantity, worst] : worst_) {
      const Tolerance& t = kTolerances.at(quantity);
      std::printf("%-32s %6d %10.5f %10.5f  %s\n", t.name, worst.count, worst.error,
                  sharp_ ? t.sharp : t.captured, worst.where.c_str());
    }
  }

 private:
  struct Worst {
    double error = 0;
    std::string where;
    int count = 0;
  };

  void Check(const QrCase& one, const Pose& pose, const Drawing& drawing, Edition edition) {
    const std::string where = "row " + one.row + ", " + std::string(Name(edition)) + ", " +
                              std::to_string(static_cast<int>(pose.module_px)) + " px, " +
                              std::to_string(static_cast<int>(pose.angle_deg)) + "°";
    ASSERT_TRUE(rig_.Decode(drawing, ReferenceRig::StartOf(drawing), edition))
        << where << ": " << Name(rig_.decoder.failed_at());
    const SampledGrid& grid = rig_.grid;
    EXPECT_EQ(grid.dark, drawing.grid.dark) << where;
    EXPECT_EQ(grid.codeword, drawing.grid.codeword) << where;
    const auto report = rig_.grader.Grade(grid, DecodedBy::kReferenceDecode);
    ASSERT_TRUE(report) << where << ": " << report.error().text;
    for (const Expected& e : one.expected) {
      const double value = ValueOf(*report, e);
      if (!std::isnan(e.value) && !std::isnan(value)) {
        const double error = std::abs(value - e.value);
        Worst& worst = worst_[e.quantity];
        ++worst.count;
        if (error >= worst.error) worst.error = error, worst.where = where;
        const Tolerance& t = kTolerances.at(e.quantity);
        EXPECT_LE(error, sharp_ ? t.sharp : t.captured)
            << where << ": " << t.name << " is " << value << ", not " << e.value;
      }
      // Grades are looked at where the value has no noise to cross a threshold with; those of
      // counted modules always.
      const bool counted = e.parameter == Parameter::kFixedPatternDamage ||
                           e.parameter == Parameter::kFormatInformation ||
                           e.parameter == Parameter::kUnusedErrorCorrection;
      const double grade = InTenths(edition) ? e.tenths : e.whole;
      if ((sharp_ || counted) && !std::isnan(grade)) {
        constexpr double slack = 0.001;
        EXPECT_NEAR(report->Of(e.parameter).grade, grade, slack)
            << where << ": " << Name(e.parameter);
      }
    }
  }

  bool sharp_;
  ReferenceRig rig_;
  std::map<Quantity, Worst> worst_;
};

/// The daily run takes the large drawings in one direction.
std::vector<Pose> Poses(double module_px, double blur_px, double noise_grey) {
  const bool all = module_px < 20 || std::getenv("VERILINE_ALL_QR") != nullptr;
  std::vector<Pose> poses;
  for (const double angle : {0.0, 17.0, 90.0}) {
    if (!all && angle != 17) continue;
    poses.push_back({.module_px = module_px,
                     .angle_deg = angle,
                     .shift_x_px = angle == 17 ? 0.37 : 0,
                     .shift_y_px = angle == 17 ? 0.21 : 0,
                     .blur_px = blur_px,
                     .noise_grey = noise_grey,
                     .seed = static_cast<uint32_t>(angle * 10 + module_px)});
  }
  return poses;
}

TEST(AnalyticQr, At20PxIsRightToATenthOfTheTolerance) {
  Accuracy accuracy(true);
  accuracy.Run(Cases(), Poses(20, 0, 0));
  accuracy.Print("QR, reference decode, 20 px");
}

TEST(AnalyticQr, At10PxWithBlurAndNoiseItHoldsTheTolerance) {
  Accuracy accuracy(false);
  accuracy.Run(Cases(), Poses(10, 0.6, 2));
  accuracy.Print("10 px, blur 0.6 px, noise 2");
}

/// Below 10 px 15426-2 promises nothing; what holds all the same is held to it.
TEST(AnalyticQr, At6PxItHoldsTheToleranceToo) {
  Accuracy accuracy(false);
  accuracy.Run(Cases(), Poses(6, 0.4, 2));
  accuracy.Print("6 px, blur 0.4 px, noise 2");
}

}  // namespace
}  // namespace veriline::grading
