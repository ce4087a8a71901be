// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "grading/hints.h"

namespace veriline::grading {
namespace {

/// Where a sample lies, in percent of the symbol's length from its first bar.
int PercentAlong(const LinearScan& scan, float sample) {
  const auto& edges = scan.profile.edges;
  const float length = edges.back() - edges.front();
  return length > 0 ? static_cast<int>(std::lround((sample - edges.front()) / length * 100)) : 0;
}

}  // namespace

void FindHints(std::span<const LinearScan> scans, GradeReport* report) {
  constexpr double kDefectWorthTelling = 0.15, kDecodabilityWorthTelling = 0.62;
  HintList& hints = report->hints;
  hints.Clear();
  int lost = 0, deepest = 0, uneven = -1;
  for (int i = 0; i < static_cast<int>(scans.size()); ++i) {
    const LinearScan& scan = scans[static_cast<size_t>(i)];
    const auto value = [&](Parameter p, int of) {
      return scans[static_cast<size_t>(of)].Of(p).value;
    };
    lost += !scan.decoded;
    if (scan.profile.edges.empty()) continue;
    const bool any = !std::isnan(value(Parameter::kDefects, deepest));
    if (!any || value(Parameter::kDefects, i) > value(Parameter::kDefects, deepest)) deepest = i;
    if (!scan.decoded || scan.character < 0) continue;
    if (uneven < 0 ||
        value(Parameter::kDecodability, i) < value(Parameter::kDecodability, uneven)) {
      uneven = i;
    }
  }
  if (lost > 0) hints.Add({.kind = HintKind::kLostScans, .amount = static_cast<double>(lost)});
  const double gain = report->growth.x_elements > 0 ? report->growth.x : 0;
  if (std::abs(gain) >= kGrowthWorthTelling) {
    hints.Add({.kind = gain > 0 ? HintKind::kBarsWide : HintKind::kBarsNarrow,
               .along_x = true,
               .amount = std::abs(gain),
               .amount_um = std::abs(gain) * report->x_mm * 1000});
  }
  const ParameterGrade& quiet = report->Of(Parameter::kQuietZone);
  if (quiet.measured() && quiet.value < 0.99) {
    const bool left = report->quiet_left_x <= report->quiet_right_x;
    hints.Add({.kind = HintKind::kQuietZoneCut,
               .along_x = left,
               .amount = left ? report->quiet_left_x : report->quiet_right_x});
  }
  if (!scans.empty() && !scans[static_cast<size_t>(deepest)].profile.edges.empty()) {
    const LinearScan& scan = scans[static_cast<size_t>(deepest)];
    const double depth = scan.Of(Parameter::kDefects).value;
    if (depth > kDefectWorthTelling) {
      hints.Add({.kind = IsBar(scan.defects.element) ? HintKind::kVoid : HintKind::kSpot,
                 .index = PercentAlong(scan, scan.defects.sample),
                 .row = deepest,
                 .amount = depth});
    }
  }
  // What all bars share is told above.
  if (uneven >= 0 && std::abs(gain) < kGrowthWorthTelling) {
    const LinearScan& scan = scans[static_cast<size_t>(uneven)];
    const double value = scan.Of(Parameter::kDecodability).value;
    const auto& c = scan.decode.characters[static_cast<size_t>(scan.character)];
    const float middle = scan.profile.edges[c.first_edge + c.elements / 2u];
    if (value < kDecodabilityWorthTelling) {
      hints.Add({.kind = HintKind::kUnevenBars,
                 .index = PercentAlong(scan, middle),
                 .row = uneven,
                 .amount = value});
    }
  }
  if (report->growth.sharpness < kSoftEdge) {
    hints.Add({.kind = HintKind::kBlur, .amount = report->growth.sharpness});
  }
  AddLevelHints(report);
}

}  // namespace veriline::grading
