// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "vision/core/geometry.h"
#include "vision/text/font.h"
#include "vision/text/line_check.h"

namespace veriline::text {

/// One place of a line: a character or a blank.
struct Slot {
  char character = ' ';
  int glyph = -1;       ///< -1: a blank
  float middle = 0;     ///< of its advance, cells from the line's start
  float advance = 0;    ///< cells
  int half_window = 0;  ///< columns to each side of the middle that are its own
};

/// Lays a text out as it is printed. `pitch_cells` 0 = by the font's advances.
/// Returns: the length in cells; 0 where the text is too long, empty or blank, or the font lacks a
/// character; `slots` is empty then.
float LayOut(std::string_view text, const Font& font, float pitch_cells, std::vector<Slot>* slots);

/// Where a line lies in a picture.
struct LineFrame {
  Point start_px;  ///< where the first advance begins, on the baseline
  Point along_px;  ///< one cell along the line
  bool light_ink = false;

  Point ToPicture(float x, float y) const {
    return start_px + along_px * x + Point{-along_px.y, along_px.x} * y;
  }
  /// What lies between x from and to, from the baseline to the cap height.
  Quad CapBox(float from, float to) const {
    constexpr float kTop = -kCapCells;
    return {{ToPicture(from, kTop), ToPicture(to, kTop), ToPicture(to, 0), ToPicture(from, 0)}};
  }
};

}  // namespace veriline::text
