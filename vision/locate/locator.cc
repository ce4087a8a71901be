// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/locator.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace veriline::locate {
namespace {

constexpr int kBlock = 8;
/// Energies are kept in 1/16 grey per pixel, |dx| + |dy| averaged over a block.
constexpr int kEnergyUnit = 16;
/// Thresholds a factor of two apart: whatever the contrast, one of them lies between a code and
/// what is around it. The lowest is above the noise of a good camera (σ 4: mean |dx|+|dy| is 9).
constexpr int kThresholds[] = {10 * kEnergyUnit, 20 * kEnergyUnit, 40 * kEnergyUnit};
/// Radii of the closing in blocks: none parts a code from print 2 X beside it, one bridges the
/// modules of usual codes, four those of large ones (modules up to 40 px).
constexpr int kRadii[] = {0, 1, 4};
constexpr int kMinSide = 16;
/// Two regions are one when they overlap by that much of their union.
constexpr float kSameRatio = 0.8f;

/// |a - b| of bytes in a form that the compiler turns into max - min of vectors.
inline uint8_t AbsDiff(uint8_t a, uint8_t b) {
  return static_cast<uint8_t>((a > b ? a : b) - (a > b ? b : a));
}

void AddRowGradients(const uint8_t* __restrict row, const uint8_t* __restrict next, int n,
                     uint16_t* __restrict across, uint16_t* __restrict down) {
  for (int x = 0; x < n; ++x) {
    across[x] = static_cast<uint16_t>(across[x] + AbsDiff(row[x], row[x + 1]));
    down[x] = static_cast<uint16_t>(down[x] + AbsDiff(row[x], next[x]));
  }
}

float OverlapRatio(const Rect& a, const Rect& b) {
  const Rect i = Intersect(a, b);
  const auto area = [](const Rect& r) { return static_cast<float>(r.width) * r.height; };
  const float common = area(i);
  return common / (area(a) + area(b) - common);
}

}  // namespace

void Locator::MeasureBlocks(const FrameView& picture) {
  // The last column and row have no right or lower neighbour: blocks end one pixel before.
  cols_ = (picture.width - 1) / kBlock;
  rows_ = (picture.height - 1) / kBlock;
  const int n = cols_ * kBlock;
  energy_.resize(static_cast<size_t>(cols_) * rows_);
  for (int by = 0; by < rows_; ++by) {
    across_.assign(n, 0);
    down_.assign(n, 0);
    for (int y = by * kBlock; y < (by + 1) * kBlock; ++y) {
      AddRowGradients(picture.Row(y), picture.Row(y + 1), n, across_.data(), down_.data());
    }
    uint16_t* out = &energy_[static_cast<size_t>(by) * cols_];
    for (int bx = 0; bx < cols_; ++bx) {
      unsigned sum = 0;
      for (int x = bx * kBlock; x < (bx + 1) * kBlock; ++x) sum += across_[x] + down_[x];
      out[bx] = static_cast<uint16_t>(sum / (kBlock * kBlock / kEnergyUnit));
    }
  }
}

void Locator::CloseMap(int radius) {
  closed_.resize(energy_.size());
  if (radius == 0) {
    closed_ = energy_;
    return;
  }
  const size_t pitch = static_cast<size_t>(cols_) + 1;
  integral_.assign(pitch * (rows_ + 1), 0);
  for (int y = 0; y < rows_; ++y) {
    uint32_t row = 0;
    for (int x = 0; x < cols_; ++x) {
      row += energy_[static_cast<size_t>(y) * cols_ + x];
      integral_[(y + 1) * pitch + x + 1] = integral_[y * pitch + x + 1] + row;
    }
  }
  for (int y = 0; y < rows_; ++y) {
    const int y0 = std::max(0, y - radius), y1 = std::min(rows_, y + radius + 1);
    for (int x = 0; x < cols_; ++x) {
      const int x0 = std::max(0, x - radius), x1 = std::min(cols_, x + radius + 1);
      const uint32_t sum = integral_[y1 * pitch + x1] - integral_[y0 * pitch + x1] -
                           integral_[y1 * pitch + x0] + integral_[y0 * pitch + x0];
      closed_[static_cast<size_t>(y) * cols_ + x] =
          static_cast<uint16_t>(sum / static_cast<uint32_t>((y1 - y0) * (x1 - x0)));
    }
  }
}

void Locator::CollectComponents(int threshold, int radius) {
  seen_.assign(closed_.size(), 0);
  for (int start = 0; start < static_cast<int>(closed_.size()); ++start) {
    if (seen_[start] || closed_[start] < threshold) continue;
    int x0 = cols_, y0 = rows_, x1 = 0, y1 = 0, count = 0;
    uint64_t sum = 0;
    stack_.assign(1, start);
    seen_[start] = 1;
    while (!stack_.empty()) {
      const int at = stack_.back();
      stack_.pop_back();
      const int x = at % cols_, y = at / cols_;
      x0 = std::min(x0, x), x1 = std::max(x1, x + 1);
      y0 = std::min(y0, y), y1 = std::max(y1, y + 1);
      ++count;
      sum += closed_[at];
      for (int ny = std::max(0, y - 1); ny <= std::min(rows_ - 1, y + 1); ++ny) {
        for (int nx = std::max(0, x - 1); nx <= std::min(cols_ - 1, x + 1); ++nx) {
          const int next = ny * cols_ + nx;
          if (!seen_[next] && closed_[next] >= threshold) {
            seen_[next] = 1;
            stack_.push_back(next);
          }
        }
      }
    }
    const int w = x1 - x0, h = y1 - y0;
    if (count < 4 || std::max(w, h) < 3) continue;
    // The closing widened the region by about half its radius.
    const int shrink = radius > 1 ? radius / 2 : 0;
    Region region;
    region.box = {(x0 + shrink) * kBlock, (y0 + shrink) * kBlock,
                  std::max(1, w - 2 * shrink) * kBlock, std::max(1, h - 2 * shrink) * kBlock};
    const float fill = static_cast<float>(count) / static_cast<float>(w * h);
    const float density = static_cast<float>(sum) / static_cast<float>(count);
    const float side = static_cast<float>(std::min(w, h));
    // Codes are filled, dense and not thin; size helps little, so that a whole label does not
    // stand before the code on it.
    region.score = fill * std::sqrt(density) * std::min(side, 12.0f);
    candidates_.push_back(region);
  }
}

void Locator::Orient(const FrameView& picture, Region& region) const {
  // Squared gradients turned twice and four times as fast add up along one direction (bars) and
  // along two crossing ones (grids).
  const Rect& box = region.box;
  const int step = std::max(
      1, static_cast<int>(std::sqrt(static_cast<float>(box.width) * box.height / 16384.0f)));
  std::complex<float> second = 0, fourth = 0;
  float total = 0;
  const int x_end = std::min(box.x + box.width, picture.width - 1);
  const int y_end = std::min(box.y + box.height, picture.height - 1);
  for (int y = std::max(1, box.y); y < y_end; y += step) {
    const uint8_t* up = picture.Row(y - 1);
    const uint8_t* row = picture.Row(y);
    const uint8_t* down = picture.Row(y + 1);
    for (int x = std::max(1, box.x); x < x_end; x += step) {
      const float gx = static_cast<float>((up[x + 1] + 2 * row[x + 1] + down[x + 1]) -
                                          (up[x - 1] + 2 * row[x - 1] + down[x - 1]));
      const float gy = static_cast<float>((down[x - 1] + 2 * down[x] + down[x + 1]) -
                                          (up[x - 1] + 2 * up[x] + up[x + 1]));
      const float m = gx * gx + gy * gy;
      if (m < 60 * 60) continue;                             // noise of σ 4 stays below
      const float re = gx * gx - gy * gy, im = 2 * gx * gy;  // |g|² e^{2iθ}
      second += std::complex<float>(re, im);
      fourth += std::complex<float>((re * re - im * im) / m, 2 * re * im / m);
      total += m;
    }
  }
  if (total <= 0) return;
  const float bars = std::abs(second) / total;
  if (bars > 0.5f) {
    region.kind = RegionKind::kBars;
    region.angle_rad = std::arg(second) / 2;
    region.clarity_ratio = bars;
  } else {
    region.kind = RegionKind::kMatrix;
    region.angle_rad = std::arg(fourth) / 4;
    region.clarity_ratio = std::abs(fourth) / total;
  }
}

std::span<const Region> Locator::Locate(const FrameView& picture, const LocateOptions& options) {
  regions_.clear();
  if (picture.Empty() || picture.width <= kMinSide || picture.height <= kMinSide) return {};
  candidates_.clear();
  MeasureBlocks(picture);
  for (int radius : kRadii) {
    CloseMap(radius);
    for (int threshold : kThresholds) CollectComponents(threshold, radius);
  }
  std::ranges::stable_sort(candidates_, std::greater{}, &Region::score);
  for (Region& candidate : candidates_) {
    if (static_cast<int>(regions_.size()) >= options.max_regions) break;
    const bool known = std::ranges::any_of(
        regions_, [&](const Region& r) { return OverlapRatio(r.box, candidate.box) > kSameRatio; });
    if (!known) regions_.push_back(candidate);
  }
  for (Region& region : regions_) {
    Orient(picture, region);
    // A block beyond the map on each side, and a quiet zone.
    const int margin = kBlock + std::min(region.box.width, region.box.height) / 10;
    const Rect grown{region.box.x - margin, region.box.y - margin, region.box.width + 2 * margin,
                     region.box.height + 2 * margin};
    region.box = Intersect(grown, picture.Bounds());
  }
  return regions_;
}

}  // namespace veriline::locate
