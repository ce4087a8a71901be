// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/ecc200.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tools/linesim/codes.h"
#include "tools/linesim/symbols.h"

namespace veriline::linesim {
namespace {

ModuleMatrix Encode(const std::string& text, bool gs1) {
  const PrintedSymbol symbol = MakeDataMatrix(text, gs1);  // libzint
  return {symbol.grid.rows, symbol.grid.dark};
}

/// Drawn by libzint, of every size from 10 to 26.
std::vector<ModuleMatrix> Matrices() {
  std::vector<ModuleMatrix> all;
  for (const char* text : {"123456", "1234567890", "1234567890123456"}) {
    all.push_back(Encode(text, false));
  }
  for (uint64_t item = 0; item < 20; ++item) {
    for (int size = 0; size < kPlainCodeSizes; ++size) {
      all.push_back(Encode(MakePlainCode(3, CodeList::kIssued, item, size), false));
    }
    for (int format = 0; format < kCodeFormatCount; ++format) {
      all.push_back(
          Encode(MakeCode(3, CodeList::kIssued, item, static_cast<CodeFormat>(format)), true));
    }
  }
  return all;
}

TEST(Ecc200, ReadsBackTheExampleOfTheStandard) {
  // ISO/IEC 16022:2006, annex O.
  EXPECT_EQ(CodewordsOf(Encode("123456", false)),
            (std::vector<uint8_t>{142, 164, 186, 114, 25, 5, 88, 102}));
}

TEST(Ecc200, ReadsBackReedSolomonWordsOfEverySize) {
  std::set<int> sizes;
  for (const ModuleMatrix& matrix : Matrices()) {
    sizes.insert(matrix.modules);
    const Ecc200Size* size = Ecc200SizeOf(matrix.modules);
    ASSERT_NE(size, nullptr) << matrix.modules;
    std::vector<uint8_t> codewords = CodewordsOf(matrix);
    EXPECT_TRUE(IsReedSolomonWord(codewords, size->ecc)) << matrix.modules;
    codewords[codewords.size() / 2] ^= 0x10;
    EXPECT_FALSE(IsReedSolomonWord(codewords, size->ecc)) << matrix.modules;
  }
  EXPECT_EQ(sizes, (std::set<int>{10, 12, 14, 16, 18, 20, 22, 24, 26}));
}

TEST(Ecc200, PlacesEveryBitOnce) {
  for (int modules = 10; modules <= 26; modules += 2) {
    const Ecc200Size& size = *Ecc200SizeOf(modules);
    std::vector<int> bits = Ecc200Placement(modules);
    EXPECT_EQ(bits.size(), static_cast<size_t>((modules - 2) * (modules - 2)));
    std::erase(bits, -1);
    std::ranges::sort(bits);
    ASSERT_EQ(bits.size(), static_cast<size_t>(8 * (size.data + size.ecc))) << modules;
    for (size_t i = 0; i < bits.size(); ++i) EXPECT_EQ(bits[i], static_cast<int>(i)) << modules;
  }
}

TEST(Ecc200, KnowsNoOtherSizes) {
  for (const int modules : {0, 8, 11, 32, 52}) EXPECT_EQ(Ecc200SizeOf(modules), nullptr);
}

}  // namespace
}  // namespace veriline::linesim
