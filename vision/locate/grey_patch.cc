// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/grey_patch.h"

#include <array>
#include <cmath>

namespace veriline::locate {
namespace {

/// Of the box. Below, ten modules are not two cells each.
constexpr int kLeastPx = 20;
constexpr int kBoxCells = 96;
/// Read around the box.
constexpr float kMarginRatio = 0.12f;
constexpr int kMarginCells = 5;
constexpr int kOrientSamples = 600;
/// Grey values over two cells: noise has fewer.
constexpr int kLeastStep = 6;
constexpr float kUsual = 0.9f;       ///< of the change over two cells along x and y together
constexpr float kLeastContrast = 6;  ///< in units of values, a tenth of a factor of e

std::array<int16_t, 256> MakeLogarithms() {
  constexpr float kUnit = 64;   // a factor of e
  constexpr float kBlack = 16;  // near black noise would weigh too much
  std::array<int16_t, 256> table{};
  for (size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<int16_t>(std::lround(kUnit * std::log(static_cast<float>(i) + kBlack)));
  }
  return table;
}

}  // namespace

bool GreyPatch::Look(const FrameView& picture, const Rect& box) {
  const int longer = std::max(box.width, box.height);
  if (std::min(box.width, box.height) < kLeastPx || longer > kMostPx) return false;
  box_ = box;
  grain_px_ = 1 + longer / kBoxCells;
  cell_grains_ = 1;
  const int k = grain_px_;
  const int margin = static_cast<int>(kMarginRatio * static_cast<float>(longer)) + kMarginCells * k;
  const Rect area = Intersect(Grown(box, margin), picture.Bounds());
  origin_ = {static_cast<float>(area.x), static_cast<float>(area.y)};
  cols_ = area.width / k;
  rows_ = area.height / k;
  if (cols_ < kLeastPx / k || rows_ < kLeastPx / k) return false;
  smooth_.resize(static_cast<size_t>(cols_) * static_cast<size_t>(rows_));
  const int width = cols_ * k;
  sums_.resize(static_cast<size_t>(width));
  const auto factor = static_cast<uint32_t>((65536 + k * k - 1) / (k * k));
  for (int y = 0; y < rows_; ++y) {
    uint8_t* const out = &smooth_[static_cast<size_t>(y) * static_cast<size_t>(cols_)];
    const uint8_t* const first = picture.Row(area.y + y * k) + area.x;
    if (k == 1) {
      std::copy_n(first, cols_, out);
      continue;
    }
    uint16_t* const sums = sums_.data();
    const uint8_t* const second = picture.Row(area.y + y * k + 1) + area.x;
    for (int x = 0; x < width; ++x) sums[x] = static_cast<uint16_t>(first[x] + second[x]);
    for (int i = 2; i < k; ++i) {
      const uint8_t* const row = picture.Row(area.y + y * k + i) + area.x;
      for (int x = 0; x < width; ++x) sums[x] = static_cast<uint16_t>(sums[x] + row[x]);
    }
    if (k == 2) {
      for (int x = 0; x < cols_; ++x) {
        out[x] = static_cast<uint8_t>((sums[2 * x] + sums[2 * x + 1] + 2) / 4);
      }
      continue;
    }
    for (int x = 0; x < cols_; ++x) {
      uint32_t sum = 0;
      for (int i = 0; i < k; ++i) sum += sums[x * k + i];
      out[x] = static_cast<uint8_t>(std::min(255u, sum * factor >> 16));
    }
  }
  Orient();
  return true;
}

void GreyPatch::Coarsen() {
  // Of each grain and those to the right, below and across, in place.
  for (int y = 0; y + 1 < rows_; ++y) {
    uint8_t* const row = &smooth_[static_cast<size_t>(y) * static_cast<size_t>(cols_)];
    const uint8_t* const next = row + cols_;
    for (int x = 0; x + 1 < cols_; ++x) {
      row[x] = static_cast<uint8_t>((row[x] + row[x + 1] + next[x] + next[x + 1] + 2) / 4);
    }
  }
  --rows_;
  cell_grains_ = 2;
  Orient();
}

void GreyPatch::Orient() {
  // Squared gradients turned four times as fast add up along two crossing directions. Only in the
  // circle within the box: its corners may lie on other print.
  const int c = cell_grains_;
  const auto grain = static_cast<float>(grain_px_);
  const float radius = static_cast<float>(std::min(box_.width, box_.height)) / 2 / grain;
  const float cx =
      (static_cast<float>(box_.x) + static_cast<float>(box_.width) / 2 - origin_.x) / grain;
  const float cy =
      (static_cast<float>(box_.y) + static_cast<float>(box_.height) / 2 - origin_.y) / grain;
  const float step = std::max(1.0f, radius * std::sqrt(3.14f / kOrientSamples));
  float re = 0, im = 0, total = 0;
  float shift = 0;
  for (float fy = -radius; fy <= radius; fy += step) {
    // Each row is entered at another place, so that an even grid is not met at its pitch.
    shift += 0.618034f * step;
    if (shift >= step) shift -= step;
    const int y = static_cast<int>(cy + fy);
    if (y < c || y >= rows_ - c) continue;
    const uint8_t* const mid = &smooth_[static_cast<size_t>(y) * static_cast<size_t>(cols_)];
    const uint8_t* const up = mid - c * cols_;
    const uint8_t* const down = mid + c * cols_;
    const float reach = std::sqrt(std::max(0.0f, radius * radius - fy * fy));
    const float last = std::min(cx + reach, static_cast<float>(cols_ - c) - 0.01f);
    for (float fx = std::max(cx - reach + shift, static_cast<float>(c)); fx <= last; fx += step) {
      const int x = static_cast<int>(fx);
      const int dx =
          (up[x + c] + 2 * mid[x + c] + down[x + c]) - (up[x - c] + 2 * mid[x - c] + down[x - c]);
      const int dy =
          (down[x - c] + 2 * down[x] + down[x + c]) - (up[x - c] + 2 * up[x] + up[x + c]);
      const int square = dx * dx + dy * dy;
      if (square < 16 * kLeastStep * kLeastStep) continue;
      const auto m = static_cast<float>(square);
      const auto a = static_cast<float>(dx * dx - dy * dy), b = static_cast<float>(2 * dx * dy);
      re += (a * a - b * b) / m;
      im += 2 * a * b / m;
      total += m;
    }
  }
  angle_rad_ = std::atan2(im, re) / 4;
  clarity_ratio_ = total > 0 ? std::hypot(re, im) / total : 0;
}

void GreyPatch::Turn() {
  static const std::array<int16_t, 256> kLogarithms = MakeLogarithms();
  const float c = std::cos(angle_rad_), s = std::sin(angle_rad_);
  const float cell = cell_px();
  const auto longer = static_cast<float>(std::max(box_.width, box_.height));
  const float turned_px = longer / (std::abs(c) + std::abs(s)) + 0.15f * longer;
  side_ = std::min(static_cast<int>(turned_px / cell) + 2 * kMarginCells, kMostCells);
  half_ = static_cast<float>(side_) / 2;
  u_ = Point{c, s} * cell;
  center_ = {static_cast<float>(box_.x) + static_cast<float>(box_.width) / 2,
             static_cast<float>(box_.y) + static_cast<float>(box_.height) / 2};
  const auto n = static_cast<size_t>(side_);
  values_.resize(n * n);
  // In grains; a cell of two of them is named by the first, its middle lies between them.
  const float per_px = 1 / static_cast<float>(grain_px_);
  const float to_first = cell_grains_ == 2 ? 0.5f : 0;
  const Point first = (ToPicture({0.5f, 0.5f}) - origin_) * per_px - Point{to_first, to_first};
  const Point u = u_ * per_px, down = v() * per_px;
  constexpr float kFixed = 65536;
  const auto ux = static_cast<int32_t>(u.x * kFixed), uy = static_cast<int32_t>(u.y * kFixed);
  const int last_x = cols_ - cell_grains_, last_y = rows_ - 1;
  for (size_t y = 0; y < n; ++y) {
    const Point from = first + down * static_cast<float>(y);
    auto fx = static_cast<int32_t>(from.x * kFixed), fy = static_cast<int32_t>(from.y * kFixed);
    int16_t* const out = &values_[y * n];
    for (size_t x = 0; x < n; ++x, fx += ux, fy += uy) {
      const int px = std::clamp(fx >> 16, 0, last_x), py = std::clamp(fy >> 16, 0, last_y);
      out[x] = kLogarithms[smooth_[static_cast<size_t>(py * cols_ + px)]];
    }
  }
  // In the middle of the patch, where nothing but the symbol is.
  const size_t begin = n / 4, end = n - n / 4;
  int64_t total = 0;
  for (size_t y = begin; y < end; ++y) {
    const int16_t* const row = &values_[y * n];
    int32_t sum = 0;
    for (size_t x = begin; x < end; ++x) {
      sum += std::abs(row[x + 1] - row[x - 1]) + std::abs(row[x + n] - row[x - n]);
    }
    total += sum;
  }
  const auto area = static_cast<float>((end - begin) * (end - begin));
  contrast_ = std::max(kLeastContrast, kUsual * static_cast<float>(total) / area);
  const auto scale = static_cast<int>(100 * 256 / contrast_);
  for (auto& votes : votes_) votes.assign(n * n, 0);
  for (size_t y = 1; y + 1 < n; ++y) {
    const int16_t* const row = &values_[y * n];
    int8_t* const along_x = &votes_[0][y * n];
    for (size_t x = 1; x + 1 < n; ++x) {
      along_x[x] =
          static_cast<int8_t>(std::clamp((row[x + 1] - row[x - 1]) * scale >> 8, -100, 100));
    }
    int8_t* const along_y = votes_[1].data() + y;
    for (size_t x = 1; x + 1 < n; ++x) {
      along_y[x * n] =
          static_cast<int8_t>(std::clamp((row[x + n] - row[x - n]) * scale >> 8, -100, 100));
    }
  }
}

}  // namespace veriline::locate
