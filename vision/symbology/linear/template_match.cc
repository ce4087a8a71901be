// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/template_match.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "vision/symbology/linear/soft_step.h"

namespace veriline::symbology::linear {
namespace {

// Samples that are looked at, beyond the character's sides, in X.
constexpr float kBefore = 0.5f, kBehind = 0.5f;
// The next character's first bar begins behind the last space; on the mean it is so wide and then
// every second module is dark. That is off by a share of what lies behind its first module.
constexpr float kMeanNextBar = 1.7f, kMeanInk = 0.5f, kNextDoubt = 0.4f;
constexpr float kModelDoubt = 0.05f;  // of all samples, as a ratio of the contrast

}  // namespace

void TemplateMatcher::Use(const SymbologyShapes& shapes, float wide_ratio) {
  wide_ratio_ = wide_ratio;
  if (shapes_ == &shapes) return;
  shapes_ = &shapes;
  bars_.clear();
  characters_.clear();
  for (const CharacterShape& shape : shapes.characters) {
    Character character;
    character.index = static_cast<int16_t>(characters_.size());
    for (int i = 0; i < shape.edges; i += 2) {
      const Bar bar{shape.places[static_cast<size_t>(i)], shape.places[static_cast<size_t>(i) + 1]};
      const auto known = std::ranges::find_if(
          bars_, [&](const Bar& b) { return b.begin == bar.begin && b.end == bar.end; });
      character.bar[character.bars++] = static_cast<uint8_t>(known - bars_.begin());
      if (known == bars_.end()) bars_.push_back(bar);
    }
    characters_.push_back(character);
  }
  std::ranges::sort(characters_, [](const Character& a, const Character& b) {
    return std::tie(a.bar, a.index) < std::tie(b.bar, b.index);
  });
  for (size_t i = 1; i < characters_.size(); ++i) {
    Character& c = characters_[i];
    const auto& other = characters_[i - 1].bar;
    while (c.shared + 1 < c.bars && c.bar[c.shared] == other[c.shared]) ++c.shared;
  }
  ink_.resize(bars_.size());
}

/// Adds a share of an edge's ink to samples, which begin at first_.
void TemplateMatcher::AddInk(float edge_px, float weight, float sigma_px, Samples* out) const {
  const SoftStep& step = SoftStep::Table();
  const float reach = SoftStep::kReach * sigma_px, inverse = 1 / sigma_px;
  const float at = edge_px - static_cast<float>(first_);
  const float limit = static_cast<float>(count_);
  int i = static_cast<int>(std::ceil(std::clamp(at - reach, 0.0f, limit)));
  const int full = static_cast<int>(std::ceil(std::clamp(at + reach, 0.0f, limit)));
  for (; i < full; ++i) {
    (*out)[static_cast<size_t>(i)] += weight * step.Rise((static_cast<float>(i) - at) * inverse);
  }
  for (; i < count_; ++i) (*out)[static_cast<size_t>(i)] += weight;
}

bool TemplateMatcher::Prepare(std::span<const float> values, const PrintModel& model,
                              float begin_px, float x_px, std::span<const KnownEdge> before) {
  const float end_px = begin_px + shapes_->character_width.At(wide_ratio_) * x_px;
  const float from = begin_px - kBefore * x_px, to = end_px + kBehind * x_px;
  if (!(from >= 0 && to < static_cast<float>(values.size()) && to - from < kMostSamples - 2)) {
    return false;
  }
  first_ = static_cast<int>(std::ceil(from));
  count_ = static_cast<int>(to) - first_ + 1;
  if (count_ < kLanes) return false;
  lanes_ = (count_ + kLanes - 1) / kLanes * kLanes;
  const float half = model.growth_px / 2, sigma = model.sigma_px;

  // What is not of this character.
  Samples& target = left_[0];
  std::fill_n(target.begin(), lanes_, 0.0f);
  for (const KnownEdge& edge : before) {
    AddInk(edge.at_px + (edge.weight > 0 ? -half : half), edge.weight, sigma, &target);
  }
  AddInk(end_px - half, 1, sigma, &target);
  AddInk(end_px + kMeanNextBar * x_px + half, kMeanInk - 1, sigma, &target);

  std::fill_n(weight_.begin(), lanes_, 0.0f);
  AddInk(end_px + x_px + half, kNextDoubt / kModelDoubt, sigma, &weight_);
  for (int i = 0; i < count_; ++i) {
    const auto k = static_cast<size_t>(i);
    weight_[k] = 1 / std::sqrt(1 + weight_[k] * weight_[k]);
    const float value = values[static_cast<size_t>(first_ + i)];
    target[k] = weight_[k] * ((model.light - value) / model.contrast - target[k]);
  }
  for (size_t b = 0; b < bars_.size(); ++b) {
    Samples& ink = ink_[b];
    std::fill_n(ink.begin(), lanes_, 0.0f);
    AddInk(begin_px + bars_[b].begin.At(wide_ratio_) * x_px - half, 1, sigma, &ink);
    AddInk(begin_px + bars_[b].end.At(wide_ratio_) * x_px + half, -1, sigma, &ink);
    for (size_t i = 0; i < static_cast<size_t>(count_); ++i) ink[i] *= weight_[i];
  }
  return true;
}

TemplateMatch TemplateMatcher::Match(std::span<const float> values, const PrintModel& model,
                                     float begin_px, float x_px, std::span<const KnownEdge> before,
                                     int from, int to) {
  TemplateMatch match;
  if (!Prepare(values, model, begin_px, x_px, before)) return match;
  match.distance = match.runner_up_distance = std::numeric_limits<float>::infinity();
  const Character* best = nullptr;
  const auto lanes = static_cast<size_t>(lanes_);
  for (const Character& c : characters_) {
    const size_t last = c.bars - size_t{1};
    for (size_t bar = c.shared; bar < last; ++bar) {
      const float* ink = ink_[c.bar[bar]].data();
      const float* in = left_[bar].data();
      float* out = left_[bar + 1].data();
      for (size_t i = 0; i < lanes; ++i) out[i] = in[i] - ink[i];
    }
    const float* ink = ink_[c.bar[last]].data();
    const float* in = left_[last].data();
    std::array<float, kLanes> sums{};
    for (size_t i = 0; i < lanes; i += kLanes) {
      for (size_t k = 0; k < kLanes; ++k) {
        const float left = in[i + k] - ink[i + k];
        sums[k] += left * left;
      }
    }
    if (c.index < from || c.index >= to) continue;
    float distance = 0;
    for (const float sum : sums) distance += sum;
    if (distance < match.distance) {
      match.runner_up = match.index;
      match.runner_up_distance = match.distance;
      match.index = c.index;
      match.distance = distance;
      best = &c;
    } else if (distance < match.runner_up_distance) {
      match.runner_up = c.index;
      match.runner_up_distance = distance;
    }
  }
  for (int i = 0; i < count_; ++i) {
    match.samples += weight_[static_cast<size_t>(i)] * weight_[static_cast<size_t>(i)];
  }
  if (best != nullptr) match.shift_px = ShiftOf(*best, model, begin_px, x_px);
  return match;
}

/// The move that makes what is left smallest, for small moves.
float TemplateMatcher::ShiftOf(const Character& best, const PrintModel& model, float begin_px,
                               float x_px) const {
  const SoftStep& step = SoftStep::Table();
  const float inverse = 1 / model.sigma_px, half = model.growth_px / 2;
  float product = 0, square = 1e-6f;
  for (int i = 0; i < count_; ++i) {
    const auto k = static_cast<size_t>(i);
    const auto x = static_cast<float>(first_ + i) - begin_px;
    float left = left_[0][k], slope = 0;
    for (int b = 0; b < best.bars; ++b) {
      const Bar& bar = bars_[best.bar[static_cast<size_t>(b)]];
      left -= ink_[best.bar[static_cast<size_t>(b)]][k];
      slope += step.Slope((x - bar.begin.At(wide_ratio_) * x_px + half) * inverse) -
               step.Slope((x - bar.end.At(wide_ratio_) * x_px - half) * inverse);
    }
    slope *= weight_[k] * inverse;
    product -= left * slope;
    square += slope * slope;
  }
  return product / square;
}

}  // namespace veriline::symbology::linear
