// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/layout.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>
#include <vector>

#include "tests/support/datamatrix_encoder.h"

namespace veriline::symbology::datamatrix {
namespace {

TEST(SymbolSizes, AreThoseOfTheStandards) {
  int squares = 0, rectangles = 0, extension = 0;
  std::set<std::pair<int, int>> seen;
  for (const SymbolSize& size : SymbolSizes()) {
    ++(size.extension ? extension : size.rows == size.cols ? squares : rectangles);
    EXPECT_TRUE(seen.insert({size.rows, size.cols}).second);
    EXPECT_EQ(FindSymbolSize(size.rows, size.cols), &size);
    const testing::DataMatrixSize& other = testing::DataMatrixSizeOf(size.rows, size.cols);
    EXPECT_EQ(size.data_codewords, other.data) << size.rows << "x" << size.cols;
    EXPECT_EQ(size.check_codewords, other.check) << size.rows << "x" << size.cols;
    EXPECT_EQ(size.blocks, other.blocks) << size.rows << "x" << size.cols;
    EXPECT_EQ(size.regions_down(), other.regions_down) << size.rows << "x" << size.cols;
    EXPECT_EQ(size.regions_across(), other.regions_across) << size.rows << "x" << size.cols;
    EXPECT_LE(size.modules(), kMaxModules);
    EXPECT_LE(size.data_codewords, kMaxDataCodewords);
    EXPECT_LE(size.codewords(), kMaxCodewords);
    EXPECT_LE(size.blocks, kMaxBlocks);
  }
  EXPECT_EQ(squares, 24);
  EXPECT_EQ(rectangles, 6);
  EXPECT_EQ(extension, 18);
  EXPECT_EQ(FindSymbolSize(18, 8), nullptr);
  EXPECT_EQ(FindSymbolSize(28, 28), nullptr);
  EXPECT_EQ(FindSymbolSize(0, 0), nullptr);
}

TEST(SymbolSizes, CountTheErrorsThatCanBeCorrected) {
  EXPECT_EQ(FindSymbolSize(10, 10)->error_capacity(), 2);
  EXPECT_EQ(FindSymbolSize(22, 22)->error_capacity(), 10);
  EXPECT_EQ(FindSymbolSize(144, 144)->error_capacity(), 310);
}

TEST(BlockOf, DealsCodewordsInTurn) {
  for (const SymbolSize& size : SymbolSizes()) {
    for (const auto interleaving : {Interleaving::kContinued, Interleaving::kRestarted}) {
      std::vector<int> data(static_cast<size_t>(size.blocks)), check = data;
      for (int i = 0; i < size.codewords(); ++i) {
        ++(i < size.data_codewords ? data
                                   : check)[static_cast<size_t>(BlockOf(size, i, interleaving))];
      }
      for (int block = 0; block < size.blocks; ++block) {
        const auto b = static_cast<size_t>(block);
        EXPECT_EQ(check[b], size.block_check_codewords());
        // Blocks 9 and 10 of 144×144 are one shorter.
        EXPECT_EQ(data[b], size.rows == 144 && size.cols == 144
                               ? (block < 8 ? 156 : 155)
                               : size.data_codewords / size.blocks);
      }
    }
  }
}

TEST(Layout, PlacesEveryBitWhereTheStandardDoes) {
  for (const SymbolSize& size : SymbolSizes()) {
    const Layout& layout = Layout::Of(size);
    const auto expected = testing::PlaceBits(testing::DataMatrixSizeOf(size.rows, size.cols));
    ASSERT_EQ(layout.modules().size(), expected.size());
    ASSERT_EQ(layout.bits().size(), static_cast<size_t>(size.codewords() * 8));
    int bits = 0, fillers = 0;
    for (int row = 0; row < size.rows; ++row) {
      for (int col = 0; col < size.cols; ++col) {
        const Module& module = layout.At(row, col);
        const auto index = static_cast<size_t>(row * size.cols + col);
        fillers += module.kind == ModuleKind::kFiller;
        if (expected[index] < 0) {
          EXPECT_NE(module.kind, ModuleKind::kBit);
          EXPECT_EQ(module.codeword, -1);
          EXPECT_EQ(module.bit, -1);
          continue;
        }
        ++bits;
        ASSERT_EQ(module.kind, ModuleKind::kBit);
        ASSERT_EQ(module.codeword * 8 + module.bit, expected[index])
            << size.rows << "x" << size.cols;
        ASSERT_EQ(layout.bits()[static_cast<size_t>(expected[index])], index);
      }
    }
    EXPECT_EQ(bits, size.codewords() * 8);
    EXPECT_TRUE(fillers == 0 || fillers == 4) << fillers;
  }
}

TEST(Layout, KnowsTheFixedModules) {
  for (const SymbolSize& size : SymbolSizes()) {
    const Layout& layout = Layout::Of(size);
    const testing::DataMatrixSize& other = testing::DataMatrixSizeOf(size.rows, size.cols);
    const auto light = testing::PlaceModules(
        other, std::vector<uint8_t>(static_cast<size_t>(size.codewords()), 0));
    const auto dark = testing::PlaceModules(
        other, std::vector<uint8_t>(static_cast<size_t>(size.codewords()), 255));
    std::map<ModuleKind, int> kinds;
    for (size_t i = 0; i < light.size(); ++i) {
      const Module& module = layout.modules()[i];
      ++kinds[module.kind];
      EXPECT_EQ(module.kind == ModuleKind::kBit, light[i] != dark[i]);
      if (module.kind != ModuleKind::kBit) {
        EXPECT_EQ(module.dark, light[i] != 0);
      }
    }
    const int regions = size.regions_down() * size.regions_across();
    EXPECT_EQ(kinds[ModuleKind::kSolid], regions * (size.region_rows + size.region_cols + 3));
    EXPECT_EQ(kinds[ModuleKind::kTrack], regions * (size.region_rows + size.region_cols + 1));
    EXPECT_EQ(CountFixedErrors(layout, light), 0);
    auto damaged = dark;
    damaged[0] ^= 1;                                               // the L
    damaged[static_cast<size_t>(size.cols) - 1] ^= 1;              // the corner of the tracks
    damaged[static_cast<size_t>(size.cols) + 1] ^= 1;              // a bit: no error
    damaged[static_cast<size_t>(size.modules() - size.cols)] = 7;  // any value but 0 is dark
    EXPECT_EQ(CountFixedErrors(layout, damaged), 2);
  }
}

TEST(Layout, IsOneForEachSizeWhoeverAsksFirst) {
  const SymbolSize copy = *FindSymbolSize(26, 64);
  std::vector<const Layout*> seen(4);
  std::vector<std::thread> threads;
  for (const Layout*& layout : seen) {
    threads.emplace_back([&layout, &copy] { layout = &Layout::Of(copy); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Layout* layout : seen) EXPECT_EQ(layout, &Layout::Of(*FindSymbolSize(26, 64)));
  EXPECT_EQ(seen[0]->size().cols, 64);
}

}  // namespace
}  // namespace veriline::symbology::datamatrix
