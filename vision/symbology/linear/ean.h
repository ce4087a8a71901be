// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "vision/symbology/linear/linear_decode.h"

namespace veriline::symbology::linear {

/// Reads EAN-13, EAN-8, UPC-A and UPC-E with add-ons of two and five digits by the reference decode
/// algorithm of ISO/IEC 15420: edges to similar edges tell the digits but 1 from 7 and 2 from 8,
/// which the sum of their bars tells.
/// Payload: 13, 8, 12 and 8 digits, the add-on appended and in `addon` as well. An EAN-13 that
/// begins with 0 is a UPC-A, unless the rules say otherwise. Identifiers: ]E0, ]E3 with an add-on,
/// EAN-8 always ]E4.
/// Beyond the standard all characters must be of one print, in width from one to the next and in
/// growth of the bars: where one 1 of a grown symbol looks like a 7 the others still tell.
/// UPC-E, which has the least of checks and looks like the left half of some EAN-13, needs light of
/// 4 X before it and 5 X behind; the others have only the quiet zones that the rules ask for.
/// An add-on has a parity pattern for its only check. Where there is one that is not readable the
/// symbol is read without it.
/// LinearCharacter::value: the digit. Guard patterns and delineators are characters as well; their
/// decodability is measured from edge to similar edge too.
/// Returns: whether a symbol was found; `out` is empty otherwise.
/// Thread: any. Cost: some 90 instructions an edge of texture, 3400 a symbol.
bool DecodeEan(std::span<const float> edges, const DecodeRules& rules, LinearDecode* out);

/// The UPC-A that a UPC-E of eight digits stands for, whose check digit it has: zeros are put where
/// the last of its six digits tells (GS1 General Specifications 5.2.2.4.2).
std::array<char, 12> UpcAOfUpcE(std::string_view digits);

}  // namespace veriline::symbology::linear
