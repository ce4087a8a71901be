// SPDX-License-Identifier: Apache-2.0
#include "calibration/model/reflectance.h"

#include <cmath>
#include <string>

namespace veriline::calibration {

ReflectanceCurve::ReflectanceCurve() : ReflectanceCurve({{0, 0}, {255, 1}}) {}

ReflectanceCurve::ReflectanceCurve(std::vector<ReflectancePoint> points)
    : points_(std::move(points)) {
  size_t segment = 0;
  for (int grey = 0; grey < 256; ++grey) {
    while (segment + 2 < points_.size() && grey > points_[segment + 1].grey) ++segment;
    const ReflectancePoint &a = points_[segment], &b = points_[segment + 1];
    const double slope = (b.reflectance - a.reflectance) / (b.grey - a.grey);
    table_[static_cast<size_t>(grey)] = static_cast<float>(a.reflectance + slope * (grey - a.grey));
    if (grey == 0) {
      gain_ = static_cast<float>(slope);
      offset_ = table_[0];
    }
  }
}

Checked<ReflectanceCurve> ReflectanceCurve::Through(std::span<const ReflectancePoint> points) {
  constexpr double kLeastStep = 0.01;  // closer points would make a slope of rounding errors
  constexpr double kMostReflectance = 1.5;
  if (points.size() < 2 || points.size() > kMostPoints) {
    return Fail(Diagnostic{.message = "a reflectance curve needs 2 to 256 points, not " +
                                      std::to_string(points.size()),
                           .advice = "give the grey of a dark and of a light target",
                           .key = "points"});
  }
  for (size_t i = 0; i < points.size(); ++i) {
    const ReflectancePoint& p = points[i];
    const std::string key = "points[" + std::to_string(i) + "]";
    if (!(p.grey >= 0 && p.grey <= 255)) {
      return Fail(Diagnostic{.message = "a grey value lies outside 0 to 255", .key = key});
    }
    if (!(p.reflectance >= 0 && p.reflectance <= kMostReflectance)) {
      return Fail(Diagnostic{.message = "a reflectance lies outside 0 to 1.5",
                             .advice = "reflectances are ratios, not percent",
                             .key = key});
    }
    if (i == 0) continue;
    if (p.grey < points[i - 1].grey + kLeastStep || p.reflectance <= points[i - 1].reflectance) {
      return Fail(Diagnostic{
          .message = "grey values and reflectances must rise from point to point",
          .advice = "order the points from dark to light; two alike mean a wrong exposure",
          .key = key});
    }
  }
  return ReflectanceCurve(std::vector<ReflectancePoint>(points.begin(), points.end()));
}

}  // namespace veriline::calibration
