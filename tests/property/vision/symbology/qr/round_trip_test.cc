// SPDX-License-Identifier: Apache-2.0
// What the test encoder writes is read again: every version, level, mask and mode, any text, and
// any damage that the standard says can be corrected.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <random>
#include <string>

#include "tests/support/qr_encoder.h"
#include "tests/support/qr_symbols.h"
#include "vision/symbology/qr/decoder.h"

namespace veriline::symbology::qr {
namespace {

using namespace veriline::testing;

TEST(QrRoundTrip, EveryVersionLevelMaskAndMode) {
  std::mt19937 random(1);
  const auto decoded = std::make_unique<Decoded>();
  int symbols = 0;
  for (QrSpec spec : AllQrSpecs()) {
    for (spec.mask = 0; spec.mask < (spec.micro ? 4 : 8); ++spec.mask) {
      for (const QrMode mode : kCharacterModes) {
        const int capacity = QrCapacity(spec, mode);
        if (capacity == 0) continue;
        // Masks 0 and 4 take all the room there is.
        const int length = spec.mask % 4 == 0 ? capacity : Between(random, 1, capacity);
        const QrSegment segment = RandomSegment(random, mode, length);
        const QrSymbol symbol = EncodeQr(spec, {segment});
        SCOPED_TRACE(Describe(spec));
        ASSERT_EQ(Decode(symbol.dark, VersionOf(spec), {}, *decoded), Step::kNone)
            << Name(decoded->failed_at);
        ASSERT_EQ(decoded->message.bytes(), segment.text);
        ++symbols;
        EXPECT_EQ(decoded->message.identifier_view(), "]Q1");
        EXPECT_EQ(decoded->format.format, FormatOf(spec));
        EXPECT_EQ(decoded->format.wrong_bits[0], 0);
        EXPECT_EQ(decoded->corrected, 0);
        EXPECT_TRUE(std::ranges::equal(decoded->codewords_before(), symbol.codewords));
        EXPECT_TRUE(std::ranges::equal(decoded->codewords_after(), symbol.codewords));
        EXPECT_TRUE(decoded->message.PaddingIsRight());
        const TextSpan span{0, -1, mode == QrMode::kKanji};
        ASSERT_EQ(decoded->message.span_count, 1);
        EXPECT_EQ(decoded->message.spans[0], span);
      }
    }
  }
  EXPECT_GT(symbols, 5000);
}

TEST(QrRoundTrip, AnyMixOfSegments) {
  std::mt19937 random(2);
  const auto decoded = std::make_unique<Decoded>();
  const auto specs = AllQrSpecs();
  int symbols = 0;
  while (symbols < 3000) {
    QrSpec spec =
        specs[static_cast<size_t>(Between(random, 0, static_cast<int>(specs.size()) / 2))];
    spec.mask = Between(random, 0, spec.micro ? 3 : 7);
    const RandomMessage message = MakeMessage(random, spec);
    if (message.text.empty()) continue;
    const QrSymbol symbol = EncodeQr(spec, message.segments);
    SCOPED_TRACE(Describe(spec));
    ASSERT_EQ(Decode(symbol.dark, VersionOf(spec), {}, *decoded), Step::kNone)
        << Name(decoded->failed_at);
    EXPECT_EQ(decoded->message.bytes(), message.text);
    EXPECT_EQ(decoded->message.identifier_view(), message.identifier);
    EXPECT_EQ(decoded->message.structured_append.present, message.append >= 0);
    if (message.append >= 0) {
      EXPECT_EQ(decoded->message.structured_append.index, message.append >> 12);
      EXPECT_EQ(decoded->message.structured_append.count, (message.append >> 8 & 15) + 1);
      EXPECT_EQ(decoded->message.structured_append.parity, message.append & 255);
    }
    ++symbols;
  }
}

/// As many codewords of each block as its code corrects are changed: the text is right all the
/// same, and the errors are counted.
TEST(QrRoundTrip, DamageUpToTheLimitIsCorrected) {
  std::mt19937 random(3);
  const auto decoded = std::make_unique<Decoded>();
  for (const QrSpec& spec : AllQrSpecs()) {
    const QrSegment segment =
        RandomSegment(random, QrMode::kNumeric, QrCapacity(spec, QrMode::kNumeric));
    const QrSymbol symbol = EncodeQr(spec, {segment});
    const int limit = ErrorLimit(spec);
    const int rounds = spec.micro || spec.version <= 4 ? 200 : 5;
    for (int round = 0; round < rounds; ++round) {
      const DamagedQr damaged =
          Damage(random, symbol, round == 0 ? limit : Between(random, 0, limit));
      SCOPED_TRACE(Describe(spec));
      ASSERT_EQ(Decode(damaged.dark, VersionOf(spec), {}, *decoded), Step::kNone)
          << Name(decoded->failed_at);
      ASSERT_EQ(decoded->message.bytes(), segment.text);
      EXPECT_EQ(decoded->corrected, damaged.wrong_codewords);
      EXPECT_TRUE(std::ranges::equal(decoded->codewords_before(), damaged.codewords));
      EXPECT_TRUE(std::ranges::equal(decoded->codewords_after(), symbol.codewords));
      for (int block = 0; block < decoded->blocks_done; ++block) {
        EXPECT_EQ(decoded->blocks[static_cast<size_t>(block)].errors,
                  damaged.wrong_in_block[static_cast<size_t>(block)]);
      }
    }
  }
}

/// Erasures reach twice as far, but for the two check codewords that are kept.
TEST(QrRoundTrip, MarkedDamageIsCorrectedTwiceAsFar) {
  std::mt19937 random(4);
  const auto decoded = std::make_unique<Decoded>();
  for (const QrSpec& spec : AllQrSpecs()) {
    if (!spec.micro && spec.version > 12 && spec.version != 40) continue;
    const QrSegment segment =
        RandomSegment(random, QrMode::kNumeric, QrCapacity(spec, QrMode::kNumeric));
    const QrSymbol symbol = EncodeQr(spec, {segment});
    const int check = QrCheckCodewords(spec);
    const int budget = check - std::max(check - 2 * ErrorLimit(spec), 2);
    for (int round = 0; round < 20; ++round) {
      const int marked = Between(random, 0, budget);
      const DamagedQr damaged = Damage(random, symbol, marked + (budget - marked) / 2);
      // The first of the wrong codewords of each block are marked, by one of their modules.
      std::vector<uint8_t> erased(symbol.dark.size());
      std::vector<int> marks(symbol.blocks.size());
      for (const auto& [block, codeword] : damaged.wrong) {
        if (marks[static_cast<size_t>(block)]++ >= marked) continue;
        const auto& modules = symbol.modules[static_cast<size_t>(codeword)];
        erased[modules[static_cast<size_t>(
            Between(random, 0, static_cast<int>(modules.size()) - 1))]] = 1;
      }
      SCOPED_TRACE(Describe(spec));
      ASSERT_EQ(Decode(damaged.dark, VersionOf(spec), {.erased = erased}, *decoded), Step::kNone)
          << Name(decoded->failed_at) << " " << marked << " of " << budget;
      ASSERT_EQ(decoded->message.bytes(), segment.text);
      EXPECT_EQ(decoded->corrected, damaged.wrong_codewords);
    }
  }
}

}  // namespace
}  // namespace veriline::symbology::qr
