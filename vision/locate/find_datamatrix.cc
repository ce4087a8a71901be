// SPDX-License-Identifier: Apache-2.0
// The L and the alternating modules of Data Matrix ECC 200 (ISO/IEC 16022:2006, 5.2 and table 7).
#include <algorithm>
#include <array>
#include <cmath>

#include "vision/locate/finder.h"

namespace veriline::locate {
namespace {

// In modules, unless told otherwise:
constexpr float kQuiet = 1.2f;      ///< least light before a solid side
constexpr float kBar = 0.6f;        ///< least width of a solid side
constexpr float kBin = 0.6f;        ///< of the histogram of places
constexpr float kFitCoarse = 0.8f;  ///< edges so near to a side belong to it
constexpr float kFitFine = 0.4f;
constexpr float kGap = 1.1f;       ///< light that ends a solid side
constexpr float kHitRatio = 0.7f;  ///< of the lines between the ends of a side
constexpr int kLeastLines = 4;
constexpr float kLeastTiming = 0.8f;      ///< share of right modules, mean of both sides
constexpr float kLeastOneTiming = 0.65f;  ///< of the side looked at first
constexpr float kClearTiming = 0.95f;     ///< nothing else fits better
constexpr float kLeastSide = 6;
constexpr float kLeastSquare = 0.85f;  ///< one side of a square symbol over the other
constexpr float kMostSquare = 1.18f;
constexpr float kBeyond = 0.7f;
constexpr float kLeastQuiet = 0.65f;  ///< share of light there
constexpr float kLeastModulePx = 1.5f;

/// Sides of square symbols and of rectangular ones.
constexpr std::array<int, 24> kSquares = {10, 12, 14, 16, 18, 20, 22, 24, 26,  32,  36,  40,
                                          44, 48, 52, 64, 72, 80, 88, 96, 104, 120, 132, 144};
constexpr std::array<std::array<int, 2>, 6> kRectangles = {
    {{8, 18}, {8, 32}, {12, 26}, {12, 36}, {16, 36}, {16, 48}}};

/// A straight border with dark modules all along: at `at + slope·offset` on the lines
/// [first, last].
struct Side {
  float at = 0;
  float slope = 0;
  int first = 0;
  int last = -1;
  int hits = 0;
};

/// Edges that may be the border of a dark thing on light, seen from the start of the lines or from
/// their end; the colours change places for inverted symbols.
class SideFinder {
 public:
  SideFinder(const LineSet& lines, bool from_start, bool inverted, float module_px)
      : lines_(lines), module_px_(module_px), count_(0) {
    for (int line = 0; line < lines.lines(); ++line) {
      const auto edges = lines.Of(line);
      const auto n = static_cast<int>(edges.size());
      for (int i = 0; i < n; ++i) {
        // Entering the dark, as seen from outside.
        const bool enters = edges[i].light == (inverted == from_start);
        if (!enters) continue;
        const float end = from_start ? -lines.half_px() : lines.half_px();
        const int outer = from_start ? i - 1 : i + 1, inner = from_start ? i + 1 : i - 1;
        const float before = outer >= 0 && outer < n ? edges[outer].at : end;
        const float after = inner >= 0 && inner < n ? edges[inner].at : -end;
        if (std::abs(edges[i].at - before) < kQuiet * module_px) continue;
        if (std::abs(after - edges[i].at) < kBar * module_px) continue;
        if (count_ < places_.size()) places_[count_++] = {line, edges[i].at};
      }
    }
  }

  /// The sides most lines agree on, best first; returns how many.
  int Best(std::array<Side, 3>* sides) {
    const float bin_px = std::max(1.5f, kBin * module_px_);
    const int bins = std::min<int>(static_cast<int>(2 * lines_.half_px() / bin_px) + 2, kMostBins);
    std::array<uint16_t, kMostBins> histogram{};
    for (size_t i = 0; i < count_; ++i) {
      const auto bin = static_cast<int>((places_[i].at + lines_.half_px()) / bin_px);
      if (bin >= 0 && bin < bins) ++histogram[static_cast<size_t>(bin)];
    }
    int found = 0;
    for (size_t tries = 0; tries < sides->size(); ++tries) {
      int best = -1, most = kLeastLines - 1;
      for (int b = 0; b + 1 < bins; ++b) {
        const int hits = histogram[static_cast<size_t>(b)] + histogram[static_cast<size_t>(b) + 1];
        if (hits > most) most = hits, best = b;
      }
      if (best < 0) break;
      Side side;
      side.at = static_cast<float>(best + 1) * bin_px - lines_.half_px();
      histogram[static_cast<size_t>(best)] = histogram[static_cast<size_t>(best) + 1] = 0;
      const auto is_known = [&side](const Side& other) {
        return other.at == side.at && other.slope == side.slope;
      };
      // Bins beside the best may lead to the same side.
      if (Fit(std::max(kFitCoarse * module_px_, bin_px), &side) &&
          Fit(kFitFine * module_px_ + 0.5f, &side) &&
          std::none_of(sides->begin(), sides->begin() + found, is_known)) {
        (*sides)[static_cast<size_t>(found++)] = side;
      }
    }
    return found;
  }

 private:
  struct Place {
    int line;
    float at;
  };
  static constexpr int kMostBins = 512;

  /// Least squares over the longest stretch of lines that the side goes through.
  bool Fit(float tolerance_px, Side* side) const {
    double n = 0, so = 0, sa = 0, soo = 0, soa = 0;
    int first = -1, last = -1, hits = 0;
    Side best;
    const auto close = [&] {
      if (hits > best.hits && hits >= kLeastLines) {
        best.first = first, best.last = last, best.hits = hits;
        const double d = n * soo - so * so;
        best.slope = d > 1e-6 ? static_cast<float>((n * soa - so * sa) / d) : 0;
        best.at = static_cast<float>((sa - static_cast<double>(best.slope) * so) / n);
      }
      n = so = sa = soo = soa = 0;
      first = last = -1;
      hits = 0;
    };
    for (size_t i = 0; i < count_; ++i) {
      const Place& place = places_[i];
      const float offset = lines_.OffsetOf(place.line);
      if (std::abs(place.at - side->at - side->slope * offset) > tolerance_px) continue;
      if (place.line == last) continue;
      // Damage may hide it on some lines.
      const int missing = last < 0 ? 0 : place.line - last - 1;
      if (missing > 1 + hits / 4) close();
      if (first < 0) first = place.line;
      last = place.line;
      ++hits;
      const double o = static_cast<double>(offset), a = static_cast<double>(place.at);
      n += 1, so += o, sa += a, soo += o * o, soa += o * a;
    }
    close();
    if (best.hits < kLeastLines) return false;
    constexpr float kMostSlope = 0.18f;
    if (std::abs(best.slope) > kMostSlope) return false;
    if (static_cast<float>(best.hits) <
        kHitRatio * static_cast<float>(best.last - best.first + 1)) {
      return false;
    }
    *side = best;
    return true;
  }

  const LineSet& lines_;
  const float module_px_;
  size_t count_;
  std::array<Place, 768> places_;
};

/// Where two sides cross: a of the lines along u (its place is a u), b of those along v.
Point Crossing(const Aim& aim, const Side& a, const Side& b) {
  // u = a.at + a.slope·v, v = b.at + b.slope·u
  const float d = 1 - a.slope * b.slope;
  const float u = (a.at + a.slope * b.at) / d;
  return aim.At(u, b.at + b.slope * u);
}

/// How far the solid side goes on from `corner` along `direction`, half a module within.
float SolidLength(Probe& probe, Point corner, Point direction, Point inward, float module_px,
                  float most_px, bool inverted) {
  const Point from = corner + inward * (module_px / 2) + direction * (module_px / 2);
  bool light = false;
  const auto edges = probe.Line(from, from + direction * most_px, &light);
  if (light != inverted) return 0;
  for (size_t i = 0; i < edges.size(); ++i) {
    if (edges[i].light == inverted) continue;
    const float next = i + 1 < edges.size() ? edges[i + 1].at : most_px;
    if (next - edges[i].at >= kGap * module_px || i + 1 == edges.size()) {
      return edges[i].at + module_px / 2;
    }
  }
  return 0;
}

/// Share of `modules` modules from `from` to `to` that alternate, the first dark.
float TimingRatio(const Probe& probe, Point from, Point to, int modules, bool inverted) {
  const Point step = (to - from) * (1 / static_cast<float>(modules));
  int right = 0;
  for (int i = 0; i < modules; ++i) {
    const Point at = from + step * (static_cast<float>(i) + 0.5f);
    right += probe.IsLight(at) != ((i % 2 == 0) != inverted);
  }
  return static_cast<float>(right) / static_cast<float>(modules);
}

/// Share of light along a line.
float LightRatio(const Probe& probe, Point from, Point to, bool inverted) {
  constexpr int kLooks = 16;
  int light = 0;
  for (int i = 0; i < kLooks; ++i) {
    const float t = (static_cast<float>(i) + 0.5f) / kLooks;
    light += probe.IsLight(from + (to - from) * t) != inverted;
  }
  return static_cast<float>(light) / kLooks;
}

struct Timing {
  int modules = 0;
  float ratio = 0;
};

/// The number of modules that fits the alternating side from `from` to `to` best, whose modules lie
/// inwards.
Timing BestTiming(Probe& probe, Point from, Point to, Point inward, float module_px,
                  bool inverted) {
  const float length = Distance(from, to);
  const Point track_from = from + inward * (module_px / 2),
              track_to = to + inward * (module_px / 2);
  const int edges = static_cast<int>(probe.Line(track_from, track_to).size());
  Timing best;
  const auto consider = [&](int modules) {
    if (modules < 8 || modules > 144 || length < kLeastModulePx * static_cast<float>(modules))
      return;
    const float half = length / static_cast<float>(2 * modules);
    const float ratio =
        TimingRatio(probe, from + inward * half, to + inward * half, modules, inverted);
    if (ratio > best.ratio) best = {modules, ratio};
  };
  // As many modules as the track shows edges and one more; the last one may be lost in the quiet
  // zone or damaged.
  const int counted = (edges + 2) / 2 * 2;
  for (const int modules : {counted, counted - 2, counted + 2}) consider(modules);
  if (best.ratio >= kClearTiming) return best;
  const int guessed = static_cast<int>(length / module_px / 2 + 0.5f) * 2;
  for (int modules = guessed - 4; modules <= guessed + 4; modules += 2) consider(modules);
  return best;
}

bool IsSize(int rows, int cols) {
  if (rows == cols) return std::ranges::find(kSquares, rows) != kSquares.end();
  return std::ranges::any_of(kRectangles, [&](const auto& r) {
    return (r[0] == rows && r[1] == cols) || (r[0] == cols && r[1] == rows);
  });
}

std::optional<Finding> Try(Probe& probe, const Scan& scan, const Side& su, const Side& sv,
                           bool u_from_start, bool v_from_start, float module_px, bool inverted) {
  const Aim& aim = scan.aim;
  const Point corner = Crossing(aim, su, sv);
  // The corner is where both sides begin.
  const auto begins_at = [module_px](const LineSet& lines, const Side& side, float offset) {
    const float reach = 2 * lines.spacing_px() + 2 * module_px;
    return std::abs(lines.OffsetOf(side.first) - offset) < reach ||
           std::abs(lines.OffsetOf(side.last) - offset) < reach;
  };
  if (!begins_at(scan.along_u, su, Dot(corner - aim.center, aim.v())) ||
      !begins_at(scan.along_v, sv, Dot(corner - aim.center, aim.u))) {
    return std::nullopt;
  }
  // Directions from the corner along both sides, and so into the symbol.
  const auto unit = [](Point p) { return p * (1 / std::max(1e-6f, std::hypot(p.x, p.y))); };
  const float v_sign = v_from_start ? 1.0f : -1.0f, u_sign = u_from_start ? 1.0f : -1.0f;
  const Point along_v = unit(aim.u * (su.slope * v_sign) + aim.v() * v_sign);
  const Point along_u = unit(aim.u * u_sign + aim.v() * (sv.slope * u_sign));
  const float most_u = 2 * aim.half_u_px, most_v = 2 * aim.half_v_px;
  const float length_v = SolidLength(probe, corner, along_v, along_u, module_px, most_v, inverted);
  if (length_v < kLeastSide * module_px) return std::nullopt;
  const float length_u = SolidLength(probe, corner, along_u, along_v, module_px, most_u, inverted);
  if (length_u < kLeastSide * module_px) return std::nullopt;
  const Point end_v = corner + along_v * length_v, end_u = corner + along_u * length_u;
  const Point across = end_v + end_u - corner;
  // The alternating sides begin dark at the ends of the L; over_v counts along u.
  Timing over_v = BestTiming(probe, end_v, across, along_v * -1, module_px, inverted);
  if (over_v.ratio < kLeastOneTiming) return std::nullopt;
  Timing over_u = BestTiming(probe, end_u, across, along_u * -1, module_px, inverted);
  const float squareness = length_u / length_v;
  if (!IsSize(over_u.modules, over_v.modules) && squareness > kLeastSquare &&
      squareness < kMostSquare) {
    // Of a square symbol the clearer side tells the size of both.
    const int modules = over_v.ratio >= over_u.ratio ? over_v.modules : over_u.modules;
    const auto again = [&](Point end, Point inward, float length) {
      const Point half = inward * (length / static_cast<float>(2 * modules));
      return Timing{modules, TimingRatio(probe, end + half, across + half, modules, inverted)};
    };
    over_v = again(end_v, along_v * -1, length_v);
    over_u = again(end_u, along_u * -1, length_u);
  }
  const float ratio = (over_v.ratio + over_u.ratio) / 2;
  if (ratio < kLeastTiming || !IsSize(over_u.modules, over_v.modules)) return std::nullopt;
  // Beyond all sides is the quiet zone; beyond those of a data region within a larger symbol is the
  // next region.
  const Point out_v = along_v * (kBeyond * length_v / static_cast<float>(over_u.modules));
  const Point out_u = along_u * (kBeyond * length_u / static_cast<float>(over_v.modules));
  const auto is_quiet = [&](Point from, Point to, Point out) {
    return LightRatio(probe, from + out, to + out, inverted) >= kLeastQuiet;
  };
  if (!is_quiet(end_v, across, out_v) || !is_quiet(end_u, across, out_u) ||
      !is_quiet(corner, end_v, out_u * -1) || !is_quiet(corner, end_u, out_v * -1)) {
    return std::nullopt;
  }
  const int along_u_modules = over_v.modules, along_v_modules = over_u.modules;
  Finding finding;
  finding.finder = Finder::kDataMatrix;
  // The corner of the L is bottom left, and the symbol lies clockwise of its left side.
  const bool along_v_is_left = Cross(along_v, along_u) > 0;
  finding.quad.corners = along_v_is_left ? std::array<Point, 4>{end_v, across, end_u, corner}
                                         : std::array<Point, 4>{end_u, across, end_v, corner};
  finding.rows = along_v_is_left ? along_v_modules : along_u_modules;
  finding.cols = along_v_is_left ? along_u_modules : along_v_modules;
  finding.module_px = (length_u + length_v) / static_cast<float>(along_u_modules + along_v_modules);
  finding.inverted = inverted;
  finding.quality_ratio = ratio;
  return finding;
}

/// Two alternating sides and a column of data that is dark may look like a small rectangular symbol
/// within the whole one: of clear ones the largest is meant.
bool IsBetter(const Finding& a, const Finding& b) {
  if (a.quality_ratio > kClearTiming && b.quality_ratio > kClearTiming) {
    return a.rows * a.cols > b.rows * b.cols;
  }
  return a.quality_ratio > b.quality_ratio;
}

}  // namespace

std::optional<Finding> FindDataMatrix(Probe& probe, Scan& scan, float module_px) {
  if (module_px < kLeastModulePx) return std::nullopt;
  std::optional<Finding> best;
  for (const bool inverted : {false, true}) {
    std::array<Side, 3> u_sides[2], v_sides[2];  // from the start, from the end
    int u_counts[2], v_counts[2];
    for (const int end : {0, 1}) {
      u_counts[end] = SideFinder(scan.along_u, end == 0, inverted, module_px).Best(&u_sides[end]);
      v_counts[end] = SideFinder(scan.along_v, end == 0, inverted, module_px).Best(&v_sides[end]);
    }
    for (const int eu : {0, 1}) {
      for (const int ev : {0, 1}) {
        for (int a = 0; a < u_counts[eu]; ++a) {
          for (int b = 0; b < v_counts[ev]; ++b) {
            const auto found =
                Try(probe, scan, u_sides[eu][static_cast<size_t>(a)],
                    v_sides[ev][static_cast<size_t>(b)], eu == 0, ev == 0, module_px, inverted);
            if (found && (!best || IsBetter(*found, *best))) best = found;
          }
        }
      }
    }
    if (best && best->quality_ratio > kClearTiming) return best;
  }
  return best;
}

}  // namespace veriline::locate
