// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tools/linesim/canvas.h"

namespace veriline::linesim {

inline constexpr int kPackMinHeightPx = 680;
inline constexpr int kPackMaxHeightPx = 860;

/// How a pack is printed, apart from its label.
struct PackStyle {
  uint64_t seed = 0;
  int height_px = kPackMinHeightPx;
};
PackStyle MakePackStyle(uint64_t seed, uint64_t index);

/// Draws the front of a pack with its origin in the pack's upper left corner: carton, bands,
/// name, small print, table, picture, lines. No codes.
void DrawPack(Canvas canvas, const Font& font, const PackStyle& style, int width_px);

/// Draws the conveyor belt; `belt_x` is the belt coordinate of the canvas' column 0.
void DrawBelt(Canvas canvas, uint64_t seed, int64_t belt_x, int width_px, int height_px);

}  // namespace veriline::linesim
