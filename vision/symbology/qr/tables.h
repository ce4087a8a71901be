// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace veriline::symbology::qr {

/// A row of ISO/IEC 18004 table 9: check codewords a block, blocks and their data codewords, longer
/// blocks (of one data codeword more).
struct BlockRow {
  uint8_t check;
  uint8_t short_blocks;
  uint8_t short_data;
  uint8_t long_blocks;
};

/// By version, then level L, M, Q, H.
extern const std::array<std::array<BlockRow, 4>, 40> kBlockTable;

/// Rows and columns of the centres of alignment patterns (annex E), by version; ends with zeros.
extern const std::array<std::array<uint8_t, 7>, 40> kAlignmentTable;

}  // namespace veriline::symbology::qr
