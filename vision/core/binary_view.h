// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "vision/core/geometry.h"

namespace veriline {

/// Borrowed two-level picture: a byte a pixel, 0 = light, else dark. Rows lie `stride` bytes apart.
/// Beside it the picture that was cut at `threshold`, if there is one: it tells where between two
/// pixels a border lies.
/// Never owns. `origin` is where its upper left corner lies in the picture that it was made of, in
/// whole pixels of that picture: a place p of this view is p + origin there.
struct BinaryView {
  const uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  ptrdiff_t stride = 0;
  Point origin;
  const float* values = nullptr;  ///< width × height, light is higher; may be null
  ptrdiff_t value_stride = 0;     ///< floats from row to row
  float threshold = 0;            ///< dark: below it

  bool Empty() const { return data == nullptr || width <= 0 || height <= 0; }
  const uint8_t* Row(int y) const { return data + y * stride; }
  bool Dark(int x, int y) const { return Row(y)[x] != 0; }
  float Value(int x, int y) const { return values[y * value_stride + x]; }
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
