// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tools/linesim/label.h"

// Data Matrix ECC 200 as the oracle of the hard scene needs it. Nothing here is shared with a
// decoder or with libzint. Source: ISO/IEC 16022:2006.
namespace veriline::linesim {

/// A square symbol of one region; all of them have one Reed-Solomon block (table 7).
struct Ecc200Size {
  int modules;  ///< per side, with finder
  int data;     ///< codewords
  int ecc;
};
/// Null for other sizes than 10 to 26 modules.
const Ecc200Size* Ecc200SizeOf(int modules);

/// Which bit stands on which module (annex F), for the (modules - 2)² modules inside the finder,
/// row by row: 8 × codeword + bit, bit 0 the most significant; -1 where no bit stands.
std::vector<int> Ecc200Placement(int modules);

/// The codewords of a symbol, data first. Requires a size that Ecc200SizeOf knows.
std::vector<uint8_t> CodewordsOf(const ModuleMatrix& matrix);

/// True when the block is free of errors: its polynomial vanishes at 2^1 ... 2^ecc in GF(256) with
/// x^8 + x^5 + x^3 + x^2 + 1 (annex E).
bool IsReedSolomonWord(std::span<const uint8_t> codewords, int ecc);

}  // namespace veriline::linesim
