// SPDX-License-Identifier: Apache-2.0
// The analytic cases of grading.md, section 12: symbols drawn from the answer, values and grades in
// both editions, and a table of the worst errors against the tolerances: picture → two levels →
// reference decode, begun half a module off → grade.
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
#include "tests/support/grade_drawing.h"
#include "tests/support/graded_qr.h"

namespace veriline::grading {
namespace {

using testing::Drawing;
using testing::GradedSymbol;
using testing::Pose;

struct Tolerance {
  const char* name;
  double sharp;     ///< 20 px a module: a tenth of ISO/IEC 15426-2
  double captured;  ///< 10 px, blur and noise: ISO/IEC 15426-2 (grading.md 7.1)
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
    {Quantity::kModulationUec, {"notional UEC at level 4", 1e-9, 1e-9}},
    {Quantity::kWrong, {"wrong modules of a segment", 1e-9, 1e-9}},
    {Quantity::kTransition, {"transition ratio", 1e-9, 1e-9}},
    {Quantity::kCells, {"cell contrast", 0.006, 0.08}},
};

double ValueOf(const GradeReport& report, const Expected& e) {
  const bool newer = report.edition == Edition::k15415_2024;
  switch (e.quantity) {
    case Quantity::kRmax:
      return report.levels.rmax;
    case Quantity::kRmin:
      return report.levels.rmin;
    case Quantity::kContrast:
      return report.levels.contrast();
    case Quantity::kUniformity:
      // The threshold of 2024 is not central; the cases hold for 2011.
      return newer ? kAny : report.Of(Parameter::kContrastUniformity).value;
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
    case Quantity::kModulationUec:
      return newer ? kAny : report.Of(Parameter::kModulation).value;
    case Quantity::kWrong:
      for (const Segment& s : report.fixed_patterns.segments()) {
        if (s.name == e.segment) return s.wrong;
      }
      return kAny;
    case Quantity::kTransition:
      return report.fixed_patterns.all[static_cast<size_t>(SegmentName::kCtsa)].transition_ratio;
    case Quantity::kCells:
      return report.Of(Parameter::kCellContrast).value;
  }
  return kAny;
}

struct Worst {
  double error = 0;
  std::string where;
  int count = 0;
};

class Accuracy {
 public:
  explicit Accuracy(bool sharp, bool holds_uniformity = true)
      : sharp_(sharp), holds_uniformity_(holds_uniformity) {}

  void Run(const std::vector<AnalyticCase>& cases, const std::vector<Pose>& poses) {
    for (const AnalyticCase& one : cases) {
      for (Pose pose : poses) {
        if (!sharp_ && one.needs_sharp) continue;
        if (sharp_) pose.module_px = std::max(pose.module_px, one.least_px);
        Drawing drawing = one.symbol.Draw(pose);
        if (one.movement) testing::MoveGrid(one.movement, &drawing);
        for (const Edition edition :
             {one.direct_part ? Edition::k29158_2011 : Edition::k15415_2011,
              one.direct_part ? Edition::k29158_2020 : Edition::k15415_2024}) {
          Check(one, pose, drawing, edition);
        }
      }
    }
  }

  void Print(const char* title) const {
    std::printf("%-28s %6s %10s %10s  %s\n", title, "values", "worst", "tolerance", "at");
    for (const auto& [quantity, worst] : worst_) {
      const Tolerance& t = kTolerances.at(quantity);
      std::printf("%-28s %6d %10.5f %10.5f  %s\n", t.name, worst.count, worst.error,
                  sharp_ ? t.sharp : t.captured, worst.where.c_str());
    }
  }

 private:
  void Check(const AnalyticCase& one, const Pose& pose, const Drawing& drawing, Edition edition) {
    GradingSpec spec;
    spec.edition = edition;
    spec.aperture.x_ratio = one.aperture_x_ratio;
    const auto report = grader_.Grade(drawing, spec, {.seed = ++seed_}, one.retouch);
    const std::string where = "row " + one.row + ", " + std::string(Name(edition)) + ", " +
                              std::to_string(pose.module_px).substr(0, 4) + " px, " +
                              std::to_string(static_cast<int>(pose.angle_deg)) + "°";
    ASSERT_TRUE(report) << where << ": "
                        << (grader_.failed_at() == symbology::ReferenceStep::kNone
                                ? std::string(report.error().text)
                                : std::string(Name(grader_.failed_at())));
    EXPECT_EQ(grader_.grid().codeword, drawing.grid.codeword) << where;
    if (!one.retouch) {
      EXPECT_EQ(grader_.grid().dark, drawing.grid.dark) << where;
    }
    for (const Expected& e : one.expected) {
      const double value = ValueOf(*report, e);
      if (!std::isnan(e.value) && !std::isnan(value)) {
        const double error = std::abs(value - e.value);
        Worst& worst = worst_[e.quantity];
        ++worst.count;
        if (error >= worst.error) worst.error = error, worst.where = where;
        const Tolerance& t = kTolerances.at(e.quantity);
        if (e.quantity == Quantity::kUniformity && !holds_uniformity_) continue;
        EXPECT_LE(error, sharp_ ? t.sharp : t.captured)
            << where << ": " << t.name << " is " << value << ", not " << e.value;
      }
      // Grades are looked at where the value has no noise to cross a threshold with; those of
      // counted modules (of Data Matrix levels of modulation count as well) always.
      const bool counted = one.symbol.grid.symbology == Symbology::kQr &&
                           (e.parameter == Parameter::kFixedPatternDamage ||
                            e.parameter == Parameter::kFormatInformation ||
                            e.parameter == Parameter::kUnusedErrorCorrection);
      const double grade = InTenths(edition) ? e.tenths : e.whole;
      if ((sharp_ || counted) && !std::isnan(grade)) {
        const double slack = InTenths(edition) ? e.grade_slack + 0.001 : 0.001;
        EXPECT_NEAR(report->Of(e.parameter).grade, grade, slack)
            << where << ": " << Name(e.parameter);
      }
    }
  }

  bool sharp_;
  bool holds_uniformity_;
  DrawingGrader grader_;
  uint32_t seed_ = 0;
  std::map<Quantity, Worst> worst_;
};

std::vector<Pose> Poses(double module_px, double blur_px, double noise_grey) {
  std::vector<Pose> poses;
  for (const double angle : {0.0, 17.0, 90.0}) {
    for (const double shift : {0.0, 0.37}) {
      if (shift == 0 && angle > 0) continue;
      poses.push_back({.module_px = module_px,
                       .angle_deg = angle,
                       .shift_x_px = shift,
                       .shift_y_px = shift * 0.6,
                       .blur_px = blur_px,
                       .noise_grey = noise_grey,
                       .seed = static_cast<uint32_t>(angle * 10 + shift * 100 + 1)});
    }
  }
  return poses;
}

/// An alignment pattern and what is around it moved by (x, y) X: all of it within 3 modules of its
/// middle, then less and less up to the neighbouring patterns.
AnalyticCase MovedAlignment(const char* row, double x, double y) {
  const auto share = [](double at) {
    constexpr double kMiddle = 22.5, kWhole = 3, kNext = 13;
    return std::clamp((kNext - std::abs(at - kMiddle)) / (kNext - kWhole), 0.0, 1.0);
  };
  AnalyticCase c{row, GradedSymbol::Qr(7), {}};
  c.expected = {{Quantity::kGrid, std::hypot(x, y)},
                {Quantity::kWrong, 0, Parameter::kDecode, kAny, kAny, SegmentName::kC}};
  c.movement = [x, y, share](double col, double row_at) {
    const double part = share(col) * share(row_at);
    return Point{static_cast<float>(x * part), static_cast<float>(y * part)};
  };
  testing::MovePlaces(c.movement, &c.symbol);
  return c;
}

GradedSymbol Growing(int version, double x, double y) {
  GradedSymbol symbol = GradedSymbol::Qr(version);
  symbol.growth_x = x;
  symbol.growth_y = y;
  return symbol;
}

/// The rows of QR Codes, and what they leave out: plain and grown ones of each kind of version, and
/// places that are moved.
std::vector<AnalyticCase> AllQrCases() {
  std::vector<AnalyticCase> cases = QrCases();
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
    cases.push_back(std::move(plain));
    AnalyticCase wide{"growth " + std::to_string(version), Growing(version, 0.15, -0.0), {}};
    wide.expected = {{kGrowthX, 0.15}, {kGrowthY, 0}, {kAxial, 0}, {kGrid, 0}, {kUnused, 1}};
    cases.push_back(std::move(wide));
    AnalyticCase thin{"loss " + std::to_string(version), Growing(version, -0.15, -0.1), {}};
    thin.expected = {{kGrowthX, -0.15}, {kGrowthY, -0.1}, {kAxial, 0}, {kGrid, 0}, {kUnused, 1}};
    cases.push_back(std::move(thin));
  }
  // A data module at MOD 0.25, in four codewords.
  AnalyticCase weak{"weak", GradedSymbol::Qr(2), {{kUniformity, 0.25}, {kUnused, 1}}};
  for (const int codeword : {3, 11, 20, 31}) {
    const auto [row, col] = weak.symbol.ModuleOf(codeword, false);
    weak.symbol.SetReflectance(row, col, 0.55);
  }
  cases.push_back(std::move(weak));
  cases.push_back(MovedAlignment("moved 0.30", 0.30, 0));
  cases.push_back(MovedAlignment("moved 0.50", -0.30, 0.40));
  return cases;
}

TEST(Analytic, DataMatrixAt20PxIsRightToATenthOfTheTolerance) {
  Accuracy accuracy(true);
  std::vector<Pose> poses = Poses(20, 0, 0);
  poses.erase(poses.begin());  // the one that is not shifted
  accuracy.Run(DataMatrixCases(), poses);
  accuracy.Print("Data Matrix, 20 px");
}

TEST(Analytic, QrAt20PxIsRightToATenthOfTheTolerance) {
  Accuracy accuracy(true);
  // The daily run takes these large drawings in one direction.
  const std::vector<Pose> poses = Poses(20, 0, 0);
  const bool all = std::getenv("VERILINE_ALL_QR") != nullptr;
  accuracy.Run(AllQrCases(), all ? poses : std::vector<Pose>{poses[2]});
  accuracy.Print("QR Code, 20 px");
}

TEST(Analytic, DataMatrixAt10PxWithBlurAndNoiseHoldsTheTolerance) {
  Accuracy accuracy(false);
  accuracy.Run(DataMatrixCases(), Poses(10, 0.6, 2));
  accuracy.Print("Data Matrix, 10 px, blur 0.6 px, noise 2");
}

/// A blur of 0.1 X takes more from a lone square, and from a disc beside the middle of its module,
/// than the tolerance of contrast uniformity: that one is printed.
TEST(Analytic, DataMatrixAt10PxWithMoreBlurHoldsAllButContrastUniformity) {
  Accuracy accuracy(false, false);
  accuracy.Run(DataMatrixCases(), {Poses(10, 1.0, 2)[2]});
  accuracy.Print("Data Matrix, 10 px, blur 1 px, noise 2");
}

TEST(Analytic, QrAt10PxWithBlurAndNoiseHoldsTheTolerance) {
  Accuracy accuracy(false);
  accuracy.Run(AllQrCases(), Poses(10, 0.6, 2));
  accuracy.Print("QR Code, 10 px, blur 0.6 px, noise 2");
}

/// Below 10 px 15426-2 promises nothing; what holds all the same is held to it. A lone square of 3
/// px is not: its contrast is printed.
TEST(Analytic, At6PxAllButTheContrastOfLoneSquaresHoldsTheTolerance) {
  Accuracy accuracy(false, false);
  accuracy.Run(DataMatrixCases(), Poses(6, 0.4, 2));
  accuracy.Run(AllQrCases(), Poses(6, 0.4, 2));
  accuracy.Print("6 px, blur 0.4 px, noise 2");
}

TEST(Analytic, MoreErrorsThanCanBeCorrectedFailTheReferenceDecode) {  // row 18
  testing::GradedSymbol symbol = testing::GradedSymbol::DataMatrix(16);
  for (int i = 0; i < 7; ++i) symbol.DamageCodeword(i);
  DrawingGrader grader;
  EXPECT_FALSE(grader.Grade(symbol.Draw({.module_px = 10}), {}));
  EXPECT_EQ(grader.failed_at(), symbology::ReferenceStep::kErrorCorrection);
}

}  // namespace
}  // namespace veriline::grading
