// SPDX-License-Identifier: Apache-2.0
#include "grading/fixed_pattern_damage.h"

#include <algorithm>

namespace veriline::grading {

std::string_view Name(SegmentName name) {
  constexpr std::array<std::string_view, 11> kNames = {"L1", "L2", "QZL1", "QZL2", "CTSA", "A1",
                                                       "A2", "A3", "B1",   "B2",   "C"};
  return kNames[static_cast<size_t>(name)];
}

SegmentRule RuleFor(Edition edition, const Switches& switches) {
  SegmentRule rule;
  rule.levels.scale = ScaleOf(edition);
  if (edition == Edition::k29158_2020 &&
      switches.direct_part_tenths == Switches::DirectPartTenths::kCellsAndErrors) {
    rule.levels.scale = Scale::kWhole;
  }
  rule.levels.rule = switches.segment_overlay;
  rule.levels.skips_two = switches.overlay_skips_two == Switches::SkipsTwo::kYes ||
                          (switches.overlay_skips_two == Switches::SkipsTwo::kByEdition &&
                           edition == Edition::k29158_2011);
  if (!IsDirectPartMark(edition)) rule.levels.skips_two = false;
  rule.switches = &switches;
  return rule;
}

void SegmentCount::Add(const Module& module) {
  if (!module.seen) {
    ++unseen_;
    return;
  }
  if (module.wrong) ++wrong_;
  constexpr double kReachesNoLevel = -1;
  levels_.Add(module.wrong ? kReachesNoLevel
                           : GradeOf(kModulationTable, module.modulation, rule_.levels.scale,
                                     rule_.switches->tails_below_one));
}

void SegmentCount::AddBlock(const ModuleMap& map, int row0, int col0, int rows, int cols) {
  for (int row = row0; row < row0 + rows; ++row) {
    for (int col = col0; col < col0 + cols; ++col) Add(map.At(row, col));
  }
}

double SegmentCount::GradeOfShare(const ThresholdTable& table) const {
  if (seen() == 0) return 4;
  return Overlay(levels_, rule_.levels, [&](int damaged) {
    const double share = static_cast<double>(damaged) / seen();
    return GradeOf(table, AsGraded(share, *rule_.switches), rule_.levels.scale,
                   rule_.switches->tails_below_one);
  });
}

double SegmentCount::GradeOfNumber(const ThresholdTable& table) const {
  if (seen() == 0) return 4;
  return Overlay(levels_, rule_.levels, [&](int damaged) {
    return GradeOf(table, damaged, rule_.levels.scale, rule_.switches->tails_below_one);
  });
}

void Conclude(bool average_counts, const SegmentRule& rule, FixedPatternDamage* damage) {
  const bool rounded =
      rule.levels.scale == Scale::kTenths && rule.switches->round_average_grade_first;
  double sum = 0;
  damage->grade = 4;
  for (const Segment& s : damage->segments()) {
    sum += rounded ? RoundToTenth(s.grade) : s.grade;
    damage->grade = std::min(damage->grade, s.grade);
  }
  if (damage->count == 0) return;
  damage->average_grade = sum / static_cast<double>(damage->count);
  damage->average_counts = average_counts;
  if (!average_counts) return;
  const double average = rounded ? RoundToTenth(damage->average_grade) : damage->average_grade;
  damage->grade = std::min(damage->grade, GradeOf(kAverageGradeTable, average, rule.levels.scale));
}

}  // namespace veriline::grading
