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

/// What a line may consist of.
struct TextFormat {
  std::string_view alphabet = "0123456789";
  int min_length = 1;
  int max_length = 20;
};

/// Reads a line of which only alphabet and length are known: one word without blanks. Print behind
/// a gap, as far as the longest word could reach, leaves it open: the gap may be a lost character.
/// Thread: one (it owns scratch memory); a worker has its own. Cost: below 4 ms for 20 characters;
/// no allocation once it has grown.
class TextReader {
 public:
  TextReader();
  ~TextReader();
  TextReader(TextReader&&) noexcept;
  TextReader& operator=(TextReader&&) noexcept;

  /// Reads the line that starts at `place`. Its outcome is kMatch where every character is clear,
  /// and only then `read` may be used; kMissing where there is no print; else kUnreadable. What
  /// cannot be asked (as for TextVerifier) is kUnreadable without characters. Returns: a reference
  /// that holds until the next call.
  const LineCheck& Read(const FrameView& picture, const TextPlace& place, const Font& font,
                        const TextFormat& format);

 private:
  std::unique_ptr<LineTools> tools_;
  LineCheck check_;
};

}  // namespace veriline::text
