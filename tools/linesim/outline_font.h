// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tools/linesim/canvas.h"
#include "vision/core/geometry.h"

namespace veriline::linesim {

/// A monospaced font by its outlines, for text that is to be verified: drawn at any size and place
/// to a fraction of a pixel. Digits, capitals and some marks of DejaVu Sans Mono.
/// Thread: immutable after construction.
class OutlineFont {
 public:
  /// From character to character, of the cap height.
  static constexpr double kAdvanceRatio = 0.825854;

  OutlineFont();
  bool Has(char c) const { return !contours_[static_cast<uint8_t>(c)].empty(); }
  /// Draws a line whose first character begins at `start`, on the baseline, into upright art.
  /// `growth_px` makes strokes that much wider, on both sides together. Blanks and characters that
  /// the font lacks leave room. Cost: about 10 us a character.
  void Draw(std::string_view text, Point start, double cap_height_px, double growth_px,
            uint8_t dark_grey, Plane* art) const;

 private:
  using Contour = std::vector<Point>;  ///< x right, y up, cap height 1
  void DrawGlyph(const std::vector<Contour>& contours, Point start, double cap_height_px,
                 double growth_px, uint8_t dark_grey, Plane* art) const;

  std::array<std::vector<Contour>, 256> contours_;
};

/// The table that the font is made of (mono_outlines.cc).
std::span<const int16_t> MonoOutlines();

}  // namespace veriline::linesim
