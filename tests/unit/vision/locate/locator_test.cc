// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/locator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "tests/support/drawn_symbol.h"

namespace veriline::locate {
namespace {

using testing::Canvas;
using testing::EncodeRectangle;
using testing::EncodeSymbol;
using testing::Modules;
using testing::Placement;

constexpr float kRadPerDegree = 3.14159265f / 180;
/// The region that covers a symbol is at most that many times its upright box: margins of a block
/// and of the quiet zone, and the closing of the map, weigh most on the smallest symbols.
constexpr float kMostAreaRatio = 4;

/// Area of the smallest region around the symbol, in its upright box; 0 when none holds all of it
/// but `missing_px` on a side.
float CoverRatio(const Canvas& canvas, const Quad& outline, int missing_px = 0) {
  Locator locator;
  const Rect box = Intersect(BoundsOf(outline), canvas.view().Bounds());
  float best = 0;
  for (const Region& region : locator.Locate(canvas.view())) {
    EXPECT_EQ(Intersect(region.box, canvas.view().Bounds()), region.box) << "leaves the picture";
    EXPECT_FALSE(region.box.Empty());
    const Rect grown{region.box.x - missing_px, region.box.y - missing_px,
                     region.box.width + 2 * missing_px, region.box.height + 2 * missing_px};
    if (Intersect(grown, box) != box) continue;
    const float ratio = Area(region.box) / Area(box);
    if (best == 0 || ratio < best) best = ratio;
  }
  return best;
}

struct Kind {
  const char* name;
  Modules modules;

  bool is_linear() const { return modules.rows == 1; }
  /// Of a linear code the last bar may be missing where its block holds little of it.
  int missing_px() const { return is_linear() ? 8 : 0; }
  /// Bars give edges in one direction and wide spaces none: what the lowest threshold lets through
  /// of a linear code is 10 grey values a pixel, and an edge comes every 2.2 modules or so.
  bool IsAboveThreshold(float contrast, float module_px) const {
    return !is_linear() || contrast / (2.2f * module_px) > 12;
  }
};

std::vector<Kind> Kinds() {
  return {{"Data Matrix", EncodeSymbol(Symbology::kDataMatrix, "LOCATE 12345")},
          {"small Data Matrix", EncodeSymbol(Symbology::kDataMatrix, "12")},
          {"rectangular Data Matrix", EncodeRectangle("LOCATE")},
          {"QR", EncodeSymbol(Symbology::kQr, "LOCATE 12345")},
          {"Code 128", EncodeSymbol(Symbology::kCode128, "LOCATE")},
          {"EAN-13", EncodeSymbol(Symbology::kEan13, "4006381333931")}};
}

Canvas PictureFor(const Modules& modules, const Placement& at, Point& center) {
  const float reach = std::hypot(modules.width(), modules.height()) / 2 * at.module_px;
  const int side = static_cast<int>(2 * reach) + 160;
  center = {static_cast<float>(side) / 2 + 3.3f, static_cast<float>(side) / 2 - 2.6f};
  return {side, side, at.inverted ? at.dark : at.light};
}

TEST(Locator, CoversEverySymbolAtAnyAngleSizeAndPolarity) {
  for (const Kind& kind : Kinds()) {
    for (const float module_px : {2.5f, 4.0f, 9.0f}) {
      for (int degrees = 0; degrees < 180; degrees += 15) {
        for (const bool inverted : {false, true}) {
          Placement at{.module_px = module_px,
                       .angle_rad = static_cast<float>(degrees) * kRadPerDegree,
                       .inverted = inverted};
          if (!kind.IsAboveThreshold(at.light - at.dark, module_px)) continue;
          Canvas canvas = PictureFor(kind.modules, at, at.center);
          const float ratio = CoverRatio(canvas, canvas.Draw(kind.modules, at), kind.missing_px());
          EXPECT_TRUE(ratio > 0 && ratio < kMostAreaRatio)
              << kind.name << " of " << module_px << " px at " << degrees << "°"
              << (inverted ? " inverted" : "") << ": " << ratio;
        }
      }
    }
  }
}

TEST(Locator, CoversSymbolsOfLowContrastInNoise) {
  std::mt19937 random(4);
  for (const Kind& kind : Kinds()) {
    for (const int contrast : {35, 60, 120, 200}) {
      constexpr float kModulePx = 4;
      if (!kind.IsAboveThreshold(static_cast<float>(contrast), kModulePx)) continue;
      Placement at{.module_px = kModulePx,
                   .angle_rad = 0.4f,
                   .dark = 30,
                   .light = static_cast<uint8_t>(30 + contrast)};
      Canvas canvas = PictureFor(kind.modules, at, at.center);
      const Quad outline = canvas.Draw(kind.modules, at);
      canvas.AddNoise(random, 2);
      const float ratio = CoverRatio(canvas, outline, kind.missing_px());
      EXPECT_TRUE(ratio > 0 && ratio < kMostAreaRatio)
          << kind.name << ", " << contrast << ": " << ratio;
    }
  }
}

// The quiet zone may end with the picture.
TEST(Locator, CoversSymbolsAtTheBordersOfThePicture) {
  const Modules modules = EncodeSymbol(Symbology::kDataMatrix, "LOCATE 12345");
  const float half = modules.width() * 4 / 2, quiet = 4;
  for (const float x : {half + quiet, 300 - half - quiet}) {
    for (const float y : {half + quiet, 200 - half - quiet}) {
      Canvas canvas(300, 200, 210);
      const float ratio = CoverRatio(canvas, canvas.Draw(modules, {.center = {x, y}}));
      EXPECT_TRUE(ratio > 0 && ratio < kMostAreaRatio) << x << "," << y << ": " << ratio;
    }
  }
}

TEST(Locator, CoversEachOfSeveralSymbols) {
  const Modules modules = EncodeSymbol(Symbology::kDataMatrix, "MANY");
  Canvas canvas(900, 700, 210);
  std::vector<Quad> outlines;
  for (int i = 0; i < 12; ++i) {
    const Point center{120.0f + 220.0f * static_cast<float>(i % 4),
                       130.0f + 220.0f * static_cast<float>(i / 4)};
    outlines.push_back(
        canvas.Draw(modules, {.center = center, .angle_rad = 0.2f * static_cast<float>(i)}));
  }
  for (const Quad& outline : outlines) {
    const float ratio = CoverRatio(canvas, outline);
    EXPECT_TRUE(ratio > 0 && ratio < kMostAreaRatio) << ratio;
  }
}

TEST(Locator, FindsNothingInFlatPicturesGradientsAndNoise) {
  Locator locator;
  EXPECT_TRUE(locator.Locate(Canvas(640, 480, 0).view()).empty());
  EXPECT_TRUE(locator.Locate(Canvas(640, 480, 255).view()).empty());
  std::mt19937 random(1);
  Canvas noise(1280, 1024, 128);
  // The mean |dx| + |dy| of σ 3.5 is 7.9 and the lowest threshold 10; from σ 4 on single blocks
  // pass it.
  noise.AddNoise(random, 3.5f);
  EXPECT_TRUE(locator.Locate(noise.view()).empty());
  Canvas gradient(640, 480, 0);
  for (int y = 0; y < 480; ++y) {
    for (int x = 0; x < 640; ++x) gradient.Row(y)[x] = static_cast<uint8_t>((x + y) * 255 / 1120);
  }
  EXPECT_TRUE(locator.Locate(gradient.view()).empty());
}

TEST(Locator, TakesPicturesOfAnySizeAndStride) {
  std::mt19937 random(2);
  Locator locator;
  for (int width = 0; width <= 40; ++width) {
    for (int height = 0; height <= 40; ++height) {
      const int stride = width + std::uniform_int_distribution<int>(0, 70)(random);
      // Not a byte more than the view says, so that a sanitizer sees what is read beyond.
      std::vector<uint8_t> bytes(height == 0 ? 0
                                             : static_cast<size_t>(stride * (height - 1) + width));
      for (uint8_t& b : bytes) b = static_cast<uint8_t>(random());
      const FrameView view{bytes.data(), width, height, stride};
      for (const Region& region : locator.Locate(view)) {
        ASSERT_EQ(Intersect(region.box, view.Bounds()), region.box);
      }
      if (width < 16 || height < 16) {
        ASSERT_TRUE(locator.Locate(view).empty());
      }
    }
  }
}

bool Same(const Region& a, const Region& b) {
  return a.box == b.box && a.kind == b.kind && a.angle_rad == b.angle_rad &&
         a.clarity_ratio == b.clarity_ratio && a.score == b.score;
}

Canvas Busy(int width, int height) {
  std::mt19937 random(6);
  Canvas canvas(width, height, 180);
  canvas.AddClutter(random, 60, {});
  canvas.Draw(EncodeSymbol(Symbology::kDataMatrix, "BUSY"),
              {.center = {200, 200}, .angle_rad = 0.3f});
  canvas.AddNoise(random, 3);
  return canvas;
}

std::vector<Region> Copy(std::span<const Region> regions) {
  return {regions.begin(), regions.end()};
}

// What a picture gives does not depend on the pictures before it, nor on how its rows lie.
TEST(Locator, IsDeterministicWhateverCameBeforeAndHowRowsLie) {
  const Canvas busy = Busy(900, 700), other = Busy(500, 300);
  Locator fresh, used;
  used.Locate(other.view());
  used.Locate(Canvas(1000, 1000, 3).view());
  const auto regions = Copy(fresh.Locate(busy.view()));
  ASSERT_GT(regions.size(), 3u);
  EXPECT_TRUE(std::ranges::equal(regions, used.Locate(busy.view()), Same));
  constexpr int kStride = 1024;
  std::vector<uint8_t> wide(static_cast<size_t>(kStride) * 700, 77);
  for (int y = 0; y < 700; ++y)
    std::memcpy(&wide[static_cast<size_t>(y) * kStride], busy.view().Row(y), 900);
  EXPECT_TRUE(std::ranges::equal(regions, fresh.Locate({wide.data(), 900, 700, kStride}), Same));
}

TEST(Locator, GivesTheBestRegionsAndNoMoreThanAskedFor) {
  const Canvas busy = Busy(900, 700);
  Locator locator;
  for (const int most : {0, 1, 3, 7}) {
    auto regions = Copy(locator.Locate(busy.view(), {.max_regions = most}));
    // Those with a fixed pattern come first and are not counted.
    EXPECT_EQ(regions.front().finding.finder, Finder::kDataMatrix);
    std::erase_if(regions, [](const Region& r) { return r.finding.finder != Finder::kNone; });
    EXPECT_EQ(regions.size(), static_cast<size_t>(most));
    EXPECT_TRUE(std::ranges::is_sorted(regions, std::greater{}, &Region::score));
  }
}

// The direction of the bars' gradient is that of the scan line.
TEST(Locator, TellsTheDirectionOfBarsAndGrids) {
  const Modules bars = EncodeSymbol(Symbology::kCode128, "DIRECTION");
  const Modules grid = EncodeSymbol(Symbology::kDataMatrix, "DIRECTION OF A GRID");
  constexpr float kToleranceRad = 2 * kRadPerDegree;
  for (int degrees = -80; degrees < 90; degrees += 20) {
    const float angle = static_cast<float>(degrees) * kRadPerDegree;
    for (const bool matrix : {false, true}) {
      Placement at{.angle_rad = angle};
      Canvas canvas = PictureFor(matrix ? grid : bars, at, at.center);
      canvas.Draw(matrix ? grid : bars, at);
      Locator locator;
      const auto regions = locator.Locate(canvas.view());
      ASSERT_FALSE(regions.empty());
      EXPECT_EQ(regions[0].kind, matrix ? RegionKind::kMatrix : RegionKind::kBars);
      const float period = (matrix ? 90 : 180) * kRadPerDegree;
      EXPECT_LT(std::abs(std::remainder(regions[0].angle_rad - angle, period)), kToleranceRad)
          << degrees;
      EXPECT_GT(regions[0].clarity_ratio, matrix ? 0.4f : 0.8f);
    }
  }
}

}  // namespace
}  // namespace veriline::locate
