// SPDX-License-Identifier: Apache-2.0
// Finder tests as the locator runs them: what is drawn is found, with its outline, size and
// polarity, and print is not.
#include "vision/locate/finder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <string>

#include "tests/support/drawn_symbol.h"
#include "vision/locate/locator.h"

namespace veriline::locate {
namespace {

using testing::Canvas;
using testing::EncodeRectangle;
using testing::EncodeSymbol;
using testing::Modules;
using testing::Placement;

constexpr float kRadPerDegree = 3.14159265f / 180;

struct Drawn {
  Canvas canvas;
  Quad outline;
};

Drawn Draw(const Modules& modules, Placement at) {
  const float reach = std::hypot(modules.width(), modules.height()) / 2 * at.module_px;
  const int side = static_cast<int>(2 * reach) + 160;
  at.center = {static_cast<float>(side) / 2 + 2.3f, static_cast<float>(side) / 2 - 1.6f};
  Drawn drawn{Canvas(side, side, at.inverted ? at.dark : at.light), {}};
  drawn.outline = drawn.canvas.Draw(modules, at);
  return drawn;
}

std::optional<Finding> Found(Locator& locator, const Canvas& canvas, Finder finder) {
  for (const Region& region : locator.Locate(canvas.view())) {
    if (region.finding.finder == finder) return region.finding;
  }
  return std::nullopt;
}

/// The farthest that a corner lies from the one it should be.
float CornerError(const Quad& a, const Quad& b) {
  float error = 0;
  for (size_t i = 0; i < 4; ++i) error = std::max(error, Distance(a.corners[i], b.corners[i]));
  return error;
}

TEST(FindDataMatrix, TellsOutlineSizeAndPolarity) {
  Locator locator;
  const Modules symbols[] = {EncodeSymbol(Symbology::kDataMatrix, "12"),
                             EncodeSymbol(Symbology::kDataMatrix, "FINDER 12345"),
                             EncodeSymbol(Symbology::kDataMatrix, std::string(60, 'A')),
                             EncodeSymbol(Symbology::kDataMatrix, std::string(300, 'Q'))};
  // Of symbols of several data regions, whose borders look like those of the symbol, and of modules
  // of 2.5 px one in ten may be missed; of the others none.
  int hard = 0, hard_missed = 0;
  for (const Modules& modules : symbols) {
    for (const float module_px : {2.5f, 4.0f, 7.3f}) {
      if (modules.cols > 60 && module_px > 5) continue;
      // Large symbols of few pixels a module are found at most angles, not at all of them.
      if (modules.cols > 26 && module_px < 4) continue;
      for (int degrees = 0; degrees < 360; degrees += 17) {
        for (const bool inverted : {false, true}) {
          const Drawn drawn =
              Draw(modules, {.module_px = module_px,
                             .angle_rad = static_cast<float>(degrees) * kRadPerDegree,
                             .inverted = inverted});
          const auto found = Found(locator, drawn.canvas, Finder::kDataMatrix);
          if (modules.cols > 26 || module_px < 4) {
            ++hard;
            hard_missed += !found;
            if (!found) continue;
          }
          ASSERT_TRUE(found) << modules.cols << " modules of " << module_px << " px at " << degrees;
          EXPECT_EQ(found->cols, modules.cols);
          EXPECT_EQ(found->rows, modules.rows);
          EXPECT_EQ(found->inverted, inverted);
          // Edges are seen to half a pixel: three corners are known to a pixel or two, and the
          // fourth from them.
          EXPECT_LT(CornerError(found->quad, drawn.outline), std::max(3.0f, module_px / 2))
              << modules.cols << " modules of " << module_px << " px at " << degrees;
        }
      }
    }
  }
  EXPECT_GT(hard, 50);
  EXPECT_LE(hard_missed, hard / 10);
}

TEST(FindDataMatrix, FindsRectanglesAndMirroredOnes) {
  Locator locator;
  const Modules rectangle = EncodeRectangle("RECTANGLE 12345");
  for (int degrees = 0; degrees < 360; degrees += 30) {
    const float angle = static_cast<float>(degrees) * kRadPerDegree;
    const Drawn drawn = Draw(rectangle, {.module_px = 5, .angle_rad = angle});
    const auto found = Found(locator, drawn.canvas, Finder::kDataMatrix);
    ASSERT_TRUE(found) << degrees;
    EXPECT_EQ(found->cols, rectangle.cols);
    EXPECT_EQ(found->rows, rectangle.rows);
    const Drawn mirrored = Draw(EncodeSymbol(Symbology::kDataMatrix, "MIRROR"),
                                {.module_px = 5, .angle_rad = angle, .mirrored = true});
    EXPECT_TRUE(Found(locator, mirrored.canvas, Finder::kDataMatrix)) << degrees;
  }
}

TEST(FindQr, TellsOutlineAndVersion) {
  Locator locator;
  for (const std::string& text : {std::string("QR"), std::string(60, '7'), std::string(120, 'x')}) {
    const Modules modules = EncodeSymbol(Symbology::kQr, text);
    for (int degrees = 0; degrees < 360; degrees += 15) {
      const Drawn drawn =
          Draw(modules, {.module_px = 4, .angle_rad = static_cast<float>(degrees) * kRadPerDegree});
      const auto found = Found(locator, drawn.canvas, Finder::kQr);
      ASSERT_TRUE(found) << modules.cols << " modules at " << degrees;
      EXPECT_EQ(found->cols, modules.cols);
      EXPECT_LT(CornerError(found->quad, drawn.outline), 4) << degrees;
    }
  }
}

TEST(FindBars, CoversTheWholeRow) {
  Locator locator;
  for (const auto& [symbology, text] : {std::pair{Symbology::kCode128, "FIND BARS 0123456789"},
                                        {Symbology::kEan13, "4006381333931"},
                                        {Symbology::kCode39, "CODE39"},
                                        {Symbology::kItf, "12345678901231"}}) {
    const Modules modules = EncodeSymbol(symbology, text);
    for (int degrees = 0; degrees < 180; degrees += 12) {
      const Drawn drawn = Draw(modules, {.module_px = 3,
                                         .angle_rad = static_cast<float>(degrees) * kRadPerDegree,
                                         .quiet_modules = 10});
      const auto found = Found(locator, drawn.canvas, Finder::kBars);
      ASSERT_TRUE(found) << text << " at " << degrees;
      const float length = Distance(drawn.outline.corners[0], drawn.outline.corners[1]);
      EXPECT_NEAR(Distance(found->quad.corners[0], found->quad.corners[1]), length, 6)
          << text << " at " << degrees;
      EXPECT_TRUE(found->quad.Contains(drawn.outline.Center()));
    }
  }
}

TEST(FindBars, PrintAroundDoesNotCutTheRow) {
  // A long code whose elements reach 13 px, and fine print where lines go on beyond it: there
  // most edges stand closer than narrow bars.
  Locator locator;
  const Modules modules =
      EncodeSymbol(Symbology::kCode128, "(01)09525279188217(17)270600(10)L48(21)3881980");
  for (const int degrees : {0, 2, 45, 88, 92, 135}) {
    Drawn drawn = Draw(modules, {.module_px = 3.4f,
                                 .angle_rad = static_cast<float>(degrees) * kRadPerDegree,
                                 .quiet_modules = 10});
    const Quad& q = drawn.outline;
    const float length = Distance(q.corners[0], q.corners[1]);
    const float height = Distance(q.corners[0], q.corners[3]);
    const Point u = (q.corners[1] - q.corners[0]) * (1 / length);
    const Point v = (q.corners[3] - q.corners[0]) * (1 / height);
    std::mt19937 random(7);
    for (int y = 0; y < drawn.canvas.height(); ++y) {
      for (int x = 0; x < drawn.canvas.width(); ++x) {
        const Point from = Point{static_cast<float>(x), static_cast<float>(y)} - q.Center();
        const float along = std::abs(Dot(from, u)) - length / 2;
        const float across = std::abs(Dot(from, v)) - height / 2;
        if (along < 35 || across > 0) continue;
        if (random() % 2 == 0) drawn.canvas.Row(y)[x] = 60;
      }
    }
    bool whole = false;
    for (const Region& region : locator.Locate(drawn.canvas.view())) {
      const Finding& found = region.finding;
      if (found.finder != Finder::kBars || !found.quad.Contains(q.Center())) continue;
      const float of_it = Distance(found.quad.corners[0], found.quad.corners[1]);
      whole |= std::abs(of_it - length) < 8 && std::abs(found.module_px - 3.4f) < 0.4f;
    }
    EXPECT_TRUE(whole) << degrees;
  }
}

TEST(Finders, ARowOfBarsHidesNoMatrixSymbol) {
  // Taller than wide, with the symbol among the bars.
  Locator locator;
  const Modules bars = EncodeSymbol(Symbology::kCode128, "HIDES 0123456789 NOTHING");
  const Modules matrix = EncodeSymbol(Symbology::kDataMatrix, "NOT HIDDEN");
  Canvas canvas(1000, 700, 210);
  Modules tall = bars;
  tall.row_height = 150;
  canvas.Draw(tall, {.center = {500, 350}, .module_px = 3, .quiet_modules = 10});
  const Quad outline = canvas.Draw(matrix, {.center = {500, 350}, .module_px = 5});
  const auto found = Found(locator, canvas, Finder::kDataMatrix);
  ASSERT_TRUE(Found(locator, canvas, Finder::kBars));
  ASSERT_TRUE(found);
  EXPECT_LT(CornerError(found->quad, outline), 4);
}

TEST(Finders, HatchingBesideALabelHidesNoMatrixSymbol) {
  // The label lies in the corner of a hatched area, whose edges are as dense as the symbol's.
  const Modules matrix = EncodeSymbol(Symbology::kDataMatrix, "BESIDE HATCHING 1");
  // Another symbol that is found at once must not end the search.
  const Modules other = EncodeSymbol(Symbology::kDataMatrix, "FAR FROM IT 2");
  int found_in = 0, drawn = 0;
  Locator locator;
  for (const float lean : {0.0f, 0.2f, 0.35f}) {
    for (const float angle : {0.3f, 0.61f, 0.9f, -0.3f, -0.61f, -0.9f}) {
      Canvas canvas(700, 600, 205);
      const bool two = angle < 0;
      if (two) canvas.Draw(other, {.center = {600, 90}, .module_px = 5});
      for (int y = 250; y < 600; ++y) {
        for (int x = 0; x < 420; ++x) {
          const float across = static_cast<float>(x) + lean * static_cast<float>(y);
          if (std::fmod(across, 7.5f) < 4) canvas.Row(y)[x] = 45;
        }
      }
      const Quad outline = canvas.Draw(matrix, {.center = {420, 250},
                                                .module_px = 4.7f,
                                                .angle_rad = std::abs(angle),
                                                .quiet_modules = 3});
      ++drawn;
      const auto regions = locator.Locate(canvas.view());
      found_in += std::ranges::any_of(regions, [&](const Region& region) {
        return region.finding.finder == Finder::kDataMatrix &&
               CornerError(region.finding.quad, outline) < 4;
      });
    }
  }
  EXPECT_EQ(found_in, drawn);
}

TEST(Finders, FindNothingInHatchingChecksAndRules) {
  Locator locator;
  for (int degrees = 0; degrees < 180; degrees += 9) {
    const float angle = static_cast<float>(degrees) * kRadPerDegree;
    for (const bool checks : {false, true}) {
      Canvas canvas(400, 400, 210);
      for (int y = 80; y < 320; ++y) {
        for (int x = 80; x < 320; ++x) {
          const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
          const float u = fx * std::cos(angle) + fy * std::sin(angle);
          const float v = fy * std::cos(angle) - fx * std::sin(angle);
          const bool a = std::fmod(u + 1000, 12.0f) < 6, b = std::fmod(v + 1000, 12.0f) < 6;
          if (checks ? a != b : a) canvas.Row(y)[x] = 40;
        }
      }
      for (const Region& region : locator.Locate(canvas.view())) {
        EXPECT_EQ(region.finding.finder, Finder::kNone)
            << (checks ? "checks at " : "hatching at ") << degrees;
      }
    }
  }
}

}  // namespace
}  // namespace veriline::locate
