// SPDX-License-Identifier: Apache-2.0
// What becomes of damage that can not be corrected: hardly ever a text. VERILINE_ALL_WORDS in the
// environment: a million words for each size of up to 50 codewords, minutes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include "tests/support/datamatrix_encoder.h"
#include "tests/support/random_datamatrix.h"
#include "vision/symbology/datamatrix/decode.h"

namespace veriline::symbology::datamatrix {
namespace {

using Random = std::mt19937;
using Codewords = std::vector<uint8_t>;

bool AllWords() { return std::getenv("VERILINE_ALL_WORDS") != nullptr; }

/// How often a random word lies within t errors of a codeword, e of its places erased.
double SphereShare(int length, int check, int erasures, int t) {
  double reach = 0, term = 1;
  for (int i = 0; i <= t; ++i) {
    reach += term;
    term *= 255.0 * (length - erasures - i) / (i + 1);
  }
  return reach / std::pow(256.0, check - erasures);
}

bool IsSmall(const SymbolSize& size) { return size.block_check_codewords() / 2 <= 3; }

/// How many of so many random corruptions of random symbols beyond the limit of every block gave a
/// text that is not theirs.
int WrongTexts(const SymbolSize& size, int rounds, int erasures, Random& random) {
  const auto& other = veriline::testing::DataMatrixSizeOf(size.rows, size.cols);
  const auto symbol = std::make_unique<DecodedSymbol>();
  const int check = size.block_check_codewords();
  const int most = erasures == 0 ? check / 2 : (check - 2 - erasures) / 2;
  int wrong = 0;
  Codewords codewords, damaged, marks;
  std::vector<int> places(static_cast<size_t>(size.codewords()));
  std::iota(places.begin(), places.end(), 0);
  veriline::testing::RandomDataMatrix message;
  for (int round = 0; round < rounds; ++round) {
    if (round % 100 == 0) {
      message = veriline::testing::RandomMessage(random, size.data_codewords);
      codewords = veriline::testing::AddCheckCodewords(other, message.data);
    }
    damaged = codewords;
    marks.assign(erasures == 0 ? 0 : codewords.size(), 0);
    std::shuffle(places.begin(), places.end(), random);
    std::vector<int> errors(static_cast<size_t>(size.blocks)), erased = errors;
    const int longest = size.codewords() / size.blocks;
    const int target = std::uniform_int_distribution<int>(most + 1, longest - erasures)(random);
    for (const int place : places) {
      const auto block = static_cast<size_t>(BlockOf(size, place));
      const auto i = static_cast<size_t>(place);
      if (erased[block] < erasures) {
        ++erased[block];
        marks[i] = 1;
        damaged[i] = static_cast<uint8_t>(random());
      } else if (errors[block] < target) {
        ++errors[block];
        damaged[i] ^= static_cast<uint8_t>(1 + random() % 255);
      }
    }
    if (DecodeCodewords(size, damaged, marks, {}, *symbol)) {
      wrong += symbol->message.payload() != message.payload;
    }
  }
  return wrong;
}

/// How many random messages that are codewords have a meaning (and padding, in small symbols): the
/// last guard behind a false correction.
double MeaningShare(const SymbolSize& size, Random& random) {
  constexpr int kRounds = 20000;
  const auto message = std::make_unique<Message>();
  Codewords data(static_cast<size_t>(size.data_codewords));
  int meant = 0;
  for (int i = 0; i < kRounds; ++i) {
    std::generate(data.begin(), data.end(), [&] { return static_cast<uint8_t>(random()); });
    meant += DecodeData(data, size.extension, *message) &&
             !(IsSmall(size) && message->padding == Padding::kInvalid);
  }
  return static_cast<double>(meant) / kRounds;
}

void Check(const SymbolSize& size, int rounds, int erasures, Random& random) {
  const int check = size.block_check_codewords();
  const int t = erasures == 0 ? check / 2 : (check - 2 - erasures) / 2;
  const double block = SphereShare(size.codewords() / size.blocks, check, erasures, t);
  const double meaning = MeaningShare(size, random);
  const double theory = std::pow(block, size.blocks) * meaning;
  const int wrong = WrongTexts(size, rounds, erasures, random);
  std::printf("%3dx%-3d %d erasures: %d wrong texts of %d, theory %.2g (%.0f%% have a meaning)\n",
              size.rows, size.cols, erasures, wrong, rounds, theory * rounds, 100 * meaning);
  if (IsSmall(size)) {
    // Three times what is expected; and where that is next to nothing, one may happen.
    EXPECT_LE(wrong, std::max(1.0, 3 * theory * rounds));
  } else {
    EXPECT_EQ(wrong, 0);
  }
}

TEST(Miscorrection, GivesWrongTextsNoMoreThanTheoryTells) {
  Random random(11);
  for (const SymbolSize& size : SymbolSizes()) {
    const int rounds = AllWords() ? (size.codewords() <= 50 ? 1'000'000 : 10'000)
                                  : (size.codewords() <= 200 ? 10'000 : 400);
    Check(size, rounds, 0, random);
  }
}

/// With as many erasures as the reserve leaves, a small symbol is hardly checked at all.
TEST(Miscorrection, OfSmallSymbolsWithErasures) {
  Random random(12);
  for (const SymbolSize& size : SymbolSizes()) {
    if (!IsSmall(size)) continue;
    const int rounds = AllWords() ? 1'000'000 : 100'000;
    for (int erasures = 1; erasures <= size.block_check_codewords() - 2; ++erasures) {
      Check(size, rounds, erasures, random);
    }
  }
}

}  // namespace
}  // namespace veriline::symbology::datamatrix
