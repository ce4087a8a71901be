// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace veriline::symbology::pdf417 {

/// A size of MicroPDF417 (ISO/IEC 24728, table 1) or of CC-A (ISO/IEC 24723, table 9). The rows of
/// one begin at these row address patterns and count on, 52 is followed by 1.
struct MicroVariant {
  uint8_t cols;  ///< of codewords
  uint8_t rows;
  uint8_t checks;      ///< codewords of error correction, at the end
  uint8_t left_rap;    ///< of the first row; 0: CC-A of three columns has none at the left
  uint8_t centre_rap;  ///< 0: one and two columns have none
  uint8_t right_rap;
  uint8_t first_cluster;  ///< of the first row: 0, 1 or 2

  int words() const { return cols * rows; }
};

/// The 34 sizes of MicroPDF417, of which CC-B is one.
std::span<const MicroVariant> MicroVariants();
/// The 17 of CC-A.
std::span<const MicroVariant> CcAVariants();

inline constexpr int kMaxRows = 90, kMaxCols = 30;  ///< of PDF417
inline constexpr int kMaxWords = 928;               ///< of PDF417, check codewords included
inline constexpr int kMaxLevel = 8;
/// Check codewords of an error correction level, 0 to 8.
constexpr int ChecksOf(int level) { return 2 << level; }

}  // namespace veriline::symbology::pdf417
