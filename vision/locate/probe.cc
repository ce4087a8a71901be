// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/probe.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace veriline::locate {
namespace {

constexpr int kFixedBits = 16;
constexpr int64_t kFixedOne = 1 << kFixedBits;

/// Cuts [t0, t1] to where start + t·step lies in [low, high].
void CutRange(float start, float step, float low, float high, float* t0, float* t1) {
  if (std::abs(step) < 1e-6f) {
    if (start < low || start > high) *t1 = *t0 - 1;
    return;
  }
  float a = (low - start) / step, b = (high - start) / step;
  if (a > b) std::swap(a, b);
  *t0 = std::max(*t0, a);
  *t1 = std::min(*t1, b);
}

uint64_t Reversed(uint64_t v) {
  v = (v >> 1 & 0x5555555555555555) | (v & 0x5555555555555555) << 1;
  v = (v >> 2 & 0x3333333333333333) | (v & 0x3333333333333333) << 2;
  v = (v >> 4 & 0x0f0f0f0f0f0f0f0f) | (v & 0x0f0f0f0f0f0f0f0f) << 4;
  return __builtin_bswap64(v);
}

/// 64 pixels from x on; those beyond the end of the row may be anything.
uint64_t PixelsAt(const uint64_t* row, int64_t x) {
  const uint64_t* word = row + (x >> 6);
  const int shift = static_cast<int>(x & 63);
  return shift == 0 ? word[0] : word[0] >> shift | word[1] << (64 - shift);
}

/// Up to 64 samples, one a pixel, of a line that is nearly level: pixels of one row go together.
uint64_t LookAlong(const LightBits& bits, int64_t x, int64_t y, int64_t step_y, bool left,
                   int count) {
  uint64_t seen = 0;
  const float inverse = step_y == 0 ? 0 : 1 / static_cast<float>(std::abs(step_y));
  for (int i = 0; i < count;) {
    int run = count - i;
    if (step_y != 0) {
      const int64_t into = y & (kFixedOne - 1);
      const int64_t rest = step_y > 0 ? kFixedOne - 1 - into : into;
      run = std::min(run, 1 + static_cast<int>(static_cast<float>(rest) * inverse));
    }
    const uint64_t* row = bits.Row(static_cast<int>(y >> kFixedBits));
    uint64_t part;
    if (left) {
      // The pixels before x, the nearest first.
      const int64_t begin = std::max<int64_t>(0, x - 63);
      part = Reversed(PixelsAt(row, begin)) >> (63 - (x - begin));
    } else {
      part = PixelsAt(row, x);
    }
    seen |= part << i;
    i += run;
    if (i < 64) seen &= (uint64_t{1} << i) - 1;
    x += left ? -run : run;
    y += step_y * run;
  }
  return seen;
}

/// Up to 64 samples, one each `step_x` pixels, of any line.
uint64_t LookAt(const LightBits& bits, int64_t x, int64_t y, int64_t step_x, int64_t step_y,
                int count) {
  const uint64_t* words = bits.Row(0);
  const int64_t pitch = bits.pitch();
  uint64_t seen = 0;
  for (int i = 0; i < count; ++i, x += step_x, y += step_y) {
    seen = seen >> 1 | words[(y >> kFixedBits) * pitch + (x >> 6)] >> (x & 63) << 63;
  }
  return seen >> (64 - count);
}

}  // namespace

void Probe::Assign(const FrameView& picture, const Survey& survey) {
  picture_ = picture;
  limits_ = &survey.limits();
  bits_ = &survey.bits();
  turned_bits_ = &survey.turned_bits();
}

size_t Probe::LineInto(Point from, Point to, float step_px, bool fine, std::vector<Edge>* edges,
                       bool* light) const {
  const float length = Distance(from, to);
  if (light != nullptr) *light = true;
  if (length < 1 || limits_->cols() == 0 || limits_->rows() == 0) return 0;
  // From here on x is the nearer axis.
  const bool turned = std::abs(to.y - from.y) > std::abs(to.x - from.x);
  const LightBits& bits = turned ? *turned_bits_ : *bits_;
  int width = picture_.width, height = picture_.height;
  if (turned) {
    std::swap(from.x, from.y);
    std::swap(to.x, to.y);
    std::swap(width, height);
  }
  const Point direction = (to - from) * (1 / length);
  const bool level = std::abs(direction.y) < 0.25f * std::abs(direction.x);
  const int step_x = level ? 1 : std::max(1, static_cast<int>(step_px));
  const bool left = direction.x < 0;
  const float pitch_px = static_cast<float>(step_x) / std::abs(direction.x);
  // As many whole pixels a sample along x, from the middle of a pixel on.
  const Point step = direction * pitch_px;
  float t0 = 0, t1 = length / pitch_px;
  constexpr float kInside = 0.01f;
  CutRange(from.x, step.x, kInside, static_cast<float>(width) - kInside, &t0, &t1);
  CutRange(from.y, step.y, kInside, static_cast<float>(height) - kInside, &t0, &t1);
  if (t1 < t0) return 0;
  int count = static_cast<int>(t1 - t0) + 1;
  const int64_t first_x = static_cast<int64_t>(from.x + step.x * t0);
  const auto fixed = [](float v) {
    return static_cast<int64_t>(v * static_cast<float>(kFixedOne) + (v < 0 ? -0.5f : 0.5f));
  };
  const int64_t first_y = fixed(from.y + step.y * t0), step_y = fixed(step.y);
  const int64_t signed_step = left ? -step_x : step_x;
  const auto x_of = [&](int64_t i) { return first_x + signed_step * i; };
  const auto y_of = [&](int64_t i) { return (first_y + step_y * i) >> kFixedBits; };
  const auto inside = [&](int i) {
    return x_of(i) >= 0 && x_of(i) < width && y_of(i) >= 0 && y_of(i) < height;
  };
  while (count > 0 && !inside(count - 1)) --count;  // steps are rounded
  if (count < 2 || !inside(0)) return 0;
  const float first_at = (static_cast<float>(first_x) + 0.5f - from.x) / direction.x;
  // Where the edge before sample i lies.
  const auto place_of = [&](int64_t i) {
    const float middle = first_at + (static_cast<float>(i) - 0.5f) * pitch_px;
    if (!fine || i == 0) return middle;
    // The middle of a sample's pixel along the line: across to it, it is up to half a pixel off.
    const auto off = [&](int64_t k) {
      constexpr int64_t kHalf = kFixedOne / 2;
      return static_cast<float>(kHalf - ((first_y + step_y * k) & (kFixedOne - 1)));
    };
    const float off_unit = direction.y / static_cast<float>(kFixedOne);
    const float before = middle - 0.5f * pitch_px + off(i - 1) * off_unit;
    const float behind = middle + 0.5f * pitch_px + off(i) * off_unit;
    const int64_t x = x_of(i), y = y_of(i), x0 = x_of(i - 1), y0 = y_of(i - 1);
    const auto at = [&](int64_t px, int64_t py) -> int {
      return turned ? picture_.Row(static_cast<int>(px))[py]
                    : picture_.Row(static_cast<int>(py))[px];
    };
    const int grey = at(x, y), previous = at(x0, y0);
    if (grey == previous) return 0.5f * (before + behind);
    const auto bx = static_cast<int>(x) / kBlockPx, by = static_cast<int>(y) / kBlockPx;
    const int limit = (turned ? limits_->Row(bx)[by] : limits_->Row(by)[bx]).middle();
    const float part = static_cast<float>(limit - previous) / static_cast<float>(grey - previous);
    return before + std::clamp(part, 0.0f, 1.0f) * (behind - before);
  };
  const size_t had = edges->size();
  uint64_t last = 0;
  for (int begin = 0; begin < count; begin += 64) {
    const int samples = std::min(64, count - begin);
    const int64_t x = x_of(begin), y = first_y + step_y * begin;
    const uint64_t is_light = level ? LookAlong(bits, x, y, step_y, left, samples)
                                    : LookAt(bits, x, y, signed_step, step_y, samples);
    if (begin == 0) {
      last = is_light & 1;
      if (light != nullptr) *light = last != 0;
    }
    const uint64_t valid = samples == 64 ? ~uint64_t{0} : (uint64_t{1} << samples) - 1;
    for (uint64_t flips = (is_light ^ (is_light << 1 | last)) & valid; flips != 0;
         flips &= flips - 1) {
      const int i = std::countr_zero(flips);
      edges->push_back({std::clamp(place_of(begin + i), 0.0f, length), (is_light >> i & 1) != 0});
    }
    last = is_light >> 63;
  }
  return edges->size() - had;
}

std::span<const Edge> Probe::Line(Point from, Point to, bool* light) {
  edges_.clear();
  LineInto(from, to, 1, true, &edges_, light);
  return edges_;
}

int Probe::Above(Point p) const {
  const int x = std::clamp(static_cast<int>(p.x), 0, picture_.width - 1);
  const int y = std::clamp(static_cast<int>(p.y), 0, picture_.height - 1);
  if (limits_->cols() == 0 || limits_->rows() == 0) return picture_.Row(y)[x] - 128;
  const Limits& limits = limits_->Row(
      std::min(y / kBlockPx, limits_->rows() - 1))[std::min(x / kBlockPx, limits_->cols() - 1)];
  return picture_.Row(y)[x] - limits.middle();
}

}  // namespace veriline::locate
