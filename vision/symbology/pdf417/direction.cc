// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/direction.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace veriline::symbology::pdf417 {
namespace {

constexpr int kMostPixels = 12000;  ///< that are looked at

}  // namespace

Quad TurnedToGradients(const FrameView& picture, const Quad& place) {
  const Point along = place.corners[1] - place.corners[0];
  const Rect box = Intersect(BoundsOf(place), Grown(picture.Bounds(), -1));
  if (box.Empty()) return place;
  const int step =
      std::max(1, static_cast<int>(std::sqrt(Area(box) / static_cast<float>(kMostPixels)) + 0.5f));
  // Gradients of the same axis, whatever side or sign, add up in their fourth power. Rows are
  // taken with all their neighbours: steps along both axes alike.
  std::complex<float> sum = 0;
  for (int y = box.y; y < box.y + box.height; y += step) {
    const uint8_t* row = picture.Row(y);
    const uint8_t *above = picture.Row(y - 1), *below = picture.Row(y + 1);
    for (int x = box.x; x < box.x + box.width; x += step) {
      // Weights whose error in direction is least.
      const int across = 10 * (row[x + 1] - row[x - 1]) + 3 * (above[x + 1] - above[x - 1]) +
                         3 * (below[x + 1] - below[x - 1]);
      const int down = 10 * (below[x] - above[x]) + 3 * (below[x - 1] - above[x - 1]) +
                       3 * (below[x + 1] - above[x + 1]);
      const std::complex<float> g(static_cast<float>(across), static_cast<float>(down));
      const float square = std::norm(g);
      if (square == 0) continue;
      const std::complex<float> g2 = g * g;
      sum += g2 * g2 / square;
    }
  }
  if (std::abs(sum) == 0) return place;
  constexpr float kQuarter = std::numbers::pi_v<float> / 2;
  const float turn = std::remainder(std::arg(sum) / 4 - std::atan2(along.y, along.x), kQuarter);
  const Point center = place.Center();
  const float c = std::cos(turn), s = std::sin(turn);
  Quad turned;
  for (size_t i = 0; i < 4; ++i) {
    const Point p = place.corners[i] - center;
    turned.corners[i] = center + Point{c * p.x - s * p.y, s * p.x + c * p.y};
  }
  return turned;
}

}  // namespace veriline::symbology::pdf417
