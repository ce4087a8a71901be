// SPDX-License-Identifier: Apache-2.0
// What a linear grader makes of apertures, directions and places, and of pictures that show none.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "grading/hints.h"
#include "grading/linear_grader.h"
#include "grading/symbol_grader.h"
#include "tests/support/allocation_counter.h"
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

LinearCase Small() {
  LinearCase how;
  how.shot.x_px = 5;
  how.ink.height_x = 15;
  return how;
}

struct Rig {
  calibration::Calibration calibration = testing::LinearCalibration();
  GradingSpec spec;
  SymbolGrader grader;
  Result<GradeReport> Grade(const LinearPicture& p, const Symbol& symbol) {
    return grader.Grade(p.view(), &calibration, symbol, spec);
  }
};

TEST(LinearGrader, AperturesByTheTableWhereMillimetresAreKnown) {
  Rig rig;
  const LinearSample sample = LinearSample::Code128();
  LinearCase how = Small();
  how.shot.x_px = 6;
  const LinearPicture picture = Draw(sample, how);
  const Symbol symbol = SymbolOf(sample, picture);
  const auto unknown = rig.Grade(picture, symbol);
  ASSERT_TRUE(unknown);
  EXPECT_TRUE(unknown->Has(Indication::kNoScale));
  EXPECT_NEAR(unknown->aperture_x_ratio, 0.5, 0.01);
  EXPECT_NEAR(unknown->x_px, 6, 0.02);
  const std::array<std::pair<double, double>, 5> table = {
      {{0.15, 0.075}, {0.25, 0.125}, {0.34, 0.25}, {0.5, 0.25}, {0.7, 0.5}}};
  for (const auto& [x_mm, aperture_mm] : table) {
    rig.calibration.scale = calibration::Scale{x_mm / 6, x_mm / 6};
    const auto report = rig.Grade(picture, symbol);
    ASSERT_TRUE(report);
    EXPECT_NEAR(report->x_mm, x_mm, 0.01 * x_mm);
    EXPECT_NEAR(report->aperture_mm, aperture_mm, 1e-6);
  }
  rig.spec.linear_aperture = {.mm = 6 * kMmPerMil, .x_ratio = 0};
  rig.spec.wavelength_nm = 660;
  rig.spec.lighting = {'4', '5', 'Q'};
  const auto fixed = rig.Grade(picture, symbol);
  ASSERT_TRUE(fixed);
  EXPECT_EQ(FormalGrade(*fixed), "4.0/06/660");
  EXPECT_TRUE(fixed->formal());
}

TEST(LinearGrader, TableRows) {
  EXPECT_EQ(TabledAperture_mm(0.05), 0.075);
  EXPECT_EQ(TabledAperture_mm(0.179), 0.075);
  EXPECT_EQ(TabledAperture_mm(0.180), 0.125);
  EXPECT_EQ(TabledAperture_mm(0.330), 0.250);
  EXPECT_EQ(TabledAperture_mm(0.635), 0.500);
}

TEST(LinearGrader, LightOnDarkIsTurnedAround) {
  Rig rig;
  for (const LinearSample& sample : LinearSample::All()) {
    LinearCase how = Small();
    std::swap(how.ink.dark, how.ink.light);
    how.shot.ground = how.ink.light;
    const LinearPicture picture = Draw(sample, how);
    Symbol symbol = SymbolOf(sample, picture);
    symbol.inverted = true;
    const auto report = rig.Grade(picture, symbol);
    ASSERT_TRUE(report);
    EXPECT_NEAR(report->Of(Parameter::kSymbolContrast).value, 0.8, 0.01) << sample.name;
    EXPECT_EQ(report->overall, 4.0) << sample.name;
  }
}

TEST(LinearGrader, ScansThatDisagreeAreNoSymbol) {
  Rig rig;
  const LinearCase how = Small();
  const LinearSample one = LinearSample::Code128("11AB22"), other = LinearSample::Code128("11AB23");
  ASSERT_EQ(one.widths.size(), other.widths.size());
  const std::array<LinearRow, 2> rows = {testing::PrintRow(one.widths, how.ink),
                                         testing::PrintRow(other.widths, how.ink)};
  const LinearPicture picture = testing::DrawLinear(rows, how.shot);
  for (const Decoder by : {Decoder::kOwn, Decoder::kZxing}) {
    Symbol symbol = SymbolOf(one, picture);
    symbol.decoder = by;
    const auto report = rig.Grade(picture, symbol);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->overall, 0);
    EXPECT_EQ(report->limited_by, Parameter::kDecode);
    EXPECT_TRUE(report->Has(Indication::kScansDisagree));
  }
}

TEST(LinearGrader, WhatTheReaderSaidCounts) {
  Rig rig;
  const LinearSample sample = LinearSample::Code128();
  const LinearPicture picture = Draw(sample, Small());
  Symbol symbol = SymbolOf(sample, picture);
  symbol.payload.Assign("something else");
  EXPECT_EQ(rig.Grade(picture, symbol)->overall, 0);
  symbol.decoder = Decoder::kZxing;  // has its own ways with separators
  EXPECT_EQ(rig.Grade(picture, symbol)->overall, 4.0);
}

TEST(LinearGrader, OutlinesThatAreOffByTwoModulesChangeNothing) {
  Rig rig;
  for (const LinearSample& sample : LinearSample::All()) {
    const LinearPicture picture = Draw(sample, Small());
    for (const float by : {-10.0f, 10.0f}) {
      Symbol symbol = SymbolOf(sample, picture);
      symbol.quad.corners[0].x += by;
      symbol.quad.corners[3].x += by;
      symbol.quad.corners[1].x -= by;
      symbol.quad.corners[2].x -= by;
      const auto report = rig.Grade(picture, symbol);
      ASSERT_TRUE(report);
      EXPECT_EQ(report->overall, 4.0) << sample.name << by;
    }
  }
}

TEST(LinearGrader, PictureThatEndsInTheQuietZone) {
  Rig rig;
  LinearCase how = Small();
  how.shot.quiet_left_x = 4;
  how.shot.margin_px = 0;
  const LinearSample sample = LinearSample::Code128();
  const LinearPicture picture = Draw(sample, how);
  const auto report = rig.Grade(picture, SymbolOf(sample, picture));
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->Has(Indication::kQuietZoneUnseen));
  EXPECT_EQ(report->Of(Parameter::kQuietZone).grade, 4);
  EXPECT_NEAR(report->quiet_left_x, 4, 0.2);
}

TEST(LinearGrader, HintsNameWhatAPrinterCanMend) {
  Rig rig;
  rig.calibration.scale = calibration::Scale{0.1, 0.1};  // X is 0.5 mm
  const LinearSample sample = LinearSample::Code128();
  const auto hints = [&](const LinearCase& how) {
    const LinearPicture picture = Draw(sample, how);
    const auto report = rig.Grade(picture, SymbolOf(sample, picture));
    std::vector<std::pair<HintKind, Hint>> out;
    for (const Hint& h : report->hints.all()) out.push_back({h.kind, h});
    return out;
  };
  EXPECT_TRUE(hints(Small()).empty());

  LinearCase how = Small();
  how.ink.growth_x = 0.2;
  auto said = hints(how);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].first, HintKind::kBarsWide);
  EXPECT_NEAR(said[0].second.amount_um, 100, 5);
  how.ink.growth_x = -0.2;
  EXPECT_EQ(hints(how).front().first, HintKind::kBarsNarrow);

  how = Small();
  how.damage = [](const LinearSample& s, LinearRow* row) {
    const size_t bar = s.Widest(true);
    const double middle = s.Begin(bar) + s.widths[bar] / 2;
    testing::AddStripe(row, middle - 0.6, middle + 0.6, GreyOf(0.25));
  };
  said = hints(how);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].first, HintKind::kVoid);
  const double length = sample.Begin(sample.widths.size());
  const size_t bar = sample.Widest(true);
  EXPECT_NEAR(said[0].second.index, (sample.Begin(bar) + sample.widths[bar] / 2) / length * 100, 1);
  EXPECT_NEAR(said[0].second.amount, 0.25, 0.02);

  how = Small();
  how.shot.ground = GreyOf(0.05);
  how.shot.margin_px = 20;
  how.shot.quiet_right_x = 6;
  said = hints(how);
  ASSERT_FALSE(said.empty());
  EXPECT_EQ(said[0].first, HintKind::kQuietZoneCut);
  EXPECT_FALSE(said[0].second.along_x);
  EXPECT_NEAR(said[0].second.amount, 6, 0.1);

  how = Small();
  how.shot.blur_sigma_px = 1.5;
  rig.spec.linear_aperture.x_ratio = 0.5;
  said = hints(how);
  ASSERT_FALSE(said.empty());
  EXPECT_TRUE(std::ranges::any_of(said, [](auto& h) { return h.first == HintKind::kBlur; }));
  for (const auto& [kind, hint] : said) EXPECT_FALSE(Describe(hint).empty());
}

TEST(LinearGrader, RefusesWhatHasNoPlace) {
  Rig rig;
  const LinearSample sample = LinearSample::Code128();
  const LinearPicture picture = Draw(sample, Small());
  const Symbol good = SymbolOf(sample, picture);
  const auto refused = [&](const Symbol& symbol) { return !rig.Grade(picture, symbol); };
  Symbol outside = good;
  for (Point& p : outside.quad.corners) p.x += 1e4f;
  EXPECT_TRUE(refused(outside));
  Symbol endless = good;
  endless.quad.corners[2].y = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(refused(endless));
  endless.quad.corners[2].y = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(refused(endless));
  Symbol point = good;
  point.quad.corners.fill(good.quad.corners[0]);
  EXPECT_TRUE(refused(point));
  EXPECT_FALSE(rig.grader.Grade({}, nullptr, good, rig.spec));
  const std::array<uint8_t, 1> pixel = {7};
  EXPECT_FALSE(rig.grader.Grade({pixel.data(), 1, 1, 1}, nullptr, good, rig.spec));
  Symbol tiny = good;
  tiny.quad = {{Point{0, 0}, {1, 0}, {1, 1}, {0, 1}}};
  EXPECT_FALSE(rig.grader.Grade({pixel.data(), 1, 1, 1}, nullptr, tiny, rig.spec));
  rig.spec.linear_aperture.mm = 0.1;  // and no scale
  EXPECT_TRUE(refused(good));
  rig.calibration.scale = calibration::Scale{0.001, 0.001};  // 100 px for 5 px an X
  EXPECT_TRUE(refused(good));
}

TEST(LinearGrader, BadPlacesHaveGradeNought) {
  Rig rig;
  const LinearSample sample = LinearSample::Code128();
  const LinearPicture picture = Draw(sample, Small());
  const Symbol good = SymbolOf(sample, picture);
  const auto w = static_cast<float>(picture.width), h = static_cast<float>(picture.height);
  const auto& c = good.quad.corners;
  const std::array<Quad, 4> quads = {{
      {{Point{0, 0}, {w, 0}, {w, 2}, {0, 2}}},              // ground alone
      {{c[1], c[2], c[3], c[0]}},                           // along the bars
      {{Point{-1, -1}, {w + 1, -1}, {w + 1, 3}, {-1, 3}}},  // at the border
      {{Point{0, h}, {w, h}, {w, h}, {0, h}}},              // no height
  }};
  for (const Quad& quad : quads) {
    Symbol symbol = good;
    symbol.quad = quad;
    const auto report = rig.Grade(picture, symbol);
    if (report) {
      EXPECT_EQ(report->overall, 0);
    }
  }
  // Crossed sides: lines that pass through all bars, but what they say need not be that.
  Symbol crossed = good;
  crossed.quad.corners = {c[0], c[2], c[1], c[3]};
  EXPECT_TRUE(rig.Grade(picture, crossed));
  // An aperture wider than bars and spaces: nothing is left of them.
  rig.spec.linear_aperture.x_ratio = 3.5;
  const auto report = rig.Grade(picture, good);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->overall, 0);
}

/// Rows eight X high with a separator of one X between them; the last one in another ink, or none.
LinearPicture DrawStacked(const LinearSample& sample, const LinearCase& how,
                          const testing::LinearInk& last_ink, bool with_last = true) {
  std::vector<LinearRow> rows;
  for (size_t i = 0; i < sample.rows.size(); ++i) {
    const bool last = i + 1 == sample.rows.size();
    if (last && !with_last) break;
    testing::LinearInk ink = last ? last_ink : how.ink, between = how.ink;
    ink.height_x = 8, between.height_x = 1;
    between.dark = between.light;
    if (i > 0) rows.push_back(testing::PrintRow(sample.rows[i], between));
    rows.push_back(testing::PrintRow(sample.rows[i], ink));
  }
  return testing::DrawLinear(rows, how.shot);
}

TEST(LinearGrader, RowsOfAStackedSymbolHaveScansOfTheirOwn) {
  Rig rig;
  LinearCase how = Small();
  how.shot.x_px = 8;
  for (const LinearSample& sample :
       {LinearSample::DataBarStacked(), LinearSample::DataBarExpandedStacked()}) {
    const size_t rows = sample.rows.size();
    ASSERT_GE(rows, 2u);
    LinearPicture picture = DrawStacked(sample, how, how.ink);
    auto report = rig.Grade(picture, SymbolOf(sample, picture));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->overall, 4.0) << sample.name;
    ASSERT_EQ(rig.grader.scans().size(), rows * 10);
    for (const LinearScan& scan : rig.grader.scans()) {
      EXPECT_EQ(scan.row, static_cast<int>(scan.height_ratio * static_cast<float>(rows)));
      EXPECT_EQ(scan.grade, 4.0);
    }
    // The worst row counts.
    testing::LinearInk pale = how.ink;
    pale.light = GreyOf(0.60);
    pale.dark = GreyOf(0.12);
    picture = DrawStacked(sample, how, pale);
    report = rig.Grade(picture, SymbolOf(sample, picture));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->scans, 10);
    EXPECT_GE(report->worst_scan, static_cast<int>(rows - 1) * 10);
    EXPECT_NEAR(report->Of(Parameter::kSymbolContrast).value, 0.48, 0.01);
    EXPECT_EQ(report->overall, 2.5);
    // A row that is missing is no symbol.
    picture = DrawStacked(sample, how, how.ink, false);
    report = rig.Grade(picture, SymbolOf(sample, picture));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->overall, 0) << sample.name;
  }
}

TEST(LinearGrader, AllocatesNothingOnceItIsWarm) {
  Rig rig;
  std::vector<std::pair<LinearPicture, Symbol>> all;
  for (const LinearSample& sample : LinearSample::All()) {
    for (int i = 0; i < 3; ++i) {
      LinearCase how = Small();
      how.shot.degrees = 30 * i;
      how.shot.x_px = 4 + 0.3 * i;
      all.push_back({Draw(sample, how), {}});
      all.back().second = SymbolOf(sample, all.back().first);
    }
  }
  for (int round = 0; round < 2; ++round) {
    const size_t before = AllocationsOfThisThread();
    for (const auto& [picture, symbol] : all) {
      ASSERT_EQ(rig.Grade(picture, symbol)->overall, 4.0);
    }
    if (round > 0) {
      EXPECT_EQ(AllocationsOfThisThread(), before);
    }
  }
}

}  // namespace
}  // namespace veriline::grading
