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

#ifndef VERILINE_GRADING_DISC_KERNELS
#define VERILINE_GRADING_DISC_KERNELS
namespace veriline::grading {
/// All kernels of a disc, as SampleAll walks through them.
struct DiscKernels {
  const float* weights = nullptr;
  int reach_x = 0, reach_y = 0;
  int pitch = 0;
};
}  // namespace veriline::grading
#endif

HWY_BEFORE_NAMESPACE();
namespace veriline::grading {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::CappedTag<float, 8>;  // two of them fit into kPadding

/// out[i] = Σ over the kernel's rows and columns of weight · pixel, for each place.
void SampleAll(const float* pixels, ptrdiff_t stride, const DiscKernels& kernels, Point corner,
               const Point* places, size_t count, float* out) {
  constexpr int kPhases = ApertureDisc::kPhases, kHalf = kPhases / 2;
  const hn::CappedTag<float, 8> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const int rows = 2 * kernels.reach_y + 1, pitch = kernels.pitch;
  for (size_t i = 0; i < count; ++i) {
    const Point place = places[i] - corner;
    const int x = static_cast<int>(place.x), y = static_cast<int>(place.y);  // never negative
    const int phase_x = static_cast<int>((place.x - static_cast<float>(x)) * kPhases + 0.5f);
    int phase_y = static_cast<int>((place.y - static_cast<float>(y)) * kPhases + 0.5f);
    const bool upside_down = phase_y > kHalf;
    if (upside_down) phase_y = kPhases - phase_y;
    const float* kernel = kernels.weights + static_cast<ptrdiff_t>(rows) * pitch *
                                                (phase_y * (kPhases + 1) + phase_x);
    if (upside_down) kernel += (rows - 1) * pitch;
    const ptrdiff_t kernel_stride = upside_down ? -pitch : pitch;
    const float* row = pixels + (y - kernels.reach_y) * stride + (x - kernels.reach_x);
    auto sum = hn::Zero(d);
    if (pitch == lanes) {  // a small disc: one vector a row
      for (int r = 0; r < rows; ++r, row += stride, kernel += kernel_stride) {
        sum = hn::MulAdd(hn::LoadU(d, row), hn::LoadU(d, kernel), sum);
      }
      out[i] = hn::GetLane(hn::SumOfLanes(d, sum));
      continue;
    }
    for (int r = 0; r < rows; ++r, row += stride, kernel += kernel_stride) {
      for (int k = 0; k < pitch; k += lanes) {
        sum = hn::MulAdd(hn::LoadU(d, row + k), hn::LoadU(d, kernel + k), sum);
      }
    }
    out[i] = hn::GetLane(hn::SumOfLanes(d, sum));
  }
}

/// One row of a kernel: the area of each pixel under the slices [middle − half, middle + half].
void AddSlices(float middle, const float* halves, int slices, float height, int reach, int pitch,
               float* weights) {
  const hn::CappedTag<float, 8> d;
  for (int k = 0; k < pitch; k += static_cast<int>(hn::Lanes(d))) {
    const auto left = hn::Iota(d, static_cast<float>(k - reach));
    const auto right = hn::Add(left, hn::Set(d, 1.0f));
    auto sum = hn::Zero(d);
    for (int i = 0; i < slices; ++i) {
      const auto part = hn::Sub(hn::Min(right, hn::Set(d, middle + halves[i])),
                                hn::Max(left, hn::Set(d, middle - halves[i])));
      sum = hn::Add(sum, hn::Max(part, hn::Zero(d)));
    }
    hn::StoreU(hn::Mul(sum, hn::Set(d, height)), d, weights + k);
  }
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
  for (int x = 0; x < count; x += 2 * step) {  // two vectors, for each weight that is loaded
    auto first = hn::Zero(d), second = hn::Zero(d);
    for (int dy = 0; dy <= reach_y; ++dy) {
      const float* at = sums + dy * pitch + reach_x + x;
      const float* weight = quadrant + dy * (reach_x + 1);
      const auto middle = hn::Set(d, weight[0]);
      first = hn::MulAdd(middle, hn::LoadU(d, at), first);
      second = hn::MulAdd(middle, hn::LoadU(d, at + step), second);
      const int reach = quadrant_reach[dy];
      for (int dx = 1; dx <= reach; ++dx) {
        const auto w = hn::Set(d, weight[dx]);
        const auto left = hn::Add(hn::LoadU(d, at - dx), hn::LoadU(d, at + dx));
        const auto right = hn::Add(hn::LoadU(d, at + step - dx), hn::LoadU(d, at + step + dx));
        first = hn::MulAdd(w, left, first);
        second = hn::MulAdd(w, right, second);
      }
    }
    hn::StoreU(first, d, out + x);
    hn::StoreU(second, d, out + x + step);
  }
}

void ScaleGreyRow(const uint8_t* grey, int count, float gain, float offset, float* out) {
  const Floats d;
  const hn::RebindToSigned<decltype(d)> d32;
  const hn::Rebind<uint8_t, decltype(d)> d8;
  const int step = static_cast<int>(hn::Lanes(d));
  int x = 0;
  for (; x + step <= count; x += step) {
    const auto v = hn::ConvertTo(d, hn::PromoteTo(d32, hn::LoadU(d8, grey + x)));
    hn::StoreU(hn::MulAdd(v, hn::Set(d, gain), hn::Set(d, offset)), d, out + x);
  }
  for (; x < count; ++x) out[x] = offset + gain * static_cast<float>(grey[x]);
}

void DarkBelow(const float* values, int count, float level, uint8_t* out) {
  const Floats d;
  const hn::RebindToSigned<decltype(d)> d32;
  const hn::Rebind<uint8_t, decltype(d)> d8;
  const int step = static_cast<int>(hn::Lanes(d));
  int x = 0;
  for (; x + step <= count; x += step) {
    const auto dark = hn::Lt(hn::LoadU(d, values + x), hn::Set(d, level));
    const auto ones = hn::BitCast(d32, hn::IfThenElseZero(dark, hn::BitCast(d, hn::Set(d32, 1))));
    hn::StoreU(hn::DemoteTo(d8, ones), d8, out + x);
  }
  for (; x < count; ++x) out[x] = values[x] < level ? 1 : 0;
}

void AddGreyRow(const uint8_t* values, int count, GreyRange* range) {
  const hn::CappedTag<uint8_t, GreyRange::kLanes> d;
  const int step = static_cast<int>(hn::Lanes(d));
  if (count < step) {
    for (int x = 0; x < count; ++x) {
      range->low[0] = std::min(range->low[0], values[x]);
      range->high[0] = std::max(range->high[0], values[x]);
    }
    return;
  }
  auto low = hn::LoadU(d, range->low.data()), high = hn::LoadU(d, range->high.data());
  for (int x = 0; x < count; x += step) {
    // The last vector ends with the row, over pixels that were seen already.
    const auto v = hn::LoadU(d, values + (x + step <= count ? x : count - step));
    low = hn::Min(low, v);
    high = hn::Max(high, v);
  }
  hn::StoreU(low, d, range->low.data());
  hn::StoreU(high, d, range->high.data());
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

HWY_EXPORT(SampleAll);
HWY_EXPORT(AddSlices);
HWY_EXPORT(ScaleGreyRow);
HWY_EXPORT(DarkBelow);
HWY_EXPORT(AddGreyRow);
HWY_EXPORT(FilterByQuadrant);
HWY_EXPORT(ExtremesOf);

namespace {

constexpr int kHalf = ApertureDisc::kPhases / 2;
constexpr int kSlices = 8;  // of a row of pixels: areas are right to 0.1 % of a pixel

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
  std::array<float, kSlices> halves{};
  for (int py = 0; py <= kHalf; ++py) {
    const double fy = static_cast<double>(py) / kPhases;
    double area = 0;
    for (int row = 0; !is_pixel && row < rows; ++row) {
      // The part of this row of pixels that the disc reaches, in slices.
      const double top = std::max(row - reach_y_ - fy, -radius_y_);
      const double height = (std::min(row - reach_y_ + 1 - fy, radius_y_) - top) / kSlices;
      if (height <= 0) continue;
      for (int slice = 0; slice < kSlices; ++slice) {
        const double y = (top + (slice + 0.5) * height) / radius_y_;
        const double half = radius_x_ * std::sqrt(std::max(0.0, 1 - y * y));
        halves[static_cast<size_t>(slice)] = static_cast<float>(half);
        area += 2 * half * height;
      }
      for (int px = 0; px <= kHalf; ++px) {
        HWY_DYNAMIC_DISPATCH(AddSlices)
        (static_cast<float>(px) / kPhases, halves.data(), kSlices, static_cast<float>(height),
         reach_x_, pitch_, kernel(py, px) + row * pitch_);
      }
    }
    for (int px = 0; px <= kHalf; ++px) {
      float* weights = kernel(py, px);
      if (is_pixel) {
        weights[reach_y_ * pitch_ + reach_x_] = 1;
      } else {
        const auto norm = static_cast<float>(1 / area);
        for (size_t i = 0; i < kernel_size; ++i) weights[i] *= norm;
      }
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
  const DiscKernels kernels{kernels_.data(), reach_x_, reach_y_, pitch_};
  HWY_DYNAMIC_DISPATCH(SampleAll)
  (pixels, stride, kernels, corner, places.data(), places.size(), out.data());
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

void ScaleGrey(const uint8_t* grey, int count, float gain, float offset, float* out) {
  HWY_DYNAMIC_DISPATCH(ScaleGreyRow)(grey, count, gain, offset, out);
}

void MarkDark(const float* values, int count, float level, uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(DarkBelow)(values, count, level, out);
}

void GreyRange::Add(const uint8_t* values, int count) {
  HWY_DYNAMIC_DISPATCH(AddGreyRow)(values, count, this);
}
uint8_t GreyRange::least() const { return *std::min_element(low.begin(), low.end()); }
uint8_t GreyRange::greatest() const { return *std::max_element(high.begin(), high.end()); }

}  // namespace veriline::grading
#endif  // HWY_ONCE
