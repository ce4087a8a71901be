// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace veriline::symbology::pdf417 {

// What symbol characters of PDF417 (ISO/IEC 15438, annex A) and row address patterns of MicroPDF417
// (ISO/IEC 24728) look like.

inline constexpr int kClusters = 3;     ///< 0, 3 and 6 of the standard, here 0, 1 and 2
inline constexpr int kCodewords = 929;  ///< values of a symbol character
inline constexpr int kRaps = 52;        ///< row address patterns, numbered from 1
inline constexpr int kCodewordModules = 17;
inline constexpr int kRapModules = 10;

/// Widths of a symbol character's elements in modules, a bar first.
/// Requires: a cluster of 0 to 2, a value of 0 to 928.
std::array<uint8_t, 8> CodewordWidths(int cluster, int value);
/// Of a row address pattern at the left or right, and in the middle. Requires: 1 to 52.
std::array<uint8_t, 6> SideRapWidths(int number);
std::array<uint8_t, 6> CentreRapWidths(int number);

}  // namespace veriline::symbology::pdf417
