// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "vision/core/symbol.h"

namespace veriline::decode {

// The text rules of the command line's `read`: how the bytes that a symbol carries become text.
// All functions are pure. Thread: any.

/// The text of a payload without ECI, as UTF-8: the bytes themselves when they are valid UTF-8;
/// for the QR family Shift_JIS when that gives two or more Japanese characters in a row; else
/// ISO-8859-1. FNC1 stays 0x1D (U+001D).
std::string TextOfBytes(std::string_view bytes, Symbology symbology);

/// From this byte of a payload on it is written as an extended channel interpretation says.
struct EciRun {
  size_t offset = 0;
  int32_t eci = 0;
};
/// The text of a payload with ECIs (AIM ITS/04-023), as UTF-8: each run by its own; what stands
/// before the first, is binary, has an ECI that is not known or is not valid in it, as TextOfBytes.
/// `runs`: in ascending order.
std::string TextOfRuns(std::string_view bytes, std::span<const EciRun> runs, Symbology symbology);

/// Sets the text of a symbol by its payload, which is without ECI; of UTF-8 without memory of its
/// own.
void SetTextOfPayload(Symbol* symbol);

/// ISO-8859-1 → UTF-8.
std::string Utf8FromLatin1(std::string_view bytes);

/// Shift_JIS (with the characters Windows added) → UTF-8; nothing when a byte pair is not assigned.
std::optional<std::string> Utf8FromShiftJis(std::string_view bytes);

/// The full ASCII text of Code 39 characters (ISO/IEC 16388 annex A.2), where each of `$ % / +` is
/// a shift followed by a letter that is valid for it; nothing when one is not, or there is none.
std::optional<std::string> Code39FullAscii(std::string_view characters);

/// An element string from its bracketed form "(01)09501101530003(10)A": separators (0x1D) after
/// every field whose AI is not of predefined length, except the last (GS1 General Specifications
/// 7.8.5, figure "element strings with predefined length"). Nothing when it is not so formed.
std::optional<std::string> ElementStringFromBracketed(std::string_view text);

}  // namespace veriline::decode
