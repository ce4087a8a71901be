// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/frame_set.h"

#include <algorithm>
#include <cmath>

namespace veriline::linesim {

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
