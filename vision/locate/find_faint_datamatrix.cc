// SPDX-License-Identifier: Apache-2.0
// The L and the alternating modules of Data Matrix ECC 200 (ISO/IEC 16022:2006, 5.2) where edges
// along single lines do not show them.
#include <algorithm>
#include <array>
#include <cmath>

#include "vision/locate/datamatrix_fit.h"
#include "vision/locate/ells.h"
#include "vision/locate/finder.h"
#include "vision/locate/grey_patch.h"

namespace veriline::locate {
namespace {

constexpr float kMostOblong = 1.7f;     ///< of the box
constexpr float kLeastClarity = 0.05f;  ///< of the direction of the grid
constexpr float kClear = 0.3f;          ///< then larger cells show nothing more
// The alternating sides:
constexpr std::array<int, 9> kSquares = {10, 12, 14, 16, 18, 20, 22, 24, 26};
constexpr float kLeastModuleCells = 1.3f;
constexpr float kFullDip = 0.2f;  ///< of the contrast: blur leaves no more
constexpr float kDepthStepCells = 0.75f;
constexpr float kMostDepthCells = 8;
constexpr float kNearly = 0.35f;  ///< so much below the least it may be between two places
constexpr float kLeastOneTrack = 0.5f;
// What fits best:
constexpr float kLeastFit = 0.9f;
constexpr float kLeastSideFit = 0.75f;
constexpr float kLeastBorders = 0.97f;  ///< texture has as much change anywhere
constexpr float kLeastDifferent = 0.38f;
constexpr float kMostDifferent = 0.85f;
constexpr float kLeastQuiet = 0.9f;

/// The least share of modules that alternate: a thousand places and sizes are tried, and of a few
/// modules all may do so by luck.
float LeastTrack(int modules) {
  return std::min(0.97f, 3.6f / std::sqrt(static_cast<float>(modules)));
}

/// Values along a line on which modules may alternate.
class Track {
 public:
  Track(const GreyPatch& patch, Point from, Point unit, float length, bool inverted)
      : full_(kFullDip * patch.contrast() * (inverted ? -1.0f : 1.0f)) {
    count_ = std::min(kMostSamples, static_cast<int>((length + 2 * kBefore) * kPerCell) + 1);
    for (int i = 0; i < count_; ++i) {
      values_[static_cast<size_t>(i)] =
          patch.At(from + unit * (static_cast<float>(i) / kPerCell - kBefore));
    }
  }

  /// How well modules alternate within `length`, the first one dark: each against those on both
  /// sides of it, −1 to 1.
  float Ratio(float length, int modules) const {
    const float module = length / static_cast<float>(modules), scale = 1 / full_;
    float before = At(-module / 2), here = At(module / 2), sum = 0;
    for (int i = 0; i < modules; ++i) {
      const float after = At((static_cast<float>(i) + 1.5f) * module);
      const float dip = std::clamp((before + after - 2 * here) * scale, -1.0f, 1.0f);
      sum += i % 2 == 0 ? dip : -dip;
      before = here;
      here = after;
    }
    return sum / static_cast<float>(modules);
  }

 private:
  static constexpr float kPerCell = 2;
  static constexpr float kBefore = 6;
  static constexpr int kMostSamples = 2 * (GreyPatch::kMostCells + 2 * 6) + 1;

  float At(float t) const {
    const int i = static_cast<int>((t + kBefore) * kPerCell + 0.5f);
    return values_[static_cast<size_t>(std::clamp(i, 0, count_ - 1))];
  }

  std::array<float, kMostSamples> values_;
  int count_;
  const float full_;
};

struct Timing {
  float ratio = -1;
  float length = 0;  ///< of the side
};
/// Of each size.
using Timings = std::array<Timing, kSquares.size()>;

/// The side that goes `along` from about the end of `across`.
Timings TimeSide(const GreyPatch& patch, const Ell& ell, Point along, Point across) {
  Timings best;
  const float length = std::hypot(along.x, along.y), depth = std::hypot(across.x, across.y);
  const Point along_unit = along * (1 / length), across_unit = across * (1 / depth);
  const float least_depth = depth - std::min(length / 8, kMostDepthCells);
  for (float d = depth + 1; d > least_depth; d -= kDepthStepCells) {
    const Track track(patch, ell.corner + across_unit * d, along_unit, length, ell.inverted);
    for (size_t k = 0; k < kSquares.size(); ++k) {
      const float module = length / static_cast<float>(kSquares[k]);
      if (module < kLeastModuleCells) break;
      const auto consider = [&](float middle, float step) {
        for (int i = -2; i <= 2; ++i) {
          const float at = middle + step * static_cast<float>(i);
          const float ratio = track.Ratio(at, kSquares[k]);
          if (ratio > best[k].ratio) best[k] = {ratio, at};
        }
      };
      const float before = best[k].ratio;
      consider(length, module / 2);
      if (best[k].ratio > before && best[k].ratio > LeastTrack(kSquares[k]) - kNearly) {
        consider(best[k].length, module / 6);
      }
    }
  }
  return best;
}

/// Where the L and its alternating sides say that the symbol lies.
struct Guess {
  int modules = 0;
  Quad quad;  ///< cells
};

std::optional<Guess> TimeEll(const GreyPatch& patch, const Ell& ell) {
  const Timings top = TimeSide(patch, ell, ell.along_x, ell.along_y);
  bool may_be = false;
  for (size_t k = 0; k < kSquares.size(); ++k) may_be |= top[k].ratio > LeastTrack(kSquares[k]);
  if (!may_be) return std::nullopt;
  const Timings right = TimeSide(patch, ell, ell.along_y, ell.along_x);
  std::optional<size_t> best;
  float most = 0;
  for (size_t k = 0; k < kSquares.size(); ++k) {
    if (std::min(top[k].ratio, right[k].ratio) < kLeastOneTrack) continue;
    const float mean = (top[k].ratio + right[k].ratio) / 2;
    if (mean < LeastTrack(kSquares[k])) continue;
    // Of more modules it is less likely luck.
    const float weight = mean * std::sqrt(static_cast<float>(kSquares[k]));
    if (weight > most) most = weight, best = k;
  }
  if (!best) return std::nullopt;
  const auto with_length = [](Point p, float length) {
    return p * (length / std::hypot(p.x, p.y));
  };
  const Point x = with_length(ell.along_x, top[*best].length);
  const Point y = with_length(ell.along_y, right[*best].length);
  // The corner of the L is bottom left, and the symbol lies clockwise of its left side.
  const bool y_is_left = Cross(y, x) > 0;
  const Point left = y_is_left ? y : x, bottom = y_is_left ? x : y;
  return Guess{kSquares[*best],
               {{ell.corner + left, ell.corner + left + bottom, ell.corner + bottom, ell.corner}}};
}

std::optional<Finding> FindIn(GreyPatch* patch) {
  patch->Turn();
  Ells ells;
  const size_t count = FindElls(*patch, &ells);
  std::optional<Finding> best;
  float most = 0;
  for (size_t i = 0; i < count; ++i) {
    auto guess = TimeEll(*patch, ells[i]);
    if (!guess) continue;
    const DataMatrixFit fit(*patch, guess->modules, ells[i].inverted);
    fit.Refine(&guess->quad);
    const auto sides = fit.SidesOf(guess->quad);
    if (sides.mean < kLeastFit || sides.least < kLeastSideFit) continue;
    const float weight = (sides.mean - 0.5f) * std::sqrt(static_cast<float>(guess->modules));
    if (best && weight <= most) continue;
    const auto surface = fit.SurfaceOf(guess->quad);
    if (surface.border_ratio < kLeastBorders || surface.quiet_ratio < kLeastQuiet ||
        surface.different_ratio < kLeastDifferent || surface.different_ratio > kMostDifferent) {
      continue;
    }
    most = weight;
    Finding finding;
    finding.finder = Finder::kDataMatrix;
    for (size_t k = 0; k < 4; ++k) {
      finding.quad.corners[k] = patch->ToPicture(guess->quad.corners[k]);
    }
    finding.rows = finding.cols = guess->modules;
    finding.module_px =
        std::sqrt(std::abs(finding.quad.SignedArea())) / static_cast<float>(guess->modules);
    finding.inverted = ells[i].inverted;
    finding.quality_ratio = sides.mean;
    best = finding;
  }
  return best;
}

}  // namespace

std::optional<Finding> FindFaintDataMatrix(const FrameView& picture, const Rect& box,
                                           GreyPatch* scratch) {
  const auto w = static_cast<float>(box.width), h = static_cast<float>(box.height);
  if (w > kMostOblong * h || h > kMostOblong * w) return std::nullopt;
  if (!scratch->Look(picture, box)) return std::nullopt;
  if (scratch->clarity_ratio() >= kLeastClarity) {
    const auto found = FindIn(scratch);
    if (found || scratch->clarity_ratio() >= kClear) return found;
  }
  scratch->Coarsen();
  if (scratch->clarity_ratio() < kLeastClarity) return std::nullopt;
  return FindIn(scratch);
}

}  // namespace veriline::locate
