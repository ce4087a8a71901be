// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "vision/core/symbol.h"

namespace veriline::symbology::linear {

/// A place within a character: so many narrow and so many wide elements from its left edge.
struct ElementPlace {
  uint8_t narrow = 0;
  uint8_t wide = 0;

  /// In X, where wide elements have N.
  float At(float wide_ratio) const {
    return static_cast<float>(narrow) + wide_ratio * static_cast<float>(wide);
  }
  friend bool operator==(const ElementPlace&, const ElementPlace&) = default;
  friend ElementPlace operator+(ElementPlace a, ElementPlace b) {
    return {static_cast<uint8_t>(a.narrow + b.narrow), static_cast<uint8_t>(a.wide + b.wide)};
  }
};

/// The bars of a character: where they begin and end, by turns.
struct CharacterShape {
  static constexpr int kMostEdges = 10;

  int16_t value = -1;
  uint8_t edges = 0;
  std::array<ElementPlace, kMostEdges> places;
};

/// Some of the characters of a symbology: those with indices from `from` to before `to`.
struct CharacterRange {
  int from = 0;
  int to = 0;
  bool space_first = false;  ///< they begin with a space and end with a bar
};

/// How symbols of a symbology look, for those who match a profile against what it should be.
/// A symbol: a lead (Code 128 has none, its first character is a start), characters, with a pattern
/// in the middle of EAN, and the stop.
struct SymbologyShapes {
  Symbology symbology = Symbology::kUnknown;
  std::vector<float> wide_ratios;  ///< N to try; where all widths are modules any number
  CharacterShape lead;             ///< what all symbols begin with, as far as they share it
  ElementPlace lead_width;         ///< how far that goes without doubt
  bool bar_behind_lead = false;    ///< the next element is a bar for sure
  ElementPlace first;              ///< left edge of the first character
  std::vector<CharacterShape> characters;
  ElementPlace character_width;  ///< to the next, gap included
  CharacterRange of_first, of_others, behind_middle;
  CharacterShape middle;  ///< before character middle_at
  ElementPlace middle_width;
  int middle_at = 0;  ///< 0: there is none
  CharacterShape stop;
  bool bar_before_stop = false;  ///< which begins with a space then
  ElementPlace stop_width;
  int least_characters = 1;
  int most_characters = 80;

  const CharacterRange& RangeOf(int character) const {
    return character == 0                             ? of_first
           : middle_at != 0 && character >= middle_at ? behind_middle
                                                      : of_others;
  }
};

/// Of Code 128, Code 39 (with gaps of 1 X), ITF, EAN-13 (UPC-A as well), EAN-8 and UPC-E; nothing
/// for others. Thread: any; made at the first call.
const SymbologyShapes* ShapesOf(Symbology symbology);

}  // namespace veriline::symbology::linear
