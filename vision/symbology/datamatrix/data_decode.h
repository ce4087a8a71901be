// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "vision/symbology/datamatrix/layout.h"

// From data codewords to what they mean. Sources: ISO/IEC 16022:2006 clause 5, annexes B and C,
// ISO/IEC 15424 (symbology identifiers), ISO/IEC 21471 (those of the rectangular extension).
namespace veriline::symbology::datamatrix {

/// What was wrong with the data codewords. Numbers are stable.
enum class DataError : uint8_t {
  kNone = 0,
  kEmpty = 1,              ///< nothing is encoded
  kBadCodeword = 2,        ///< has no meaning in ASCII encodation
  kBadValue = 3,           ///< has no meaning in C40, Text, X12 or EDIFACT encodation
  kDanglingShift = 4,      ///< Upper Shift with no character that it could shift
  kMisplaced = 5,          ///< structured append or macro that is not the first codeword
  kReaderProgramming = 6,  ///< a message to the reader, which is refused
  kTruncated = 7,          ///< a segment goes on beyond the last codeword
  kBadLength = 8,          ///< of a Base 256 segment
  kBadEci = 9,             ///< malformed, or more switches than kMaxEcis
  kBadStructuredAppend = 10,
};
/// As in "Upper Shift without a character".
std::string_view Name(DataError error);

/// The place of an FNC1 that is no separator: first (or fifth, behind structured append) in GS1's
/// symbols, second (or sixth) in those of an industry that AIM has named.
enum class Fnc1 : uint8_t { kNone = 0, kFirst = 1, kSecond = 2 };

/// What stands behind the message.
enum class Padding : uint8_t {
  kNone = 0,  ///< the message fills the symbol
  kValid = 1,
  kInvalid = 2,  ///< not the sequence of annex B.1: a careless encoder, or a false correction
};

/// From this byte of the payload on another interpretation holds.
struct EciSwitch {
  uint16_t offset = 0;
  int32_t eci = 0;
  friend bool operator==(const EciSwitch&, const EciSwitch&) = default;
};

/// The message of a symbol. Holds its memory; about 3 kB.
struct Message {
  static constexpr size_t kMaxEcis = 16;
  /// Two digits a codeword; macro's header and trailer.
  static constexpr size_t kMaxBytes = 2 * kMaxDataCodewords + 16;

  DataError error = DataError::kEmpty;
  int error_codeword = 0;  ///< place of the one that was read last when the error showed

  /// ]d1 to ]d6 by FNC1 and ECI (]d7 to ]dC for the rectangular extension); NUL-terminated.
  std::array<char, 4> identifier{};
  Fnc1 fnc1 = Fnc1::kNone;
  Padding padding = Padding::kNone;
  int pad_codewords = 0;
  int macro = 0;  ///< 5 or 6, whose header and trailer then are part of the payload; else 0
  /// Structured append: the symbol's place (from 1) among so many; 0 when it stands alone.
  int append_index = 0;
  int append_count = 0;
  std::array<uint8_t, 2> append_file{};
  size_t eci_count = 0;
  std::array<EciSwitch, kMaxEcis> eci_switches;

  size_t size = 0;
  std::array<char, kMaxBytes> bytes;

  std::string_view identifier_view() const { return {identifier.data()}; }
  /// ECI removed; FNC1 as 0x1D, but left out where the identifier tells of it: as Symbol::payload
  /// has it.
  std::string_view payload() const { return {bytes.data(), size}; }
  std::span<const EciSwitch> ecis() const { return std::span(eci_switches).first(eci_count); }
};

/// Decodes the data codewords of a symbol. Never reads beyond them, whatever they are.
/// Returns: message.error == DataError::kNone. After an error only `error` and `error_codeword`
/// have a meaning.
/// Thread: any; no allocation.
bool DecodeData(std::span<const uint8_t> codewords, bool extension, Message& message);

}  // namespace veriline::symbology::datamatrix
