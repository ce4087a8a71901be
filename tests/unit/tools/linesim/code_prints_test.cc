// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/code_prints.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "tools/linesim/scene_recipe.h"

namespace veriline::linesim {
namespace {

constexpr int kWidth = 8192;
constexpr int kRounds = 3;

class CodePrintsTest : public ::testing::Test {
 protected:
  CodePrintsTest() {
    prints_.Allocate();
    WebRenderer renderer(world_, RenderMode::kPooled);
    prints_.DrawBlock(0, &renderer);
    const FrameView drawn = frames_.Draw(0);
    drawn_.assign(drawn.data, drawn.data + size_t{kWidth} * kBlockLines);
  }
  std::vector<uint8_t> With(uint64_t round) const {
    std::vector<uint8_t> pixels = drawn_;
    prints_.CopyInto(0, round, pixels.data(), kWidth);
    return pixels;
  }

  const World world_{FaultlessWorld(SceneKind::kWeb, 1)};
  SceneFrames frames_{world_, {.whole_rows = true, .clutter = true}};
  CodePrints prints_{world_, frames_, 1, 16 * kRounds};
  std::vector<uint8_t> drawn_;
};

TEST_F(CodePrintsTest, AreIssuedCodesEachAnother) {
  EXPECT_EQ(prints_.codes(), 16u * kRounds);
  std::set<std::string> texts;
  for (uint64_t round = 0; round < kRounds; ++round) {
    const std::vector<ShownSymbol> shown = prints_.ShownIn(0, round);
    int whole = 0;
    for (const ShownSymbol& symbol : shown) {
      if (!symbol.whole) continue;
      ++whole;
      EXPECT_EQ(symbol.text, world_.CodeOn(symbol.item));
      texts.insert(symbol.text);
    }
    EXPECT_EQ(whole, 32) << "two on each label";
  }
  EXPECT_EQ(texts.size(), 16u * kRounds);
}

/// The first round are the codes that the block was drawn with.
TEST_F(CodePrintsTest, LookLikeThoseThatTheBlockWasDrawnWith) {
  const std::vector<uint8_t> pixels = With(0);
  for (const ShownSymbol& symbol : prints_.ShownIn(0, 0)) {
    if (!symbol.whole) continue;
    const Rect box = BoundsOf(symbol.quad);
    int64_t difference = 0, count = 0;
    for (int y = box.y; y < box.y + box.height; ++y) {
      for (int x = box.x; x < box.x + box.width; ++x) {
        if (!symbol.quad.Contains({static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f})) {
          continue;
        }
        const size_t i = static_cast<size_t>(y) * kWidth + static_cast<size_t>(x);
        difference += std::abs(pixels[i] - drawn_[i]);
        ++count;
      }
    }
    const double mean_grey = static_cast<double>(difference) / static_cast<double>(count);
    if (symbol.symbology == Symbology::kCode128) {
      // Of lines up to three apart: their noise (sigma 3.5 at most: 4 between two), 0.1 px of an
      // edge of 200 grey each 6 px (3), and the ends.
      EXPECT_LT(mean_grey, 8) << symbol.text;
    } else {
      // Less of the label is drawn around it, which rounds some places otherwise.
      EXPECT_LT(mean_grey, 0.05) << symbol.text;
    }
  }
}

TEST_F(CodePrintsTest, ChangeCodesAndNothingElse) {
  const std::vector<uint8_t> before = With(1);
  const std::vector<uint8_t> after = With(2);
  const std::vector<ShownSymbol> shown = prints_.ShownIn(0, 1);
  std::vector<size_t> changed(shown.size());
  uint64_t elsewhere = 0;
  for (int y = 0; y < kBlockLines; ++y) {
    const size_t row = static_cast<size_t>(y) * kWidth;
    if (std::memcmp(&before[row], &after[row], kWidth) == 0 &&
        std::memcmp(&before[row], &drawn_[row], kWidth) == 0) {
      continue;
    }
    for (int x = 0; x < kWidth; ++x) {
      const size_t i = row + static_cast<size_t>(x);
      if (before[i] == after[i] && before[i] == drawn_[i]) continue;
      const Point at{static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f};
      size_t s = 0;
      while (s < shown.size() && !Grown(shown[s].quad, 2).Contains(at)) ++s;
      if (s == shown.size()) {
        ++elsewhere;
      } else {
        changed[s] += before[i] != after[i];
      }
    }
  }
  EXPECT_EQ(elsewhere, 0u);
  for (size_t s = 0; s < shown.size(); ++s) {
    if (!shown[s].whole) continue;
    // Of 26 digits the 8 of the serial number differ; half of the pixels that they take.
    EXPECT_GT(static_cast<float>(changed[s]), std::abs(shown[s].quad.SignedArea()) / 20)
        << shown[s].text;
  }
}

}  // namespace
}  // namespace veriline::linesim
