// SPDX-License-Identifier: Apache-2.0
// The three position detection patterns of QR Code (ISO/IEC 18004:2015, 6.3.3): dark and light as
// 1:1:3:1:1 through their middle, in any direction.
#include <algorithm>
#include <array>
#include <cmath>

#include "vision/locate/finder.h"

namespace veriline::locate {
namespace {

constexpr float kLeastModulePx = 1.5f;
/// Tolerance of a run, in modules: half a module is what ISO/IEC 18004:2015 clause 12 allows.
constexpr float kTolerance = 0.5f;
constexpr float kSameSizeRatio = 1.35f;
constexpr size_t kMostPatterns = 24;
constexpr float kPatternModules = 7;

struct Pattern {
  Point center;
  float module_px = 0;
  int seen = 1;
};

/// Module size when the five runs between these edges are 1:1:3:1:1, else 0.
float ModuleOf(std::span<const Edge> edges) {
  const float module = (edges[5].at - edges[0].at) / kPatternModules;
  constexpr std::array<float, 5> kRuns = {1, 1, 3, 1, 1};
  for (size_t i = 0; i < 5; ++i) {
    const float off = std::abs(edges[i + 1].at - edges[i].at - kRuns[i] * module);
    if (off > kTolerance * module * (i == 2 ? 1.5f : 1.0f)) return 0;
  }
  return module >= kLeastModulePx ? module : 0;
}

/// The pattern's middle along a line through `near`; its module size, 0 when there is none.
float Check(Probe& probe, Point near, Point direction, float module_px, bool inverted,
            Point* center) {
  const float reach = 5.5f * module_px;
  const auto edges = probe.Line(near - direction * reach, near + direction * reach);
  for (size_t i = 0; i + 5 < edges.size(); ++i) {
    if (edges[i].light != inverted) continue;
    if (edges[i + 2].at > reach || edges[i + 3].at < reach) continue;  // `near` is in the middle
    const float module = ModuleOf(edges.subspan(i, 6));
    if (module == 0) continue;
    *center = near + direction * ((edges[i + 2].at + edges[i + 3].at) / 2 - reach);
    return module;
  }
  return 0;
}

bool IsAlike(float a, float b) { return a < kSameSizeRatio * b && b < kSameSizeRatio * a; }

/// Joins three patterns into a symbol when they stand at the corners of a square.
std::optional<Finding> Join(const Pattern& corner, const Pattern& a, const Pattern& b,
                            bool inverted) {
  if (!IsAlike(corner.module_px, a.module_px) || !IsAlike(corner.module_px, b.module_px)) {
    return std::nullopt;
  }
  const Point to_a = a.center - corner.center, to_b = b.center - corner.center;
  const float length_a = std::hypot(to_a.x, to_a.y), length_b = std::hypot(to_b.x, to_b.y);
  const float module = (corner.module_px + a.module_px + b.module_px) / 3;
  constexpr float kLeastDistance = 11;  // version 1 has 14 modules between their middles
  if (length_a < kLeastDistance * module || length_b < kLeastDistance * module) return std::nullopt;
  if (length_a > 1.25f * length_b || length_b > 1.25f * length_a) return std::nullopt;
  if (std::abs(Dot(to_a, to_b)) > 0.2f * length_a * length_b) return std::nullopt;
  // Clockwise: top right, then bottom left.
  const bool a_is_right = Cross(to_a, to_b) > 0;
  const Point right = a_is_right ? to_a : to_b, down = a_is_right ? to_b : to_a;
  const float modules = (length_a + length_b) / (2 * module);
  const float grow = kPatternModules / 2 / modules;  // from the middles to the border
  const Point r = right * grow, d = down * grow;
  Finding finding;
  finding.finder = Finder::kQr;
  finding.quad = {{corner.center - r - d, corner.center + right + r - d,
                   corner.center + right + down + r + d, corner.center + down - r + d}};
  finding.module_px = module;
  const int version = std::clamp(static_cast<int>(std::lround((modules - 14) / 4)) + 1, 1, 40);
  finding.rows = finding.cols = 17 + 4 * version;
  finding.inverted = inverted;
  finding.quality_ratio = 1;
  return finding;
}

}  // namespace

size_t FindQr(Probe& probe, Scan& scan, std::vector<Finding>* found) {
  const size_t before = found->size();
  const Point u = scan.aim.u, v = scan.aim.v();
  for (const bool inverted : {false, true}) {
    std::array<Pattern, kMostPatterns> patterns;
    size_t count = 0;
    for (int line = 0; line < scan.along_u.lines(); ++line) {
      const auto edges = scan.along_u.Of(line);
      for (size_t i = 0; i + 5 < edges.size(); ++i) {
        if (edges[i].light != inverted) continue;
        float module = ModuleOf(edges.subspan(i, 6));
        if (module == 0) continue;
        Point at =
            scan.aim.At((edges[i + 2].at + edges[i + 3].at) / 2, scan.along_u.OffsetOf(line));
        const bool known = std::any_of(
            patterns.begin(), patterns.begin() + static_cast<ptrdiff_t>(count), [&](Pattern& p) {
              const bool same = Distance(p.center, at) < 2.5f * p.module_px;
              p.seen += same;
              return same;
            });
        if (known || count == patterns.size()) continue;
        const float across = Check(probe, at, v, module, inverted, &at);
        if (across == 0 || !IsAlike(across, module)) continue;
        const float again = Check(probe, at, u, module, inverted, &at);
        if (again == 0) continue;
        patterns[count++] = {at, (across + again) / 2};
      }
    }
    for (size_t c = 0; c < count; ++c) {
      for (size_t a = 0; a < count; ++a) {
        for (size_t b = a + 1; b < count; ++b) {
          if (a == c || b == c) continue;
          if (auto finding = Join(patterns[c], patterns[a], patterns[b], inverted)) {
            found->push_back(*finding);
          }
        }
      }
    }
    if (found->size() > before) break;
  }
  return found->size() - before;
}

}  // namespace veriline::locate
