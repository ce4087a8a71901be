// SPDX-License-Identifier: Apache-2.0
#include "vision/text/glyph_drawing.h"

#include <algorithm>
#include <cmath>

namespace veriline::text {

void GlyphDrawing::AddDisc(float x_cells, float y_cells, float radius_cells) {
  const float radius = radius_cells * kDotsPerCell;
  for (int y = 0; y < kHeight; ++y) {
    const float dy = static_cast<float>(y) + 0.5f - y_cells * kDotsPerCell;
    if (std::abs(dy) > radius) continue;
    for (int x = 0; x < kWidth; ++x) {
      const float dx = static_cast<float>(x) + 0.5f - x_cells * kDotsPerCell;
      if (dx * dx + dy * dy <= radius * radius) Set(x, y, true);
    }
  }
}

GlyphShape GlyphDrawing::ShapeOf(char character, float advance_cells) const {
  constexpr int kOutline = 32, kMostLevel = 63, kLevelsPerCell = 10;
  constexpr int kReach = kOutline * kDotsPerCell / kLevelsPerCell + 1;  // dots; further is all one
  GlyphShape shape{.character = character, .advance_cells = advance_cells};
  for (int row = 0; row < kGlyphHeight; ++row) {
    for (int col = 0; col < kGlyphWidth; ++col) {
      // The middle of a cell is a corner of four dots; its side is that of most of them.
      const int x = col * kDotsPerCell + kDotsPerCell / 2;
      const int y = row * kDotsPerCell + kDotsPerCell / 2;
      const int around = At(x, y) + At(x - 1, y) + At(x, y - 1) + At(x - 1, y - 1);
      const bool inside = around >= 2;
      float nearest = kReach;
      for (int v = y - kReach; v < y + kReach; ++v) {
        const float dy = static_cast<float>(v - y) + 0.5f;
        for (int u = x - kReach; u < x + kReach; ++u) {
          const bool within = u >= 0 && v >= 0 && u < kWidth && v < kHeight;
          if ((within && At(u, v)) == inside) continue;
          const float dx = static_cast<float>(u - x) + 0.5f;
          nearest = std::min(nearest, std::sqrt(dx * dx + dy * dy) - 0.5f);
        }
      }
      const float cells = std::max(0.0f, nearest) / kDotsPerCell;
      const auto levels = static_cast<int>(std::lround(cells * kLevelsPerCell));
      shape.levels[static_cast<size_t>(row * kGlyphWidth + col)] =
          static_cast<uint8_t>(std::clamp(kOutline + (inside ? levels : -levels), 0, kMostLevel));
    }
  }
  return shape;
}

}  // namespace veriline::text
