// SPDX-License-Identifier: Apache-2.0
#include "vision/text/line_strip.h"

#include <algorithm>
#include <cmath>

namespace veriline::text {
namespace {

constexpr int kMostWidth = 4096, kMostHeight = 512;
constexpr float kLeastCellPx = 0.25f, kMostCellPx = 16;
constexpr size_t kMostRegionPx = 64u << 20;

}  // namespace

/// Means of grain × grain pixels; places outside of the picture are as its nearest pixel.
void LineStrip::TakeRegion(const FrameView& picture, const Rect& region, int grain_px) {
  region_width_ = region.width / grain_px;
  region_height_ = region.height / grain_px;
  region_.resize(static_cast<size_t>(region_width_) * static_cast<size_t>(region_height_));
  sums_.resize(static_cast<size_t>(region.width));
  const int inside_from = std::clamp(-region.x, 0, region.width);
  const int inside_to = std::clamp(picture.width - region.x, inside_from, region.width);
  const int area = grain_px * grain_px;
  const int reciprocal = (1 << 20) / area + 1;  // a sum is below 2^8 * area
  for (int row = 0; row < region_height_; ++row) {
    uint8_t* to = &region_[static_cast<size_t>(row) * static_cast<size_t>(region_width_)];
    if (grain_px > 1) std::fill(sums_.begin(), sums_.end(), uint16_t{0});
    for (int k = 0; k < grain_px; ++k) {
      const uint8_t* in =
          picture.Row(std::clamp(region.y + row * grain_px + k, 0, picture.height - 1));
      const uint8_t first = in[0], last = in[picture.width - 1];
      if (grain_px == 1) {
        std::fill(to, to + inside_from, first);
        std::copy(in + region.x + inside_from, in + region.x + inside_to, to + inside_from);
        std::fill(to + inside_to, to + region_width_, last);
        continue;
      }
      uint16_t* __restrict sums = sums_.data();
      for (int i = 0; i < inside_from; ++i) sums[i] = static_cast<uint16_t>(sums[i] + first);
      for (int i = inside_from; i < inside_to; ++i) {
        sums[i] = static_cast<uint16_t>(sums[i] + in[region.x + i]);
      }
      for (int i = inside_to; i < region.width; ++i) {
        sums[i] = static_cast<uint16_t>(sums[i] + last);
      }
    }
    if (grain_px == 1) continue;
    const uint16_t* __restrict sums = sums_.data();
    const int width = region_width_;
    if (grain_px == 2) {  // by far the most frequent: in whole vectors
      for (int col = 0; col < width; ++col) {
        to[col] = static_cast<uint8_t>((sums[2 * col] + sums[2 * col + 1] + 2) >> 2);
      }
      continue;
    }
    for (int col = 0; col < width; ++col, sums += grain_px) {
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
  const Rect bounds =
      BoundsOf({{corner(-extent.left, -extent.above), corner(extent.right, -extent.above),
                 corner(extent.right, extent.below), corner(-extent.left, extent.below)}});
  const int grain = std::max(1, static_cast<int>(cell_px + 0.4f));
  const Rect region = Grown(bounds, 2 * grain);
  if (static_cast<size_t>(region.width) * static_cast<size_t>(region.height) > kMostRegionPx) {
    return false;
  }
  // Straight from the picture where that will do.
  FrameView source = picture;
  Point origin;
  if (grain > 1 || Intersect(region, picture.Bounds()) != region) {
    TakeRegion(picture, region, grain);
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
    auto x = static_cast<int32_t>(std::lround(from.x * scale - kOne / 2));
    auto y = static_cast<int32_t>(std::lround(from.y * scale - kOne / 2));
    uint8_t* to = &ink_[static_cast<size_t>(row) * static_cast<size_t>(width)];
    for (int col = 0; col < width; ++col, x += step_x, y += step_y) {
      const uint8_t* at = source.data + (y >> 16) * source.stride + (x >> 16);
      const uint8_t* below = at + source.stride;
      const int fx = (x >> 8) & 255, fy = (y >> 8) & 255;
      const int upper = (at[0] << 8) + fx * (at[1] - at[0]);
      const int lower = (below[0] << 8) + fx * (below[1] - below[0]);
      to[col] =
          static_cast<uint8_t>((((upper << 8) + fy * (lower - upper) + (1 << 15)) >> 16) ^ flip);
    }
  }
  return true;
}

}  // namespace veriline::text
