// SPDX-License-Identifier: Apache-2.0
// Codewords with planted errors and erasures, and codewords that mean nothing.
#include <gtest/gtest.h>
#include <zint.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "tests/support/zint_pdf417.h"
#include "vision/symbology/pdf417/codeword_table.h"
#include "vision/symbology/pdf417/composite_data.h"
#include "vision/symbology/pdf417/data_decode.h"
#include "vision/symbology/pdf417/error_correction.h"

namespace veriline::symbology::pdf417 {
namespace {

using testing::CodewordsOfZint;
using testing::ZintCodewords;

struct Sample {
  std::vector<int16_t> words;
  int checks;
};

/// Sound codewords of levels 0 to 7 and of sizes of MicroPDF417.
std::vector<Sample> Samples() {
  std::vector<Sample> samples;
  const std::string text = "What stands on the label, 0123456789012345678901234567890";
  for (int level = 0; level < 8; ++level) {
    const ZintCodewords drawn =
        CodewordsOfZint({.symbology = BARCODE_PDF417, .text = text, .option_1 = level, .cols = 10});
    const auto words = drawn.matrix.words();
    samples.push_back({{words.begin(), words.end()}, ChecksOf(level)});
  }
  for (int cols = 1; cols <= 4; ++cols) {
    for (const size_t size : {5u, 12u}) {
      const ZintCodewords drawn = CodewordsOfZint(
          {.symbology = BARCODE_MICROPDF417, .text = text.substr(0, size), .cols = cols});
      const auto words = drawn.matrix.words();
      samples.push_back({{words.begin(), words.end()},
                         MicroVariants()[static_cast<size_t>(drawn.matrix.variant())].checks});
    }
  }
  return samples;
}

/// Damages different words: so many wrong, so many unknown.
void Damage(std::vector<int16_t>* words, int errors, int erasures, std::mt19937& random) {
  std::vector<size_t> places(words->size());
  for (size_t i = 0; i < places.size(); ++i) places[i] = i;
  std::ranges::shuffle(places, random);
  for (int i = 0; i < errors; ++i) {
    int16_t& word = (*words)[places[static_cast<size_t>(i)]];
    word = static_cast<int16_t>((word + 1 + static_cast<int>(random() % 928)) % kCodewords);
  }
  for (int i = 0; i < erasures; ++i) {
    (*words)[places[static_cast<size_t>(errors + i)]] = CodewordMatrix::kUnknown;
  }
}

TEST(Pdf417ErrorCorrection, CorrectsUpToItsLimit) {
  std::mt19937 random(1);
  for (const Sample& sample : Samples()) {
    const int limit = sample.checks - 2;
    for (int i = 0; i < 200; ++i) {
      const int wrong = static_cast<int>(random() % static_cast<unsigned>(limit / 2 + 1));
      // At the limit each second time.
      const int room = limit - 2 * wrong;
      const int unknown =
          i % 2 == 0 ? room : static_cast<int>(random() % static_cast<unsigned>(room + 1));
      auto words = sample.words;
      Damage(&words, wrong, unknown, random);
      Correction correction;
      ASSERT_TRUE(CorrectErrors(words, sample.checks, &correction))
          << sample.checks << ": " << wrong << " wrong, " << unknown << " unknown";
      EXPECT_EQ(words, sample.words);
      EXPECT_EQ(correction.errors, wrong);
      EXPECT_EQ(correction.erasures, unknown);
    }
  }
}

TEST(Pdf417ErrorCorrection, RefusesMoreThanItsLimit) {
  std::mt19937 random(2);
  int corrected = 0, count = 0;
  for (const Sample& sample : Samples()) {
    const int errors = sample.checks / 2;  // one more than the limit allows
    for (int i = 0; i < 200; ++i, ++count) {
      auto words = sample.words;
      Damage(&words, errors, 0, random);
      const auto damaged = words;
      Correction correction;
      if (CorrectErrors(words, sample.checks, &correction)) {
        ++corrected;  // to another codeword of the code: the reserve makes it rare
      } else {
        EXPECT_EQ(words, damaged);
      }
      auto erased = sample.words;
      Damage(&erased, 0, sample.checks - 1, random);
      EXPECT_FALSE(CorrectErrors(erased, sample.checks, &correction));
    }
  }
  std::printf("%d of %d wrongly corrected\n", corrected, count);
  EXPECT_LE(corrected, count / 200);
}

TEST(Pdf417Decode, TakesAnyCodewords) {
  std::mt19937 random(3);
  Decoded decoded;
  std::array<char, 2400> memory;
  for (int i = 0; i < 200000; ++i) {
    decoded.data_begin = 0;
    decoded.data_size = random() % 60;
    // Mostly functions each second time.
    for (size_t k = 0; k < decoded.data_size; ++k) {
      decoded.words[k] = static_cast<int16_t>(i % 2 == 0 && random() % 3 == 0 ? 900 + random() % 29
                                                                              : random() % 929);
    }
    if (random() % 4 == 0) decoded.words[0] = 920;
    if (DecodeData(i % 3 == 0, &decoded)) {
      EXPECT_LE(decoded.size, decoded.bytes.size());
      for (const EciSwitch& eci : decoded.ecis()) EXPECT_LE(eci.offset, decoded.size);
    }
    TextWriter text(memory);
    DecodeComponent(i % 2 == 0, decoded.data(), &text);
  }
  // The longest, which fills the memory that there is.
  decoded.data_size = kMaxWords;
  for (const int first : {900, 901, 902, 924}) {
    std::ranges::fill(decoded.words, int16_t{899});
    decoded.words[0] = static_cast<int16_t>(first);
    DecodeData(false, &decoded);
    EXPECT_LE(decoded.size, decoded.bytes.size());
  }
  CodewordMatrix none;
  EXPECT_FALSE(Decode(none, &decoded));
  none.Reset(MatrixKind::kPdf417, 90, 30);
  EXPECT_TRUE(none.words().empty());
  none.Reset(MatrixKind::kMicroPdf417, 11, 1, 99);
  EXPECT_FALSE(Decode(none, &decoded));
}

}  // namespace
}  // namespace veriline::symbology::pdf417
