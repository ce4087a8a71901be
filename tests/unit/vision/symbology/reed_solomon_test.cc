// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/reed_solomon.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <vector>

namespace veriline::symbology {
namespace {

using Word = std::vector<uint8_t>;

/// ISO/IEC 16022:2006 annex O: "123456" in 10×10.
const Word kDataMatrixWord = {142, 164, 186, 114, 25, 5, 88, 102};
/// ISO/IEC 18004:2006 annex I: "01234567" in version 1-M.
const Word kQrWord = {0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC,
                      0x11, 0xEC, 0x11, 0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55};

TEST(Gf256, MultipliesAsPolynomialsDo) {
  for (const auto& [field, primitive] :
       {std::pair(&kDataMatrixField, 0x12D), std::pair(&kQrField, 0x11D)}) {
    for (int a = 0; a < 256; ++a) {
      for (int b = 0; b < 256; ++b) {
        int product = 0;  // of the polynomials, then reduced
        for (int bit = 0; bit < 8; ++bit) product ^= ((b >> bit) & 1) * (a << bit);
        for (int bit = 14; bit >= 8; --bit)
          product ^= ((product >> bit) & 1) * (primitive << (bit - 8));
        const auto x = static_cast<uint8_t>(a), y = static_cast<uint8_t>(b);
        ASSERT_EQ(field->Multiply(x, y), product) << a << " " << b;
        if (b == 0) continue;
        ASSERT_EQ(field->Divide(static_cast<uint8_t>(product), y), a);
        ASSERT_EQ(field->MultiplyExp(x, field->Log(y)), product);
      }
    }
  }
}

TEST(ReedSolomon, EncodesTheExamplesOfTheStandards) {
  Word check(5);
  kDataMatrixReedSolomon.Encode(std::span(kDataMatrixWord).first(3), check);
  EXPECT_EQ(check, Word(kDataMatrixWord.begin() + 3, kDataMatrixWord.end()));
  check.resize(10);
  kQrReedSolomon.Encode(std::span(kQrWord).first(16), check);
  EXPECT_EQ(check, Word(kQrWord.begin() + 16, kQrWord.end()));
}

TEST(ReedSolomon, TellsCodewordsFromOthers) {
  EXPECT_TRUE(kDataMatrixReedSolomon.IsCodeword(kDataMatrixWord, 5));
  EXPECT_TRUE(kQrReedSolomon.IsCodeword(kQrWord, 10));
  EXPECT_FALSE(kQrReedSolomon.IsCodeword(kDataMatrixWord, 5));
  for (size_t i = 0; i < kDataMatrixWord.size(); ++i) {
    Word word = kDataMatrixWord;
    word[i] ^= 1;
    EXPECT_FALSE(kDataMatrixReedSolomon.IsCodeword(word, 5)) << i;
  }
}

TEST(ReedSolomon, LeavesAWordWithoutErrorsAlone) {
  Word word = kDataMatrixWord;
  EXPECT_EQ(kDataMatrixReedSolomon.Correct(word, 5), (Correction{true, 0, 0}));
  const std::array<uint8_t, 6> marks = {0, 1, 2, 3, 4, 5};  // more than the limit: not needed
  EXPECT_EQ(kDataMatrixReedSolomon.Correct(word, 5, marks), (Correction{true, 0, 0}));
  EXPECT_EQ(word, kDataMatrixWord);
}

TEST(ReedSolomon, CorrectsEveryPairOfErrors) {
  for (size_t i = 0; i < kDataMatrixWord.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      Word word = kDataMatrixWord;
      word[i] ^= 0x5A;
      word[j] ^= 0x01;
      EXPECT_EQ(kDataMatrixReedSolomon.Correct(word, 5), (Correction{true, 2, 0}));
      EXPECT_EQ(word, kDataMatrixWord) << i << " " << j;
    }
  }
}

TEST(ReedSolomon, MarksOnGoodCodewordsCostButDoNoHarm) {
  Word word = kDataMatrixWord;
  word[6] = 0;
  const std::array<uint8_t, 4> marks = {0, 2, 2, 7};  // the same one twice counts once
  EXPECT_EQ(kDataMatrixReedSolomon.Correct(word, 5, marks), (Correction{true, 1, 3}));
  EXPECT_EQ(word, kDataMatrixWord);
}

TEST(ReedSolomon, HoldsTheLimitsOfTheCaller) {
  const auto correct = [](Word word, std::span<const uint8_t> marks, CorrectionLimits limits) {
    const Word before = word;
    const Correction done = kQrReedSolomon.Correct(word, 10, marks, limits);
    EXPECT_EQ(word, done.ok ? kQrWord : before);
    return done;
  };
  Word word = kQrWord;
  for (const size_t i : {1, 5, 9, 25}) word[i] ^= 0x80;
  const std::array<uint8_t, 2> marks = {1, 2};
  EXPECT_EQ(correct(word, {}, {}), (Correction{true, 4, 0}));
  EXPECT_EQ(correct(word, {}, {.reserve = 2}), (Correction{true, 4, 0}));
  EXPECT_EQ(correct(word, {}, {.reserve = 3}), Correction{});
  EXPECT_EQ(correct(word, {}, {.max_errors = 4}), (Correction{true, 4, 0}));
  EXPECT_EQ(correct(word, {}, {.max_errors = 3}), Correction{});
  EXPECT_EQ(correct(word, {}, {.max_errors = -1}), Correction{});
  EXPECT_EQ(correct(word, {}, {.reserve = 11}), Correction{});
  EXPECT_EQ(correct(word, marks, {.reserve = 2}), (Correction{true, 3, 2}));
  EXPECT_EQ(correct(word, marks, {.reserve = 3}), Correction{});
  EXPECT_EQ(correct(word, marks, {.max_errors = 3}), (Correction{true, 3, 2}));
  EXPECT_EQ(correct(word, marks, {.reserve = 9}), Correction{});  // not even the marks
}

TEST(ReedSolomon, RefusesWhatCanNotBe) {
  Word word = kDataMatrixWord;
  word[0] ^= 1;
  const std::array<uint8_t, 1> outside = {8};
  EXPECT_EQ(kDataMatrixReedSolomon.Correct(word, 5, outside), Correction{});
  EXPECT_EQ(kDataMatrixReedSolomon.Correct(word, 0), Correction{});
  EXPECT_EQ(kDataMatrixReedSolomon.Correct(word, 9), Correction{});
  Word long_word(256);
  EXPECT_EQ(kDataMatrixReedSolomon.Correct(long_word, 5), Correction{});
  EXPECT_FALSE(kDataMatrixReedSolomon.IsCodeword(long_word, 5));
  EXPECT_EQ(kDataMatrixReedSolomon.Correct({}, 1), Correction{});
}

TEST(ReedSolomon, CorrectsTheLongestWord) {
  for (const int check : {1, 2, 68, 254, 255}) {
    Word word(255), ecc(static_cast<size_t>(check));
    for (size_t i = 0; i < word.size(); ++i) word[i] = static_cast<uint8_t>(i * 7 + 1);
    const size_t data = word.size() - ecc.size();
    kDataMatrixReedSolomon.Encode(std::span(word).first(data), ecc);
    std::copy(ecc.begin(), ecc.end(), word.begin() + static_cast<std::ptrdiff_t>(data));
    ASSERT_TRUE(kDataMatrixReedSolomon.IsCodeword(word, check));
    Word damaged = word;
    for (int i = 0; i < check / 2; ++i) damaged[static_cast<size_t>(i * 2)] ^= 0xFF;
    EXPECT_EQ(kDataMatrixReedSolomon.Correct(damaged, check), (Correction{true, check / 2, 0}));
    EXPECT_EQ(damaged, word) << check;
    std::vector<uint8_t> marks;
    for (int i = 0; i < check; ++i) {
      marks.push_back(static_cast<uint8_t>(254 - i));
      damaged[marks.back()] ^= 0x33;
    }
    EXPECT_EQ(kDataMatrixReedSolomon.Correct(damaged, check, marks), (Correction{true, 0, check}));
    EXPECT_EQ(damaged, word) << check;
  }
}

}  // namespace
}  // namespace veriline::symbology
