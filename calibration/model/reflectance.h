// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "vision/core/result.h"

namespace veriline::calibration {

/// One grey value of a camera and the reflectance (ratio 0–1) that a traceable target has there.
struct ReflectancePoint {
  double grey = 0;
  double reflectance = 0;
  friend bool operator==(const ReflectancePoint&, const ReflectancePoint&) = default;
};

/// Grey → reflectance of a camera under its light: straight lines through two or more points, the
/// outermost lines carried on to grey 0 and 255. Immutable; any thread.
class ReflectanceCurve {
 public:
  static constexpr size_t kMostPoints = 256;

  /// Grey 0 = 0, grey 255 = 1: what a picture means of which nothing else is known.
  ReflectanceCurve();
  /// Requires: two to 256 points, grey values within 0–255 and rising by at least 0.01,
  /// reflectances within 0–1.5 (fluorescent targets pass 1) and rising. `Diagnostic::key` names the
  /// point.
  static Checked<ReflectanceCurve> Through(std::span<const ReflectancePoint> points);

  float At(uint8_t grey) const { return table_[grey]; }
  std::span<const float, 256> table() const { return table_; }
  const std::vector<ReflectancePoint>& points() const { return points_; }
  /// Two points: reflectance = offset + gain · grey, so that a filter may run on grey values.
  bool linear() const { return points_.size() == 2; }
  float gain() const { return gain_; }      ///< of the first line, per grey
  float offset() const { return offset_; }  ///< of the first line, at grey 0
  friend bool operator==(const ReflectanceCurve&, const ReflectanceCurve&) = default;

 private:
  explicit ReflectanceCurve(std::vector<ReflectancePoint> points);

  std::vector<ReflectancePoint> points_;
  std::array<float, 256> table_{};
  float gain_ = 0;
  float offset_ = 0;
};

}  // namespace veriline::calibration
