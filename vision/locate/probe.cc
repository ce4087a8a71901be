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

/// Up to 64 samples, one each so many rows, of a line that is nearly upright.
uint64_t LookDown(const LightBits& bits, int64_t x, int64_t y, int64_t step_x, int64_t step_rows,
                  int count) {
  const uint64_t* row = bits.Row(static_cast<int>(y));
  const ptrdiff_t pitch = step_rows * bits.pitch();
  uint64_t seen = 0;
  for (int i = 0; i < count; ++i, x += step_x, row += pitch) {
    seen = seen >> 1 | row[x >> (kFixedBits + 6)] >> ((x >> kFixedBits) & 63) << 63;
  }
  return seen >> (64 - count);
}

/// Up to 64 samples of any line.
uint64_t LookAt(const LightBits& bits, int64_t x, int64_t y, int64_t step_x, int64_t step_y,
                int count) {
  uint64_t seen = 0;
  for (int i = 0; i < count; ++i, x += step_x, y += step_y) {
    const uint64_t word = bits.Row(static_cast<int>(y >> kFixedBits))[x >> (kFixedBits + 6)];
    seen |= (word >> ((x >> kFixedBits) & 63) & 1) << i;
  }
  return seen;
}

}  // namespace

void Probe::Assign(const FrameView& picture, const Survey& survey) {
  picture_ = picture;
  limits_ = &survey.limits();
  bits_ = &survey.bits();
}

size_t Probe::LineInto(Point from, Point to, float step_px, bool fine, std::vector<Edge>* edges,
                       bool* light) const {
  const float length = Distance(from, to);
  if (light != nullptr) *light = true;
  if (length < 1 || limits_->cols() == 0 || limits_->rows() == 0) return 0;
  const Point direction = (to - from) * (1 / length);
  // As many pixels a sample along the nearer axis.
  const float steepness = std::max(std::abs(direction.x), std::abs(direction.y));
  const bool level = std::abs(direction.y) < 0.25f * std::abs(direction.x);
  step_px = level ? 1 : std::floor(step_px);  // pixels of a row come together
  const Point step = direction * (step_px / steepness);
  float t0 = 0, t1 = length * steepness / step_px;
  constexpr float kInside = 0.01f;
  CutRange(from.x, step.x, kInside, static_cast<float>(picture_.width) - kInside, &t0, &t1);
  CutRange(from.y, step.y, kInside, static_cast<float>(picture_.height) - kInside, &t0, &t1);
  if (t1 < t0) return 0;
  int count = static_cast<int>(t1 - t0) + 1;
  const Point first = from + step * t0;
  const auto fixed = [](float v) {
    return static_cast<int64_t>(v * static_cast<float>(kFixedOne) + (v < 0 ? -0.5f : 0.5f));
  };
  const int64_t fx = fixed(first.x), fy = fixed(first.y);
  const int64_t sx = fixed(step.x), sy = fixed(step.y);
  const bool steep = std::abs(sy) >= std::abs(sx) && (sy & (kFixedOne - 1)) == 0;
  const auto inside = [&](int i) {
    const int64_t x = (fx + sx * i) >> kFixedBits, y = (fy + sy * i) >> kFixedBits;
    return x >= 0 && x < picture_.width && y >= 0 && y < picture_.height;
  };
  while (count > 0 && !inside(count - 1)) --count;  // steps are rounded
  if (count < 2 || !inside(0)) return 0;
  // Where the middle of a sample's pixel lies along the line: the nearer axis goes by whole pixels,
  // and across to it the pixel is up to half a pixel off the line.
  const bool along_x = std::abs(direction.x) > std::abs(direction.y);
  const int64_t f_along = along_x ? fx : fy, f_across = along_x ? fy : fx;
  const int64_t s_across = along_x ? sy : sx;
  const float d_along = along_x ? direction.x : direction.y;
  const float d_across = along_x ? direction.y : direction.x;
  const float from_along = along_x ? from.x : from.y;
  const float pitch_px = step_px / steepness;
  const float first_at = (static_cast<float>(f_along >> kFixedBits) + 0.5f - from_along) / d_along;
  const float off_unit = d_across / static_cast<float>(kFixedOne);
  const auto place_of = [&](int64_t i) {
    constexpr int64_t kHalf = kFixedOne / 2;
    const int64_t off = kHalf - ((f_across + s_across * i) & (kFixedOne - 1));
    return first_at + static_cast<float>(i) * pitch_px + static_cast<float>(off) * off_unit;
  };
  // How far on the way from sample i - 1 to sample i the limit is passed.
  const auto passed = [&](int i) {
    if (i == 0) return 0.5f;
    const int x = static_cast<int>((fx + sx * i) >> kFixedBits);
    const int y = static_cast<int>((fy + sy * i) >> kFixedBits);
    const int x0 = static_cast<int>((fx + sx * (i - 1)) >> kFixedBits);
    const int y0 = static_cast<int>((fy + sy * (i - 1)) >> kFixedBits);
    const int grey = picture_.Row(y)[x], previous = picture_.Row(y0)[x0];
    if (grey == previous) return 0.5f;
    const int middle = limits_->Row(y / kBlockPx)[x / kBlockPx].middle();
    return std::clamp(static_cast<float>(middle - previous) / static_cast<float>(grey - previous),
                      0.0f, 1.0f);
  };
  const size_t had = edges->size();
  uint64_t last = 0;
  for (int begin = 0; begin < count; begin += 64) {
    const int samples = std::min(64, count - begin);
    const int64_t x = fx + sx * begin, y = fy + sy * begin;
    uint64_t is_light;
    if (level) {
      is_light = LookAlong(*bits_, x >> kFixedBits, y, sy, sx < 0, samples);
    } else if (steep) {
      is_light = LookDown(*bits_, x, y >> kFixedBits, sx, sy >> kFixedBits, samples);
    } else {
      is_light = LookAt(*bits_, x, y, sx, sy, samples);
    }
    if (begin == 0) {
      last = is_light & 1;
      if (light != nullptr) *light = last != 0;
    }
    const uint64_t valid = samples == 64 ? ~uint64_t{0} : (uint64_t{1} << samples) - 1;
    for (uint64_t flips = (is_light ^ (is_light << 1 | last)) & valid; flips != 0;
         flips &= flips - 1) {
      const int i = std::countr_zero(flips);
      const float before = place_of(begin + i - 1), behind = place_of(begin + i);
      const float part = fine ? passed(begin + i) : 0.5f;
      const float at = before + part * (behind - before);
      edges->push_back({std::clamp(at, 0.0f, length), ((is_light >> i) & 1) != 0});
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
