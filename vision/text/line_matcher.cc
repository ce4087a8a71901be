// SPDX-License-Identifier: Apache-2.0
#include "vision/text/line_matcher.h"

#include <algorithm>
#include <cmath>

namespace veriline::text {
namespace {

/// Cells that are cut beyond the glyphs: shifts, and places before and behind the line.
constexpr int kRim = PatchSet::kMostReach + 2;
/// A character stands where its neighbours and the font say, but for so many cells.
constexpr int kJitter = 2;
/// A frame that moves less than this at either end stays, cells.
constexpr float kStill = 0.3f;
/// A fit below this says nothing about where the line lies.
constexpr float kUsefulFit = 0.5f;
/// Characters that stay behind the expected one by this margin need no closer look.
constexpr float kFarMargin = 0.4f;
/// Two characters less alike than that, seen where the expected one fits as well as that, are told
/// apart by one look: if the print were the other, the expected one would not fit so well. A shift
/// then raises a squared correlation by at most so much more than it does in a perfect print.
constexpr float kUnlike = 0.65f, kFitsSquared = 0.75f, kRise = 0.06f;
/// One above this needs no other start for the climb.
constexpr float kGoodFit = 0.65f;

/// A line through weighted points that stays near y = 0 where they say little.
struct LineFit {
  double weight = 1e-6, x = 0, xx = 0, y = 0, xy = 0;
  double offset = 0, slope = 0;

  void Add(double w, double at, double value) {
    weight += w, x += w * at, xx += w * at * at, y += w * value, xy += w * at * value;
  }
  void Solve() {
    // Half a cell of noise against slopes of some percent.
    constexpr double kStiffness = 100, kTether = 0.01;
    const double a = weight + kTether, c = xx + kStiffness;
    const double det = a * c - x * x;
    offset = (y * c - xy * x) / det;
    slope = (a * xy - x * y) / det;
  }
};

float MedianOf(std::vector<float>& values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

int LineMatcher::Left(const Slot& slot) {
  return static_cast<int>(std::lround(slot.middle)) - kHalfWidth;
}

bool LineMatcher::Cut() {
  const int end = static_cast<int>(std::ceil(length_));
  return strip_.Cut(*picture_, frame_.start_px, frame_.along_px,
                    {.left = 2 * kHalfWidth + kRim,
                     .right = end + 2 * kHalfWidth + kRim,
                     .above = kBaselineCells + kRim,
                     .below = kGlyphHeight - kBaselineCells + kRim},
                    frame_.light_ink);
}

bool LineMatcher::Refine(const FrameView& picture, const Font& font, const LineFrame& frame,
                         std::span<const Slot> slots) {
  picture_ = &picture;
  font_ = &font;
  frame_ = frame;
  length_ = slots.back().middle + slots.back().advance / 2;
  variant_ = Font::kMiddleVariant;
  if (!Cut()) return false;
  constexpr int kMostCuts = 3;
  for (int cut = 1;; ++cut) {
    const LineFrame better = FitFrame(slots);
    const auto moved = [&](float x) {
      return Distance(better.ToPicture(x, 0), frame_.ToPicture(x, 0)) /
             std::hypot(frame_.along_px.x, frame_.along_px.y);
    };
    if (cut == kMostCuts || std::max(moved(0), moved(length_)) < kStill) break;
    frame_ = better;
    if (!Cut()) return false;
  }
  ChooseVariant(slots);
  return true;
}

/// The frame by where the expected characters fit best.
LineFrame LineMatcher::FitFrame(std::span<const Slot> slots) {
  fits_.resize(slots.size());
  for (size_t i = 0; i < slots.size(); ++i) {
    fits_[i] = Fit{};
    if (slots[i].glyph < 0) continue;
    patches_.Begin(strip_.At(Left(slots[i]), -kBaselineCells), strip_.stride(),
                   slots[i].half_window, PatchSet::kMostReach);
    for (const int from : {0, -2, 2}) {
      const Fit fit = BestFit(patches_, *font_, variant_, slots[i].glyph, from, 0);
      if (fit.correlation > fits_[i].correlation) fits_[i] = fit;
      if (fits_[i].correlation > kGoodFit) break;
    }
  }
  // Twice: what lies far from the first line does not pull at the second.
  LineFit along, down;
  for (int round = 0; round < 2; ++round) {
    LineFit next_along, next_down;
    for (size_t i = 0; i < slots.size(); ++i) {
      const double good = fits_[i].correlation - kUsefulFit;
      if (good <= 0) continue;
      const double x = slots[i].middle;
      const double dx =
          fits_[i].dx + static_cast<float>(Left(slots[i]) + kHalfWidth) - slots[i].middle;
      const double dy = fits_[i].dy;
      double weight = good;
      if (round > 0) {
        const double off =
            std::hypot(dx - along.offset - along.slope * x, dy - down.offset - down.slope * x);
        weight /= 1 + off * off * 4;
      }
      next_along.Add(weight, x, dx);
      next_down.Add(weight, x, dy);
    }
    along = next_along, down = next_down;
    along.Solve();
    down.Solve();
  }
  const auto offset_x = static_cast<float>(along.offset),
             offset_y = static_cast<float>(down.offset);
  const auto grown = static_cast<float>(along.slope), turned = static_cast<float>(down.slope);
  const Point u = frame_.along_px, v{-u.y, u.x};
  return {frame_.start_px + u * offset_x + v * offset_y, u * (1 + grown) + v * turned,
          frame_.light_ink};
}

void LineMatcher::ChooseVariant(std::span<const Slot> slots) {
  float best = -1;
  std::array<float, Font::kVariants> sums{};
  for (size_t i = 0; i < slots.size(); ++i) {
    if (fits_[i].correlation < kUsefulFit) continue;
    patches_.Begin(strip_.At(Left(slots[i]), -kBaselineCells), strip_.stride(),
                   slots[i].half_window, PatchSet::kMostReach);
    const Patch& patch = patches_.At(fits_[i].cell_dx, fits_[i].cell_dy);
    for (int variant = 0; variant < Font::kVariants; ++variant) {
      const float fit = Correlate(patch, *font_, variant, slots[i].glyph, slots[i].half_window);
      sums[static_cast<size_t>(variant)] += fit * fit;
    }
  }
  for (int variant = 0; variant < Font::kVariants; ++variant) {
    if (sums[static_cast<size_t>(variant)] <= best) continue;
    best = sums[static_cast<size_t>(variant)];
    if (best > 0) variant_ = variant;
  }
}

float LineMatcher::Margin(const Comparison& place, int a, int b) const {
  const float of_a = place.squared[static_cast<size_t>(a)];
  const float of_b = place.squared[static_cast<size_t>(b)];
  const float apart = 1 - font_->Likeness(a, b);
  const float higher = std::max({of_a, of_b, 1e-3f});
  return (of_a - of_b) / (std::max(apart, 1e-3f) * higher);
}

bool LineMatcher::StaysBehind(int expected, int other, float fit, float look) const {
  if (expected < 0) return true;  // a blank is judged by its ink
  const float likeness = font_->Likeness(expected, other);
  const float reached = fit * fit;
  const auto is_far = [&](float at_most) {
    return reached - at_most >= kFarMargin * (1 - likeness) * reached;
  };
  // Correlations are cosines of angles, and what lies near one cannot lie near the other.
  const float between = std::acos(std::min(1.0f, std::sqrt(likeness))) - std::acos(fit);
  const float nearest = std::cos(std::max(0.0f, between));
  if (is_far(nearest * nearest)) return true;
  const float positive = std::max(0.0f, look);
  return likeness <= kUnlike && reached >= kFitsSquared &&
         is_far(positive * positive + kRise + font_->LikenessByShift(expected, other));
}

void LineMatcher::Take(int glyph, const Fit& fit, Comparison* place) {
  const float positive = std::max(0.0f, fit.correlation);
  place->squared[static_cast<size_t>(glyph)] = positive * positive;
  if (positive <= place->best_fit) return;
  place->best = glyph;
  place->best_fit = positive;
  place->best_amplitude = fit.amplitude;
}

void LineMatcher::Compare(std::span<const Slot> slots, std::span<const int> alphabet) {
  compared_.resize(slots.size());
  amplitudes_.clear();
  residuals_.clear();
  float spreads = 0, spread_count = 0;
  for (size_t i = 0; i < slots.size(); ++i) {
    const Slot& slot = slots[i];
    Comparison& place = compared_[i];
    place = Comparison{};
    patches_.Begin(strip_.At(Left(slot), -kBaselineCells), strip_.stride(), slot.half_window,
                   kJitter);
    place.energy = patches_.At(0, 0).moments.energy;
    // Where the expected character fits, one look at another one often shows that it cannot come
    // near, however it is shifted.
    Fit expected;
    if (slot.glyph >= 0) {
      expected = BestFit(patches_, *font_, variant_, slot.glyph, 0, 0);
      place.expected_fit = std::max(0.0f, expected.correlation);
      place.expected_amplitude = expected.amplitude;
      Take(slot.glyph, expected, &place);
    }
    for (const int glyph : alphabet) {
      if (glyph == slot.glyph) continue;
      Fit fit{.cell_dx = expected.cell_dx, .cell_dy = expected.cell_dy};
      const Patch& patch = patches_.At(fit.cell_dx, fit.cell_dy);
      fit.correlation = Correlate(patch, *font_, variant_, glyph, slot.half_window);
      if (!StaysBehind(slot.glyph, glyph, place.expected_fit, fit.correlation)) {
        fit = BestFit(patches_, *font_, variant_, glyph, fit.cell_dx, fit.cell_dy);
      }
      Take(glyph, fit, &place);
    }
    place.best_margin = place.expected_margin = 2;
    for (const int glyph : alphabet) {
      if (place.best >= 0 && glyph != place.best) {
        const float margin = Margin(place, place.best, glyph);
        if (margin < place.best_margin) place.best_margin = margin, place.best_rival = glyph;
      }
      if (slot.glyph >= 0 && glyph != slot.glyph && !font_->AreTwins(slot.glyph, glyph)) {
        const float margin = Margin(place, slot.glyph, glyph);
        if (margin < place.expected_margin) {
          place.expected_margin = margin;
          place.expected_rival = glyph;
        }
      }
    }
    constexpr float kClearFit = 0.65f;
    if (slot.glyph < 0 || place.best_fit < kClearFit) continue;
    amplitudes_.push_back(place.best_amplitude);
    residuals_.push_back(place.energy * (1 - place.best_fit * place.best_fit) /
                         static_cast<float>(2 * slot.half_window * kGlyphHeight));
    spreads += font_->MomentsOf(variant_, place.best, slot.half_window).energy;
    spread_count += 1;
  }
  amplitude_ = MedianOf(amplitudes_);
  residual_ = MedianOf(residuals_);
  spread_ = spread_count > 0 ? spreads / spread_count : 0;
}

float LineMatcher::InkAt(float middle, int half_window) {
  if (amplitude_ <= 0) return 0;
  const int left = static_cast<int>(std::lround(middle)) - kHalfWidth;
  if (!strip_.Holds(left, -kBaselineCells, kGlyphWidth, kGlyphHeight)) return 0;
  patches_.Begin(strip_.At(left, -kBaselineCells), strip_.stride(), half_window, 0);
  const float noise = residual_ * static_cast<float>(2 * half_window * kGlyphHeight);
  const float energy = std::max(0.0f, patches_.At(0, 0).moments.energy - noise);
  return std::sqrt(energy / (spread_ * amplitude_ * amplitude_));
}

}  // namespace veriline::text
