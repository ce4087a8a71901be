// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/format.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <vector>

#include "tests/support/qr_encoder.h"
#include "tests/support/qr_symbols.h"

namespace veriline::symbology::qr {
namespace {

// ISO/IEC 18004 annex C, table C.1: by the two bits of the level (M, L, H, Q) and the mask.
constexpr uint16_t kWords[32] = {0x5412, 0x5125, 0x5E7C, 0x5B4B, 0x45F9, 0x40CE, 0x4F97, 0x4AA0,
                                 0x77C4, 0x72F3, 0x7DAA, 0x789D, 0x662F, 0x6318, 0x6C41, 0x6976,
                                 0x1689, 0x13BE, 0x1CE7, 0x19D0, 0x0762, 0x0255, 0x0D0C, 0x083B,
                                 0x355F, 0x3068, 0x3F31, 0x3A06, 0x24B4, 0x2183, 0x2EDA, 0x2BED};
constexpr Level kLevels[] = {Level::kM, Level::kL, Level::kH, Level::kQ};

// Annex D, table D.1.
constexpr uint32_t kVersionWords[34] = {
    0x07C94, 0x085BC, 0x09A99, 0x0A4D3, 0x0BBF6, 0x0C762, 0x0D847, 0x0E60D, 0x0F928,
    0x10B78, 0x1145D, 0x12A17, 0x13532, 0x149A6, 0x15683, 0x168C9, 0x177EC, 0x18EC4,
    0x191E1, 0x1AFAB, 0x1B08E, 0x1CC1A, 0x1D33F, 0x1ED75, 0x1F250, 0x209D5, 0x216F0,
    0x228BA, 0x2379F, 0x24B0B, 0x2542E, 0x26A64, 0x27541, 0x28C69};

/// Every set of `count` bits out of `bits`.
template <class Visit>
void EachPattern(int bits, int count, Visit visit) {
  for (uint32_t pattern = 0; pattern < 1u << bits; ++pattern) {
    if (std::popcount(pattern) == count) visit(pattern);
  }
}

TEST(QrFormat, WordsAreThoseOfTheStandard) {
  for (uint8_t i = 0; i < 32; ++i) {
    const Format format{kLevels[i / 8], static_cast<uint8_t>(i % 8), 0};
    EXPECT_EQ(FormatWord(format), kWords[i]);
    const FormatReading reading = DecodeFormat(std::array{kWords[i], kWords[i]}, false);
    EXPECT_TRUE(reading.ok);
    EXPECT_EQ(reading.format, format);
  }
}

TEST(QrFormat, OneCopyIsCorrectedUpToThreeBits) {
  for (int wrong = 0; wrong <= 3; ++wrong) {
    EachPattern(kFormatBits, wrong, [&](uint32_t pattern) {
      const auto word = static_cast<uint16_t>(kWords[9] ^ pattern);
      const FormatReading reading = DecodeFormat(std::array{word}, false);
      ASSERT_TRUE(reading.ok);
      ASSERT_EQ(reading.format, (Format{Level::kL, 1, 0}));
      ASSERT_EQ(reading.wrong_bits[0], wrong);
      ASSERT_EQ(reading.wrong_bits[1], -1);
      ASSERT_EQ(reading.words[0], word);
    });
  }
}

TEST(QrFormat, FourWrongBitsOfOneCopyAreNeverTakenForTheRightWord) {
  EachPattern(kFormatBits, 4, [&](uint32_t pattern) {
    const FormatReading reading =
        DecodeFormat(std::array{static_cast<uint16_t>(kWords[9] ^ pattern)}, false);
    ASSERT_FALSE(reading.ok && reading.format == (Format{Level::kL, 1, 0}));
  });
}

TEST(QrFormat, TheCopyThatIsReadableDecides) {
  // One copy gone: light, dark, and stripes.
  for (const uint16_t lost : {0x0000, 0x7FFF, 0x5555}) {
    for (const uint16_t word : kWords) {
      const FormatReading first = DecodeFormat(std::array{word, lost}, false);
      EXPECT_TRUE(first.ok);
      EXPECT_EQ(FormatWord(first.format), word);
      const FormatReading second = DecodeFormat(std::array{lost, word}, false);
      EXPECT_EQ(FormatWord(second.format), word);
      EXPECT_EQ(second.wrong_bits[0], std::popcount(static_cast<unsigned>(lost ^ word)));
      EXPECT_EQ(second.wrong_bits[1], 0);
    }
  }
}

TEST(QrFormat, CopiesTogetherStandMoreThanEachAlone) {
  const auto a = static_cast<uint16_t>(kWords[17] ^ 0x1111);  // 4 bits
  const auto b = static_cast<uint16_t>(kWords[17] ^ 0x0003);  // 2 bits
  const FormatReading reading = DecodeFormat(std::array{a, b}, false);
  EXPECT_TRUE(reading.ok);
  EXPECT_EQ(FormatWord(reading.format), kWords[17]);
  EXPECT_EQ(reading.wrong_bits[0], 4);
  EXPECT_EQ(reading.wrong_bits[1], 2);
}

TEST(QrFormat, TwoCopiesThatSayDifferentThingsAreNoFormat) {
  const FormatReading reading = DecodeFormat(std::array{kWords[3], kWords[20]}, false);
  EXPECT_FALSE(reading.ok);
}

TEST(QrFormat, NoCopyIsNoFormat) {
  EXPECT_FALSE(DecodeFormat({}, false).ok);
  EXPECT_FALSE(DecodeVersion({}).ok);
}

TEST(QrFormat, IsReadFromEverySymbol) {
  for (testing::QrSpec spec : testing::AllQrSpecs()) {
    for (spec.mask = 0; spec.mask < (spec.micro ? 4 : 8); ++spec.mask) {
      SCOPED_TRACE(testing::Describe(spec));
      const auto symbol = testing::EncodeQr(spec, {{testing::QrMode::kNumeric, "1"}});
      const Version version = testing::VersionOf(spec);
      const FormatReading reading = ReadFormat(symbol.dark, version);
      ASSERT_TRUE(reading.ok);
      EXPECT_EQ(reading.format, testing::FormatOf(spec));
      EXPECT_EQ(reading.copies, spec.micro ? 1 : 2);
      for (int copy = 0; copy < reading.copies; ++copy) {
        EXPECT_EQ(reading.words[static_cast<size_t>(copy)], FormatWord(reading.format));
        EXPECT_EQ(reading.wrong_bits[static_cast<size_t>(copy)], 0);
      }
      if (!HasVersionInformation(version)) continue;
      const VersionReading number = ReadVersion(symbol.dark, version);
      ASSERT_TRUE(number.ok);
      EXPECT_EQ(number.number, version.number);
      EXPECT_EQ(number.wrong_bits[0], 0);
      EXPECT_EQ(number.wrong_bits[1], 0);
    }
  }
}

/// Damage to one copy is told of that copy, and where FormatModule says that the bit lies.
TEST(QrFormat, EachBitOfEachCopyHasItsModule) {
  for (const testing::QrSpec spec :
       {testing::QrSpec{false, 7, 'Q', 6}, testing::QrSpec{true, 2, 'M', 1}}) {
    const Version version = testing::VersionOf(spec);
    const auto symbol = testing::EncodeQr(spec, {{testing::QrMode::kNumeric, "1"}});
    const auto at = [&](Module m) { return static_cast<size_t>(m.row * version.Size() + m.col); };
    for (int copy = 0; copy < FormatCopies(version); ++copy) {
      for (int bit = 0; bit < kFormatBits; ++bit) {
        auto dark = symbol.dark;
        dark[at(FormatModule(version, copy, bit))] ^= 1;
        const FormatReading reading = ReadFormat(dark, version);
        EXPECT_TRUE(reading.ok);
        EXPECT_EQ(reading.words[static_cast<size_t>(copy)],
                  FormatWord(testing::FormatOf(spec)) ^ 1 << bit);
        EXPECT_EQ(reading.wrong_bits[static_cast<size_t>(copy)], 1);
      }
    }
    for (int copy = 0; copy < 2 && HasVersionInformation(version); ++copy) {
      for (int bit = 0; bit < kVersionBits; ++bit) {
        auto dark = symbol.dark;
        dark[at(VersionModule(version, copy, bit))] ^= 1;
        const VersionReading reading = ReadVersion(dark, version);
        EXPECT_EQ(reading.words[static_cast<size_t>(copy)], VersionWord(7) ^ 1u << bit);
        EXPECT_EQ(reading.wrong_bits[static_cast<size_t>(copy)], 1);
      }
    }
  }
}

TEST(QrVersionInformation, WordsAreThoseOfTheStandard) {
  for (int number = 7; number <= 40; ++number) {
    EXPECT_EQ(VersionWord(number), kVersionWords[number - 7]) << number;
  }
}

TEST(QrVersionInformation, OneCopyIsCorrectedUpToThreeBits) {
  for (const int number : {7, 21, 40}) {
    for (int wrong = 0; wrong <= 3; ++wrong) {
      EachPattern(kVersionBits, wrong, [&](uint32_t pattern) {
        const VersionReading reading = DecodeVersion(std::array{VersionWord(number) ^ pattern});
        ASSERT_TRUE(reading.ok);
        ASSERT_EQ(reading.number, number);
        ASSERT_EQ(reading.wrong_bits[0], wrong);
      });
    }
  }
}

}  // namespace
}  // namespace veriline::symbology::qr
