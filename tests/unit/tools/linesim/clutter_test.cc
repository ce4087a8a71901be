// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/clutter.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tools/linesim/frame_set.h"

namespace veriline::linesim {
namespace {

constexpr int kW = 640;
constexpr int kH = 512;

Quad Square(float x, float y, float side) {
  return {{Point{x, y}, Point{x + side, y}, Point{x + side, y + side}, Point{x, y + side}}};
}

FrameView View(const std::vector<uint8_t>& pixels) { return {pixels.data(), kW, kH, kW}; }

TEST(Clutter, IsTheShareOfBlocksWithContrast) {
  std::vector<uint8_t> pixels(kW * kH, 100);
  EXPECT_EQ(ClutterRatio(View(pixels), {}), 0);
  // One pixel in each block of the upper half, just enough; in the lower half too little.
  for (int y = 3; y < kH; y += 8) {
    for (int x = 5; x < kW; x += 8) {
      pixels[static_cast<size_t>(y * kW + x)] = y < kH / 2 ? 100 + kClutterGrey : 99 + kClutterGrey;
    }
  }
  EXPECT_DOUBLE_EQ(ClutterRatio(View(pixels), {}), 0.5);
  // What lies in a code does not count.
  EXPECT_DOUBLE_EQ(ClutterRatio(View(pixels), std::array{Square(0, 0, 160)}),
                   0.5 - 400.0 / (kW / 8 * kH / 8));
}

TEST(Clutter, IsPrintedWhereThePictureIsBare) {
  for (const uint8_t ground : {50, 140, 230}) {  // belt, liner, paper
    std::vector<uint8_t> pixels(kW * kH, ground);
    ClutterPrinter printer(7);
    const Rect keep_out{200, 150, 220, 180};
    const Quad code = Square(230, 180, 120);
    const double ratio =
        printer.Print(3, pixels.data(), kW, kH, kW, std::array{code}, std::array{keep_out});
    EXPECT_GE(ratio, ClutterPrinter::kWantedRatio);
    EXPECT_LT(ratio, ClutterPrinter::kWantedRatio + 0.05);
    EXPECT_DOUBLE_EQ(ratio, ClutterRatio(View(pixels), std::array{code}));
    for (int y = keep_out.y; y < keep_out.y + keep_out.height; ++y) {
      for (int x = keep_out.x; x < keep_out.x + keep_out.width; ++x) {
        ASSERT_EQ(pixels[static_cast<size_t>(y * kW + x)], ground) << x << "," << y;
      }
    }
  }
}

TEST(Clutter, IsNotAddedWhereThereIsEnough) {
  std::vector<uint8_t> pixels(kW * kH, 200);
  for (size_t i = 0; i < pixels.size(); i += 8) pixels[i] = 20;
  const std::vector<uint8_t> before = pixels;
  ClutterPrinter printer(7);
  EXPECT_DOUBLE_EQ(printer.Print(0, pixels.data(), kW, kH, kW, {}, {}), 1);
  EXPECT_EQ(pixels, before);
}

TEST(Clutter, IsAFunctionOfSeedAndIndex) {
  const auto print = [](uint64_t seed, uint64_t index) {
    std::vector<uint8_t> pixels(kW * kH, 200);
    ClutterPrinter(seed).Print(index, pixels.data(), kW, kH, kW, {}, {});
    return pixels;
  };
  EXPECT_EQ(print(1, 5), print(1, 5));
  EXPECT_NE(print(1, 5), print(1, 6));
  EXPECT_NE(print(1, 5), print(2, 5));
}

TEST(FrameSet, GrowsQuadsOutwardBySides) {
  const Quad turned{{Point{10, 0}, Point{20, 10}, Point{10, 20}, Point{0, 10}}};
  const float by = 3;
  const Quad grown = Grown(turned, by);
  const float side = Distance(turned.corners[0], turned.corners[1]);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(Distance(grown.corners[i], grown.corners[(i + 1) % 4]), side + 2 * by, 1e-4);
  }
  EXPECT_EQ(grown.Center(), turned.Center());
  EXPECT_EQ(BoundsOf(turned), (Rect{0, 0, 20, 20}));
  EXPECT_EQ(BoundsOf({{Point{-0.5f, 1.5f}, Point{3, 1.5f}, Point{3, 2}, Point{-0.5f, 2}}}),
            (Rect{-1, 1, 4, 1}));
}

}  // namespace
}  // namespace veriline::linesim
