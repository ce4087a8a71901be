// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "grading/fixed_pattern_damage.h"
#include "vision/symbology/qr/layout.h"

namespace veriline::grading {
namespace {

constexpr int kFinder = 8;  ///< with its separator

void Keep(SegmentName name, double grade, const SegmentCount& count, FixedPatternDamage* out) {
  out->all_seen = out->all_seen && count.all_seen();
  out->all[out->count++] = {name, grade, count.seen(), count.wrong(), 0};
}

/// Finder, separator and the quiet zone along both outer sides. `row`, `col`: upper left of the 8 ×
/// 8 block; `up`, `left`: on which sides the quiet zone lies. Source: grading.md 4.1.
void Finder(SegmentName name, int row, int col, bool up, bool left, int quiet, const ModuleMap& map,
            const SegmentRule& rule, FixedPatternDamage* out) {
  SegmentCount count(rule);
  // With bands of 15 they run four modules past the separator's seven inner ones.
  const bool bands = rule.switches->finder_area == Switches::FinderArea::k168 && quiet == 4;
  const int run = bands ? 11 : kFinder;
  const int quiet_row = up ? row - quiet : row + kFinder;
  const int quiet_col = left ? col - quiet : col + kFinder;
  const int run_row = up ? row : row + kFinder - run;
  const int run_col = left ? col : col + kFinder - run;
  count.AddBlock(map, row, col, kFinder, kFinder);
  count.AddBlock(map, quiet_row, quiet_col, quiet, quiet);
  count.AddBlock(map, quiet_row, run_col, quiet, run);
  count.AddBlock(map, run_row, quiet_col, run, quiet);
  Keep(name, count.GradeOfNumber(kFinderDamageTable), count, out);
}

void Timing(SegmentName name, int row, int col, bool across, int length, const ModuleMap& map,
            const SegmentRule& rule, FixedPatternDamage* out) {
  SegmentCount count(rule);
  int most = 0, wrong = 0;
  const auto at = [&](int i) -> const Module& {
    return map.At(row + (across ? 0 : i), col + (across ? i : 0));
  };
  for (int i = 0; i < length; ++i) {
    count.Add(at(i));
    wrong += at(i).wrong;
    if (i >= 5) wrong -= at(i - 5).wrong;
    most = std::max(most, wrong);
  }
  double grade = count.GradeOfShare(kTimingDamageTable);
  if (rule.switches->timing_five_module_rule && most > 2) grade = 0;
  Keep(name, grade, count, out);
}

void Alignment(int size, const ModuleMap& map, const SegmentRule& rule, FixedPatternDamage* out) {
  const auto version = symbology::qr::Version::OfSize(size);
  if (!version) return;
  const std::span<const uint8_t> centres = symbology::qr::AlignmentCentres(*version);
  if (centres.empty()) return;
  constexpr int kPattern = 5;
  const bool by_pattern = rule.switches->alignment_share == Switches::AlignmentShare::kPatterns;
  SegmentCount modules(rule), patterns(rule);
  const size_t last = centres.size() - 1;
  for (size_t y = 0; y <= last; ++y) {
    for (size_t x = 0; x <= last; ++x) {
      if ((y == 0 && (x == 0 || x == last)) || (y == last && x == 0)) continue;  // finders
      const int row = centres[y] - 2, col = centres[x] - 2;
      modules.AddBlock(map, row, col, kPattern, kPattern);
      Module worst{.modulation = 1};
      for (int i = 0; by_pattern && i < kPattern * kPattern; ++i) {
        const Module& m = map.At(row + i / kPattern, col + i % kPattern);
        worst.wrong = worst.wrong || m.wrong;
        worst.modulation = std::min(worst.modulation, m.modulation);
      }
      patterns.Add(worst);
    }
  }
  Keep(SegmentName::kC, (by_pattern ? patterns : modules).GradeOfShare(kAlignmentDamageTable),
       modules, out);
}

}  // namespace

FixedPatternDamage QrDamage(const ModuleMap& map, const SampledGrid& grid,
                            const SegmentRule& rule) {
  FixedPatternDamage out;
  const int size = grid.rows;
  if (grid.symbology == Symbology::kMicroQr) {
    Finder(SegmentName::kA1, 0, 0, true, true, 2, map, rule, &out);
    Timing(SegmentName::kB1, 0, kFinder, true, size - kFinder, map, rule, &out);
    Timing(SegmentName::kB2, kFinder, 0, false, size - kFinder, map, rule, &out);
  } else {
    const int far = size - kFinder, length = size - 2 * kFinder;
    Finder(SegmentName::kA1, 0, 0, true, true, 4, map, rule, &out);
    Finder(SegmentName::kA2, 0, far, true, false, 4, map, rule, &out);
    Finder(SegmentName::kA3, far, 0, false, true, 4, map, rule, &out);
    Timing(SegmentName::kB1, 6, kFinder, true, length, map, rule, &out);
    Timing(SegmentName::kB2, kFinder, 6, false, length, map, rule, &out);
    Alignment(size, map, rule, &out);
  }
  Conclude(rule.switches->qr_average_grade, rule, &out);
  return out;
}

}  // namespace veriline::grading
