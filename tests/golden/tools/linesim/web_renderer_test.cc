// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/web_renderer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "tests/support/zxing_crop.h"
#include "tools/linesim/web_label.h"

namespace veriline::linesim {
namespace {

using testing::ReadAt;

constexpr int kWidth = 8192;

class WebRendererTest : public ::testing::TestWithParam<RenderMode> {
 protected:
  WebRendererTest() : world_(Config()), renderer_(world_, GetParam()) {}

  static WorldConfig Config() {
    WorldConfig config;
    config.scene = SceneKind::kWeb;
    config.seed = 20;
    config.items = 8 * 1000;
    config.items_per_min = 8 * 120;
    config.fault_ratio = 0.15;
    return config;
  }
  /// The lines of one row of labels.
  FrameView DrawRow(uint64_t row) {
    const int64_t from = world_.MarkCount(row);
    const auto lines = static_cast<int>(world_.MarkCount(row + 1) - from);
    pixels_.resize(static_cast<size_t>(lines) * kWidth);
    renderer_.Render(from, from + lines, pixels_.data(), kWidth);
    return {pixels_.data(), kWidth, lines, kWidth};
  }
  static Quad InRow(const PrintedSymbol& symbol, const WebLabel& label, int lane) {
    Quad quad = QuadOf(symbol, kWebLabelWidthPx, kWebLabelHeightPx, label.stock.pose);
    for (Point& corner : quad.corners) corner.x += static_cast<float>(lane * kWebLanePx);
    return quad;
  }

  World world_;
  WebRenderer renderer_;
  std::vector<uint8_t> pixels_;
};
INSTANTIATE_TEST_SUITE_P(Modes, WebRendererTest,
                         ::testing::Values(RenderMode::kFresh, RenderMode::kPooled),
                         [](const auto& mode) {
                           return mode.param == RenderMode::kFresh ? "Fresh" : "Pooled";
                         });

TEST_P(WebRendererTest, DrawsEveryPrintedSymbolReadableAndWhereTheTruthSays) {
  int drawn = 0;
  for (uint64_t row = 0; row < 20; ++row) {
    if (world_.FeedFaultOf(row) != FaultKind::kNone) continue;
    const FrameView view = DrawRow(row);
    for (int lane = 0; lane < 8; ++lane) {
      const uint64_t item = row * 8 + static_cast<uint64_t>(lane);
      const WebLabel label = LayOutWebLabel(world_, item);
      for (const PrintedSymbol& symbol : label.symbols) {
        if (symbol.print != Print::kGood) continue;
        ++drawn;
        const Quad quad = InRow(symbol, label, lane);
        const float quiet = (symbol.linear() ? 9.f : 3.f) * symbol.module_px;
        const auto read = ReadAt(view, quad, quiet, symbol.symbology);
        ASSERT_TRUE(read) << "item " << item << " " << symbol.identifier << " X "
                          << symbol.module_px << " angle " << label.stock.pose.angle_rad;
        EXPECT_EQ(read->payload, symbol.text) << item;
        EXPECT_EQ(read->identifier, symbol.identifier) << item;
        if (symbol.linear()) continue;
        EXPECT_LE(Distance(read->quad.Center(), quad.Center()), 1.5f * symbol.module_px) << item;
      }
    }
  }
  EXPECT_GT(drawn, 200);
}

TEST_P(WebRendererTest, LeavesNoIdentityWhereOneIsNotToBeRead) {
  int looked = 0;
  for (uint64_t row = 0; row + 1 < world_.feeds() && looked < 60; ++row) {
    const bool spliced = world_.FeedFaultOf(row) == FaultKind::kSplice;
    FrameView view;
    for (int lane = 0; lane < 8; ++lane) {
      const uint64_t item = row * 8 + static_cast<uint64_t>(lane);
      const FaultKind fault = world_.FaultOf(item);
      if (TruthOf(fault).reason != item::RejectReason::kNoRead) continue;
      if (view.Empty()) view = DrawRow(row);
      ++looked;
      // The whole upper half of the cell, where the matrix codes are.
      const FrameView cell = view.Crop({lane * kWebLanePx, 0, kWebLanePx, 480});
      for (const Symbology symbology : {Symbology::kQr, Symbology::kDataMatrix}) {
        const auto read = testing::ReadWithZxing(cell, symbology);
        EXPECT_FALSE(read) << item << " " << Name(fault) << ": " << read->payload;
      }
      if (!spliced) continue;
      const WebLabel label = LayOutWebLabel(world_, item);
      EXPECT_FALSE(
          ReadAt(view, InRow(label.symbols[0], label, lane), 12, label.symbols[0].symbology))
          << item;
    }
  }
  EXPECT_GE(looked, 60);
}

TEST_P(WebRendererTest, ShowsTheRegisterMarkWhereTheEyeSeesIt) {
  for (const uint64_t row : {3u, 17u, 204u}) {
    const FrameView view = DrawRow(row);
    const auto mark = static_cast<int>(world_.scene().mark_counts);
    for (const int y : {1, mark / 2, mark - 2}) EXPECT_LT(view.Row(y)[20], 60) << row;
    EXPECT_GT(view.Row(mark + 2)[20], 90) << row;
  }
}

TEST_P(WebRendererTest, LinesAreTheSameInStripsInBlocksAndAlone) {
  const int64_t from = world_.MarkCount(0) - 300;
  constexpr int kLines = 2048;
  std::vector<uint8_t> block(static_cast<size_t>(kLines) * kWidth);
  renderer_.Render(from, from + kLines, block.data(), kWidth);
  // Another renderer, in strips that do not divide the block, from the end to the beginning.
  WebRenderer other(world_, GetParam());
  std::vector<uint8_t> strip(static_cast<size_t>(300) * kWidth);
  for (int y = kLines; y > 0; y -= 300) {
    const int top = std::max(0, y - 300);
    other.Render(from + top, from + y, strip.data(), kWidth);
    EXPECT_EQ(std::memcmp(strip.data(), block.data() + static_cast<size_t>(top) * kWidth,
                          static_cast<size_t>(y - top) * kWidth),
              0)
        << top;
  }
  for (const int y : {5, 1999, 700}) {
    EXPECT_EQ(
        std::memcmp(other.Line(from + y), block.data() + static_cast<size_t>(y) * kWidth, kWidth),
        0)
        << y;
  }
}

TEST_P(WebRendererTest, StripsShowTheLinesOfTheirCountsWhicheverWayTheBeltGoes) {
  WorldConfig config = Config();
  config.items = 8 * 12;
  config.reversals = 1;
  const World world(config);
  WebStripRenderer strips(world, GetParam());
  WebRenderer lines(world, GetParam());
  const Strips list(world);
  std::vector<uint8_t> strip(static_cast<size_t>(256) * kWidth);
  int back = 0;
  for (uint64_t i = 0; i < list.size(); ++i) {
    const Strip truth = list.At(i);
    const bool forward = truth.last_count >= truth.first_count;
    back += !forward;
    if (forward && i % 9 != 0) continue;
    strips.Render(i, strip.data(), kWidth);
    for (const int y : {0, truth.lines() / 2, truth.lines() - 1}) {
      const int64_t count = truth.first_count + (forward ? y : -y);
      const uint8_t* line = lines.Line(count - config.camera_distance_counts);
      EXPECT_EQ(std::memcmp(strip.data() + static_cast<size_t>(y) * kWidth, line, kWidth), 0)
          << i << " line " << y;
    }
  }
  EXPECT_GT(back, 5);
}

}  // namespace
}  // namespace veriline::linesim
