// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/block_map.h"
#include "vision/locate/density_map.h"

#include <gtest/gtest.h>

#include <hwy/targets.h>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace veriline::locate {
namespace {

int Soft(int a, int b) { return std::max(0, std::abs(a - b) - kNoiseFloor); }

/// The definition, pixel by pixel.
std::vector<Block> DefinedBlocks(const FrameView& picture) {
  std::vector<Block> blocks;
  for (int by = 0; by < (picture.height - kEdgeReachPx) / kBlockPx; ++by) {
    for (int bx = 0; bx < (picture.width - kEdgeReachPx) / kBlockPx; ++bx) {
      int dx = 0, dy = 0, low = 255, high = 0;
      for (int y = by * kBlockPx; y < (by + 1) * kBlockPx; ++y) {
        for (int x = bx * kBlockPx; x < (bx + 1) * kBlockPx; ++x) {
          const int p = picture.Row(y)[x];
          dx += Soft(p, picture.Row(y)[x + kEdgeReachPx]);
          dy += Soft(p, picture.Row(y + kEdgeReachPx)[x]);
          low = std::min(low, p), high = std::max(high, p);
        }
      }
      const auto byte = [](int v) { return static_cast<uint8_t>(std::min(v, 255)); };
      blocks.push_back({byte(dx / 16), byte(dy / 16), byte(low), byte(high)});
    }
  }
  return blocks;
}

BlockMap RandomMap(std::mt19937& random, int cols, int rows) {
  BlockMap map{cols, rows, {}};
  for (int i = 0; i < cols * rows; ++i) {
    const auto byte = [&] { return static_cast<uint8_t>(random()); };
    const uint8_t a = byte(), b = byte();
    map.blocks.push_back({byte(), byte(), std::min(a, b), std::max(a, b)});
    // Flat parts, and parts of little contrast.
    if (random() % 2 != 0) map.blocks.back().high = map.blocks.back().low;
    if (random() % 2 != 0) map.blocks.back().low = map.blocks.back().high = 100 + (a & 31);
  }
  return map;
}

/// Every instruction set of this machine, one after the other.
class BlockMapTest : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
  std::mt19937 random_{7};
};

TEST_P(BlockMapTest, IsTheDefinitionForAnySizeAndStride) {
  Survey survey;
  for (int round = 0; round < 300; ++round) {
    const int width = 1 + static_cast<int>(random_() % 700);
    const int height = 1 + static_cast<int>(random_() % 40);
    const int stride = width + static_cast<int>(random_() % 20);
    // Exactly as many bytes as the picture has, so that a sanitizer sees a read beyond.
    std::vector<uint8_t> pixels(static_cast<size_t>(stride) * (height - 1) + width);
    const bool extreme = round % 3 == 0;
    for (uint8_t& p : pixels) p = static_cast<uint8_t>(extreme ? (random_() & 1) * 255 : random_());
    const FrameView picture{pixels.data(), width, height, stride};
    survey.Take(picture);
    const BlockMap& map = survey.blocks();
    EXPECT_EQ(map.cols, std::max(0, width - kEdgeReachPx) / kBlockPx);
    EXPECT_EQ(map.rows, std::max(0, height - kEdgeReachPx) / kBlockPx);
    ASSERT_EQ(map.blocks, DefinedBlocks(picture)) << width << "x" << height << " stride " << stride;
  }
}

TEST_P(BlockMapTest, BitsAreLightAboveTheLimitsAndGoOnBetweenThem) {
  Survey survey;
  for (int round = 0; round < 100; ++round) {
    const int width = 10 + static_cast<int>(random_() % 300);
    const int height = 10 + static_cast<int>(random_() % 40);
    std::vector<uint8_t> pixels(static_cast<size_t>(width) * static_cast<size_t>(height));
    const unsigned spread = 1 + random_() % 100;  // some blocks are flat
    for (uint8_t& p : pixels) p = static_cast<uint8_t>(100 + random_() % spread);
    survey.Take({pixels.data(), width, height, width});
    const LimitsMap& limits = survey.limits();
    for (int y = 0; y < height; ++y) {
      bool light = true;
      for (int x = 0; x < width; ++x) {
        const Limits& at = limits.Row(
            std::min(y / kBlockPx, limits.rows() - 1))[std::min(x / kBlockPx, limits.cols() - 1)];
        const int grey = pixels[static_cast<size_t>(y * width + x)];
        light = grey > at.light || (light && grey >= at.dark);
        ASSERT_EQ(((survey.bits().Row(y)[x / 64] >> (x % 64)) & 1) != 0, light) << x << "," << y;
        ASSERT_EQ(((survey.turned_bits().Row(x)[y / 64] >> (y % 64)) & 1) != 0, light)
            << x << "," << y;
      }
    }
  }
}

TEST_P(BlockMapTest, LimitsAreThoseOfTheNineBlocksAround) {
  LimitsMap limits;
  for (int round = 0; round < 100; ++round) {
    const int cols = 1 + static_cast<int>(random_() % 90),
              rows = 1 + static_cast<int>(random_() % 9);
    const BlockMap map = RandomMap(random_, cols, rows);
    limits.Begin(cols, rows);
    for (int y = 0; y < rows; ++y) limits.Add(&map.At(0, y));
    ASSERT_EQ(limits.cols(), cols);
    ASSERT_EQ(limits.rows(), rows);
    for (int y = 0; y < rows; ++y) {
      for (int x = 0; x < cols; ++x) {
        int low = 255, high = 0;
        for (int ny = std::max(0, y - 1); ny <= std::min(rows - 1, y + 1); ++ny) {
          for (int nx = std::max(0, x - 1); nx <= std::min(cols - 1, x + 1); ++nx) {
            low = std::min<int>(low, map.At(nx, ny).low);
            high = std::max<int>(high, map.At(nx, ny).high);
          }
        }
        const bool flat = high - low < LimitsMap::kFlatContrast;
        const int middle = (low + high + 1) / 2, half = (high - low) / 16;
        ASSERT_EQ(limits.Contrast(y)[x], std::max(0, high - low));
        ASSERT_EQ(limits.Row(y)[x].dark, flat ? 0 : middle - half) << x << "," << y;
        ASSERT_EQ(limits.Row(y)[x].light, flat ? 255 : middle + half) << x << "," << y;
      }
    }
  }
}

TEST_P(BlockMapTest, MasksShowWhereTheMeanOfASquareOfBlocksIsAShareOfTheContrast) {
  for (int round = 0; round < 60; ++round) {
    const int cols = 1 + static_cast<int>(random_() % 150),
              rows = 1 + static_cast<int>(random_() % 9);
    const BlockMap map = RandomMap(random_, cols, rows);
    LimitsMap limits;
    limits.Begin(cols, rows);
    for (int y = 0; y < rows; ++y) limits.Add(&map.At(0, y));
    DensityMap density;
    density.Assign(map, limits);
    for (int radius = 0; radius <= DensityMap::kMaxRadius; ++radius) {
      constexpr std::array<uint8_t, 3> kShares = {1, 60, 130};
      std::array<BlockMask, 3> masks;
      density.Mask(radius, kShares, masks);
      const int area = (2 * radius + 1) * (2 * radius + 1);
      for (int y = 0; y < rows; ++y) {
        for (int x = 0; x < masks[0].words * 64; ++x) {
          int sum = 0;
          for (int ny = std::max(0, y - radius); ny <= std::min(rows - 1, y + radius); ++ny) {
            for (int nx = std::max(0, x - radius); nx <= std::min(cols - 1, x + radius); ++nx) {
              sum += (map.At(nx, ny).dx + map.At(nx, ny).dy + 1) / 2;
            }
          }
          for (size_t k = 0; k < kShares.size(); ++k) {
            const bool set = ((masks[k].Row(y)[x / 64] >> (x % 64)) & 1) != 0;
            const int contrast = x < cols ? limits.Contrast(y)[x] : 0;
            const int least = std::max(DensityMap::kLeastDensity, contrast * kShares[k] / 256);
            ASSERT_EQ(set, x < cols && sum / area >= least)
                << x << "," << y << " radius " << radius << " sum " << sum;
          }
        }
      }
    }
  }
}

std::string TargetName(const testing::TestParamInfo<int64_t>& info) {
  return hwy::TargetName(info.param);
}

INSTANTIATE_TEST_SUITE_P(Targets, BlockMapTest,
                         testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), TargetName);

}  // namespace
}  // namespace veriline::locate
