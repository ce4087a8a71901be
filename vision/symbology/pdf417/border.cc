// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/border.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace veriline::symbology::pdf417 {
namespace {

/// A point belongs to a fit when its row is no further off.
constexpr float kMostRowsOff = 1.0f;
/// Pairs of points that are tried for a first fit.
constexpr size_t kPairs = 60;
/// So many different rows tell perspective from noise.
constexpr int kRowsToBend = 6;
/// Beyond its ends a border goes on as these last points do.
constexpr size_t kEndPoints = 12;

}  // namespace

void Border::Clear() {
  points_.clear();
  base_ = per_row_ = bend_ = 0;
}

void Border::Add(Point at, float x_px, int row) {
  const float along = points_.empty() ? 0 : points_.back().along + Distance(points_.back().at, at);
  points_.push_back({at, x_px, row, along});
}

float Border::x_px() const {
  float sum = 0;
  for (const BorderPoint& p : points_) sum += p.x_px;
  return points_.empty() ? 0 : sum / static_cast<float>(points_.size());
}

float Border::length() const { return points_.empty() ? 0 : points_.back().along; }

Point Border::Direction() const {
  if (points_.size() < 2) return {};
  const Point whole = points_.back().at - points_.front().at;
  const float length = std::hypot(whole.x, whole.y);
  return length > 0 ? whole * (1 / length) : Point{};
}

Point Border::AtLength(float along) const {
  if (points_.size() == 1) return points_.front().at;
  const size_t n = points_.size();
  if (along < 0 || along > length()) {
    const bool before = along < 0;
    const BorderPoint& end = before ? points_.front() : points_.back();
    const BorderPoint& inner = before ? points_[std::min(kEndPoints, n - 1)]
                                      : points_[n - 1 - std::min(kEndPoints, n - 1)];
    const float run = end.along - inner.along;
    if (run == 0) return end.at;
    return end.at + (end.at - inner.at) * ((along - end.along) / run);
  }
  size_t i = static_cast<size_t>(std::ranges::lower_bound(points_, along, {}, &BorderPoint::along) -
                                 points_.begin());
  i = std::clamp<size_t>(i, 1, n - 1);
  const BorderPoint &a = points_[i - 1], &b = points_[i];
  const float run = b.along - a.along;
  return run > 0 ? a.at + (b.at - a.at) * ((along - a.along) / run) : a.at;
}

Point Border::AtRow(float row) const {
  return AtLength(base_ + per_row_ * row + bend_ * row * row);
}

bool Border::FitRows(size_t least_rows) {
  // Least squares of the place over the row; first by the pair of points that most others agree to.
  const auto off = [this](const BorderPoint& p, float base, float per_row, float bend) {
    const float row = static_cast<float>(p.row) + 0.5f;
    return std::abs(p.along - (base + per_row * row + bend * row * row)) / std::abs(per_row);
  };
  size_t known = 0;
  for (const BorderPoint& p : points_) known += p.row >= 0;
  if (known < 2) return false;
  const size_t step = std::max<size_t>(1, points_.size() / kPairs);
  size_t best_count = 0;
  float base = 0, per_row = 0;
  for (size_t i = 0; i < points_.size(); i += step) {
    const BorderPoint& a = points_[i];
    if (a.row < 0) continue;
    for (size_t k = i + 1; k < points_.size(); k += step) {
      const BorderPoint& b = points_[k];
      if (b.row < 0 || std::abs(b.row - a.row) < 2) continue;
      const float slope = (b.along - a.along) / static_cast<float>(b.row - a.row);
      if (std::abs(slope) < a.x_px) continue;  // no row is less than 2 X high
      const float at = a.along - slope * (static_cast<float>(a.row) + 0.5f);
      size_t count = 0;
      for (size_t m = 0; m < points_.size(); m += step) {
        count += points_[m].row >= 0 && off(points_[m], at, slope, 0) < kMostRowsOff;
      }
      if (count > best_count) best_count = count, base = at, per_row = slope;
    }
  }
  if (best_count < 2) return false;
  float bend = 0;
  size_t rows = 0;
  for (const bool bent : {false, false, true}) {
    // Normal equations of along = base + per_row · row + bend · row².
    double s[5] = {}, t[3] = {};
    int first = 1 << 20, last = -1;
    rows = 0;
    uint64_t seen[2] = {};
    for (const BorderPoint& p : points_) {
      if (p.row < 0 || off(p, base, per_row, bend) > kMostRowsOff) continue;
      const double row = p.row + 0.5;
      double power = 1;
      for (int i = 0; i < 5; ++i, power *= row) {
        s[i] += power;
        if (i < 3) t[i] += power * p.along;
      }
      first = std::min(first, p.row), last = std::max(last, p.row);
      if (p.row < 128) seen[p.row / 64] |= uint64_t{1} << (p.row % 64);
    }
    rows = static_cast<size_t>(std::popcount(seen[0]) + std::popcount(seen[1]));
    if (rows < 2 || rows < least_rows) return false;
    if (bent && last - first >= kRowsToBend) {
      const double det = s[0] * (s[2] * s[4] - s[3] * s[3]) - s[1] * (s[1] * s[4] - s[3] * s[2]) +
                         s[2] * (s[1] * s[3] - s[2] * s[2]);
      if (std::abs(det) < 1e-6) continue;
      const double d0 = t[0] * (s[2] * s[4] - s[3] * s[3]) - s[1] * (t[1] * s[4] - s[3] * t[2]) +
                        s[2] * (t[1] * s[3] - s[2] * t[2]);
      const double d1 = s[0] * (t[1] * s[4] - t[2] * s[3]) - t[0] * (s[1] * s[4] - s[3] * s[2]) +
                        s[2] * (s[1] * t[2] - t[1] * s[2]);
      const double d2 = s[0] * (s[2] * t[2] - t[1] * s[3]) - s[1] * (s[1] * t[2] - t[1] * s[2]) +
                        t[0] * (s[1] * s[3] - s[2] * s[2]);
      base = static_cast<float>(d0 / det);
      per_row = static_cast<float>(d1 / det);
      bend = static_cast<float>(d2 / det);
    } else if (!bent) {
      const double det = s[0] * s[2] - s[1] * s[1];
      if (std::abs(det) < 1e-9) return false;
      base = static_cast<float>((t[0] * s[2] - s[1] * t[1]) / det);
      per_row = static_cast<float>((s[0] * t[1] - s[1] * t[0]) / det);
    }
    if (per_row == 0) return false;
  }
  base_ = base;
  per_row_ = per_row;
  bend_ = bend;
  return true;
}

void Border::RowsFrom(const Border& other) {
  const Point down = Direction();
  const auto along_of = [&](Point p) { return Dot(p - points_.front().at, down); };
  // Two rows tell the scale; bends the other has are taken as they are.
  const float zero = along_of(other.AtRow(0)), one = along_of(other.AtRow(1));
  base_ = zero;
  bend_ = other.bend_;
  per_row_ = one - zero - bend_;
}

void Border::Beside(const Border& other, Point away) {
  points_ = other.points_;
  for (BorderPoint& p : points_) p.at = p.at + away;
  base_ = other.base_;
  per_row_ = other.per_row_;
  bend_ = other.bend_;
}

void Border::Stretch(const Border& from, float times) {
  for (size_t i = 0; i < std::min(points_.size(), from.points_.size()); ++i) {
    points_[i].at = from.points_[i].at + (points_[i].at - from.points_[i].at) * times;
  }
}

}  // namespace veriline::symbology::pdf417
