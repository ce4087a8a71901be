// SPDX-License-Identifier: Apache-2.0
#include "vision/text/slots.h"

#include <algorithm>
#include <cmath>

namespace veriline::text {

float LayOut(std::string_view text, const Font& font, float pitch_cells, std::vector<Slot>* slots) {
  slots->clear();
  if (text.size() > kMostCharacters || !font.Covers(text)) return 0;
  float at = 0;
  bool has_ink = false;
  for (const char character : text) {
    Slot slot{.character = character};
    slot.glyph = character == ' ' ? -1 : font.IndexOf(character);
    has_ink = has_ink || slot.glyph >= 0;
    const float own = slot.glyph < 0 ? font.blank_advance_cells() : font.AdvanceCells(slot.glyph);
    slot.advance = pitch_cells > 0 ? pitch_cells : own;
    slot.middle = at + slot.advance / 2;
    slot.half_window = std::clamp(static_cast<int>(std::lround(slot.advance / 2)), 4, kHalfWidth);
    at += slot.advance;
    slots->push_back(slot);
  }
  if (has_ink) return at;
  slots->clear();
  return 0;
}

}  // namespace veriline::text
