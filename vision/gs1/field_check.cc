// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/field_check.h"

#include <algorithm>
#include <array>

#include "vision/gs1/check_digit.h"
#include "vision/gs1/country.h"

namespace veriline::gs1 {
namespace {

/// The number that one to four digits say.
int Number(std::string_view digits) {
  int value = 0;
  for (char c : digits) value = value * 10 + (c - '0');
  return value;
}

int DaysInMonth(int month, bool leap_year) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[static_cast<size_t>(month - 1)] + (month == 2 && leap_year ? 1 : 0);
}

bool IsMonthAndDay(std::string_view mmdd, bool leap_year, bool day_00) {
  const int month = Number(mmdd.substr(0, 2));
  const int day = Number(mmdd.substr(2, 2));
  if (month < 1 || month > 12) return false;
  return (day >= 1 || day_00) && day <= DaysInMonth(month, leap_year);
}

bool IsFullDate(std::string_view yyyymmdd) {
  const int year = Number(yyyymmdd.substr(0, 4));
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return year > 0 && IsMonthAndDay(yyyymmdd.substr(4), leap, /*day_00=*/false);
}

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool IsPercentEncoded(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    if (i + 2 >= text.size() || !IsHexDigit(text[i + 1]) || !IsHexDigit(text[i + 2])) return false;
    i += 2;
  }
  return true;
}

/// ISO 13616: country letters and check digits moved to the end, letters as 10-35, modulo 97 = 1.
bool IsIban(std::string_view iban) {
  if (iban.size() < 5 || !IsCountryAlpha2(iban.substr(0, 2))) return false;
  int remainder = 0;
  for (size_t i = 0; i < iban.size(); ++i) {
    const char c = iban[(i + 4) % iban.size()];
    if (c >= '0' && c <= '9') {
      remainder = (remainder * 10 + (c - '0')) % 97;
    } else if (c >= 'A' && c <= 'Z') {
      remainder = (remainder * 100 + (c - 'A' + 10)) % 97;
    } else {
      return false;
    }
  }
  return remainder == 1;
}

using Fault = std::optional<FieldFault>;

Fault Unless(bool valid, ErrorKind kind, const char* text) {
  if (valid) return std::nullopt;
  return FieldFault{kind, 0, text};
}

Fault CheckKeyPrefix(std::string_view value) {
  constexpr size_t kShortestCompanyPrefix = 4;
  const auto letter = std::find_if(value.begin(), value.end(),
                                   [](char c) { return !InCharset(c, Charset::kDigits); });
  const auto digits = static_cast<size_t>(letter - value.begin());
  if (digits >= kShortestCompanyPrefix) return std::nullopt;
  return FieldFault{digits == value.size() ? ErrorKind::kTooShort : ErrorKind::kBadCharacter,
                    digits, "must start with a GS1 Company Prefix of at least four digits"};
}

Fault CheckRule(Rule rule, std::string_view value) {
  using enum ErrorKind;
  switch (rule) {
    case Rule::kNone:
      return std::nullopt;
    case Rule::kCheckDigit:
      return Unless(HasValidCheckDigit(value), kBadCheckDigit, "has a wrong check digit");
    case Rule::kCheckPair:
      if (Fault fault = CheckKeyPrefix(value)) return fault;
      return Unless(HasValidCheckPair(value), kBadCheckDigit, "has wrong check characters");
    case Rule::kKeyPrefix:
      return CheckKeyPrefix(value);
    case Rule::kDate:
      return Unless(IsDate(value, false), kBadDate, "is not a date YYMMDD");
    case Rule::kDateOrMonth:
      return Unless(IsDate(value, true), kBadDate, "is not a date YYMMDD (day 00 allowed)");
    case Rule::kFullDate:
      return Unless(IsFullDate(value), kBadDate, "is not a date YYYYMMDD");
    case Rule::kHour:
      return Unless(Number(value) < 24, kBadDate, "has an hour past 23");
    case Rule::kHourMinute:
      return Unless(Number(value.substr(0, 2)) < 24 && Number(value.substr(2)) < 60, kBadDate,
                    "is not a time of day HHMM");
    case Rule::kSexagesimal:
      return Unless(Number(value) < 60, kBadDate, "has a minute or second past 59");
    case Rule::kCountry:
      return Unless(IsCountryNumeric(value), kBadValue, "is not an ISO 3166-1 country number");
    case Rule::kCountryOrMany:
      return Unless(value == "999" || IsCountryNumeric(value), kBadValue,
                    "is neither an ISO 3166-1 country number nor 999");
    case Rule::kCountryAlpha2:
      return Unless(IsCountryAlpha2(value), kBadValue, "is not an ISO 3166-1 alpha-2 country code");
    case Rule::kYesNo:
      return Unless(value == "0" || value == "1", kBadValue, "is neither 0 (no) nor 1 (yes)");
    case Rule::kNonzero:
      return Unless(value.find_first_not_of('0') != value.npos, kBadValue, "must not be zero");
    case Rule::kZero:
      return Unless(value == "0", kBadValue, "must start with the digit 0");
    case Rule::kNoLeadingZero:
      return Unless(value == "0" || value.front() != '0', kBadValue, "must not start with a zero");
    case Rule::kPieceOfTotal: {
      const int piece = Number(value.substr(0, 2));
      const int total = Number(value.substr(2));
      return Unless(piece >= 1 && piece <= total, kBadValue,
                    "has a piece number outside the total");
    }
    case Rule::kWinding:
      return Unless(value == "0" || value == "1" || value == "9", kBadValue,
                    "has a winding direction other than 0, 1 or 9");
    case Rule::kSex:
      return Unless(std::string_view("0129").find(value.front()) != std::string_view::npos,
                    kBadValue, "is not a code of ISO/IEC 5218 (0, 1, 2, 9)");
    case Rule::kMediaType: {
      const int type = Number(value);
      return Unless((type >= 1 && type <= 10) || type >= 80, kBadValue,
                    "is not an AIDC media type (01-10, 80-99)");
    }
    case Rule::kMinusSign:
      return Unless(value == "-", kBadValue, "must end in a digit or a minus sign");
    case Rule::kPositionSlash:
      return Unless(value[0] >= '1' && value[0] <= '9' && value[1] == '/' && value[2] >= value[0] &&
                        value[2] <= '9',
                    kBadValue, "is not a position in a sequence like 1/3");
    case Rule::kLatitude:
      return Unless(value <= "1800000000", kBadValue, "has a latitude past 90 degrees");
    case Rule::kLongitude:
      return Unless(value <= "3600000000", kBadValue, "has a longitude past 360 degrees");
    case Rule::kPercentEncoded:
      return Unless(IsPercentEncoded(value), kBadValue,
                    "has a % without two hexadecimal digits behind it");
    case Rule::kIban:
      return Unless(IsIban(value), kBadCheckDigit, "is not an IBAN with valid check digits");
  }
  return std::nullopt;
}

}  // namespace

bool IsDate(std::string_view yymmdd, bool day_00) {
  if (yymmdd.size() != 6 || !IsDigits(yymmdd)) return false;
  return IsMonthAndDay(yymmdd.substr(2), Number(yymmdd.substr(0, 2)) % 4 == 0, day_00);
}

std::optional<FieldFault> CheckField(const AiInfo& info, std::string_view value) {
  if (value.size() < info.min_size()) {
    return FieldFault{ErrorKind::kTooShort, value.size(), "ends too early"};
  }
  if (value.size() > info.max_size()) {
    return FieldFault{ErrorKind::kTooLong, info.max_size(), "is longer than its field may be"};
  }
  size_t at = 0;
  for (const Part& part : info.parts) {
    if (at == value.size()) break;  // only optional parts are left: the least length is there
    const std::string_view text = value.substr(at, part.max);
    if (text.size() < part.min) {
      return FieldFault{ErrorKind::kTooShort, value.size(), "ends within one of its parts"};
    }
    for (size_t i = 0; i < text.size(); ++i) {
      if (!InCharset(text[i], part.charset)) {
        return FieldFault{ErrorKind::kBadCharacter, at + i,
                          part.charset == Charset::kDigits
                              ? "has a character that is not a digit"
                              : "has a character that its field may not hold"};
      }
    }
    if (Fault fault = CheckRule(part.rule, text)) {
      fault->offset += at;
      return fault;
    }
    at += text.size();
  }
  return std::nullopt;
}

}  // namespace veriline::gs1
