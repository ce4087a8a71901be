// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/packs_renderer.h"

#include <dmtx.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/zxing_crop.h"
#include "vision/core/frame.h"

namespace veriline::linesim {
namespace {

using testing::Around;
using testing::ReadAt;
using testing::ReadWithZxing;
constexpr auto kMatrix = Symbology::kDataMatrix;

/// What libdmtx reads in `view`, within `limit_ms`.
std::optional<std::string> ReadWithDmtx(const FrameView& view, int limit_ms) {
  std::vector<uint8_t> pixels;
  for (int y = 0; y < view.height; ++y) {
    pixels.insert(pixels.end(), view.Row(y), view.Row(y) + view.width);
  }
  DmtxImage* image = dmtxImageCreate(pixels.data(), view.width, view.height, DmtxPack8bppK);
  DmtxDecode* decode = dmtxDecodeCreate(image, 1);
  DmtxTime limit = dmtxTimeAdd(dmtxTimeNow(), limit_ms);
  std::optional<std::string> text;
  while (DmtxRegion* region = dmtxRegionFindNext(decode, &limit)) {
    DmtxMessage* message = dmtxDecodeMatrixRegion(decode, region, DmtxUndefined);
    if (message != nullptr) {
      text = std::string(reinterpret_cast<char*>(message->output), message->outputIdx);
      dmtxMessageDestroy(&message);
    }
    dmtxRegionDestroy(&region);
    if (text) break;
  }
  dmtxDecodeDestroy(&decode);
  dmtxImageDestroy(&image);
  return text;
}

class PacksRendererTest : public ::testing::TestWithParam<RenderMode> {
 protected:
  explicit PacksRendererTest() : world_(Config()), renderer_(world_, GetParam()) {}

  static WorldConfig Config() {
    WorldConfig config;
    config.seed = 20;
    config.items = 2000;
    config.fault_ratio = 0.14;
    return config;
  }
  FrameView Draw(uint64_t item) {
    renderer_.Render(item, pixels_.data(), kPictureWidth);
    return {pixels_.data(), kPictureWidth, kPictureHeight, kPictureWidth};
  }

  World world_;
  PacksRenderer renderer_;
  std::vector<uint8_t> pixels_ = std::vector<uint8_t>(kPictureWidth * kPictureHeight);
};
INSTANTIATE_TEST_SUITE_P(Modes, PacksRendererTest,
                         ::testing::Values(RenderMode::kFresh, RenderMode::kPooled),
                         [](const auto& mode) {
                           return mode.param == RenderMode::kFresh ? "Fresh" : "Pooled";
                         });

TEST_P(PacksRendererTest, DrawsEveryPrintedSymbolReadableAndWhereTheTruthSays) {
  int drawn = 0;
  for (uint64_t item = 0; drawn < 300; ++item) {
    const ItemTruth truth = world_.TruthOf(item);
    FrameView picture;
    for (const Label& label : truth.labels) {
      if (label.print != Print::kGood) continue;
      if (picture.Empty()) picture = Draw(item);
      ++drawn;
      const auto read = ReadAt(picture, label.quad, 2 * label.module_px, kMatrix);
      ASSERT_TRUE(read) << "item " << item << " " << Name(truth.fault) << " X " << label.module_px
                        << " angle " << label.angle_rad;
      EXPECT_EQ(read->payload, label.text) << item;
      // ZXing gives corners to the pixel, inside the outer modules; one module is the tolerance.
      for (int i = 0; i < 4; ++i) {
        EXPECT_LE(Distance(read->quad.corners[i], label.quad.corners[i]), 1.5f * label.module_px)
            << "item " << item << " corner " << i;
      }
    }
  }
}

TEST_P(PacksRendererTest, DrawsUnreadablePrintBeyondAnyDecoder) {
  int drawn = 0;
  for (uint64_t item = 0; item < world_.items(); ++item) {
    const FaultKind fault = world_.FaultOf(item);
    if (fault != FaultKind::kDamaged && fault != FaultKind::kFaint) continue;
    ++drawn;
    const FrameView picture = Draw(item);
    for (const Label& label : world_.TruthOf(item).labels) {
      const Rect rect = Around(label.quad, 2 * label.module_px);
      const FrameView crop = picture.Crop(rect);
      EXPECT_FALSE(ReadWithZxing(crop, kMatrix)) << item << " " << Name(fault);
      EXPECT_FALSE(ReadWithDmtx(crop, 100)) << item << " " << Name(fault);
    }
  }
  EXPECT_GE(drawn, 30);
}

TEST_P(PacksRendererTest, ShowsTheNeighboursSymbolInAnUnlabelledItemsPicture) {
  int drawn = 0;
  for (uint64_t item = 0; item + 1 < world_.items(); ++item) {
    if (world_.FaultOf(item) != FaultKind::kNeighbour) continue;
    ++drawn;
    const Label label = world_.TruthOf(item + 1).labels.at(0);
    const auto shift = static_cast<float>(world_.CenterCount(item + 1) - world_.CenterCount(item));
    Quad quad = label.quad;
    for (Point& corner : quad.corners) corner.x += shift;
    const auto read = ReadAt(Draw(item), quad, 2 * label.module_px, kMatrix);
    ASSERT_TRUE(read) << item;
    EXPECT_EQ(read->payload, label.text);
  }
  EXPECT_GE(drawn, 15);
}

TEST_P(PacksRendererTest, DrawsTheSamePictureInAnyOrderFromAnyRenderer) {
  PacksRenderer other(world_, GetParam());
  std::vector<uint8_t> pixels(pixels_.size());
  for (const uint64_t item : {700u, 3u, 4u, 3u}) {
    Draw(item);
    other.Render(item, pixels.data(), kPictureWidth);
    EXPECT_EQ(pixels, pixels_) << item;
    other.Render(item + 1, pixels.data(), kPictureWidth);
    EXPECT_NE(pixels, pixels_) << item;
  }
}

TEST_P(PacksRendererTest, KeepsContrastAndNoiseWithinTheirLimits) {
  for (uint64_t item = 0; item < 200; ++item) {
    const ItemTruth truth = world_.TruthOf(item);
    if (truth.fault != FaultKind::kNone) continue;
    const Label& label = truth.labels.at(0);
    const FrameView picture = Draw(item);
    const int n = label.matrix.modules;
    // Grey at a module's centre, from the true corners.
    const auto grey = [&](double row, double column) {
      const Point right = (label.quad.corners[1] - label.quad.corners[0]) * (1.f / n);
      const Point down = (label.quad.corners[3] - label.quad.corners[0]) * (1.f / n);
      const Point p = label.quad.corners[0] + right * static_cast<float>(column) +
                      down * static_cast<float>(row);
      return picture.Row(static_cast<int>(p.y))[static_cast<int>(p.x)];
    };
    // The solid border is dark, the quiet zone beside it light: no neighbour blurs into these.
    double dark = 0, light = 0, light_squares = 0;
    for (int i = 1; i + 1 < n; ++i) {
      dark += grey(n - 0.5, i + 0.5);
      const double quiet = grey(n + 1.0, i + 0.5);
      light += quiet;
      light_squares += quiet * quiet;
    }
    const int count = n - 2;
    EXPECT_GE((light - dark) / count / 255, 0.5) << item;
    const double sigma =
        std::sqrt(std::max(0.0, light_squares / count - light / count * light / count));
    EXPECT_LE(sigma, 4 * 1.7) << item;  // of a sample of 16: 1.7 σ is its 1 in 10^5
    EXPECT_GT(sigma, 0) << item;
  }
}

}  // namespace
}  // namespace veriline::linesim
