// SPDX-License-Identifier: Apache-2.0
#include "vision/text/line_strip.h"

#include <algorithm>
#include <cmath>

#include "vision/text/cell_sums.h"

namespace veriline::text {
namespace {

constexpr int kMostWidth = 4096, kMostHeight = 512;
constexpr float kLeastCellPx = 0.25f, kMostCellPx = 16;
constexpr size_t kMostRegionPx = 64u << 20;
/// Means around the line that sampling touches, and one more: the next ones right and below, and
/// the bytes that SampleRow loads but does not use.
constexpr int kRim = 3;

/// What of a quad lies between two heights: its ends along x; nothing (to < from) where it lies
/// elsewhere.
struct Span {
  float from = 1e9f, to = -1e9f;
  void Take(float x) { from = std::min(from, x), to = std::max(to, x); }
};
Span SpanBetween(const Quad& quad, float top, float bottom) {
  Span span;
  for (size_t i = 0; i < 4; ++i) {
    const Point a = quad.corners[i], b = quad.corners[(i + 1) % 4];
    if (a.y >= top && a.y <= bottom) span.Take(a.x);
    for (const float y : {top, bottom}) {
      if ((a.y < y) != (b.y < y)) span.Take(a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y));
    }
  }
  return span;
}

}  // namespace

/// Means of grain × grain pixels, where they are within `kRim` of them from the line (of one that
/// lies across a picture, its bounds are mostly something else); places outside of the picture are
/// as its nearest pixel.
void LineStrip::TakeRegion(const FrameView& picture, const Rect& region, int grain_px,
                           const Quad& line) {
  region_width_ = region.width / grain_px;
  region_height_ = region.height / grain_px;
  region_.resize(static_cast<size_t>(region_width_) * static_cast<size_t>(region_height_));
  sums_.resize(static_cast<size_t>(region.width));
  const int area = grain_px * grain_px;
  const int reciprocal = (1 << 20) / area + 1;  // a sum is below 2^8 * area
  for (int row = 0; row < region_height_; ++row) {
    const auto [from_px, to_px] =
        SpanBetween(line, static_cast<float>(region.y + (row - kRim) * grain_px),
                    static_cast<float>(region.y + (row + 1 + kRim) * grain_px));
    const auto column = [&](float px) {
      return static_cast<int>(
          std::floor((px - static_cast<float>(region.x)) / static_cast<float>(grain_px)));
    };
    const int first_col = std::clamp(column(from_px) - kRim, 0, region_width_);
    const int end_col = std::clamp(column(to_px) + kRim + 1, first_col, region_width_);
    const int begin = first_col * grain_px, end = end_col * grain_px;
    const int inside_from = std::clamp(-region.x, begin, end);
    const int inside_to = std::clamp(picture.width - region.x, inside_from, end);
    uint8_t* to = &region_[static_cast<size_t>(row) * static_cast<size_t>(region_width_)];
    if (grain_px > 1) std::fill(sums_.begin() + begin, sums_.begin() + end, uint16_t{0});
    for (int k = 0; k < grain_px; ++k) {
      const uint8_t* in =
          picture.Row(std::clamp(region.y + row * grain_px + k, 0, picture.height - 1));
      const uint8_t first = in[0], last = in[picture.width - 1];
      if (grain_px == 1) {
        std::fill(to + begin, to + inside_from, first);
        std::copy(in + region.x + inside_from, in + region.x + inside_to, to + inside_from);
        std::fill(to + inside_to, to + end, last);
        continue;
      }
      uint16_t* __restrict sums = sums_.data();
      for (int i = begin; i < inside_from; ++i) sums[i] = static_cast<uint16_t>(sums[i] + first);
      for (int i = inside_from; i < inside_to; ++i) {
        sums[i] = static_cast<uint16_t>(sums[i] + in[region.x + i]);
      }
      for (int i = inside_to; i < end; ++i) {
        sums[i] = static_cast<uint16_t>(sums[i] + last);
      }
    }
    if (grain_px == 1) continue;
    const uint16_t* __restrict sums = sums_.data();
    if (grain_px == 2) {  // by far the most frequent: in whole vectors
      for (int col = first_col; col < end_col; ++col) {
        to[col] = static_cast<uint8_t>((sums[2 * col] + sums[2 * col + 1] + 2) >> 2);
      }
      continue;
    }
    sums += begin;
    for (int col = first_col; col < end_col; ++col, sums += grain_px) {
      int sum = area / 2;
      for (int k = 0; k < grain_px; ++k) sum += sums[k];
      to[col] = static_cast<uint8_t>(sum * reciprocal >> 20);
    }
  }
}

bool LineStrip::Cut(const FrameView& picture, Point start_px, Point along_px, const Extent& extent,
                    bool light_ink) {
  extent_ = extent;
  width_ = extent.left + extent.right;
  height_ = extent.above + extent.below;
  start_ = start_px;
  along_ = along_px;
  const float cell_px = std::hypot(along_px.x, along_px.y);
  if (picture.Empty() || width_ <= 0 || height_ <= 0 || width_ > kMostWidth ||
      height_ > kMostHeight || !(cell_px >= kLeastCellPx && cell_px <= kMostCellPx)) {
    return false;
  }
  const auto corner = [&](int x, int y) {
    return ToPicture({static_cast<float>(x), static_cast<float>(y)});
  };
  const Quad line{{corner(-extent.left, -extent.above), corner(extent.right, -extent.above),
                   corner(extent.right, extent.below), corner(-extent.left, extent.below)}};
  const Rect bounds = BoundsOf(line);
  const int grain = std::max(1, static_cast<int>(cell_px + 0.4f));
  const Rect region = Grown(bounds, kRim * grain);
  if (static_cast<size_t>(region.width) * static_cast<size_t>(region.height) > kMostRegionPx) {
    return false;
  }
  // Straight from the picture where that will do.
  FrameView source = picture;
  Point origin;
  if (grain > 1 || Intersect(region, picture.Bounds()) != region) {
    TakeRegion(picture, region, grain, line);
    source = {region_.data(), region_width_, region_height_, region_width_};
    origin = {static_cast<float>(region.x), static_cast<float>(region.y)};
  }

  // In 1/65536 of a mean, from the middle of the first cell; the middle of a mean is its pixel.
  ink_.resize(static_cast<size_t>(width_) * static_cast<size_t>(height_));
  constexpr float kOne = 65536;
  const float scale = kOne / static_cast<float>(grain);
  const auto step_x = static_cast<int32_t>(std::lround(along_px.x * scale));
  const auto step_y = static_cast<int32_t>(std::lround(along_px.y * scale));
  const auto flip = static_cast<uint8_t>(light_ink ? 0 : 255);
  const int width = width_;
  for (int row = 0; row < height_; ++row) {
    const Point from = ToPicture({static_cast<float>(-extent.left) + 0.5f,
                                  static_cast<float>(row - extent.above) + 0.5f}) -
                       origin;
    const SampledRow places{.x = static_cast<int32_t>(std::lround(from.x * scale - kOne / 2)),
                            .y = static_cast<int32_t>(std::lround(from.y * scale - kOne / 2)),
                            .step_x = step_x,
                            .step_y = step_y};
    SampleRow(source.data, source.stride, places, width, flip,
              &ink_[static_cast<size_t>(row) * static_cast<size_t>(width)]);
  }
  return true;
}

}  // namespace veriline::text
