// SPDX-License-Identifier: Apache-2.0
// DataBar Expanded and Expanded Stacked: decode(print(x)) = x over all encodation methods, lengths
// and numbers of rows, and the tests' encoder draws what libzint draws.
#include <gtest/gtest.h>
#include <zint.h>

#include <algorithm>
#include <random>
#include <string>

#include "tests/support/databar_encoder.h"
#include "tests/support/ean_encoder.h"
#include "tests/support/linear_drawing.h"
#include "tests/support/zint_rows.h"
#include "vision/symbology/linear/databar_expanded.h"

namespace veriline::symbology::linear {
namespace {

using testing::DataBarBits;
using testing::DataBarExpandedRows;
using testing::RandomDigits;

/// A symbol and what it says.
struct Message {
  std::vector<int> characters;
  std::string payload;
  bool linked = false;
};

class DataBarExpandedRoundTrip : public ::testing::Test {
 protected:
  double Uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random_);
  }
  int Whole(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  std::vector<float> Edges(const std::vector<double>& widths) {
    const testing::LinearInk ink{.growth_x = Uniform(-0.35, 0.35), .jitter_x = Uniform(0, 0.11)};
    return testing::EdgesOf(testing::PrintRow(widths, ink, &random_), Uniform(0.3, 40),
                            Uniform(-9, 999));
  }
  static std::string Padded(int value, size_t digits) {
    std::string text = std::to_string(value);
    return text.insert(0, digits - text.size(), '0');
  }
  /// With the check digit.
  static std::string Gtin(const std::string& thirteen) {
    return "01" + thirteen + testing::EanCheckDigit(thirteen);
  }

  std::string RandomText(size_t most) {
    static const std::string kAlphabets[] = {"0123456789", "0123456789\x1d",
                                             "0123456789ABCXYZ*,-./\x1d",
                                             "0123456789ABCXYZabcxyz!\"%&'()*+,-./:;<=>?_ \x1d"};
    const std::string& alphabet = kAlphabets[Whole(0, 3)];
    std::string text = RandomDigits(3, &random_);
    const size_t size = static_cast<size_t>(Whole(0, static_cast<int>(most)));
    while (text.size() < size) {
      const char c = alphabet[random_() % alphabet.size()];
      text += c;
      if (c == '\x1d') text += RandomDigits(2, &random_);  // an AI
    }
    return text;
  }

  /// By encodation method: 1, 2, 3, 4, 5, 6 and 7 to 14 of the standard's table.
  Message ByMethod(int method) {
    Message message;
    message.linked = Whole(0, 3) == 0;
    DataBarBits bits(message.linked);
    const std::string twelve = RandomDigits(12, &random_);
    switch (method) {
      case 1: {
        const std::string first = RandomDigits(1, &random_);
        const std::string text = Whole(0, 3) == 0 ? "" : RandomText(24);
        bits.Bits("1").Length().Number(first[0] - '0', 4).Gtin(twelve).General(text, &random_);
        message.payload = Gtin(first + twelve) + text;
        break;
      }
      case 2: {
        const std::string text = RandomText(30);
        bits.Bits("00").Length().General(text, &random_);
        message.payload = text;
        break;
      }
      case 3:
      case 4: {
        const int weight = Whole(0, 32767);
        bits.Bits(method == 3 ? "0100" : "0101").Gtin(twelve).Number(weight, 15);
        message.payload =
            Gtin("9" + twelve) + (method == 3      ? "3103" + Padded(weight, 6)
                                  : weight < 10000 ? "3202" + Padded(weight, 6)
                                                   : "3203" + Padded(weight - 10000, 6));
        break;
      }
      case 5:
      case 6: {
        const int point = Whole(0, 3), currency = Whole(0, 999);
        const std::string text = RandomText(15);
        bits.Bits(method == 5 ? "01100" : "01101").Length().Gtin(twelve).Number(point, 2);
        if (method == 6) bits.Number(currency, 10);
        bits.General(text, &random_);
        message.payload = Gtin("9" + twelve) + (method == 5 ? "392" : "393") + Padded(point, 1) +
                          (method == 6 ? Padded(currency, 3) : "") + text;
        break;
      }
      default: {
        const int point = Whole(0, 9), weight = Whole(0, 99999);
        const int year = Whole(0, 99), month = Whole(1, 12), day = Whole(0, 31);
        const bool dated = Whole(0, 4) != 0;
        bits.Bits("0111").Number(method - 7, 3).Gtin(twelve).Number(100000 * point + weight, 20);
        bits.Number(dated ? (year * 12 + month - 1) * 32 + day : 38400, 16);
        message.payload = Gtin("9" + twelve) + (method % 2 != 0 ? "310" : "320") +
                          Padded(point, 1) + Padded(weight, 6);
        constexpr const char* kDates[] = {"11", "13", "15", "17"};
        if (dated) {
          message.payload +=
              kDates[(method - 7) / 2] + Padded(year, 2) + Padded(month, 2) + Padded(day, 2);
        }
      }
    }
    // More characters than needed are padded; the fixed formats know no padding.
    const bool open = method == 1 || method == 2 || method == 5 || method == 6;
    message.characters = bits.Characters(open && Whole(0, 3) == 0 ? Whole(3, 21) : 3);
    return message;
  }

  std::mt19937 random_{51};
  LinearDecode out_;
};

TEST_F(DataBarExpandedRoundTrip, AllMethodsInOneRow) {
  std::array<int, 23> lengths{};
  for (int i = 0; i < 6000; ++i) {
    const Message message = ByMethod(1 + i % 14);
    if (message.characters.size() > 21) continue;
    ++lengths[message.characters.size() + 1];
    const auto row = DataBarExpandedRows(message.characters)[0];
    ASSERT_TRUE(DecodeDataBarExpanded(Edges(row), {}, &out_)) << i % 14 << " " << message.payload;
    ASSERT_EQ(out_.payload.view(), message.payload);
    ASSERT_EQ(out_.symbology, Symbology::kDataBarExpanded);
    ASSERT_EQ(out_.linked, message.linked);
    ASSERT_STREQ(out_.identifier.data(), "]e0");
    ASSERT_GT(out_.decodability(), 0);
  }
  for (size_t length = 4; length <= 22; ++length) EXPECT_GT(lengths[length], 0) << length;
}

TEST_F(DataBarExpandedRoundTrip, StackedRowsAreJoinedInAnyOrder) {
  DataBarExpandedAssembler assembler;
  DataBarExpandedRow row;
  int turned_rows = 0;
  for (int i = 0; i < 4000; ++i) {
    const Message message = ByMethod(1 + i % 14);
    const size_t count = message.characters.size() + 1, blocks = (count + 1) / 2;
    const int per_row = Whole(1, static_cast<int>(blocks) - 1);
    const bool lone =
        count % 2 != 0 && blocks % static_cast<size_t>(per_row) == 1 % static_cast<size_t>(per_row);
    if (count > 22 || lone) continue;  // a row has two characters at least
    auto rows = DataBarExpandedRows(message.characters, per_row);
    ASSERT_GT(rows.size(), 1u);
    std::ranges::shuffle(rows, random_);
    assembler.Clear();
    for (size_t k = 0; k < rows.size(); ++k) {
      auto edges = Edges(rows[k]);
      if (!DecodeDataBarExpandedRow(edges, {}, &row)) {
        std::vector<float> turned;
        Reverse(edges, &turned);
        ASSERT_TRUE(DecodeDataBarExpandedRow(turned, {}, &row))
            << count << " " << per_row << " " << k;
        ++turned_rows;
      }
      ASSERT_EQ(assembler.Add(row, &out_), k + 1 == rows.size()) << message.payload;
    }
    ASSERT_EQ(out_.payload.view(), message.payload);
    ASSERT_EQ(out_.symbology, Symbology::kDataBarExpandedStacked);
    ASSERT_EQ(out_.linked, message.linked);
  }
  EXPECT_GT(turned_rows, 100);
}

TEST_F(DataBarExpandedRoundTrip, WrongChecksumsAreRefused) {
  const auto characters = ByMethod(7).characters;
  for (int by = 1; by < 211; ++by) {
    const auto row = DataBarExpandedRows(characters, 0, {by})[0];
    EXPECT_FALSE(DecodeDataBarExpanded(Edges(row), {}, &out_));
    EXPECT_TRUE(out_.payload.empty() && out_.characters.empty());
  }
}

TEST_F(DataBarExpandedRoundTrip, WhatLibzintDrawsIsReadAndDrawnAlike) {
  const auto bracketed = [](const std::string& ai, const std::string& data) {
    return "[" + ai + "]" + data;
  };
  DataBarExpandedRow row;
  for (int i = 0; i < 600; ++i) {
    const std::string gtin = Gtin((i % 2 != 0 ? "9" : "0") + RandomDigits(12, &random_)).substr(2);
    const std::string weight = Padded(Whole(0, 32767), 6), any_weight = Padded(Whole(0, 99999), 6);
    const std::string date =
        Padded(Whole(0, 99), 2) + Padded(Whole(1, 12), 2) + Padded(Whole(1, 28), 2);
    std::string lot = "L";
    for (int k = Whole(0, 12); k > 0; --k) lot += "0123456789ABab-/"[Whole(0, 15)];
    std::string text, payload;
    switch (i % 8) {
      case 0:
        text = bracketed("01", gtin) + bracketed("3103", weight);
        payload = "01" + gtin + "3103" + weight;
        break;
      case 1:
        text = bracketed("01", gtin) + bracketed("3203", Padded(Whole(0, 22767), 6));
        break;
      case 2:
        text = bracketed("01", gtin) + bracketed("3922", "1" + RandomDigits(3, &random_));
        break;
      case 3:
        text = bracketed("01", gtin) + bracketed("3932", "978" + RandomDigits(4, &random_));
        break;
      case 4:
        text = bracketed("01", gtin) + bracketed("3105", any_weight) + bracketed("15", date);
        break;
      case 5:
        text = bracketed("01", gtin) + bracketed("3205", any_weight) + bracketed("17", date);
        break;
      case 6:
        text = bracketed("10", lot) + bracketed("21", RandomDigits(6, &random_));
        payload = "10" + lot +
                  "\x1d"
                  "21" +
                  text.substr(text.size() - 6);
        break;
      default:
        text = bracketed("01", gtin) + bracketed("17", date) + bracketed("10", lot) +
               bracketed("21", "7");
        payload = "01" + gtin + "17" + date + "10" + lot +
                  "\x1d"
                  "217";
    }
    if (payload.empty()) {
      for (const char c : text) {
        if (c != '[' && c != ']') payload += c;
      }
    }
    const auto drawn = testing::RowsByZint(BARCODE_DBAR_EXP, text, true);
    ASSERT_TRUE(drawn.ok) << text;
    ASSERT_TRUE(DecodeDataBarExpanded(Edges(drawn.rows[0]), {}, &out_)) << text;
    ASSERT_EQ(out_.payload.view(), payload);
    // The same data characters drawn by the tests' own encoder.
    std::vector<int> characters;
    for (const LinearCharacter& c : out_.characters) {
      if (c.value != LinearCharacter::kPattern) characters.push_back(c.value);
    }
    characters.erase(characters.begin());
    ASSERT_EQ(DataBarExpandedRows(characters)[0], drawn.rows[0]) << text;

    const int per_row = Whole(1, 4);
    const auto stacked = testing::RowsByZint(BARCODE_DBAR_EXPSTK, text, true, per_row);
    ASSERT_TRUE(stacked.ok) << text;
    DataBarExpandedAssembler assembler;
    bool complete = false;
    for (const auto& widths : stacked.rows) {
      std::vector<float> edges = Edges(widths), turned;
      Reverse(edges, &turned);
      if (DecodeDataBarExpandedRow(edges, {}, &row) || DecodeDataBarExpandedRow(turned, {}, &row)) {
        complete = assembler.Add(row, &out_) || complete;
      }
      if (complete) break;
    }
    ASSERT_TRUE(complete) << text << " " << per_row;
    ASSERT_EQ(out_.payload.view(), payload);
  }
}

}  // namespace
}  // namespace veriline::symbology::linear
