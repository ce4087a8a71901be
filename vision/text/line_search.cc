// SPDX-License-Identifier: Apache-2.0
#include "vision/text/line_search.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace veriline::text {
namespace {

constexpr int kCoarseCap = kCapCells / 2;
constexpr int kCoarseBaseline = kBaselineCells / 2;
constexpr float kLeastCapPx = 8;
/// A correlation that counts for nothing: blank paper and strange print reach it.
constexpr float kNothing = 0.3f;
/// A character of a chain must explain more than this share of its place.
constexpr float kNothingSquared = 0.4f;
/// Neighbours may be so much nearer or further than they should, besides the scale's slack: some
/// jitter, and half a cell because places are whole ones.
constexpr float kPitchSlack = 0.03f, kPitchSlackCells = 0.6f;

int Rounded(float value) { return static_cast<int>(std::lround(value)); }

bool MayBe(Ink ink, bool light) { return ink == Ink::kEither || (ink == Ink::kLight) == light; }

}  // namespace

bool LineSearch::Begin(const FrameView& picture, const TextPlace& place, const Font& font,
                       float cells) {
  place_ = &place;
  font_ = &font;
  cells_ = cells;
  if (!(place.cap_height_px >= kLeastCapPx) || !(cells > 0) || picture.Empty()) return false;
  const float length = cells / 2;
  const Point along{std::cos(place.angle_rad), std::sin(place.angle_rad)};
  const Point along_px = along * (place.cap_height_px / kCoarseCap);
  const Point& start = place.start_px;
  if (!(start.x >= 0 && start.y >= 0 && start.x <= static_cast<float>(picture.width) &&
        start.y <= static_cast<float>(picture.height))) {
    return false;
  }
  const float shift = place.along_slack_ratio * kCoarseCap;
  const float across = place.across_slack_ratio * kCoarseCap;
  const int end = Rounded(length * (1 + place.scale_slack_ratio) + shift) + 2 * kCoarseMiddle + 2;
  const int drop = static_cast<int>(std::ceil(across + place.angle_slack_rad * length)) + 4;
  if (!strip_.Cut(picture, place.start_px, along_px,
                  {.left = static_cast<int>(std::ceil(shift)) + 2 * kCoarseMiddle + 2,
                   .right = end,
                   .above = kCoarseBaseline + drop,
                   .below = kCoarseHeight - kCoarseBaseline + drop},
                  /*light_ink=*/false)) {
    return false;
  }
  row_ = row_finder_.Find(strip_, 0, std::max(1, Rounded(length)), kCoarseCap, across,
                          place.angle_slack_rad);
  cells_of_strip_.Take(strip_);
  return true;
}

int LineSearch::RowAt(int x) const {
  return Rounded(row_.y + row_.slope * static_cast<float>(x)) - kCoarseBaseline;
}

LineFrame LineSearch::FrameAt(float x, float scale, bool light_ink) const {
  const Point start = strip_.ToPicture({x, row_.y + row_.slope * x});
  const Point ahead = strip_.ToPicture({x + 1, row_.y + row_.slope * (x + 1)});
  const Point along = ahead - start;
  const float unit = place_->cap_height_px / kCapCells * scale;
  return {start, along * (unit / std::hypot(along.x, along.y)), light_ink};
}

LineFrame LineSearch::nominal() const {
  const Point along{std::cos(place_->angle_rad), std::sin(place_->angle_rad)};
  return {place_->start_px, along * (place_->cap_height_px / kCapCells), false};
}

/// How each character fits at each shift along, at the best of three heights.
void LineSearch::Score(std::span<const Slot> slots) {
  const float shift = place_->along_slack_ratio * kCoarseCap;
  reach_ = static_cast<int>(std::ceil(shift + place_->scale_slack_ratio * cells_ / 2));
  const auto shifts = static_cast<size_t>(2 * reach_ + 1);
  for (auto& scores : scores_) scores.assign(slots.size() * shifts, 0.0f);
  for (size_t i = 0; i < slots.size(); ++i) {
    const Slot& slot = slots[i];
    if (slot.glyph < 0) continue;
    const float middle = slot.middle / 2;
    const int own =
        std::min(reach_, static_cast<int>(std::ceil(shift + place_->scale_slack_ratio * middle)));
    for (int dx = -own; dx <= own; ++dx) {
      const int x = Rounded(middle) + dx;
      const int top = RowAt(x);
      float dark = 0, light = 0;
      for (int dy = -1; dy <= 1; ++dy) {
        const float fit = cells_of_strip_.Correlate(*font_, slot.glyph, x, top + dy);
        dark = std::max(dark, fit);
        light = std::max(light, -fit);
      }
      const size_t at = i * shifts + static_cast<size_t>(dx + reach_);
      scores_[0][at] = std::max(0.0f, dark - kNothing);
      scores_[1][at] = std::max(0.0f, light - kNothing);
    }
  }
}

LineFrame LineSearch::FindKnown(std::span<const Slot> slots) {
  Score(slots);
  const auto shifts = static_cast<size_t>(2 * reach_ + 1);
  const int shift = static_cast<int>(std::ceil(place_->along_slack_ratio * kCoarseCap));
  const float end = std::max(1.0f, slots.back().middle / 2);
  const int drift = static_cast<int>(std::ceil(place_->scale_slack_ratio * end));
  float best = -1;
  LineFrame frame = FrameAt(0, 1, place_->ink == Ink::kLight);
  for (int grown = -drift; grown <= drift; ++grown) {
    const float stretch = static_cast<float>(grown) / end;
    // Where each character goes under this scale; the same for all shifts.
    drifts_.clear();
    for (const Slot& slot : slots) {
      const float middle = slot.middle / 2;
      drifts_.push_back(Rounded(middle * (1 + stretch)) - Rounded(middle) + reach_);
    }
    for (const bool light : {false, true}) {
      if (!MayBe(place_->ink, light)) continue;
      for (int x = -shift; x <= shift; ++x) {
        float sum = 0;
        for (size_t i = 0; i < slots.size(); ++i) {
          const int dx = drifts_[i] + x;
          if (dx < 0 || dx > 2 * reach_) continue;
          sum += scores_[light][i * shifts + static_cast<size_t>(dx)];
        }
        if (sum <= best) continue;
        best = sum;
        frame = FrameAt(static_cast<float>(x), 1 + stretch, light);
      }
    }
  }
  return frame;
}

/// The characters that fit best at each place along.
void LineSearch::FindPeaks(std::span<const int> alphabet) {
  const auto& extent = strip_.extent();
  first_ = -extent.left + kCoarseMiddle;
  places_ = extent.right - kCoarseMiddle - first_;
  for (auto& peaks : peaks_) peaks.assign(static_cast<size_t>(places_ * kRanks), Peak{});
  for (int place = 0; place < places_; ++place) {
    const int x = first_ + place, top = RowAt(x);
    for (const int glyph : alphabet) {
      std::array<float, 2> fits{};
      for (int dy = -1; dy <= 1; ++dy) {
        const float fit = cells_of_strip_.Correlate(*font_, glyph, x, top + dy);
        fits[0] = std::max(fits[0], fit);
        fits[1] = std::max(fits[1], -fit);
      }
      for (size_t light = 0; light < 2; ++light) {
        Peak* ranks = &peaks_[light][static_cast<size_t>(place * kRanks)];
        const float squared = fits[light] * fits[light];
        int rank = kRanks;
        while (rank > 0 && squared > ranks[rank - 1].squared) --rank;
        if (rank == kRanks) continue;
        for (int k = kRanks - 1; k > rank; --k) ranks[k] = ranks[k - 1];
        ranks[rank] = {.glyph = glyph, .squared = squared};
      }
    }
  }
}

/// From the middle of one glyph to that of the next, coarse cells.
float LineSearch::Pitch(int glyph, int next) const {
  if (place_->pitch_ratio > 0) return place_->pitch_ratio * kCoarseCap;
  return (font_->AdvanceCells(glyph) + font_->AdvanceCells(next)) / 4;
}

/// Index of the last peak of the best chain; -1 = there is none.
int LineSearch::BestChain(bool light_ink) {
  std::vector<Peak>& peaks = peaks_[light_ink];
  const float shift = place_->along_slack_ratio * kCoarseCap;
  const float slack = place_->scale_slack_ratio + kPitchSlack;
  int best = -1;
  for (int place = 0; place < places_; ++place) {
    for (int rank = 0; rank < kRanks; ++rank) {
      Peak& peak = peaks[static_cast<size_t>(place * kRanks + rank)];
      if (peak.glyph < 0) continue;
      const float own = peak.squared - kNothingSquared;
      const float begin = static_cast<float>(first_ + place) - Pitch(peak.glyph, peak.glyph) / 2;
      peak.total = std::abs(begin) <= shift + 1 ? own : -1;
      peak.from = -1;
      const float widest = Pitch(peak.glyph, peak.glyph) / 2 + kCoarseMiddle;
      const int earliest =
          std::max(0, place - Rounded(widest * (1 + slack) + kPitchSlackCells) - 1);
      for (int before = earliest; before < place; ++before) {
        for (int k = 0; k < kRanks; ++k) {
          const int index = before * kRanks + k;
          const Peak& other = peaks[static_cast<size_t>(index)];
          if (other.glyph < 0 || other.total <= 0 || other.total + own <= peak.total) continue;
          const float pitch = Pitch(other.glyph, peak.glyph);
          if (std::abs(static_cast<float>(place - before) - pitch) >
              kPitchSlackCells + slack * pitch) {
            continue;
          }
          peak.total = other.total + own;
          peak.from = index;
        }
      }
      const int index = place * kRanks + rank;
      if (peak.total > 0 && (best < 0 || peak.total > peaks[static_cast<size_t>(best)].total)) {
        best = index;
      }
    }
  }
  return best;
}

bool LineSearch::FindUnknown(std::span<const int> alphabet, std::vector<Slot>* slots,
                             LineFrame* frame) {
  slots->clear();
  FindPeaks(alphabet);
  int end = -1;
  bool light = false;
  for (const bool tried : {false, true}) {
    if (!MayBe(place_->ink, tried)) continue;
    const int found = BestChain(tried);
    if (found < 0) continue;
    if (end < 0 || peaks_[tried][static_cast<size_t>(found)].total >
                       peaks_[light][static_cast<size_t>(end)].total) {
      end = found;
      light = tried;
    }
  }
  if (end < 0) return false;
  std::array<char, kMostCharacters> text;
  std::array<float, kMostCharacters> middles;
  size_t count = 0;
  for (int at = end; at >= 0; at = peaks_[light][static_cast<size_t>(at)].from) {
    if (count == text.size()) return false;
    text[count] = font_->CharacterAt(peaks_[light][static_cast<size_t>(at)].glyph);
    middles[count++] = static_cast<float>(first_ + at / kRanks);
  }
  std::reverse(text.begin(), text.begin() + static_cast<ptrdiff_t>(count));
  std::reverse(middles.begin(), middles.begin() + static_cast<ptrdiff_t>(count));
  if (LayOut({text.data(), count}, *font_, place_->pitch_ratio * kCapCells, slots) <= 0) {
    return false;
  }
  // Shift and scale by least squares; the scale of few characters stays near that of the place.
  const auto n = static_cast<float>(count);
  float mean_x = 0, mean_at = 0;
  for (size_t i = 0; i < count; ++i) {
    mean_x += (*slots)[i].middle / 2 / n;
    mean_at += middles[i] / n;
  }
  float squares = 100, products = 100;
  for (size_t i = 0; i < count; ++i) {
    const float x = (*slots)[i].middle / 2 - mean_x;
    squares += x * x;
    products += x * (middles[i] - mean_at);
  }
  const float scale = products / squares;
  *frame = FrameAt(mean_at - scale * mean_x, scale, light);
  return true;
}

bool LineSearch::IsBlank() const {
  // Changes along the row that noise alone makes are the same above and below it.
  constexpr float kLeastClarity = 1;
  if (row_.clarity > std::max(kLeastClarity, 0.25f * row_.around)) return false;
  // A smear has few edges, but is darker or lighter than what lies around.
  std::array<int, 256> counts{};
  int total = 0;
  const int end = std::max(1, Rounded(cells_ / 2));
  for (int x = 0; x < end; ++x) {
    for (int y = 0; y < kCoarseCap; ++y) {
      const int top = RowAt(x) + kCoarseBaseline - kCoarseCap + y;
      if (!strip_.Holds(x, top, 1, 1)) continue;
      ++counts[*strip_.At(x, top)];
      ++total;
    }
  }
  const auto at = [&](float share) {
    int sum = 0, level = 0;
    while (level < 255 && sum + counts[static_cast<size_t>(level)] <
                              static_cast<int>(share * static_cast<float>(total))) {
      sum += counts[static_cast<size_t>(level++)];
    }
    return level;
  };
  constexpr int kLeastRange = 25;
  return static_cast<float>(at(0.97f) - at(0.03f)) < kLeastRange + 4 * row_.around;
}

}  // namespace veriline::text
