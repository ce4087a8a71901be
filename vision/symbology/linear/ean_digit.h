// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace veriline::symbology::linear {

inline constexpr int kEanDigitModules = 7;
inline constexpr int kEanDigitElements = 4;

/// A symbol character of EAN and UPC.
struct EanDigit {
  int value = 0;
  bool even = false;  ///< number set B
  float width = 0;    ///< S of ISO/IEC 15416
  float decodability = 0;
  float growth = 0;  ///< how much wider than nominal a bar is, X
};

/// Reads the digit between edge[0] and edge[4]: of set A or B where it begins with a space, of set
/// C where it begins with a bar. Returns: whether there is one. Source: ISO/IEC 15420, reference
/// decode algorithm; decodability grading.md 6.4.
bool ReadEanDigit(const float* edge, bool bar_first, EanDigit* out);

}  // namespace veriline::symbology::linear
