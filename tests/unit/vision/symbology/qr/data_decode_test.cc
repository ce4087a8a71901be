// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/data_decode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/qr_encoder.h"
#include "tests/support/qr_symbols.h"

namespace veriline::symbology::qr {
namespace {

using testing::QrMode;
using testing::QrSegment;
using testing::QrSpec;

constexpr Version kV1{1, false};
constexpr Version kM1{1, true};
constexpr Version kM2{2, true};
constexpr Version kM3{3, true};
constexpr Version kM4{4, true};

/// Decodes bits written as '0' and '1', with blanks anywhere. The bytes lie in memory of their own
/// size, so that a sanitizer sees what is read behind them.
std::unique_ptr<Message> DecodeBits(std::string_view text, Version version) {
  std::vector<uint8_t> data;
  int bits = 0;
  for (const char c : text) {
    if (c == ' ') continue;
    if (bits % 8 == 0) data.push_back(0);
    if (c == '1') data.back() |= static_cast<uint8_t>(0x80 >> bits % 8);
    ++bits;
  }
  auto message = std::make_unique<Message>();
  DecodeData(data, bits, version, *message);
  return message;
}

Step StepOf(std::string_view bits, Version version = kV1) {
  return DecodeBits(bits, version)->failed_at;
}

std::unique_ptr<Message> DecodeSegments(const QrSpec& spec,
                                        const std::vector<QrSegment>& segments) {
  const auto data = testing::QrData(spec, segments);
  auto message = std::make_unique<Message>();
  DecodeData(data, testing::QrDataBits(spec), testing::VersionOf(spec), *message);
  return message;
}

TEST(QrData, ExamplesOfTheStandard) {
  // Clause 7.4.3 and annex I.2: 01234567 in 1-M.
  const std::vector<uint8_t> numeric = {0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11,
                                        0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11};
  Message message;
  EXPECT_EQ(DecodeData(numeric, 128, kV1, message), Step::kNone);
  EXPECT_EQ(message.bytes(), "01234567");
  EXPECT_TRUE(message.terminator_in_full);
  EXPECT_EQ(message.pad_codewords, 10);
  EXPECT_TRUE(message.PaddingIsRight());
  // Annex I.3: the same in M2-L.
  const std::vector<uint8_t> micro = {0x40, 0x18, 0xAC, 0xC3, 0x00};
  EXPECT_EQ(DecodeData(micro, 40, kM2, message), Step::kNone);
  EXPECT_EQ(message.bytes(), "01234567");
  // Clause 7.4.4: AC-42; clause 7.4.6: two Kanji characters.
  EXPECT_EQ(DecodeBits("0010 000000101 00111001110 11100111001 000010", kV1)->bytes(), "AC-42");
  EXPECT_EQ(DecodeBits("1000 00000010 0110110011111 1101010101010", kV1)->bytes(),
            "\x93\x5F\xE4\xAA");
  // The last that 13 bits can name is the last of the range.
  EXPECT_EQ(DecodeBits("1000 00000001 1111111111111", kV1)->bytes(), "\xEB\xBF");
}

TEST(QrData, EciIsToldAndLeftOut) {
  // Clause 7.4.2.3: ECI 9, five Greek letters.
  const auto message =
      DecodeBits("0111 00001001 0100 00000101 10100001 10100010 10100011 10100100 10100101", kV1);
  EXPECT_EQ(message->failed_at, Step::kNone);
  EXPECT_EQ(message->bytes(), "\xA1\xA2\xA3\xA4\xA5");
  EXPECT_EQ(message->identifier_view(), "]Q2");
  ASSERT_EQ(message->span_count, 1);
  EXPECT_EQ(message->spans[0], (TextSpan{0, 9, false}));
}

TEST(QrData, SpansTellWhatEachPartIs) {
  const auto message = DecodeSegments({false, 3, 'L', 0}, {{QrMode::kByte, "abc"},
                                                           {QrMode::kNumeric, "12"},
                                                           {QrMode::kKanji, "\x93\x5F"},
                                                           {QrMode::kEci, "", 127},
                                                           {QrMode::kEci, "", 16383},
                                                           {QrMode::kByte, "d"},
                                                           {QrMode::kEci, "", 999'999},
                                                           {QrMode::kByte, "e"}});
  EXPECT_EQ(message->bytes(),
            "abc12\x93\x5F"
            "de");
  ASSERT_EQ(message->span_count, 4);
  EXPECT_EQ(message->spans[0], (TextSpan{0, -1, false}));
  EXPECT_EQ(message->spans[1], (TextSpan{5, -1, true}));
  EXPECT_EQ(message->spans[2], (TextSpan{7, 16383, false}));
  EXPECT_EQ(message->spans[3], (TextSpan{8, 999'999, false}));
}

TEST(QrData, Fnc1FirstIsGs1) {
  const auto message = DecodeSegments({false, 3, 'M', 0}, {{QrMode::kFnc1First, ""},
                                                           {QrMode::kAlphanumeric,
                                                            "0109501101530003"
                                                            "10A%%B%21C%"},
                                                           {QrMode::kByte, "x\x1D%y"}});
  EXPECT_EQ(message->failed_at, Step::kNone);
  EXPECT_EQ(message->bytes(),
            "010950110153000310A%B\x1D"
            "21C\x1Dx\x1D%y");
  EXPECT_EQ(message->identifier_view(), "]Q3");
  EXPECT_EQ(message->fnc1, Fnc1::kFirst);
}

TEST(QrData, PercentIsItselfWithoutFnc1) {
  const auto message = DecodeSegments({false, 1, 'L', 0}, {{QrMode::kAlphanumeric, "50%% 7%"}});
  EXPECT_EQ(message->identifier_view(), "]Q1");
  EXPECT_EQ(message->bytes(), "50%% 7%");
}

TEST(QrData, Fnc1SecondHasItsApplicationIndicatorInFront) {
  const QrSpec spec{false, 2, 'M', 0};
  const auto digits =
      DecodeSegments(spec, {{QrMode::kFnc1Second, "", 7}, {QrMode::kAlphanumeric, "AA%BB"}});
  EXPECT_EQ(digits->bytes(),
            "07AA\x1D"
            "BB");
  EXPECT_EQ(digits->identifier_view(), "]Q5");
  const auto letter = DecodeSegments(
      spec,
      {{QrMode::kEci, "", 26}, {QrMode::kFnc1Second, "", 'q' + 100}, {QrMode::kNumeric, "1"}});
  EXPECT_EQ(letter->bytes(), "q1");
  EXPECT_EQ(letter->identifier_view(), "]Q6");
  EXPECT_EQ(letter->fnc1, Fnc1::kSecond);
}

TEST(QrData, StructuredAppendIsTold) {
  const auto message =
      DecodeSegments({false, 1, 'L', 0}, {{QrMode::kAppend, "", 0x23A5}, {QrMode::kByte, "part"}});
  EXPECT_EQ(message->bytes(), "part");
  EXPECT_EQ(message->structured_append, (StructuredAppend{true, 2, 4, 0xA5}));
}

TEST(QrData, MicroModesAreThoseOfTheVersion) {
  EXPECT_EQ(DecodeBits("101 0001111011 0101101 0000", kM1)->bytes(), "12345");
  EXPECT_EQ(DecodeBits("1 010 00111001110 00000", kM2)->bytes(), "AC");
  EXPECT_EQ(DecodeBits("10 0001 01100001 0000000", kM3)->bytes(), "a");
  EXPECT_EQ(DecodeBits("11 001 0110110011111 0000000", kM3)->bytes(), "\x93\x5F");
  EXPECT_EQ(DecodeBits("011 0001 0110110011111 000000000", kM4)->bytes(), "\x93\x5F");
  for (const char* beyond : {"100", "101", "110", "111"}) {
    EXPECT_EQ(StepOf(std::string(beyond) + "00010110110011111000000000", kM4), Step::kMode);
  }
}

TEST(QrData, PaddingIsChecked) {
  const std::string one = "0001 0000000001 0001 0000 00 ";
  const auto right = DecodeBits(one + "11101100 00010001 11101100", kV1);
  EXPECT_EQ(right->pad_codewords, 3);
  EXPECT_TRUE(right->PaddingIsRight());
  const auto swapped = DecodeBits(one + "00010001 11101100", kV1);
  EXPECT_EQ(swapped->failed_at, Step::kNone);
  EXPECT_EQ(swapped->wrong_pad_codewords, 2);
  EXPECT_FALSE(swapped->PaddingIsRight());
  const auto bits = DecodeBits("0001 0000000001 0001 0000 01 11101100", kV1);
  EXPECT_TRUE(bits->wrong_pad_bits);
  EXPECT_EQ(bits->wrong_pad_codewords, 0);
  // M3: 7 bits of terminator, up to the next codeword, pad codewords, four bits.
  const std::string m3 = "00 00001 0001 0000000 000000 11101100 ";
  EXPECT_TRUE(DecodeBits(m3 + "0000", kM3)->PaddingIsRight());
  EXPECT_EQ(DecodeBits(m3 + "0000", kM3)->pad_codewords, 2);
  EXPECT_EQ(DecodeBits(m3 + "1110", kM3)->wrong_pad_codewords, 1);
}

TEST(QrData, TerminatorMayBeCutOffByTheEnd) {
  for (const char* rest : {"", "0", "00", "000"}) {
    const auto message = DecodeBits("0001 0000000001 0001" + std::string(rest), kV1);
    EXPECT_EQ(message->bytes(), "1");
    EXPECT_FALSE(message->terminator_in_full);
    EXPECT_TRUE(message->PaddingIsRight());
  }
  EXPECT_EQ(StepOf("0001 0000000001 0001 010"), Step::kMode);
}

TEST(QrData, MalformedBitsFailAtTheirStep) {
  EXPECT_EQ(StepOf(""), Step::kEmpty);
  EXPECT_EQ(StepOf("0000 0000"), Step::kEmpty);
  EXPECT_EQ(StepOf("0001 0000000000 0000"), Step::kEmpty);
  EXPECT_EQ(StepOf("0000", kM1), Step::kEmpty);
  for (const char* none : {"0110", "1010", "1011", "1100", "1101", "1110", "1111"}) {
    EXPECT_EQ(StepOf(std::string(none) + "0000000000"), Step::kMode) << none;
  }
  EXPECT_EQ(StepOf("0001 000000000"), Step::kCharacterCount);
  EXPECT_EQ(StepOf("0001 0000000011 000000000"), Step::kCharacterCount);
  EXPECT_EQ(StepOf("0100 11111111 00000000"), Step::kCharacterCount);
  EXPECT_EQ(StepOf("0001 0000000011 1111101000"), Step::kNumeric);       // 1000
  EXPECT_EQ(StepOf("0001 0000000010 1100100"), Step::kNumeric);          // 100
  EXPECT_EQ(StepOf("0001 0000000001 1010"), Step::kNumeric);             // 10
  EXPECT_EQ(StepOf("0010 000000010 11111101001"), Step::kAlphanumeric);  // 2025
  EXPECT_EQ(StepOf("0010 000000001 101101"), Step::kAlphanumeric);       // 45
  EXPECT_EQ(StepOf("1000 00000001 0000000111111"), Step::kKanji);        // 0x817F
  EXPECT_EQ(StepOf("1000 00000001 0000010111101"), Step::kKanji);        // 0x81FD
  EXPECT_EQ(StepOf("0111 1110 0000"), Step::kEci);
  EXPECT_EQ(StepOf("0111 0000000"), Step::kEci);
  EXPECT_EQ(StepOf("0111 10000000 0000000"), Step::kEci);
  EXPECT_EQ(StepOf("0111 11000000 00000000 0000000"), Step::kEci);
  EXPECT_EQ(StepOf("0111 11001111 01000010 01000000"), Step::kEci);  // 1 000 000
  EXPECT_EQ(StepOf("0001 0000000001 0001 0101 0000"), Step::kFnc1);
  EXPECT_EQ(StepOf("0101 0101 0000"), Step::kFnc1);
  EXPECT_EQ(StepOf("0101 1001 00000001 0000"), Step::kFnc1);
  EXPECT_EQ(StepOf("1001 0000000"), Step::kFnc1);
  EXPECT_EQ(StepOf("1001 01100100"), Step::kFnc1);  // 100: no digits, no letter
  EXPECT_EQ(StepOf("1001 11111111"), Step::kFnc1);
  EXPECT_EQ(StepOf("0011 0001 0000 00000000 0000"), Step::kStructuredAppend);  // 2nd of 1
  EXPECT_EQ(StepOf("0011 0000 0000 0000000"), Step::kStructuredAppend);
  EXPECT_EQ(StepOf("0011 0000 0000 00000000 0011 0000 0000 00000000"), Step::kStructuredAppend);
  EXPECT_EQ(StepOf("0001 0000000001 0001 0011 0000 0000 00000000"), Step::kStructuredAppend);
}

TEST(QrData, WhatWasReadBeforeAFailureIsTold) {
  const auto message = DecodeBits("0100 00000010 01100001 01100010 1111", kV1);
  EXPECT_EQ(message->failed_at, Step::kMode);
  EXPECT_EQ(message->bytes(), "ab");
}

TEST(QrData, MoreChangesOfInterpretationThanThereIsRoomFor) {
  std::vector<QrSegment> segments;
  for (size_t i = 0; i < kMaxSpans / 2; ++i) {
    segments.push_back({QrMode::kByte, "a"});
    segments.push_back({QrMode::kKanji, "\x93\x5F"});
  }
  const QrSpec spec{false, 40, 'L', 0};
  EXPECT_EQ(DecodeSegments(spec, segments)->failed_at, Step::kNone);
  EXPECT_EQ(DecodeSegments(spec, segments)->span_count, static_cast<int>(kMaxSpans));
  segments.push_back({QrMode::kByte, "a"});
  EXPECT_EQ(DecodeSegments(spec, segments)->failed_at, Step::kTooManySegments);
}

TEST(QrData, TheLongestMessageFits) {
  const QrSpec spec{false, 40, 'L', 0};
  const std::string digits(static_cast<size_t>(testing::QrCapacity(spec, QrMode::kNumeric)), '7');
  EXPECT_EQ(digits.size(), 7089u);
  EXPECT_EQ(DecodeSegments(spec, {{QrMode::kNumeric, digits}})->bytes(), digits);
}

/// Any bits at all are read or refused, with nothing of the message before.
TEST(QrData, RandomBitsNeverLeaveTheirBounds) {
  std::mt19937 random(5);
  Message message;
  int read = 0;
  for (int i = 0; i < 200'000; ++i) {
    const bool micro = i % 2 != 0;
    const Version version{static_cast<uint8_t>(testing::Between(random, 1, micro ? 4 : 40)), micro};
    std::vector<uint8_t> data(static_cast<size_t>(testing::Between(random, 0, 40)));
    for (uint8_t& byte : data) byte = static_cast<uint8_t>(random());
    const int bits =
        std::max(0, 8 * static_cast<int>(data.size()) - testing::Between(random, 0, 7));
    if (DecodeData(data, bits, version, message) == Step::kNone) ++read;
    ASSERT_LE(message.payload_size, bits * 3 / 10 + 2);
  }
  EXPECT_GT(read, 100);
}

TEST(QrStep, EachHasAName) {
  for (int i = 0; i <= static_cast<int>(Step::kEmpty); ++i) {
    EXPECT_NE(Name(static_cast<Step>(i)), "unknown");
  }
}

}  // namespace
}  // namespace veriline::symbology::qr
