// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/probe.h"

#include <algorithm>
#include <bit>
#include <cmath>

// Everything between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE is compiled once for each
// instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vision/locate/probe.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef VERILINE_LOCATE_PROBE_WAY
#define VERILINE_LOCATE_PROBE_WAY
namespace veriline::locate {
/// Places along a line in fixed point, and what is looked up there.
struct Way {
  static constexpr int kBits = 16;              ///< of a pixel
  static constexpr int kBlockBits = kBits + 3;  ///< of a block
  int64_t x, y;                                 ///< first place
  int64_t step_x, step_y;
  const uint8_t* pixels;
  ptrdiff_t stride;
  const Limits* limits;
  ptrdiff_t pitch;
};
static_assert(kBlockPx == 8);
}  // namespace veriline::locate
#endif

HWY_BEFORE_NAMESPACE();
namespace veriline::locate {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Bit i: the pixel at place i is above the upper limit there, and not below the lower one. At most
/// 64 places.
void LookAt(const Way& way, int count, uint64_t* above, uint64_t* not_below) {
  HWY_ALIGN uint8_t grey[64] = {}, dark[64] = {}, light[64] = {};
  int64_t x = way.x, y = way.y;
  for (int i = 0; i < count; ++i, x += way.step_x, y += way.step_y) {
    grey[i] = way.pixels[(y >> Way::kBits) * way.stride + (x >> Way::kBits)];
    const Limits at = way.limits[(y >> Way::kBlockBits) * way.pitch + (x >> Way::kBlockBits)];
    dark[i] = at.dark;
    light[i] = at.light;
  }
  *above = *not_below = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::CappedTag<uint8_t, 64> d8;
  for (size_t i = 0; i < 64; i += hn::Lanes(d8)) {
    const auto g = hn::Load(d8, grey + i);
    const auto up_to_light = hn::Eq(hn::Max(g, hn::Load(d8, light + i)), hn::Load(d8, light + i));
    const auto from_dark = hn::Eq(hn::Max(g, hn::Load(d8, dark + i)), g);
    hn::StoreMaskBits(d8, up_to_light, reinterpret_cast<uint8_t*>(above) + i / 8);
    hn::StoreMaskBits(d8, from_dark, reinterpret_cast<uint8_t*>(not_below) + i / 8);
  }
  *above = ~*above;
#else
  for (int i = 0; i < 64; ++i) {
    *above |= static_cast<uint64_t>(grey[i] > light[i]) << i;
    *not_below |= static_cast<uint64_t>(grey[i] >= dark[i]) << i;
  }
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace veriline::locate
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace veriline::locate {

HWY_EXPORT(LookAt);

namespace {

constexpr int kFixedBits = Way::kBits;
constexpr float kFixedOne = 1 << kFixedBits;

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

}  // namespace

void Probe::Assign(const FrameView& picture, const LimitsMap& limits) {
  picture_ = picture;
  limits_ = &limits;
}

size_t Probe::LineInto(Point from, Point to, float step_px, std::vector<Edge>* edges,
                       bool* light) const {
  const float length = Distance(from, to);
  if (light != nullptr) *light = true;
  if (length < 1 || limits_->cols() == 0 || limits_->rows() == 0) return 0;
  const Point direction = (to - from) * (1 / length);
  const Point step = direction * step_px;
  float t0 = 0, t1 = length / step_px;
  constexpr float kInside = 0.01f;
  CutRange(from.x, step.x, kInside, static_cast<float>(picture_.width) - kInside, &t0, &t1);
  CutRange(from.y, step.y, kInside, static_cast<float>(picture_.height) - kInside, &t0, &t1);
  if (t1 < t0) return 0;
  int count = static_cast<int>(t1 - t0) + 1;
  const Point first = from + step * t0;
  const auto fixed = [](float v) { return static_cast<int64_t>(v * kFixedOne); };
  const int64_t fx = fixed(first.x), fy = fixed(first.y);
  const int64_t sx = fixed(step.x), sy = fixed(step.y);
  const auto inside = [&](int i) {
    const int64_t x = (fx + sx * i) >> kFixedBits, y = (fy + sy * i) >> kFixedBits;
    return x >= 0 && x < picture_.width && y >= 0 && y < picture_.height;
  };
  while (count > 0 && !inside(count - 1)) --count;  // steps are rounded
  if (count < 2 || !inside(0)) return 0;
  const auto grey_at = [&](int64_t x, int64_t y) {
    return static_cast<int>(picture_.data[(y >> kFixedBits) * picture_.stride + (x >> kFixedBits)]);
  };
  const Limits* const limits = limits_->Row(0);
  const ptrdiff_t pitch = limits_->pitch();
  const auto limits_at = [&](int64_t x, int64_t y) {
    return limits[(y >> Way::kBlockBits) * pitch + (x >> Way::kBlockBits)];
  };
  const size_t before = edges->size();
  bool known = false;  // whether anything showed a colour yet
  uint64_t state = 0;  // the colour before the next sample, 1 = light
  for (int begin = 0; begin < count; begin += 64) {
    // A bit a sample: lighter than the upper limit, and not darker than the lower one.
    const int samples = std::min(64, count - begin);
    uint64_t above = 0, not_below = 0;
    const Way way{fx + sx * begin, fy + sy * begin, sx,     sy,
                  picture_.data,   picture_.stride, limits, pitch};
    HWY_DYNAMIC_DISPATCH(LookAt)(way, samples, &above, &not_below);
    const uint64_t valid = samples == 64 ? ~uint64_t{0} : (uint64_t{1} << samples) - 1;
    if (!known) {
      const uint64_t telling = (above | ~not_below) & valid;
      if (telling == 0) continue;
      known = true;
      state = (above & telling & (~telling + 1)) != 0;
      if (light != nullptr) *light = state != 0;
    }
    // light[i] = above[i] or (not_below[i] and light[i - 1]): the carries of a sum.
    const uint64_t either = above | not_below;
    const uint64_t carry_in = either ^ above ^ (either + above + state);
    const uint64_t is_light = above | (not_below & carry_in);
    for (uint64_t flips = (is_light ^ carry_in) & valid; flips != 0; flips &= flips - 1) {
      const int i = begin + std::countr_zero(flips);
      const int64_t ex = fx + sx * i, ey = fy + sy * i;
      // Where the middles of the two pixels lie along the line: a sample is anywhere in its pixel.
      const auto middle_at = [&](int64_t px, int64_t py) {
        const Point p{static_cast<float>(px >> kFixedBits) + 0.5f,
                      static_cast<float>(py >> kFixedBits) + 0.5f};
        return Dot(p - from, direction);
      };
      float at = middle_at(ex, ey);
      if (i > 0) {
        // The threshold was passed between the sample before and this one.
        const int grey = grey_at(ex, ey), previous = grey_at(ex - sx, ey - sy);
        const int middle = limits_at(ex, ey).middle();
        float part = 0.5f;
        if (grey != previous) {
          part = static_cast<float>(middle - previous) / static_cast<float>(grey - previous);
          part = std::clamp(part, 0.0f, 1.0f);
        }
        const float before_at = middle_at(ex - sx, ey - sy);
        at = before_at + part * (at - before_at);
      }
      edges->push_back({at, ((is_light >> (i - begin)) & 1) != 0});
    }
    state = (is_light >> (samples - 1)) & 1;
  }
  return edges->size() - before;
}

std::span<const Edge> Probe::Line(Point from, Point to, bool* light) {
  edges_.clear();
  LineInto(from, to, 1, &edges_, light);
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
#endif  // HWY_ONCE
