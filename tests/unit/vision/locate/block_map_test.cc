// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/block_map.h"

#include <gtest/gtest.h>

#include <hwy/targets.h>
#include <cstdlib>
#include <random>
#include <vector>

namespace veriline::locate {
namespace {

/// The definition, pixel by pixel.
std::vector<uint16_t> Defined(const FrameView& picture) {
  std::vector<uint16_t> energy;
  for (int by = 0; by < (picture.height - 1) / kBlockPx; ++by) {
    for (int bx = 0; bx < (picture.width - 1) / kBlockPx; ++bx) {
      int sum = 0;
      for (int y = by * kBlockPx; y < (by + 1) * kBlockPx; ++y) {
        for (int x = bx * kBlockPx; x < (bx + 1) * kBlockPx; ++x) {
          sum += std::abs(picture.Row(y)[x] - picture.Row(y)[x + 1]) +
                 std::abs(picture.Row(y)[x] - picture.Row(y + 1)[x]);
        }
      }
      energy.push_back(static_cast<uint16_t>(sum));
    }
  }
  return energy;
}

/// Every instruction set of this machine, one after the other.
class BlockMapTest : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

TEST_P(BlockMapTest, IsTheDefinitionForAnySizeAndStride) {
  std::mt19937 random(7);
  BlockMap map;
  for (int round = 0; round < 300; ++round) {
    const int width = 1 + static_cast<int>(random() % 700);
    const int height = 1 + static_cast<int>(random() % 40);
    const int stride = width + static_cast<int>(random() % 20);
    // Exactly as many bytes as the picture has, so that a sanitizer sees a read beyond.
    std::vector<uint8_t> pixels(static_cast<size_t>(stride) * (height - 1) + width);
    const bool extreme = round % 3 == 0;
    for (uint8_t& p : pixels) p = static_cast<uint8_t>(extreme ? (random() & 1) * 255 : random());
    const FrameView picture{pixels.data(), width, height, stride};
    MeasureBlocks(picture, &map);
    EXPECT_EQ(map.cols, (width - 1) / kBlockPx);
    EXPECT_EQ(map.rows, (height - 1) / kBlockPx);
    ASSERT_EQ(map.energy, Defined(picture)) << width << "x" << height << " stride " << stride;
  }
}

std::string TargetName(const testing::TestParamInfo<int64_t>& info) {
  return hwy::TargetName(info.param);
}

INSTANTIATE_TEST_SUITE_P(Targets, BlockMapTest,
                         testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), TargetName);

}  // namespace
}  // namespace veriline::locate
