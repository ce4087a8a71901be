// SPDX-License-Identifier: Apache-2.0
#include "vision/core/sampled_grid.h"

#include <gtest/gtest.h>

#include <limits>

#include "vision/core/binary_view.h"

namespace veriline {
namespace {

SampledGrid TwoByThree() {
  SampledGrid grid;
  grid.rows = 2, grid.cols = 3;
  grid.centers = {{0, 0}, {1, 0}, {2, 0}, {0, 1}, {1, 1}, {2, 1}};
  grid.codeword = {-1, 0, 1, -1, -2, 0};
  grid.dark = {1, 0, 1, 0, 1, 0};
  grid.codewords.resize(2);
  grid.blocks.resize(1);
  return grid;
}

TEST(SampledGrid, IsAddressedByRowAndColumn) {
  const SampledGrid grid = TwoByThree();
  EXPECT_TRUE(grid.Consistent());
  EXPECT_EQ(grid.Center(1, 2), (Point{2, 1}));
  EXPECT_EQ(grid.CodewordOf(0, 2), 1);
  EXPECT_TRUE(grid.Dark(1, 1));
}

TEST(SampledGrid, SaysWhenItsArraysDoNotFit) {
  SampledGrid grid = TwoByThree();
  grid.codeword[1] = 2;
  EXPECT_FALSE(grid.Consistent()) << "a codeword that is not there";
  grid = TwoByThree();
  grid.codewords[1].block = 1;
  EXPECT_FALSE(grid.Consistent()) << "a block that is not there";
  grid = TwoByThree();
  grid.dark.pop_back();
  EXPECT_FALSE(grid.Consistent());
  grid = TwoByThree();
  grid.centers[3].x = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(grid.Consistent());
  grid = TwoByThree();
  grid.region_cols = 2;
  EXPECT_FALSE(grid.Consistent()) << "regions of one module and a half";
}

TEST(SampledGrid, ClearKeepsTheMemory) {
  SampledGrid grid = TwoByThree();
  const Point* before = grid.centers.data();
  grid.Clear();
  EXPECT_FALSE(grid.Consistent());
  grid.centers.resize(6);
  EXPECT_EQ(grid.centers.data(), before);
}

TEST(BinaryView, IsLightOutside) {
  const uint8_t pixels[] = {0, 1, 1, 0};
  const BinaryView view{pixels, 2, 2, 2, {}};
  EXPECT_TRUE(view.DarkAt({1.9f, 0.1f}));
  EXPECT_FALSE(view.DarkAt({0.5f, 0.5f}));
  EXPECT_FALSE(view.DarkAt({2.0f, 0.5f}));
  EXPECT_FALSE(view.DarkAt({-0.1f, 1.5f}));
}

}  // namespace
}  // namespace veriline
