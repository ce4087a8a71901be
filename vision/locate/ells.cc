// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/ells.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace veriline::locate {
namespace {

// Lines; votes in percent:
constexpr int kSlopes = 5;  ///< to each side of upright
constexpr float kSlopeStep = 0.03f;
constexpr size_t kMostLines = 4;  ///< of each sign
constexpr int kLineWidth = 2;     ///< cells to each side that belong to a line
constexpr float kLeastSideCells = 14;
constexpr float kLeastSideRatio = 0.5f;  ///< of the patch
constexpr float kLeastMeanVote = 60;
// An L:
constexpr int kSideVote = 45;        ///< of a cell that is one of a side rather than not
constexpr int kMostMissing = 360;    ///< votes that damage may cost in one place
constexpr int kFirstCells = 10;      ///< of a side, which show most of those that are none
constexpr float kLeastEllVote = 80;  ///< mean of both sides
constexpr float kMostOblongEll = 1.25f;
constexpr float kBesideCells = 3;
constexpr float kMostLoud = 30;  ///< votes across the side in the quiet zone beside it

float LeastSide(int side) {
  return std::max(kLeastSideCells, kLeastSideRatio * static_cast<float>(side));
}

/// A line of votes of one sign: at `at + slope·(t − half)`, t cells along it.
struct VotedLine {
  float at = 0;
  float slope = 0;
  bool rises = false;                                    ///< it is lighter behind
  std::array<int16_t, GreyPatch::kMostCells> profile{};  ///< votes for it

  float At(float t, float half) const { return at + slope * (t - half); }
};
using VotedLines = std::array<VotedLine, 2 * kMostLines>;

/// The lines with most votes; returns how many.
size_t FindLines(const GreyPatch& patch, bool along_y, VotedLines* lines) {
  const int n = patch.side();
  const float half = static_cast<float>(n) / 2;
  const int8_t* const votes = patch.Votes(along_y);
  std::array<int16_t, GreyPatch::kMostCells> most[2] = {};  // falling, rising
  std::array<int8_t, GreyPatch::kMostCells> slopes[2] = {};
  for (int k = -kSlopes; k <= kSlopes; ++k) {
    const float slope = static_cast<float>(k) * kSlopeStep;
    std::array<int16_t, GreyPatch::kMostCells> sums{};
    for (int t = 0; t < n; ++t) {
      const auto shift =
          static_cast<int>(std::lround(slope * (static_cast<float>(t) + 0.5f - half)));
      const int8_t* const row = votes + t * n + shift;
      int16_t* const out = sums.data();
      const int first = std::max(0, -shift), last = std::min(n, n - shift);
      for (int x = first; x < last; ++x) out[x] = static_cast<int16_t>(out[x] + row[x]);
    }
    for (size_t x = 0; x < static_cast<size_t>(n); ++x) {
      if (sums[x] > most[1][x]) most[1][x] = sums[x], slopes[1][x] = static_cast<int8_t>(k);
      if (sums[x] < most[0][x]) most[0][x] = sums[x], slopes[0][x] = static_cast<int8_t>(k);
    }
  }
  for (int16_t& sum : most[0]) sum = static_cast<int16_t>(-sum);
  const float least = LeastSide(n) * kLeastMeanVote;
  size_t count = 0;
  for (const int sign : {0, 1}) {
    for (size_t i = 0; i < kMostLines; ++i) {
      const auto best = std::max_element(most[sign].begin(), most[sign].begin() + n);
      if (static_cast<float>(*best) < least) break;
      const auto x = static_cast<int>(best - most[sign].begin());
      VotedLine& line = (*lines)[count++];
      line.at = static_cast<float>(x) + 0.5f;
      line.slope = static_cast<float>(slopes[sign][static_cast<size_t>(x)]) * kSlopeStep;
      line.rises = sign == 1;
      for (int t = 0; t < n; ++t) {
        const int at = static_cast<int>(line.At(static_cast<float>(t) + 0.5f, half));
        int vote = at < 0 || at >= n ? 0 : -100;
        for (int p = std::max(0, at - 1); p <= std::min(n - 1, at + 1); ++p) {
          vote = std::max<int>(vote, line.rises ? votes[t * n + p] : -votes[t * n + p]);
        }
        line.profile[static_cast<size_t>(t)] = static_cast<int16_t>(vote);
      }
      const int first = std::max(0, x - kLineWidth), last = std::min(n - 1, x + kLineWidth);
      std::fill(most[sign].begin() + first, most[sign].begin() + last + 1, int16_t{0});
    }
  }
  return count;
}

/// A side, in cells from a corner on.
struct Side {
  float length = 0;
  float mean_vote = 0;
};

Side SideFrom(const VotedLine& line, float corner, bool forward, int n) {
  int sum = 0, best = 0, votes = 0, best_votes = 0, length = 0, best_length = 0;
  for (int t = static_cast<int>(corner); t >= 0 && t < n; t += forward ? 1 : -1) {
    const int vote = line.profile[static_cast<size_t>(t)];
    sum += vote - kSideVote;
    votes += vote;
    ++length;
    if (sum > best) best = sum, best_length = length, best_votes = votes;
    if (sum < best - kMostMissing || (length == kFirstCells && sum < 0)) break;
  }
  if (best_length == 0) return {};
  return {static_cast<float>(best_length),
          static_cast<float>(best_votes) / static_cast<float>(best_length)};
}

/// Mean change along a line `beside` a side, as votes.
float LoudnessBeside(const GreyPatch& patch, bool along_y, const VotedLine& line, float corner,
                     float length, bool forward, float beside) {
  const int n = patch.side();
  const float half = static_cast<float>(n) / 2;
  const int8_t* const votes = patch.Votes(!along_y);
  const int first = static_cast<int>(forward ? corner : corner - length);
  const int last = static_cast<int>(forward ? corner + length : corner);
  int sum = 0, count = 0;
  for (int t = std::max(0, first); t < std::min(n, last); ++t) {
    const int p = static_cast<int>(line.At(static_cast<float>(t) + 0.5f, half) + beside);
    if (p < 0 || p >= n) continue;
    sum += std::abs(votes[p * n + t]);
    ++count;
  }
  return static_cast<float>(sum) / static_cast<float>(std::max(1, count));
}

std::optional<Ell> JoinLines(const GreyPatch& patch, const VotedLine& lx, const VotedLine& ly,
                             bool inverted) {
  const int n = patch.side();
  const auto end = static_cast<float>(n);
  const float half = end / 2;
  // x = lx.at + lx.slope·(y − half), y = ly.at + ly.slope·(x − half)
  const float x = half + ((lx.at - half) + lx.slope * (ly.at - half)) / (1 - lx.slope * ly.slope);
  const float y = ly.At(x, half);
  if (x < 1 || y < 1 || x > end - 1 || y > end - 1) return std::nullopt;
  // Where it is lighter behind, a dark side is the last thing of its symbol.
  const bool right = lx.rises == inverted, down = ly.rises == inverted;
  const Side sx = SideFrom(lx, y, down, n);
  const float least = LeastSide(n);
  if (sx.length < least || sx.mean_vote < kLeastMeanVote) return std::nullopt;
  const Side sy = SideFrom(ly, x, right, n);
  if (sy.length < least || sy.mean_vote < kLeastMeanVote) return std::nullopt;
  if (sx.mean_vote + sy.mean_vote < 2 * kLeastEllVote || sx.length > kMostOblongEll * sy.length ||
      sy.length > kMostOblongEll * sx.length) {
    return std::nullopt;
  }
  const float left_of = right ? -kBesideCells : kBesideCells;
  const float above = down ? -kBesideCells : kBesideCells;
  if (LoudnessBeside(patch, false, lx, y, sx.length, down, left_of) > kMostLoud ||
      LoudnessBeside(patch, true, ly, x, sy.length, right, above) > kMostLoud) {
    return std::nullopt;
  }
  const float dx = right ? sy.length : -sy.length, dy = down ? sx.length : -sx.length;
  return Ell{{x, y},
             {dx, ly.slope * dx},
             {lx.slope * dy, dy},
             inverted,
             sx.length * sx.mean_vote + sy.length * sy.mean_vote};
}

}  // namespace

size_t FindElls(const GreyPatch& patch, Ells* ells) {
  VotedLines x_lines, y_lines;
  const size_t x_count = FindLines(patch, false, &x_lines);
  if (x_count == 0) return 0;
  const size_t y_count = FindLines(patch, true, &y_lines);
  size_t count = 0;
  for (size_t a = 0; a < x_count; ++a) {
    for (size_t b = 0; b < y_count; ++b) {
      for (const bool inverted : {false, true}) {
        const auto ell = JoinLines(patch, x_lines[a], y_lines[b], inverted);
        if (!ell || (count == kMostElls && ells->back().votes >= ell->votes)) continue;
        size_t at = std::min(count, kMostElls - 1);
        count = std::min(count + 1, kMostElls);
        for (; at > 0 && (*ells)[at - 1].votes < ell->votes; --at) (*ells)[at] = (*ells)[at - 1];
        (*ells)[at] = *ell;
      }
    }
  }
  return count;
}

}  // namespace veriline::locate
