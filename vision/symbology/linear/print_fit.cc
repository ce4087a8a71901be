// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/print_fit.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "vision/symbology/linear/soft_step.h"

namespace veriline::symbology::linear {
namespace {

// Light, contrast, sigma, growth, shift of the first edge, of the last one, N.
constexpr int kUnknowns = 7;
using Vector = std::array<float, kUnknowns>;

// What is left of a good fit, as a ratio of the contrast, and how far unknowns may be off, in X.
constexpr float kResidual = 0.03f;
constexpr float kSigmaSpread = 0.4f, kGrowthSpread = 0.15f, kShiftSpread = 0.3f;
constexpr float kRatioSpread = 0.25f, kContrastSpread = 0.15f;
constexpr float kLeastSigmaPx = 0.27f;                   // of a pixel's own area
constexpr float kMostSigma = 1.5f, kMostGrowth = 0.45f;  // X
constexpr float kMostRatio = 0.5f;

/// Symmetric equations A x = b, by Cholesky; false where A is not positive.
bool Solve(std::array<Vector, kUnknowns>& a, Vector& b) {
  for (size_t i = 0; i < kUnknowns; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      float sum = a[i][j];
      for (size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
      if (i != j) {
        a[i][j] = sum / a[j][j];
      } else if (sum > 0) {
        a[i][i] = std::sqrt(sum);
      } else {
        return false;
      }
    }
  }
  for (size_t i = 0; i < kUnknowns; ++i) {
    for (size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (size_t i = kUnknowns; i-- > 0;) {
    for (size_t k = i + 1; k < kUnknowns; ++k) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return true;
}

/// One round; returns the sum of squares before it.
class Round {
 public:
  Round(std::span<const float> values, std::span<const KnownEdge> edges, const PrintModel& model,
        const EdgeShift& shift)
      : values_(values), edges_(edges), model_(model), shift_(shift) {
    first_px_ = edges.front().at_px;
    per_px_ = 1 / std::max(edges.back().at_px - first_px_, 1e-3f);
  }

  void Add(const SampleWindow& window) {
    const SoftStep& step = SoftStep::Table();
    const float reach = SoftStep::kReach * model_.sigma_px + std::abs(model_.growth_px);
    const float inverse = 1 / model_.sigma_px;
    size_t begin = 0;
    float passed = 0;  // ink of edges that lie far to the left
    for (int i = window.begin; i < window.end; ++i) {
      const auto x = static_cast<float>(i);
      while (begin < edges_.size() && Place(edges_[begin]) + reach < x) {
        passed += edges_[begin++].weight;
      }
      float ink = passed, by_sigma = 0, by_growth = 0, by_first = 0, by_last = 0, by_ratio = 0;
      for (size_t k = begin; k < edges_.size(); ++k) {
        const KnownEdge& edge = edges_[k];
        const float sign = edge.weight > 0 ? 0.5f : -0.5f;
        const float z = (x - Place(edge) + sign * model_.growth_px) * inverse;
        if (z < -SoftStep::kReach) break;
        const float slope = edge.weight * step.Slope(z) * inverse;
        const float way = (edge.at_px - first_px_) * per_px_;
        ink += edge.weight * step.Rise(z);
        by_sigma -= slope * z;
        by_growth += slope * sign;
        by_first -= slope * (1 - way);
        by_last -= slope * way;
        by_ratio -= slope * edge.by_ratio_px;
      }
      // In units of the contrast; the picture is light - contrast * ink.
      const float left = values_[static_cast<size_t>(i)] / model_.contrast -
                         (model_.light / model_.contrast - ink);
      Take({1, -ink, -by_sigma, -by_growth, -by_first, -by_last, -by_ratio}, left);
    }
  }

  float squares() const { return squares_; }
  int samples() const { return samples_; }

  /// Steps of the unknowns, those of light and contrast as ratios of the contrast; `off`: how far
  /// they are from what was expected, `spread`: how far they may be.
  bool Step(const Vector& off, const Vector& spread, Vector* step) {
    for (size_t i = 0; i < kUnknowns; ++i) {
      const float pull = kResidual * kResidual / (spread[i] * spread[i]);
      matrix_[i][i] += pull;
      right_[i] -= pull * off[i];
    }
    *step = right_;
    return Solve(matrix_, *step);
  }

 private:
  float Place(const KnownEdge& edge) const {
    const float way = (edge.at_px - first_px_) * per_px_;
    return edge.at_px + shift_.first_px + (shift_.last_px - shift_.first_px) * way +
           shift_.ratio * edge.by_ratio_px;
  }
  void Take(const Vector& slopes, float left) {
    for (size_t i = 0; i < kUnknowns; ++i) {
      for (size_t j = 0; j <= i; ++j) matrix_[i][j] += slopes[i] * slopes[j];
      right_[i] += slopes[i] * left;
    }
    squares_ += left * left;
    ++samples_;
  }

  std::span<const float> values_;
  std::span<const KnownEdge> edges_;
  const PrintModel& model_;
  const EdgeShift& shift_;
  float first_px_, per_px_;
  std::array<Vector, kUnknowns> matrix_{};
  Vector right_{};
  float squares_ = 0;
  int samples_ = 0;
};

}  // namespace

float FitPrint(std::span<const float> values, std::span<const SampleWindow> windows,
               std::span<const KnownEdge> edges, float x_px, int rounds, PrintModel* model,
               EdgeShift* shift) {
  const PrintModel expected = *model;
  const Vector spread = {10,
                         kContrastSpread,
                         kSigmaSpread * x_px,
                         kGrowthSpread * x_px,
                         kShiftSpread * x_px,
                         kShiftSpread * x_px,
                         kRatioSpread};
  for (int round = 0;; ++round) {
    Round now(values, edges, *model, *shift);
    for (const SampleWindow& window : windows) now.Add(window);
    const float rms = std::sqrt(now.squares() / static_cast<float>(std::max(now.samples(), 1)));
    if (round == rounds) return rms;
    const Vector off = {0,
                        1 - expected.contrast / model->contrast,
                        model->sigma_px - expected.sigma_px,
                        model->growth_px,
                        shift->first_px,
                        shift->last_px,
                        shift->ratio};
    Vector step;
    if (!now.Step(off, spread, &step)) return INFINITY;
    const float contrast = model->contrast;
    model->light += contrast * step[0];
    model->contrast = std::clamp(contrast * (1 + step[1]), contrast / 2, contrast * 2);
    model->sigma_px = std::clamp(model->sigma_px + step[2], kLeastSigmaPx,
                                 std::max(kMostSigma * x_px, 2 * kLeastSigmaPx));
    model->growth_px =
        std::clamp(model->growth_px + step[3], -kMostGrowth * x_px, kMostGrowth * x_px);
    shift->first_px = std::clamp(shift->first_px + step[4], -x_px, x_px);
    shift->last_px = std::clamp(shift->last_px + step[5], -x_px, x_px);
    shift->ratio = std::clamp(shift->ratio + step[6], -kMostRatio, kMostRatio);
  }
}

}  // namespace veriline::symbology::linear
