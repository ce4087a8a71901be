// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/empty_renderer.h"

#include <gtest/gtest.h>

#include <vector>

#include "vision/core/clock.h"
#include "vision/decode/frame_reader.h"

namespace veriline::linesim {
namespace {

WorldConfig Config() {
  WorldConfig config;
  config.scene = SceneKind::kEmpty;
  config.seed = 24;
  config.items = 400;
  return config;
}

TEST(EmptyRenderer, ShowsNothingThatAnyReaderTakesForACode) {
  const World world(Config());
  EmptyRenderer renderer(world, RenderMode::kFresh);
  std::vector<uint8_t> pixels(size_t{kPictureWidth} * kPictureHeight);
  const SteadyClock clock;
  decode::FrameReader reader(clock);
  int64_t regions = 0;
  for (uint64_t item = 0; item < 150; ++item) {
    renderer.Render(item, pixels.data(), kPictureWidth);
    const auto outcome =
        reader.Read({pixels.data(), kPictureWidth, kPictureHeight, kPictureWidth}, {});
    regions += outcome.stats.regions;
    for (const Symbol& symbol : outcome.symbols) {
      ADD_FAILURE() << "item " << item << ": " << Name(symbol.symbology) << " \""
                    << symbol.text.view() << "\"";
    }
  }
  EXPECT_GT(regions, 150 * 10);  // it gives the reader something to look at
}

TEST(EmptyRenderer, DrawsTheSamePictureInAnyOrderFromAnyRenderer) {
  const World world(Config());
  for (const RenderMode mode : {RenderMode::kFresh, RenderMode::kPooled}) {
    EmptyRenderer one(world, mode);
    EmptyRenderer other(world, mode);
    std::vector<uint8_t> a(size_t{kPictureWidth} * kPictureHeight);
    std::vector<uint8_t> b(a.size());
    for (const uint64_t item : {30u, 2u}) {
      one.Render(item, a.data(), kPictureWidth);
      other.Render(item + 5, b.data(), kPictureWidth);
      EXPECT_NE(a, b);
      other.Render(item, b.data(), kPictureWidth);
      EXPECT_EQ(a, b);
    }
  }
}

}  // namespace
}  // namespace veriline::linesim
