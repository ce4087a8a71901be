// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/frame_set.h"

#include <algorithm>
#include <cmath>

namespace veriline::linesim {

Rect BoxAround(const Quad& quad) {
  float left = quad.corners[0].x, right = left, top = quad.corners[0].y, bottom = top;
  for (const Point& p : quad.corners) {
    left = std::min(left, p.x);
    right = std::max(right, p.x);
    top = std::min(top, p.y);
    bottom = std::max(bottom, p.y);
  }
  const int x = static_cast<int>(std::floor(left));
  const int y = static_cast<int>(std::floor(top));
  return {x, y, static_cast<int>(std::ceil(right)) - x, static_cast<int>(std::ceil(bottom)) - y};
}

Quad Grown(const Quad& quad, float by_px) {
  const auto unit = [](Point from, Point to) {
    const float length = Distance(from, to);
    return length > 0 ? (to - from) * (1 / length) : Point{};
  };
  Quad grown;
  for (size_t i = 0; i < 4; ++i) {
    // Away from both neighbours, along the sides that meet here.
    const Point corner = quad.corners[i];
    grown.corners[i] =
        corner +
        (unit(quad.corners[(i + 1) % 4], corner) + unit(quad.corners[(i + 3) % 4], corner)) * by_px;
  }
  return grown;
}

}  // namespace veriline::linesim
