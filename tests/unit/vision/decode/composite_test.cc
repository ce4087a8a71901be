// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/composite.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace veriline::decode {
namespace {

Symbol Linear(Symbology symbology, std::string_view payload, std::string_view addon = "") {
  Symbol symbol;
  symbology == Symbology::kCode128 ? symbol.set_identifier("]C1") : symbol.set_identifier("]E0");
  symbol.symbology = symbology;
  symbol.payload.Assign(payload);
  symbol.addon.Assign(addon);
  symbol.quad = {{Point{10, 50}, Point{110, 50}, Point{110, 90}, Point{10, 90}}};
  return symbol;
}

symbology::pdf417::CompositePart Component(std::string_view elements) {
  symbology::pdf417::CompositePart part;
  part.component = 'A';
  part.quad = {{Point{12, 10}, Point{108, 10}, Point{108, 48}, Point{12, 48}}};
  part.size = elements.size();
  std::ranges::copy(elements, part.bytes.begin());
  return part;
}

std::string Joined(const Symbol& linear) {
  Symbol out;
  return JoinComposite(linear, Component("21A1"), &out) ? std::string(out.payload.view()) : "";
}

TEST(JoinComposite, MakesAGtinOfEanAndUpc) {
  EXPECT_EQ(Joined(Linear(Symbology::kEan13, "9506000134352")), "010950600013435221A1");
  EXPECT_EQ(Joined(Linear(Symbology::kEan8, "95012346")), "010000009501234621A1");
  EXPECT_EQ(Joined(Linear(Symbology::kUpcA, "012345678905")), "010001234567890521A1");
  EXPECT_EQ(Joined(Linear(Symbology::kUpcE, "01234565")), "010001234500006521A1");
  // Its add-on is no part of the number.
  EXPECT_EQ(Joined(Linear(Symbology::kEan13, "950600013435212", "12")), "010950600013435221A1");
}

TEST(JoinComposite, SeparatesWhereTheLastElementNeedsIt) {
  EXPECT_EQ(Joined(Linear(Symbology::kCode128, "0109501101530003")), "010950110153000321A1");
  EXPECT_EQ(Joined(Linear(Symbology::kCode128, "010950110153000310L1")),
            "010950110153000310L1\x1d"
            "21A1");
  EXPECT_EQ(Joined(Linear(Symbology::kDataBarExpanded, "0109501101530003")),
            "010950110153000321A1");
  // What is no element string has no component.
  EXPECT_EQ(Joined(Linear(Symbology::kCode128, "HELLO")), "");
}

TEST(JoinComposite, TellsItsParts) {
  Symbol out;
  ASSERT_TRUE(
      JoinComposite(Linear(Symbology::kCode128, "010950110153000310L1"), Component("21A1"), &out));
  EXPECT_EQ(out.symbology, Symbology::kComposite);
  EXPECT_EQ(out.identifier_view(), "]e0");
  EXPECT_EQ(out.linear_component, Symbology::kCode128);
  EXPECT_EQ(out.component, 'A');
  EXPECT_EQ(out.payload.view().substr(out.linear_bytes), "21A1");
  EXPECT_EQ(out.quad.corners[0].x, 12);
  EXPECT_EQ(out.quad.corners[2].y, 90);
}

}  // namespace
}  // namespace veriline::decode
