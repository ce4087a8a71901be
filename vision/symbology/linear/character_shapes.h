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

/// How symbols of a symbology look, for those who match a profile against what it should be.
/// A symbol: characters from the left edge on (Code 128: the first is a start), or behind a start
/// pattern; then the stop, which like every character begins with a bar.
struct SymbologyShapes {
  Symbology symbology = Symbology::kUnknown;
  std::vector<float> wide_ratios;  ///< N to try; Code 128 has none and takes any
  CharacterShape lead;             ///< what all symbols begin with, as far as they share it
  ElementPlace lead_width;         ///< how far that goes without doubt
  ElementPlace first;              ///< left edge of the first character
  std::vector<CharacterShape> characters;
  ElementPlace character_width;  ///< to the next, gap included
  CharacterShape stop;
  ElementPlace stop_width;
  int least_characters = 1;
  int most_characters = 80;
};

/// Of Code 128, Code 39 (with gaps of 1 X) and ITF. Thread: any; made at the first call.
const SymbologyShapes& ShapesOf(Symbology symbology);

}  // namespace veriline::symbology::linear
