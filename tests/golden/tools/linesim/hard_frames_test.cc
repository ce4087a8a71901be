// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/hard_frames.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/support/zxing_crop.h"
#include "tools/linesim/ecc200.h"

namespace veriline::linesim {
namespace {

/// A symbol without its hardships.
HardSymbol Easy(uint64_t index) {
  HardSymbol symbol = LayOutHardSymbol(4, index);
  symbol.hardships.clear();
  symbol.damage.clear();
  symbol.dot_radius = 0;
  symbol.inverted = false;
  symbol.ground_grey = 220;
  symbol.mark_grey = 30;
  symbol.blur_sigma_px = 0.6f;
  return symbol;
}

class Oracle : public ::testing::Test {
 protected:
  FrameView Draw(const HardSymbol& symbol) {
    pixels_.assign(static_cast<size_t>(kPictureWidth) * kPictureHeight, 120);
    DrawHardSymbol(symbol, pixels_.data(), kPictureWidth, kPictureHeight, kPictureWidth);
    return {pixels_.data(), kPictureWidth, kPictureHeight, kPictureWidth};
  }
  std::vector<uint8_t> pixels_;
};

TEST_F(Oracle, ReadsWhatIsEasyWithoutErrorAsAnotherReaderDoes) {
  for (uint64_t index = 0; index < 24; ++index) {
    const HardSymbol symbol = Easy(index);
    const FrameView picture = Draw(symbol);
    EXPECT_EQ(AskOracle(picture, symbol).errors, 0) << index;
    const auto read =
        testing::ReadAt(picture, symbol.quad, 2.5f * symbol.module_px, Symbology::kDataMatrix);
    ASSERT_TRUE(read) << index;
    EXPECT_EQ(read->payload, symbol.text);
    EXPECT_EQ(read->identifier, "]d2");
  }
}

TEST_F(Oracle, CountsCodewordsAndKnowsHowManyAreTooMany) {
  for (uint64_t index = 0; index < 10; ++index) {
    const HardSymbol symbol = Easy(index);
    const int n = symbol.matrix.modules;
    const std::vector<int> placement = Ecc200Placement(n);
    const int capacity = Ecc200SizeOf(n)->ecc / 2;
    for (const int errors : {1, capacity, capacity + 1}) {
      HardSymbol drawn = symbol;  // two wrong bits in each of so many codewords
      for (int i = 0; i < (n - 2) * (n - 2); ++i) {
        const int bit = placement[static_cast<size_t>(i)];
        if (bit < 0 || bit / 8 >= errors || (bit % 8 != 0 && bit % 8 != 7)) continue;
        drawn.matrix.dark[static_cast<size_t>((i / (n - 2) + 1) * n + i % (n - 2) + 1)] ^= 1;
      }
      const OracleReading reading = AskOracle(Draw(drawn), symbol);
      EXPECT_EQ(reading.errors, errors) << index;
      EXPECT_EQ(reading.capacity, capacity);
      EXPECT_EQ(reading.readable(), errors <= capacity);
    }
  }
}

TEST_F(Oracle, DoesNotReadWhatIsDestroyed) {
  for (uint64_t index = 0; index < 10; ++index) {
    HardSymbol symbol = Easy(index);
    const auto middle = static_cast<float>(symbol.matrix.modules) / 2;
    symbol.damage = {{{middle, middle}, {middle, middle}, middle, 100}};
    EXPECT_FALSE(AskOracle(Draw(symbol), symbol).readable()) << index;
  }
}

TEST_F(Oracle, ReadsInvertedDotsAndUnevenLight) {
  for (uint64_t index = 0; index < 10; ++index) {
    HardSymbol dots = Easy(index);
    dots.dot_radius = 0.4f;
    dots.inverted = true;
    std::swap(dots.ground_grey, dots.mark_grey);
    EXPECT_TRUE(AskOracle(Draw(dots), dots).readable()) << index;
    HardSymbol uneven = Easy(index);
    uneven.light_ratio = 5;
    uneven.light_angle_rad = static_cast<float>(index);
    uneven.hardships = {Hardship::kLight};
    EXPECT_TRUE(AskOracle(Draw(uneven), uneven).readable()) << index;
  }
}

TEST(HardFramesTest, ShowOneCodeAmongClutterAndAreTheSameFromAnyObject) {
  HardFrames frames(4);
  HardFrames other(4);
  other.Draw(30);
  for (uint64_t index = 0; index < 42; ++index) {
    const FrameView picture = frames.Draw(index);
    const std::vector<ShownSymbol> shown = frames.ShownIn(index);
    ASSERT_EQ(shown.size(), 1u);
    EXPECT_TRUE(shown[0].whole);
    EXPECT_EQ(shown[0].text, LayOutHardSymbol(4, index).text);
    EXPECT_GE(ClutterRatio(picture, std::array{shown[0].quad}), 0.30) << index;
    const FrameView same = other.Draw(index);
    EXPECT_TRUE(std::equal(picture.data, picture.data + picture.stride * picture.height, same.data))
        << index;
  }
}

TEST(HardFramesTest, AreHardButNotHopeless) {
  HardFrames frames(4);
  int readable = 0;
  for (uint64_t index = 0; index < 84; ++index) {
    readable += AskOracle(frames.Draw(index), frames.SymbolOf(index)).readable();
  }
  EXPECT_GT(readable, 84 / 2);
  EXPECT_LT(readable, 84);
}

}  // namespace
}  // namespace veriline::linesim
