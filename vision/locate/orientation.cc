// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/orientation.h"

#include <algorithm>
#include <cmath>

// Everything between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE is compiled once for each
// instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vision/locate/orientation.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef VERILINE_LOCATE_ORIENTATION_SUMS
#define VERILINE_LOCATE_ORIENTATION_SUMS
namespace veriline::locate {
/// Σ |g|² e^{2iθ}, Σ |g|² e^{4iθ} and Σ |g|² of gradients g of direction θ: turned twice and four
/// times as fast they add up along one direction (bars) and along two crossing ones (grids).
struct OrientationSums {
  float second_re = 0, second_im = 0, fourth_re = 0, fourth_im = 0, total = 0;
};
}  // namespace veriline::locate
#endif

HWY_BEFORE_NAMESPACE();
namespace veriline::locate {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Adds `count` pixels side by side from `row` on; one more is read on each side. Sobel's weights:
/// plain differences lean towards the diagonals by up to five degrees. `least` is |g|² in their
/// scale.
void AddRow(const uint8_t* up, const uint8_t* row, const uint8_t* down, int count, float least,
            OrientationSums* sums) {
  int x = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<float> df;
  const hn::RebindToSigned<decltype(df)> d32;
  const hn::Rebind<int16_t, decltype(df)> d16;
  const hn::Rebind<uint8_t, decltype(df)> d8;
  const int step = static_cast<int>(hn::Lanes(df));
  auto second_re = hn::Zero(df), second_im = hn::Zero(df), fourth_re = hn::Zero(df),
       fourth_im = hn::Zero(df), total = hn::Zero(df);
  for (; x + step <= count; x += step) {
    const auto at = [&](const uint8_t* from) {
      return hn::PromoteTo(d16, hn::LoadU(d8, from + x));
    };
    const auto twice = [](auto v) { return hn::Add(v, v); };
    const auto ul = at(up - 1), ur = at(up + 1), dl = at(down - 1), dr = at(down + 1);
    const auto gx = hn::Add(hn::Sub(hn::Add(ur, dr), hn::Add(ul, dl)),
                            twice(hn::Sub(at(row + 1), at(row - 1))));
    const auto gy =
        hn::Add(hn::Sub(hn::Add(dl, dr), hn::Add(ul, ur)), twice(hn::Sub(at(down), at(up))));
    const auto dx = hn::ConvertTo(df, hn::PromoteTo(d32, gx));
    const auto dy = hn::ConvertTo(df, hn::PromoteTo(d32, gy));
    const auto xx = hn::Mul(dx, dx), yy = hn::Mul(dy, dy);
    const auto square = hn::Add(xx, yy);
    const auto is_edge = hn::Ge(square, hn::Set(df, least));
    const auto m = hn::IfThenElseZero(is_edge, square);
    const auto re = hn::IfThenElseZero(is_edge, hn::Sub(xx, yy));
    const auto im = hn::IfThenElseZero(is_edge, hn::Mul(twice(dx), dy));
    const auto inverse = hn::ApproximateReciprocal(hn::Max(m, hn::Set(df, 1.0f)));
    second_re = hn::Add(second_re, re);
    second_im = hn::Add(second_im, im);
    fourth_re = hn::MulAdd(hn::Sub(hn::Mul(re, re), hn::Mul(im, im)), inverse, fourth_re);
    fourth_im = hn::MulAdd(hn::Mul(twice(re), im), inverse, fourth_im);
    total = hn::Add(total, m);
  }
  sums->second_re += hn::GetLane(hn::SumOfLanes(df, second_re));
  sums->second_im += hn::GetLane(hn::SumOfLanes(df, second_im));
  sums->fourth_re += hn::GetLane(hn::SumOfLanes(df, fourth_re));
  sums->fourth_im += hn::GetLane(hn::SumOfLanes(df, fourth_im));
  sums->total += hn::GetLane(hn::SumOfLanes(df, total));
#endif
  for (; x < count; ++x) {
    const int dx =
        (up[x + 1] + 2 * row[x + 1] + down[x + 1]) - (up[x - 1] + 2 * row[x - 1] + down[x - 1]);
    const int dy = (down[x - 1] + 2 * down[x] + down[x + 1]) - (up[x - 1] + 2 * up[x] + up[x + 1]);
    const auto m = static_cast<float>(dx * dx + dy * dy);
    if (m < least || m == 0) continue;
    const auto re = static_cast<float>(dx * dx - dy * dy), im = static_cast<float>(2 * dx * dy);
    sums->second_re += re;
    sums->second_im += im;
    sums->fourth_re += (re * re - im * im) / m;
    sums->fourth_im += 2 * re * im / m;
    sums->total += m;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace veriline::locate
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace veriline::locate {

HWY_EXPORT(AddRow);

bool FindOrientation(const FrameView& picture, const Rect& box, int least, int rows,
                     Orientation* found) {
  // Of long rows parts: whole cache lines are read anyway.
  constexpr int kPartPx = 32;
  constexpr int kParts = kOrientationRowPx / kPartPx;
  const int x0 = std::max(1, box.x), x1 = std::min(box.x + box.width, picture.width - 1);
  const int y0 = std::max(1, box.y), y1 = std::min(box.y + box.height, picture.height - 1);
  const int width = x1 - x0;
  if (width <= 0 || y1 <= y0) return false;
  OrientationSums sums;
  const float least_square = 16.0f * static_cast<float>(least) * static_cast<float>(least);
  const float pitch = std::max(1.0f, static_cast<float>(y1 - y0) / static_cast<float>(rows));
  const float part_pitch = static_cast<float>(width - kPartPx) / kParts;
  for (int k = 0; k < rows; ++k) {
    // Rows lie at uneven distances: on an even grid, modules of its pitch would show no edges, or
    // those of one direction only.
    constexpr float kGoldenRatio = 0.618034f;
    const float turns = static_cast<float>(k) * kGoldenRatio;
    const float shift = turns - std::floor(turns);
    const int y = y0 + static_cast<int>((static_cast<float>(k) + shift) * pitch);
    if (y >= y1) break;
    const auto add = [&](int x, int count) {
      HWY_DYNAMIC_DISPATCH(AddRow)
      (picture.Row(y - 1) + x, picture.Row(y) + x, picture.Row(y + 1) + x, count, least_square,
       &sums);
    };
    if (width <= kOrientationRowPx) {
      add(x0, width);
      continue;
    }
    for (int i = 0; i < kParts; ++i) {
      add(x0 + static_cast<int>((static_cast<float>(i) + shift) * part_pitch), kPartPx);
    }
  }
  if (sums.total <= 0) return false;
  found->bars_ratio = std::hypot(sums.second_re, sums.second_im) / sums.total;
  found->bars_rad = std::atan2(sums.second_im, sums.second_re) / 2;
  found->grid_ratio = std::hypot(sums.fourth_re, sums.fourth_im) / sums.total;
  found->grid_rad = std::atan2(sums.fourth_im, sums.fourth_re) / 4;
  return true;
}

}  // namespace veriline::locate
#endif  // HWY_ONCE
