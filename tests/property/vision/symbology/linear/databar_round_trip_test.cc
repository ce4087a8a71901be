// SPDX-License-Identifier: Apache-2.0
// DataBar Omnidirectional, Stacked and Limited: decode(print(x)) = x over all GTINs, the tests'
// encoder draws what libzint draws, and a wrong checksum is refused.
#include <gtest/gtest.h>
#include <zint.h>

#include <random>
#include <string>

#include "tests/support/databar_encoder.h"
#include "tests/support/ean_encoder.h"
#include "tests/support/linear_drawing.h"
#include "tests/support/zint_rows.h"
#include "vision/symbology/linear/databar_limited.h"
#include "vision/symbology/linear/databar_omni.h"

namespace veriline::symbology::linear {
namespace {

using testing::DataBarLimitedRows;
using testing::DataBarOmniRows;
using testing::EdgesOf;
using testing::LinearInk;
using testing::PrintRow;

class DataBarRoundTrip : public ::testing::Test {
 protected:
  double Uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random_);
  }
  std::string Gtin13(bool limited) {
    std::string digits = testing::RandomDigits(13, &random_);
    if (limited) digits[0] = static_cast<char>('0' + random_() % 2);
    // Small numbers as well: their characters come from the first groups.
    if (random_() % 8 == 0) digits.replace(0, 8, "00000000");
    return digits;
  }
  std::string Payload(const std::string& digits) {
    return "01" + digits + testing::EanCheckDigit(digits);
  }
  /// As one scan sees it. Similar edges bear half a module in 17.
  std::vector<float> Edges(const std::vector<double>& widths) {
    const LinearInk ink{.growth_x = Uniform(-0.35, 0.35), .jitter_x = Uniform(0, 0.12)};
    return EdgesOf(PrintRow(widths, ink, &random_), Uniform(0.3, 40), Uniform(-9, 999));
  }

  std::mt19937 random_{41};
  LinearDecode out_;
};

TEST_F(DataBarRoundTrip, Omnidirectional) {
  for (int i = 0; i < 5000; ++i) {
    const std::string digits = Gtin13(false);
    const bool linked = i % 4 == 0;
    ASSERT_TRUE(DecodeDataBarOmni(Edges(DataBarOmniRows(digits, linked)[0]), {}, &out_)) << digits;
    ASSERT_EQ(out_.symbology, Symbology::kDataBarOmni);
    ASSERT_EQ(out_.payload.view(), Payload(digits));
    ASSERT_EQ(out_.linked, linked);
    ASSERT_STREQ(out_.identifier.data(), "]e0");
    ASSERT_GT(out_.decodability(), 0);
  }
}

TEST_F(DataBarRoundTrip, StackedRowsAreJoinedInAnyOrder) {
  DataBarStackedAssembler assembler;
  DataBarStackedRow row;
  for (int i = 0; i < 5000; ++i) {
    const std::string digits = Gtin13(false);
    const bool linked = i % 4 == 0;
    const auto rows = DataBarOmniRows(digits, linked, true);
    assembler.Clear();
    const size_t first = random_() % 2;
    ASSERT_TRUE(DecodeDataBarStackedRow(Edges(rows[first]), {}, &row)) << digits << first;
    ASSERT_EQ(row.half.lower, first == 1);
    ASSERT_FALSE(assembler.Add(row, &out_));
    ASSERT_TRUE(DecodeDataBarStackedRow(Edges(rows[1 - first]), {}, &row)) << digits << first;
    ASSERT_TRUE(assembler.Add(row, &out_)) << digits;
    ASSERT_EQ(out_.symbology, Symbology::kDataBarStacked);
    ASSERT_EQ(out_.payload.view(), Payload(digits));
    ASSERT_EQ(out_.linked, linked);
    ASSERT_STREQ(out_.identifier.data(), "]e0");
    for (const auto& widths : rows) ASSERT_FALSE(DecodeDataBarOmni(Edges(widths), {}, &out_));
  }
}

TEST_F(DataBarRoundTrip, Limited) {
  for (int i = 0; i < 5000; ++i) {
    const std::string digits = Gtin13(true);
    const bool linked = i % 4 == 0;
    ASSERT_TRUE(DecodeDataBarLimited(Edges(DataBarLimitedRows(digits, linked)[0]), {}, &out_))
        << digits;
    ASSERT_EQ(out_.symbology, Symbology::kDataBarLimited);
    ASSERT_EQ(out_.payload.view(), Payload(digits));
    ASSERT_EQ(out_.linked, linked);
    ASSERT_STREQ(out_.identifier.data(), "]e0");
    ASSERT_GT(out_.decodability(), 0);
  }
}

TEST_F(DataBarRoundTrip, WrongChecksumsAreRefused) {
  DataBarStackedAssembler assembler;
  DataBarStackedRow row;
  const std::string digits = "0950110153000";
  for (int by = 1; by < 89; ++by) {
    if (by < 79) {
      EXPECT_FALSE(
          DecodeDataBarOmni(Edges(DataBarOmniRows(digits, false, false, {by})[0]), {}, &out_));
      assembler.Clear();
      for (const auto& widths : DataBarOmniRows(digits, false, true, {by})) {
        ASSERT_TRUE(DecodeDataBarStackedRow(Edges(widths), {}, &row));
        EXPECT_FALSE(assembler.Add(row, &out_));
      }
    }
    EXPECT_FALSE(
        DecodeDataBarLimited(Edges(DataBarLimitedRows(digits, false, {by})[0]), {}, &out_));
  }
}

TEST_F(DataBarRoundTrip, EncodersDrawWhatLibzintDraws) {
  for (int i = 0; i < 1000; ++i) {
    const std::string digits = Gtin13(true);
    const auto omni = testing::RowsByZint(BARCODE_DBAR_OMN, digits);
    ASSERT_TRUE(omni.ok);
    ASSERT_EQ(DataBarOmniRows(digits)[0], omni.rows[0]) << digits;
    const auto stacked = testing::RowsByZint(BARCODE_DBAR_STK, digits);
    ASSERT_TRUE(stacked.ok);
    const auto rows = DataBarOmniRows(digits, false, true);
    ASSERT_EQ(rows[0], stacked.rows.front()) << digits;
    ASSERT_EQ(rows[1], stacked.rows.back()) << digits;
    const auto omni_stacked = testing::RowsByZint(BARCODE_DBAR_OMNSTK, digits);
    ASSERT_EQ(rows[0], omni_stacked.rows.front()) << digits;
    ASSERT_EQ(rows[1], omni_stacked.rows.back()) << digits;
    const auto limited = testing::RowsByZint(BARCODE_DBAR_LTD, digits);
    ASSERT_TRUE(limited.ok);
    ASSERT_EQ(DataBarLimitedRows(digits)[0], limited.rows[0]) << digits;
  }
}

}  // namespace
}  // namespace veriline::symbology::linear
