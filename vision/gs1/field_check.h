// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "vision/gs1/ai_table.h"

namespace veriline::gs1 {

/// What can be wrong with an element string. Numbers are stable (stored and streamed).
enum class ErrorKind : uint8_t {
  kEmpty = 1,             ///< nothing there
  kUnknownAi = 2,         ///< no assigned application identifier where one must start
  kTooShort = 3,          ///< the field ends before its (least) length
  kTooLong = 4,           ///< the field goes on past its (greatest) length
  kBadCharacter = 5,      ///< a character outside the character set of the field
  kBadCheckDigit = 6,     ///< check digit or check characters do not match
  kBadDate = 7,           ///< not a date or not a time
  kBadValue = 8,          ///< characters right, value not allowed (country, yes/no, ...)
  kMissingSeparator = 9,  ///< past its length the field goes on with what reads as further AIs
  kSuperfluousSeparator = 10,
  kDuplicateAi = 11,          ///< an AI twice; an error when the values differ
  kMissingAssociation = 12,   ///< an AI without one that must stand beside it
  kExcludedAssociation = 13,  ///< an AI beside one that must not stand beside it
  kBadBracket = 14,           ///< bracketed text only: no opening bracket, or no end of an escape
};

/// What is wrong with the content of one field.
struct FieldFault {
  ErrorKind kind = ErrorKind::kBadValue;
  size_t offset = 0;      ///< of the part (or character) at fault, in bytes from the field's start
  const char* text = "";  ///< static
};

/// Checks the content of a field (without its AI) by length, characters and rules, in this order.
/// Returns the first fault; nothing when the content is valid.
/// Thread: any. Cost: linear, no allocation.
std::optional<FieldFault> CheckField(const AiInfo& info, std::string_view value);

/// Whether the text is a date YYMMDD; with `day_00`, "00" may stand for a day that is not told.
/// Every year divisible by four is a leap year: the two digits mean a year from 49 before to 50
/// after the current one, so 00 is 2000 (Source: General Specifications 7.12).
bool IsDate(std::string_view yymmdd, bool day_00);

}  // namespace veriline::gs1
