// SPDX-License-Identifier: Apache-2.0
// decode(encode(x)) = x, with as much damage as may be.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include "tests/support/datamatrix_encoder.h"
#include "tests/support/random_datamatrix.h"
#include "vision/symbology/datamatrix/decode.h"

namespace veriline::symbology::datamatrix {
namespace {

using veriline::testing::RandomDataMatrix;
using Random = std::mt19937;
using Codewords = std::vector<uint8_t>;

int Pick(Random& random, int from, int to) {
  return std::uniform_int_distribution<int>(from, to)(random);
}

/// Smaller sizes are drawn more often: about as many codewords of each.
int RoundsOf(const SymbolSize& size) { return std::max(8, 4000 / size.codewords()); }

class CodecProperty : public ::testing::TestWithParam<SymbolSize> {
 protected:
  void Draw() {
    const SymbolSize& size = GetParam();
    const auto& other = veriline::testing::DataMatrixSizeOf(size.rows, size.cols);
    message_ = veriline::testing::RandomMessage(random_, other.data);
    codewords_ = veriline::testing::AddCheckCodewords(other, message_.data);
    dark_ = veriline::testing::PlaceModules(other, codewords_);
  }

  /// Codewords of each block in random order.
  std::vector<std::vector<int>> ShuffledBlocks() {
    std::vector<std::vector<int>> blocks(static_cast<size_t>(GetParam().blocks));
    for (int i = 0; i < GetParam().codewords(); ++i) {
      blocks[static_cast<size_t>(i % GetParam().blocks)].push_back(i);
    }
    for (auto& block : blocks) std::shuffle(block.begin(), block.end(), random_);
    return blocks;
  }
  /// Turns one to eight modules of a codeword.
  void Damage(int codeword) {
    const int bits = Pick(random_, 1, 255);
    for (int bit = 0; bit < 8; ++bit) {
      dark_[layout_.bits()[static_cast<size_t>(codeword * 8 + bit)]] ^= bits >> bit & 1;
    }
  }

  void ExpectMessage() {
    const Message& message = symbol_->message;
    ASSERT_TRUE(symbol_->ok()) << Name(symbol_->failed) << ", " << Name(message.error);
    ASSERT_EQ(message.payload(), message_.payload);
    if (!GetParam().extension) {
      ASSERT_EQ(message.identifier_view(), message_.identifier);
    }
    ASSERT_EQ(message.append_index, message_.append_index);
    ASSERT_EQ(message.append_count, message_.append_count);
    ASSERT_EQ(message.pad_codewords, message_.pads);
    ASSERT_EQ(message.padding, message_.pads > 0 ? Padding::kValid : Padding::kNone);
    ASSERT_EQ(message.ecis().size(), message_.ecis.size());
    for (size_t i = 0; i < message_.ecis.size(); ++i) {
      ASSERT_EQ(message.ecis()[i].offset, message_.ecis[i].first);
      ASSERT_EQ(message.ecis()[i].eci, message_.ecis[i].second);
    }
    ASSERT_TRUE(std::equal(codewords_.begin(), codewords_.end(), symbol_->codewords.begin()));
  }

  Random random_{static_cast<unsigned>(GetParam().rows * 1000 + GetParam().cols)};
  const Layout& layout_ = Layout::Of(GetParam());
  RandomDataMatrix message_;
  Codewords codewords_;
  Codewords dark_;
  std::unique_ptr<DecodedSymbol> symbol_ = std::make_unique<DecodedSymbol>();
};

TEST_P(CodecProperty, WhatIsEncodedIsDecoded) {
  for (int round = 0; round < 4 * RoundsOf(GetParam()); ++round) {
    Draw();
    Decode(layout_, dark_, {}, {.max_corrected = 0}, *symbol_);
    ASSERT_NO_FATAL_FAILURE(ExpectMessage()) << "round " << round;
  }
}

/// In every block as many errors as it can correct, or one less for each.
TEST_P(CodecProperty, DamageUpToTheLimitIsCorrected) {
  const int most = GetParam().block_check_codewords() / 2;
  for (int round = 0; round < RoundsOf(GetParam()); ++round) {
    Draw();
    int errors = 0;
    for (const auto& block : ShuffledBlocks()) {
      const int here = round % 2 == 0 ? most : Pick(random_, 0, most);
      for (int i = 0; i < here; ++i) Damage(block[static_cast<size_t>(i)]);
      errors += here;
    }
    Decode(layout_, dark_, {}, {}, *symbol_);
    ASSERT_NO_FATAL_FAILURE(ExpectMessage()) << "round " << round;
    ASSERT_EQ(symbol_->errors, errors);
    ASSERT_EQ(symbol_->corrected, errors);
  }
}

TEST_P(CodecProperty, ErasuresUpToTheLimitAreCorrected) {
  const int check = GetParam().block_check_codewords();
  for (int round = 0; round < RoundsOf(GetParam()); ++round) {
    Draw();
    Codewords doubtful(dark_.size(), 0);
    int errors = 0, erasures = 0;
    for (const auto& block : ShuffledBlocks()) {
      const int marked = Pick(random_, 1, check - 2);
      const int damaged = (check - 2 - marked) / 2;
      for (int i = 0; i < marked + damaged; ++i) {
        const int codeword = block[static_cast<size_t>(i)];
        Damage(codeword);
        if (i >= marked) continue;
        doubtful[layout_.bits()[static_cast<size_t>(codeword * 8 + Pick(random_, 0, 7))]] = 1;
      }
      errors += damaged;
      erasures += marked;
    }
    Decode(layout_, dark_, doubtful, {}, *symbol_);
    ASSERT_NO_FATAL_FAILURE(ExpectMessage()) << "round " << round;
    ASSERT_EQ(symbol_->errors, errors);
    ASSERT_EQ(symbol_->erasures, erasures);
    ASSERT_EQ(symbol_->corrected, errors + erasures);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, CodecProperty,
                         ::testing::ValuesIn(SymbolSizes().begin(), SymbolSizes().end()),
                         [](const auto& size) {
                           return std::to_string(size.param.rows) + "x" +
                                  std::to_string(size.param.cols);
                         });

}  // namespace
}  // namespace veriline::symbology::datamatrix
