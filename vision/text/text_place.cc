// SPDX-License-Identifier: Apache-2.0
#include "vision/text/text_place.h"

#include <cmath>

namespace veriline::text {

TextPlace PlaceBeside(const Quad& code, const TextOffset& offset) {
  const Point along = code.corners[1] - code.corners[0];
  const Point down = code.corners[3] - code.corners[0];
  TextPlace place;
  place.start_px = code.corners[0] + along * offset.start.x + down * offset.start.y;
  place.angle_rad = std::atan2(along.y, along.x) + offset.turn_rad;
  place.cap_height_px = std::hypot(down.x, down.y) * offset.cap_height_ratio;
  place.pitch_ratio = offset.pitch_ratio;
  return place;
}

}  // namespace veriline::text
