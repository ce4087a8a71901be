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
// The next character's first element is on the mean so wide, and then every second module is dark.
// That is off by a share of what lies behind its first module.
constexpr float kMeanNext = 1.7f, kMeanInk = 0.5f, kNextDoubt = 0.4f;
constexpr float kModelDoubt = 0.05f;  // of all samples, as a ratio of the contrast

/// Of `count` numbers, a multiple of four.
float SquaredDistance(const float* a, const float* b, size_t count) {
  constexpr size_t kLanes = 4;
  std::array<float, kLanes> sums{};
  for (size_t i = 0; i < count; i += kLanes) {
    for (size_t k = 0; k < kLanes; ++k) {
      const float left = a[i + k] - b[i + k];
      sums[k] += left * left;
    }
  }
  return sums[0] + sums[1] + sums[2] + sums[3];
}

}  // namespace

void TemplateMatcher::Use(const SymbologyShapes& shapes, float wide_ratio) {
  wide_ratio_ = wide_ratio;
  if (shapes_ == &shapes) return;
  shapes_ = &shapes;
  places_.clear();
  bars_.clear();
  characters_.clear();
  for (const CharacterShape& shape : shapes.characters) {
    Character character;
    character.index = static_cast<int16_t>(characters_.size());
    for (int i = 0; i < shape.edges; i += 2) {
      const Bar bar{IndexOf(shape.places[static_cast<size_t>(i)]),
                    IndexOf(shape.places[static_cast<size_t>(i) + 1])};
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
  begins_.resize(places_.size());
  ends_.resize(places_.size());
}

uint8_t TemplateMatcher::IndexOf(ElementPlace place) {
  const auto known = std::ranges::find(places_, place);
  const auto index = static_cast<uint8_t>(known - places_.begin());
  if (known == places_.end()) places_.push_back(place);
  return index;
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
                              float begin_px, float x_px, std::span<const KnownEdge> before,
                              bool space_behind) {
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
  if (space_behind) {
    AddInk(end_px + kMeanNext * x_px - half, kMeanInk, sigma, &target);
  } else {
    AddInk(end_px - half, 1, sigma, &target);
    AddInk(end_px + kMeanNext * x_px + half, kMeanInk - 1, sigma, &target);
  }

  std::fill_n(weight_.begin(), lanes_, 0.0f);
  AddInk(end_px + x_px + half, kNextDoubt / kModelDoubt, sigma, &weight_);
  for (int i = 0; i < count_; ++i) {
    const auto k = static_cast<size_t>(i);
    weight_[k] = 1 / std::sqrt(1 + weight_[k] * weight_[k]);
    const float value = values[static_cast<size_t>(first_ + i)];
    target[k] = weight_[k] * ((model.light - value) / model.contrast - target[k]);
  }
  const auto lanes = static_cast<size_t>(lanes_);
  const auto weigh = [&](Samples& ink, float edge_px) {
    std::fill_n(ink.begin(), lanes, 0.0f);
    AddInk(edge_px, 1, sigma, &ink);
    for (size_t i = 0; i < lanes; ++i) ink[i] *= weight_[i];
  };
  for (size_t k = 0; k < places_.size(); ++k) {
    const float at = begin_px + places_[k].At(wide_ratio_) * x_px;
    weigh(begins_[k], at - half);
    weigh(ends_[k], at + half);
  }
  for (size_t b = 0; b < bars_.size(); ++b) {
    const float* begin = begins_[bars_[b].begin].data();
    const float* end = ends_[bars_[b].end].data();
    float* ink = ink_[b].data();
    for (size_t i = 0; i < lanes; ++i) ink[i] = begin[i] - end[i];
  }
  return true;
}

TemplateMatch TemplateMatcher::Match(std::span<const float> values, const PrintModel& model,
                                     float begin_px, float x_px, std::span<const KnownEdge> before,
                                     const CharacterRange& range) {
  TemplateMatch match;
  if (!Prepare(values, model, begin_px, x_px, before, range.space_first)) return match;
  match.distance = match.runner_up_distance = std::numeric_limits<float>::infinity();
  const Character* best = nullptr;
  const auto lanes = static_cast<size_t>(lanes_), half = lanes / (2 * kLanes) * kLanes;
  for (const Character& c : characters_) {
    const size_t last = c.bars - size_t{1};
    for (size_t bar = c.shared; bar < last; ++bar) {
      const float* ink = ink_[c.bar[bar]].data();
      const float* in = left_[bar].data();
      float* out = left_[bar + 1].data();
      for (size_t i = 0; i < lanes; ++i) out[i] = in[i] - ink[i];
    }
    if (c.index < range.from || c.index >= range.to) continue;
    const float* ink = ink_[c.bar[last]].data();
    const float* in = left_[last].data();
    // Most characters are too far away after half of the samples.
    float distance = SquaredDistance(in, ink, half);
    if (distance >= match.runner_up_distance) continue;
    distance += SquaredDistance(in + half, ink + half, lanes - half);
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
                               float x_px) {
  const SoftStep& step = SoftStep::Table();
  const float inverse = 1 / model.sigma_px, reach = SoftStep::kReach * model.sigma_px;
  Samples& left = left_[1];
  Samples& slope = left_[2];  // of the ink
  const auto count = static_cast<size_t>(count_);
  std::copy_n(left_[0].begin(), count, left.begin());
  std::fill_n(slope.begin(), count, 0.0f);
  const auto add = [&](float edge_px, float weight) {
    const float at = edge_px - static_cast<float>(first_), limit = static_cast<float>(count_);
    const auto begin = static_cast<size_t>(std::ceil(std::clamp(at - reach, 0.0f, limit)));
    const auto end = static_cast<size_t>(std::ceil(std::clamp(at + reach, 0.0f, limit)));
    for (size_t i = begin; i < end; ++i) {
      slope[i] += weight * step.Slope((static_cast<float>(i) - at) * inverse);
    }
  };
  const float half = model.growth_px / 2;
  for (int b = 0; b < best.bars; ++b) {
    const size_t index = best.bar[static_cast<size_t>(b)];
    for (size_t i = 0; i < count; ++i) left[i] -= ink_[index][i];
    add(begin_px + places_[bars_[index].begin].At(wide_ratio_) * x_px - half, inverse);
    add(begin_px + places_[bars_[index].end].At(wide_ratio_) * x_px + half, -inverse);
  }
  float product = 0, square = 1e-6f;
  for (size_t i = 0; i < count; ++i) {
    const float weighted = slope[i] * weight_[i];
    product -= left[i] * weighted;
    square += weighted * weighted;
  }
  return product / square;
}

}  // namespace veriline::symbology::linear
