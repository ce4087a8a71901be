// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "vision/text/font.h"

namespace veriline::text {

/// One character drawn large in black and white, to be made a shape of. Places are in cells from
/// the top left of the glyph.
class GlyphDrawing {
 public:
  static constexpr int kDotsPerCell = 8;
  static constexpr int kWidth = kGlyphWidth * kDotsPerCell;    ///< dots
  static constexpr int kHeight = kGlyphHeight * kDotsPerCell;  ///< dots

  GlyphDrawing() : ink_(static_cast<size_t>(kWidth) * kHeight) {}

  bool At(int x, int y) const { return ink_[static_cast<size_t>(y * kWidth + x)] != 0; }
  void Set(int x, int y, bool ink) { ink_[static_cast<size_t>(y * kWidth + x)] = ink; }
  void AddDisc(float x_cells, float y_cells, float radius_cells);

  /// The distances of all cells from the outline. What lies outside of the glyph is paper.
  GlyphShape ShapeOf(char character, float advance_cells) const;

 private:
  std::vector<uint8_t> ink_;
};

}  // namespace veriline::text
