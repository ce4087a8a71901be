// SPDX-License-Identifier: Apache-2.0
// Codewords as libzint draws them: patterns, sizes, error correction and encodation of another
// hand.
#include <gtest/gtest.h>
#include <zint.h>

#include <array>
#include <map>
#include <random>
#include <set>
#include <string>

#include "tests/support/zint_pdf417.h"
#include "vision/symbology/pdf417/codeword_table.h"
#include "vision/symbology/pdf417/composite_data.h"
#include "vision/symbology/pdf417/decode.h"

namespace veriline::symbology::pdf417 {
namespace {

using testing::CodewordsOfZint;
using testing::ZintCodewords;
using testing::ZintPdf417;

std::string RandomText(std::mt19937& random, size_t size) {
  const std::array<std::string, 5> kinds = {"ABCDEFGHIJKLMNOPQRSTUVWXYZ ",
                                            "abcdefghijklmnopqrstuvwxyz ", "0123456789",
                                            "&-/:#,;<>@[]!?'{}*=^\r\n\t", "\x80\xC4\xFF\xE9\x01"};
  std::string text;
  while (text.size() < size) {
    const std::string& kind = kinds[random() % kinds.size()];
    for (size_t n = 1 + random() % 30; n > 0 && text.size() < size; --n) {
      text += kind[random() % kind.size()];
    }
  }
  return text;
}

TEST(CodewordTable, HasTheClustersOfTheStandard) {
  std::set<std::array<uint8_t, 8>> all;
  for (int cluster = 0; cluster < kClusters; ++cluster) {
    for (int value = 0; value < kCodewords; ++value) {
      const auto w = CodewordWidths(cluster, value);
      int modules = 0;
      for (const uint8_t width : w) {
        EXPECT_TRUE(width >= 1 && width <= 6);
        modules += width;
      }
      EXPECT_EQ(modules, kCodewordModules);
      EXPECT_EQ((w[0] - w[2] + w[4] - w[6] + 9) % 9, 3 * cluster);
      EXPECT_TRUE(all.insert(w).second);
    }
  }
}

TEST(Pdf417Decode, ReadsWhatLibzintEncodes) {
  std::mt19937 random(1);
  std::map<int, std::set<int>> values;  // that occurred, by cluster
  for (int i = 0; i < 900; ++i) {
    const std::string text = RandomText(random, 1 + random() % 400);
    const ZintCodewords drawn = CodewordsOfZint({.symbology = BARCODE_PDF417,
                                                 .text = text,
                                                 .option_1 = static_cast<int>(random() % 7),
                                                 .cols = 3 + static_cast<int>(random() % 27)});
    for (int r = 0; r < drawn.rows; ++r) {
      EXPECT_EQ(drawn.clusters[static_cast<size_t>(r)], r % 3);
      for (int c = 0; c < drawn.cols; ++c) {
        values[r % 3].insert(drawn.matrix.words()[static_cast<size_t>(r * drawn.cols + c)]);
      }
    }
    Decoded decoded;
    ASSERT_TRUE(Decode(drawn.matrix, &decoded)) << text;
    EXPECT_EQ(decoded.payload(), text);
    EXPECT_EQ(decoded.errors, 0);
    EXPECT_EQ(decoded.identifier(), "]L2");
  }
  for (const auto& [cluster, seen] : values) EXPECT_EQ(seen.size(), 929u) << cluster;
}

TEST(Pdf417Decode, TellsEci) {
  for (const int eci : {3, 9, 26, 899, 900, 810899, 811799}) {
    const auto drawn =
        CodewordsOfZint({.symbology = BARCODE_PDF417, .text = "abc", .option_1 = 2, .eci = eci});
    Decoded decoded;
    ASSERT_TRUE(Decode(drawn.matrix, &decoded)) << eci;
    ASSERT_EQ(decoded.ecis().size(), 1u);
    EXPECT_EQ(decoded.ecis()[0].eci, eci);
    EXPECT_EQ(decoded.payload(), "abc");
    EXPECT_EQ(decoded.identifier(), "]L1");
  }
}

TEST(MicroPdf417Decode, ReadsEverySize) {
  std::mt19937 random(2);
  std::set<int> sizes;
  for (int i = 0; i < 6000; ++i) {
    const int cols = 1 + i % 4;
    const std::string text = RandomText(random, 1 + random() % (cols == 1 ? 30 : 48u * cols));
    ZintCodewords drawn;
    try {
      drawn = CodewordsOfZint({.symbology = BARCODE_MICROPDF417, .text = text, .cols = cols});
    } catch (const std::runtime_error& e) {
      continue;  // too long
    }
    sizes.insert(drawn.matrix.variant());
    const MicroVariant& v = MicroVariants()[static_cast<size_t>(drawn.matrix.variant())];
    for (int r = 0; r < drawn.rows; ++r) {
      const auto row = static_cast<size_t>(r);
      const auto nth = [r](int first) { return first == 0 ? 0 : (first + r - 1) % kRaps + 1; };
      EXPECT_EQ(drawn.left[row], nth(v.left_rap));
      EXPECT_EQ(drawn.centre[row], nth(v.centre_rap));
      EXPECT_EQ(drawn.right[row], nth(v.right_rap));
      EXPECT_EQ(drawn.clusters[row], (v.first_cluster + r) % 3);
    }
    Decoded decoded;
    ASSERT_TRUE(Decode(drawn.matrix, &decoded)) << text;
    EXPECT_EQ(decoded.payload(), text);
    EXPECT_EQ(decoded.errors, 0) << "check codewords of another number";
  }
  for (int v = 0; v < 34; ++v) EXPECT_TRUE(sizes.contains(v)) << v;
}

/// An element string in brackets and as it is decoded.
struct Elements {
  std::string bracketed, bytes;
  void Add(const std::string& ai, const std::string& value, bool fixed) {
    bracketed += "[" + ai + "]" + value;
    if (!bytes.empty() && open_) bytes += '\x1d';
    bytes += ai + value;
    open_ = !fixed;
  }

 private:
  bool open_ = false;
};

Elements RandomElements(std::mt19937& random, size_t most) {
  const auto text = [&](std::string_view alphabet, size_t size) {
    std::string s;
    for (size_t i = 0; i < size; ++i) s += alphabet[random() % alphabet.size()];
    return s;
  };
  const auto size = [&] { return 1 + random() % std::min<size_t>(20, most); };
  constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  constexpr std::string_view kAny = "ABCXYZabcxyz0123456789-/.,%+*()<=>?_!\"&';:";
  const auto date = [&] {
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "%02u%02u%02u", unsigned(random() % 100),
                  unsigned(1 + random() % 12), unsigned(1 + random() % 28));
    return std::string(buffer);
  };
  Elements all;
  switch (random() % 6) {
    case 0:
      all.Add(random() % 2 == 0 ? "11" : "17", date(), true);
      if (random() % 2 == 0) all.Add("10", text(kUpper, size()), false);
      break;
    case 1:
      all.Add("10", text(kAny, size()), false);
      break;
    case 2: {
      std::string ninety = std::to_string(random() % 1000);
      if (random() % 3 == 0) ninety.clear();
      if (ninety == "0") ninety.clear();
      ninety += text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1);
      ninety += text(random() % 3 == 0   ? std::string_view("0123456789")
                     : random() % 2 == 0 ? std::string_view("ABCDEFGH12")
                                         : kUpper,
                     random() % std::min<size_t>(15, most));
      all.Add("90", ninety, false);
      break;
    }
    case 3:
      all.Add("21", text("0123456789", size()), false);
      break;
    default:
      all.Add("21", text(kAny, size()), false);
  }
  if (most > 20) {
    if (random() % 2 == 0) {
      all.Add("8004", text(kUpper, size()), false);
    } else {
      all.Add("21", text(kUpper, size()), false);
    }
  }
  for (size_t left = most / 40; left > 0; --left) all.Add("240", text(kAny, 20), false);
  return all;
}

TEST(CompositeData, ReadsEverySizeOfLibzint) {
  struct Kind {
    int symbology;
    const char* linear;
    int component;
    size_t most;
  };
  const Kind kinds[] = {{BARCODE_UPCE_CC, "1234567", 1, 30},
                        {BARCODE_EANX_CC, "1234567", 1, 30},
                        {BARCODE_UPCA_CC, "12345678901", 1, 40},
                        {BARCODE_UPCE_CC, "1234567", 2, 30},
                        {BARCODE_EANX_CC, "1234567", 2, 60},
                        {BARCODE_UPCA_CC, "12345678901", 2, 160},
                        {BARCODE_GS1_128_CC, "[01]09501101530003", 3, 600}};
  std::mt19937 random(3);
  std::map<MatrixKind, std::set<int>> sizes;
  for (int i = 0; i < 6000; ++i) {
    const Kind& kind = kinds[static_cast<size_t>(i) % std::size(kinds)];
    const Elements elements = RandomElements(random, 1 + random() % kind.most);
    ZintCodewords drawn;
    try {
      drawn = CodewordsOfZint({.symbology = kind.symbology,
                               .text = elements.bracketed,
                               .linear = kind.linear,
                               .option_1 = kind.component});
    } catch (const std::runtime_error&) {
      continue;  // too long for this component, libzint took another
    }
    Decoded decoded;
    ASSERT_TRUE(Decode(drawn.matrix, &decoded)) << elements.bracketed;
    ASSERT_TRUE(decoded.component);
    EXPECT_EQ(decoded.errors, 0);
    std::array<char, 2400> memory;
    TextWriter text(memory);
    ASSERT_TRUE(DecodeComponent(kind.component == 1, decoded.data(), &text)) << elements.bracketed;
    EXPECT_EQ(text.view(), elements.bytes) << elements.bracketed;
    sizes[drawn.matrix.kind()].insert(drawn.matrix.variant());
  }
  EXPECT_EQ(sizes[MatrixKind::kCcA].size(), 17u);
  EXPECT_GE(sizes[MatrixKind::kMicroPdf417].size(), 20u);
  EXPECT_EQ(sizes[MatrixKind::kPdf417].size(), 1u);
}

}  // namespace
}  // namespace veriline::symbology::pdf417
