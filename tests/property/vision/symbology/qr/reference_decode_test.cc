// SPDX-License-Identifier: Apache-2.0
// The reference decode gives back what was drawn, and where: symbols of all kinds in all
// directions, begun at an outline that is off by up to a module at each corner.
#include "vision/symbology/qr/reference_decode.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "tests/support/graded_qr.h"
#include "tests/support/qr_symbols.h"

namespace veriline::symbology::qr {
namespace {

using grading::Edition;
using testing::Between;
using testing::Drawing;
using testing::EncodeQr;
using testing::GradedQr;
using testing::GradedSymbol;
using testing::Pose;
using testing::QrMode;
using testing::QrSpec;
using testing::ReferenceRig;

bool All() { return std::getenv("VERILINE_ALL_QR") != nullptr; }

/// How a print differs from a perfect one.
struct Print {
  const char* name;
  double growth = 0;  ///< X
  double blur = 0;    ///< sigma in X
  double noise_grey = 0;
  bool inverted = false;
  bool mirrored = false;
  double most_off;  ///< centres of model 2, X, at 6 px and more
};
constexpr Print kPrints[] = {
    {"plain", 0, 0, 0, false, false, 0.015},
    {"growth +0.15", 0.15, 0.05, 2, false, false, 0.02},
    {"growth -0.15", -0.15, 0.05, 2, false, false, 0.02},
    {"blur 0.3 X", 0, 0.3, 2, false, false, 0.03},
    {"inverted", 0, 0.05, 2, true, false, 0.02},
    {"mirrored", 0, 0.05, 2, false, true, 0.02},
};

QrSpec RandomSpec(std::mt19937& random, bool micro, int version) {
  const std::string levels = !micro ? "LMQH" : version == 1 ? "D" : version == 4 ? "LMQ" : "LM";
  const int level = Between(random, 0, static_cast<int>(levels.size()) - 1);
  return {micro, version, levels[static_cast<size_t>(level)], Between(random, 0, micro ? 3 : 7)};
}

/// A start whose corners lie up to so many modules off in any direction.
ReferenceStart Off(std::mt19937& random, const Drawing& drawing, double by_px) {
  ReferenceStart start = ReferenceRig::StartOf(drawing);
  std::uniform_real_distribution<double> angle(0, 6.2832);
  for (Point& corner : start.outline.corners) {
    const double a = angle(random);
    corner = corner + Point{static_cast<float>(by_px * std::cos(a)),
                            static_cast<float>(by_px * std::sin(a))};
  }
  return start;
}

class ReferenceDecodes : public ::testing::Test {
 protected:
  /// Draws it in this way, decodes it and holds every module and its place to the truth.
  void Check(const QrSpec& spec, const Print& print, double module_px, double angle_deg,
             double modules_off) {
    const std::string digits = std::to_string(Between(random_, 0, 99999));
    GradedSymbol symbol = GradedQr(EncodeQr(spec, {{QrMode::kNumeric, digits}}));
    symbol.growth_x = symbol.growth_y = print.growth;
    symbol.grid.inverted = print.inverted;
    const Drawing drawing = symbol.Draw({.module_px = module_px,
                                         .angle_deg = angle_deg,
                                         .shift_x_px = Between(random_, 0, 99) / 100.0,
                                         .shift_y_px = Between(random_, 0, 99) / 100.0,
                                         .blur_px = print.blur * module_px,
                                         .noise_grey = print.noise_grey,
                                         .mirrored = print.mirrored,
                                         .seed = static_cast<uint32_t>(random_())});
    const std::string where = testing::Describe(spec) + ", " + print.name + ", " +
                              std::to_string(module_px) + " px, " + std::to_string(angle_deg) + "°";
    const Edition edition = Between(random_, 0, 1) ? Edition::k15415_2011 : Edition::k15415_2024;
    ++count_;
    ASSERT_TRUE(rig_.Decode(drawing, Off(random_, drawing, modules_off * module_px), edition))
        << where << ": " << Name(rig_.decoder.failed_at());
    EXPECT_EQ(rig_.decoder.decoded().message.bytes(), digits) << where;
    EXPECT_EQ(rig_.grid.dark, drawing.grid.dark) << where;
    EXPECT_EQ(rig_.grid.mirrored, print.mirrored) << where;
    EXPECT_EQ(rig_.grid.inverted, print.inverted) << where;
    EXPECT_TRUE(rig_.grid.Consistent()) << where;
    const double off = WorstOffset(rig_.grid, drawing, module_px);
    // The far corner of Micro QR is carried on from its one finder pattern.
    const double most_off = (spec.micro ? 2 : 1) * print.most_off;
    EXPECT_LT(off, most_off) << where;
    if (print.blur < 0.2 && rig_.decoder.decoded().corrected != 0) {
      ADD_FAILURE() << where << ": a clean symbol was corrected";
    }
    for (size_t i = 0; i < 4; ++i) {
      const Point want = drawing.grid.outline.corners[i], is = rig_.grid.outline.corners[i];
      EXPECT_LT(Distance(want, is), (most_off + 0.01) * module_px) << where;
    }
    if (off > worst_) worst_ = off, worst_where_ = where;
  }

  void TearDown() override {
    std::printf("%d symbols; centres off by at most %.4f X (%s)\n", count_, worst_,
                worst_where_.c_str());
  }

  std::mt19937 random_{5};
  ReferenceRig rig_;
  int count_ = 0;
  double worst_ = 0;
  std::string worst_where_;
};

TEST_F(ReferenceDecodes, EveryKindOfPrintInAnyDirectionFromAnOutlineThatIsAModuleOff) {
  struct Kind {
    bool micro;
    int version;
  };
  for (const Kind kind : {Kind{false, 1},
                          {false, 2},
                          {false, 6},
                          {false, 7},
                          {true, 1},
                          {true, 2},
                          {true, 3},
                          {true, 4}}) {
    for (const Print& print : kPrints) {
      const int rounds = All() ? 60 : 2;
      for (int round = 0; round < rounds; ++round) {
        const double px = Between(random_, 0, 2) == 0 ? 10 : 6;
        Check(RandomSpec(random_, kind.micro, kind.version), print, px, Between(random_, 0, 359),
              1);
      }
    }
  }
}

TEST_F(ReferenceDecodes, AllVersions) {
  for (int version = 1; version <= 40; ++version) {
    if (!All() && version != 14 && version != 21 && version != 27 && version != 40) continue;
    for (const double angle : {17.0, 90.0}) {
      if (!All() && (version != 14) == (angle == 17)) continue;
      Check(RandomSpec(random_, false, version), kPrints[1], 6, angle, 1);
    }
  }
}

TEST_F(ReferenceDecodes, SharpPrintsToAHundredthOfAModule) {
  for (const bool micro : {false, true}) {
    for (const int version : {1, 2, 4}) {
      for (const double angle : {0.0, 17.0, 90.0}) {
        Check(RandomSpec(random_, micro, version),
              {"sharp", 0, 0, 0, false, false, /*most_off=*/0.003}, 20, angle, 0.5);
      }
    }
  }
  Check(RandomSpec(random_, false, 7), {"sharp", 0, 0, 0, false, false, 0.003}, 20, 17, 0.5);
}

/// The alignment pattern across from the first finder tells of perspective; version 1 and Micro QR
/// have none, and equal spaces are what the standard gives them: their far corner is off by what
/// perspective moves it.
TEST_F(ReferenceDecodes, WhatACameraSeesThatDoesNotStandQuiteSquare) {
  struct Case {
    bool micro;
    int version;
    double tilt;  ///< the picture's corners go so far in, as parts of its side
    double most_off;
  };
  for (const Case& c : {Case{false, 2, 0.04, 0.03},
                        {false, 7, 0.04, 0.03},
                        {false, 14, 0.04, 0.03},
                        {false, 1, 0.02, 0.3},
                        {true, 2, 0.02, 0.3},
                        {true, 4, 0.02, 0.4}}) {
    for (const double angle : {0.0, 90.0, 200.0}) {
      const QrSpec spec = RandomSpec(random_, c.micro, c.version);
      const GradedSymbol symbol = GradedQr(EncodeQr(spec, {{QrMode::kNumeric, "123"}}));
      const Drawing square = symbol.Draw(
          {.module_px = 10, .angle_deg = angle, .seed = static_cast<uint32_t>(random_())});
      const auto w = static_cast<float>(square.width), h = static_cast<float>(square.height);
      const auto k = static_cast<float>(c.tilt);
      const Drawing drawing = testing::InPerspective(
          square, {Point{0, 0}, {w, h * k}, {w * (1 - k), h}, {w * k / 2, h * (1 - k)}});
      ++count_;
      ASSERT_TRUE(rig_.Decode(drawing, Off(random_, drawing, 5)))
          << testing::Describe(spec) << ": " << Name(rig_.decoder.failed_at());
      EXPECT_EQ(rig_.grid.dark, drawing.grid.dark);
      const double off = WorstOffset(rig_.grid, drawing, 10);
      EXPECT_LT(off, c.most_off) << testing::Describe(spec);
      if (off > worst_) worst_ = off, worst_where_ = testing::Describe(spec);
    }
  }
}

}  // namespace
}  // namespace veriline::symbology::qr
