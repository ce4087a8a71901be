// SPDX-License-Identifier: Apache-2.0
#include "vision/text/glyph_match.h"

#include <algorithm>
#include <cmath>

#include "vision/text/cell_sums.h"

namespace veriline::text {
namespace {

/// Columns of the window of each half width.
constexpr auto kMasks = [] {
  std::array<std::array<int16_t, kGlyphWidth>, kHalfWidth + 1> masks{};
  for (int half = 0; half <= kHalfWidth; ++half) {
    for (int col = kHalfWidth - half; col < kHalfWidth + half; ++col) {
      masks[static_cast<size_t>(half)][static_cast<size_t>(col)] = -1;
    }
  }
  return masks;
}();

/// Sum of the squares of so many places about their middle, one cell apart, in half cells.
constexpr double SquaresOf(int count) { return count * (double{1} * count * count - 1) / 3; }

/// How much higher the top of the parabola through three neighbours lies than the middle one.
float Rise(float before, float middle, float behind, float* shift) {
  const float bend = 2 * middle - before - behind;
  if (bend <= 1e-6f || middle < before || middle < behind) {
    *shift = 0;
    return 0;
  }
  *shift = std::clamp((behind - before) / (2 * bend), -0.5f, 0.5f);
  return (behind - before) * (behind - before) / (8 * bend);
}

}  // namespace

void TakePatch(const uint8_t* ink, ptrdiff_t stride, int half_window, Patch* out) {
  const auto [sum, sum_x, sum_y, squares] =
      TakeCells(ink, stride, kMasks[static_cast<size_t>(half_window)], out->ink.data());
  const double cols = 2 * half_window, rows = kGlyphHeight;
  const double squares_x = SquaresOf(2 * half_window) * rows;
  const double squares_y = SquaresOf(kGlyphHeight) * cols;
  const double mean = sum / (cols * rows), slope_x = sum_x / squares_x, slope_y = sum_y / squares_y;
  out->mean = static_cast<float>(mean);
  out->slope_x = static_cast<float>(slope_x);
  out->slope_y = static_cast<float>(slope_y);
  out->moments = {
      static_cast<float>(sum), static_cast<float>(sum_x), static_cast<float>(sum_y),
      static_cast<float>(std::max(0.0, squares - mean * sum - slope_x * sum_x - slope_y * sum_y))};
}

float Correlate(const Patch& patch, const Font& font, int variant, int glyph, int half_window) {
  const Moments& shape = font.MomentsOf(variant, glyph, half_window);
  const auto raw = static_cast<float>(Dot(patch.ink.data(), font.Template(variant, glyph)));
  return Correlation(
      raw - patch.mean * shape.sum - patch.slope_x * shape.sum_x - patch.slope_y * shape.sum_y,
      patch.moments.energy, shape.energy);
}

float Correlation(float dot, float energy, float other_energy) {
  const float product = energy * other_energy;
  return product > 0 ? dot / std::sqrt(product) : 0;
}

void PatchSet::Begin(const uint8_t* ink, ptrdiff_t stride, int half_window, int reach) {
  ink_ = ink;
  stride_ = stride;
  half_window_ = half_window;
  reach_ = reach;
  taken_.fill(false);
}

const Patch& PatchSet::At(int dx, int dy) {
  const auto i = static_cast<size_t>((dy + kMostReach) * kSide + dx + kMostReach);
  if (!taken_[i]) {
    TakePatch(ink_ + dy * stride_ + dx, stride_, half_window_, &patches_[i]);
    taken_[i] = true;
  }
  return patches_[i];
}

Fit BestFit(PatchSet& patches, const Font& font, int variant, int glyph, int from_dx, int from_dy) {
  const int reach = patches.reach();
  constexpr float kUnknown = -2;
  std::array<float, (2 * PatchSet::kMostReach + 1) * (2 * PatchSet::kMostReach + 1)> known;
  known.fill(kUnknown);
  const auto at = [&](int dx, int dy) {
    if (std::abs(dx) > reach || std::abs(dy) > reach) return -1.0f;
    float& value = known[static_cast<size_t>((dy + reach) * (2 * reach + 1) + dx + reach)];
    if (value == kUnknown) {
      value = Correlate(patches.At(dx, dy), font, variant, glyph, patches.half_window());
    }
    return value;
  };
  int dx = from_dx, dy = from_dy;
  float best = at(dx, dy);
  for (bool moved = true; moved;) {
    moved = false;
    constexpr std::array<std::array<int, 2>, 4> kSteps = {{{1, 0}, {-1, 0}, {0, 1}, {0, -1}}};
    for (const auto& [step_x, step_y] : kSteps) {
      if (at(dx + step_x, dy + step_y) <= best) continue;
      dx += step_x, dy += step_y;
      best = at(dx, dy);
      moved = true;
    }
  }
  Fit fit{.cell_dx = dx, .cell_dy = dy};
  float shift_x = 0, shift_y = 0, rise = 0;
  if (std::abs(dx) < reach) rise += Rise(at(dx - 1, dy), best, at(dx + 1, dy), &shift_x);
  if (std::abs(dy) < reach) rise += Rise(at(dx, dy - 1), best, at(dx, dy + 1), &shift_y);
  fit.correlation = std::min(1.0f, best + rise);
  fit.dx = static_cast<float>(dx) + shift_x;
  fit.dy = static_cast<float>(dy) + shift_y;
  const float energy = font.MomentsOf(variant, glyph, patches.half_window()).energy;
  fit.amplitude =
      energy > 0 ? fit.correlation * std::sqrt(patches.At(dx, dy).moments.energy / energy) : 0;
  return fit;
}

}  // namespace veriline::text
