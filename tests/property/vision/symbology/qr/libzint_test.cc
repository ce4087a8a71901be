// SPDX-License-Identifier: Apache-2.0
// What libzint writes, with its own choice of version, level, mask and modes, is read.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

#include "tests/support/drawn_symbol.h"
#include "tests/support/qr_symbols.h"
#include "vision/symbology/qr/decoder.h"

namespace veriline::symbology::qr {
namespace {

using testing::Between;

/// Decodes the symbol, whose version follows from its size.
std::string Read(const testing::Modules& modules, Decoded& decoded) {
  const auto version = Version::OfSize(modules.cols);
  if (!version) return "no such size";
  const Step step = Decode(modules.dark, *version, {}, decoded);
  return step == Step::kNone ? std::string(decoded.message.bytes())
                             : "step " + std::string(Name(step));
}

std::string RandomText(std::mt19937& random, int length) {
  std::string text;
  while (static_cast<int>(text.size()) < length) {
    const int kind = Between(random, 0, 2);
    for (int i = Between(random, 1, 12); i > 0; --i) {
      text += kind == 0   ? static_cast<char>(Between(random, '0', '9'))
              : kind == 1 ? static_cast<char>(Between(random, 'A', 'Z'))
                          : static_cast<char>(Between(random, 1, 255));
    }
  }
  text.resize(static_cast<size_t>(length));
  return text;
}

TEST(QrLibzint, TextOfAnyLength) {
  std::mt19937 random(9);
  const auto decoded = std::make_unique<Decoded>();
  for (int length = 1; length <= 1200; length += length < 300 ? 1 : 37) {
    const std::string text = RandomText(random, length);
    EXPECT_EQ(Read(testing::EncodeSymbol(Symbology::kQr, text), *decoded), text) << length;
    EXPECT_TRUE(decoded->message.PaddingIsRight());
    EXPECT_EQ(decoded->message.identifier_view(), "]Q1");
  }
}

TEST(QrLibzint, MicroQr) {
  std::mt19937 random(10);
  const auto decoded = std::make_unique<Decoded>();
  for (int i = 0; i < 2000; ++i) {
    // 35 digits, 21 capitals or 15 bytes are the most.
    std::string text = RandomText(random, Between(random, 1, 14));
    if (i % 3 == 0)
      text = testing::RandomSegment(random, testing::QrMode::kNumeric, 1 + i % 35).text;
    EXPECT_EQ(Read(testing::EncodeSymbol(Symbology::kMicroQr, text), *decoded), text);
    EXPECT_TRUE(decoded->version.micro);
    EXPECT_TRUE(decoded->message.PaddingIsRight());
  }
}

TEST(QrLibzint, Gs1ElementStrings) {
  std::mt19937 random(11);
  const auto decoded = std::make_unique<Decoded>();
  for (int i = 0; i < 500; ++i) {
    std::string lot, serial;
    for (int k = Between(random, 1, 20); k > 0; --k) lot += "ABCXYZ0123456789-/%a"[random() % 20];
    for (int k = Between(random, 1, 20); k > 0; --k) serial += "0123456789%%Zz"[random() % 14];
    const std::string bracketed = "[01]09501101530003[10]" + lot + "[21]" + serial;
    EXPECT_EQ(Read(testing::EncodeSymbol(Symbology::kQr, bracketed, true), *decoded),
              "010950110153000310" + lot + '\x1d' + "21" + serial);
    EXPECT_EQ(decoded->message.identifier_view(), "]Q3");
    EXPECT_EQ(decoded->message.fnc1, Fnc1::kFirst);
  }
}

}  // namespace
}  // namespace veriline::symbology::qr
