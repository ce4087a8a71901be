// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace veriline::symbology {

// The general purpose data compaction field, which DataBar Expanded (ISO/IEC 24724, 7.2.5.5) and
// the two-dimensional components of composites (ISO/IEC 24723, 5.4) have in common.

inline constexpr char kGs1Separator = 0x1d;  ///< FNC1 between element strings

/// Bits from the most significant one of the first byte on.
class BitReader {
 public:
  BitReader(std::span<const uint8_t> bytes, size_t bits) : bytes_(bytes), size_(bits) {}

  size_t left() const { return size_ - at_; }
  /// The next bits, which are there; at most 31.
  int Peek(size_t count) const;
  int Take(size_t count) {
    const int value = Peek(count);
    at_ += count;
    return value;
  }
  /// Takes the next bits if they are these.
  bool TakeIf(size_t count, int value) {
    if (left() < count || Peek(count) != value) return false;
    at_ += count;
    return true;
  }
  /// Whether all that is left is how a numeric text is padded: a latch to letters and further ones.
  bool IsPadding() const;

 private:
  bool Bit(size_t i) const { return (bytes_[i / 8] >> (7 - i % 8) & 1) != 0; }

  std::span<const uint8_t> bytes_;
  size_t size_ = 0;
  size_t at_ = 0;
};

/// Puts text into memory of another. Whatever puts text tells whether there was room.
class TextWriter {
 public:
  explicit TextWriter(std::span<char> memory) : memory_(memory) {}

  bool Put(char c);
  bool Put(std::string_view text);
  /// With so many digits, leading zeros included.
  bool PutNumber(int value, int digits);
  /// YYMMDD of a date in 16 bits (ISO/IEC 24724, 7.2.5.4.4): ((year * 12) + month - 1) * 32 + day.
  bool PutDate(int date);
  /// Takes away separators at the end.
  void DropSeparators();

  std::string_view view() const { return {memory_.data(), size_}; }

 private:
  std::span<char> memory_;
  size_t size_ = 0;
};

enum class GeneralMode : uint8_t { kNumeric, kAlphanumeric, kIso646 };

/// Decodes the field from `mode` to the end of the bits; FNC1 is put as kGs1Separator, at the end
/// as well. `without_ai`: behind the first FNC1 no AI follows, but its value.
/// Returns: false where it is none, or there is no room for it. Thread: any.
bool DecodeGeneralPurpose(GeneralMode mode, BitReader* bits, TextWriter* out,
                          bool without_ai = false);

}  // namespace veriline::symbology
