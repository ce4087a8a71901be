// SPDX-License-Identifier: Apache-2.0
#include "grading/switches.h"

#include <cmath>
#include <initializer_list>

namespace veriline::grading {
namespace {

std::string_view YesNo(bool value) { return value ? "yes" : "no"; }

template <class Enum>
std::string_view Pick(Enum value, std::initializer_list<std::string_view> names) {
  const auto i = static_cast<size_t>(value);
  return i < names.size() ? names.begin()[i] : std::string_view("?");
}

std::vector<NamedSwitch> All(const Switches& s) {
  const auto rule = [](Switches::OverlayRule r) {
    return Pick(r, {"highest_level_reached", "maximum_of_minima"});
  };
  return {
      {"round_percent_first", "1.6", YesNo(s.round_percent_first)},
      {"round_average_grade_first", "1.6", YesNo(s.round_average_grade_first)},
      {"extremes", "2.1", Pick(s.extremes, {"filtered_pixels", "modules"})},
      {"sample_area", "2.1", Pick(s.sample_area, {"whole_aperture", "aperture_centre"})},
      {"threshold_weight", "2.1", Pick(s.threshold_weight, {"unweighted", "by_size"})},
      {"threshold_samples", "2.1", Pick(s.threshold_samples, {"pixels", "modules"})},
      {"contrast", "2.3", Pick(s.contrast, {"percentile", "tail_mean"})},
      {"modulation_scale", "2.4", Pick(s.modulation_scale, {"by_side", "symmetric"})},
      {"uniformity_modules", "2.4", Pick(s.uniformity_modules, {"data", "all"})},
      {"codeword_overlay", "2.5", rule(s.codeword_overlay)},
      {"segment_overlay", "3.2", rule(s.segment_overlay)},
      {"subtract_misdecode_reserve", "2.6", YesNo(s.subtract_misdecode_reserve)},
      {"ideal_grid", "2.8", Pick(s.ideal_grid, {"corners", "least_squares"})},
      {"grid_unit", "2.8", Pick(s.grid_unit, {"own_pitch", "mean_pitch"})},
      {"growth_scale", "2.9", Pick(s.growth_scale, {"fitted", "straight"})},
      {"growth_level", "2.9", Pick(s.growth_level, {"midpoint", "threshold"})},
      {"tails_below_one", "2.10", YesNo(s.tails_below_one)},
      {"quiet_strip_extra_modules", "3.1", Pick(s.quiet_strip_extra_modules, {"0", "1", "2"})},
      {"transitions_with_corners", "3.3", YesNo(s.transitions_with_corners)},
      {"transition_scale", "3.3", Pick(s.transition_scale, {"fitted", "table"})},
      {"five_module_rule", "3.3", YesNo(s.five_module_rule)},
      {"finder_area", "4.1", Pick(s.finder_area, {"144", "168"})},
      {"alignment_share", "4.2", Pick(s.alignment_share, {"modules", "patterns"})},
      {"timing_five_module_rule", "4.2", YesNo(s.timing_five_module_rule)},
      {"qr_average_grade", "4.2", YesNo(s.qr_average_grade)},
      {"copies", "4.3", Pick(s.copies, {"by_edition", "mean_rounded_up", "mean", "lower"})},
      {"defect_depth", "6.3", Pick(s.defect_depth, {"by_edition", "highest_peak", "lower_peak"})},
      {"additional_graded", "6.4", YesNo(s.additional_graded)},
      {"quiet_zone_graded", "6.5", YesNo(s.quiet_zone_graded)},
      {"overlay_skips_two", "5.3", Pick(s.overlay_skips_two, {"by_edition", "yes", "no"})},
      {"direct_part_tenths", "5.3", Pick(s.direct_part_tenths, {"all", "cells_and_errors"})},
  };
}

}  // namespace

double AsGraded(double ratio, const Switches& switches) {
  return switches.round_percent_first ? std::floor(ratio * 100 + 0.5 + 1e-9) / 100 : ratio;
}

std::vector<NamedSwitch> Listed(const Switches& switches) {
  std::vector<NamedSwitch> out = All(switches);
  const std::vector<NamedSwitch> defaults = All(Switches{});
  for (size_t i = 0; i < out.size(); ++i) out[i].is_default = out[i].value == defaults[i].value;
  return out;
}

}  // namespace veriline::grading
