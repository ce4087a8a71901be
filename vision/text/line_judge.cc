// SPDX-License-Identifier: Apache-2.0
#include "vision/text/line_judge.h"

#include <algorithm>

namespace veriline::text {
namespace {

/// Ink of a place against that of the line (LineMatcher::InkAt): below, it is paper; above, print.
constexpr float kPaper = 0.3f, kPrint = 0.5f;
/// Ink of a character that fits: below, it is no print of this line; above, it is.
constexpr float kTooFaint = 0.25f, kFaint = 0.35f;

constexpr char kDoubtful = '?';

struct Judged {
  TextOutcome outcome = TextOutcome::kUnreadable;
  char read = kDoubtful;
};

/// A place that should be blank.
Judged JudgeBlank(float ink, const Comparison& place, const Font& font, const ClearLimits& limits) {
  if (ink < kPaper) return {TextOutcome::kMatch, ' '};
  if (ink < kPrint) return {};
  const bool clear = place.best >= 0 && place.best_margin >= limits.margin_ratio &&
                     place.best_fit >= limits.fit_ratio;
  return {TextOutcome::kMismatch, clear ? font.CharacterAt(place.best) : kDoubtful};
}

Judged JudgeCharacter(const Slot& slot, const Comparison& place, float amplitude, bool is_known,
                      const Font& font, const ClearLimits& limits) {
  const auto strong = [&](float of_place) { return of_place >= kFaint * amplitude; };
  const bool best_clear = place.best >= 0 && place.best_fit >= limits.fit_ratio &&
                          place.best_margin >= limits.margin_ratio && strong(place.best_amplitude);
  if (best_clear && (!is_known || place.best == slot.glyph)) {
    return {TextOutcome::kMatch, font.CharacterAt(place.best)};
  }
  if (!is_known) return {};
  if (place.expected_margin >= limits.margin_ratio && place.expected_fit >= limits.fit_ratio &&
      strong(place.expected_amplitude)) {
    return {TextOutcome::kMatch, slot.character};
  }
  if (place.best >= 0 && place.best != slot.glyph && place.best_fit >= limits.fit_ratio &&
      strong(place.best_amplitude) && place.expected_margin <= -limits.behind_ratio) {
    return {TextOutcome::kMismatch, best_clear ? font.CharacterAt(place.best) : kDoubtful};
  }
  return {TextOutcome::kUnreadable, best_clear ? font.CharacterAt(place.best) : kDoubtful};
}

}  // namespace

bool IsPaper(LineMatcher& matcher, const Slot& slot, const Comparison& place) {
  return place.best_amplitude < kTooFaint * matcher.amplitude() &&
         matcher.InkAt(slot.middle, slot.half_window) < kPaper;
}

void Judge(LineMatcher& matcher, const Font& font, std::span<const Slot> slots, bool is_known,
           const ClearLimits& limits, LineCheck* out) {
  const LineFrame& frame = matcher.frame();
  out->light_ink = frame.light_ink;
  size_t first = slots.size(), last = 0;
  for (size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].glyph < 0) continue;
    first = std::min(first, i);
    last = i;
  }
  const Slot &begin = slots[first], &end = slots[last];
  out->place = frame.CapBox(begin.middle - begin.advance / 2, end.middle + end.advance / 2);
  bool mismatch = false, unreadable = false;
  for (size_t i = 0; i < slots.size(); ++i) {
    const Slot& slot = slots[i];
    const Comparison& place = matcher.At(i);
    Judged judged = {TextOutcome::kMatch, ' '};
    if (slot.glyph >= 0 && IsPaper(matcher, slot, place)) {
      judged = {TextOutcome::kMismatch, ' '};
    } else if (slot.glyph >= 0) {
      judged = JudgeCharacter(slot, place, matcher.amplitude(), is_known, font, limits);
    } else if (i > first && i < last) {
      judged = JudgeBlank(matcher.InkAt(slot.middle, slot.half_window), place, font, limits);
    }
    mismatch = mismatch || judged.outcome == TextOutcome::kMismatch;
    unreadable = unreadable || judged.outcome == TextOutcome::kUnreadable;
    const int rival = is_known ? place.expected_rival : place.best_rival;
    out->characters.push_back({
        .expected = is_known ? slot.character : '\0',
        .best = place.best >= 0 ? font.CharacterAt(place.best) : '\0',
        .rival = rival >= 0 ? font.CharacterAt(rival) : '\0',
        .outcome = judged.outcome,
        .margin_ratio = is_known ? place.expected_margin : place.best_margin,
        .fit_ratio = place.best_fit,
        .place = frame.CapBox(slot.middle - slot.advance / 2, slot.middle + slot.advance / 2),
    });
    out->read.push_back(judged.read);
  }
  // The next place before and behind, as far as it is near: print there belongs to the line.
  constexpr float kNear = 0.8f;
  const auto next = [&](const Slot& slot, float way) {
    const int half = std::max(3, static_cast<int>(0.3f * slot.advance));
    return matcher.InkAt(slot.middle + way * kNear * slot.advance + way * 0.1f, half) >= kPrint;
  };
  out->ink_before = next(begin, -1);
  out->ink_behind = next(end, 1);
  if (mismatch || (!unreadable && (out->ink_before || out->ink_behind))) {
    out->outcome = TextOutcome::kMismatch;
  } else {
    out->outcome = unreadable ? TextOutcome::kUnreadable : TextOutcome::kMatch;
  }
}

}  // namespace veriline::text
