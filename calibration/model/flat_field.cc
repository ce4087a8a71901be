// SPDX-License-Identifier: Apache-2.0
#include "calibration/model/flat_field.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace veriline::calibration {
namespace {

/// Where `at` of an axis `length` long lies between the middles of `cells` cells.
struct Between {
  int first = 0;
  int second = 0;
  float part = 0;
};
Between CellsAt(float at, int length, int cells) {
  const float cell = at / static_cast<float>(length) * static_cast<float>(cells) - 0.5f;
  const float inside = std::clamp(cell, 0.0f, static_cast<float>(cells - 1));
  const int first = static_cast<int>(inside);
  return {first, std::min(first + 1, cells - 1), inside - static_cast<float>(first)};
}

}  // namespace

Checked<void> FlatField::Validate() const {
  constexpr float kLeastGain = 0.1f, kMostGain = 10.0f;
  if (gains.empty() && cols == 0 && rows == 0) return {};
  if (cols < 1 || rows < 1 || cols > kMostCells || rows > kMostCells ||
      gains.size() != static_cast<size_t>(cols) * static_cast<size_t>(rows)) {
    return Fail(Diagnostic{.message = "the flat field is no table of 1 to 256 rows and columns",
                           .key = "flat_field"});
  }
  if (!(dark_grey >= 0 && dark_grey < 255)) {
    return Fail(Diagnostic{.message = "the dark level lies outside 0 to 255", .key = "dark_grey"});
  }
  for (size_t i = 0; i < gains.size(); ++i) {
    if (!(gains[i] >= kLeastGain && gains[i] <= kMostGain)) {
      return Fail(Diagnostic{.message = "a gain of the flat field lies outside 0.1 to 10",
                             .advice = "the light is too uneven, or the picture was no blank page",
                             .key = "flat_field[" + std::to_string(i) + "]"});
    }
  }
  return {};
}

float FlatField::GainAt(Point place, int width, int height) const {
  if (Empty()) return 1;
  const Between x = CellsAt(place.x, width, cols), y = CellsAt(place.y, height, rows);
  const auto at = [&](int row, int col) { return gains[static_cast<size_t>(row * cols + col)]; };
  const float upper = std::lerp(at(y.first, x.first), at(y.first, x.second), x.part);
  const float lower = std::lerp(at(y.second, x.first), at(y.second, x.second), x.part);
  return std::lerp(upper, lower, y.part);
}

void FlatField::Apply(const FrameView& picture, const Rect& part, std::span<uint8_t> out) const {
  uint8_t* to = out.data();
  for (int y = part.y; y < part.y + part.height; ++y) {
    const uint8_t* row = picture.Row(y);
    for (int x = part.x; x < part.x + part.width; ++x) {
      const Point place{static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f};
      const float gain = GainAt(place, picture.width, picture.height);
      const float grey = dark_grey + (static_cast<float>(row[x]) - dark_grey) * gain;
      *to++ = static_cast<uint8_t>(std::clamp(grey + 0.5f, 0.0f, 255.0f));
    }
  }
}

}  // namespace veriline::calibration
