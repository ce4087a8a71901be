// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "grading/fixed_pattern_damage.h"

namespace veriline::grading {
namespace {

/// A straight run of modules.
struct Line {
  int row = 0, col = 0;
  int down = 0, right = 0;  // step
  int length = 0;
  const Module& At(const ModuleMap& map, int i) const {
    return map.At(row + i * down, col + i * right);
  }
  Line Shifted(int rows, int cols) const { return {row + rows, col + cols, down, right, length}; }
};

class Damage {
 public:
  Damage(const ModuleMap& map, const SampledGrid& grid, const SegmentRule& rule)
      : map_(map), grid_(grid), rule_(rule) {}

  FixedPatternDamage Whole() {
    for (const SegmentName name : {SegmentName::kL1, SegmentName::kL2, SegmentName::kQzl1,
                                   SegmentName::kQzl2, SegmentName::kCtsa}) {
      out_.all[out_.count++].name = name;
    }
    SolidSides();
    ClockTracks();
    Conclude(true, rule_, &out_);
    return out_;
  }

 private:
  Segment& Of(SegmentName name) { return out_.all[static_cast<size_t>(name)]; }

  /// The outer sides as a whole with the quiet zone beside them, each inner L line in its region.
  /// Source: grading.md 3.1, 3.2, 3.4.
  void SolidSides() {
    const int rows = grid_.rows, cols = grid_.cols,
              extra = rule_.switches->quiet_strip_extra_modules;
    Solid(SegmentName::kL1, {0, 0, 1, 0, rows});
    Solid(SegmentName::kL2, {rows - 1, 0, 0, 1, cols});
    // Strips include the corner where they meet; with two more modules the other end too.
    const int ends = extra == 2 ? 1 : 0;
    Solid(SegmentName::kQzl1, {-ends, -1, 1, 0, rows + extra});
    Solid(SegmentName::kQzl2, {rows, extra > 0 ? -1 : 0, 0, 1, cols + extra});
    const int height = rows / grid_.region_rows, width = cols / grid_.region_cols;
    for (int y = 0; y < grid_.region_rows; ++y) {
      for (int x = 0; x < grid_.region_cols; ++x) {
        if (x > 0) Solid(SegmentName::kL1, {y * height, x * width, 1, 0, height});
        if (y + 1 < grid_.region_rows) {
          Solid(SegmentName::kL2, {(y + 1) * height - 1, x * width, 0, 1, width});
        }
      }
    }
  }

  void Solid(SegmentName name, const Line& line) {
    SegmentCount count(rule_);
    for (int i = 0; i < line.length; ++i) count.Add(line.At(map_, i));
    Keep(name, count.GradeOfShare(kSolidSideDamageTable), count);
  }

  void Keep(SegmentName name, double grade, const SegmentCount& count) {
    Segment& segment = Of(name);
    out_.all_seen = out_.all_seen && count.all_seen();
    const bool worse = grade < segment.grade ||
                       (grade == segment.grade && count.wrong() > segment.wrong) ||
                       segment.modules == 0;
    if (!worse) return;
    segment.grade = grade;
    segment.modules = count.seen();
    segment.wrong = count.wrong();
  }

  void ClockTracks() {
    const int height = grid_.rows / grid_.region_rows, width = grid_.cols / grid_.region_cols;
    for (int y = 0; y < grid_.region_rows; ++y) {
      for (int x = 0; x < grid_.region_cols; ++x) {
        const Line top{y * height, x * width, 0, 1, width};
        ClockTrackSide(top, top.Shifted(-1, 0));
        const Line right{y * height, (x + 1) * width - 1, 1, 0, height};
        ClockTrackSide(right, right.Shifted(0, 1));
      }
    }
  }

  /// The lowest of transition ratio, clock track regularity and solid fixed pattern.
  /// Source: grading.md 3.3.
  void ClockTrackSide(const Line& track, const Line& solid) {
    SegmentCount regular(rule_), even(rule_);
    for (int i = 0; i < track.length; ++i) regular.Add(track.At(map_, i));
    for (int i = 0; i < solid.length; ++i) even.Add(solid.At(map_, i));
    double regularity = regular.GradeOfShare(kClockTrackDamageTable);
    if (rule_.switches->five_module_rule && MostWrongOfFive(track) > 2) regularity = 0;
    const double solidity = even.GradeOfShare(kClockTrackDamageTable);
    const double ratio = TransitionRatio(track, solid);
    const double grade = std::min({GradeOfRatio(ratio), regularity, solidity});
    Keep(SegmentName::kCtsa, grade, solidity < regularity ? even : regular);
    out_.all_seen = out_.all_seen && regular.all_seen() && even.all_seen();
    Segment& segment = Of(SegmentName::kCtsa);
    segment.transition_ratio = std::max(segment.transition_ratio, ratio);
  }

  int MostWrongOfFive(const Line& track) const {
    int most = 0, wrong = 0;
    for (int i = 0; i < track.length; ++i) {
      wrong += track.At(map_, i).wrong;
      if (i >= 5) wrong -= track.At(map_, i - 5).wrong;
      most = std::max(most, wrong);
    }
    return most;
  }

  int Transitions(const Line& line, int from, int to) const {
    int changes = 0;
    for (int i = from + 1; i < to; ++i) {
      const Module &a = line.At(map_, i - 1), &b = line.At(map_, i);
      if (!a.seen || !b.seen) continue;
      changes += (a.dark != a.wrong) != (b.dark != b.wrong);  // colours as they are
    }
    return changes;
  }

  /// TR = max(0, Ts − 1) / Tc: changes of colour along the solid line over those along the track.
  double TransitionRatio(const Line& track, const Line& solid) const {
    const int corner = rule_.switches->transitions_with_corners ? 0 : 1;
    const int in_track = Transitions(track, corner, track.length - corner);
    const int in_solid = std::max(0, Transitions(solid, 0, solid.length) - 1);
    if (in_solid == 0) return 0;
    return in_track > 0 ? static_cast<double>(in_solid) / in_track : 1;
  }

  double GradeOfRatio(double ratio) const {
    const Switches& s = *rule_.switches;
    if (rule_.levels.scale == Scale::kWhole ||
        s.transition_scale == Switches::TransitionScale::kTable) {
      return GradeOf(kTransitionRatioTable, AsGraded(ratio, s), rule_.levels.scale);
    }
    // The reading that it was fitted to is of the displayed whole percent.
    return GradeOf(kTransitionRatioFittedTable, std::round(ratio * 100) / 100, rule_.levels.scale);
  }

  const ModuleMap& map_;
  const SampledGrid& grid_;
  const SegmentRule& rule_;
  FixedPatternDamage out_;
};

}  // namespace

FixedPatternDamage DataMatrixDamage(const ModuleMap& map, const SampledGrid& grid,
                                    const SegmentRule& rule) {
  return Damage(map, grid, rule).Whole();
}

}  // namespace veriline::grading
