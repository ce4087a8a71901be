// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "vision/symbology/linear/linear_decode.h"

namespace veriline::symbology::linear::code128 {

/// Symbol characters from start to stop that a reader takes at the most.
inline constexpr size_t kMostCharacters = 256;

/// Fills identifier and payload from the values of `out->characters`, start to stop; false where
/// the check character is wrong, or no text is to be made of them. Thread: any.
bool Interpret(LinearDecode* out);

}  // namespace veriline::symbology::linear::code128

namespace veriline::symbology::linear {

/// The reference decode of ISO/IEC 15417: each character by its distances from edge to similar
/// edge, held to its sum of bars, and the symbol to its check character. Neighbouring characters
/// may differ by a fifth in width. Tells ]C1 with FNC1 in first position and ]C2 after one letter
/// or pair of digits, where it is left out of the payload; others are 0x1D. FNC2 and FNC3 carry no
/// data, FNC4 adds 128. Any edges are valid input.
/// Returns: whether a symbol was found; `out` then has it, else it is empty.
/// Thread: any. Cost: some ns an edge; allocates for payloads of more than 128 bytes alone.
/// Source: ISO/IEC 15417, annex; grading.md 6.4.
bool DecodeCode128(std::span<const float> edges, const DecodeRules& rules, LinearDecode* out);

}  // namespace veriline::symbology::linear
