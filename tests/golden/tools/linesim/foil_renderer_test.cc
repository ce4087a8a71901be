// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/foil_renderer.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "tests/support/zxing_crop.h"

namespace veriline::linesim {
namespace {

using testing::ReadAt;

class FoilRendererTest : public ::testing::TestWithParam<RenderMode> {
 protected:
  FoilRendererTest()
      : world_(Config()), lights_{{{world_, GetParam(), 0}, {world_, GetParam(), 1}}} {}

  static WorldConfig Config() {
    WorldConfig config;
    config.scene = SceneKind::kFoil;
    config.seed = 23;
    config.items = 1000;
    config.fault_ratio = 0.1;
    return config;
  }
  FrameView Draw(uint64_t item, size_t light) {
    lights_[light].Render(item, pixels_.data(), kPictureWidth);
    return {pixels_.data(), kPictureWidth, kPictureHeight, kPictureWidth};
  }
  /// Read as it is, or light on dark.
  std::optional<std::string> Read(uint64_t item, size_t light, const Label& label) {
    FrameView view = Draw(item, light);
    for (const bool inverted : {false, true}) {
      if (inverted) {
        for (uint8_t& p : pixels_) p = static_cast<uint8_t>(255 - p);
      }
      const auto read = ReadAt(view, label.quad, 2 * label.module_px, Symbology::kDataMatrix);
      if (read) return read->payload;
    }
    return std::nullopt;
  }

  World world_;
  std::array<FoilRenderer, 2> lights_;
  std::vector<uint8_t> pixels_ = std::vector<uint8_t>(kPictureWidth * kPictureHeight);
};
INSTANTIATE_TEST_SUITE_P(Modes, FoilRendererTest,
                         ::testing::Values(RenderMode::kFresh, RenderMode::kPooled),
                         [](const auto& mode) {
                           return mode.param == RenderMode::kFresh ? "Fresh" : "Pooled";
                         });

TEST_P(FoilRendererTest, TheCodeIsReadableInEveryLightWithoutGlareAndInNoOther) {
  std::array<int, 2> read{};
  std::array<int, 2> glaring{};
  for (uint64_t item = 0; item < 120; ++item) {
    for (const Label& label : world_.TruthOf(item).labels) {
      if (label.print == Print::kNone) continue;
      for (size_t light = 0; light < 2; ++light) {
        const bool glare = GlareOf(world_, item) >> light & 1;
        const auto text = Read(item, light, label);
        glaring[light] += glare;
        const bool readable = !glare && label.print == Print::kGood;
        ASSERT_EQ(text.has_value(), readable)
            << "item " << item << " light " << light << " X " << label.module_px << " "
            << Name(world_.FaultOf(item)) << (glare ? " glare" : "");
        if (!text) continue;
        ++read[light];
        EXPECT_EQ(*text, label.text);
      }
    }
  }
  for (size_t light = 0; light < 2; ++light) {
    EXPECT_GT(read[light], 80);
    EXPECT_GT(glaring[light], 10);
  }
}

TEST_P(FoilRendererTest, DrawsTheSamePictureInAnyOrderFromAnyRenderer) {
  for (const size_t light : {0u, 1u}) {
    FoilRenderer other(world_, GetParam(), static_cast<int>(light));
    std::vector<uint8_t> pixels(pixels_.size());
    for (const uint64_t item : {700u, 3u}) {
      Draw(item, light);
      other.Render(item + 1, pixels.data(), kPictureWidth);
      EXPECT_NE(pixels, pixels_) << item;
      other.Render(item, pixels.data(), kPictureWidth);
      EXPECT_EQ(pixels, pixels_) << item;
    }
  }
}

TEST_P(FoilRendererTest, LooksDifferentInEachLight) {
  Draw(5, 0);
  const std::vector<uint8_t> first = pixels_;
  Draw(5, 1);
  EXPECT_NE(pixels_, first);
}

}  // namespace
}  // namespace veriline::linesim
