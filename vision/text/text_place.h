// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "vision/core/geometry.h"

namespace veriline::text {

enum class Ink : uint8_t { kDark, kLight, kEither };

/// Where one line of text is to be looked for in a picture, how large it is, and how far it may
/// be off. Ratios are of the cap height.
struct TextPlace {
  Point start_px;           ///< on the baseline, where the first character's advance begins
  float angle_rad = 0;      ///< direction of writing: 0 = right, growing clockwise (y points down)
  float cap_height_px = 0;  ///< of the outline, without print growth; at least 8
  /// From one character to the next; 0 = what the font says.
  float pitch_ratio = 0;
  Ink ink = Ink::kEither;

  float along_slack_ratio = 0.5f;   ///< the line may start so much earlier or later
  float across_slack_ratio = 0.5f;  ///< or lie so much higher or lower
  float angle_slack_rad = 0.04f;    ///< 2.3 degrees
  float scale_slack_ratio = 0.05f;  ///< of height and pitch
};

/// The place of a line beside a code, in lengths of the code's own sides: of its top edge along
/// the line's x, of its left edge along y, from its top left corner.
struct TextOffset {
  Point start;                 ///< on the baseline; x right, y down as the code is printed
  float turn_rad = 0;          ///< direction of writing against the code's top edge
  float cap_height_ratio = 0;  ///< of the left edge
  float pitch_ratio = 0;       ///< as in TextPlace
};

/// Where that line lies when the code lies at `code` (not mirrored). Slacks and ink stay at their
/// defaults.
TextPlace PlaceBeside(const Quad& code, const TextOffset& offset);

}  // namespace veriline::text
