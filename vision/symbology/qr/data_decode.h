// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "vision/symbology/qr/layout.h"

namespace veriline::symbology::qr {

/// At which step a symbol was given up; kNone: it was not.
enum class Step : uint8_t {
  kNone,
  kFormat,            ///< format information can not be told, or names another version
  kErrorCorrection,   ///< a block has more errors than its code corrects
  kCorrectionCap,     ///< more codewords were corrected than the caller allows
  kMode,              ///< no such mode in this version, or none is left room for
  kCharacterCount,    ///< a segment is longer than the data
  kNumeric,           ///< digits above 9, 99 or 999
  kAlphanumeric,      ///< a pair of characters above 44 × 45 + 44
  kKanji,             ///< no double byte of Shift_JIS
  kEci,               ///< an ECI designator that can not be
  kFnc1,              ///< FNC1 behind data or a second one, or no such application indicator
  kStructuredAppend,  ///< its header behind other things, or a number above the count
  kTooManySegments,   ///< more changes of interpretation than there is room for
  kEmpty,             ///< not one character
};
/// "format", "error correction", ...
std::string_view Name(Step step);

/// How the payload from `begin` on is to be understood, up to the next such span.
struct TextSpan {
  uint16_t begin = 0;
  int32_t eci = -1;    ///< ECI in force; -1: none was named so far
  bool kanji = false;  ///< in Kanji mode: Shift_JIS whatever the ECI
  friend bool operator==(const TextSpan&, const TextSpan&) = default;
};

/// The symbol is one of several that belong together (ISO/IEC 18004 clause 8).
struct StructuredAppend {
  bool present = false;
  uint8_t index = 0;   ///< of this symbol, from 0
  uint8_t count = 0;   ///< of symbols, 1 to 16
  uint8_t parity = 0;  ///< of the bytes of the whole message
  friend bool operator==(const StructuredAppend&, const StructuredAppend&) = default;
};

enum class Fnc1 : uint8_t { kNone, kFirst, kSecond };

/// Room for what any symbol can hold: 7089 digits in 40-L, and the bytes of an application
/// indicator.
inline constexpr size_t kMaxPayload = 7168;
inline constexpr size_t kMaxSpans = 64;

/// The message of a symbol. Large (9 kB): meant to be kept and filled again.
struct Message {
  Step failed_at = Step::kEmpty;
  std::array<uint8_t, kMaxPayload> payload;  ///< of it `payload_size` bytes are set
  int payload_size = 0;
  std::array<TextSpan, kMaxSpans> spans;  ///< of it `span_count` are set
  int span_count = 0;
  /// ISO/IEC 15424: "]Q1" plain, "]Q3" FNC1 first (GS1), "]Q5" FNC1 second; one more with an ECI.
  std::array<char, 4> identifier{};
  bool has_eci = false;
  Fnc1 fnc1 = Fnc1::kNone;
  StructuredAppend structured_append;

  // What an encoder that keeps to the standard leaves behind the message. Wrong padding is a sign
  // of a false correction (or of a careless encoder).
  bool terminator_in_full = false;  ///< false: no room was left for all of it
  int pad_codewords = 0;            ///< behind the terminator
  int wrong_pad_codewords = 0;      ///< of these
  bool wrong_pad_bits = false;      ///< between terminator and the next codeword

  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(payload.data()), static_cast<size_t>(payload_size)};
  }
  std::string_view identifier_view() const { return {identifier.data()}; }
  std::span<const TextSpan> text_spans() const {
    return {spans.data(), static_cast<size_t>(span_count)};
  }
  bool PaddingIsRight() const { return wrong_pad_codewords == 0 && !wrong_pad_bits; }
};

/// Reads the data bits of a symbol (ISO/IEC 18004 clause 7.4) into `message`, whose conventions are
/// those of Symbol: payload bytes with ECI designators left out, FNC1 between fields as 0x1D and
/// the leading one left out, Kanji as Shift_JIS, the application indicator of FNC1 in second
/// position in front as two digits or a letter. `data` holds `bits` bits, the most significant
/// first. When it fails the payload holds what was read before.
/// Requires: a valid version; bits <= 8 × data.size(), data.size() <= kMaxDataCodewords.
/// Thread: any; no allocation. Returns: message.failed_at.
Step DecodeData(std::span<const uint8_t> data, int bits, Version version, Message& message);

}  // namespace veriline::symbology::qr
