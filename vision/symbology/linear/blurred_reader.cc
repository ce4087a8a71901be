// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/blurred_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "vision/symbology/linear/code128.h"
#include "vision/symbology/linear/code128_table.h"
#include "vision/symbology/linear/code39.h"
#include "vision/symbology/linear/ean.h"
#include "vision/symbology/linear/itf.h"

namespace veriline::symbology::linear {
namespace {

constexpr float kLeastXPx = 1.2f, kMostXPx = 6;
// An outer bar passes a quarter of the contrast so far outside its edge, and half of it so close to
// that, or it is too narrow to get half as dark.
constexpr float kQuarterX = 0.4f, kMostHalfX = 0.8f;
constexpr float kGoodMisfit = 0.05f, kMostMisfit = 0.2f;  // of what a symbol begins and ends with
constexpr float kMostShiftX = 0.35f;   // of a character from where it was looked for
constexpr float kMostEndX = 0.45f;     // of the last character's end from where the stop begins
constexpr float kHopeless = 0.15f;     // mean square of what is left of a character
constexpr float kWorstToMean = 3;      // of what is left of the worst character and of all
constexpr float kLeastNoise = 0.012f;  // what is left of the best of pictures, of the contrast
constexpr int kWholeRounds = 3, kMostAttempts = 3;

}  // namespace

/// Elements of a shape as a character; the space at its end, where it has one, is one.
uint16_t BlurredReader::ElementsOf(const CharacterShape& shape) const {
  const bool gap = shapes_->symbology == Symbology::kCode39;
  return static_cast<uint16_t>(shape.edges - (gap || &shape == &shapes_->stop ? 1 : 0));
}

void BlurredReader::Keep(const SymbolGuess& guess) {
  size_t i = std::min(kept_count_, kKept - 1);
  if (kept_count_ == kKept && !(guess.misfit < kept_[i].misfit)) return;
  for (; i > 0 && guess.misfit < kept_[i - 1].misfit; --i) kept_[i] = kept_[i - 1];
  kept_[i] = guess;
  kept_count_ = std::min(kept_count_ + 1, kKept);
}

void BlurredReader::Guess(bool reversed, const BarExtent& extent) {
  kept_count_ = 0;
  SymbolGuess guess;
  guess.shapes = shapes_;
  guess.reversed = reversed;
  guess.extent = extent;
  const float length = extent.right - extent.left;
  // Blur hides bars and makes none.
  const int bars = static_cast<int>(extent.bars);
  const int fewest = bars * 4 / 5 / (shapes_->characters.front().edges / 2) - 2;
  const auto edge = [](float quarter, float half, float x_px) {
    const float inwards = std::abs(half - quarter) / x_px;
    if (inwards < kMostHalfX) return half;
    return quarter + (half > quarter ? kQuarterX : -kQuarterX) * x_px;
  };
  for (const float ratio : shapes_->wide_ratios) {
    guess.wide_ratio = ratio;
    for (int n = std::max(shapes_->least_characters, fewest); n <= shapes_->most_characters; ++n) {
      guess.characters = n;
      const float x_px = length / guess.Modules();
      if (x_px > kMostXPx) continue;
      if (x_px < kLeastXPx) break;
      if (std::min(extent.quiet_left, extent.quiet_right) < 2 * x_px) continue;
      guess.extent.left = edge(extent.left, extent.left_half, x_px);
      guess.extent.right = edge(extent.right, extent.right_half, x_px);
      judge_.Judge(values_[reversed], kept_count_ < kKept ? INFINITY : kept_[kKept - 1].misfit,
                   &guess);
      if (std::isfinite(guess.misfit)) Keep(guess);
    }
  }
}

float BlurredReader::LeastMargin() const {
  switch (shapes_->symbology) {
    case Symbology::kCode128:
      return limits_.least_margin;
    case Symbology::kCode39:
    case Symbology::kItf:
      return limits_.least_margin_unchecked;
    default:
      return limits_.least_margin_check_digit;
  }
}

/// Fills characters and edges_ by the best template at each place.
BlurredReader::Reading BlurredReader::ReadCharacters(const SymbolGuess& guess, LinearDecode* out) {
  const std::span<const float> values = values_[guess.reversed];
  const BarExtent& extent = guess.extent;
  const float n = guess.wide_ratio;
  const float x_mean = guess.XWidth();
  const float stop_modules = shapes_->stop_width.At(n);
  const float modules = shapes_->character_width.At(n);
  matcher_.Use(*shapes_, n);
  out->Clear();
  edges_.clear();
  const auto take = [&](int value, const CharacterShape& shape, float begin, float x_px,
                        int wide_before) {
    out->characters.push_back({value, static_cast<uint16_t>(edges_.size()), ElementsOf(shape), 1});
    guess.Append(shape, begin, x_px, wide_before, &edges_);
  };
  float at = extent.left;
  if (shapes_->first != ElementPlace{}) {
    take(LinearCharacter::kPattern, shapes_->lead, at, x_mean, 0);
    at += shapes_->first.At(n) * x_mean;
  }
  float rest = guess.Modules() - shapes_->first.At(n);  // modules
  float squares = 0, samples = 0, least_margin = INFINITY, most_distance = 0;
  for (int i = 0; i < guess.characters; ++i) {
    const float x_px = (extent.right - at) / rest;
    if (i > 0 && i == shapes_->middle_at) {
      take(LinearCharacter::kPattern, shapes_->middle, at, x_px, 0);
      at += shapes_->middle_width.At(n) * x_px;
      rest -= shapes_->middle_width.At(n);
    }
    const size_t before = std::min<size_t>(edges_.size(), 4);
    const TemplateMatch match = matcher_.Match(values, guess.model, at, x_px,
                                               std::span(edges_).last(before), shapes_->RangeOf(i));
    if (match.index < 0 || !(match.distance < kHopeless * match.samples)) return Reading::kNone;
    at += std::clamp(match.shift_px, -kMostShiftX * x_px, kMostShiftX * x_px);
    const CharacterShape& shape = shapes_->characters[static_cast<size_t>(match.index)];
    take(shape.value, shape, at, x_px, guess.WideBefore(i));
    const float margin = match.runner_up_distance - match.distance;
    out->characters.back().decodability =
        margin / (match.runner_up_distance + match.distance + 1e-9f);
    squares += match.distance;
    samples += match.samples;
    least_margin = std::min(least_margin, margin);
    most_distance = std::max(most_distance, match.distance / match.samples);
    at += modules * x_px;
    rest -= modules;
  }
  const float stop = extent.right - stop_modules * x_mean;
  take(shapes_->stop.value, shapes_->stop, stop, x_mean, guess.WideBefore(guess.characters));
  const float noise = std::max(squares / samples, kLeastNoise * kLeastNoise);
  const float residual = HasCheck() ? limits_.most_residual : limits_.most_residual_unchecked;
  const float most = residual * residual;
  if (!(std::abs(at - stop) < kMostEndX * x_mean)) return Reading::kNone;
  return noise < most && most_distance < kWorstToMean * most && least_margin > LeastMargin() * noise
             ? Reading::kSure
             : Reading::kUnsure;
}

bool BlurredReader::Interpret(const DecodeRules& rules, LinearDecode* out) {
  switch (shapes_->symbology) {
    case Symbology::kCode128:
      return code128::Interpret(out);
    case Symbology::kCode39:
      return code39::Interpret(rules, out);
    case Symbology::kItf:
      return itf::Interpret(rules, out);
    default:
      return InterpretEan(rules, out);
  }
}

/// What the edges that the templates have say to the reference decode, which knows parities and
/// check digits.
bool BlurredReader::InterpretEan(const DecodeRules& rules, LinearDecode* out) {
  own_edges_.clear();
  for (const KnownEdge& edge : edges_) own_edges_.push_back(edge.at_px);
  DecodeRules of_symbol = rules;  // its quiet zones are another matter here
  of_symbol.least_quiet_x = 0;
  of_symbol.seen_from = -std::numeric_limits<float>::infinity();
  of_symbol.seen_to = std::numeric_limits<float>::infinity();
  if (!DecodeEan(own_edges_, of_symbol, &ean_)) return false;
  if (ean_.last_edge + 1u != edges_.size() || ean_.characters.size() != out->characters.size()) {
    return false;
  }
  out->symbology = ean_.symbology;
  out->identifier = ean_.identifier;
  out->payload = ean_.payload;
  for (size_t i = 0; i < ean_.characters.size(); ++i) {
    out->characters[i].first_edge = ean_.characters[i].first_edge;
    out->characters[i].elements = ean_.characters[i].elements;
  }
  return true;
}

/// Without a check character the quiet zones must lie within what was seen.
bool BlurredReader::QuietEnough(const SymbolGuess& guess, const DecodeRules& rules,
                                const LinearDecode& decode) const {
  constexpr float kLeastX = 2, kLeastUncheckedX = 5;
  const BarExtent& extent = guess.extent;
  float left = extent.quiet_left, right = extent.quiet_right;
  if (!HasCheck()) {
    const auto last = static_cast<float>(values_[0].size()) - 1;
    const float from = guess.reversed ? last - rules.seen_to : rules.seen_from;
    const float to = guess.reversed ? last - rules.seen_from : rules.seen_to;
    left = std::min(left, extent.left - from);
    right = std::min(right, to - extent.right);
  }
  const float least =
      std::max(rules.least_quiet_x, HasCheck() ? kLeastX : kLeastUncheckedX) * decode.x_width;
  return left >= least && right >= least;
}

/// Whether start and stop are there, each with a piece of its quiet zone, as sure as characters.
bool BlurredReader::EndsFit(SymbolGuess guess) const {
  const float most = HasCheck() ? limits_.most_residual : limits_.most_residual_unchecked;
  const float n = guess.wide_ratio, x_px = guess.XWidth();
  const BarExtent& extent = guess.extent;
  const size_t samples = values_[0].size();
  const std::array<SampleWindow, 2> ends = {
      WindowBetween(extent.left - 2 * x_px, extent.left + shapes_->lead_width.At(n) * x_px,
                    samples),
      WindowBetween(extent.right - shapes_->stop_width.At(n) * x_px, extent.right + 2 * x_px,
                    samples)};
  for (const SampleWindow& end : ends) {
    EdgeShift shift;
    const float left =
        FitPrint(values_[guess.reversed], {&end, 1}, edges_, x_px, 0, &guess.model, &shift);
    if (!(left < most)) return false;
  }
  return true;
}

/// Reads with the model of the ends; then, where that was not enough or nothing else checks the
/// text, with the model that makes the most of what was read.
bool BlurredReader::Read(SymbolGuess* guess, const DecodeRules& rules, LinearDecode* out) {
  const std::span<const float> values = values_[guess->reversed];
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    const Reading reading = ReadCharacters(*guess, out);
    if (reading == Reading::kNone) return false;
    const BarExtent& extent = guess->extent;
    const float x_px = guess->XWidth();
    out->x_width = x_px;
    out->wide_ratio = shapes_->character_width.wide == 0 ? 0 : guess->wide_ratio;
    if (reading == Reading::kSure && (HasCheck() || attempt > 0) && Interpret(rules, out)) {
      return QuietEnough(*guess, rules, *out) && EndsFit(*guess);
    }
    const SampleWindow all =
        WindowBetween(extent.left - 2 * x_px, extent.right + 2 * x_px, values.size());
    EdgeShift shift;
    const float left =
        FitPrint(values, {&all, 1}, edges_, x_px, kWholeRounds, &guess->model, &shift);
    if (!(left < 2 * limits_.most_residual)) return false;
    guess->Take(shift);
  }
  return false;
}

/// Edges and indices in the direction of the profile.
void BlurredReader::Finish(const SymbolGuess& guess, ScanProfile* profile,
                           LinearDecode* out) const {
  out->first_edge = 0;
  out->last_edge = static_cast<uint16_t>(edges_.size() - 1);
  profile->edges.clear();
  const float half = guess.model.growth_px / 2;
  for (const KnownEdge& edge : edges_) {
    profile->edges.push_back(edge.at_px + (edge.weight > 0 ? -half : half));
  }
  if (!guess.reversed) return;
  std::ranges::reverse(profile->edges);
  const auto last = static_cast<float>(profile->values.size() - 1);
  for (float& edge : profile->edges) edge = last - edge;
  out->Reverse(profile->edges.size());
}

bool BlurredReader::TryToRead(const SymbolGuess& kept, const DecodeRules& rules,
                              ScanProfile* profile, LinearDecode* out) {
  SymbolGuess guess = kept;
  if (!Read(&guess, rules, out)) return false;
  Finish(guess, profile, out);
  return true;
}

bool BlurredReader::Decode(Symbology symbology, const DecodeRules& rules, ScanProfile* profile,
                           LinearDecode* out, float least_length) {
  out->Clear();
  promising_ = false;
  shapes_ = ShapesOf(symbology);
  BarExtent extent;
  if (shapes_ == nullptr || !extent_finder_.Find(profile->values, &extent)) return false;
  if (extent.right - extent.left < least_length) return false;
  values_[0].assign(profile->values.begin(), profile->values.end());
  values_[1].assign(profile->values.rbegin(), profile->values.rend());
  // What begins and ends as well as print can is read at once, the likeliest guess first.
  doubtful_count_ = 0;
  for (const bool reversed : {false, true}) {
    Guess(reversed, reversed ? extent.Turned(values_[0].size()) : extent);
    for (size_t i = 0; i < kept_count_; ++i) {
      judge_.Fit(values_[reversed], &kept_[i]);
      promising_ |= kept_[i].misfit < kMostMisfit;
      if (kept_[i].misfit < kGoodMisfit) {
        if (TryToRead(kept_[i], rules, profile, out)) return true;
      } else if (kept_[i].misfit < kMostMisfit) {
        doubtful_[doubtful_count_++] = kept_[i];
      }
    }
  }
  for (size_t i = 0; i < doubtful_count_; ++i) {
    if (TryToRead(doubtful_[i], rules, profile, out)) return true;
  }
  out->Clear();
  return false;
}

}  // namespace veriline::symbology::linear
