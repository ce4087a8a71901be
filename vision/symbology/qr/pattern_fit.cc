// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/pattern_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <span>

#include "vision/symbology/qr/robust_mean.h"

namespace veriline::symbology::qr {
namespace {

/// Half a module: how far an edge may be off (ISO/IEC 18004).
constexpr float kTolerance = 0.5f;

/// Two edges at −half and +half of the middle, and the lines that cross both: whole modules from
/// −lines to lines.
struct EdgePair {
  float half;
  int lines;
  bool dark_inside;
};
constexpr EdgePair kFinderPairs[] = {{3.5f, 2, true}, {2.5f, 2, false}, {1.5f, 1, true}};
constexpr EdgePair kAlignmentPairs[] = {{1.5f, 1, false}, {0.5f, 0, true}};

/// What the edges along one direction tell, in modules.
struct Fit {
  float offset = 0;  ///< of the middle
  float pitch = 1;   ///< true by assumed module
  float lean = 0;    ///< by how much the middle moves from a line to the next
};

/// The mean middle of all pairs; the pitch from edges of a kind, which growth moves alike.
std::optional<Fit> FitAlong(const LevelField& field, Point centre, Point along, Point across,
                            std::span<const EdgePair> pairs, size_t least) {
  constexpr float kNear = 0.12f;
  Values middles, pitches, leans;
  constexpr int kMostLines = 2;
  // Edges of the pair before on the same line: finder patterns have them a module farther out.
  struct Edges {
    std::optional<float> left, right;
  };
  std::array<Edges, 2 * kMostLines + 1> outer{};
  float outer_half = 0;
  for (const EdgePair& pair : pairs) {
    std::array<LinePoint, 2 * kMostLines + 1> places;
    size_t count = 0;
    for (int line = -pair.lines; line <= pair.lines; ++line) {
      const Point origin = centre + across * static_cast<float>(line);
      const Edges e{field.EdgeNear(origin, along, -pair.half, kTolerance, pair.dark_inside),
                    field.EdgeNear(origin, along, pair.half, kTolerance, !pair.dark_inside)};
      if (e.left && e.right) {
        middles.Add((*e.left + *e.right) / 2);
        places[count++] = {static_cast<float>(line), (*e.left + *e.right) / 2};
      }
      Edges& before = outer[static_cast<size_t>(line + kMostLines)];
      const float apart = outer_half + pair.half;
      if (outer_half > 0 && before.left && e.right) {
        pitches.Add((*e.right - *before.left) / apart);
      }
      if (outer_half > 0 && before.right && e.left) {
        pitches.Add((*before.right - *e.left) / apart);
      }
      before = e;
    }
    outer_half = pair.half;
    // Over fewer lines it would be a guess.
    constexpr size_t kLeastLines = 4;
    if (count >= kLeastLines) leans.Add(SlopeOf({places.data(), count}, 2));
  }
  if (middles.size() < least) return std::nullopt;
  Fit fit;
  fit.offset = middles.Middle(kNear);
  if (leans.size() > 0) fit.lean = leans.Middle(kNear);
  if (pitches.size() > 0) fit.pitch = pitches.Middle(kNear / 4);
  return fit;
}

/// Whether the modules of a finder (7 × 7) or alignment pattern (5 × 5) are dark, light and dark
/// from outside to inside; how many of them are. Gives up below `least`.
int RightModules(const LevelField& field, const Frame& frame, int half, int least) {
  const int all = (2 * half + 1) * (2 * half + 1);
  int wrong = 0;
  for (int y = -half; y <= half; ++y) {
    for (int x = -half; x <= half; ++x) {
      const bool dark = std::max(std::abs(x), std::abs(y)) != half - 1;
      wrong += field.Dark(frame.At(static_cast<float>(x), static_cast<float>(y))) != dark;
    }
    if (all - wrong < least) return 0;
  }
  return all - wrong;
}

/// The 1:1:3:1:1 crossings of lines in one direction, and the best place they tell of.
class FinderLines {
 public:
  FinderLines(const LevelField& field, const FinderSearch& search)
      : field_(field), search_(search) {}

  void Scan(bool down) {
    const int lines = static_cast<int>(search_.line_reach / search_.line_step);
    for (int i = -lines; i <= lines; ++i) ScanLine(static_cast<float>(i) * search_.line_step, down);
  }
  const FoundFinder& best() const { return best_; }

 private:
  void ScanLine(float offset, bool down) {
    const Point along = down ? search_.down : search_.right;
    const Point across = down ? search_.right : search_.down;
    const Point origin = search_.centre + across * offset;
    // The last six edges, of which the newest is at the back; the newest but five turns dark.
    std::array<float, 6> edges{};
    int count = 0;
    float before = field_.At(origin + along * -search_.reach);
    for (float t = -search_.reach + search_.sample_step; t <= search_.reach;
         t += search_.sample_step) {
      const float here = field_.At(origin + along * t);
      if ((here < 0) != (before < 0)) {
        std::shift_left(edges.begin(), edges.end(), 1);
        edges.back() = t - search_.sample_step * (here / (here - before));
        if (++count >= 6 && here >= 0) Consider(edges, offset, down);
      }
      before = here;
    }
  }

  void Consider(const std::array<float, 6>& edges, float offset, bool down) {
    const float module = (edges[5] - edges[0]) / 7;
    constexpr float kWidths[] = {1, 1, 3, 1, 1};
    for (size_t i = 0; i < 5; ++i) {
      if (std::abs(edges[i + 1] - edges[i] - kWidths[i] * module) > kTolerance * module) return;
    }
    // A symbol is square, but for its print: the outline may be wrong about that.
    constexpr float kSameRatio = 0.03f;
    Try(edges, module, search_.down_ratio, offset, down);
    if (std::abs(search_.down_ratio - 1) > kSameRatio) Try(edges, module, 1, offset, down);
  }

  void Try(const std::array<float, 6>& edges, float module, float down_ratio, float offset,
           bool down) {
    const float middle = (edges[2] + edges[3]) / 2;
    const float width = down ? module / down_ratio : module;
    const float height = width * down_ratio;
    const float across = down ? width : height;
    // The line lies anywhere in the three dark modules of the middle.
    for (int step = -3; step <= 3; ++step) {
      const float beside = offset + static_cast<float>(step) * 0.5f * across;
      const Frame frame{search_.centre + search_.right * (down ? beside : middle) +
                            search_.down * (down ? middle : beside),
                        search_.right * width, search_.down * height};
      const int right =
          RightModules(field_, frame, 3, std::max(kLeastFinderModules, best_.right_modules + 1));
      if (right > 0) best_ = {frame, right};
    }
  }

  const LevelField& field_;
  const FinderSearch& search_;
  FoundFinder best_;
};

}  // namespace

std::optional<FoundFinder> FindFinder(const LevelField& field, const FinderSearch& search) {
  FinderLines lines(field, search);
  lines.Scan(false);
  lines.Scan(true);
  if (lines.best().right_modules == 0) return std::nullopt;
  return lines.best();
}

bool FitFinder(const LevelField& field, bool turns, Frame* frame) {
  constexpr int kRounds = 3;
  constexpr size_t kLeastMiddles = 4;  // of 13
  for (int round = 0; round < kRounds; ++round) {
    const auto x =
        FitAlong(field, frame->centre, frame->right, frame->down, kFinderPairs, kLeastMiddles);
    const auto y =
        FitAlong(field, frame->centre, frame->down, frame->right, kFinderPairs, kLeastMiddles);
    if (!x || !y) return false;
    const Frame at = *frame;
    frame->centre = at.At(x->offset, y->offset);
    frame->right = at.right * x->pitch;
    frame->down = at.down * y->pitch;
    if (turns) {
      frame->right = frame->right + at.down * y->lean;
      frame->down = frame->down + at.right * x->lean;
    }
  }
  return true;
}

bool FindAlignment(const LevelField& field, float reach, Frame* frame) {
  constexpr float kStep = 0.5f;
  constexpr int kLeastModules = 20;  // of 25
  const int steps = static_cast<int>(std::lround(reach / kStep));
  Frame best = *frame;
  float best_score = 0;
  for (int i = -steps; i <= steps; ++i) {
    for (int j = -steps; j <= steps; ++j) {
      Frame at = *frame;
      const float x = static_cast<float>(j) * kStep, y = static_cast<float>(i) * kStep;
      at.centre = frame->At(x, y);
      if (!field.Dark(at.centre)) continue;
      const int right = RightModules(field, at, 2, kLeastModules);
      // Of places that look as well, the one nearest to where it is expected.
      constexpr float kPerModule = 0.1f;
      const float score = static_cast<float>(right) - kPerModule * std::hypot(x, y);
      if (right > 0 && score > best_score) best_score = score, best = at;
    }
  }
  if (best_score == 0) return false;
  constexpr int kRounds = 2;
  constexpr size_t kLeastMiddles = 2;  // of 4
  for (int round = 0; round < kRounds; ++round) {
    const auto x =
        FitAlong(field, best.centre, best.right, best.down, kAlignmentPairs, kLeastMiddles);
    const auto y =
        FitAlong(field, best.centre, best.down, best.right, kAlignmentPairs, kLeastMiddles);
    if (!x || !y) return false;
    best.centre = best.At(x->offset, y->offset);
  }
  *frame = best;
  return true;
}

}  // namespace veriline::symbology::qr
