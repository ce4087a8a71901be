// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "vision/core/frame.h"
#include "vision/text/font.h"
#include "vision/text/line_check.h"
#include "vision/text/text_place.h"

namespace veriline::text {

struct LineTools;

/// Answers whether a line of print says what it should. Not how good each character looks: a bad
/// print has low scores everywhere, but the expected character still beats all others.
/// Thread: one (it owns scratch memory); a worker has its own. Cost: below 0.4 ms for 20
/// characters; no allocation once it has grown.
class TextVerifier {
 public:
  TextVerifier();
  ~TextVerifier();
  TextVerifier(TextVerifier&&) noexcept;
  TextVerifier& operator=(TextVerifier&&) noexcept;

  /// Two characters that the font hardly tells apart (Font::AreTwins) pass for each other.
  /// Looks for `expected` at `place`. Blanks in it must be blank in the picture; those at its ends
  /// count for the place but for nothing else. What cannot be asked (nothing expected, too long, a
  /// character that the font lacks, less than 8 pixels of cap height, a start outside of the
  /// picture) is kUnreadable without characters.
  /// Returns: a reference that holds until the next call.
  const LineCheck& Verify(const FrameView& picture, const TextPlace& place, const Font& font,
                          std::string_view expected);

 private:
  std::unique_ptr<LineTools> tools_;
  LineCheck check_;
};

}  // namespace veriline::text
