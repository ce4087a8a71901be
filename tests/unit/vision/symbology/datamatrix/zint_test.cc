// SPDX-License-Identifier: Apache-2.0
// libzint's symbols are read, and the tests' own encoder draws the same from the same codewords.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tests/support/datamatrix_encoder.h"
#include "tests/support/zint_datamatrix.h"
#include "vision/symbology/datamatrix/decode.h"

namespace veriline::symbology::datamatrix {
namespace {

using veriline::testing::EncodeWithZint;
using veriline::testing::ZintDataMatrix;
using veriline::testing::ZintModules;

/// Decodes what needs no correction. Fails the test otherwise.
std::unique_ptr<DecodedSymbol> Read(const ZintModules& modules) {
  auto symbol = std::make_unique<DecodedSymbol>();
  const SymbolSize* size = FindSymbolSize(modules.rows, modules.cols);
  if (size == nullptr) {
    ADD_FAILURE() << modules.rows << "x" << modules.cols;
    return symbol;
  }
  const Layout& layout = Layout::Of(*size);
  EXPECT_TRUE(Decode(layout, modules.dark, {}, {}, *symbol))
      << Name(symbol->failed) << ", " << Name(symbol->message.error);
  EXPECT_EQ(symbol->corrected, 0);
  EXPECT_EQ(CountFixedErrors(layout, modules.dark), 0);
  return symbol;
}

std::vector<uint8_t> DataOf(const ZintModules& modules, const DecodedSymbol& symbol) {
  const auto& size = veriline::testing::DataMatrixSizeOf(modules.rows, modules.cols);
  return {symbol.codewords.begin(), symbol.codewords.begin() + size.data};
}

TEST(Zint, EverySizeIsReadAndDrawnAlike) {
  std::mt19937 random(1);
  std::set<std::pair<int, int>> sizes;
  int symbols = 0;
  const std::string_view sets[] = {"0123456789",
                                   "ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789",
                                   "abcdefghijklmnopqrstuvwxyz 0123456789",
                                   "ABC*>\r",
                                   "ABCDEF,:;/",
                                   "\xe4\xf6\xfc\xff\x80"
                                   "aZ9"};
  for (int number = 1; number <= veriline::testing::kZintDataMatrixSizes; ++number) {
    for (const std::string_view set : sets) {
      // The longest of a few that fits; a short one; so padding is and is not there.
      for (const int length : {1, 3, 20, 90, 600, 1500}) {
        std::string text;
        for (int i = 0; i < length; ++i) {
          text += set[std::uniform_int_distribution<size_t>(0, set.size() - 1)(random)];
        }
        const auto modules = EncodeWithZint(text, {.size = number});
        if (!modules) continue;
        sizes.insert({modules->rows, modules->cols});
        ++symbols;
        const auto symbol = Read(*modules);
        ASSERT_EQ(symbol->message.payload(), text) << modules->rows << "x" << modules->cols;
        EXPECT_NE(symbol->message.padding, Padding::kInvalid);
        const auto& size = veriline::testing::DataMatrixSizeOf(modules->rows, modules->cols);
        const auto codewords = veriline::testing::AddCheckCodewords(
            size, DataOf(*modules, *symbol),
            symbol->interleaving == Interleaving::kRestarted
                ? veriline::testing::Interleave144::kRestarted
                : veriline::testing::Interleave144::kContinued);
        ASSERT_EQ(veriline::testing::PlaceModules(size, codewords), modules->dark)
            << modules->rows << "x" << modules->cols;
        EXPECT_EQ(symbol->interleaving, Interleaving::kContinued);
      }
    }
  }
  EXPECT_EQ(sizes.size(), SymbolSizes().size());
  EXPECT_GT(symbols, 800);
}

TEST(Zint, Gs1IsTold) {
  const auto modules =
      EncodeWithZint("[01]09501101530003[17]250630[10]AB12[21]123456", {.gs1 = true});
  ASSERT_TRUE(modules);
  const auto symbol = Read(*modules);
  EXPECT_EQ(symbol->message.identifier_view(), "]d2");
  EXPECT_EQ(symbol->message.payload(),
            "01095011015300031725063010AB12\x1d"
            "21123456");
}

TEST(Zint, EciIsTold) {
  for (const int eci : {3, 26, 170, 899}) {
    const auto modules = EncodeWithZint("abc", {.eci = eci});
    ASSERT_TRUE(modules) << eci;
    const auto symbol = Read(*modules);
    EXPECT_EQ(symbol->message.identifier_view(), "]d4");
    EXPECT_EQ(symbol->message.payload(), "abc");
    ASSERT_EQ(symbol->message.ecis().size(), 1u);
    EXPECT_EQ(symbol->message.ecis()[0], (EciSwitch{0, eci}));
  }
}

TEST(Zint, StructuredAppendIsTold) {
  const auto modules = EncodeWithZint("part", {.append_index = 3, .append_count = 5});
  ASSERT_TRUE(modules);
  const auto symbol = Read(*modules);
  EXPECT_EQ(symbol->message.payload(), "part");
  EXPECT_EQ(symbol->message.append_index, 3);
  EXPECT_EQ(symbol->message.append_count, 5);
}

TEST(Zint, MacroHasHeaderAndTrailer) {
  for (const std::string format : {"05", "06"}) {
    const std::string text = "[)>\x1e" + format +
                             "\x1d"
                             "12345ABC\x1e\x04";
    const auto modules = EncodeWithZint(text, {});
    ASSERT_TRUE(modules);
    const auto symbol = Read(*modules);
    EXPECT_EQ(symbol->message.payload(), text);
    EXPECT_EQ(symbol->message.macro, format == "05" ? 5 : 6);
  }
}

}  // namespace
}  // namespace veriline::symbology::datamatrix
