// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/bar_outline.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>
#include <string>

#include "tests/support/drawn_symbol.h"

namespace veriline::decode {
namespace {

using testing::Canvas;
using testing::EncodeSymbol;
using testing::Modules;
using testing::Placement;

constexpr float kRadPerDegree = 3.14159265f / 180;
/// Edges are drawn with their true share of each pixel; what is left is interpolation.
constexpr float kTolerancePx = 0.75f;

struct Drawn {
  Canvas canvas{700, 600, 210};
  Quad outline;
};

Drawn Draw(float degrees, bool inverted = false, float module_px = 3) {
  Drawn drawn;
  if (inverted) drawn.canvas = Canvas(700, 600, 40);
  drawn.outline = drawn.canvas.Draw(EncodeSymbol(Symbology::kCode128, "OUTLINE 1"),
                                    {.center = {351.3f, 299.6f},
                                     .module_px = module_px,
                                     .angle_rad = degrees * kRadPerDegree,
                                     .inverted = inverted,
                                     .quiet_modules = 10});
  return drawn;
}

/// The line that a scan through the middle sees, `slant` off the row of bars, from the left side of
/// the outline to its right side; a strip of no height.
Quad StripThrough(const Quad& outline, float slant_degrees) {
  const Point center = outline.Center();
  const Point u = outline.corners[1] - outline.corners[0];
  const float angle = std::atan2(u.y, u.x) + slant_degrees * kRadPerDegree;
  const Point d{std::cos(angle), std::sin(angle)};
  const auto meet = [&](Point a, Point b) {
    const Point side = b - a;
    return center + d * (Cross(a - center, side) / Cross(d, side));
  };
  const Point left = meet(outline.corners[0], outline.corners[3]);
  const Point right = meet(outline.corners[1], outline.corners[2]);
  return {{left, right, right, left}};
}

void ExpectNear(const Quad& found, const Quad& drawn, float tolerance_px = kTolerancePx) {
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_LT(Distance(found.corners[i], drawn.corners[i]), tolerance_px) << "corner " << i;
  }
}

TEST(OutlineOfBars, FindsTheOutlineFromOneLineAtAnySlant) {
  for (const float degrees : {0.0f, 17.0f, 90.0f, 133.0f, -60.0f}) {
    const Drawn drawn = Draw(degrees);
    for (const float slant : {0.0f, 1.0f, -3.0f, 5.0f, -8.0f}) {
      SCOPED_TRACE(std::to_string(degrees) + " with a slant of " + std::to_string(slant));
      ExpectNear(OutlineOfBars(drawn.canvas.view(), StripThrough(drawn.outline, slant), false),
                 drawn.outline);
    }
  }
}

TEST(OutlineOfBars, FindsItForLightOnDarkAndSmallModules) {
  const Drawn inverted = Draw(25, true);
  ExpectNear(OutlineOfBars(inverted.canvas.view(), StripThrough(inverted.outline, 2), true),
             inverted.outline);
  for (const float module_px : {1.5f, 2.0f, 4.0f}) {
    const Drawn drawn = Draw(10, false, module_px);
    ExpectNear(OutlineOfBars(drawn.canvas.view(), StripThrough(drawn.outline, 1), false),
               drawn.outline, 1);
  }
}

TEST(OutlineOfBars, PutsUpWithNoiseAndEndsThatAreTwoPixelsOff) {
  std::mt19937 random(3);
  for (const float degrees : {3.0f, -42.0f}) {
    Drawn drawn = Draw(degrees);
    drawn.canvas.AddNoise(random, 8);
    Quad strip = StripThrough(drawn.outline, 2);
    const Point along =
        (strip.corners[1] - strip.corners[0]) * (2 / Distance(strip.corners[0], strip.corners[1]));
    strip.corners[0] = strip.corners[3] = strip.corners[0] + along;
    strip.corners[1] = strip.corners[2] = strip.corners[1] + along;
    ExpectNear(OutlineOfBars(drawn.canvas.view(), strip, false), drawn.outline, 1.5f);
  }
}

// Human readable text touches some of the bars, as guard bars go on below others.
TEST(OutlineOfBars, GoesByTheEndsOfMostBars) {
  Drawn drawn = Draw(0);
  const float bottom = drawn.outline.corners[3].y;
  for (int y = static_cast<int>(bottom) - 1; y < static_cast<int>(bottom) + 25; ++y) {
    for (int x = 250; x < 330; ++x) drawn.canvas.Row(y)[x] = 40;
  }
  ExpectNear(OutlineOfBars(drawn.canvas.view(), StripThrough(drawn.outline, 0), false),
             drawn.outline);
}

TEST(OutlineOfBars, GoesOnBehindAScratch) {
  Drawn drawn = Draw(0);
  for (int y = 330; y < 333; ++y) std::fill_n(drawn.canvas.Row(y), 700, uint8_t{210});
  ExpectNear(OutlineOfBars(drawn.canvas.view(), StripThrough(drawn.outline, 0), false),
             drawn.outline);
}

TEST(OutlineOfBars, TakesAnyStripWithoutHarm) {
  const Drawn drawn = Draw(0);
  const Quad none{};
  EXPECT_EQ(OutlineOfBars({}, StripThrough(drawn.outline, 0), false),
            StripThrough(drawn.outline, 0));
  EXPECT_EQ(OutlineOfBars(drawn.canvas.view(), none, false), none);
  const Canvas flat(200, 100, 128);
  std::mt19937 random(9);
  std::uniform_real_distribution<float> any(-500, 1500);
  for (int i = 0; i < 300; ++i) {
    Quad strip;
    for (Point& p : strip.corners) p = {any(random), any(random)};
    for (const FrameView& view : {drawn.canvas.view(), flat.view()}) {
      for (const Quad& quad :
           {OutlineOfBars(view, strip, i % 2 == 0), ExtendedOverBars(view, strip, 10, i % 2 == 0),
            ExtendedOverBars(view, strip, 0, i % 2 == 0)}) {
        for (const Point& p : quad.corners) {
          ASSERT_TRUE(std::isfinite(p.x) && std::isfinite(p.y));
        }
      }
    }
  }
}

TEST(ExtendedOverBars, LeavesAWholeSymbolAsItIs) {
  for (const bool inverted : {false, true}) {
    const Drawn drawn = Draw(20, inverted);
    EXPECT_EQ(ExtendedOverBars(drawn.canvas.view(), drawn.outline, 15, inverted), drawn.outline);
    EXPECT_EQ(ExtendedOverBars(drawn.canvas.view(), drawn.outline, 0, inverted), drawn.outline);
  }
}

TEST(ExtendedOverBars, GrowsAPartToTheWhole) {
  for (const bool inverted : {false, true}) {
    const Drawn drawn = Draw(-33, inverted);
    const auto& [a, b, c, d] = drawn.outline.corners;
    for (const auto& [from, to] : {std::pair{0.0f, 0.5f}, {0.4f, 0.7f}, {0.6f, 1.0f}}) {
      const Quad part{{a + (b - a) * from, a + (b - a) * to, d + (c - d) * to, d + (c - d) * from}};
      ExpectNear(ExtendedOverBars(drawn.canvas.view(), part, 15, inverted), drawn.outline, 2);
    }
  }
}

}  // namespace
}  // namespace veriline::decode
