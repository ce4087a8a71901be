// SPDX-License-Identifier: Apache-2.0
#include "tests/support/linear_drawing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

namespace veriline::testing {
namespace {

/// A step from 0 to 1 as a camera sees it across the step: under a Gaussian and under a pixel whose
/// sides lie at an angle to the step. Tabulated, with straight lines between.
class SoftStep {
 public:
  SoftStep(double sigma, double angle_rad) : sigma_(sigma) {
    // Across the step a turned pixel is a trapezoid, the convolution of two boxes.
    const double a = std::abs(std::cos(angle_rad)), b = std::abs(std::sin(angle_rad));
    const double wide = std::max(a, b), narrow = std::min(a, b);
    reach_ = (wide + narrow) / 2 + 5 * sigma;
    const int count = static_cast<int>(std::ceil(2 * reach_ * kPerPx)) + 2;
    for (int i = 0; i < count; ++i) {
      const double t = i / kPerPx - reach_;
      double value;
      if (narrow < 1e-5) {
        value = (Once(t + wide / 2) - Once(t - wide / 2)) / wide;
      } else {
        const double far = (wide + narrow) / 2, near = (wide - narrow) / 2;
        value =
            (Twice(t + far) - Twice(t + near) - Twice(t - near) + Twice(t - far)) / (wide * narrow);
      }
      values_.push_back(value);
    }
  }
  double reach() const { return reach_; }
  double operator()(double t) const {
    if (t <= -reach_) return 0;
    if (t >= reach_) return 1;
    const double at = (t + reach_) * kPerPx;
    const auto i = static_cast<size_t>(at);
    return values_[i] + (values_[i + 1] - values_[i]) * (at - static_cast<double>(i));
  }

 private:
  static constexpr double kPerPx = 256;
  // The blurred step, integrated once and twice.
  double Once(double t) const { return sigma_ > 0 ? t * Cdf(t) + sigma_ * Density(t) : At0(t); }
  double Twice(double t) const {
    return sigma_ > 0 ? ((t * t + sigma_ * sigma_) * Cdf(t) + t * sigma_ * Density(t)) / 2
                      : At0(t) * At0(t) / 2;
  }
  static double At0(double t) { return std::max(t, 0.0); }
  double Cdf(double t) const { return std::erfc(-t / (sigma_ * std::numbers::sqrt2)) / 2; }
  double Density(double t) const {
    return std::exp(-t * t / (2 * sigma_ * sigma_)) / std::sqrt(2 * std::numbers::pi);
  }

  double sigma_;
  double reach_ = 0;
  std::vector<double> values_;
};

/// Kept for the next picture of the same kind: to tabulate takes some ms.
const SoftStep& StepFor(double sigma, double angle_rad) {
  thread_local std::map<std::pair<double, double>, SoftStep> steps;
  if (steps.size() > 100) steps.clear();
  return steps.try_emplace({sigma, angle_rad}, sigma, angle_rad).first->second;
}

/// The grey of a row at `at` px from its left edge.
double GreyAt(const LinearRow& row, double at, double x_px, const SoftStep& step) {
  const auto past = [&](double edge) { return edge * x_px < at - step.reach(); };
  auto i = static_cast<size_t>(std::ranges::partition_point(row.edges, past) - row.edges.begin());
  double grey = row.levels[i];
  for (; i < row.edges.size() && row.edges[i] * x_px < at + step.reach(); ++i) {
    grey += (row.levels[i + 1] - row.levels[i]) * step(at - row.edges[i] * x_px);
  }
  return grey;
}

double WidthOf(std::span<const LinearRow> rows) {
  double width = 0;
  for (const LinearRow& row : rows) width = std::max(width, row.edges.back());
  return width;
}

}  // namespace

LinearRow PrintRow(std::span<const double> widths, const LinearInk& ink, std::mt19937* random) {
  LinearRow row;
  row.height_x = ink.height_x;
  row.levels.push_back(ink.light);
  std::uniform_real_distribution<double> jitter(-ink.jitter_x, ink.jitter_x);
  double at = 0;
  // The left edge of element i, or the right one of the last; a bar without width has none.
  for (size_t i = 0; i <= widths.size(); ++i) {
    const bool begins = i % 2 == 0;
    const bool none = (i <= 1 && widths[0] == 0) || (begins && i == widths.size());
    if (!none) {
      double edge = at + (begins ? -ink.growth_x : ink.growth_x) / 2;
      if (random != nullptr && ink.jitter_x > 0) edge += jitter(*random);
      row.edges.push_back(edge);
      row.levels.push_back(begins ? ink.dark : ink.light);
    }
    if (i < widths.size()) at += widths[i];
  }
  return row;
}

void AddStripe(LinearRow* row, double from_x, double to_x, double level) {
  const auto i = std::ranges::upper_bound(row->edges, from_x) - row->edges.begin();
  const double around = row->levels[static_cast<size_t>(i)];
  row->edges.insert(row->edges.begin() + i, {from_x, to_x});
  row->levels.insert(row->levels.begin() + i + 1, {level, around});
}

std::vector<float> EdgesOf(const LinearRow& row, double x_width, double left) {
  std::vector<float> edges;
  for (const double edge : row.edges) {
    edges.push_back(static_cast<float>(left + edge * x_width));
  }
  return edges;
}

LinearPicture DrawLinear(std::span<const LinearRow> rows, const LinearShot& shot) {
  const double angle = shot.degrees * std::numbers::pi / 180;
  const double ex = std::cos(angle), ey = std::sin(angle);
  double height_x = 0;
  for (const LinearRow& row : rows) height_x += row.height_x;
  const double width = WidthOf(rows) * shot.x_px, height = height_x * shot.x_px;
  const double left = -shot.quiet_left_x * shot.x_px;
  const double right = width + shot.quiet_right_x * shot.x_px;
  const double high = shot.quiet_high_x * shot.x_px;
  const double full_width = right - left, full_height = height + 2 * high;

  LinearPicture picture;
  const double around =
      2 * (shot.margin_px + std::abs(shot.shift_px.x) + std::abs(shot.shift_px.y));
  picture.width =
      static_cast<int>(std::ceil(full_width * std::abs(ex) + full_height * std::abs(ey) + around));
  picture.height =
      static_cast<int>(std::ceil(full_width * std::abs(ey) + full_height * std::abs(ex) + around));
  // Place of the symbol's upper left corner; the whole with its quiet zones lies in the middle.
  const double mid_u = (left + right) / 2, mid_v = height / 2;
  const double ox = picture.width / 2.0 + shot.shift_px.x - mid_u * ex + mid_v * ey;
  const double oy = picture.height / 2.0 + shot.shift_px.y - mid_u * ey - mid_v * ex;
  const auto place = [&](double u, double v) {
    return Point{static_cast<float>(ox + u * ex - v * ey),
                 static_cast<float>(oy + u * ey + v * ex)};
  };
  picture.outline = {{place(0, 0), place(width, 0), place(width, height), place(0, height)}};

  const SoftStep& step = StepFor(shot.blur_sigma_px, angle);
  const double light = rows.front().levels.front();
  std::mt19937 random(shot.seed);
  std::normal_distribution<double> noise(0, std::max(shot.noise_sigma, 1e-9));
  picture.pixels.reserve(static_cast<size_t>(picture.width) * picture.height);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const double dx = x + 0.5 - ox, dy = y + 0.5 - oy;
      const double u = dx * ex + dy * ey, v = dy * ex - dx * ey;
      const double paper =
          (step(u - left) - step(u - right)) * (step(v + high) - step(v - height - high));
      double grey = shot.ground + (light - shot.ground) * paper;
      double top = 0;
      for (const LinearRow& row : rows) {
        const double bottom = top + row.height_x * shot.x_px;
        const double part = step(v - top) - step(v - bottom);
        if (part > 0) grey += (GreyAt(row, u, shot.x_px, step) - light) * part;
        top = bottom;
      }
      if (shot.noise_sigma > 0) grey += noise(random);
      picture.pixels.push_back(static_cast<uint8_t>(std::lround(std::clamp(grey, 0.0, 255.0))));
    }
  }
  return picture;
}

void SampleRow(const LinearRow& row, const LinearShot& shot, ScanProfile* profile) {
  const SoftStep& step = StepFor(shot.blur_sigma_px, 0);
  const double left = shot.quiet_left_x * shot.x_px + shot.shift_px.x;
  const double right = (row.edges.back() + shot.quiet_right_x) * shot.x_px;
  const int count = static_cast<int>(std::ceil(left + right));
  std::mt19937 random(shot.seed);
  std::normal_distribution<double> noise(0, std::max(shot.noise_sigma, 1e-9));
  profile->Clear();
  profile->origin = {0.5f, 0.5f};
  profile->step = {1, 0};
  for (int i = 0; i < count; ++i) {
    double grey = GreyAt(row, i + 0.5 - left, shot.x_px, step);
    if (shot.noise_sigma > 0) grey += noise(random);
    profile->values.push_back(static_cast<float>(grey));
  }
}

}  // namespace veriline::testing
