// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace veriline::linesim {

/// Which list a code belongs to.
enum class CodeList : uint8_t {
  kIssued,        ///< the batch
  kIssuedSecond,  ///< the batch: the second code of an item with two
  kOther,         ///< the other batch
  kUnlisted,      ///< no batch
};

/// How much stands in the symbol; from it follow its 18 to 26 modules.
enum class CodeFormat : uint8_t {
  kShort,     ///< 01, 21 of 8 digits: 18 modules
  kExpiry,    ///< 01, 17, 21 of 10 digits: 20
  kLot,       ///< 01, 17, 10, 21 of 12 digits: 22
  kLong,      ///< 01, 17, 10, 21 of 14 letters and digits: 24
  kVeryLong,  ///< 01, 17, 10, 21 of 20 letters of both cases and digits: 26
  kLabel,     ///< 01, 17, 10, 21 of 8 digits, those of kShort
};
inline constexpr int kCodeFormatCount = 5;  ///< without kLabel

/// The GS1 element string of code (list, item): AI 01, [17, [10, GS,]] 21, without a leading FNC1.
/// Distinct (list, item) have distinct AI 01 + AI 21; the GTIN is one of the GS1 prefix 952, which
/// is reserved for demonstrations. Requires item < 10 000 000.
std::string MakeCode(uint64_t seed, CodeList list, uint64_t item, CodeFormat format);

inline constexpr int kPlainCodeSizes = 4;
/// Code (list, item) as plain text of 22 to 38 digits and letters; as Data Matrix it has
/// 16 + 2 × `size` modules, size 0 to 3. Requires item < 10 000 000.
std::string MakePlainCode(uint64_t seed, CodeList list, uint64_t item, int size);
/// The number of a label of that lane and feed: 8 digits, counted up from feed to feed. Requires
/// lane < 5, feed < 10 000 000.
std::string MakeNumber(uint64_t seed, int lane, uint64_t feed);
/// The GTIN-14 of the product that all codes of the world are of, and another one.
std::string MakeGtin(uint64_t seed);
std::string MakeOtherGtin(uint64_t seed);

/// The same code with the separator behind AI 10 lost: AI 10 runs over its 20 characters.
std::string MakeCodeWithoutSeparator(uint64_t seed, uint64_t item);
/// A code whose AI 21 has 22 to 24 characters; AI 21 may have 20.
std::string MakeCodeWithLongSerial(uint64_t seed, uint64_t item);

}  // namespace veriline::linesim
