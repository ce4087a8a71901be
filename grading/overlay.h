// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "grading/switches.h"
#include "grading/thresholds.h"

namespace veriline::grading {

/// The parameter grade overlay: of all grade levels L the best min(L, what the symbol would get if
/// everything below L were damaged). ISO/IEC 15415, 7.8.4.3; ISO/IEC 16022 annex M;
/// grading.md 2.5 and 3.2. Pure; any thread.

/// How many of the things graded (codewords, modules) reach each level: whole grades, or tenths.
class LevelCount {
 public:
  static constexpr int kTop = 40;  ///< grade 4.0 in tenths
  /// Counts one with that grade (not rounded; a negative one reaches no level, not even 0).
  void Add(double grade) {
    ++total_;
    if (grade < 0) return;
    // A grade that was computed as 2.8999999 reaches 2.9.
    const int level = static_cast<int>(grade * 10 + 1e-4);
    ++counts_[static_cast<size_t>(level > kTop ? kTop : level)];
  }
  int total() const { return total_; }
  /// How many reach this level (in tenths) and no higher one.
  int On(int level) const { return counts_[static_cast<size_t>(level)]; }
  /// How many do not reach the level.
  int Below(int level) const {
    int reach = 0;
    for (int i = level; i <= kTop; ++i) reach += counts_[static_cast<size_t>(i)];
    return total_ - reach;
  }

 private:
  std::array<int, kTop + 1> counts_{};
  int total_ = 0;
};

/// Which levels are tried.
struct OverlayLevels {
  Scale scale = Scale::kWhole;
  Switches::OverlayRule rule = Switches::OverlayRule::kMaximumOfMinima;  ///< tenths only
  bool skips_two = false;  ///< ISO/IEC 29158:2011, fixed patterns: grading.md 5.3
};

/// `notional(n)`: the grade with n of them damaged; not rising with n.
/// Returns: 0 to 4, not rounded.
template <class Notional>
double Overlay(const LevelCount& count, const OverlayLevels& levels, const Notional& notional) {
  double best = 0;
  int reach = 0, last_below = -1;
  double grade = 0;
  const int step = levels.scale == Scale::kTenths ? 1 : 10;
  for (int level = LevelCount::kTop; level >= 0; --level) {
    reach += count.On(level);
    if (level % step != 0 || (levels.skips_two && level == 20)) continue;
    const int below = count.total() - reach;
    if (below != last_below) {
      grade = notional(below);
      last_below = below;
    }
    const double l = level / 10.0;
    if (levels.scale == Scale::kTenths &&
        levels.rule == Switches::OverlayRule::kHighestLevelReached) {
      constexpr double kSlack = 1e-7;
      if (grade >= l - kSlack) return l;
      continue;
    }
    const double candidate = grade < l ? grade : l;
    if (candidate > best) best = candidate;
  }
  return best;
}

}  // namespace veriline::grading
