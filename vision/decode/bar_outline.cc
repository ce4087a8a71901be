// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/bar_outline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "vision/decode/patch.h"

namespace veriline::decode {
namespace {

constexpr size_t kMaxEdges = 24;
constexpr size_t kLeastEdges = 4;
constexpr float kMinLengthPx = 8;
constexpr float kProfileStepPx = 0.5f;
/// Least difference between bar and space (grey) that is followed.
constexpr float kMinContrast = 12;
/// How far an edge may be interrupted, by a scratch or a speck.
constexpr int kMaxGapPx = 3;
/// An edge moves by less than that a pixel line, up to a slant of 20°.
constexpr float kMaxDriftPx = 0.4f;
/// How far on both sides of an edge grey values are taken: little, so that they differ as soon as
/// it moves, and the next bar is out of sight.
constexpr float kReachPx = 0.75f;
/// Where the ends of bars are: at most so far from the line through most of them, and so many of
/// them. Scratches, blur and print beside them make edges end anywhere.
constexpr float kEndTolerancePx = 2;
constexpr float kLeastAgreedRatio = 0.6f;
/// Bars that seem lower than that part of their row are looked at once more, row by row; rows go on
/// beyond the bars of a strip that lies at a slant, but not as far.
constexpr float kLowRatio = 0.125f;
constexpr float kMuchHigher = 3;
/// Middles of wide bars and spaces are looked for no farther than that from their edge.
constexpr float kFarthestPx = 3;
/// How far beyond an outline its bars are looked for, in its lengths.
constexpr float kMostExtensions = 4;
/// How far the strip's ends may be from the edges that they mean: px, or modules where that is
/// more.
constexpr float kSnapPx = 3;
constexpr float kSnapModules = 1.4f;

/// Grey values along a row of bars; those of an inverted symbol are turned around, so that bars
/// are always dark.
class Bars {
 public:
  Bars(const FrameView& picture, Point left, Point right, bool inverted)
      : picture_(picture),
        inverted_(inverted),
        along_((right - left) * (1 / Distance(left, right))),
        down_{-along_.y, along_.x} {}

  Point along() const { return along_; }
  Point down() const { return down_; }
  float At(Point p) const {
    const float grey = SampleAt(picture_, p);
    return inverted_ ? 255 - grey : grey;
  }
  bool Holds(Point p) const {
    return p.x >= 0 && p.y >= 0 && p.x < static_cast<float>(picture_.width) &&
           p.y < static_cast<float>(picture_.height);
  }

 private:
  const FrameView& picture_;
  bool inverted_;
  Point along_;
  Point down_;
};

/// From a space to a bar, read from left to right; on the strip's own line.
struct Edge {
  Point at;
  float to_space_px = 0;  ///< from the edge to where the space is lightest
  float to_bar_px = 0;    ///< and the bar darkest
  float contrast = 0;     ///< between those two
};

/// An edge's way from end to end.
struct Track {
  Point top;
  Point bottom;
};

/// The edges of up to kMaxEdges bars, spread evenly.
class EdgeFinder {
 public:
  EdgeFinder(const Bars& bars, Point left, float length)
      : bars_(bars), left_(left), count_(static_cast<int>(length / kProfileStepPx)) {
    float least = 255, most = 0;
    for (int i = 0; i < count_; ++i) {
      const float grey = Grey(i);
      least = std::min(least, grey);
      most = std::max(most, grey);
    }
    threshold_ = (least + most) / 2;
    contrast_ = most - least;
  }

  float threshold() const { return threshold_; }

  std::span<const Edge> Find() {
    if (contrast_ < kMinContrast) return {};
    const int bars = Walk(1, 0);
    const int every =
        std::max(1, (bars + static_cast<int>(kMaxEdges) - 1) / static_cast<int>(kMaxEdges));
    Walk(every, kMaxEdges);
    return {edges_.data(), found_};
  }

 private:
  float Grey(int i) const {
    const Point p = left_ + bars_.along() * (static_cast<float>(i) * kProfileStepPx);
    return (bars_.At(p - bars_.down()) + bars_.At(p) + bars_.At(p + bars_.down())) / 3;
  }

  /// Counts the bars and keeps each `every`-th, at most `most`.
  int Walk(int every, size_t most) {
    found_ = 0;
    int bars = 0;
    float begin_at = -1, end_at = 0, before = Grey(0);
    for (int i = 1; i < count_; ++i) {
      const float now = Grey(i);
      const float at =
          (static_cast<float>(i - 1) + (threshold_ - before) / (now - before)) * kProfileStepPx;
      if (before >= threshold_ && now < threshold_) {
        begin_at = at;
      } else if (begin_at >= 0 && before < threshold_ && now >= threshold_) {
        if (bars++ % every == 0 && found_ < most) Keep(begin_at, begin_at - end_at, at - begin_at);
        end_at = at;
        begin_at = -1;
      }
      before = now;
    }
    return bars;
  }

  void Keep(float at_px, float space_px, float bar_px) {
    Edge edge;
    edge.at = left_ + bars_.along() * at_px;
    edge.to_space_px = std::min(space_px / 2, kFarthestPx);
    edge.to_bar_px = std::min(bar_px / 2, kFarthestPx);
    edge.contrast = bars_.At(edge.at - bars_.along() * edge.to_space_px) -
                    bars_.At(edge.at + bars_.along() * edge.to_bar_px);
    if (edge.contrast >= kMinContrast) edges_[found_++] = edge;
  }

  const Bars& bars_;
  Point left_;
  int count_;
  float threshold_ = 0;
  float contrast_ = 0;
  std::array<Edge, kMaxEdges> edges_;
  size_t found_ = 0;
};

/// Follows an edge in steps of a pixel along `step` to the end of its bar.
Point Follow(const Bars& bars, const Edge& edge, Point step) {
  constexpr float kSmoothing = 0.1f;
  const float reach = std::min({kReachPx, edge.to_space_px, edge.to_bar_px});
  Point at = edge.at, end = edge.at;
  float drift = 0;  // of the edge a step, smoothed
  float contrast_at_end = edge.contrast, contrast_behind = edge.contrast;
  for (int misses = 0; misses <= kMaxGapPx;) {
    at = at + step + bars.along() * drift;
    if (!bars.Holds(at)) break;
    const float light = bars.At(at - bars.along() * edge.to_space_px);
    const float dark = bars.At(at + bars.along() * edge.to_bar_px);
    const float contrast = light - dark;
    if (contrast < edge.contrast / 2) {
      if (misses++ == 0) contrast_behind = contrast;
      continue;
    }
    misses = 0;
    contrast_at_end = contrast;
    const float near_light = bars.At(at - bars.along() * reach);
    const float near_dark = bars.At(at + bars.along() * reach);
    if (near_light - near_dark > contrast / 4) {
      const float part = (near_light - (light + dark) / 2) / (near_light - near_dark);
      const float moved = std::clamp(reach * (2 * part - 1), -kMaxDriftPx, kMaxDriftPx);
      at = at + bars.along() * moved;
      drift = std::clamp(drift + kSmoothing * moved, -kMaxDriftPx, kMaxDriftPx);
    }
    end = at;
  }
  // The bar ends between this line and the next.
  const float lost = contrast_at_end - contrast_behind;
  if (lost <= 0) return end;
  return end + (step + bars.along() * drift) *
                   std::min(1.0f, (contrast_at_end - edge.contrast / 2) / lost);
}

float Median(std::span<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// A line through most of the points.
struct Line {
  Point at;
  Point direction;
  float agreed_ratio = 0;  ///< of the points
};

/// Source: H. Theil, P. K. Sen: the median of the slopes of all pairs, and of what is left then.
Line FitMost(const Bars& bars, std::span<const Point> points) {
  std::array<float, kMaxEdges * kMaxEdges / 2> slopes;
  size_t pairs = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    for (size_t k = i + 1; k < points.size(); ++k) {
      const Point d = points[k] - points[i];
      const float run = Dot(d, bars.along());
      if (run > 1) slopes[pairs++] = Dot(d, bars.down()) / run;
    }
  }
  const float slope = pairs == 0 ? 0 : Median({slopes.data(), pairs});
  std::array<float, kMaxEdges> heights{};
  for (size_t i = 0; i < points.size(); ++i) {
    const Point d = points[i] - points[0];
    heights[i] = Dot(d, bars.down()) - slope * Dot(d, bars.along());
  }
  std::array<float, kMaxEdges> ordered = heights;
  const float height = Median({ordered.data(), points.size()});
  const auto agreed =
      std::count_if(heights.begin(), heights.begin() + static_cast<std::ptrdiff_t>(points.size()),
                    [&](float h) { return std::abs(h - height) < kEndTolerancePx; });
  return {points[0] + bars.down() * height, bars.along() + bars.down() * slope,
          static_cast<float>(agreed) / static_cast<float>(points.size())};
}

Point Cross(const Line& a, const Line& b) {
  const float d = veriline::Cross(a.direction, b.direction);
  if (std::abs(d) < 1e-6f) return a.at;
  return a.at + a.direction * (veriline::Cross(b.at - a.at, b.direction) / d);
}

/// The outer edge of a bar nearest to `p` on the strip's line, `outwards` pointing away from the
/// symbol; `p` itself when there is none within `reach_px`.
Point Snap(const Bars& bars, Point p, Point outwards, float threshold, float reach_px) {
  Point best = p;
  float nearest = reach_px;
  constexpr float kStep = 0.5f;
  for (float t = -reach_px; t < reach_px; t += kStep) {
    const float a = bars.At(p + outwards * t), b = bars.At(p + outwards * (t + kStep));
    if (a >= threshold || b < threshold) continue;
    const float at = t + kStep * (threshold - a) / (b - a);
    if (std::abs(at) >= nearest) continue;
    nearest = std::abs(at);
    best = p + outwards * at;
  }
  return best;
}

float HeightOf(const Quad& quad) { return Distance(quad.corners[0], quad.corners[3]); }

}  // namespace

Quad OutlineOfBars(const FrameView& picture, const Quad& strip, bool inverted) {
  Point left = (strip.corners[0] + strip.corners[3]) * 0.5f;
  Point right = (strip.corners[1] + strip.corners[2]) * 0.5f;
  const float length = Distance(left, right);
  if (picture.Empty() || length < kMinLengthPx) return strip;
  const Bars bars(picture, left, right, inverted);
  EdgeFinder finder(bars, left - bars.along() * kSnapPx, length + 2 * kSnapPx);
  const std::span<const Edge> edges = finder.Find();
  if (edges.size() < kLeastEdges) return ExtendAlongBars(picture, strip);

  std::array<Point, kMaxEdges> tops, bottoms;
  std::array<float, kMaxEdges> leans;
  size_t long_ones = 0;
  for (size_t i = 0; i < edges.size(); ++i) {
    tops[i] = Follow(bars, edges[i], bars.down() * -1.0f);
    bottoms[i] = Follow(bars, edges[i], bars.down());
    const Point d = bottoms[i] - tops[i];
    const float height = Dot(d, bars.down());
    if (height >= kMinLengthPx) leans[long_ones++] = Dot(d, bars.along()) / height;
  }
  const float lean = long_ones == 0 ? 0 : Median({leans.data(), long_ones});
  const Point side = bars.down() + bars.along() * lean;
  float narrowest_px = 2 * kFarthestPx;
  for (const Edge& edge : edges) narrowest_px = std::min(narrowest_px, 2 * edge.to_bar_px);
  const float snap_px = std::max(kSnapPx, kSnapModules * narrowest_px);
  left = Snap(bars, left, bars.along() * -1.0f, finder.threshold(), snap_px);
  right = Snap(bars, right, bars.along(), finder.threshold(), snap_px);
  const Line top = FitMost(bars, {tops.data(), edges.size()});
  const Line bottom = FitMost(bars, {bottoms.data(), edges.size()});
  if (std::min(top.agreed_ratio, bottom.agreed_ratio) < kLeastAgreedRatio) {
    return ExtendAlongBars(picture, strip);
  }
  const Line at_left{left, side}, at_right{right, side};
  const Quad outline = {
      {Cross(top, at_left), Cross(top, at_right), Cross(bottom, at_right), Cross(bottom, at_left)}};
  if (HeightOf(outline) < kLowRatio * length) {
    const Quad rows = ExtendAlongBars(picture, strip);
    if (HeightOf(rows) > kMuchHigher * HeightOf(outline)) return rows;
  }
  return outline;
}

Quad ExtendedOverBars(const FrameView& picture, const Quad& outline, float widest_px,
                      bool inverted) {
  const auto& [top_left, top_right, bottom_right, bottom_left] = outline.corners;
  const float length = Distance(top_left, top_right);
  if (picture.Empty() || length < kMinLengthPx) return outline;
  const Bars bars(picture, top_left, top_right, inverted);
  /// Mean over the height of the bars, `px` right of the left end.
  const auto grey = [&](float px) {
    constexpr std::array<float, 5> kHeights = {0.2f, 0.35f, 0.5f, 0.65f, 0.8f};
    float sum = 0;
    for (const float t : kHeights) {
      const Point left = top_left * (1 - t) + bottom_left * t;
      const Point right = top_right * (1 - t) + bottom_right * t;
      sum += bars.At(left + (right - left) * (px / length));
    }
    return sum / kHeights.size();
  };
  float least = 255, most = 0;
  for (float px = 0; px < length; px += 1) {
    least = std::min(least, grey(px)), most = std::max(most, grey(px));
  }
  const float threshold = (least + most) / 2;
  if (widest_px <= 0) {
    float run = 0;
    bool dark = true;
    for (float px = 0; px < length; px += kProfileStepPx) {
      const bool now = grey(px) < threshold;
      run = now == dark ? run + kProfileStepPx : 0;
      dark = now;
      widest_px = std::max(widest_px, 2 * run);
    }
  }
  /// How far bars go on beyond an end; `way` is -1 to the left of 0, 1 to the right of `from`.
  const auto beyond = [&](float from, float way) {
    float extent = 0, run = 0;
    bool dark = true;  // as the outline ends with a bar
    for (float px = 1; px < kMostExtensions * length; px += kProfileStepPx) {
      const float at = from + way * px;
      const Point middle = (top_left + bottom_left) * 0.5f + bars.along() * at;
      if (!bars.Holds(middle)) break;
      const bool now = grey(at) < threshold;
      run = now == dark ? run + kProfileStepPx : 0;
      if (run > widest_px) break;
      if (dark && !now) extent = px;  // the end of a bar
      dark = now;
    }
    return extent > 2 ? extent : 0;
  };
  const float more_left = beyond(0, -1), more_right = beyond(length, 1);
  const Point per_px_top = (top_right - top_left) * (1 / length);
  const Point per_px_bottom = (bottom_right - bottom_left) * (1 / length);
  return {{top_left - per_px_top * more_left, top_right + per_px_top * more_right,
           bottom_right + per_px_bottom * more_right, bottom_left - per_px_bottom * more_left}};
}

}  // namespace veriline::decode
