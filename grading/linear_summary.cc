// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "grading/linear_scan.h"

namespace veriline::grading {
namespace {

/// The row whose scans have the lowest mean: they lie side by side.
std::span<const LinearScan> WorstRow(std::span<const LinearScan> scans) {
  std::span<const LinearScan> worst;
  double lowest = 5;
  for (size_t first = 0, end = 0; first < scans.size(); first = end) {
    double sum = 0;
    for (end = first; end < scans.size() && scans[end].row == scans[first].row; ++end) {
      sum += scans[end].grade;
    }
    const double mean = sum / static_cast<double>(end - first);
    if (mean < lowest) lowest = mean, worst = scans.subspan(first, end - first);
  }
  return worst;
}

bool IsWorse(const LinearScan& a, const LinearScan& b) {
  if (a.grade != b.grade) return a.grade < b.grade;
  return a.Of(a.limited_by).exact < b.Of(b.limited_by).exact;
}

void MeanOfParameters(std::span<const LinearScan> scans, GradeReport* report) {
  double lowest = 5;
  for (const Parameter p : kLinearParameters) {
    ParameterGrade& mean = report->Of(p);
    double value = 0, exact = 0, grade = 0;
    int measured = 0, graded = 0;
    for (const LinearScan& scan : scans) {
      const ParameterGrade& g = scan.Of(p);
      if (!std::isnan(g.value)) value += g.value, ++measured;
      if (g.graded()) exact += g.exact, grade += g.grade, ++graded;
    }
    if (measured > 0) mean.value = value / measured;
    if (graded == 0) continue;
    mean.exact = exact / graded;
    mean.grade = RoundToTenth(grade / graded);
    if (mean.exact < lowest) lowest = mean.exact, report->limited_by = p;
  }
}

}  // namespace

void Summarise(std::span<const LinearScan> all, GradeReport* report) {
  const std::span<const LinearScan> scans = WorstRow(all);
  report->scans = static_cast<int>(scans.size());
  if (scans.empty()) return;
  double sum = 0, x_px = 0, gain = 0, sharpness = 0;
  int decoded = 0, sharp = 0;
  const LinearScan* worst = &scans.front();
  report->quiet_left_x = report->quiet_right_x = 1e9;
  for (const LinearScan& scan : scans) {
    const double share = 1.0 / static_cast<double>(scans.size());
    sum += scan.grade;
    report->levels.rmax += scan.levels.rmax * share;
    report->levels.rmin += scan.levels.rmin * share;
    report->levels.threshold += scan.levels.threshold * share;
    if (IsWorse(scan, *worst)) worst = &scan;
    if (!std::isnan(scan.sharpness)) sharpness += scan.sharpness, ++sharp;
    if (!scan.decoded) continue;
    ++decoded;
    x_px += scan.x_samples * std::hypot(scan.profile.step.x, scan.profile.step.y);
    report->quiet_left_x = std::min(report->quiet_left_x, scan.quiet_left_x);
    report->quiet_right_x = std::min(report->quiet_right_x, scan.quiet_right_x);
    if (scan.gain_elements > 0) {
      gain += scan.gain_x * scan.gain_elements;
      report->growth.x_elements += scan.gain_elements;
    }
  }
  report->worst_scan = static_cast<int>(worst - all.data());
  if (decoded > 0) {
    report->x_px = x_px / decoded;
  } else {
    report->quiet_left_x = report->quiet_right_x = 0;
    report->Add(Indication::kReaderOnly);
  }
  report->growth.sharpness = sharp > 0 ? sharpness / sharp : ParameterGrade::kNone;
  if (report->growth.x_elements > 0) {
    report->growth.x = gain / report->growth.x_elements;
    report->Of(Parameter::kPrintGrowth).value = report->growth.x;
  }
  MeanOfParameters(scans, report);
  report->overall = RoundToTenth(sum / static_cast<double>(scans.size()));
}

}  // namespace veriline::grading
