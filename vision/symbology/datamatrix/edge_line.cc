// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/edge_line.h"

#include <algorithm>
#include <cmath>

namespace veriline::symbology::datamatrix {

bool Cross(const Line& a, const Line& b, float* on_a) {
  const float sine = Cross(a.along, b.along);
  constexpr float kLeastSine = 0.1f;
  if (!(std::abs(sine) > kLeastSine)) return false;
  *on_a = Cross(b.at - a.at, b.along) / sine;
  return true;
}

bool Cross(const Line& a, const Line& b, Point* where) {
  float on_a = 0;
  if (!Cross(a, b, &on_a)) return false;
  *where = a.On(on_a);
  return true;
}

float TwoLevels::At(int x, int y) const {
  if (view_.values == nullptr) return view_.Dark(x, y) ? 1.0f : -1.0f;
  return view_.threshold - view_.Value(x, y);
}

float TwoLevels::Level(Point p) const {
  const float x = std::clamp(p.x - 0.5f, 0.0f, static_cast<float>(view_.width - 1));
  const float y = std::clamp(p.y - 0.5f, 0.0f, static_cast<float>(view_.height - 1));
  const int x0 = std::min(static_cast<int>(x), view_.width - 2);
  const int y0 = std::min(static_cast<int>(y), view_.height - 2);
  const float fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
  const float v00 = At(x0, y0), v01 = At(x0 + 1, y0), v10 = At(x0, y0 + 1),
              v11 = At(x0 + 1, y0 + 1);
  const float top = v00 + (v01 - v00) * fx, bottom = v10 + (v11 - v10) * fx;
  const float level = top + (bottom - top) * fy;
  return inverted_ ? -level : level;
}

void BorderPoints::Scan(const TwoLevels& picture, const Line& base, float length, Point inward,
                        float reach, float least_dark, int scans) {
  Clear();
  places_ = scans;
  spacing_ = length / static_cast<float>(scans);
  const int steps = static_cast<int>(2 * reach);
  const int needed = std::max(1, static_cast<int>(least_dark));
  for (int i = 0; i < scans; ++i) {
    const float along = length * (static_cast<float>(i) + 0.5f) / static_cast<float>(scans);
    TwoLevels::Walk walk(picture, base.On(along) - inward * reach, inward);
    bool light = false;  // seen since the last dark run
    int run = 0;
    for (int k = 0; k <= steps + needed; ++k) {
      if (!walk.NextIsDark()) {
        light = true;
        run = 0;
        continue;
      }
      if (light && ++run == needed) {
        along_.push_back(along);
        depth_.push_back(static_cast<float>(k - needed) + 0.5f - reach);
        light = false;
      }
    }
  }
}

void BorderPoints::Look(const TwoLevels& picture, const Line& base, Point inward, float along,
                        float reach) {
  ++places_;
  const int steps = std::max(2, static_cast<int>(std::ceil(2 * reach)));
  const float step = 2 * reach / static_cast<float>(steps);
  const Point from = base.On(along) - inward * reach;
  float nearest = 2 * reach;
  bool found = false;
  float before = picture.Level(from);
  for (int k = 1; k <= steps; ++k) {
    const float level = picture.Level(from + inward * (step * static_cast<float>(k)));
    if (before <= 0 && level > 0) {
      const float part = before / (before - level);
      const float depth = step * (static_cast<float>(k - 1) + part) - reach;
      if (std::abs(depth) < std::abs(nearest)) nearest = depth, found = true;
    }
    before = level;
  }
  if (!found) return;
  along_.push_back(along);
  depth_.push_back(nearest);
}

int BorderPoints::Support(float depth, float slope, float tolerance, Sought sought) const {
  const float outside = sought == Sought::kAny ? -1e9f : -tolerance;
  int support = 0;
  for (size_t i = 0; i < along_.size(); ++i) {
    const float off = depth_[i] - depth - slope * along_[i];
    support += (std::abs(off) < tolerance ? 2 : 0) - (off <= outside ? 1 : 0);
  }
  return support;
}

namespace {
/// Number `k` of some that are spread over `count` unevenly.
size_t Pick(size_t k, size_t count) {
  constexpr double kGoldenRatio = 0.6180339887;
  const double place = static_cast<double>(k) * kGoldenRatio;
  return static_cast<size_t>((place - std::floor(place)) * static_cast<double>(count));
}
}  // namespace

size_t BorderPoints::OutermostNear(size_t point) const {
  // Of a track every other module is dark, so of four scans in a row one meets its side.
  const float reach = 2.1f * spacing_;
  size_t outermost = point;
  for (size_t i = point; i-- > 0 && along_[i] >= along_[point] - reach;) {
    if (depth_[i] < depth_[outermost]) outermost = i;
  }
  for (size_t i = point + 1; i < along_.size() && along_[i] <= along_[point] + reach; ++i) {
    if (depth_[i] < depth_[outermost]) outermost = i;
  }
  return outermost;
}

size_t BorderPoints::Fit(float length, float tolerance, float steepest, Sought sought, float enough,
                         std::span<Border> best) const {
  // Through pairs of points, one from each half.
  constexpr size_t kPicks = 8;
  size_t near = 0;
  while (near < along_.size() && along_[near] < length * 0.45f) ++near;
  size_t far = near;
  while (far < along_.size() && along_[far] < length * 0.55f) ++far;
  if (near == 0 || far == along_.size()) near = far = along_.size() / 2;
  const size_t after = along_.size() - far;
  const size_t nears = std::min(near, kPicks), fars = std::min(after, kPicks);
  const int points_enough = static_cast<int>(2 * enough * static_cast<float>(places_));
  size_t count = 0;
  for (size_t a = 0; a < nears; ++a) {
    for (size_t b = 0; b < fars; ++b) {
      // From the ends inward, the longest base first, and in no step that could fall in with that
      // of a track.
      size_t i = Pick(a, near), j = along_.size() - 1 - Pick(b, after);
      if (sought == Sought::kTrack) i = OutermostNear(i), j = OutermostNear(j);
      const float run = along_[j] - along_[i];
      if (!(run > 0)) continue;
      const float slope = (depth_[j] - depth_[i]) / run;
      if (std::abs(slope) > steepest) continue;
      Border border{depth_[i] - slope * along_[i], slope, 0};
      border.support = Support(border.depth, slope, tolerance, sought);
      size_t at = 0;
      while (at < count && (std::abs(best[at].depth - border.depth) >= 2 * tolerance ||
                            std::abs(best[at].At(length) - border.At(length)) >= 2 * tolerance)) {
        ++at;
      }
      if (at < count) {
        if (border.support > best[at].support) best[at] = border;
      } else if (count < best.size()) {
        best[count++] = border;
      } else {
        at = static_cast<size_t>(std::min_element(best.begin(), best.end(),
                                                  [](const Border& x, const Border& y) {
                                                    return x.support < y.support;
                                                  }) -
                                 best.begin());
        if (border.support > best[at].support) best[at] = border;
      }
      if (border.support >= points_enough) {
        best[0] = border;
        return 1;
      }
    }
  }
  std::sort(best.begin(), best.begin() + static_cast<ptrdiff_t>(count),
            [](const Border& x, const Border& y) { return x.support > y.support; });
  return count;
}

int BorderPoints::CountAt(const Border& border, float tolerance) const {
  int count = 0;
  for (size_t i = 0; i < along_.size(); ++i) {
    count += std::abs(depth_[i] - border.At(along_[i])) < tolerance;
  }
  return count;
}

Border BorderPoints::Refined(const Border& border, float tolerance) const {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (size_t i = 0; i < along_.size(); ++i) {
    if (std::abs(depth_[i] - border.At(along_[i])) >= tolerance) continue;
    const double x = along_[i], y = depth_[i];
    n += 1, sx += x, sy += y, sxx += x * x, sxy += x * y;
  }
  const double det = n * sxx - sx * sx;
  if (n < 2 || !(det > 1e-6)) return border;
  const double slope = (n * sxy - sx * sy) / det;
  return {static_cast<float>((sy - slope * sx) / n), static_cast<float>(slope),
          static_cast<int>(n)};
}

float BorderPoints::LongestGap(const Border& border, float tolerance) const {
  float last = -1, longest = 0;
  for (size_t i = 0; i < along_.size(); ++i) {
    if (std::abs(depth_[i] - border.At(along_[i])) >= tolerance) continue;
    if (last >= 0) longest = std::max(longest, along_[i] - last);
    last = along_[i];
  }
  return longest;
}

}  // namespace veriline::symbology::datamatrix
