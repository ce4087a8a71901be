// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "vision/core/geometry.h"

namespace veriline {

/// Borrowed two-level picture: a byte a pixel, 0 = light, else dark. Rows lie `stride` bytes apart.
/// Never owns. `origin` is where its upper left corner lies in the picture that it was made of, in
/// whole pixels of that picture: a place p of this view is p + origin there.
struct BinaryView {
  const uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  ptrdiff_t stride = 0;
  Point origin;

  bool Empty() const { return data == nullptr || width <= 0 || height <= 0; }
  const uint8_t* Row(int y) const { return data + y * stride; }
  bool Dark(int x, int y) const { return Row(y)[x] != 0; }
  /// Dark at the pixel that holds `p` (of this view); light outside.
  bool DarkAt(Point p) const {
    if (!(p.x >= 0 && p.y >= 0 && p.x < static_cast<float>(width) &&
          p.y < static_cast<float>(height))) {
      return false;
    }
    return Dark(static_cast<int>(p.x), static_cast<int>(p.y));
  }
};

}  // namespace veriline
