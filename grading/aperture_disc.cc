// SPDX-License-Identifier: Apache-2.0
#include "grading/aperture_disc.h"

#include <algorithm>
#include <array>
#include <cmath>

// Everything between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE is compiled once for each
// instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "grading/aperture_disc.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace veriline::grading {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::CappedTag<float, 16>;

/// out[i] = Σ over the kernel's rows and columns of weight · pixel, for one place.
float Dot(const float* pixels, ptrdiff_t stride, const float* kernel, ptrdiff_t kernel_stride,
          int rows, int pitch) {
  const hn::CappedTag<float, 8> d;
  auto sum = hn::Zero(d);
  for (int y = 0; y < rows; ++y, pixels += stride, kernel += kernel_stride) {
    for (int x = 0; x < pitch; x += static_cast<int>(hn::Lanes(d))) {
      sum = hn::MulAdd(hn::LoadU(d, pixels + x), hn::LoadU(d, kernel + x), sum);
    }
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

/// Rows at the same distance above and below have the same weights, and so have pixels at the same
/// distance left and right: add first, multiply once.
void FilterByQuadrant(const float* row, ptrdiff_t stride, int count, const float* quadrant,
                      const int* quadrant_reach, int reach_x, int reach_y, float* sums,
                      float* out) {
  const Floats d;
  const int step = static_cast<int>(hn::Lanes(d));
  const int length = count + 2 * reach_x;
  const int pitch = length + 16;
  for (int dy = 0; dy <= reach_y; ++dy) {
    const float* above = row - dy * stride - reach_x;
    const float* below = row + dy * stride - reach_x;
    float* sum = sums + dy * pitch;
    if (dy == 0) {
      for (int x = 0; x < length; x += step) hn::StoreU(hn::LoadU(d, above + x), d, sum + x);
    } else {
      for (int x = 0; x < length; x += step) {
        hn::StoreU(hn::Add(hn::LoadU(d, above + x), hn::LoadU(d, below + x)), d, sum + x);
      }
    }
  }
  for (int x = 0; x < count; x += step) {
    auto straight = hn::Zero(d), sideways = hn::Zero(d);
    for (int dy = 0; dy <= reach_y; ++dy) {
      const float* at = sums + dy * pitch + reach_x + x;
      const float* weight = quadrant + dy * (reach_x + 1);
      straight = hn::MulAdd(hn::Set(d, weight[0]), hn::LoadU(d, at), straight);
      for (int dx = 1; dx <= quadrant_reach[dy]; ++dx) {
        const auto pair = hn::Add(hn::LoadU(d, at - dx), hn::LoadU(d, at + dx));
        sideways = hn::MulAdd(hn::Set(d, weight[dx]), pair, sideways);
      }
    }
    hn::StoreU(hn::Add(straight, sideways), d, out + x);
  }
}

void ExtremesOf(const float* values, int count, float* least, float* greatest) {
  const Floats d;
  const int step = static_cast<int>(hn::Lanes(d));
  auto low = hn::Set(d, *least), high = hn::Set(d, *greatest);
  int x = 0;
  for (; x + step <= count; x += step) {
    const auto v = hn::LoadU(d, values + x);
    low = hn::Min(low, v);
    high = hn::Max(high, v);
  }
  *least = hn::GetLane(hn::MinOfLanes(d, low));
  *greatest = hn::GetLane(hn::MaxOfLanes(d, high));
  for (; x < count; ++x) {
    *least = std::min(*least, values[x]);
    *greatest = std::max(*greatest, values[x]);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace veriline::grading
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace veriline::grading {

HWY_EXPORT(Dot);
HWY_EXPORT(FilterByQuadrant);
HWY_EXPORT(ExtremesOf);

namespace {

constexpr int kHalf = ApertureDisc::kPhases / 2;
constexpr int kSlices = 8;  // of a row of pixels: areas are right to 0.1 % of a pixel

/// Adds the area of each pixel under a slice [from, to] to weights[0 … 2·reach], pixel 0 at -reach.
void AddChord(double from, double to, double height, int reach, float* weights) {
  const int first = std::max(static_cast<int>(std::floor(from)), -reach);
  const int last = std::min(static_cast<int>(std::floor(to)), reach);
  for (int i = first; i <= last; ++i) {
    const double part = std::min(to, i + 1.0) - std::max(from, static_cast<double>(i));
    if (part > 0) weights[i + reach] += static_cast<float>(part * height);
  }
}

}  // namespace

void ApertureDisc::Set(double diameter_x_px, double diameter_y_px) {
  const double rx = diameter_x_px / 2, ry = diameter_y_px / 2;
  if (rx == radius_x_ && ry == radius_y_) return;
  radius_x_ = rx;
  radius_y_ = ry;
  MakeKernels();
}

void ApertureDisc::MakeKernels() {
  const bool is_pixel = radius_x_ < 0.5 || radius_y_ < 0.5;
  reach_x_ = is_pixel ? 1 : static_cast<int>(std::ceil(radius_x_));
  reach_y_ = is_pixel ? 1 : static_cast<int>(std::ceil(radius_y_));
  const int width = 2 * reach_x_ + 1, rows = 2 * reach_y_ + 1;
  pitch_ = (width + 7) / 8 * 8;
  const size_t kernel_size = static_cast<size_t>(rows) * static_cast<size_t>(pitch_);
  kernels_.assign(kernel_size * (kHalf + 1) * (kPhases + 1), 0.0f);
  const auto kernel = [&](int phase_y, int phase_x) {
    return kernels_.data() + kernel_size * static_cast<size_t>(phase_y * (kPhases + 1) + phase_x);
  };
  for (int py = 0; py <= kHalf; ++py) {
    const double fy = static_cast<double>(py) / kPhases;
    for (int px = 0; px <= kHalf; ++px) {
      const double fx = static_cast<double>(px) / kPhases;
      float* weights = kernel(py, px);
      if (is_pixel) weights[reach_y_ * pitch_ + reach_x_] = 1;
      for (int row = 0; !is_pixel && row < rows; ++row) {
        // The part of this row of pixels that the disc reaches, in slices.
        const double top = std::max(row - reach_y_ - fy, -radius_y_);
        const double height = (std::min(row - reach_y_ + 1 - fy, radius_y_) - top) / kSlices;
        for (int slice = 0; height > 0 && slice < kSlices; ++slice) {
          const double y = (top + (slice + 0.5) * height) / radius_y_;
          const double half = radius_x_ * std::sqrt(std::max(0.0, 1 - y * y));
          AddChord(fx - half, fx + half, height, reach_x_, weights + row * pitch_);
        }
      }
      double sum = 0;
      for (size_t i = 0; i < kernel_size; ++i) sum += weights[i];
      const auto norm = static_cast<float>(1 / sum);
      for (size_t i = 0; i < kernel_size; ++i) weights[i] *= norm;
      // The place mirrored in the pixel has the kernel mirrored in its middle column.
      float* mirrored = kernel(py, kPhases - px);
      if (mirrored == weights) continue;
      for (int row = 0; row < rows; ++row) {
        const float* from = weights + row * pitch_;
        std::reverse_copy(from, from + width, mirrored + row * pitch_);
      }
    }
  }
  const float* middle = kernel(kHalf, kHalf);
  quadrant_.clear();
  quadrant_reach_.clear();
  for (int dy = 0; dy <= reach_y_; ++dy) {
    int reach = 0;
    for (int dx = 0; dx <= reach_x_; ++dx) {
      quadrant_.push_back(middle[(reach_y_ + dy) * pitch_ + reach_x_ + dx]);
      if (quadrant_.back() > 0) reach = dx;
    }
    quadrant_reach_.push_back(reach);
  }
}

void ApertureDisc::Sample(const float* pixels, ptrdiff_t stride, Point corner,
                          std::span<const Point> places, std::span<float> out) const {
  const int rows = 2 * reach_y_ + 1;
  const size_t kernel_size = static_cast<size_t>(rows) * static_cast<size_t>(pitch_);
  for (size_t i = 0; i < places.size(); ++i) {
    const Point place = places[i] - corner;
    const float x = std::floor(place.x), y = std::floor(place.y);
    const int phase_x = static_cast<int>((place.x - x) * kPhases + 0.5f);
    int phase_y = static_cast<int>((place.y - y) * kPhases + 0.5f);
    const bool upside_down = phase_y > kHalf;
    if (upside_down) phase_y = kPhases - phase_y;
    const float* kernel =
        kernels_.data() + kernel_size * static_cast<size_t>(phase_y * (kPhases + 1) + phase_x);
    const float* first = pixels + (static_cast<ptrdiff_t>(y) - reach_y_) * stride +
                         (static_cast<ptrdiff_t>(x) - reach_x_);
    const ptrdiff_t kernel_stride = upside_down ? -pitch_ : pitch_;
    if (upside_down) kernel += (rows - 1) * pitch_;
    out[i] = HWY_DYNAMIC_DISPATCH(Dot)(first, stride, kernel, kernel_stride, rows, pitch_);
  }
}

void ApertureDisc::FilterRow(const float* row, ptrdiff_t stride, int count, float* out) {
  const auto pitch = static_cast<size_t>(count + 2 * reach_x_ + kPadding);
  const size_t needed = pitch * static_cast<size_t>(reach_y_ + 1) + kPadding;
  if (sums_.size() < needed) sums_.resize(needed);
  HWY_DYNAMIC_DISPATCH(FilterByQuadrant)
  (row, stride, count, quadrant_.data(), quadrant_reach_.data(), reach_x_, reach_y_, sums_.data(),
   out);
}

void Extremes(const float* values, int count, float* least, float* greatest) {
  HWY_DYNAMIC_DISPATCH(ExtremesOf)(values, count, least, greatest);
}

}  // namespace veriline::grading
#endif  // HWY_ONCE
