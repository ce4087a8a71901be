// SPDX-License-Identifier: Apache-2.0
// Vectors give what one number after the other gives, to the last bit.
#include "vision/text/cell_sums.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace veriline::text {
namespace {

std::vector<int16_t> RandomCells(std::mt19937& random, size_t count, int from, int to) {
  std::uniform_int_distribution<int> any(from, to);
  std::vector<int16_t> cells(count);
  for (int16_t& cell : cells) cell = static_cast<int16_t>(any(random));
  return cells;
}

std::vector<uint8_t> RandomPixels(std::mt19937& random, size_t count) {
  std::vector<uint8_t> pixels(count);
  for (uint8_t& pixel : pixels) pixel = static_cast<uint8_t>(random() % 256);
  return pixels;
}

TEST(CellSums, DotIsThatOfAllCells) {
  std::mt19937 random(1);
  const auto a = RandomCells(random, kGlyphCells, 0, 255),
             b = RandomCells(random, a.size(), 0, 255);
  int32_t sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  EXPECT_EQ(Dot(a.data(), b.data()), sum);
}

TEST(CellSums, CoarseDotFollowsTheRows) {
  std::mt19937 random(2);
  constexpr int kStride = 61;
  const auto ink = RandomCells(random, kStride * kCoarseHeight, -128, 127);
  const auto shape = RandomCells(random, kCoarseCells, -255, 255);
  int32_t sum = 0;
  for (int i = 0; i < kCoarseCells; ++i) {
    sum += ink[static_cast<size_t>(i / kCoarseWidth * kStride + i % kCoarseWidth)] *
           shape[static_cast<size_t>(i)];
  }
  EXPECT_EQ(CoarseDot(ink.data(), kStride, shape.data()), sum);
}

TEST(CellSums, TakesTheCellsOfTheWindowAndTheirMoments) {
  std::mt19937 random(3);
  constexpr int kStride = 37;
  const auto pixels = RandomPixels(random, kStride * kGlyphHeight);
  std::array<int16_t, kGlyphWidth> mask{};
  for (size_t col = 5; col < 19; ++col) mask[col] = -1;
  std::vector<int16_t> cells(kGlyphCells, -7);
  const PatchSums sums = TakeCells(pixels.data(), kStride, mask, cells.data());
  PatchSums expected;
  for (int i = 0; i < kGlyphCells; ++i) {
    const int row = i / kGlyphWidth, col = i % kGlyphWidth;
    const int value = col >= 5 && col < 19 ? pixels[static_cast<size_t>(row * kStride + col)] : 0;
    ASSERT_EQ(cells[static_cast<size_t>(i)], value) << i;
    expected.sum += value;
    expected.sum_x += value * (2 * col + 1 - kGlyphWidth);
    expected.sum_y += value * (2 * row + 1 - kGlyphHeight);
    expected.squares += value * value;
  }
  EXPECT_EQ(sums.sum, expected.sum);
  EXPECT_EQ(sums.sum_x, expected.sum_x);
  EXPECT_EQ(sums.sum_y, expected.sum_y);
  EXPECT_EQ(sums.squares, expected.squares);
}

/// 37 places: whole vectors and some behind them.
TEST(CellSums, SamplesBetweenFourPixels) {
  std::mt19937 random(4);
  constexpr int kWidth = 80, kHeight = 60, kCount = 37;
  const auto pixels = RandomPixels(random, kWidth * kHeight);
  const SampledRow row{.x = 70 << 16, .y = 3 << 16, .step_x = -118000, .step_y = 93000};
  for (const int flip : {0, 255}) {
    std::vector<uint8_t> out(kCount + 1, 99);
    SampleRow(pixels.data(), kWidth, row, kCount, static_cast<uint8_t>(flip), out.data());
    for (int i = 0; i < kCount; ++i) {
      const int x = row.x + i * row.step_x, y = row.y + i * row.step_y;
      const auto at = [&](int dx, int dy) {
        return double{1} * pixels[static_cast<size_t>(((y >> 16) + dy) * kWidth + (x >> 16) + dx)];
      };
      // Places count in 1/256 of a pixel.
      const double fx = (x >> 8 & 255) / 256.0, fy = (y >> 8 & 255) / 256.0;
      const double upper = at(0, 0) + fx * (at(1, 0) - at(0, 0));
      const double lower = at(0, 1) + fx * (at(1, 1) - at(0, 1));
      const int value = static_cast<int>(upper + fy * (lower - upper) + 0.5);
      ASSERT_EQ(out[static_cast<size_t>(i)], flip == 0 ? value : 255 - value) << i;
    }
    EXPECT_EQ(out[kCount], 99);
  }
}

}  // namespace
}  // namespace veriline::text
