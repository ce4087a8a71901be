// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "vision/symbology/linear/linear_decode.h"

namespace veriline::symbology::linear::itf {

inline constexpr int kStartElements = 4;  ///< all narrow
inline constexpr int kPairElements = 10;  ///< five bars for one digit, five spaces for the next
inline constexpr int kStopElements = 3;   ///< a wide bar, narrow space, narrow bar

/// Which of a digit's five elements are wide, the first as bit 4.
/// Source: ISO/IEC 16390, table 1.
inline constexpr std::array<uint8_t, 10> kWide = {0x06, 0x11, 0x09, 0x18, 0x05,
                                                  0x14, 0x0C, 0x03, 0x12, 0x0A};

/// Digits that a reader takes at the most.
inline constexpr size_t kMostDigits = 128;

/// Fills identifier and payload from the pairs of `out->characters`, start to stop; false where
/// `rules` ask for a check digit and it is wrong, or for more digits.
bool Interpret(const DecodeRules& rules, LinearDecode* out);

}  // namespace veriline::symbology::linear::itf

namespace veriline::symbology::linear {

/// The reference decode of ISO/IEC 16390, with bars and spaces of a pair apart: of five elements
/// two are wider than 7/32 of them all. Start and stop occur within symbols as well, and parts of a
/// symbol that a slanted line cuts out make other ones: there must be a space of 5 X on each side,
/// which no element is, neighbouring pairs may differ by less than a fifth in width, N lies between
/// 1.5 and 4, every element on its side of the threshold of the whole symbol, and there are
/// `itf_least_digits` digits at least. Tells ]I0, and ]I1 with a check digit, which stays in the
/// payload. A character of `out` is a pair of digits, from 0 to 99. Where the edges begin or end
/// with the symbol its quiet zone is taken for granted: a reader must look for it. Any edges are
/// valid input. Returns: whether a symbol was found; `out` then has it, else it is empty.
/// Thread: any. Cost: some ns an edge; no allocation in steady state.
/// Source: ISO/IEC 16390, annexes; grading.md 6.4.
bool DecodeItf(std::span<const float> edges, const DecodeRules& rules, LinearDecode* out);

}  // namespace veriline::symbology::linear
