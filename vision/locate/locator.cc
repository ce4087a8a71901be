// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/locator.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace veriline::locate {
namespace {

constexpr int kBlock = kBlockPx;
/// Energies are sums over the pixels of a block; thresholds are |dx| + |dy| of a pixel.
constexpr int kEnergyUnit = kBlock * kBlock;
/// Thresholds a factor of two apart: whatever the contrast, one of them lies between a code and
/// what is around it. The lowest is above the noise of a good camera (σ 4: mean |dx|+|dy| is 9).
constexpr int kThresholds[] = {10 * kEnergyUnit, 20 * kEnergyUnit, 40 * kEnergyUnit};
/// Radii of the closing in blocks: none parts a code from print 2 X beside it, one bridges the
/// modules of usual codes, four those of large ones (modules up to 40 px).
constexpr int kRadii[] = {0, 1, 4};
constexpr int kMinSide = 16;
/// Places at which the gradients of a region are looked at.
constexpr float kOrientSamples = 1024;
/// Long rows of narrow bars get four times as many: so few lines of samples hit their edges by
/// luck.
constexpr float kLongRowPx = 65536;
/// Two regions are one when they overlap by that much of their union.
constexpr float kSameRatio = 0.7f;

float OverlapRatio(const Rect& a, const Rect& b) {
  const Rect i = Intersect(a, b);
  const auto area = [](const Rect& r) { return static_cast<float>(r.width) * r.height; };
  const float common = area(i);
  return common / (area(a) + area(b) - common);
}

}  // namespace

void Locator::CloseMap(int radius) {
  closed_.resize(map_.energy.size());
  if (radius == 0) {
    closed_ = map_.energy;
    return;
  }
  const size_t pitch = static_cast<size_t>(map_.cols) + 1;
  integral_.assign(pitch * (map_.rows + 1), 0);
  for (int y = 0; y < map_.rows; ++y) {
    uint32_t row = 0;
    for (int x = 0; x < map_.cols; ++x) {
      row += map_.energy[static_cast<size_t>(y) * map_.cols + x];
      integral_[(y + 1) * pitch + x + 1] = integral_[y * pitch + x + 1] + row;
    }
  }
  for (int y = 0; y < map_.rows; ++y) {
    const int y0 = std::max(0, y - radius), y1 = std::min(map_.rows, y + radius + 1);
    for (int x = 0; x < map_.cols; ++x) {
      const int x0 = std::max(0, x - radius), x1 = std::min(map_.cols, x + radius + 1);
      const uint32_t sum = integral_[y1 * pitch + x1] - integral_[y0 * pitch + x1] -
                           integral_[y1 * pitch + x0] + integral_[y0 * pitch + x0];
      closed_[static_cast<size_t>(y) * map_.cols + x] =
          static_cast<uint16_t>(sum / static_cast<uint32_t>((y1 - y0) * (x1 - x0)));
    }
  }
}

int Locator::RootOf(int blob) {
  const auto parent = [&](int b) -> int& { return blobs_[static_cast<size_t>(b)].parent; };
  while (parent(blob) != blob) blob = parent(blob) = parent(parent(blob));
  return blob;
}

void Locator::CollectComponents(int threshold, int radius) {
  blobs_.clear();
  runs_above_.clear();
  for (int y = 0; y < map_.rows; ++y) {
    const uint16_t* row = &closed_[static_cast<size_t>(y) * map_.cols];
    runs_.clear();
    size_t above = 0;
    for (int x = 0; x < map_.cols; ++x) {
      if (row[x] < threshold) continue;
      const int x0 = x;
      uint64_t energy = 0;
      for (; x < map_.cols && row[x] >= threshold; ++x) energy += row[x];
      const int fresh = static_cast<int>(blobs_.size());
      blobs_.push_back({fresh, x0, y, x, y + 1, static_cast<uint32_t>(x - x0), energy});
      int own = fresh;
      // Runs of the row above that touch this one, also at a corner; the last of them may touch
      // the next run too.
      while (above < runs_above_.size() && runs_above_[above].x1 < x0) ++above;
      for (size_t i = above; i < runs_above_.size() && runs_above_[i].x0 <= x; ++i) {
        const int other = RootOf(runs_above_[i].blob);
        if (other == own) continue;
        Blob& to = blobs_[static_cast<size_t>(other)];
        Blob& from = blobs_[static_cast<size_t>(own)];
        to.x0 = std::min(to.x0, from.x0), to.x1 = std::max(to.x1, from.x1);
        to.y0 = std::min(to.y0, from.y0), to.y1 = std::max(to.y1, from.y1);
        to.count += from.count;
        to.energy += from.energy;
        from.parent = other;
        own = other;
      }
      runs_.push_back({x0, x, own});
    }
    runs_.swap(runs_above_);
  }
  for (size_t i = 0; i < blobs_.size(); ++i) {
    if (blobs_[i].parent == static_cast<int>(i)) AddCandidate(blobs_[i], radius);
  }
}

void Locator::AddCandidate(const Blob& blob, int radius) {
  const int w = blob.x1 - blob.x0, h = blob.y1 - blob.y0;
  if (blob.count < 4 || std::max(w, h) < 3) return;
  // The closing widened the region by about half its radius.
  const int shrink = radius > 1 ? radius / 2 : 0;
  Region region;
  region.box = {(blob.x0 + shrink) * kBlock, (blob.y0 + shrink) * kBlock,
                std::max(1, w - 2 * shrink) * kBlock, std::max(1, h - 2 * shrink) * kBlock};
  const float fill = static_cast<float>(blob.count) / static_cast<float>(w * h);
  const float density = static_cast<float>(blob.energy) / static_cast<float>(blob.count);
  const float side = static_cast<float>(std::min(w, h));
  // Codes are filled, dense and not thin; size helps little, so that a whole label does not stand
  // before the code on it.
  region.score = fill * std::sqrt(density) * std::min(side, 12.0f);
  candidates_.push_back(region);
}

void Locator::Orient(const FrameView& picture, Region& region) const {
  // Squared gradients turned twice and four times as fast add up along one direction (bars) and
  // along two crossing ones (grids).
  const Rect& box = region.box;
  const float area = static_cast<float>(box.width) * static_cast<float>(box.height);
  const bool row = std::max(box.width, box.height) > 2 * std::min(box.width, box.height);
  const float samples = row && area > kLongRowPx ? 4 * kOrientSamples : kOrientSamples;
  const int step = std::max(1, static_cast<int>(std::sqrt(area / samples)));
  float second_re = 0, second_im = 0, fourth_re = 0, fourth_im = 0, total = 0;
  const int x_end = std::min(box.x + box.width, picture.width - 1);
  const int y_end = std::min(box.y + box.height, picture.height - 1);
  // Each row is entered at another place, and rows lie at uneven distances: on an even grid,
  // modules of its pitch would show no edges, or those of one direction only.
  constexpr float kGoldenRatio = 0.618034f;
  for (int k = 0, y = std::max(1, box.y); y < y_end; ++k) {
    const auto shift = [&](float ratio) {
      const float part = static_cast<float>(k) * ratio;
      return static_cast<int>((part - std::floor(part)) * static_cast<float>(step));
    };
    y = std::max(1, box.y) + k * step + shift(1 - kGoldenRatio);
    if (y >= y_end) break;
    const uint8_t* up = picture.Row(y - 1);
    const uint8_t* row = picture.Row(y);
    const uint8_t* down = picture.Row(y + 1);
    for (int x = std::max(1, box.x) + shift(kGoldenRatio); x < x_end; x += step) {
      const int dx =
          (up[x + 1] + 2 * row[x + 1] + down[x + 1]) - (up[x - 1] + 2 * row[x - 1] + down[x - 1]);
      const int dy =
          (down[x - 1] + 2 * down[x] + down[x + 1]) - (up[x - 1] + 2 * up[x] + up[x + 1]);
      const float m = static_cast<float>(dx * dx + dy * dy);
      if (m < 60 * 60) continue;                               // noise of σ 4 stays below
      const float re = static_cast<float>(dx * dx - dy * dy);  // |g|² e^{2iθ}
      const float im = static_cast<float>(2 * dx * dy);
      second_re += re;
      second_im += im;
      fourth_re += (re * re - im * im) / m;
      fourth_im += 2 * re * im / m;
      total += m;
    }
  }
  if (total <= 0) return;
  const float bars = std::hypot(second_re, second_im) / total;
  if (bars > 0.5f) {
    region.kind = RegionKind::kBars;
    region.angle_rad = std::atan2(second_im, second_re) / 2;
    region.clarity_ratio = bars;
  } else {
    region.kind = RegionKind::kMatrix;
    region.angle_rad = std::atan2(fourth_im, fourth_re) / 4;
    region.clarity_ratio = std::hypot(fourth_re, fourth_im) / total;
  }
}

std::span<const Region> Locator::Locate(const FrameView& picture, const LocateOptions& options) {
  regions_.clear();
  if (picture.Empty() || picture.width <= kMinSide || picture.height <= kMinSide) return {};
  candidates_.clear();
  MeasureBlocks(picture, &map_);
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
    if (region.kind == RegionKind::kMatrix) {
      // A square that stands on a corner fills half of its box; count it as full.
      const float c = std::abs(std::cos(region.angle_rad));
      const float s = std::abs(std::sin(region.angle_rad));
      const auto w = static_cast<float>(region.box.width),
                 h = static_cast<float>(region.box.height);
      if (w < 1.25f * h && h < 1.25f * w) region.score *= (c + s) * (c + s);
      region.score *= 0.5f + region.clarity_ratio;
    }
    // A block beyond the map on each side, and a quiet zone.
    const int margin = kBlock + std::min(region.box.width, region.box.height) / 10;
    const Rect grown{region.box.x - margin, region.box.y - margin, region.box.width + 2 * margin,
                     region.box.height + 2 * margin};
    region.box = Intersect(grown, picture.Bounds());
  }
  std::ranges::stable_sort(regions_, std::greater{}, &Region::score);
  return regions_;
}

}  // namespace veriline::locate
