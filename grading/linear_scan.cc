// SPDX-License-Identifier: Apache-2.0
#include "grading/linear_scan.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "grading/bar_width_gain.h"
#include "grading/scan_sampler.h"

namespace veriline::grading {

using symbology::linear::LinearCharacter;
using symbology::linear::LinearDecode;
using symbology::linear::QuietZones;

namespace {

/// A quiet zone is that much (in X) narrower before it counts as cut: two edges and X itself are
/// known to a few hundredths each.
constexpr double kQuietTolerance_x = 0.1;
// Ratio of wide to narrow elements: grading.md 6.4.
constexpr double kLeastRatio = 1.8, kMostRatio = 3.4;
/// Code 39: gaps between characters, in X; wider ones are allowed where X is small.
constexpr double kMostGap_x = 3, kMostGapOfSmall_x = 5.3, kSmallX_mm = 0.287;

}  // namespace

bool WideEnough(double seen_x, float wanted_x) {
  return seen_x >= static_cast<double>(wanted_x) - kQuietTolerance_x;
}

PeakRule DefectRule(const GradingSpec& spec) {
  using Depth = Switches::DefectDepth;
  const Depth depth = spec.switches.defect_depth;
  const bool highest = depth == Depth::kHighestPeak ||
                       (depth == Depth::kByEdition && spec.linear_edition == Edition::k15416_2000);
  return highest ? PeakRule::kHighest : PeakRule::kLower;
}

void MeasureScan(double aperture_px, PeakRule rule, LinearScan* scan) {
  const ScanProfile& profile = scan->profile;
  scan->levels = LevelsOf(profile);
  scan->edge_contrast = MeasureEdgeContrast(profile, &scan->extremes);
  scan->defects = MeasureDefects(profile, rule);

  // How steep edges are: under a disc a sharp one rises by 4 / (π · diameter) of its height, the
  // camera's pixel taken as a part of the disc.
  const double diameter =
      std::hypot(aperture_px, kPixelAperturePx) / std::hypot(profile.step.x, profile.step.y);
  double slopes = 0;
  for (size_t i = 0; i < profile.edges.size(); ++i) {
    const auto at = static_cast<size_t>(profile.edges[i]);
    if (at + 1 >= profile.values.size()) continue;
    const double rise = std::abs(profile.values[at + 1] - profile.values[at]);
    const double height = std::abs(scan->extremes[i + 1] - scan->extremes[i]);
    if (height > 0) slopes += rise / height;
  }
  scan->sharpness = ParameterGrade::kNone;
  if (!profile.edges.empty()) {
    scan->sharpness =
        slopes / static_cast<double>(profile.edges.size()) * std::numbers::pi / 4 * diameter;
  }
  scan->gain_x = ParameterGrade::kNone;
  scan->gain_elements = 0;
  scan->character = -1;
  scan->widest_gap_x = 0;
  if (!scan->decoded) return;
  const LinearDecode& decode = scan->decode;
  if (const BarWidthGain gain = MeasureBarWidthGain(profile.edges, decode); gain.elements > 0) {
    scan->gain_x = gain.x;
    scan->gain_elements = gain.elements;
  }
  float least = 2;
  for (size_t i = 0; i < decode.characters.size(); ++i) {
    if (decode.characters[i].decodability >= least) continue;
    least = decode.characters[i].decodability;
    scan->character = static_cast<int>(i);
  }
  if (decode.symbology != Symbology::kCode39) return;
  for (size_t i = 1; i < decode.characters.size(); ++i) {
    const LinearCharacter& c = decode.characters[i - 1];
    const float gap = profile.edges[decode.characters[i].first_edge] -
                      profile.edges[size_t{c.first_edge} + c.elements];
    scan->widest_gap_x = std::max(scan->widest_gap_x, static_cast<double>(gap) / scan->x_samples);
  }
}

void GradeScan(const GradingSpec& spec, const QuietZones& quiet, double x_mm, LinearScan* scan) {
  const Switches& s = spec.switches;
  const Scale scale = ScaleOf(spec.linear_edition);
  const auto graded = [&](Parameter p, const ThresholdTable& table, double value) {
    SetGrade(p, value, GradeOf(table, AsGraded(value, s), scale, s.tails_below_one), scan);
  };
  const auto passes = [&](Parameter p, double value, bool pass, bool joins = true) {
    scan->Of(p).value = value;
    if (joins) SetGrade(p, value, pass ? 4 : 0, scan);
  };
  const Levels& levels = scan->levels;
  const double contrast = levels.contrast();
  passes(Parameter::kDecode, scan->decoded ? 1 : 0, scan->decoded);
  graded(Parameter::kSymbolContrast, kSymbolContrastTable, contrast);
  passes(Parameter::kRMin, levels.rmin,
         levels.rmin <= kRMinPass * levels.rmax + kBoundaryTolerance);
  if (!scan->profile.edges.empty() && contrast > 0) {
    const double least = scan->edge_contrast.least;
    passes(Parameter::kEdgeContrastMin, least,
           least >= kMinimumEdgeContrastPass - kBoundaryTolerance);
    graded(Parameter::kModulation, kScanModulationTable, std::min(1.0, least / contrast));
    graded(Parameter::kDefects, kDefectsTable, scan->defects.ern / contrast);
  }
  if (scan->decoded) {
    const LinearDecode& decode = scan->decode;
    graded(Parameter::kDecodability, kDecodabilityTable,
           static_cast<double>(decode.decodability()));
    const float left = decode.reversed ? quiet.right : quiet.left;
    const float right = decode.reversed ? quiet.left : quiet.right;
    if (left > 0 || right > 0) {
      const auto share = [](double seen, float wanted) {
        return wanted > 0 ? std::min(1.0, seen / static_cast<double>(wanted)) : 1.0;
      };
      const bool wide = (scan->left_unseen || WideEnough(scan->quiet_left_x, left)) &&
                        (scan->right_unseen || WideEnough(scan->quiet_right_x, right));
      passes(Parameter::kQuietZone,
             std::min(share(scan->quiet_left_x, left), share(scan->quiet_right_x, right)), wide,
             s.quiet_zone_graded);
    }
    if (decode.symbology == Symbology::kCode39 || decode.symbology == Symbology::kItf) {
      const double ratio = static_cast<double>(decode.wide_ratio);
      const double most = x_mm >= kSmallX_mm ? kMostGap_x : kMostGapOfSmall_x;
      passes(Parameter::kAdditional, ratio,
             ratio >= kLeastRatio && ratio <= kMostRatio && scan->widest_gap_x <= most,
             s.additional_graded);
    }
  }
  scan->grade = 4;
  double lowest = 5;
  for (const Parameter p : kLinearParameters) {
    const ParameterGrade& g = scan->Of(p);
    if (!g.graded()) continue;
    scan->grade = std::min(scan->grade, g.grade);
    if (g.exact < lowest) lowest = g.exact, scan->limited_by = p;
  }
}

}  // namespace veriline::grading
