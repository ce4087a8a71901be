// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/qr_encoder.h"
#include "vision/symbology/qr/format.h"
#include "vision/symbology/qr/layout.h"

namespace veriline::testing {

// Random messages and random damage for QR symbols.

inline constexpr QrMode kCharacterModes[] = {QrMode::kNumeric, QrMode::kAlphanumeric, QrMode::kByte,
                                             QrMode::kKanji};

inline int Between(std::mt19937& random, int from, int to) {
  return std::uniform_int_distribution<int>(from, to)(random);
}

std::string Describe(const QrSpec& spec);  ///< "M3-L mask 2"
symbology::qr::Version VersionOf(const QrSpec& spec);
symbology::qr::Format FormatOf(const QrSpec& spec);

/// Characters of that mode, all of which are possible.
QrSegment RandomSegment(std::mt19937& random, QrMode mode, int length);

/// A message of several segments that fits, and what should be read of it.
struct RandomMessage {
  std::vector<QrSegment> segments;
  std::string text;
  std::string identifier = "]Q1";
  int append = -1;  ///< header of structured append, -1: none
};
RandomMessage MakeMessage(std::mt19937& random, const QrSpec& spec);

/// Errors that each block of the symbol may have (ISO/IEC 18004 table 9).
int ErrorLimit(const QrSpec& spec);

struct DamagedQr {
  std::vector<uint8_t> dark;
  std::vector<uint8_t> codewords;
  std::vector<std::pair<int, int>> wrong;  ///< block and number of each wrong codeword
  std::vector<int> wrong_in_block;
  int wrong_codewords = 0;
};

/// The symbol with that many wrong codewords in each block (all of them, if it has fewer).
DamagedQr Damage(std::mt19937& random, const QrSymbol& symbol, int wrong_in_each_block);

}  // namespace veriline::testing
