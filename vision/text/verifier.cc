// SPDX-License-Identifier: Apache-2.0
#include "vision/text/verifier.h"

#include <cmath>
#include <numeric>

#include "vision/text/line_judge.h"

namespace veriline::text {

TextVerifier::TextVerifier() : tools_(std::make_unique<LineTools>()) {}
TextVerifier::~TextVerifier() = default;
TextVerifier::TextVerifier(TextVerifier&&) noexcept = default;
TextVerifier& TextVerifier::operator=(TextVerifier&&) noexcept = default;

const LineCheck& TextVerifier::Verify(const FrameView& picture, const TextPlace& place,
                                      const Font& font, std::string_view expected) {
  check_.Clear();
  LineTools& tools = *tools_;
  const float cells = LayOut(expected, font, place.pitch_ratio * kCapCells, &tools.slots);
  if (cells <= 0 || !tools.search.Begin(picture, place, font, cells)) return check_;
  check_.place = tools.search.nominal().CapBox(0, cells);
  if (tools.search.IsBlank()) {
    check_.outcome = TextOutcome::kMissing;
    return check_;
  }
  const LineFrame found = tools.search.FindKnown(tools.slots);
  if (!tools.matcher.Refine(picture, font, found, tools.slots)) return check_;
  tools.alphabet.resize(static_cast<size_t>(font.glyph_count()));
  std::iota(tools.alphabet.begin(), tools.alphabet.end(), 0);
  tools.matcher.Compare(tools.slots, tools.alphabet);
  constexpr ClearLimits kLimits;
  Judge(tools.matcher, font, tools.slots, /*is_known=*/true, kLimits, &check_);
  check_.scale_ratio =
      std::hypot(tools.matcher.frame().along_px.x, tools.matcher.frame().along_px.y) * kCapCells /
      place.cap_height_px;
  return check_;
}

}  // namespace veriline::text
