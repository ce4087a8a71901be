// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/reed_solomon.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <random>
#include <vector>

namespace veriline::symbology {
namespace {

using Word = std::vector<uint8_t>;
using Random = std::mt19937;

int Pick(Random& random, int from, int to) {
  return std::uniform_int_distribution<int>(from, to)(random);
}
uint8_t Byte(Random& random) { return static_cast<uint8_t>(random()); }

const ReedSolomon* const kCodes[] = {&kDataMatrixReedSolomon, &kQrReedSolomon};

/// A field of its own, so that the tables under test prove nothing about themselves.
class PlainCode {
 public:
  explicit PlainCode(const ReedSolomon* code)
      : primitive_(code == &kQrReedSolomon ? 0x11D : 0x12D),
        first_root_(code == &kQrReedSolomon ? 0 : 1) {}

  bool IsCodeword(const Word& word, int check) const {
    int root = 1;
    for (int i = 0; i < first_root_; ++i) root = Doubled(root);
    for (int i = 0; i < check; ++i, root = Doubled(root)) {
      int value = 0;
      for (const uint8_t codeword : word) value = Product(value, root) ^ codeword;
      if (value != 0) return false;
    }
    return true;
  }

 private:
  int Doubled(int value) const {
    value <<= 1;
    return value & 0x100 ? value ^ primitive_ : value;
  }
  int Product(int a, int b) const {
    int product = 0;
    for (; b != 0; b >>= 1, a = Doubled(a)) product ^= (b & 1) * a;
    return product;
  }
  int primitive_;
  int first_root_;
};

Word RandomWord(const ReedSolomon& code, int length, int check, Random& random) {
  Word word(static_cast<size_t>(length));
  std::generate(word.begin(), word.end(), [&] { return Byte(random); });
  const std::span<uint8_t> all(word);
  const auto data = static_cast<size_t>(length - check);
  code.Encode(all.first(data), all.subspan(data));
  return word;
}

std::vector<uint8_t> RandomPlaces(int length, int count, Random& random) {
  std::vector<uint8_t> places(static_cast<size_t>(length));
  std::iota(places.begin(), places.end(), uint8_t{0});
  std::shuffle(places.begin(), places.end(), random);
  places.resize(static_cast<size_t>(count));
  return places;
}

uint8_t Nonzero(Random& random) { return static_cast<uint8_t>(Pick(random, 1, 255)); }

TEST(ReedSolomonProperty, WhateverIsEncodedIsACodeword) {
  Random random(1);
  for (int round = 0; round < 2000; ++round) {
    const ReedSolomon* code = kCodes[round % 2];
    const int length = Pick(random, 2, 255);
    const int check = Pick(random, 1, length - 1);
    const Word word = RandomWord(*code, length, check, random);
    ASSERT_TRUE(PlainCode(code).IsCodeword(word, check)) << length << " " << check;
    ASSERT_TRUE(code->IsCodeword(word, check));
  }
}

/// Errors and erasures that just fit are corrected, and exactly as many are told.
TEST(ReedSolomonProperty, AllThatFitsTheLimitsIsCorrected) {
  Random random(2);
  for (int round = 0; round < 20000; ++round) {
    const ReedSolomon* code = kCodes[round % 2];
    const int length = Pick(random, 2, round % 4 == 0 ? 255 : 60);
    const int check = Pick(random, 1, std::min(length - 1, 68));
    const int reserve = Pick(random, 0, std::min(check, 3));
    const int erasures = Pick(random, 0, check - reserve);
    const int most = std::min((check - reserve - erasures) / 2, length - erasures);
    const int errors = round % 3 == 0 ? Pick(random, 0, most) : most;
    const Word word = RandomWord(*code, length, check, random);
    const auto places = RandomPlaces(length, erasures + errors, random);
    const std::span<const uint8_t> marks = std::span(places).first(static_cast<size_t>(erasures));
    Word damaged = word;
    for (size_t i = 0; i < places.size(); ++i) {
      // A marked place may hold the right value by chance.
      damaged[places[i]] ^= i < marks.size() ? Byte(random) : Nonzero(random);
    }
    const bool clean = damaged == word;
    const Correction done = code->Correct(damaged, check, marks, {.reserve = reserve});
    ASSERT_TRUE(done.ok) << length << " " << check << " " << errors << " " << erasures;
    ASSERT_EQ(damaged, word);
    ASSERT_EQ(done.errors, errors);
    ASSERT_EQ(done.erasures, clean ? 0 : erasures);
  }
}

/// Whatever comes in: what is called ok is a codeword that differs from what came in by no more
/// than was allowed; what is not ok is left as it was.
TEST(ReedSolomonProperty, NeverClaimsMoreThanAllowed) {
  Random random(3);
  int ok = 0, failed = 0;
  for (int round = 0; round < 60000; ++round) {
    const ReedSolomon* code = kCodes[round % 2];
    const int length = Pick(random, 1, 40);
    const int check = Pick(random, 1, std::min(length, 9));
    Word word(static_cast<size_t>(length));
    std::generate(word.begin(), word.end(), [&] { return Byte(random); });
    const CorrectionLimits limits = {Pick(random, 0, 3), Pick(random, 0, 5)};
    const auto marks = RandomPlaces(length, Pick(random, 0, std::min(length, check + 1)), random);
    const Word before = word;
    const Correction done = code->Correct(word, check, marks, limits);
    if (!done.ok) {
      ++failed;
      ASSERT_EQ(word, before);
      continue;
    }
    ++ok;
    ASSERT_TRUE(PlainCode(code).IsCodeword(word, check));
    int errors = 0;
    for (size_t i = 0; i < word.size(); ++i) {
      const bool marked = std::find(marks.begin(), marks.end(), i) != marks.end();
      errors += !marked && word[i] != before[i];
    }
    ASSERT_EQ(errors, done.errors);
    if (word != before) {
      ASSERT_EQ(done.erasures, static_cast<int>(marks.size()));
      ASSERT_LE(2 * done.errors + done.erasures, check - limits.reserve);
      ASSERT_LE(done.errors, limits.max_errors);
    }
  }
  EXPECT_GT(ok, 1000);
  EXPECT_GT(failed, 1000);
}

/// Random words fall into the reach of a codeword as often as its sphere is large:
/// sum over i <= t of (n - e choose i) 255^i, divided by 256^(check - e).
TEST(ReedSolomonProperty, MiscorrectsAsOftenAsTheoryTells) {
  struct Case {
    int length, check, erasures;
  };
  Random random(4);
  for (const Case& c : {Case{8, 2, 0}, Case{20, 2, 0}, Case{60, 4, 0}, Case{20, 4, 2},
                        Case{12, 3, 1}, Case{100, 4, 0}}) {
    const int t = (c.check - c.erasures) / 2;
    double reach = 0, term = 1;
    for (int i = 0; i <= t; ++i) {
      reach += term;
      term *= 255.0 * (c.length - c.erasures - i) / (i + 1);
    }
    const double theory = reach / std::pow(256.0, c.check - c.erasures);
    constexpr int kRounds = 100000;
    int ok = 0;
    Word word(static_cast<size_t>(c.length));
    for (int i = 0; i < kRounds; ++i) {
      std::generate(word.begin(), word.end(), [&] { return Byte(random); });
      const auto marks = RandomPlaces(c.length, c.erasures, random);
      ok += kCodes[i % 2]->Correct(word, c.check, marks).ok;
    }
    const double sigma = std::sqrt(kRounds * theory * (1 - theory));
    std::printf("%3d codewords, %d check, %d erased: %d of %d miscorrected, theory %.0f\n",
                c.length, c.check, c.erasures, ok, kRounds, kRounds * theory);
    EXPECT_NEAR(ok, kRounds * theory, 5 * sigma);
  }
}

}  // namespace
}  // namespace veriline::symbology
