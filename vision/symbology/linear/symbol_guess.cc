// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/symbol_guess.h"

#include <algorithm>
#include <cmath>

#include "vision/symbology/linear/soft_step.h"

namespace veriline::symbology::linear {
namespace {

constexpr float kLeastContrast = 12;             // grey values
constexpr float kMeanX = 1.7f, kMeanInk = 0.5f;  // where characters are not known
constexpr float kRoughReach = 2.5f;              // sigma, beyond which Judge sees no edge
constexpr float kUsualSigmaX = 0.55f;
constexpr float kWorseOnOneSide = 1.6f;
constexpr float kContrastToRange = 1.05f;
constexpr float kLeastRatio = 1.5f, kMostRatio = 3.6f;  // N
constexpr int kFitRounds = 4;

/// A straight line through values over ink.
class InkLine {
 public:
  void Add(float ink, float value) {
    count_ += 1, ink_ += ink, value_ += value;
    ink_ink_ += ink * ink, ink_value_ += ink * value, value_value_ += value * value;
  }
  /// Fills light and contrast. Returns: the root mean square of what is left, of the contrast;
  /// infinity where ink does not make dark.
  float Fit(PrintModel* model) const {
    const float spread = count_ * ink_ink_ - ink_ * ink_;
    model->contrast = (ink_ * value_ - count_ * ink_value_) / spread;
    if (!(spread > 0) || !(model->contrast >= kLeastContrast)) return INFINITY;
    model->light = (value_ + model->contrast * ink_) / count_;
    const float left = value_value_ - model->light * value_ + model->contrast * ink_value_;
    return std::sqrt(std::max(left, 0.0f) / count_) / model->contrast;
  }

 private:
  float count_ = 0, ink_ = 0, value_ = 0, ink_ink_ = 0, ink_value_ = 0, value_value_ = 0;
};

}  // namespace

float SymbolGuess::Modules() const {
  return shapes->first.At(wide_ratio) + shapes->middle_width.At(wide_ratio) +
         shapes->stop_width.At(wide_ratio) +
         shapes->character_width.At(wide_ratio) * static_cast<float>(characters);
}

int SymbolGuess::WideBefore(int character) const {
  return shapes->first.wide + shapes->character_width.wide * character;
}

void SymbolGuess::Take(const EdgeShift& shift) {
  extent.left += shift.first_px;
  extent.right += shift.last_px;
  if (shapes->character_width.wide == 0) return;
  wide_ratio = std::clamp(wide_ratio + shift.ratio, kLeastRatio, kMostRatio);
}

void SymbolGuess::Append(const CharacterShape& shape, float begin_px, float x_px, int wide_before,
                         std::vector<KnownEdge>* edges) const {
  const int all_wide =
      shapes->first.wide + shapes->stop_width.wide + shapes->character_width.wide * characters;
  const float shrink = static_cast<float>(all_wide) / Modules();
  for (int i = 0; i < shape.edges; ++i) {
    const ElementPlace& place = shape.places[static_cast<size_t>(i)];
    const float at = begin_px + place.At(wide_ratio) * x_px;
    edges->push_back(
        {at, i % 2 == 0 ? 1.0f : -1.0f,
         static_cast<float>(wide_before + place.wide) * x_px - shrink * (at - extent.left)});
  }
}

SampleWindow WindowBetween(float from, float to, size_t samples) {
  const int last = static_cast<int>(samples);
  const auto sample = [last](float px) {
    return std::isfinite(px) ? std::clamp(static_cast<int>(std::lround(px)), 0, last) : 0;
  };
  return {sample(from), sample(to)};
}

/// Fills edges_ and windows_ with what symbols begin and end with, and with what lies beside that
/// for sure.
void GuessJudge::Place(const SymbolGuess& guess, size_t samples) {
  const SymbologyShapes& shapes = *guess.shapes;
  const float n = guess.wide_ratio, x_px = guess.XWidth();
  const BarExtent& extent = guess.extent;
  edges_.clear();
  guess.Append(shapes.lead, extent.left, x_px, 0, &edges_);
  const float lead_end = extent.left + shapes.lead_width.At(n) * x_px;
  if (shapes.bar_behind_lead) {
    const float next = extent.left + shapes.first.At(n) * x_px;
    edges_.push_back({next, 1});
    edges_.push_back({next + kMeanX * x_px, -kMeanInk});
  } else {
    edges_.push_back({lead_end + kMeanX * x_px, kMeanInk});
  }
  windows_[2] = {};
  if (shapes.middle_at != 0) {
    const float middle =
        shapes.first.At(n) + shapes.character_width.At(n) * static_cast<float>(shapes.middle_at);
    const float from = extent.left + middle * x_px;
    const float to = from + shapes.middle_width.At(n) * x_px;
    edges_.push_back({from - kMeanX * x_px, 1 - kMeanInk});
    edges_.push_back({from, -1});
    guess.Append(shapes.middle, from, x_px, 0, &edges_);
    edges_.push_back({to, 1});
    edges_.push_back({to + kMeanX * x_px, -kMeanInk});
    windows_[2] = WindowBetween(from - 0.3f * x_px, to + 0.3f * x_px, samples);
  }
  const float stop = extent.right - shapes.stop_width.At(n) * x_px;
  if (shapes.bar_before_stop) {
    edges_.push_back({stop - kMeanX * x_px, 1 - kMeanInk});
    edges_.push_back({stop, -1});
  } else {
    edges_.push_back({stop - kMeanX * x_px, -kMeanInk});
  }
  guess.Append(shapes.stop, stop, x_px, guess.WideBefore(guess.characters), &edges_);
  const float quiet = 3 * x_px;
  windows_[1] = WindowBetween(extent.left - std::min(quiet, extent.quiet_left), lead_end, samples);
  windows_[0] = WindowBetween(stop + 0.3f * x_px,
                              extent.right + std::min(quiet, extent.quiet_right), samples);
}

// What one side alone makes much worse than `most` is not looked at further.
void GuessJudge::Judge(std::span<const float> values, float most, SymbolGuess* guess) {
  guess->model.sigma_px = kUsualSigmaX * guess->XWidth();
  Place(*guess, values.size());
  const SoftStep& step = SoftStep::Table();
  const float sigma = guess->model.sigma_px, inverse = 1 / sigma;
  const float reach = kRoughReach * sigma;
  InkLine line;
  for (const SampleWindow& window : windows_) {
    size_t begin = 0;
    float passed = 0;
    for (int i = window.begin; i < window.end; ++i) {
      const auto x = static_cast<float>(i);
      while (begin < edges_.size() && edges_[begin].at_px + reach < x) {
        passed += edges_[begin++].weight;
      }
      float ink = passed;
      for (size_t k = begin; k < edges_.size() && edges_[k].at_px - reach < x; ++k) {
        ink += edges_[k].weight * step.Rise((x - edges_[k].at_px) * inverse);
      }
      line.Add(ink, values[static_cast<size_t>(i)] - guess->extent.light);
    }
    guess->misfit = line.Fit(&guess->model);
    if (!(guess->misfit < kWorseOnOneSide * most)) {
      guess->misfit = INFINITY;
      return;
    }
  }
  guess->model.light += guess->extent.light;
}

void GuessJudge::Fit(std::span<const float> values, SymbolGuess* guess) {
  Place(*guess, values.size());
  // Start and stop have few wide bars; somewhere in the symbol they are nearly as dark as they get.
  guess->model.contrast = kContrastToRange * guess->extent.range;
  EdgeShift shift;
  guess->misfit =
      FitPrint(values, windows_, edges_, guess->XWidth(), kFitRounds, &guess->model, &shift);
  guess->Take(shift);
}

}  // namespace veriline::symbology::linear
