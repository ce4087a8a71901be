// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/decode.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/support/allocation_counter.h"
#include "tests/support/datamatrix_encoder.h"

namespace veriline::symbology::datamatrix {
namespace {

using veriline::testing::DataMatrixWriter;
using Codewords = std::vector<uint8_t>;

/// A symbol whose message is `text` and pads.
struct Drawn {
  Drawn(int rows, int cols, const std::string& text,
        veriline::testing::Interleave144 interleave = veriline::testing::Interleave144::kContinued)
      : layout(Layout::Of(*FindSymbolSize(rows, cols))) {
    const auto& size = veriline::testing::DataMatrixSizeOf(rows, cols);
    DataMatrixWriter writer(size.data);
    EXPECT_TRUE(writer.Ascii(text));
    writer.Finish();
    codewords = veriline::testing::AddCheckCodewords(size, writer.codewords(), interleave);
    dark = veriline::testing::PlaceModules(size, codewords);
  }
  /// Makes one module of each of these codewords wrong.
  void Damage(const std::vector<int>& places) {
    for (const int place : places) dark[layout.bits()[static_cast<size_t>(place * 8 + 3)]] ^= 1;
  }

  const Layout& layout;
  Codewords codewords;
  Codewords dark;
};

class DecodeTest : public ::testing::Test {
 protected:
  bool Run(const Drawn& drawn, const Codewords& doubtful = {}, const DecodeLimits& limits = {}) {
    return Decode(drawn.layout, drawn.dark, doubtful, limits, *symbol_);
  }
  std::unique_ptr<DecodedSymbol> symbol_ = std::make_unique<DecodedSymbol>();
};

TEST_F(DecodeTest, ReadsTheExampleOfTheStandard) {
  // ISO/IEC 16022:2006 annex O: "123456" and its check codewords.
  const Codewords codewords = {142, 164, 186, 114, 25, 5, 88, 102};
  const auto dark =
      veriline::testing::PlaceModules(veriline::testing::DataMatrixSizeOf(10, 10), codewords);
  ASSERT_TRUE(Decode(Layout::Of(*FindSymbolSize(10, 10)), dark, {}, {}, *symbol_));
  EXPECT_EQ(symbol_->message.payload(), "123456");
  EXPECT_EQ(symbol_->corrected, 0);
}

TEST_F(DecodeTest, TellsWhatWasCorrected) {
  Drawn drawn(22, 22, "HELLO");
  drawn.Damage({0, 7, 31, 49});
  ASSERT_TRUE(Run(drawn));
  EXPECT_EQ(symbol_->message.payload(), "HELLO");
  EXPECT_EQ(symbol_->corrected, 4);
  EXPECT_EQ(symbol_->errors, 4);
  EXPECT_EQ(symbol_->erasures, 0);
  EXPECT_EQ(symbol_->blocks[0], (Correction{true, 4, 0}));
  ASSERT_EQ(symbol_->codeword_count, 50);
  for (size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(symbol_->codewords[i], drawn.codewords[i]);
    const bool damaged = i == 0 || i == 7 || i == 31 || i == 49;
    EXPECT_EQ(symbol_->codewords_read[i] != symbol_->codewords[i], damaged) << i;
  }
}

TEST_F(DecodeTest, DoubtfulModulesMakeErasures) {
  Drawn drawn(22, 22, "HELLO");
  std::vector<int> places;
  Codewords doubtful(drawn.dark.size());
  for (int i = 0; i < 18; ++i) {
    places.push_back(i * 2);
    doubtful[drawn.layout.bits()[static_cast<size_t>(i * 16)]] = 1;  // another bit of the codeword
  }
  drawn.Damage(places);
  EXPECT_FALSE(Run(drawn));
  EXPECT_EQ(symbol_->failed, DecodeStep::kErrorCorrection);
  EXPECT_EQ(symbol_->failed_block, 0);
  ASSERT_TRUE(Run(drawn, doubtful));
  EXPECT_EQ(symbol_->errors, 0);
  EXPECT_EQ(symbol_->erasures, 18);
  EXPECT_EQ(symbol_->corrected, 18);
  EXPECT_EQ(symbol_->message.payload(), "HELLO");
  // 2t + e <= 20 - 2
  drawn.Damage({49});
  EXPECT_FALSE(Run(drawn, doubtful));
  EXPECT_TRUE(Run(drawn, doubtful, {.reserve_with_erasures = 0}));
}

TEST_F(DecodeTest, MarksOfABlockThatHasTooManyAreNotHeeded) {
  Drawn drawn(52, 52, "HELLO");  // two blocks of 42 check codewords
  Codewords doubtful(drawn.dark.size());
  for (int i = 0; i < 41; ++i) doubtful[drawn.layout.bits()[static_cast<size_t>(i * 16)]] = 1;
  for (int i = 0; i < 40; ++i) doubtful[drawn.layout.bits()[static_cast<size_t>(i * 16 + 8)]] = 1;
  drawn.Damage({0, 200, 1, 3});
  ASSERT_TRUE(Run(drawn, doubtful));
  EXPECT_EQ(symbol_->blocks[0], (Correction{true, 2, 0}));
  EXPECT_EQ(symbol_->blocks[1], (Correction{true, 0, 40}));
  EXPECT_EQ(symbol_->message.payload(), "HELLO");
}

TEST_F(DecodeTest, HoldsTheCap) {
  Drawn drawn(22, 22, "HELLO");
  drawn.Damage({1, 2, 3, 4, 5});
  EXPECT_TRUE(Run(drawn, {}, {.max_corrected = 5}));
  EXPECT_FALSE(Run(drawn, {}, {.max_corrected = 4}));
  EXPECT_EQ(symbol_->failed, DecodeStep::kMaxCorrected);
  EXPECT_EQ(symbol_->corrected, 5);
  // Erasures that were right as they were do not count.
  Codewords doubtful(drawn.dark.size());
  doubtful[drawn.layout.bits()[9 * 8]] = 1;
  EXPECT_TRUE(Run(drawn, doubtful, {.max_corrected = 5}));
  EXPECT_EQ(symbol_->erasures, 1);
}

TEST_F(DecodeTest, CountsEachBlock) {
  Drawn drawn(52, 52, "HELLO");
  drawn.Damage({0, 2, 4, 1, 204, 207});
  ASSERT_TRUE(Run(drawn));
  EXPECT_EQ(symbol_->blocks[0], (Correction{true, 4, 0}));
  EXPECT_EQ(symbol_->blocks[1], (Correction{true, 2, 0}));
  std::vector<int> places;
  for (int i = 0; i < 22; ++i) places.push_back(i * 2 + 1);
  Drawn other(52, 52, "HELLO");
  other.Damage(places);
  EXPECT_FALSE(Run(other));
  EXPECT_EQ(symbol_->failed_block, 1);
  EXPECT_TRUE(symbol_->blocks[0].ok);
  EXPECT_FALSE(symbol_->blocks[1].ok);
}

TEST_F(DecodeTest, ReadsBothInterleavingsOfTheLargest) {
  for (const bool restarted : {false, true}) {
    Drawn drawn(144, 144, "HELLO",
                restarted ? veriline::testing::Interleave144::kRestarted
                          : veriline::testing::Interleave144::kContinued);
    drawn.Damage({0, 1, 2, 500, 1557, 1558, 1600, 2177});
    ASSERT_TRUE(Run(drawn));
    EXPECT_EQ(symbol_->interleaving,
              restarted ? Interleaving::kRestarted : Interleaving::kContinued);
    EXPECT_EQ(symbol_->corrected, 8);
    EXPECT_EQ(symbol_->message.payload(), "HELLO");
  }
  Drawn drawn(144, 144, "HELLO");
  std::vector<int> places;
  for (int i = 0; i < 32; ++i) places.push_back(i * 10 + 4);
  drawn.Damage(places);
  EXPECT_FALSE(Run(drawn));  // told of the usual one
  EXPECT_EQ(symbol_->interleaving, Interleaving::kContinued);
  EXPECT_EQ(symbol_->failed_block, 4);
  EXPECT_TRUE(symbol_->blocks[5].ok);
}

TEST_F(DecodeTest, SmallSymbolsNeedTheirPadding) {
  for (const auto& [rows, cols, small] :
       {std::tuple(10, 10, true), {12, 12, true}, {8, 18, true}, {14, 14, false}}) {
    const auto& size = veriline::testing::DataMatrixSizeOf(rows, cols);
    DataMatrixWriter writer(size.data);
    writer.Ascii("A");
    writer.Finish();
    Codewords data = writer.codewords();
    data.back() ^= 4;
    const auto dark =
        veriline::testing::PlaceModules(size, veriline::testing::AddCheckCodewords(size, data));
    const Layout& layout = Layout::Of(*FindSymbolSize(rows, cols));
    EXPECT_EQ(Decode(layout, dark, {}, {}, *symbol_), !small);
    EXPECT_EQ(symbol_->failed, small ? DecodeStep::kPadding : DecodeStep::kNone);
    EXPECT_TRUE(Decode(layout, dark, {}, {.small_need_padding = false}, *symbol_));
    EXPECT_EQ(symbol_->message.padding, Padding::kInvalid);
  }
}

TEST_F(DecodeTest, SaysThatTheDataHaveNoMeaning) {
  const auto& size = veriline::testing::DataMatrixSizeOf(10, 10);
  const auto codewords = veriline::testing::AddCheckCodewords(size, {66, 250, 66});
  EXPECT_FALSE(DecodeCodewords(*FindSymbolSize(10, 10), codewords, {}, {}, *symbol_));
  EXPECT_EQ(symbol_->failed, DecodeStep::kData);
  EXPECT_EQ(symbol_->message.error, DataError::kBadCodeword);
}

TEST_F(DecodeTest, OtherSizesThanTheSymbolsAreRefused) {
  Drawn drawn(10, 10, "A");
  const Layout& layout = drawn.layout;
  EXPECT_FALSE(Decode(layout, std::span(drawn.dark).first(99), {}, {}, *symbol_));
  EXPECT_FALSE(Decode(layout, {}, {}, {}, *symbol_));
  EXPECT_FALSE(Decode(layout, drawn.dark, std::span(drawn.dark).first(1), {}, *symbol_));
  EXPECT_FALSE(
      DecodeCodewords(layout.size(), std::span(drawn.codewords).first(7), {}, {}, *symbol_));
  EXPECT_FALSE(DecodeCodewords(layout.size(), drawn.codewords, std::span(drawn.codewords).first(1),
                               {}, *symbol_));
  EXPECT_EQ(symbol_->failed, DecodeStep::kErrorCorrection);
  EXPECT_EQ(symbol_->codeword_count, 0);
}

TEST_F(DecodeTest, FillsASymbol) {
  Drawn drawn(22, 22, "HELLO");
  drawn.Damage({3, 30});
  ASSERT_TRUE(Run(drawn));
  Symbol symbol;
  FillSymbol(drawn.layout.size(), *symbol_, symbol);
  EXPECT_EQ(symbol.symbology, Symbology::kDataMatrix);
  EXPECT_EQ(symbol.decoder, Decoder::kOwn);
  EXPECT_EQ(symbol.identifier_view(), "]d1");
  EXPECT_EQ(symbol.payload.view(), "HELLO");
  EXPECT_EQ(symbol.rows, 22);
  EXPECT_EQ(symbol.cols, 22);
  EXPECT_EQ(symbol.errors_corrected, 2);
  EXPECT_EQ(symbol.error_capacity, 10);
}

TEST_F(DecodeTest, TheIdentifierOfASymbolKnowsNoEci) {
  for (const auto& [start, plain, with_eci] : {std::tuple(Codewords{66}, "]d1", "]d4"),
                                               {{232}, "]d2", "]d5"},
                                               {{66, 232}, "]d3", "]d6"}}) {
    const auto& size = veriline::testing::DataMatrixSizeOf(14, 14);
    DataMatrixWriter writer(size.data);
    writer.Raw(start);
    writer.Eci(26);
    writer.Ascii("x");
    writer.Finish();
    const auto codewords = veriline::testing::AddCheckCodewords(size, writer.codewords());
    ASSERT_TRUE(DecodeCodewords(*FindSymbolSize(14, 14), codewords, {}, {}, *symbol_));
    Symbol symbol;
    FillSymbol(*FindSymbolSize(14, 14), *symbol_, symbol);
    EXPECT_EQ(symbol.identifier_view(), plain);
    EXPECT_EQ(symbol_->message.identifier_view(), with_eci);
  }
}

TEST_F(DecodeTest, AllocatesNothing) {
  Drawn small(22, 22, "HELLO"), large(144, 144, "HELLO");
  small.Damage({1, 2, 3});
  large.Damage({1, 2, 3, 700, 2000});
  const Codewords doubtful(small.dark.size(), 0);
  const size_t before = AllocationsOfThisThread();
  EXPECT_TRUE(Decode(small.layout, small.dark, {}, {}, *symbol_));
  EXPECT_TRUE(Decode(small.layout, small.dark, doubtful, {}, *symbol_));
  EXPECT_TRUE(Decode(large.layout, large.dark, {}, {}, *symbol_));
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

TEST(DecodeStep, HasANameEach) {
  std::set<std::string_view> names;
  for (int i = 0; i <= 4; ++i) names.insert(Name(static_cast<DecodeStep>(i)));
  EXPECT_EQ(names.size(), 5u);
  EXPECT_EQ(names.count("unknown"), 0u);
}

}  // namespace
}  // namespace veriline::symbology::datamatrix
