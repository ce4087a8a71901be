// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace veriline::symbology::linear::code128 {

inline constexpr int kModules = 11;  ///< of a symbol character; the stop has two more
inline constexpr int kElements = 6;  ///< the stop has a bar more
inline constexpr int kStartA = 103;  ///< start B and C follow
inline constexpr int kStop = 106;    ///< here without its last bar of two modules
inline constexpr int kStopBarModules = 2;
inline constexpr int kCharacters = 107;

/// Widths of the six elements of each symbol character, bar first, as decimal digits.
/// Source: ISO/IEC 15417, table 1.
inline constexpr std::array<uint32_t, kCharacters> kWidths = {
    212222, 222122, 222221, 121223, 121322, 131222, 122213, 122312, 132212, 221213, 221312, 231212,
    112232, 122132, 122231, 113222, 123122, 123221, 223211, 221132, 221231, 213212, 223112, 312131,
    311222, 321122, 321221, 312212, 322112, 322211, 212123, 212321, 232121, 111323, 131123, 131321,
    112313, 132113, 132311, 211313, 231113, 231311, 112133, 112331, 132131, 113123, 113321, 133121,
    313121, 211331, 231131, 213113, 213311, 213131, 311123, 311321, 331121, 312113, 312311, 332111,
    314111, 221411, 431111, 111224, 111422, 121124, 121421, 141122, 141221, 112214, 112412, 122114,
    122411, 142112, 142211, 241211, 221114, 413111, 241112, 134111, 111242, 121142, 121241, 114212,
    124112, 124211, 411212, 421112, 421211, 212141, 214121, 412121, 111143, 111341, 131141, 114113,
    114311, 411113, 411311, 113141, 114131, 311141, 411131, 211412, 211214, 211232, 233111};

/// Width of element 0 to 5 of a symbol character, in modules.
constexpr int WidthOf(int value, int element) {
  uint32_t digits = kWidths[static_cast<size_t>(value)];
  for (int i = kElements - 1; i > element; --i) digits /= 10;
  return static_cast<int>(digits % 10);
}

}  // namespace veriline::symbology::linear::code128
