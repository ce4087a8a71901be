// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace veriline::symbology::qr {

/// Error correction level; `kDetection` is that of Micro QR M1, which corrects nothing.
enum class Level : uint8_t { kL, kM, kQ, kH, kDetection };

/// QR Code model 2, versions 1 to 40, and Micro QR M1 to M4.
struct Version {
  uint8_t number = 0;
  bool micro = false;

  constexpr bool IsValid() const { return number >= 1 && number <= (micro ? 4 : 40); }
  /// Modules a side, without quiet zone.
  constexpr int Size() const { return micro ? 9 + 2 * number : 17 + 4 * number; }
  /// The version of that many modules a side; nothing when there is none.
  static constexpr std::optional<Version> OfSize(int size) {
    const bool micro = size <= 17;
    if (size < 11 || size > 177 || (micro ? size % 2 != 1 : size % 4 != 1 || size < 21)) {
      return std::nullopt;
    }
    return Version{static_cast<uint8_t>(micro ? (size - 9) / 2 : (size - 17) / 4), micro};
  }
  friend constexpr bool operator==(Version, Version) = default;
};

inline constexpr int kMaxSize = 177;
inline constexpr int kMaxModules = kMaxSize * kMaxSize;
inline constexpr int kMaxCodewords = 3706;
inline constexpr int kMaxDataCodewords = 2956;
inline constexpr int kMaxBlocks = 81;

/// A module by its row and column from the corner of the finder pattern that all versions have.
struct Module {
  uint8_t row = 0;
  uint8_t col = 0;
  friend constexpr bool operator==(Module, Module) = default;
};

/// How the codewords of a symbol belong to Reed-Solomon blocks (ISO/IEC 18004 clause 7.5, table 9).
/// Blocks differ by one data codeword at the most; the longer ones come last.
struct BlockStructure {
  int blocks = 0;
  int long_blocks = 0;
  int short_data = 0;  ///< data codewords of a block that is not long
  int check = 0;       ///< check codewords of each block
  int reserve = 0;     ///< p of table 9: check codewords kept for misdecode protection
  int data_bits = 0;   ///< of all blocks; in M1 and M3 the last data codeword has 4 bits

  int short_blocks() const { return blocks - long_blocks; }
  int DataOf(int block) const { return short_data + (block >= short_blocks() ? 1 : 0); }
  int data_codewords() const { return blocks * short_data + long_blocks; }
  int codewords() const { return data_codewords() + blocks * check; }
  /// Errors that a block may have at unknown places.
  int CapacityOfBlock() const { return (check - reserve) / 2; }
  /// The number, in the order in which codewords are placed, of codeword `index` of a block (data
  /// first, then check).
  int PlacedIndex(int block, int index) const;
  struct Place {
    int block = 0;
    int index = 0;
    friend bool operator==(Place, Place) = default;
  };
  /// The inverse of PlacedIndex.
  Place PlaceOf(int placed) const;
};

/// Nothing when the version has no such level. Thread: any.
std::optional<BlockStructure> BlocksOf(Version version, Level level);

/// The rows (and columns) in which centres of alignment patterns lie (annex E); empty for version 1
/// and Micro QR. Where three of the combinations meet a finder pattern there is none.
std::span<const uint8_t> AlignmentCentres(Version version);

/// Parts of the symbol, as bits of a set: an alignment pattern may lie on a timing pattern. The
/// letters are the segments of fixed pattern damage. Separators belong to the finder patterns.
/// Quiet zones lie outside the grid and are not told of here.
enum Segment : uint16_t {
  kA1 = 1 << 0,  ///< finder pattern top left with separator, 8×8
  kA2 = 1 << 1,  ///< top right
  kA3 = 1 << 2,  ///< bottom left
  kB1 = 1 << 3,  ///< horizontal timing pattern, between the separators
  kB2 = 1 << 4,  ///< vertical timing pattern
  kC = 1 << 5,   ///< alignment patterns
  kFormat1 = 1 << 6,
  kFormat2 = 1 << 7,
  kVersion1 = 1 << 8,
  kVersion2 = 1 << 9,
  kDarkModule = 1 << 10,
  kRemainder = 1 << 11,  ///< modules left over behind the last codeword
};
inline constexpr uint16_t kFixedPattern = kA1 | kA2 | kA3 | kB1 | kB2 | kC;

/// Where everything lies in the symbols of one version. Immutable. Modules are numbered
/// row × size + column.
struct Layout {
  static constexpr uint16_t kNoCodeword = 0xFFFF;

  /// The layout, made when first asked for (up to 0.4 MB and a millisecond) and kept for ever.
  /// Requires: BlocksOf(version, level). Thread: any.
  static const Layout& Of(Version version, Level level);

  Version version;
  int size = 0;
  int masks = 0;               ///< 8, or 4 in Micro QR
  int codewords = 0;           ///< data and check, the half one of M1 and M3 included
  int half_codeword = -1;      ///< the codeword that has its upper 4 bits only; -1 = none
  std::vector<uint16_t> bits;  ///< the module of each bit, in the order of placement

  // For each module:
  std::vector<uint16_t> segments;     ///< set of Segment; 0 for modules of codewords
  std::vector<uint8_t> is_dark;       ///< as the fixed pattern wants it; 0 elsewhere
  std::vector<uint16_t> codeword_of;  ///< in the order of placement, or kNoCodeword
  std::vector<uint8_t> bit_of;        ///< of that codeword, 0 = least significant

  /// For each mask: what it adds to each codeword.
  std::array<std::vector<uint8_t>, 8> mask_codewords;

  /// Index into `bits` of the first (most significant) bit of a codeword.
  int FirstBit(int codeword) const {
    return 8 * codeword - (half_codeword >= 0 && codeword > half_codeword ? 4 : 0);
  }
  int BitsOf(int codeword) const { return codeword == half_codeword ? 4 : 8; }

  /// Whether the mask turns the module over (ISO/IEC 18004 tables 10 and 11), were it one of a
  /// codeword. Requires: 0 <= mask < masks.
  bool MaskAt(int mask, Module at) const;
  /// Modules of these segments (of kFixedPattern or kDarkModule) whose colour is wrong.
  int WrongModules(std::span<const uint8_t> dark, uint16_t segments_of_interest) const;
};

}  // namespace veriline::symbology::qr
