// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "vision/core/geometry.h"
#include "vision/symbology/general_purpose.h"

namespace veriline::symbology::pdf417 {

/// Bytes that the element string of a component has at the most: digits in the bits of CC-C.
inline constexpr size_t kMaxComponentBytes = 2400;

/// The two-dimensional component of a composite, as it was read.
struct CompositePart {
  char component = 0;  ///< 'A', 'B' or 'C'
  Quad quad;           ///< TL TR BR BL of the component
  int rows = 0, cols = 0;
  int errors_corrected = 0;  ///< codewords, unknown ones included
  size_t size = 0;
  std::array<char, kMaxComponentBytes> bytes;

  std::string_view payload() const { return {bytes.data(), size}; }  ///< its element string
};

/// Decodes the data codewords of the two-dimensional component of a composite to its element
/// string, separators as kGs1Separator, none at its end (ISO/IEC 24723, clause 5): a general
/// purpose field, or a date and lot number (AIs 11, 17, 10) or AI 90 in fewer bits before it.
/// `cc_a`: the bits stand in codewords of base 928; else the codewords begin with 920 and a latch
/// to byte compaction, as in CC-B and, behind its length, in CC-C.
/// Returns: false where they say no element string. Thread: any. Cost: microseconds.
bool DecodeComponent(bool cc_a, std::span<const int16_t> codewords, TextWriter* out);

}  // namespace veriline::symbology::pdf417
