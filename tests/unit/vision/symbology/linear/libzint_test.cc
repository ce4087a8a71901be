// SPDX-License-Identifier: Apache-2.0
// The tests' own encoders are held to libzint's symbols.
#include <gtest/gtest.h>
#include <zint.h>

#include <memory>
#include <random>

#include "tests/support/linear_encoder.h"

namespace veriline::testing {
namespace {

/// Runs of modules, from the first bar to the last; empty where libzint refuses.
std::vector<double> ByZint(int symbology, const std::string& text, int input_mode = DATA_MODE,
                           int option_2 = 0) {
  const std::unique_ptr<zint_symbol, void (*)(zint_symbol*)> symbol(ZBarcode_Create(),
                                                                    &ZBarcode_Delete);
  symbol->symbology = symbology;
  symbol->input_mode = input_mode;
  symbol->option_2 = option_2;
  std::vector<double> widths;
  if (ZBarcode_Encode(symbol.get(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) >= ZINT_ERROR) {
    return widths;
  }
  const auto dark = [&](int i) { return (symbol->encoded_data[0][i >> 3] >> (i & 7) & 1) != 0; };
  for (int i = 0; i < symbol->width;) {
    int end = i;
    while (end < symbol->width && dark(end) == dark(i)) ++end;
    widths.push_back(end - i);
    i = end;
  }
  if (widths.size() % 2 == 0) widths.pop_back();
  return widths;
}

TEST(LinearEncoder, AllCharactersOfCode128AreLibzints) {
  std::string a, b;
  for (char c = 0; c < 96; ++c) a += c;
  for (char c = 32; c < 127; ++c) b += c;
  b += '\x7f';
  using Set = Code128Writer::Set;
  // In pieces, as libzint takes up to 99 characters; it stays in a set as long as it can.
  for (size_t i = 0; i + 8 <= 32; i += 8) {
    const std::string control = a.substr(i, 8);
    EXPECT_EQ(Code128Writer(Set::kA).Text(control).Widths(), ByZint(BARCODE_CODE128, control));
  }
  const std::string capitals = "A!\"#$%&'()*+,-./:;<=>?@BCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ ";
  EXPECT_EQ(Code128Writer(Set::kB).Text(capitals).Widths(), ByZint(BARCODE_CODE128B, capitals));
  const std::string small = "`abcdefghijklmnopqrstuvwxyz{|}~\x7f";
  EXPECT_EQ(Code128Writer(Set::kB).Text(small).Widths(), ByZint(BARCODE_CODE128, small));
  for (int from = 0; from < 100; from += 20) {
    std::string pairs;
    for (int i = from; i < from + 20; ++i) pairs += std::to_string(100 + i).substr(1);
    EXPECT_EQ(Code128Writer(Set::kC).Text(pairs).Widths(), ByZint(BARCODE_CODE128, pairs));
  }
  EXPECT_EQ(Code128Writer(Set::kC).Fnc(1).Text("019501234567890317251231").Widths(),
            ByZint(BARCODE_GS1_128, "[01]95012345678903[17]251231", GS1_MODE));
}

TEST(LinearEncoder, NeedsNoMoreCode128CharactersThanLibzint) {
  std::mt19937 random(3);
  for (int i = 0; i < 400; ++i) {
    std::string text;
    const std::string alphabet = i % 2 != 0 ? "0123456789A" : "0123456789abcdefXYZ\x01\t ";
    const int size = std::uniform_int_distribution<int>(1, 24)(random);
    for (int k = 0; k < size; ++k) text += alphabet[random() % alphabet.size()];
    const std::vector<double> zint = ByZint(BARCODE_CODE128, text);
    ASSERT_FALSE(zint.empty());
    EXPECT_LE(ShortestCode128(text).Widths().size(), zint.size()) << text;
  }
}

TEST(LinearEncoder, Code39IsLibzints) {
  // libzint draws N = 2 and gaps of 1 X.
  const Code39Print print{.ratio = 2};
  const std::string all = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";
  EXPECT_EQ(Code39Widths(all, print), ByZint(BARCODE_CODE39, all));
  EXPECT_EQ(Code39Widths("CODE39", {.ratio = 2, .check = true}),
            ByZint(BARCODE_CODE39, "CODE39", DATA_MODE, 1));
  std::string ascii;
  for (int c = 1; c < 128; ++c) {
    ascii = static_cast<char>(c);
    EXPECT_EQ(Code39Widths(Code39FullAscii(ascii), print), ByZint(BARCODE_EXCODE39, ascii)) << c;
  }
}

TEST(LinearEncoder, ItfIsLibzints) {
  std::string digits;
  for (int i = 0; i < 100; ++i) digits += std::to_string(100 + i).substr(1);
  for (size_t i = 0; i < digits.size(); i += 40) {
    EXPECT_EQ(ItfWidths(digits.substr(i, 40)), ByZint(BARCODE_C25INTER, digits.substr(i, 40)));
  }
  const std::string gtin = "1540014128876";
  EXPECT_EQ(ItfWidths(gtin + Mod10Digit(gtin)), ByZint(BARCODE_ITF14, gtin));
}

}  // namespace
}  // namespace veriline::testing
