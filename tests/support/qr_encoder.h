// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace veriline::testing {

// Draws QR Code model 2 and Micro QR symbols as ISO/IEC 18004 says, with version, level, mask and
// modes as the test wants them. It shares neither code nor tables with the decoder.

/// Which symbol is drawn.
struct QrSpec {
  bool micro = false;
  int version = 1;   ///< 1 to 40; Micro QR 1 to 4
  char level = 'M';  ///< L M Q H; Micro QR M1 has only 'D'
  int mask = 0;
  int size() const { return micro ? 2 * version + 9 : 4 * version + 17; }
};

/// Every version with every level that it has, mask 0.
std::vector<QrSpec> AllQrSpecs();

enum class QrMode {
  kNumeric,
  kAlphanumeric,
  kByte,
  kKanji,
  kEci,
  kFnc1First,
  kFnc1Second,
  kAppend,
  kBits
};

/// A piece of the message. `text`: the characters; Kanji as Shift_JIS bytes; kBits as '0' and '1'.
/// `value`: ECI number, application indicator as it is encoded, or the 16 bits of the header of
/// structured append.
struct QrSegment {
  QrMode mode = QrMode::kByte;
  std::string text;
  int value = 0;
};

/// Data codewords of all blocks, and check codewords of each.
int QrDataBits(const QrSpec& spec);
int QrBlocks(const QrSpec& spec);
int QrCheckCodewords(const QrSpec& spec);
/// The most characters that a single segment of this mode can have; 0: the version has no such
/// mode.
int QrCapacity(const QrSpec& spec, QrMode mode);

struct QrSymbol {
  QrSpec spec;
  std::vector<std::vector<uint8_t>> blocks;  ///< data and check codewords
  std::vector<uint8_t> codewords;            ///< in the order of placement
  std::vector<uint8_t> dark;                 ///< size × size
  /// The module of each bit of a codeword of `codewords`, the most significant first.
  std::vector<std::vector<size_t>> modules;
  bool At(int row, int col) const {
    return dark[static_cast<size_t>(row * spec.size() + col)] != 0;
  }
};

/// Throws std::runtime_error when the segments do not fit.
QrSymbol EncodeQr(const QrSpec& spec, const std::vector<QrSegment>& segments);

/// The data bits of these segments with terminator and padding, as codewords; the half codeword of
/// M1 and M3 has its bits at the top. Throws as EncodeQr.
std::vector<uint8_t> QrData(const QrSpec& spec, const std::vector<QrSegment>& segments);

/// The symbol with these data codewords, whatever they say.
QrSymbol EncodeQrData(const QrSpec& spec, const std::vector<uint8_t>& data);

}  // namespace veriline::testing
