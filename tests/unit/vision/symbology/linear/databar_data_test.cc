// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/databar_data.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/support/databar_encoder.h"

namespace veriline::symbology::linear {
namespace {

using testing::DataBarBits;

/// The text, or "refused".
std::string Text(const DataBarBits& bits) {
  const std::vector<int> characters = bits.Characters();
  const std::vector<int16_t> data(characters.begin(), characters.end());
  DataBarData out;
  return DecodeDataBarData(data, &out) ? std::string(out.view()) : "refused";
}

DataBarBits General() { return DataBarBits().Bits("00").Length(); }

TEST(DataBarData, HasNumericPairsAndALastDigit) {
  EXPECT_EQ(Text(General().General("1234")), "1234");
  // Five bits of header and n of seven: the last digit stands in four bits, or in seven with FNC1.
  for (size_t size = 3; size < 40; ++size) {
    const std::string digits =
        std::string("12345678901234567890123456789012345678901").substr(0, size);
    EXPECT_EQ(Text(General().General(digits)), digits);
  }
  EXPECT_EQ(Text(General().General("10\x1d"
                                   "34\x1d"
                                   "5")),
            "10\x1d"
            "34\x1d"
            "5");
}

TEST(DataBarData, HasAllCharactersOfItsModes) {
  const std::string alpha = "ABCDEFGHIJKLMNOPQRSTUVWXYZ*,-./";
  EXPECT_EQ(Text(General().General("10" + alpha)), "10" + alpha);
  const std::string iso = "abcdefghijklmnop";
  EXPECT_EQ(Text(General().General("10" + iso)), "10" + iso);
  EXPECT_EQ(Text(General().General("10qrstuvwxyz!\"%&'()*+")), "10qrstuvwxyz!\"%&'()*+");
  EXPECT_EQ(Text(General().General("10a,-./:;<=>?_ Z9")), "10a,-./:;<=>?_ Z9");
}

TEST(DataBarData, DropsFnc1AtTheEnd) {
  // 10 7 FNC1 in numeric mode.
  EXPECT_EQ(Text(General().Number(1 * 11 + 0 + 8, 7).Number(7 * 11 + 10 + 8, 7)), "107");
  // In alphanumeric mode.
  EXPECT_EQ(Text(General().Number(19, 7).Bits("0000").Bits("100000").Bits("01111")), "10A");
}

TEST(DataBarData, SkipsANumericLatchAfterFnc1ThatIsTooMuch) {
  const std::string text =
      "10A\x1d"
      "42123";
  EXPECT_EQ(Text(General().General(text)), text);
  // 10, latch, A, FNC1; then 42 12 and a last digit, in numeric mode already.
  const auto start = [] {
    return General().Number(1 * 11 + 0 + 8, 7).Bits("0000").Bits("100000").Bits("01111");
  };
  const auto digits = [](DataBarBits bits) {
    return bits.Number(4 * 11 + 2 + 8, 7).Number(1 * 11 + 2 + 8, 7).Number(3 * 11 + 10 + 8, 7);
  };
  EXPECT_EQ(Text(digits(start())), text);
  EXPECT_EQ(Text(digits(start().Bits("000"))), text);
}

TEST(DataBarData, ReadsTheFormatsOfVariableMeasure) {
  const std::string gtin =
      "01950123456789"
      "03";
  const auto start = [&](const char* method) {
    return DataBarBits().Bits(method).Gtin("501234567890");
  };
  EXPECT_EQ(Text(start("0100").Number(1750, 15)), gtin + "3103001750");
  EXPECT_EQ(Text(start("0101").Number(9999, 15)), gtin + "3202009999");
  EXPECT_EQ(Text(start("0101").Number(10000, 15)), gtin + "3203000000");
  EXPECT_EQ(Text(start("0111000").Number(312233, 20).Number((10 * 12 + 2) * 32 + 12, 16)),
            gtin +
                "3103012233"
                "11100312");
  EXPECT_EQ(Text(start("0111111").Number(12233, 20).Number(38400, 16)), gtin + "3200012233");
  DataBarBits price;
  price.Bits("01100")
      .Length()
      .Gtin("501234567890")
      .Number(2, 2)
      .General(
          "795\x1d"
          "17991231");
  EXPECT_EQ(Text(price), gtin +
                             "3922795\x1d"
                             "17991231");
  DataBarBits currency;
  currency.Bits("01101").Length().Gtin("501234567890").Number(0, 2).Number(40, 10).General("1234");
  EXPECT_EQ(Text(currency), gtin + "39300401234");
}

TEST(DataBarData, RefusesNumbersThatAreNone) {
  const auto start = [&](const char* method) {
    return DataBarBits().Bits(method).Gtin("501234567890");
  };
  EXPECT_EQ(Text(start("0111000").Number(1'000'000, 20).Number(0, 16)), "refused");
  EXPECT_EQ(Text(start("0111000").Number(0, 20).Number(38401, 16)), "refused");
  EXPECT_EQ(Text(DataBarBits().Bits("0100").Number(1000, 10).Number(0, 30).Number(5, 15)),
            "refused");
  EXPECT_EQ(Text(DataBarBits().Bits("1").Length().Number(10, 4).Gtin("501234567890")), "refused");
  EXPECT_EQ(Text(General().Bits("0000").Bits("111111")), "refused");  // no such character
  EXPECT_EQ(Text(General().General("AB12")), "refused");              // begins with no AI
  EXPECT_EQ(Text(General()), "refused");                              // says nothing
}

TEST(DataBarData, AnyBitsAreValid) {
  std::mt19937 random(61);
  DataBarData out;
  int read = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::vector<int16_t> data(random() % 22);
    for (int16_t& d : data) d = static_cast<int16_t>(random() % 4096);
    if (!DecodeDataBarData(data, &out)) continue;
    ++read;
    ASSERT_GT(out.size, 2u);
    ASSERT_LE(out.size, 80u);  // the standard's 74 digits and some
    ASSERT_NE(out.view().back(), '\x1d');
  }
  EXPECT_GT(read, 1000);
}

}  // namespace
}  // namespace veriline::symbology::linear
