// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/arbiter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace veriline::decode {
namespace {

Symbol Make(Symbology symbology, const std::string& text, Rect box) {
  Symbol symbol;
  symbol.symbology = symbology;
  symbol.payload.Assign(text);
  const auto x0 = static_cast<float>(box.x), y0 = static_cast<float>(box.y);
  const auto x1 = x0 + static_cast<float>(box.width), y1 = y0 + static_cast<float>(box.height);
  symbol.quad = {{Point{x0, y0}, Point{x1, y0}, Point{x1, y1}, Point{x0, y1}}};
  return symbol;
}

/// The texts that stay, whatever the order in which the symbols come.
std::vector<std::string> Kept(std::vector<Symbol> symbols) {
  std::vector<std::string> kept;
  for (const bool reversed : {false, true}) {
    std::vector<Symbol> all;
    for (size_t i = 0; i < symbols.size(); ++i) {
      Add(symbols[reversed ? symbols.size() - 1 - i : i], &all);
    }
    std::vector<std::string> texts;
    for (const Symbol& s : all) texts.emplace_back(s.payload.view());
    std::ranges::sort(texts);
    if (reversed) {
      EXPECT_EQ(texts, kept);
    }
    kept = texts;
  }
  return kept;
}

using Texts = std::vector<std::string>;

TEST(Add, DropsAPieceOfALongerCodeThatPassesForAnother) {
  EXPECT_EQ(Kept({Make(Symbology::kCode128, "whole", {100, 100, 600, 80}),
                  Make(Symbology::kEan13, "piece", {300, 110, 190, 60}),
                  Make(Symbology::kItf, "other piece", {120, 130, 150, 20})}),
            Texts{"whole"});
}

TEST(Add, DropsAPieceThatSticksOutALittle) {
  EXPECT_EQ(Kept({Make(Symbology::kQr, "whole", {100, 100, 120, 120}),
                  Make(Symbology::kDataMatrix, "corner", {90, 180, 50, 50})}),
            Texts{"whole"});
}

TEST(Add, KeepsCodesThatTouch) {
  EXPECT_EQ(Kept({Make(Symbology::kCode128, "a", {100, 100, 600, 80}),
                  Make(Symbology::kDataMatrix, "b", {690, 90, 90, 90})}),
            (Texts{"a", "b"}));
}

TEST(Add, KeepsACodeDrawnIntoAnotherOfItsKind) {
  EXPECT_EQ(Kept({Make(Symbology::kQr, "outer", {100, 100, 300, 300}),
                  Make(Symbology::kQr, "inner", {220, 220, 60, 60})}),
            (Texts{"inner", "outer"}));
}

TEST(Add, CountsTheSameCodeOnceAndKeepsItsLargerOutline) {
  for (const bool larger_first : {false, true}) {
    const std::array<Rect, 2> boxes = {Rect{100, 100, 600, 80}, Rect{100, 120, 600, 20}};
    std::vector<Symbol> all;
    Add(Make(Symbology::kCode128, "a", boxes[larger_first ? 0 : 1]), &all);
    Add(Make(Symbology::kCode128, "a", boxes[larger_first ? 1 : 0]), &all);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].quad.corners[0].y, 100);
  }
  // On another place it is a second one.
  EXPECT_EQ(Kept({Make(Symbology::kQr, "a", {100, 100, 90, 90}),
                  Make(Symbology::kQr, "a", {300, 100, 90, 90})})
                .size(),
            2u);
}

}  // namespace
}  // namespace veriline::decode
