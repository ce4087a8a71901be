// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "vision/symbology/linear/linear_decode.h"

namespace veriline::symbology::linear::code39 {

inline constexpr int kElements = 9;  ///< of a character; the gap to the next one is not counted
inline constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";

/// Which of the nine elements are wide, the first as bit 8, of the characters of kAlphabet.
/// Source: ISO/IEC 16388, table 1.
inline constexpr std::array<uint16_t, 43> kWide = {
    0x034, 0x121, 0x061, 0x160, 0x031, 0x130, 0x070, 0x025, 0x124, 0x064, 0x109,
    0x049, 0x148, 0x019, 0x118, 0x058, 0x00D, 0x10C, 0x04C, 0x01C, 0x103, 0x043,
    0x142, 0x013, 0x112, 0x052, 0x007, 0x106, 0x046, 0x016, 0x181, 0x0C1, 0x1C0,
    0x091, 0x190, 0x0D0, 0x085, 0x184, 0x0C4, 0x0A8, 0x0A2, 0x08A, 0x02A};
inline constexpr uint16_t kStartStop = 0x094;  ///< the asterisk

/// Characters, start and stop as well, that a reader takes at the most.
inline constexpr size_t kMostCharacters = 128;

/// Fills identifier and payload from the values of `out->characters`, without start and stop;
/// false where `rules` ask for a check character and it is wrong, or there is no text.
bool Interpret(const DecodeRules& rules, LinearDecode* out);

}  // namespace veriline::symbology::linear::code39

namespace veriline::symbology::linear {

/// The reference decode of ISO/IEC 16388: elements wider than an eighth of their character are
/// wide. Of plausibility it asks neighbouring characters to differ by less than a fifth in width,
/// gaps of no more than 5.3 X, N between 1.5 and 4, every element on its side of the threshold of
/// the whole symbol, and, as a part of another symbol passes for one, a space of 3 X at least on
/// each side. Tells ]A0 (]A4 where pairs were made full ASCII), with a check character ]A1 (]A5);
/// the check character stays in the payload. X and N are the means of those of bars and of spaces,
/// so that print growth does not change them. Any edges are valid input.
/// Returns: whether a symbol was found; `out` then has it, else it is empty.
/// Thread: any. Cost: some ns an edge; no allocation in steady state.
/// Source: ISO/IEC 16388, annexes; grading.md 6.4.
bool DecodeCode39(std::span<const float> edges, const DecodeRules& rules, LinearDecode* out);

}  // namespace veriline::symbology::linear
