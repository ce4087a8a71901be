// SPDX-License-Identifier: Apache-2.0
// The component above a linear symbol, CC-A, CC-B and CC-C, as libzint draws composites.
#include <gtest/gtest.h>
#include <zint.h>

#include <random>
#include <string>

#include "tests/support/pdf417_symbols.h"
#include "vision/symbology/pdf417/reader.h"

namespace veriline::symbology::pdf417 {
namespace {

using testing::Modules;
using testing::Shot;
using testing::Show;
using testing::ShownSymbol;

struct Partner {
  int symbology;
  std::string data;
};

const std::vector<Partner>& Partners() {
  static const std::vector<Partner> partners = {
      {BARCODE_EANX_CC, "201234567890"},
      {BARCODE_EANX_CC, "1234567"},
      {BARCODE_UPCA_CC, "01234567890"},
      {BARCODE_UPCE_CC, "0123456"},
      {BARCODE_GS1_128_CC, "[01]03812345678908"},
      {BARCODE_DBAR_OMN_CC, "0361234567890"},
      {BARCODE_DBAR_LTD_CC, "0351234567890"},
      {BARCODE_DBAR_EXP_CC, "[01]09012345678908[3103]001234"},
      {BARCODE_DBAR_STK_CC, "0341234567890"},
      {BARCODE_DBAR_OMNSTK_CC, "0341234567890"}};
  return partners;
}

/// The rows of modules that belong to the linear symbol: from the first that ends all else that is
/// as high as bars are.
Quad LinearPart(const Modules& modules, const Quad& outline) {
  // Rows of a component are two or three modules high; what repeats over more is the linear part.
  int first = modules.rows - 1;
  const auto same = [&](int a, int b) {
    for (int c = 0; c < modules.cols; ++c) {
      if (modules.At(a, c) != modules.At(b, c)) return false;
    }
    return true;
  };
  while (first > 0 && same(first - 1, modules.rows - 1)) --first;
  const float top = static_cast<float>(first) / static_cast<float>(modules.rows);
  int left = 0, right = modules.cols;
  while (!modules.At(modules.rows - 1, left)) ++left;
  while (!modules.At(modules.rows - 1, right - 1)) --right;
  const float l = static_cast<float>(left) / static_cast<float>(modules.cols);
  const float r = static_cast<float>(right) / static_cast<float>(modules.cols);
  return {{outline.At(l, top), outline.At(r, top), outline.At(r, 1), outline.At(l, 1)}};
}

std::string Digits(std::mt19937& random, size_t size) {
  std::string digits;
  while (digits.size() < size) digits += static_cast<char>('0' + random() % 10);
  return digits;
}

TEST(CompositePart, IsReadAboveItsLinearSymbol) {
  std::mt19937 random(13);
  Reader reader;
  for (const int type : {1, 2, 3}) {
    for (const Partner& partner : Partners()) {
      if (type == 3 && partner.symbology != BARCODE_GS1_128_CC) continue;
      // Rows below those of a stacked symbol are not told apart here.
      if (partner.symbology == BARCODE_DBAR_STK_CC || partner.symbology == BARCODE_DBAR_OMNSTK_CC) {
        continue;
      }
      for (const size_t size : {4, 12, 18}) {
        const std::string lot = Digits(random, size), data = "[10]" + lot;
        const Modules modules =
            testing::EncodeComposite(partner.symbology, type, partner.data, data);
        Shot shot{.x_px = 2.5f + static_cast<float>(random() % 20) / 10,
                  .degrees = static_cast<float>(random() % 360),
                  .blur_x = 0.2f,
                  .noise = 3,
                  .inverted = random() % 4 == 0,
                  .quiet_x = 12,
                  .seed = static_cast<uint32_t>(random())};
        const ShownSymbol shown = Show(modules, shot);
        CompositePart part;
        ASSERT_TRUE(reader.ReadComposite(shown.view(), LinearPart(modules, shown.outline),
                                         shot.x_px, shot.inverted, &part))
            << partner.symbology << " CC-" << static_cast<char>('A' + type - 1) << " of " << size
            << ", " << shot.degrees << " degrees, " << shot.x_px << " px";
        EXPECT_EQ(part.component, static_cast<char>('A' + type - 1));
        EXPECT_EQ(part.payload(), "10" + lot);
        EXPECT_LT(Distance(part.quad.Center(), shown.outline.At(0.5f, 0)), 60 * shot.x_px);
      }
    }
  }
}

TEST(CompositePart, IsNotSeenWhereNoneStands) {
  std::mt19937 random(14);
  Reader reader;
  CompositePart part;
  for (int i = 0; i < 20; ++i) {
    const Modules modules = testing::EncodeSymbol(Symbology::kEan13, Digits(random, 12));
    const ShownSymbol shown = Show(modules, {.x_px = 3, .quiet_x = 12});
    EXPECT_FALSE(reader.ReadComposite(shown.view(), shown.outline, 3, false, &part));
  }
}

}  // namespace
}  // namespace veriline::symbology::pdf417
