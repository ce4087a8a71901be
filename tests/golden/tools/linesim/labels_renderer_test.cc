// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/labels_renderer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "tests/support/zxing_crop.h"
#include "tools/linesim/part_label.h"

namespace veriline::linesim {
namespace {

using testing::ReadAt;

class LabelsRendererTest : public ::testing::TestWithParam<SceneKind> {
 protected:
  LabelsRendererTest() : world_(Config()), renderer_(world_, RenderMode::kPooled) {}

  static WorldConfig Config() {
    WorldConfig config;
    config.scene = GetParam();
    config.seed = 21;
    config.items = 2000;
    config.fault_ratio = 0.2;
    return config;
  }
  FrameView Draw(uint64_t shot) {
    const SceneTraits& scene = world_.scene();
    pixels_.resize(static_cast<size_t>(scene.picture_width) *
                   static_cast<size_t>(scene.picture_height));
    renderer_.Render(shot, pixels_.data(), scene.picture_width);
    return {pixels_.data(), scene.picture_width, scene.picture_height, scene.picture_width};
  }

  World world_;
  LabelsRenderer renderer_;
  std::vector<uint8_t> pixels_;
};
INSTANTIATE_TEST_SUITE_P(Scenes, LabelsRendererTest,
                         ::testing::Values(SceneKind::kLabelsPair, SceneKind::kLabelsEan,
                                           SceneKind::kLabelsText),
                         [](const auto& scene) {
                           std::string name(TraitsOf(scene.param).name);
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST_P(LabelsRendererTest, DrawsEveryPrintedSymbolReadableAndWhereTheTruthSays) {
  int drawn = 0;
  std::set<FaultKind> faults;
  for (uint64_t item = 0; item < 60; ++item) {
    const PartLabel label = LayOutPartLabel(world_, item);
    const FrameView picture = Draw(item);
    faults.insert(world_.FaultOf(item));
    for (const PrintedSymbol& symbol : label.symbols) {
      ++drawn;
      const Quad quad = QuadOf(symbol, kPartLabelWidthPx, kPartLabelHeightPx, label.pose);
      const float quiet = (symbol.linear() ? 10.f : 2.5f) * symbol.module_px;
      const auto read = ReadAt(picture, quad, quiet, symbol.symbology);
      ASSERT_TRUE(read) << "item " << item << " " << symbol.identifier << " X " << symbol.module_px
                        << " angle " << label.pose.angle_rad;
      EXPECT_EQ(read->payload, symbol.text) << item;
      EXPECT_EQ(read->identifier, symbol.identifier) << item;
    }
  }
  EXPECT_GT(drawn, 100);
  EXPECT_GE(faults.size(), 8u);
}

TEST_P(LabelsRendererTest, NothingReachesOverTheEdgeOrOverAnotherPart) {
  for (uint64_t item = 0; item < world_.items(); ++item) {
    const PartLabel label = LayOutPartLabel(world_, item);
    std::vector<Rect> parts;
    for (const PrintedSymbol& s : label.symbols) {
      const float quiet = (s.linear() ? 10.f : 2.f) * s.module_px;
      parts.push_back({static_cast<int>(s.at.x - quiet), static_cast<int>(s.at.y),
                       static_cast<int>(s.width_px() + 2 * quiet),
                       static_cast<int>(s.height_px())});
      if (!s.linear()) parts.back().y -= static_cast<int>(quiet);
    }
    for (const PrintedText& t : label.texts) {
      parts.push_back({static_cast<int>(t.start.x), static_cast<int>(t.start.y - t.cap_height_px),
                       static_cast<int>(static_cast<double>(t.text.size()) *
                                        OutlineFont::kAdvanceRatio * t.cap_height_px),
                       static_cast<int>(t.cap_height_px)});
    }
    for (size_t i = 0; i < parts.size(); ++i) {
      ASSERT_EQ(Intersect(parts[i], {0, 0, kPartLabelWidthPx, kPartLabelHeightPx}), parts[i])
          << item << " " << i;
      for (size_t j = 0; j < i; ++j) {
        ASSERT_TRUE(Intersect(parts[i], parts[j]).Empty()) << item << " " << i << " " << j;
      }
    }
  }
}

TEST(OutlineFont, DrawsWhereItIsToldAndAsBlackAsItIsTold) {
  const OutlineFont font;
  Plane art(200, 100, 220);
  font.Draw("H", {50.25f, 80}, 40, 0, 30, &art);
  int top = art.height, bottom = 0, left = art.width, right = 0;
  for (int y = 0; y < art.height; ++y) {
    for (int x = 0; x < art.width; ++x) {
      if (art.Row(y)[x] > 125) continue;
      top = std::min(top, y), bottom = std::max(bottom, y);
      left = std::min(left, x), right = std::max(right, x);
    }
  }
  EXPECT_EQ(bottom, 79) << "the baseline";
  EXPECT_EQ(top, 40) << "the cap height above it";
  // Stems from 137 to 1096 units of the font, whose capitals are 1493 high.
  EXPECT_NEAR(left, 50.25 + 137 / 1493.0 * 40, 1);
  EXPECT_NEAR(right, 50.25 + 1096 / 1493.0 * 40 - 1, 1);
  EXPECT_EQ(art.Row(60)[left + 2], 30);
  EXPECT_EQ(art.Row(50)[(left + right) / 2], 220) << "between the stems";
  for (const char c : std::string_view("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-/:")) {
    EXPECT_TRUE(font.Has(c)) << c;
  }
  EXPECT_FALSE(font.Has('a'));
}

TEST(OutlineFont, InkGrowsByWhatIsAsked) {
  const OutlineFont font;
  const auto ink = [&](double growth) {
    Plane art(200, 100, 255);
    font.Draw("I1", {50, 80}, 40, growth, 0, &art);
    double sum = 0;
    for (const uint8_t p : art.pixels) sum += 255 - p;
    return sum / 255;
  };
  EXPECT_GT(ink(1), ink(0) + 70) << "two stems of 40 px a pixel wider, and their feet";
}

}  // namespace
}  // namespace veriline::linesim
