// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/cartons_renderer.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/zxing_crop.h"
#include "tools/linesim/carton_label.h"

namespace veriline::linesim {
namespace {

using testing::ReadAt;

class CartonsRendererTest : public ::testing::TestWithParam<RenderMode> {
 protected:
  CartonsRendererTest() : world_(Config()), renderer_(world_, GetParam()) {}

  static WorldConfig Config() {
    WorldConfig config;
    config.scene = SceneKind::kCartons;
    config.seed = 21;
    config.items = 2000;
    config.fault_ratio = 0.2;
    return config;
  }
  FrameView Draw(uint64_t item) {
    const SceneTraits& scene = world_.scene();
    pixels_.resize(static_cast<size_t>(scene.picture_width) *
                   static_cast<size_t>(scene.picture_height));
    renderer_.Render(item, pixels_.data(), scene.picture_width);
    return {pixels_.data(), scene.picture_width, scene.picture_height, scene.picture_width};
  }

  World world_;
  CartonsRenderer renderer_;
  std::vector<uint8_t> pixels_;
};
INSTANTIATE_TEST_SUITE_P(Modes, CartonsRendererTest,
                         ::testing::Values(RenderMode::kFresh, RenderMode::kPooled),
                         [](const auto& mode) {
                           return mode.param == RenderMode::kFresh ? "Fresh" : "Pooled";
                         });

TEST_P(CartonsRendererTest, DrawsEveryPrintedSymbolReadableAndWhereTheTruthSays) {
  int drawn = 0;
  for (uint64_t item = 0; item < 60; ++item) {
    const CartonLabel label = LayOutCartonLabel(world_, item);
    const FrameView picture = Draw(item);
    for (const PrintedSymbol& symbol : label.symbols) {
      if (symbol.print != Print::kGood) continue;
      ++drawn;
      const Quad quad = QuadOf(symbol, kCartonLabelWidthPx, kCartonLabelHeightPx, label.pose);
      const float quiet = (symbol.linear() ? 10.f : 2.5f) * symbol.module_px;
      const auto read = ReadAt(picture, quad, quiet, symbol.symbology);
      ASSERT_TRUE(read) << "item " << item << " " << symbol.identifier << " X " << symbol.module_px
                        << " angle " << label.pose.angle_rad;
      EXPECT_EQ(read->payload, symbol.text) << item;
      EXPECT_EQ(read->identifier, symbol.identifier) << item;
      if (symbol.linear()) continue;
      EXPECT_LE(Distance(read->quad.Center(), quad.Center()), 1.5f * symbol.module_px) << item;
    }
  }
  EXPECT_GT(drawn, 150);
}

TEST_P(CartonsRendererTest, DrawsADamagedIdentityBeyondReading) {
  int drawn = 0;
  for (uint64_t item = 0; item < world_.items() && drawn < 10; ++item) {
    if (world_.FaultOf(item) != FaultKind::kDamaged) continue;
    ++drawn;
    const CartonLabel label = LayOutCartonLabel(world_, item);
    const Quad quad =
        QuadOf(label.symbols[0], kCartonLabelWidthPx, kCartonLabelHeightPx, label.pose);
    EXPECT_FALSE(ReadAt(Draw(item), quad, 12, Symbology::kDataMatrix)) << item;
  }
  EXPECT_EQ(drawn, 10);
}

TEST_P(CartonsRendererTest, DrawsTheSamePictureInAnyOrderFromAnyRenderer) {
  CartonsRenderer other(world_, GetParam());
  for (const uint64_t item : {70u, 3u, 3u}) {
    const FrameView picture = Draw(item);
    std::vector<uint8_t> pixels(pixels_.size());
    other.Render(item, pixels.data(), picture.width);
    EXPECT_EQ(pixels, pixels_) << item;
    other.Render(item + 1, pixels.data(), picture.width);
    EXPECT_NE(pixels, pixels_) << item;
  }
}

}  // namespace
}  // namespace veriline::linesim
