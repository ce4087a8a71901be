// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/linesim/outline_font.h"
#include "tools/linesim/symbols.h"
#include "tools/linesim/world.h"

namespace veriline::linesim {

// Labels whose parts must agree: the scenes labels-c128-qr, labels-ean-dm and labels-gs1-text, one
// label on each pack, and labels-number, four labels side by side.

inline constexpr int kPartLabelWidthPx = 760;
inline constexpr int kPartLabelHeightPx = 540;

/// A line of text as it is printed.
struct PrintedText {
  std::string text;
  Point start;  ///< on the baseline of the art, px
  float cap_height_px = 0;
  float growth_px = 0;
  bool smeared = false;
};
/// Draws it, and wipes over it where it is smeared.
void DrawPrintedText(const PrintedText& text, const OutlineFont& font, uint8_t dark_grey,
                     Plane* art);

/// What is on an item.
struct PartLabel {
  bool there = true;
  Pose pose;  ///< in the item's own picture
  uint8_t light_grey = 0;
  uint8_t dark_grey = 0;
  std::vector<PrintedSymbol> symbols;
  std::vector<PrintedText> texts;
};
PartLabel LayOutPartLabel(const World& world, uint64_t item);

/// Where the lines of labels-gs1-text stand beside the Data Matrix, in mm from its top right corner
/// to the baseline; they lie off by up to kTextJitterMm.
inline constexpr double kTextRightMm = 3;
inline constexpr double kTextDownMm[] = {3.5, 8.5, 13.5};
inline constexpr double kTextCapMm = 2.6;
inline constexpr double kTextJitterMm = 0.4;

// labels-number: a strip of the picture for each lane.
inline constexpr int kNumberLabelWidthPx = 800;
inline constexpr int kNumberLabelHeightPx = 210;
inline constexpr double kNumberCapMm = 3.4;
inline constexpr double kNumberJitterMm = 0.6;
/// Where the number begins on its label, px.
inline constexpr Point kNumberAt{260, 130};
/// The link that belongs to a number of labels-c128-qr.
std::string LinkOf(std::string_view number);

}  // namespace veriline::linesim
