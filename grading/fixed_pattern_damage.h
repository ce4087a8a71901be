// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "grading/module_map.h"
#include "grading/overlay.h"
#include "grading/switches.h"
#include "vision/core/sampled_grid.h"

namespace veriline::grading {

/// Fixed Pattern Damage, ISO/IEC 15415, 7.8.3 with the annexes of the symbologies: ISO/IEC 16022
/// annex M (Data Matrix), ISO/IEC 18004 annex on print quality (QR Code, Micro QR). Pure functions
/// of a judged ModuleMap; any thread; nothing is allocated.

enum class SegmentName : uint8_t {
  kL1,    ///< Data Matrix: left solid side
  kL2,    ///< bottom solid side
  kQzl1,  ///< quiet zone beside L1
  kQzl2,
  kCtsa,  ///< clock tracks and the solid areas outside them
  kA1,    ///< QR: upper left finder with separator and quiet zone
  kA2,    ///< upper right
  kA3,    ///< lower left
  kB1,    ///< horizontal timing pattern
  kB2,    ///< vertical timing pattern
  kC,     ///< alignment patterns
};
std::string_view Name(SegmentName name);  ///< "L1", "QZL1", "CTSA", "A1", ...

/// One segment. Where it has several lines (regions, sides) the worst of them.
struct Segment {
  SegmentName name = SegmentName::kL1;
  double grade = 4;             ///< not rounded
  int modules = 0;              ///< of the (worst) line that the picture shows
  int wrong = 0;                ///< of wrong colour
  double transition_ratio = 0;  ///< CTSA: the greatest of all sides
};

struct FixedPatternDamage {
  static constexpr size_t kMostSegments = 6;
  double grade = 4;          ///< not rounded
  double average_grade = 4;  ///< mean of the segments, itself not rounded; "AG", "DFPD"
  bool average_counts = false;
  bool all_seen = true;  ///< the picture shows every module of every segment
  std::array<Segment, kMostSegments> all{};
  size_t count = 0;
  std::span<const Segment> segments() const { return {all.data(), count}; }
};

/// How segments are graded in this edition.
struct SegmentRule {
  OverlayLevels levels;
  const Switches* switches = nullptr;
};
/// Source of the rule: grading.md 3.2, and 5.3 for direct part marks.
SegmentRule RuleFor(Edition edition, const Switches& switches);

/// Five segments and their average grade; several regions. Requires: map.quiet() >= 1 (2 where the
/// strips are to be two modules longer). Source: grading.md 3.
FixedPatternDamage DataMatrixDamage(const ModuleMap& map, const SampledGrid& grid,
                                    const SegmentRule& rule);
/// Six segments (Micro QR: three). Requires: map.quiet() >= 4 (Micro QR: 2). Source: grading.md 4.
FixedPatternDamage QrDamage(const ModuleMap& map, const SampledGrid& grid, const SegmentRule& rule);

/// What the two have in common: modules counted by the level that they reach.
class SegmentCount {
 public:
  explicit SegmentCount(const SegmentRule& rule) : rule_(rule) {}
  void Add(const Module& module);
  void AddBlock(const ModuleMap& map, int row0, int col0, int rows, int cols);
  int seen() const { return levels_.total(); }
  int wrong() const { return wrong_; }
  bool all_seen() const { return unseen_ == 0; }
  /// The overlay over shares (or numbers) of damaged modules. 4 where no module was seen.
  double GradeOfShare(const ThresholdTable& table) const;
  double GradeOfNumber(const ThresholdTable& table) const;

 private:
  const SegmentRule& rule_;
  LevelCount levels_;
  int wrong_ = 0;
  int unseen_ = 0;
};

/// Sets grade, average and all_seen from the segments.
void Conclude(bool average_counts, const SegmentRule& rule, FixedPatternDamage* damage);

}  // namespace veriline::grading
