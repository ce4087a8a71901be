// SPDX-License-Identifier: Apache-2.0
#include "vision/text/reader.h"

#include <algorithm>
#include <cmath>

#include "vision/text/line_judge.h"

namespace veriline::text {

TextReader::TextReader() : tools_(std::make_unique<LineTools>()) {}
TextReader::~TextReader() = default;
TextReader::TextReader(TextReader&&) noexcept = default;
TextReader& TextReader::operator=(TextReader&&) noexcept = default;

const LineCheck& TextReader::Read(const FrameView& picture, const TextPlace& place,
                                  const Font& font, const TextFormat& format) {
  check_.Clear();
  LineTools& tools = *tools_;
  tools.alphabet.clear();
  float pitch = place.pitch_ratio * kCapCells;
  for (const char character : format.alphabet) {
    const int glyph = font.IndexOf(character);
    if (glyph < 0) return check_;
    tools.alphabet.push_back(glyph);
    if (place.pitch_ratio <= 0) pitch = std::max(pitch, font.AdvanceCells(glyph));
  }
  if (tools.alphabet.empty() || format.min_length < 1 || format.max_length < format.min_length ||
      format.max_length > kMostCharacters) {
    return check_;
  }
  const float cells = pitch * static_cast<float>(format.max_length);
  if (!tools.search.Begin(picture, place, font, cells)) return check_;
  check_.place = tools.search.nominal().CapBox(0, cells);
  LineFrame found;
  if (tools.search.IsBlank()) {
    check_.outcome = TextOutcome::kMissing;
    return check_;
  }
  if (!tools.search.FindUnknown(tools.alphabet, &tools.slots, &found)) return check_;
  if (!tools.matcher.Refine(picture, font, found, tools.slots)) return check_;
  tools.matcher.Compare(tools.slots, tools.alphabet);
  // Even paper looks a little like something: what was found at the ends may be no print.
  const auto is_paper = [&](size_t slot) {
    return IsPaper(tools.matcher, tools.slots[slot], tools.matcher.At(slot));
  };
  size_t begin = 0, end = tools.slots.size();
  while (begin < end && is_paper(begin)) ++begin;
  while (end > begin && is_paper(end - 1)) --end;
  if (begin == end) return check_;
  if (end - begin < tools.slots.size()) {
    tools.slots.erase(tools.slots.begin() + static_cast<ptrdiff_t>(end), tools.slots.end());
    tools.slots.erase(tools.slots.begin(), tools.slots.begin() + static_cast<ptrdiff_t>(begin));
    tools.matcher.Compare(tools.slots, tools.alphabet);
  }
  // A number that is read stands for an item, so nothing but the print itself speaks for it.
  constexpr ClearLimits kLimits{.margin_ratio = 0.3f, .fit_ratio = 0.6f};
  Judge(tools.matcher, font, tools.slots, /*is_known=*/false, kLimits, &check_);
  check_.scale_ratio =
      std::hypot(tools.matcher.frame().along_px.x, tools.matcher.frame().along_px.y) * kCapCells /
      place.cap_height_px;
  const auto length = static_cast<int>(tools.slots.size());
  if (check_.outcome == TextOutcome::kMismatch || length < format.min_length ||
      length > format.max_length) {
    check_.outcome = TextOutcome::kUnreadable;
  }
  return check_;
}

}  // namespace veriline::text
