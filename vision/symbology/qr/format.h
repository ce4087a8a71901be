// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "vision/symbology/qr/layout.h"

namespace veriline::symbology::qr {

// Format information (ISO/IEC 18004 clause 7.9: level and mask, in Micro QR the version too) and
// version information (clause 7.10: versions 7 to 40). Bit 0 is the least significant one. All
// functions are pure. Thread: any; no allocation.

inline constexpr int kFormatBits = 15;
inline constexpr int kVersionBits = 18;
/// Wrong bits of one copy up to which its nearest word is the only one so near.
inline constexpr int kMaxWrongBits = 3;

/// What format information says.
struct Format {
  Level level = Level::kM;
  uint8_t mask = 0;
  uint8_t micro_version = 0;  ///< 0: not Micro QR
  friend constexpr bool operator==(Format, Format) = default;
};

/// Copies of the format information: 2; in Micro QR 1.
constexpr int FormatCopies(Version version) { return version.micro ? 1 : 2; }
constexpr bool HasVersionInformation(Version version) {
  return !version.micro && version.number >= 7;
}

/// Where a bit lies. Copy 0 of the format information is at the top left, copy 1 at the other two
/// finder patterns; of the version information copy 0 is at the top right, copy 1 at bottom left.
Module FormatModule(Version version, int copy, int bit);
Module VersionModule(Version version, int copy, int bit);

/// The word as it is printed (XOR 0x5412, in Micro QR 0x4445).
/// Requires: BlocksOf the version and level that `format` names exists, and its mask.
uint16_t FormatWord(Format format);
/// Requires: 7 <= number <= 40.
uint32_t VersionWord(int number);

/// What was read of format information.
struct FormatReading {
  bool ok = false;
  Format format;
  int copies = 0;
  std::array<uint16_t, 2> words{};           ///< as printed
  std::array<int8_t, 2> wrong_bits{-1, -1};  ///< of each copy, from the word of `format`
};

/// Decides for the word that the copy with fewer wrong bits is nearest to, if these are at most
/// kMaxWrongBits (a copy that is torn off or lies in glare has no say). Where two copies have as
/// few and mean different words, the one whose word the other copy is nearer to; in a draw neither.
/// Where both have more, the word with the fewest in both together, if these are at most twice as
/// many and no other word has as few.
FormatReading DecodeFormat(std::span<const uint16_t> words, bool micro);
/// The same from the modules of a symbol (size × size, 1 = dark).
FormatReading ReadFormat(std::span<const uint8_t> dark, Version version);

/// What was read of version information.
struct VersionReading {
  bool ok = false;
  uint8_t number = 0;
  int copies = 0;
  std::array<uint32_t, 2> words{};
  std::array<int8_t, 2> wrong_bits{-1, -1};
};

/// As DecodeFormat, for version information.
VersionReading DecodeVersion(std::span<const uint32_t> words);
/// Requires: HasVersionInformation(version).
VersionReading ReadVersion(std::span<const uint8_t> dark, Version version);

}  // namespace veriline::symbology::qr
