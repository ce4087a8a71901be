// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "tests/support/qr_encoder.h"
#include "tests/support/qr_symbols.h"

namespace veriline::symbology::qr {
namespace {

using testing::AllQrSpecs;
using testing::QrSpec;

int Count(const Layout& layout, uint16_t segments) {
  return static_cast<int>(
      std::ranges::count_if(layout.segments, [&](uint16_t s) { return (s & segments) != 0; }));
}

TEST(QrVersion, OfSizeIsTheInverseOfSize) {
  for (int size = -3; size < 200; ++size) {
    const auto version = Version::OfSize(size);
    if (version) {
      EXPECT_EQ(version->Size(), size);
      EXPECT_TRUE(version->IsValid());
    }
  }
  EXPECT_EQ(Version::OfSize(11), (Version{1, true}));
  EXPECT_EQ(Version::OfSize(17), (Version{4, true}));
  EXPECT_EQ(Version::OfSize(21), (Version{1, false}));
  EXPECT_EQ(Version::OfSize(177), (Version{40, false}));
  for (const int none : {9, 12, 19, 22, 23, 24, 181}) EXPECT_FALSE(Version::OfSize(none)) << none;
}

TEST(QrBlocks, LevelsThatAVersionHasNotAreNothing) {
  EXPECT_FALSE(BlocksOf({1, true}, Level::kL));
  EXPECT_FALSE(BlocksOf({2, true}, Level::kQ));
  EXPECT_FALSE(BlocksOf({4, true}, Level::kH));
  EXPECT_FALSE(BlocksOf({1, false}, Level::kDetection));
  EXPECT_FALSE(BlocksOf({41, false}, Level::kM));
  EXPECT_FALSE(BlocksOf({0, true}, Level::kL));
}

TEST(QrBlocks, AreThoseOfTheEncoder) {
  for (const QrSpec& spec : AllQrSpecs()) {
    SCOPED_TRACE(testing::Describe(spec));
    const auto blocks = BlocksOf(testing::VersionOf(spec), testing::FormatOf(spec).level);
    ASSERT_TRUE(blocks);
    EXPECT_EQ(blocks->blocks, testing::QrBlocks(spec));
    EXPECT_EQ(blocks->check, testing::QrCheckCodewords(spec));
    EXPECT_EQ(blocks->data_bits, testing::QrDataBits(spec));
    EXPECT_EQ(blocks->CapacityOfBlock(), testing::ErrorLimit(spec));
    EXPECT_LE(blocks->codewords(), kMaxCodewords);
    EXPECT_LE(blocks->data_codewords(), kMaxDataCodewords);
    EXPECT_LE(blocks->blocks, kMaxBlocks);
  }
}

TEST(QrBlocks, EachPlacedCodewordHasItsPlaceInABlock) {
  for (const QrSpec& spec : AllQrSpecs()) {
    SCOPED_TRACE(testing::Describe(spec));
    const auto blocks = *BlocksOf(testing::VersionOf(spec), testing::FormatOf(spec).level);
    std::set<int> placed;
    for (int block = 0; block < blocks.blocks; ++block) {
      for (int i = 0; i < blocks.DataOf(block) + blocks.check; ++i) {
        const int at = blocks.PlacedIndex(block, i);
        placed.insert(at);
        EXPECT_EQ(blocks.PlaceOf(at), (BlockStructure::Place{block, i}));
      }
    }
    EXPECT_EQ(static_cast<int>(placed.size()), blocks.codewords());
    EXPECT_EQ(*placed.begin(), 0);
    EXPECT_EQ(*placed.rbegin(), blocks.codewords() - 1);
  }
}

/// Each module is a bit of a codeword where the encoder put it, or it is of the pattern and has the
/// colour that the encoder gave it.
TEST(QrLayout, EveryModuleIsWhatTheEncoderMadeOfIt) {
  for (const QrSpec& spec : AllQrSpecs()) {
    SCOPED_TRACE(testing::Describe(spec));
    const Layout& layout = Layout::Of(testing::VersionOf(spec), testing::FormatOf(spec).level);
    const auto symbol = testing::EncodeQr(spec, {{testing::QrMode::kNumeric, "27182"}});
    ASSERT_EQ(layout.codewords, static_cast<int>(symbol.codewords.size()));
    int bits = 0;
    for (int codeword = 0; codeword < layout.codewords; ++codeword) {
      const auto& modules = symbol.modules[static_cast<size_t>(codeword)];
      ASSERT_EQ(layout.BitsOf(codeword), static_cast<int>(modules.size()));
      ASSERT_EQ(layout.FirstBit(codeword), bits);
      for (size_t k = 0; k < modules.size(); ++k, ++bits) {
        ASSERT_EQ(layout.bits[static_cast<size_t>(bits)], modules[k]);
        ASSERT_EQ(layout.codeword_of[modules[k]], codeword);
        ASSERT_EQ(layout.bit_of[modules[k]], 7 - k);
        ASSERT_EQ(layout.segments[modules[k]], 0);
      }
    }
    EXPECT_EQ(layout.bits.size(), static_cast<size_t>(bits));
    EXPECT_EQ(layout.WrongModules(symbol.dark, kFixedPattern | kDarkModule), 0);
    for (size_t i = 0; i < layout.segments.size(); ++i) {
      ASSERT_EQ(layout.segments[i] == 0, layout.codeword_of[i] != Layout::kNoCodeword) << i;
    }
  }
}

TEST(QrLayout, SegmentsHaveTheSizesOfTheStandard) {
  for (int number = 1; number <= 40; ++number) {
    SCOPED_TRACE(number);
    const Layout& layout = Layout::Of({static_cast<uint8_t>(number), false}, Level::kM);
    for (const uint16_t finder : {kA1, kA2, kA3}) EXPECT_EQ(Count(layout, finder), 64);
    for (const uint16_t timing : {kB1, kB2}) EXPECT_EQ(Count(layout, timing), 4 * number + 1);
    const int centres = static_cast<int>(AlignmentCentres(layout.version).size());
    EXPECT_EQ(centres, number == 1 ? 0 : number / 7 + 2);
    EXPECT_EQ(Count(layout, kC), number == 1 ? 0 : 25 * (centres * centres - 3));
    EXPECT_EQ(Count(layout, kFormat1), 15);
    EXPECT_EQ(Count(layout, kFormat2), 15);
    EXPECT_EQ(Count(layout, kVersion1), number < 7 ? 0 : 18);
    EXPECT_EQ(Count(layout, kVersion2), number < 7 ? 0 : 18);
    EXPECT_EQ(Count(layout, kDarkModule), 1);
    // ISO/IEC 18004 table 1.
    const int remainder = number == 1                                      ? 0
                          : number <= 6                                    ? 7
                          : number <= 13                                   ? 0
                          : number <= 20 || (number >= 28 && number <= 34) ? 3
                          : number <= 27                                   ? 4
                                                                           : 0;
    EXPECT_EQ(Count(layout, kRemainder), remainder);
  }
  for (int number = 1; number <= 4; ++number) {
    const Version version{static_cast<uint8_t>(number), true};
    const Layout& layout = Layout::Of(version, number == 1 ? Level::kDetection : Level::kL);
    EXPECT_EQ(Count(layout, kA1), 64);
    EXPECT_EQ(Count(layout, kB1), 2 * number + 1);
    EXPECT_EQ(Count(layout, kB2), 2 * number + 1);
    EXPECT_EQ(Count(layout, kFormat1), 15);
    EXPECT_EQ(Count(layout, kA2 | kA3 | kC | kFormat2 | kDarkModule | kRemainder), 0);
  }
}

TEST(QrLayout, WrongModulesAreCountedInTheirSegment) {
  const QrSpec spec{false, 7, 'M', 3};
  auto dark = testing::EncodeQr(spec, {{testing::QrMode::kByte, "x"}}).dark;
  const Layout& layout = Layout::Of({7, false}, Level::kM);
  dark[6 * 45 + 22] ^= 1;  // centre of the alignment pattern on the horizontal timing pattern
  dark[6 * 45 + 10] ^= 1;
  dark[0] ^= 1;
  dark[44 * 45 + 44] ^= 1;  // data
  EXPECT_EQ(layout.WrongModules(dark, kB1), 2);
  EXPECT_EQ(layout.WrongModules(dark, kB2), 0);
  EXPECT_EQ(layout.WrongModules(dark, kC), 1);
  EXPECT_EQ(layout.WrongModules(dark, kA1), 1);
  EXPECT_EQ(layout.WrongModules(dark, kFixedPattern), 3);
}

TEST(QrLayout, IsMadeOnceWhenManyAskAtATime) {
  std::vector<const Layout*> seen(8);
  std::vector<std::thread> threads;
  for (auto& layout : seen) {
    threads.emplace_back([&layout] { layout = &Layout::Of({38, false}, Level::kQ); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Layout* layout : seen) {
    EXPECT_EQ(layout, seen[0]);
    EXPECT_EQ(layout->size, 169);
  }
  EXPECT_EQ(&Layout::Of({38, false}, Level::kL), seen[0]);
  EXPECT_NE(&Layout::Of({3, true}, Level::kL), &Layout::Of({3, true}, Level::kM));
}

}  // namespace
}  // namespace veriline::symbology::qr
