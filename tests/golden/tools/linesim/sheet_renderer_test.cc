// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/sheet_renderer.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/zxing_crop.h"
#include "tools/linesim/sheet_layout.h"

namespace veriline::linesim {
namespace {

using testing::ReadAt;

class SheetRendererTest : public ::testing::TestWithParam<RenderMode> {
 protected:
  SheetRendererTest() : world_(Config()), renderer_(world_, GetParam()) {}

  static WorldConfig Config() {
    WorldConfig config;
    config.scene = SceneKind::kSheet;
    config.seed = 22;
    config.items = 96 * 50;
    config.fault_ratio = 0.1;
    return config;
  }
  FrameView Draw(uint64_t sheet) {
    const SceneTraits& scene = world_.scene();
    pixels_.resize(static_cast<size_t>(scene.picture_width) *
                   static_cast<size_t>(scene.picture_height));
    renderer_.Render(sheet, pixels_.data(), scene.picture_width);
    return {pixels_.data(), scene.picture_width, scene.picture_height, scene.picture_width};
  }
  static Quad QuadIn(const SheetPosition& position) {
    return QuadOf(position.symbol, kPositionWidthPx, kPositionHeightPx, position.pose);
  }
  /// Reads all positions of a sheet; returns how many codes are there.
  int ReadSheet(uint64_t sheet) {
    const FrameView picture = Draw(sheet);
    int drawn = 0;
    for (uint64_t item = sheet * 96; item < sheet * 96 + 96; ++item) {
      const SheetPosition position = LayOutSheetPosition(world_, item);
      const PrintedSymbol& symbol = position.symbol;
      if (symbol.print == Print::kNone) continue;
      const Quad quad = QuadIn(position);
      const auto read = ReadAt(picture, quad, 2.5f * symbol.module_px, Symbology::kDataMatrix);
      EXPECT_EQ(read.has_value(), symbol.print == Print::kGood)
          << "item " << item << " X " << symbol.module_px << " " << symbol.grid.rows;
      if (!read || symbol.print != Print::kGood) continue;
      ++drawn;
      EXPECT_EQ(read->payload, symbol.text) << item;
      EXPECT_EQ(read->identifier, symbol.identifier) << item;
      EXPECT_LE(Distance(read->quad.Center(), quad.Center()), 1.5f * symbol.module_px) << item;
    }
    return drawn;
  }

  World world_;
  SheetRenderer renderer_;
  std::vector<uint8_t> pixels_;
};
INSTANTIATE_TEST_SUITE_P(Modes, SheetRendererTest,
                         ::testing::Values(RenderMode::kFresh, RenderMode::kPooled),
                         [](const auto& mode) {
                           return mode.param == RenderMode::kFresh ? "Fresh" : "Pooled";
                         });

TEST_P(SheetRendererTest, DrawsEverySymbolReadableAndWhereTheTruthSays) {
  int drawn = 0;
  bool misplaced = false;
  for (uint64_t sheet = 0; sheet < world_.feeds() && (drawn < 270 || !misplaced); ++sheet) {
    const bool wanted = world_.FeedFaultOf(sheet) == FaultKind::kMisplaced;
    if (drawn >= 270 && !wanted) continue;
    misplaced = misplaced || wanted;
    drawn += ReadSheet(sheet);
  }
  EXPECT_GE(drawn, 270);
  EXPECT_TRUE(misplaced);
}

TEST_P(SheetRendererTest, DrawsTheSamePictureInAnyOrderFromAnyRenderer) {
  SheetRenderer other(world_, GetParam());
  for (const uint64_t sheet : {7u, 3u}) {
    const FrameView picture = Draw(sheet);
    std::vector<uint8_t> pixels(pixels_.size());
    other.Render(sheet + 1, pixels.data(), picture.width);
    EXPECT_NE(pixels, pixels_) << sheet;
    other.Render(sheet, pixels.data(), picture.width);
    EXPECT_EQ(pixels, pixels_) << sheet;
  }
}

}  // namespace
}  // namespace veriline::linesim
