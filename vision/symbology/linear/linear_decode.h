// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "vision/core/symbol.h"

namespace veriline::symbology::linear {

// What the decoders of all linear symbologies share. Each symbology has a file of its own with
//   bool Decode(std::span<const float> edges, const DecodeRules& rules, LinearDecode* out);
// which is the reference decode algorithm of its standard: it looks for a symbol that is read from
// left to right, the first one from the left, and tells the elements of each character and how well
// they were told apart. Readers call it on edges of one line; grading calls it on the edges of a
// scan reflectance profile, where it alone decides the parameters Decode and Decodability.
// `edges` are those of ScanProfile: begin and end of bars, in any unit of length. To look from
// right to left turn them around (Reverse) and the result back (LinearDecode::Reverse).

/// What a decode may assume. Recipes set it where a symbology leaves it open.
struct DecodeRules {
  /// Least quiet zone on each side, in X. The standards' are for grading (QuietZones); readers take
  /// less. Where the profile begins or ends the zone counts as far as it can be seen.
  float least_quiet_x = 0;
  bool code39_check = false;      ///< the last character is a modulo 43 check character
  bool code39_full_ascii = true;  ///< pairs of shift and letter where all of them are valid
  bool itf_check = false;         ///< the last digit is a modulo 10 check digit
  uint8_t itf_least_digits = 6;   ///< shorter ones are parts of others
  bool ean_upc_a = true;          ///< an EAN-13 that begins with 0 is a UPC-A
  /// Where the picture begins and ends, in the unit of the edges. What would be another symbol if
  /// it went on there (UPC-E and EAN-13, add-ons of two and five digits) is not believed then.
  float seen_from = -std::numeric_limits<float>::infinity();
  float seen_to = std::numeric_limits<float>::infinity();
};

/// A character of a symbol, or one of its start, stop, guard and finder patterns.
struct LinearCharacter {
  static constexpr int32_t kPattern = -1;  ///< a fixed pattern without a value
  int32_t value = 0;                       ///< in the numbering of the symbology's standard
  uint16_t first_edge = 0;                 ///< index of the edge at its left
  uint16_t elements = 0;
  float decodability = 0;  ///< V of ISO/IEC 15416, 5.4.9 (grading.md 6.4), 0 to 1
};

/// A symbol that was decoded from one line.
struct LinearDecode {
  Symbology symbology = Symbology::kUnknown;
  std::array<char, 4> identifier{};  ///< ISO/IEC 15424
  PayloadBytes payload;              ///< as Symbol::payload, with the add-on
  PayloadBytes addon;
  std::vector<LinearCharacter> characters;  ///< from left to right, patterns as well
  uint16_t first_edge = 0;                  ///< left edge of the first bar
  uint16_t last_edge = 0;                   ///< right edge of the last bar
  float x_width = 0;                        ///< measured X, in the unit of the edges
  float wide_ratio = 0;                     ///< N of two-width symbologies, else 0
  bool linked = false;  ///< DataBar, GS1-128: a 2D component is said to belong to it
  bool reversed =
      false;  ///< the symbol is read from right to left; indices are those of the edges as given

  /// Least of all characters, those of patterns as well.
  float decodability() const {
    float least = 1;
    for (const LinearCharacter& c : characters)
      least = c.decodability < least ? c.decodability : least;
    return least;
  }
  void set_identifier(std::string_view id) {
    identifier = {};
    std::memcpy(identifier.data(), id.data(), id.size() < 3 ? id.size() : 3);
  }
  /// Empty, with the memory kept.
  void Clear();
  /// Turns indices of a decode of `edge_count` reversed edges back to those of the edges as given.
  void Reverse(size_t edge_count);
};

/// `edges` as a line from the other side sees them: distances from the last one. `out` keeps its
/// memory.
void Reverse(std::span<const float> edges, std::vector<float>* out);

/// Whether an add-on of two or five digits may stand beside symbols of that kind (ISO/IEC 15420).
bool MayHaveAddon(Symbology symbology);

/// Quiet zones that a standard asks for, in X (grading.md 6.5).
struct QuietZones {
  float left = 0;
  float right = 0;
};
QuietZones QuietZonesOf(Symbology symbology, bool with_addon);

/// Whether the quiet zones of a decode are as wide as `rules` ask, as far as the edges tell.
bool QuietEnough(std::span<const float> edges, const DecodeRules& rules,
                 const LinearDecode& decode);

}  // namespace veriline::symbology::linear
