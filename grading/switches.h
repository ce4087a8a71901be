// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace veriline::grading {

/// What the sources do not agree on, or say too little of: each is one switch with its default and
/// the section of grading.md that weighs the readings. The report lists them.
struct Switches {
  /// 1.6: percentages are rounded to whole percent before they are graded.
  bool round_percent_first = false;
  /// 1.6: in tenths, the segments of Data Matrix are rounded before their mean is taken, and the
  /// mean (DFPD) before it is graded; only so does the card symbol have the 3.3 and 2.6 of its
  /// reading.
  bool round_average_grade_first = true;

  /// 2.1.4: extremes over the filtered picture, or over module centres. (2011)
  enum class Extremes : unsigned char { kFilteredPixels, kModules } extremes = {};
  /// 2.1.4: places where the whole aperture lies inside symbol and quiet zone, or its centre.
  enum class SampleArea : unsigned char { kWholeAperture, kApertureCentre } sample_area = {};
  /// 2.1.4: variances of both classes count the same, or by the size of the class (Otsu). (2024)
  enum class ThresholdWeight : unsigned char { kUnweighted, kBySize } threshold_weight = {};
  /// 2.1.4: the histogram is that of the filtered picture, or of module centres. (2024)
  enum class ThresholdSamples : unsigned char { kPixels, kModules } threshold_samples = {};
  /// 2.3: the percentile of the lightest and darkest 1 %, or the mean of each tail. (2024)
  enum class Contrast : unsigned char { kPercentile, kTailMean } contrast = {};
  /// 2.4: distance from the threshold over that of its side's extreme, or over half of SC. (2024)
  enum class ModulationScale : unsigned char { kBySide, kSymmetric } modulation_scale = {};
  /// 2.4: contrast uniformity looks at data modules only, or at all of the symbol.
  enum class UniformityModules : unsigned char { kData, kAll } uniformity_modules = {};
  /// 2.5.4: the highest tenth whose notional grade is not below it, or the maximum of the minima of
  /// both, for codewords. (2024)
  enum class OverlayRule : unsigned char { kHighestLevelReached, kMaximumOfMinima };
  OverlayRule codeword_overlay = OverlayRule::kHighestLevelReached;
  /// 3.2: the same for segments of fixed patterns; the one reading allows both.
  OverlayRule segment_overlay = OverlayRule::kMaximumOfMinima;
  /// 2.6: QR's codewords kept for misdecode protection are no capacity, or they are.
  bool subtract_misdecode_reserve = true;
  /// 2.8: the ideal grid hangs on the four corner points, or is fitted to all points.
  enum class IdealGrid : unsigned char { kCorners, kLeastSquares } ideal_grid = {};
  /// 2.8: distances in each axis' own mean pitch (what the one instrument does), or in the mean.
  enum class GridUnit : unsigned char { kOwnPitch, kMeanPitch } grid_unit = {};
  /// 2.9: 0.15 X a grade, or a straight line from 0.10 X to 0.60 X. (2024)
  enum class GrowthScale : unsigned char { kFitted, kStraight } growth_scale = {};
  /// 2.9: edges are where the profile crosses the middle of the extremes, or the threshold.
  enum class GrowthLevel : unsigned char { kMidpoint, kThreshold } growth_level = {};
  /// 2.10: in tenths, lines go on below grade 1.
  bool tails_below_one = true;

  /// 3.1: how many modules longer than the side the quiet zone strips are (0, 1 or 2).
  int quiet_strip_extra_modules = 1;
  /// 3.3: corner modules of a clock track take part in its transitions.
  bool transitions_with_corners = false;
  /// 3.3: in tenths, the transition ratio takes the line fitted to a reading, from whole percent;
  /// or the table of whole grades, unrounded.
  enum class TransitionScale : unsigned char { kFitted, kTable } transition_scale = {};
  /// 3.3: more than two wrong modules in five adjacent ones of a clock track are grade 0.
  bool five_module_rule = true;

  /// 4.1: a finder segment has 144 modules (12 × 12), or 168 (two bands of 15).
  enum class FinderArea : unsigned char { k144, k168 } finder_area = {};
  /// 4.2: share of wrong modules, or of patterns with a wrong module.
  enum class AlignmentShare : unsigned char { kModules, kPatterns } alignment_share = {};
  /// 4.2: the rule of five modules on timing patterns.
  bool timing_five_module_rule = false;
  /// 4.2: the average grade of Data Matrix joins the segments of QR too.
  bool qr_average_grade = false;
  /// 4.3: how two copies make a grade; by edition: mean rounded up (2011), mean (2024).
  enum class CopyRule : unsigned char { kByEdition, kMeanRoundedUp, kMean, kLower } copies = {};

  /// 6.3: how deep a defect is: from the element's highest peak, or from the lower one of those at
  /// both sides of it; by edition: 2000 does the first, 2016 the second.
  enum class DefectDepth : unsigned char { kByEdition, kHighestPeak, kLowerPeak } defect_depth = {};
  /// 6.4: the ratio of wide to narrow elements (1.8 to 3.4) and, of Code 39, the gaps between
  /// characters join a scan's grade.
  bool additional_graded = true;
  /// 6.5: quiet zones join a scan's grade.
  bool quiet_zone_graded = true;

  /// 5.3: the overlay of fixed patterns leaves out grade 2; by edition: 2011 does, 2020 does not.
  enum class SkipsTwo : unsigned char { kByEdition, kYes, kNo } overlay_skips_two = {};
  /// 5.3: in tenths (2020) are all parameters, or only cell contrast, cell modulation and unused
  /// error correction.
  enum class DirectPartTenths : unsigned char { kAll, kCellsAndErrors } direct_part_tenths = {};
};

/// A ratio as it is graded: rounded to whole percent where the switch says so.
double AsGraded(double ratio, const Switches& switches);

/// A switch as a report lists it.
struct NamedSwitch {
  std::string_view name;
  std::string_view section;  ///< of grading.md
  std::string_view value;
  bool is_default = true;
};
std::vector<NamedSwitch> Listed(const Switches& switches);

}  // namespace veriline::grading
