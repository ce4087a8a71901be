// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/data_decode.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/support/datamatrix_encoder.h"

namespace veriline::symbology::datamatrix {
namespace {

using veriline::testing::DataMatrixWriter;

std::unique_ptr<Message> Decoded(const std::vector<uint8_t>& codewords, bool extension = false) {
  auto message = std::make_unique<Message>();
  const bool ok = DecodeData(codewords, extension, *message);
  EXPECT_EQ(ok, message->error == DataError::kNone);
  return message;
}
/// The payload; the error in brackets where there is one.
std::string Payload(const std::vector<uint8_t>& codewords) {
  const auto message = Decoded(codewords);
  if (message->error != DataError::kNone) return "<" + std::string(Name(message->error)) + ">";
  return std::string(message->payload());
}
DataError ErrorOf(const std::vector<uint8_t>& codewords) { return Decoded(codewords)->error; }
std::string Identifier(const std::vector<uint8_t>& codewords, bool extension = false) {
  return std::string(Decoded(codewords, extension)->identifier_view());
}

TEST(DataDecode, AsciiWithDigitsAndUpperShift) {
  EXPECT_EQ(Payload({142, 164, 186}), "123456");  // ISO/IEC 16022:2006 annex O
  EXPECT_EQ(Payload({130, 229}), "0099");
  EXPECT_EQ(Payload({1, 66, 128}), std::string("\0A\x7f", 3));
  EXPECT_EQ(Payload({235, 1, 235, 128, 66}),
            "\x80\xff"
            "A");
  EXPECT_EQ(Payload({66, 254}), "A");  // a return to ASCII at the end
}

TEST(DataDecode, C40) {
  EXPECT_EQ(Payload({230, 91, 11}), "AIM");  // the example of 5.2.5.2
  EXPECT_EQ(Payload({230, 91, 11, 254, 66}), "AIMA");
  EXPECT_EQ(Payload({230, 91, 11, 66}), "AIMA");  // the last codeword is ASCII without a return
  EXPECT_EQ(Payload({230, 91, 11, 129}), "AIM");  // and may be a pad
}

std::string AllBytes() {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  return all;
}

TEST(DataDecode, C40AndTextHoldEveryByte) {
  for (const bool lower : {false, true}) {
    for (const char c : AllBytes()) {
      std::string text(1, c);  // 1 to 4 values: filled up with single ones to whole pairs
      const std::string filler = lower ? "a" : "A";
      while (veriline::testing::C40ValueCount(text, lower) % 3 != 0) text += filler;
      DataMatrixWriter writer(40);
      ASSERT_TRUE(lower ? writer.Text(text) : writer.C40(text));
      writer.Finish();
      EXPECT_EQ(Payload(writer.codewords()), text) << static_cast<int>(c);
    }
  }
}

/// The two codewords of three values.
std::vector<uint8_t> Pair(uint8_t latch, int a, int b, int c) {
  const int packed = 1600 * a + 40 * b + c + 1;
  return {latch, static_cast<uint8_t>(packed >> 8), static_cast<uint8_t>(packed & 255)};
}

TEST(DataDecode, ShiftsOfC40EndWithTheirSegment) {
  EXPECT_EQ(Payload(Pair(230, 14, 15, 0)), "AB");  // filled with Shift 1
  EXPECT_EQ(Payload(Pair(230, 1, 27, 14)),
            "\x1d"
            "A");  // FNC1 as a separator
  EXPECT_EQ(ErrorOf(Pair(230, 14, 1, 30)), DataError::kDanglingShift);
  auto codewords = Pair(230, 14, 15, 1);  // the shift has no effect on what follows
  codewords.insert(codewords.end(), {254, 66});
  EXPECT_EQ(Payload(codewords), "ABA");
}

TEST(DataDecode, ValuesWithoutMeaningAreErrors) {
  EXPECT_EQ(ErrorOf(Pair(230, 0, 32, 3)), DataError::kBadValue);
  EXPECT_EQ(ErrorOf(Pair(230, 1, 28, 3)), DataError::kBadValue);
  EXPECT_EQ(ErrorOf(Pair(230, 1, 31, 3)), DataError::kBadValue);
  EXPECT_EQ(ErrorOf(Pair(230, 2, 32, 3)), DataError::kBadValue);
  EXPECT_EQ(ErrorOf({230, 0, 0}), DataError::kBadValue);
  EXPECT_EQ(ErrorOf({230, 250, 1}), DataError::kBadValue);  // 64000
  EXPECT_EQ(Payload({230, 250, 0}), "ZZZ");                 // 63999
  EXPECT_EQ(ErrorOf({238, 253, 255}), DataError::kBadValue);
  // Upper Shift of a shift, and of FNC1.
  auto codewords = Pair(230, 1, 30, 1);
  codewords.insert(codewords.end(), {200, 1});
  codewords[3] = static_cast<uint8_t>((1600 * 30 + 40 * 3 + 3 + 1) >> 8);
  codewords[4] = static_cast<uint8_t>((1600 * 30 + 40 * 3 + 3 + 1) & 255);
  EXPECT_EQ(ErrorOf(codewords), DataError::kBadValue);
  codewords[3] = static_cast<uint8_t>((1600 * 27 + 40 * 3 + 3 + 1) >> 8);
  codewords[4] = static_cast<uint8_t>((1600 * 27 + 40 * 3 + 3 + 1) & 255);
  EXPECT_EQ(ErrorOf(codewords), DataError::kBadValue);
}

TEST(DataDecode, X12) {
  const std::string all = "\r*> 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZAB";
  DataMatrixWriter writer(36);
  ASSERT_TRUE(writer.X12(all));
  writer.Finish();
  EXPECT_EQ(Payload(writer.codewords()), all);
}

TEST(DataDecode, Edifact) {
  EXPECT_EQ(Payload({240, 16, 21, 1}), "DATA");  // 5.2.8.1
  EXPECT_EQ(Payload({240, 16, 21, 1, 66}), "DATAA");
  EXPECT_EQ(Payload({240, 16, 21, 1, 66, 67}), "DATAAB");
  EXPECT_EQ(Payload({240, 16, 21, 1, 124, 66, 67}), "DATAAB");  // with a return
  for (int length = 1; length <= 63; ++length) {
    std::string text;
    for (int i = 0; i < length; ++i) text += static_cast<char>(94 - i);
    for (int left = 0; left < 6; ++left) {
      DataMatrixWriter writer(1 + (length * 6 + 7) / 8 + left);
      if (!writer.Edifact(text)) continue;
      while (writer.Left() > 0) writer.Ascii("+");
      EXPECT_EQ(Payload(writer.codewords()), writer.payload()) << length << " " << left;
    }
  }
}

TEST(DataDecode, Base256OfEveryLength) {
  for (int length = 1; length <= 1555; length += length < 260 ? 1 : 37) {
    std::string bytes;
    for (int i = 0; i < length; ++i) bytes += static_cast<char>(i * 7);
    DataMatrixWriter writer(1558);
    ASSERT_TRUE(writer.Base256(bytes));
    writer.Ascii("!");
    writer.Finish();
    EXPECT_EQ(Payload(writer.codewords()), bytes + (length == 1555 ? "" : "!")) << length;
    DataMatrixWriter filled(length + 2);
    ASSERT_TRUE(filled.Base256(bytes, true));
    EXPECT_EQ(Payload(filled.codewords()), bytes);
  }
}

TEST(DataDecode, Base256ThatIsLongerThanTheSymbolIsAnError) {
  DataMatrixWriter writer(30);
  ASSERT_TRUE(writer.Base256(std::string(20, 'x')));
  std::vector<uint8_t> codewords = writer.codewords();
  codewords.pop_back();
  EXPECT_EQ(ErrorOf(codewords), DataError::kTruncated);
  EXPECT_EQ(ErrorOf({231}), DataError::kTruncated);
  DataMatrixWriter far(400);
  ASSERT_TRUE(far.Base256(std::string(300, 'x')));
  EXPECT_EQ(ErrorOf({far.codewords().begin(), far.codewords().begin() + 2}), DataError::kTruncated);
  codewords = far.codewords();
  codewords[2] = static_cast<uint8_t>(255 + 149 * 3 % 255 + 1);  // a second digit of 255
  EXPECT_EQ(ErrorOf(codewords), DataError::kBadLength);
}

TEST(DataDecode, Fnc1ByItsPlace) {
  EXPECT_EQ(Payload({232, 131, 66}), "01A");
  EXPECT_EQ(Identifier({232, 131, 66}), "]d2");
  EXPECT_EQ(Payload({232, 131, 232, 66}),
            "01\x1d"
            "A");
  EXPECT_EQ(Payload({66, 232, 67}), "AB");
  EXPECT_EQ(Identifier({66, 232, 67}), "]d3");
  EXPECT_EQ(Payload({66, 67, 232, 68}),
            "AB\x1d"
            "C");
  EXPECT_EQ(Identifier({66, 67, 232, 68}), "]d1");
  EXPECT_EQ(Payload({232, 232, 66}),
            "\x1d"
            "A");  // the first decides
  EXPECT_EQ(Identifier({232, 232, 66}), "]d2");
  EXPECT_EQ(Payload({66, 67, 232}), "AB\x1d");
  // Behind structured append: fifth and sixth place.
  EXPECT_EQ(Identifier({233, 15, 1, 1, 232, 66}), "]d2");
  EXPECT_EQ(Identifier({233, 15, 1, 1, 66, 232, 67}), "]d3");
  EXPECT_EQ(Payload({233, 15, 1, 1, 66, 232, 67}), "AB");
  EXPECT_EQ(Identifier({233, 15, 1, 1, 66, 67, 232, 67}), "]d1");
}

TEST(DataDecode, IdentifiersOfTheExtension) {
  EXPECT_EQ(Identifier({66}, true), "]d7");
  EXPECT_EQ(Identifier({232, 66}, true), "]d8");
  EXPECT_EQ(Identifier({66, 232, 67}, true), "]d9");
  EXPECT_EQ(Identifier({241, 27, 66}, true), "]dA");
  EXPECT_EQ(Identifier({232, 241, 27, 66}, true), "]dB");
  EXPECT_EQ(Identifier({66, 232, 241, 27, 67}, true), "]dC");
}

TEST(DataDecode, EciOfEveryLength) {
  for (const int eci :
       {0, 3, 26, 126, 127, 128, 380, 381, 16382, 16383, 16384, 80898, 80899, 811799, 999999}) {
    DataMatrixWriter writer(12);
    writer.Ascii("ab");
    ASSERT_TRUE(writer.Eci(eci));
    writer.Ascii("c");
    writer.Finish();
    const auto message = Decoded(writer.codewords());
    EXPECT_EQ(message->payload(), "abc");
    EXPECT_EQ(message->identifier_view(), "]d4");
    ASSERT_EQ(message->ecis().size(), 1u) << eci;
    EXPECT_EQ(message->ecis()[0], (EciSwitch{2, eci}));
  }
  EXPECT_EQ(Identifier({232, 241, 27, 66}), "]d5");
  EXPECT_EQ(Identifier({66, 232, 241, 27, 67}), "]d6");
}

TEST(DataDecode, MalformedEciIsAnError) {
  EXPECT_EQ(ErrorOf({66, 241}), DataError::kTruncated);
  EXPECT_EQ(ErrorOf({66, 241, 128}), DataError::kTruncated);
  EXPECT_EQ(ErrorOf({66, 241, 207, 1}), DataError::kTruncated);
  EXPECT_EQ(ErrorOf({66, 241, 0, 66}), DataError::kBadEci);
  EXPECT_EQ(ErrorOf({66, 241, 208, 1, 1}), DataError::kBadEci);
  EXPECT_EQ(ErrorOf({66, 241, 128, 0, 66}), DataError::kBadEci);
  EXPECT_EQ(ErrorOf({66, 241, 128, 255, 66}), DataError::kBadEci);
  EXPECT_EQ(ErrorOf({66, 241, 207, 254, 254}), DataError::kBadEci);  // 1048318
  std::vector<uint8_t> many;
  for (size_t i = 0; i < Message::kMaxEcis; ++i) many.insert(many.end(), {241, 27, 66});
  EXPECT_EQ(Decoded(many)->ecis().size(), Message::kMaxEcis);
  many.insert(many.end(), {241, 27, 66});
  EXPECT_EQ(ErrorOf(many), DataError::kBadEci);
}

TEST(DataDecode, StructuredAppend) {
  const auto message = Decoded({233, 0x2C, 7, 9, 66});  // the third of five
  EXPECT_EQ(message->append_index, 3);
  EXPECT_EQ(message->append_count, 5);
  EXPECT_EQ(message->append_file, (std::array<uint8_t, 2>{7, 9}));
  EXPECT_EQ(message->payload(), "A");
  EXPECT_EQ(Decoded({66})->append_count, 0);
  EXPECT_EQ(ErrorOf({66, 233, 0x2C, 7, 9}), DataError::kMisplaced);
  EXPECT_EQ(ErrorOf({233, 0x2C, 7}), DataError::kTruncated);
  EXPECT_EQ(ErrorOf({233, 0x00, 7, 9, 66}), DataError::kBadStructuredAppend);  // of seventeen
  EXPECT_EQ(ErrorOf({233, 0x5C, 7, 9, 66}), DataError::kBadStructuredAppend);  // sixth of five
}

TEST(DataDecode, Macros) {
  EXPECT_EQ(Payload({236, 66}),
            "[)>\x1e"
            "05\x1d"
            "A\x1e\x04");
  EXPECT_EQ(Payload({237, 66}),
            "[)>\x1e"
            "06\x1d"
            "A\x1e\x04");
  EXPECT_EQ(Decoded({236, 66})->macro, 5);
  EXPECT_EQ(Decoded({237, 66})->macro, 6);
  EXPECT_EQ(Identifier({236, 66}), "]d1");
  EXPECT_EQ(ErrorOf({66, 236}), DataError::kMisplaced);
}

TEST(DataDecode, ReaderProgrammingIsRefused) {
  EXPECT_EQ(ErrorOf({234, 66}), DataError::kReaderProgramming);
  EXPECT_EQ(ErrorOf({66, 234}), DataError::kReaderProgramming);
}

TEST(DataDecode, CodewordsWithoutMeaningAreErrors) {
  for (int codeword = 242; codeword <= 255; ++codeword) {
    EXPECT_EQ(ErrorOf({66, static_cast<uint8_t>(codeword), 67}), DataError::kBadCodeword);
  }
  EXPECT_EQ(ErrorOf({0}), DataError::kBadCodeword);
  EXPECT_EQ(ErrorOf({66, 235}), DataError::kDanglingShift);
  EXPECT_EQ(ErrorOf({66, 235, 129}), DataError::kDanglingShift);
  EXPECT_EQ(ErrorOf({66, 235, 142}), DataError::kDanglingShift);
  EXPECT_EQ(ErrorOf({66, 235, 235, 66}), DataError::kDanglingShift);
  EXPECT_EQ(ErrorOf({}), DataError::kEmpty);
  EXPECT_EQ(ErrorOf({129}), DataError::kEmpty);
  EXPECT_EQ(ErrorOf({232, 129}), DataError::kEmpty);
  EXPECT_EQ(ErrorOf({230}), DataError::kEmpty);
}

TEST(DataDecode, TellsWhereAnErrorShowed) {
  EXPECT_EQ(Decoded({66, 67, 250, 68})->error_codeword, 2);
  EXPECT_EQ(Decoded({})->error_codeword, 0);
}

TEST(DataDecode, PaddingIsEvidence) {
  for (int capacity : {3, 30, 1558}) {
    DataMatrixWriter writer(capacity);
    writer.Ascii("ab");
    EXPECT_EQ(Decoded(writer.codewords())->padding, Padding::kNone);
    EXPECT_EQ(Decoded(writer.codewords())->pad_codewords, 0);
    writer.Finish();
    auto codewords = writer.codewords();
    EXPECT_EQ(Decoded(codewords)->padding, Padding::kValid);
    EXPECT_EQ(Decoded(codewords)->pad_codewords, capacity - 2);
    if (capacity == 3) continue;
    codewords.back() ^= 1;
    EXPECT_EQ(Decoded(codewords)->padding, Padding::kInvalid);
    EXPECT_EQ(Payload(codewords), "ab");
    std::fill(codewords.begin() + 2, codewords.end(), uint8_t{129});
    EXPECT_EQ(Decoded(codewords)->padding, Padding::kInvalid);
  }
}

TEST(DataDecode, AnOldMessageLeavesNoTrace) {
  Message message;
  ASSERT_TRUE(
      DecodeData(std::vector<uint8_t>{233, 15, 1, 1, 232, 241, 27, 66, 129}, false, message));
  ASSERT_TRUE(DecodeData(std::vector<uint8_t>{67}, false, message));
  EXPECT_EQ(message.payload(), "B");
  EXPECT_EQ(message.identifier_view(), "]d1");
  EXPECT_TRUE(message.ecis().empty());
  EXPECT_EQ(message.append_count, 0);
  EXPECT_EQ(message.padding, Padding::kNone);
  EXPECT_EQ(message.macro, 0);
}

TEST(DataDecode, TheLongestMessageFits) {
  EXPECT_EQ(Payload(std::vector<uint8_t>(kMaxDataCodewords, 229)).size(), 3116u);
  // What no symbol can hold is an error, not an overrun.
  EXPECT_EQ(ErrorOf(std::vector<uint8_t>(4000, 229)), DataError::kBadLength);
}

TEST(DataError, HasANameEach) {
  std::set<std::string_view> names;
  for (int i = 0; i <= 10; ++i) names.insert(Name(static_cast<DataError>(i)));
  EXPECT_EQ(names.size(), 11u);
  EXPECT_EQ(names.count("unknown"), 0u);
}

}  // namespace
}  // namespace veriline::symbology::datamatrix
