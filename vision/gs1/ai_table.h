// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace veriline::gs1 {

/// Character sets of the GS1 General Specifications: digits ("N"); figure 7.11-1 (82 characters,
/// "X"); 7.11-2 (39 characters, "Y"); 7.11-3 (file-safe, URL-safe base 64, "Z").
enum class Charset : uint8_t { kDigits, kSet82, kSet39, kSet64 };

/// What the content of one part of a field must be beyond its characters.
enum class Rule : uint8_t {
  kNone,
  kCheckDigit,      ///< ends in its check digit
  kCheckPair,       ///< starts with a company prefix and ends in two check characters (GMN)
  kKeyPrefix,       ///< starts with a GS1 Company Prefix: at least four digits
  kDate,            ///< YYMMDD
  kDateOrMonth,     ///< YYMMDD, day 00 when only the month matters
  kFullDate,        ///< YYYYMMDD
  kHour,            ///< 00-23
  kHourMinute,      ///< 0000-2359
  kSexagesimal,     ///< 00-59
  kCountry,         ///< ISO 3166-1 numeric
  kCountryOrMany,   ///< ISO 3166-1 numeric or 999
  kCountryAlpha2,   ///< ISO 3166-1 alpha-2
  kYesNo,           ///< 0 or 1
  kNonzero,         ///< not all zeros
  kZero,            ///< the digit 0
  kNoLeadingZero,   ///< 0 alone or no zero in front
  kPieceOfTotal,    ///< two digits of at least 01, and two not below them
  kWinding,         ///< 0, 1 or 9
  kSex,             ///< ISO/IEC 5218: 0, 1, 2, 9
  kMediaType,       ///< 01-10 or 80-99
  kMinusSign,       ///< a hyphen for a negative temperature
  kPositionSlash,   ///< "n/m" with 1 <= n <= m
  kLatitude,        ///< up to 1800000000: (degrees + 90) * 10^7
  kLongitude,       ///< up to 3600000000
  kPercentEncoded,  ///< every % has two hexadecimal digits behind it
  kIban,            ///< ISO 13616 modulo 97
};

/// One part of a field: its characters, how many, and what they must say.
struct Part {
  Charset charset = Charset::kDigits;
  uint8_t min = 0;
  uint8_t max = 0;
  Rule rule = Rule::kNone;
  bool optional = false;
};

/// What the General Specifications say of an application identifier (AI), or of a family of them
/// that differ in nothing but their last digits. Lives for ever.
struct AiInfo {
  static constexpr size_t kMaxParts = 5;

  int digits = 0;  ///< how many digits the AI has: 2, 3 or 4
  int first = 0;   ///< the first and the last AI of the family, as numbers; within it the last
  int last = 0;    ///< digit runs from that of the first to that of the last
  std::array<Part, kMaxParts> parts{};
  /// AIs that must stand beside it: every ';'-separated clause must hold, a clause holds when one
  /// of its ','-separated alternatives does, an alternative when all of its '+'-joined AIs are
  /// there. 'n' stands for any digit. Source: General Specifications 4.14.2.
  const char* needs = "";
  /// AIs that must not stand beside it, ','-separated. Source: General Specifications 4.14.1.
  const char* excludes = "";
  /// At most one AI with the same first three digits may be there (e.g. 3102 beside 3103).
  bool alone_in_family = false;

  size_t min_size() const;
  size_t max_size() const;
  /// Whether the length is one of those that scanners know by the first two digits of the AI, so
  /// that no separator is needed behind the field. Source: figure 7.8.5-2.
  bool predefined_length() const;
};

/// The entry of the AI that `text` starts with; nothing when it starts with none.
/// Thread: any. Cost: one table look-up, no allocation.
const AiInfo* FindAi(std::string_view text);

/// Whether the character belongs to the set.
bool InCharset(char c, Charset charset);

}  // namespace veriline::gs1
