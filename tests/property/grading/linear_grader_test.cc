// SPDX-License-Identifier: Apache-2.0
// What must hold of every linear symbol that is graded.
#include "grading/linear_grader.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>

#include "tests/support/graded_linear.h"

namespace veriline::grading {
namespace {

using testing::Draw;
using testing::GreyOf;
using testing::LinearCase;
using testing::LinearPicture;
using testing::LinearSample;

LinearSample RandomSample() {
  const auto all = LinearSample::All();
  return all[static_cast<size_t>(*rc::gen::inRange<int>(0, static_cast<int>(all.size())))];
}

/// Tidy enough to be decoded.
LinearCase RandomCase() {
  LinearCase how;
  how.shot.x_px = *rc::gen::inRange(40, 90) / 10.0;
  how.shot.degrees = *rc::gen::inRange(0, 360);
  how.shot.shift_px = {static_cast<float>(*rc::gen::inRange(0, 10)) / 10, 0};
  how.shot.margin_px = 8;
  how.ink.growth_x = *rc::gen::inRange(-15, 16) / 100.0;
  how.ink.height_x = 15;
  return how;
}

GradeReport Graded(const LinearSample& sample, const LinearPicture& picture, bool turned = false) {
  static const calibration::Calibration calibration = testing::LinearCalibration();
  LinearGrader grader;
  const Symbol symbol = testing::SymbolOf(sample, picture, turned);
  const auto report = grader.Grade(picture.view(), &calibration, symbol, {});
  if (!report) throw std::runtime_error(report.error().text);
  return *report;
}

RC_GTEST_PROP(LinearGrades, GainScalesContrastAlone, ()) {
  const LinearSample sample = RandomSample();
  LinearCase how = RandomCase();
  const GradeReport full = Graded(sample, Draw(sample, how));
  const double gain = *rc::gen::inRange(50, 90) / 100.0;
  how.ink.dark = GreyOf(0.05 * gain);
  how.ink.light = how.shot.ground = GreyOf(0.85 * gain);
  const GradeReport less = Graded(sample, Draw(sample, how));
  RC_ASSERT(std::abs(less.Of(Parameter::kSymbolContrast).value -
                     gain * full.Of(Parameter::kSymbolContrast).value) < 0.006);
  for (const Parameter p : {Parameter::kModulation, Parameter::kDefects, Parameter::kDecodability,
                            Parameter::kPrintGrowth, Parameter::kQuietZone}) {
    const double a = full.Of(p).value, b = less.Of(p).value;
    RC_ASSERT(std::isnan(a) == std::isnan(b));
    RC_ASSERT(std::isnan(a) || std::abs(a - b) < 0.02);
  }
}

RC_GTEST_PROP(LinearGrades, ReadFromTheOtherSideIsTheSame, ()) {
  const LinearSample sample = RandomSample();
  const LinearPicture picture = Draw(sample, RandomCase());
  const GradeReport one = Graded(sample, picture), other = Graded(sample, picture, true);
  RC_ASSERT(other.overall == one.overall);
  // Read from there a scan has its samples at other places between the pixels: of 8000 such pairs
  // the farthest apart were 0.019 (modulation), a quarter of the uncertainty stated at 6 px (0.08).
  constexpr double kSampling = 0.025;
  for (const Parameter p : kLinearParameters) {
    const double a = one.Of(p).value, b = other.Of(p).value;
    RC_ASSERT(std::isnan(a) == std::isnan(b));
    RC_ASSERT(std::isnan(a) || std::abs(a - b) < kSampling);
  }
  RC_ASSERT(std::abs(one.growth.x - other.growth.x) < 0.01);
}

RC_GTEST_PROP(LinearGrades, MoreBlurNeverRaisesModulation, ()) {
  const LinearSample sample = RandomSample();
  LinearCase how = RandomCase();
  double before = 1;
  const double least = *rc::gen::inRange(0, 20) / 100.0;
  for (const double sigma_x : {least, least + *rc::gen::inRange(5, 20) / 100.0}) {
    how.shot.blur_sigma_px = sigma_x * how.shot.x_px;
    const GradeReport report = Graded(sample, Draw(sample, how));
    const double modulation = report.Of(Parameter::kModulation).value;
    RC_ASSERT(modulation <= before + 0.005);
    before = modulation;
  }
}

RC_GTEST_PROP(LinearGrades, DeeperVoidsNeverRaiseAGrade, ()) {
  const LinearSample sample = RandomSample();
  LinearCase how = RandomCase();
  how.ink.growth_x = 0;
  double defects = -1, grade = 5;
  const double least = *rc::gen::inRange(5, 30) / 100.0;
  for (const double reflectance : {least, least + 0.1}) {
    how.damage = [&](const LinearSample& s, testing::LinearRow* row) {
      const size_t bar = s.Widest(true);
      const double middle = s.Begin(bar) + s.widths[bar] / 2;
      testing::AddStripe(row, middle - 0.5, middle + 0.5, GreyOf(reflectance));
    };
    const GradeReport report = Graded(sample, Draw(sample, how));
    RC_ASSERT(report.Of(Parameter::kDefects).value >= defects - 0.005);
    RC_ASSERT(report.overall <= grade);
    defects = report.Of(Parameter::kDefects).value;
    grade = report.overall;
  }
}

}  // namespace
}  // namespace veriline::grading
