// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/scene_frames.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/zxing_crop.h"

namespace veriline::linesim {
namespace {

using testing::ReadAt;

constexpr double kLeastClutter = 0.30;

std::vector<uint8_t> Pixels(const FrameView& view) {
  return {view.data, view.data + view.stride * view.height};
}
std::vector<Quad> QuadsOf(const std::vector<ShownSymbol>& shown) {
  std::vector<Quad> quads;
  for (const ShownSymbol& symbol : shown) quads.push_back(symbol.quad);
  return quads;
}

class BenchFrames : public ::testing::TestWithParam<SceneKind> {
 protected:
  BenchFrames() : world_(FaultlessWorld(GetParam(), 5)), frames_(world_, kOptions) {}

  static constexpr SceneFramesOptions kOptions{.whole_rows = true, .clutter = true};
  World world_;
  SceneFrames frames_;
};
INSTANTIATE_TEST_SUITE_P(All, BenchFrames,
                         ::testing::Values(SceneKind::kPacks, SceneKind::kWeb, SceneKind::kSheet,
                                           SceneKind::kCartons),
                         [](const auto& scene) { return std::string(TraitsOf(scene.param).name); });

TEST_P(BenchFrames, ShowEveryCodeReadableWhereTheTruthSaysAmongClutter) {
  const std::map<SceneKind, size_t> codes = {{SceneKind::kPacks, 1},
                                             {SceneKind::kWeb, 32},
                                             {SceneKind::kSheet, 96},
                                             {SceneKind::kCartons, 3}};
  const size_t wanted = codes.at(GetParam());
  const uint64_t pictures = wanted > 3 ? 2 : 12;
  for (uint64_t index = 0; index < pictures; ++index) {
    const FrameView picture = frames_.Draw(index);
    const std::vector<ShownSymbol> shown = frames_.ShownIn(index);
    size_t whole = 0;
    for (const ShownSymbol& symbol : shown) {
      if (!symbol.whole) continue;
      ++whole;
      for (const Point& corner : symbol.quad.corners) {
        EXPECT_TRUE(corner.x >= 0 && corner.x <= static_cast<float>(picture.width) &&
                    corner.y >= 0 && corner.y <= static_cast<float>(picture.height));
      }
      const bool linear =
          symbol.symbology == Symbology::kCode128 || symbol.symbology == Symbology::kEan13;
      const auto read =
          ReadAt(picture, symbol.quad, (linear ? 10.f : 2.5f) * symbol.module_px, symbol.symbology);
      ASSERT_TRUE(read) << "picture " << index << " item " << symbol.item << " "
                        << symbol.identifier << " X " << symbol.module_px;
      EXPECT_EQ(read->payload, symbol.text);
      EXPECT_EQ(read->identifier, symbol.identifier);
      EXPECT_LE(Distance(read->quad.Center(), symbol.quad.Center()),
                linear ? 40.f : 1.5f * symbol.module_px);
    }
    EXPECT_EQ(whole, wanted) << index;
    EXPECT_GE(ClutterRatio(picture, QuadsOf(shown)), kLeastClutter) << index;
  }
}

TEST_P(BenchFrames, AreTheSameInAnyOrderFromAnyObject) {
  const std::vector<uint8_t> first = Pixels(frames_.Draw(1));
  EXPECT_NE(Pixels(frames_.Draw(0)), first);
  SceneFrames other(world_, kOptions);
  EXPECT_EQ(Pixels(other.Draw(1)), first);
}

TEST(SceneFramesTest, TellWhatBordersCut) {
  // Blocks of the strip assembler end anywhere.
  World world(FaultlessWorld(SceneKind::kWeb, 5));
  SceneFrames frames(world, {});
  size_t cut = 0, whole = 0;
  for (uint64_t index = 1; index < 8; ++index) {
    for (const ShownSymbol& symbol : frames.ShownIn(index)) {
      const Rect box = BoundsOf(symbol.quad);
      const bool inside = box.y >= 16 && box.y + box.height + 16 <= 2048;
      EXPECT_EQ(symbol.whole, inside) << index << " " << symbol.identifier << " at " << box.y;
      ++(symbol.whole ? whole : cut);
    }
  }
  EXPECT_GT(whole, 7u * 16);
  EXPECT_GT(cut, 0u);
}

TEST(SceneFramesTest, TellWhatPlantedFaultsLeaveUnreadable) {
  WorldConfig config = FaultlessWorld(SceneKind::kSheet, 5);
  config.fault_ratio = 0.25;
  World world(config);
  SceneFrames frames(world, {});
  const std::vector<ShownSymbol> shown = frames.ShownIn(0);
  std::map<uint64_t, bool> whole;
  for (const ShownSymbol& symbol : shown) whole[symbol.item] = symbol.whole;
  int damaged = 0;
  for (uint64_t item = 0; item < 96; ++item) {
    const FaultKind fault = world.FaultOf(item);
    EXPECT_EQ(whole.contains(item), fault != FaultKind::kNoLabel) << item;
    if (fault == FaultKind::kDamaged) {
      ++damaged;
      EXPECT_FALSE(whole[item]) << item;
    }
  }
  EXPECT_GT(damaged, 0);
}

TEST(EmptyFramesTest, ShowClutterAndNoCode) {
  for (const auto& [width, height] : {std::pair{1280, 1024}, std::pair{2000, 1500}}) {
    EmptyFrames frames(5, width, height);
    EmptyFrames other(5, width, height);
    for (const uint64_t index : {4u, 0u}) {
      const FrameView picture = frames.Draw(index);
      EXPECT_EQ(picture.width, width);
      EXPECT_EQ(picture.height, height);
      EXPECT_GE(ClutterRatio(picture, {}), kLeastClutter);
      EXPECT_EQ(Pixels(picture), Pixels(other.Draw(index)));
      EXPECT_TRUE(frames.ShownIn(index).empty());
    }
  }
}

}  // namespace
}  // namespace veriline::linesim
