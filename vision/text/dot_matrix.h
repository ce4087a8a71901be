// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "vision/core/result.h"
#include "vision/text/font.h"

namespace veriline::text {

/// The dots of one character as an ink-jet printer sets them: a row a byte from the top, the
/// leftmost of five columns is bit 4.
struct DotPattern {
  char character = ' ';
  std::array<uint8_t, 7> rows{};
};

/// Digits, capitals and marks of five columns and `rows` (7 or 5) rows; empty for others.
std::span<const DotPattern> DotPatterns(int rows);

/// The font of these patterns. The cap height reaches from the top of the uppermost dot to the
/// bottom of the lowest; a dot is 0.9 of the way to the next one, a character six such ways.
/// Requires: rows is 5 or 7.
Checked<Font> DotMatrixFont(int rows);

}  // namespace veriline::text
