// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace veriline::gs1 {

// Check digits and check characters of the GS1 keys. Pure functions, safe from any thread, linear
// in the length of the text.

/// Whether the text is not empty and made of the digits 0-9 alone.
bool IsDigits(std::string_view text);

/// The standard check digit ('0'-'9') that belongs behind `digits`; nothing when `digits` is empty
/// or holds anything but digits.
/// Source: GS1 General Specifications 7.9.1 (weights 3, 1, 3 ... from the right, modulo 10).
std::optional<char> CheckDigit(std::string_view digits);

/// Whether `digits` ends in its own check digit (GTIN-8, -12, -13, -14, SSCC, GLN, GSRN ...).
bool HasValidCheckDigit(std::string_view digits);

/// The GTIN-14 of a GTIN-8, -12, -13 or -14; nothing for another length or a wrong check digit.
/// Source: GS1 General Specifications 3.3.2 (GTIN right justified, filled up with zeros).
std::optional<std::string> NormalizeGtin(std::string_view gtin);

/// Whether a Global Model Number ends in its own pair of check characters.
/// Source: GS1 General Specifications 7.9.5.
bool HasValidCheckPair(std::string_view gmn);

}  // namespace veriline::gs1
