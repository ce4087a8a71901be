// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/sampling_grid.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace veriline::symbology::qr {
namespace {

constexpr float kFinderMiddle = 3.5f;  ///< from the symbol's edges, modules

/// Solves a x = b by elimination with pivots; x is left in b. False when it has no one answer.
bool Solve(std::array<std::array<double, 8>, 8>& a, std::array<double, 8>& b) {
  constexpr double kLeastPivot = 1e-9;
  for (size_t i = 0; i < 8; ++i) {
    size_t pivot = i;
    for (size_t k = i + 1; k < 8; ++k) {
      if (std::abs(a[k][i]) > std::abs(a[pivot][i])) pivot = k;
    }
    if (std::abs(a[pivot][i]) < kLeastPivot) return false;
    std::swap(a[i], a[pivot]);
    std::swap(b[i], b[pivot]);
    for (size_t k = i + 1; k < 8; ++k) {
      const double factor = a[k][i] / a[i][i];
      for (size_t j = i; j < 8; ++j) a[k][j] -= factor * a[i][j];
      b[k] -= factor * b[i];
    }
  }
  for (size_t i = 8; i-- > 0;) {
    for (size_t j = i + 1; j < 8; ++j) b[i] -= a[i][j] * b[j];
    b[i] /= a[i][i];
  }
  return true;
}

}  // namespace

PlaneMap PlaneMap::Affine(Point origin, Point right, Point down) {
  PlaneMap map;
  map.m_ = {right.x, down.x, origin.x, right.y, down.y, origin.y, 0, 0, 1};
  return map;
}

PlaneMap PlaneMap::Through(const std::array<Point, 4>& from, const std::array<Point, 4>& to) {
  // u = (m0 x + m1 y + m2) / (m6 x + m7 y + 1), and so v: two equations a place. About the first
  // place, and by the size of the figure, so that the numbers are alike.
  std::array<std::array<double, 8>, 8> a{};
  std::array<double, 8> b{};
  const double from_scale = std::max(1e-6f, Distance(from[0], from[2]));
  for (size_t i = 0; i < 4; ++i) {
    const double x = (from[i].x - from[0].x) / from_scale, y = (from[i].y - from[0].y) / from_scale;
    const double u = to[i].x - to[0].x, v = to[i].y - to[0].y;
    a[2 * i] = {x, y, 1, 0, 0, 0, -u * x, -u * y};
    a[2 * i + 1] = {0, 0, 0, x, y, 1, -v * x, -v * y};
    b[2 * i] = u;
    b[2 * i + 1] = v;
  }
  if (!Solve(a, b)) b = {};
  // Back to places of the symbol.
  const double x0 = from[0].x, y0 = from[0].y, s = 1 / from_scale;
  const auto row = [&](double p, double q, double r) {
    return std::array<double, 3>{p * s, q * s, r - (p * x0 + q * y0) * s};
  };
  std::array<double, 3> top = row(b[0], b[1], b[2]), middle = row(b[3], b[4], b[5]);
  const std::array<double, 3> bottom = row(b[6], b[7], 1);
  for (size_t k = 0; k < 3; ++k) {
    top[k] += to[0].x * bottom[k];
    middle[k] += to[0].y * bottom[k];
  }
  PlaneMap map;
  map.m_ = {top[0],    top[1],    top[2],    middle[0], middle[1],
            middle[2], bottom[0], bottom[1], bottom[2]};
  return map;
}

Point PlaneMap::At(float x, float y) const {
  const double w = m_[6] * x + m_[7] * y + m_[8];
  return {static_cast<float>((m_[0] * x + m_[1] * y + m_[2]) / w),
          static_cast<float>((m_[3] * x + m_[4] * y + m_[5]) / w)};
}

void SamplingGrid::SetFinders(const FinderCentres& centres, Version version) {
  centres_ = centres;
  size_ = static_cast<float>(version.Size());
  const float per_module = 1 / (size_ - 2 * kFinderMiddle);
  const Point right = (centres.top_right - centres.top_left) * per_module;
  const Point down = (centres.bottom_left - centres.top_left) * per_module;
  map_ = PlaneMap::Affine(centres.top_left - (right + down) * kFinderMiddle, right, down);
  lines_ = AlignmentCentres(version);
  nodes_ = {};
  found_ = 0;
  const int last = static_cast<int>(lines_.size()) - 1;
  if (last > 0) NodeAt(0, 0).known = NodeAt(0, last).known = NodeAt(last, 0).known = true;
}

void SamplingGrid::SetPlane(const PlaneMap& map) {
  map_ = map;
  lines_ = {};
  found_ = 0;
}

bool SamplingGrid::InFinder(int row, int col) const {
  const int last = static_cast<int>(lines_.size()) - 1;
  return (row == 0 && (col == 0 || col == last)) || (row == last && col == 0);
}

namespace {

Frame FrameOf(const PlaneMap& map, float x, float y) {
  return {map.At(x, y), map.At(x + 0.5f, y) - map.At(x - 0.5f, y),
          map.At(x, y + 0.5f) - map.At(x, y - 0.5f)};
}

}  // namespace

/// The alignment pattern across from the first finder pattern: with it the map knows perspective.
bool SamplingGrid::FindCorner(const LevelField& field, const PlaneMap& guess) {
  constexpr float kReach = 2.5f;
  const float at = Line(static_cast<int>(lines_.size()) - 1), far = size_ - kFinderMiddle;
  for (const PlaneMap* map : {&guess, static_cast<const PlaneMap*>(&map_)}) {
    Frame frame = FrameOf(*map, at, at);
    if (!FindAlignment(field, kReach, &frame)) continue;
    map_ = PlaneMap::Through(
        {Point{kFinderMiddle, kFinderMiddle}, {far, kFinderMiddle}, {at, at}, {kFinderMiddle, far}},
        {centres_.top_left, centres_.top_right, frame.centre, centres_.bottom_left});
    ++found_;
    return true;
  }
  return false;
}

/// How far off the map a pattern may lie, by those to the left and above.
Point SamplingGrid::Expected(int row, int col) const {
  const Node none;
  const Node& left = col > 0 ? NodeAt(row, col - 1) : none;
  const Node& above = row > 0 ? NodeAt(row - 1, col) : none;
  const Node& before = row > 0 && col > 0 ? NodeAt(row - 1, col - 1) : none;
  if (left.known && above.known) {
    return before.known ? left.off + above.off - before.off : (left.off + above.off) * 0.5f;
  }
  return left.known ? left.off : above.known ? above.off : Point{};
}

void SamplingGrid::FindAlignmentPatterns(const LevelField& field, const PlaneMap& guess) {
  constexpr float kReach = 1.5f;
  const int count = static_cast<int>(lines_.size()), last = count - 1;
  if (count == 0) return;
  const bool corner = FindCorner(field, guess);
  NodeAt(last, last).known = corner;
  for (int row = 0; row < count; ++row) {
    for (int col = 0; col < count; ++col) {
      if (InFinder(row, col) || (row == last && col == last)) continue;
      Frame frame = FrameOf(map_, Line(col), Line(row));
      const Point by_map = frame.centre;
      frame.centre = by_map + Expected(row, col);
      if (!FindAlignment(field, kReach, &frame)) continue;
      NodeAt(row, col) = {frame.centre - by_map, true};
      ++found_;
    }
  }
  FillUnknown();
}

/// What does not show lies where its neighbours say, from those that are known outwards.
void SamplingGrid::FillUnknown() {
  const int count = static_cast<int>(lines_.size());
  for (int round = 0; round < count; ++round) {
    std::array<Node, kMostLines* kMostLines> next = nodes_;
    bool all = true;
    for (int row = 0; row < count; ++row) {
      for (int col = 0; col < count; ++col) {
        if (NodeAt(row, col).known) continue;
        Point sum;
        float beside = 0;
        const auto add = [&](int r, int c) {
          if (r < 0 || c < 0 || r >= count || c >= count || !NodeAt(r, c).known) return;
          sum = sum + NodeAt(r, c).off;
          ++beside;
        };
        add(row - 1, col);
        add(row + 1, col);
        add(row, col - 1);
        add(row, col + 1);
        if (beside > 0) {
          next[static_cast<size_t>(row * kMostLines + col)] = {sum * (1 / beside), true};
        } else {
          all = false;
        }
      }
    }
    nodes_ = next;
    if (all) return;
  }
}

Point SamplingGrid::At(float x, float y) const {
  const Point by_map = map_.At(x, y);
  if (lines_.size() < 2) return by_map;
  const int last = static_cast<int>(lines_.size()) - 1;
  struct Cell {
    int before;
    float part;
  };
  const auto cell_of = [&](float at) {
    int i = 0;
    while (i + 1 < last && at >= Line(i + 1)) ++i;
    return Cell{i, std::clamp((at - Line(i)) / (Line(i + 1) - Line(i)), 0.0f, 1.0f)};
  };
  const Cell col = cell_of(x), row = cell_of(y);
  const auto along = [&](int r) {
    const Point left = NodeAt(r, col.before).off, right = NodeAt(r, col.before + 1).off;
    return left + (right - left) * col.part;
  };
  const Point top = along(row.before), bottom = along(row.before + 1);
  return by_map + top + (bottom - top) * row.part;
}

}  // namespace veriline::symbology::qr
