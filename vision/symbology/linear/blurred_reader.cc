// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/blurred_reader.h"

#include <algorithm>
#include <cmath>

#include "vision/symbology/linear/code128.h"
#include "vision/symbology/linear/code128_table.h"
#include "vision/symbology/linear/code39.h"
#include "vision/symbology/linear/itf.h"
#include "vision/symbology/linear/soft_step.h"

namespace veriline::symbology::linear {
namespace {

constexpr float kLeastXPx = 1.2f, kMostXPx = 6;
constexpr float kLeastContrast = 12;                // grey values
constexpr float kMeanBarX = 1.7f, kMeanInk = 0.5f;  // where characters are not known
// An outer bar passes a quarter of the contrast so far outside its edge, and half of it so close to
// that, or it is too narrow to get half as dark.
constexpr float kQuarterX = 0.4f, kMostHalfX = 0.8f;
constexpr float kWorseOnOneSide = 1.6f;
constexpr float kRoughReach = 2.5f;    // sigma, beyond which hypotheses see no edge
constexpr float kUsualSigmaX = 0.55f;  // to choose hypotheses with
constexpr float kGoodEndMisfit = 0.05f,
                kMostEndMisfit = 0.2f;  // of what a symbol begins and ends with
constexpr float kMostShiftX = 0.45f;    // of a character from where it was looked for
constexpr float kLeastNoise = 0.012f;   // what is left of the best of pictures, of the contrast
constexpr int kEndRounds = 4, kWholeRounds = 3, kMostAttempts = 3;

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

float BlurredReader::ModulesOf(const Hypothesis& hypothesis) const {
  const float n = hypothesis.wide_ratio;
  return shapes_->first.At(n) + shapes_->stop_width.At(n) +
         shapes_->character_width.At(n) * static_cast<float>(hypothesis.characters);
}

/// Wide elements left of the character of that number.
int BlurredReader::WideBefore(int character) const {
  return shapes_->first.wide + shapes_->character_width.wide * character;
}

void BlurredReader::Take(const EdgeShift& shift, Hypothesis* hypothesis) {
  hypothesis->extent.left += shift.first_px;
  hypothesis->extent.right += shift.last_px;
  hypothesis->wide_ratio += shift.ratio;
}

/// Adds the edges of a shape that begins at `begin_px`, behind so many wide elements.
void BlurredReader::Append(const Hypothesis& hypothesis, const CharacterShape& shape,
                           float begin_px, float x_px, int wide_before) {
  const int all_wide = shapes_->first.wide + shapes_->stop_width.wide +
                       shapes_->character_width.wide * hypothesis.characters;
  const float shrink = static_cast<float>(all_wide) / ModulesOf(hypothesis);
  for (int i = 0; i < shape.edges; ++i) {
    const ElementPlace& place = shape.places[static_cast<size_t>(i)];
    const float at = begin_px + place.At(hypothesis.wide_ratio) * x_px;
    edges_.push_back({at, i % 2 == 0 ? 1.0f : -1.0f,
                      static_cast<float>(wide_before + place.wide) * x_px -
                          shrink * (at - hypothesis.extent.left)});
  }
}

float BlurredReader::XOf(const Hypothesis& hypothesis) const {
  return (hypothesis.extent.right - hypothesis.extent.left) / ModulesOf(hypothesis);
}

/// The longest row of bars with no gap like a quiet zone in it. Narrow bars between wide spaces do
/// not get half as dark as wide ones when they are blurred: a quarter makes a bar here.
bool BlurredReader::FindExtent(std::span<const float> values, Extent* extent) {
  const auto [low, high] = std::ranges::minmax(values);
  if (!(high - low >= kLeastContrast) || !std::isfinite(high - low)) return false;
  const float level = high - (high - low) / 4, half = (low + high) / 2;
  const auto crossing = [&](size_t i, float at) {  // between samples i - 1 and i
    return static_cast<float>(i - 1) + (values[i - 1] - at) / (values[i - 1] - values[i]);
  };
  runs_.clear();  // begin and end of bars by turns
  if (values[0] < level) runs_.push_back(0);
  for (size_t i = 1; i < values.size(); ++i) {
    if ((values[i - 1] < level) != (values[i] < level)) runs_.push_back(crossing(i, level));
  }
  const auto last = static_cast<float>(values.size() - 1);
  if (runs_.size() % 2 != 0) runs_.push_back(last);
  if (runs_.empty()) return false;
  gaps_.clear();
  for (size_t i = 1; i + 1 < runs_.size(); i += 2) gaps_.push_back(runs_[i + 1] - runs_[i]);
  if (gaps_.empty()) gaps_.push_back(0);
  const auto wide = gaps_.begin() + static_cast<std::ptrdiff_t>(gaps_.size() * 9 / 10);
  std::ranges::nth_element(gaps_, wide);
  // Twice a wide space; where spaces hardly show any more, what bars that have run together tell.
  const float period = 2 * (runs_.back() - runs_.front()) / static_cast<float>(runs_.size());
  const float most_gap = std::max(2 * *wide + 1, 1.5f * period);
  size_t best_begin = 0, best_end = 0;  // of runs_
  for (size_t begin = 0; begin < runs_.size();) {
    size_t end = begin + 2;
    while (end < runs_.size() && runs_[end] - runs_[end - 1] <= most_gap) end += 2;
    if (end - begin > best_end - best_begin) best_begin = begin, best_end = end;
    begin = end;
  }
  extent->left = runs_[best_begin];
  extent->right = runs_[best_end - 1];
  extent->quiet_left = extent->left - (best_begin == 0 ? 0 : runs_[best_begin - 1]);
  extent->quiet_right = (best_end == runs_.size() ? last : runs_[best_end]) - extent->right;
  extent->light = high;
  extent->bars = (best_end - best_begin) / 2;
  size_t i = static_cast<size_t>(extent->left) + 1;
  while (i + 1 < values.size() && values[i] >= half) ++i;
  extent->left_half = crossing(i, half);
  i = std::min(static_cast<size_t>(extent->right) + 1, values.size() - 1);
  while (i > 1 && values[i - 1] >= half) --i;
  extent->right_half = crossing(i, half);
  return true;
}

/// Whole samples between two places, as far as the profile goes.
SampleWindow BlurredReader::WindowOf(const Hypothesis& hypothesis, float from, float to) const {
  const int last = static_cast<int>(values_[hypothesis.reversed].size());
  const auto sample = [last](float px) {
    return std::isfinite(px) ? std::clamp(static_cast<int>(std::lround(px)), 0, last) : 0;
  };
  return {sample(from), sample(to)};
}

/// Fills edges_ and windows_ with what symbols begin and end with, and with what lies beside that
/// for sure.
void BlurredReader::PlaceEnds(const Hypothesis& hypothesis) {
  const float n = hypothesis.wide_ratio, x_px = XOf(hypothesis);
  const Extent& extent = hypothesis.extent;
  edges_.clear();
  Append(hypothesis, shapes_->lead, extent.left, x_px, 0);
  const float lead_end = extent.left + shapes_->lead_width.At(n) * x_px;
  if (shapes_->first != ElementPlace{}) {
    const float next = extent.left + shapes_->first.At(n) * x_px;
    edges_.push_back({next, 1});
    edges_.push_back({next + kMeanBarX * x_px, -kMeanInk});
  } else {
    edges_.push_back({lead_end + 1.2f * x_px, kMeanInk});
  }
  const float stop = extent.right - shapes_->stop_width.At(n) * x_px;
  edges_.push_back({stop - kMeanBarX * x_px, -kMeanInk});
  Append(hypothesis, shapes_->stop, stop, x_px, WideBefore(hypothesis.characters));
  const float quiet = 3 * x_px;
  windows_[1] = WindowOf(hypothesis, extent.left - std::min(quiet, extent.quiet_left), lead_end);
  windows_[0] =
      WindowOf(hypothesis, stop + 0.3f * x_px, extent.right + std::min(quiet, extent.quiet_right));
}

/// Fills light and contrast of the model by a straight line through ink and values. What the stop's
/// side alone makes worse than anything kept is not looked at further.
float BlurredReader::Misfit(std::span<const float> values, Hypothesis* hypothesis) const {
  const SoftStep& step = SoftStep::Table();
  const float sigma = hypothesis->model.sigma_px, inverse = 1 / sigma;
  const float reach = kRoughReach * sigma;
  const float most = kept_count_ < kKept ? INFINITY : kWorseOnOneSide * kept_[kKept - 1].misfit;
  InkLine line;
  float misfit = INFINITY;
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
      line.Add(ink, values[static_cast<size_t>(i)] - hypothesis->extent.light);
    }
    misfit = line.Fit(&hypothesis->model);
    if (!(misfit < most)) return INFINITY;
  }
  hypothesis->model.light += hypothesis->extent.light;
  return misfit;
}

void BlurredReader::Keep(const Hypothesis& hypothesis) {
  size_t i = std::min(kept_count_, kKept - 1);
  if (kept_count_ == kKept && !(hypothesis.misfit < kept_[i].misfit)) return;
  for (; i > 0 && hypothesis.misfit < kept_[i - 1].misfit; --i) kept_[i] = kept_[i - 1];
  kept_[i] = hypothesis;
  kept_count_ = std::min(kept_count_ + 1, kKept);
}

void BlurredReader::AddHypotheses(bool reversed, const Extent& extent) {
  Hypothesis hypothesis;
  hypothesis.reversed = reversed;
  hypothesis.extent = extent;
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
    hypothesis.wide_ratio = ratio;
    for (int n = std::max(shapes_->least_characters, fewest); n <= shapes_->most_characters; ++n) {
      hypothesis.characters = n;
      const float x_px = length / ModulesOf(hypothesis);
      if (x_px > kMostXPx) continue;
      if (x_px < kLeastXPx) break;
      if (std::min(extent.quiet_left, extent.quiet_right) < 2 * x_px) continue;
      hypothesis.model.sigma_px = kUsualSigmaX * x_px;
      hypothesis.extent.left = edge(extent.left, extent.left_half, x_px);
      hypothesis.extent.right = edge(extent.right, extent.right_half, x_px);
      PlaceEnds(hypothesis);
      hypothesis.misfit = Misfit(values_[reversed], &hypothesis);
      if (std::isfinite(hypothesis.misfit)) Keep(hypothesis);
    }
  }
}

/// The model and the outer edges by what symbols begin and end with.
void BlurredReader::FitEnds(Hypothesis* hypothesis) {
  const float x_px = XOf(*hypothesis);
  PlaceEnds(*hypothesis);
  EdgeShift shift;
  hypothesis->misfit = FitPrint(values_[hypothesis->reversed], windows_, edges_, x_px, kEndRounds,
                                &hypothesis->model, &shift);
  Take(shift, hypothesis);
}

/// Fills characters and edges_ by the best template at each place.
BlurredReader::Reading BlurredReader::ReadCharacters(const Hypothesis& hypothesis,
                                                     LinearDecode* out) {
  const std::span<const float> values = values_[hypothesis.reversed];
  const Extent& extent = hypothesis.extent;
  const float n = hypothesis.wide_ratio;
  const float x_mean = XOf(hypothesis);
  const float stop_modules = shapes_->stop_width.At(n);
  const float modules = shapes_->character_width.At(n);
  const bool code128 = shapes_->symbology == Symbology::kCode128;
  matcher_.Use(*shapes_, n);
  out->Clear();
  edges_.clear();
  const auto take = [&](int value, const CharacterShape& shape, float begin, float x_px,
                        int wide_before) {
    // Elements end with a bar but where a space belongs to the character.
    const bool space = code128 || shapes_->symbology == Symbology::kItf;
    const int elements = shape.edges - (space && &shape != &shapes_->stop ? 0 : 1);
    out->characters.push_back({static_cast<int16_t>(value), static_cast<uint16_t>(edges_.size()),
                               static_cast<uint16_t>(elements), 1});
    Append(hypothesis, shape, begin, x_px, wide_before);
  };
  float at = extent.left;
  if (!code128) {
    take(LinearCharacter::kPattern, shapes_->lead, at, x_mean, 0);
    at += shapes_->first.At(n) * x_mean;
  }
  float squares = 0, samples = 0, least_margin = INFINITY, most_distance = 0;
  for (int i = 0; i < hypothesis.characters; ++i) {
    const float rest = modules * static_cast<float>(hypothesis.characters - i) + stop_modules;
    const float x_px = (extent.right - at) / rest;
    const size_t before = std::min<size_t>(edges_.size(), 4);
    const bool start = code128 && i == 0;
    const int last = code128 ? code128::kStartA : static_cast<int>(shapes_->characters.size());
    const TemplateMatch match =
        matcher_.Match(values, hypothesis.model, at, x_px, std::span(edges_).last(before),
                       start ? last : 0, start ? code128::kStop : last);
    if (match.index < 0 || !(std::abs(match.shift_px) < kMostShiftX * x_px)) return Reading::kNone;
    at += match.shift_px;
    const CharacterShape& shape = shapes_->characters[static_cast<size_t>(match.index)];
    take(shape.value, shape, at, x_px, WideBefore(i));
    const float margin = match.runner_up_distance - match.distance;
    out->characters.back().decodability =
        margin / (match.runner_up_distance + match.distance + 1e-9f);
    squares += match.distance;
    samples += match.samples;
    least_margin = std::min(least_margin, margin);
    most_distance = std::max(most_distance, match.distance / match.samples);
    at += modules * x_px;
  }
  const float stop = extent.right - stop_modules * x_mean;
  take(code128 ? code128::kStop : LinearCharacter::kPattern, shapes_->stop, stop, x_mean,
       WideBefore(hypothesis.characters));
  const float noise = std::max(squares / samples, kLeastNoise * kLeastNoise);
  const float residual = HasCheck() ? limits_.most_residual : limits_.most_residual_unchecked;
  const float margin = HasCheck() ? limits_.least_margin : limits_.least_margin_unchecked;
  const float most = residual * residual;
  if (!(std::abs(at - stop) < kMostShiftX * x_mean)) return Reading::kNone;
  return noise < most && most_distance < 2 * most && least_margin > margin * noise
             ? Reading::kSure
             : Reading::kUnsure;
}

bool BlurredReader::Interpret(const DecodeRules& rules, LinearDecode* out) const {
  switch (shapes_->symbology) {
    case Symbology::kCode128:
      return code128::Interpret(out);
    case Symbology::kCode39:
      return code39::Interpret(rules, out);
    default:
      return itf::Interpret(rules, out);
  }
}

bool BlurredReader::QuietEnough(const Hypothesis& hypothesis, const DecodeRules& rules,
                                const LinearDecode& decode) const {
  const float least = std::max(rules.least_quiet_x, HasCheck() ? 2.0f : 5.0f) * decode.x_width;
  return hypothesis.extent.quiet_left >= least && hypothesis.extent.quiet_right >= least;
}

/// Whether start and stop are there, each with a piece of its quiet zone, as sure as characters.
bool BlurredReader::EndsFit(Hypothesis hypothesis) const {
  const float most = HasCheck() ? limits_.most_residual : limits_.most_residual_unchecked;
  const float n = hypothesis.wide_ratio, x_px = XOf(hypothesis);
  const Extent& extent = hypothesis.extent;
  const std::array<SampleWindow, 2> ends = {
      WindowOf(hypothesis, extent.left - 2 * x_px, extent.left + shapes_->lead_width.At(n) * x_px),
      WindowOf(hypothesis, extent.right - shapes_->stop_width.At(n) * x_px,
               extent.right + 2 * x_px)};
  for (const SampleWindow& end : ends) {
    EdgeShift shift;
    const float left = FitPrint(values_[hypothesis.reversed], {&end, 1}, edges_, x_px, 0,
                                &hypothesis.model, &shift);
    if (!(left < most)) return false;
  }
  return true;
}

/// Reads with the model of the ends; then, where that was not enough or nothing else checks the
/// text, with the model that makes the most of what was read.
bool BlurredReader::Read(Hypothesis* hypothesis, const DecodeRules& rules, LinearDecode* out) {
  const std::span<const float> values = values_[hypothesis->reversed];
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    const Reading reading = ReadCharacters(*hypothesis, out);
    if (reading == Reading::kNone) return false;
    const Extent& extent = hypothesis->extent;
    const float x_px = XOf(*hypothesis);
    out->x_width = x_px;
    out->wide_ratio = HasCheck() ? 0 : hypothesis->wide_ratio;
    if (reading == Reading::kSure && (HasCheck() || attempt > 0) && Interpret(rules, out)) {
      return QuietEnough(*hypothesis, rules, *out) && EndsFit(*hypothesis);
    }
    const SampleWindow all = WindowOf(*hypothesis, extent.left - 2 * x_px, extent.right + 2 * x_px);
    EdgeShift shift;
    const float left =
        FitPrint(values, {&all, 1}, edges_, x_px, kWholeRounds, &hypothesis->model, &shift);
    if (!(left < 2 * limits_.most_residual)) return false;
    Take(shift, hypothesis);
  }
  return false;
}

/// Edges and indices in the direction of the profile.
void BlurredReader::Finish(const Hypothesis& hypothesis, ScanProfile* profile,
                           LinearDecode* out) const {
  out->first_edge = 0;
  out->last_edge = static_cast<uint16_t>(edges_.size() - 1);
  profile->edges.clear();
  const float half = hypothesis.model.growth_px / 2;
  for (const KnownEdge& edge : edges_) {
    profile->edges.push_back(edge.at_px + (edge.weight > 0 ? -half : half));
  }
  if (!hypothesis.reversed) return;
  std::ranges::reverse(profile->edges);
  const auto last = static_cast<float>(profile->values.size() - 1);
  for (float& edge : profile->edges) edge = last - edge;
  out->Reverse(profile->edges.size());
}

bool BlurredReader::TryToRead(size_t kept, const DecodeRules& rules, ScanProfile* profile,
                              LinearDecode* out) {
  if (!Read(&kept_[kept], rules, out)) return false;
  Finish(kept_[kept], profile, out);
  return true;
}

bool BlurredReader::Decode(Symbology symbology, const DecodeRules& rules, ScanProfile* profile,
                           LinearDecode* out) {
  out->Clear();
  shapes_ = &ShapesOf(symbology);
  if (shapes_->symbology != symbology || profile->values.size() < 16) return false;
  values_[0].assign(profile->values.begin(), profile->values.end());
  values_[1].assign(profile->values.rbegin(), profile->values.rend());
  kept_count_ = 0;
  Extent extent;
  if (!FindExtent(values_[0], &extent)) return false;
  AddHypotheses(false, extent);
  const auto last = static_cast<float>(profile->values.size() - 1);
  AddHypotheses(true,
                {last - extent.right, last - extent.left, last - extent.right_half,
                 last - extent.left_half, extent.quiet_right, extent.quiet_left, extent.light});
  // The likeliest one first; what begins and ends as well as print can is read at once.
  for (size_t i = 0; i < kept_count_; ++i) {
    FitEnds(&kept_[i]);
    if (kept_[i].misfit < kGoodEndMisfit && TryToRead(i, rules, profile, out)) return true;
  }
  for (size_t i = 0; i < kept_count_; ++i) {
    const float misfit = kept_[i].misfit;
    if (misfit < kGoodEndMisfit || !(misfit < kMostEndMisfit)) continue;
    if (TryToRead(i, rules, profile, out)) return true;
  }
  out->Clear();
  return false;
}

}  // namespace veriline::symbology::linear
