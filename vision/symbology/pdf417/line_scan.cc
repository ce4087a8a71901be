// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/line_scan.h"

#include <algorithm>
#include <cmath>

namespace veriline::symbology::pdf417 {
namespace {

constexpr float kUnknownXPx = 3;
constexpr float kSamplesPerX = 5;
constexpr float kLeastStepPx = 0.4f, kMostStepPx = 2;
/// Rows are two X high at the least: so much of that is taken together.
constexpr float kRowsPerX = 0.8f;
constexpr int kMostRows = 3;

}  // namespace

void LineScan::Sample(Point from, Point to, float x_px) {
  const float length = Distance(from, to);
  const float x = x_px > 0 ? x_px : kUnknownXPx;
  const Point along = length > 0 ? (to - from) * (1 / length) : Point{1, 0};
  linear::ScanLine line{from, to, {-along.y, along.x}};
  line.step_px = std::clamp(x / kSamplesPerX, kLeastStepPx, kMostStepPx);
  line.rows = std::clamp(static_cast<int>(kRowsPerX * x_px), 1, kMostRows);
  line.inverted = inverted_;
  linear::SampleLine(picture_, line, &profile_);
  step_px_ = line.step_px;
  x_samples_ = x / line.step_px;
}

std::span<const float> LineScan::Find(float least_swing) {
  elements_.Find(x_samples_, least_swing, &profile_);
  return profile_.edges;
}

std::span<const float> LineScan::Reversed() {
  const std::vector<float>& edges = profile_.edges;
  reversed_.resize(edges.size());
  for (size_t i = 0; i < edges.size(); ++i) reversed_[i] = -edges[edges.size() - 1 - i];
  return reversed_;
}

float LineScan::SampleOf(Point p) const {
  const Point step = profile_.step;
  return Dot(p - profile_.origin, step) / Dot(step, step);
}

}  // namespace veriline::symbology::pdf417
