// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/qr_search.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace veriline::locate {
namespace {

/// Half a side of the square around a pixel whose mean is the limit there.
constexpr int kMeanReachPx = 24;
constexpr float kLeastModulePx = 1.2f;
/// Of a run, in modules; blur and ink spread make dark ones longer and light ones shorter.
constexpr float kTolerance = 0.6f;
/// Sizes of the patterns of one symbol that leans away.
constexpr float kMostSizeRatio = 2;
constexpr size_t kMostPatterns = 48;
constexpr size_t kMostTriples = 64;
/// Version 1 has 14 modules between the middles, version 40 170.
constexpr float kLeastModules = 11.5f;
constexpr float kMostModules = 190;
constexpr float kMostCosine = 0.6f;
constexpr float kMostSidesRatio = 2.2f;

/// Whether five runs are 1:1:3:1:1.
bool IsPattern(const float* edges, float* module_px) {
  const float module = (edges[5] - edges[0]) / 7;
  if (module < kLeastModulePx) return false;
  constexpr std::array<float, 5> kRuns = {1, 1, 3, 1, 1};
  // Edges of few pixels are known to a part of one.
  const float off = kTolerance * module + 0.25f;
  for (size_t i = 0; i < 5; ++i) {
    const float run = edges[i + 1] - edges[i];
    if (std::abs(run - kRuns[i] * module) > (i == 2 ? 1.4f * off : off)) return false;
  }
  *module_px = module;
  return true;
}

}  // namespace

void QrSearch::Flatten(const FrameView& picture) {
  width_ = picture.width;
  height_ = picture.height;
  const auto width = static_cast<size_t>(width_);
  above_.resize(width * static_cast<size_t>(height_));
  sums_.assign(width, 0);
  int first = 0, last = -1;  // rows within the sums
  for (int y = 0; y < height_; ++y) {
    for (; last < std::min(height_ - 1, y + kMeanReachPx); ++last) {
      const uint8_t* row = picture.Row(last + 1);
      for (size_t x = 0; x < width; ++x) sums_[x] += row[x];
    }
    for (; first < y - kMeanReachPx; ++first) {
      const uint8_t* row = picture.Row(first);
      for (size_t x = 0; x < width; ++x) sums_[x] -= row[x];
    }
    const int rows = last - first + 1;
    uint32_t sum = 0;
    int left = 0, right = -1;
    int16_t* out = above_.data() + static_cast<size_t>(y) * width;
    const uint8_t* row = picture.Row(y);
    float scale = 0;
    for (int x = 0; x < width_; ++x) {
      const int from = std::max(0, x - kMeanReachPx), to = std::min(width_ - 1, x + kMeanReachPx);
      if (right < to || left < from || x == 0) {
        for (; right < to; ++right) sum += sums_[static_cast<size_t>(right + 1)];
        for (; left < from; ++left) sum -= sums_[static_cast<size_t>(left)];
        scale = 1.0f / static_cast<float>(rows * (to - from + 1));
      }
      // In eighths: means of a dark picture lie between two grey values.
      out[x] = static_cast<int16_t>(8 * row[x] -
                                    static_cast<int>(8 * static_cast<float>(sum) * scale + 0.5f));
    }
  }
}

float QrSearch::At(Point p) const {
  const float x = std::clamp(p.x - 0.5f, 0.0f, static_cast<float>(width_ - 1) - 0.001f);
  const float y = std::clamp(p.y - 0.5f, 0.0f, static_cast<float>(height_ - 1) - 0.001f);
  const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
  const float fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
  const int16_t* a = above_.data() + static_cast<size_t>(y0) * static_cast<size_t>(width_) +
                     static_cast<size_t>(x0);
  const int16_t* b = a + width_;
  const float upper = static_cast<float>(a[0]) + fx * static_cast<float>(a[1] - a[0]);
  const float lower = static_cast<float>(b[0]) + fx * static_cast<float>(b[1] - b[0]);
  return upper + fy * (lower - upper);
}

/// From the middle outwards, both ways: the edges after 1½, 2½ and 3½ modules.
QrSearch::Arms QrSearch::ArmsAlong(Point middle, Point direction, float module_px,
                                   bool inverted) const {
  const float sign = inverted ? -1.0f : 1.0f;
  const float step = std::clamp(module_px / 5, 0.4f, 2.0f);
  const float most = 5.5f * module_px;
  std::array<std::array<float, 3>, 2> ends;
  for (size_t side = 0; side < 2; ++side) {
    const Point way = side == 0 ? direction : direction * -1.0f;
    float last = sign * At(middle);
    if (last >= 0) return {};
    size_t found = 0;
    for (float t = step; t < most && found < 3; t += step) {
      const Point at = middle + way * t;
      if (at.x < 0 || at.y < 0 || at.x >= static_cast<float>(width_) ||
          at.y >= static_cast<float>(height_)) {
        // The border of the picture may end the pattern.
        if (found == 2) ends[side][found++] = t;
        break;
      }
      const float now = sign * At(at);
      if ((now >= 0) != (last >= 0)) {
        ends[side][found++] = t - step * now / (now - last);
      }
      last = now;
    }
    if (found < 3) return {};
  }
  const float module = (ends[0][2] + ends[1][2]) / 7;
  if (module < kLeastModulePx) return {};
  const float off = kTolerance * module + 0.25f;
  float shift = 0;
  for (size_t i = 0; i < 3; ++i) {
    const float modules = 1.5f + static_cast<float>(i);
    shift += ends[0][i] - ends[1][i];
    if (std::abs((ends[0][i] + ends[1][i]) / 2 - modules * module) > off) return {};
  }
  shift /= 6;
  for (const auto& end : ends) {
    if (std::abs(end[1] - end[0] - module) > off || std::abs(end[2] - end[1] - module) > off) {
      return {};
    }
  }
  if (std::abs(shift) > 1.5f * module) return {};
  return {module, shift};
}

/// Through the middle, or, where something lies over the pattern, beside it.
QrSearch::Arms QrSearch::ArmsOf(Point middle, Point direction, float module_px,
                                bool inverted) const {
  const Point beside = Point{-direction.y, direction.x} * (0.9f * module_px);
  for (const Point from : {middle, middle + beside, middle - beside}) {
    const Arms arms = ArmsAlong(from, direction, module_px, inverted);
    if (arms.module_px != 0) return arms;
  }
  return {};
}

void QrSearch::AddPattern(Point near, float module_px, bool inverted) {
  auto& patterns = patterns_[inverted];
  for (Pattern& known : patterns) {
    if (Distance(known.middle, near) > 2 * known.module_px) continue;
    ++known.seen;
    return;
  }
  Point middle = near;
  float across = 0, along = module_px;
  for (int round = 0; round < 2; ++round) {
    const Arms down = ArmsOf(middle, {0, 1}, along, inverted);
    if (down.module_px == 0) return;
    middle.y += down.shift_px;
    across = down.module_px;
    const Arms right = ArmsOf(middle, {1, 0}, along, inverted);
    if (right.module_px == 0) return;
    middle.x += right.shift_px;
    along = right.module_px;
  }
  if (std::max(across, along) > kMostSizeRatio * std::min(across, along)) return;
  constexpr float kHalf = 0.70710678f;
  const float module = std::sqrt(across * along);
  if (ArmsOf(middle, {kHalf, kHalf}, module * 1.4f, inverted).module_px == 0 &&
      ArmsOf(middle, {kHalf, -kHalf}, module * 1.4f, inverted).module_px == 0) {
    return;
  }
  patterns.push_back({middle, module, 1});
}

void QrSearch::FindPatterns() {
  for (auto& patterns : patterns_) patterns.clear();
  for (int y = 0; y < height_; ++y) {
    const int16_t* row = above_.data() + static_cast<size_t>(y) * static_cast<size_t>(width_);
    edges_.clear();
    // A pattern may begin at the border of the picture.
    const bool starts_light = row[0] >= 0;
    edges_.push_back(0);
    for (int x = 1; x < width_; ++x) {
      if ((row[x] >= 0) == (row[x - 1] >= 0)) continue;
      const float step = static_cast<float>(row[x - 1]) / static_cast<float>(row[x - 1] - row[x]);
      edges_.push_back(static_cast<float>(x) - 0.5f + step);
    }
    edges_.push_back(static_cast<float>(width_));
    for (size_t i = 0; i + 5 < edges_.size(); ++i) {
      float module = 0;
      if (!IsPattern(&edges_[i], &module)) continue;
      const bool light = starts_light == (i % 2 == 0);  // the first of the five runs
      AddPattern({(edges_[i + 2] + edges_[i + 3]) / 2, static_cast<float>(y) + 0.5f}, module,
                 light);
    }
  }
}

void QrSearch::Join(bool inverted) {
  auto& patterns = patterns_[inverted];
  std::ranges::stable_sort(patterns, [](const Pattern& a, const Pattern& b) {
    return static_cast<float>(a.seen) / a.module_px > static_cast<float>(b.seen) / b.module_px;
  });
  if (patterns.size() > kMostPatterns) patterns.resize(kMostPatterns);
  const auto is_alike = [](const Pattern& a, const Pattern& b) {
    return a.module_px < kMostSizeRatio * b.module_px && b.module_px < kMostSizeRatio * a.module_px;
  };
  for (const Pattern& corner : patterns) {
    for (const Pattern& a : patterns) {
      if (&a == &corner || !is_alike(a, corner)) continue;
      for (const Pattern& b : patterns) {
        if (&b == &corner || &b == &a || !is_alike(b, corner)) continue;
        const Point to_a = a.middle - corner.middle, to_b = b.middle - corner.middle;
        if (Cross(to_a, to_b) <= 0) continue;  // a is at the right
        const float length_a = std::hypot(to_a.x, to_a.y), length_b = std::hypot(to_b.x, to_b.y);
        if (length_a > kMostSidesRatio * length_b || length_b > kMostSidesRatio * length_a)
          continue;
        if (std::min(length_a, length_b) < 0.6f * kLeastModules * corner.module_px) continue;
        if (std::max(length_a, length_b) > kMostModules * corner.module_px) continue;
        if (std::abs(Dot(to_a, to_b)) > kMostCosine * length_a * length_b) continue;
        QrTriple triple;
        triple.middles = {corner.middle, a.middle, b.middle};
        triple.inverted = inverted;
        const auto sides = [&](const Pattern& far, Point way, std::array<float, 2>* px) {
          (*px)[0] = ArmsOf(corner.middle, way, corner.module_px, inverted).module_px;
          if ((*px)[0] == 0) return false;
          (*px)[1] = ArmsOf(far.middle, way, far.module_px, inverted).module_px;
          return (*px)[1] != 0;
        };
        if (!sides(a, to_a * (1 / length_a), &triple.right_px)) continue;
        if (!sides(b, to_b * (1 / length_b), &triple.down_px)) continue;
        // Along a line that leans away modules shrink so that this is their number.
        const float across = length_a / std::sqrt(triple.right_px[0] * triple.right_px[1]);
        const float down = length_b / std::sqrt(triple.down_px[0] * triple.down_px[1]);
        triple.modules = (across + down) / 2;
        if (triple.modules < kLeastModules || triple.modules > kMostModules) continue;
        const float off = std::abs(across - down);
        if (off > 1.5f + 0.2f * triple.modules) continue;
        triple.misfit = off / triple.modules +
                        std::abs(std::log(triple.right_px[0] / triple.right_px[1])) / 2 +
                        std::abs(std::log(triple.down_px[0] / triple.down_px[1])) / 2 +
                        std::abs(Dot(to_a, to_b)) / (length_a * length_b) / 2;
        triples_.push_back(triple);
      }
    }
  }
}

std::span<const QrTriple> QrSearch::Look(const FrameView& picture) {
  triples_.clear();
  constexpr int kLeastSide = 21;
  if (picture.Empty() || std::min(picture.width, picture.height) < kLeastSide) return {};
  Flatten(picture);
  FindPatterns();
  for (const bool inverted : {false, true}) Join(inverted);
  std::ranges::stable_sort(triples_, {}, &QrTriple::misfit);
  if (triples_.size() > kMostTriples) triples_.resize(kMostTriples);
  return triples_;
}

}  // namespace veriline::locate
