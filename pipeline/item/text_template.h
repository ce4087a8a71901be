// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/item/month_names.h"
#include "vision/core/result.h"
#include "vision/gs1/element_string.h"

namespace veriline::item {

/// What a line of text can be filled with: what the identity code says, and where that says nothing
/// of it, what was issued with it. Borrows everything.
struct TextValues {
  std::string_view code;                       ///< payload of the identity
  std::span<const gs1::Element> elements;      ///< of it, when it is an element string
  std::string_view gtin, lot, expiry, market;  ///< issued (AI 01, 10, 17, 4307); empty: not stated

  /// The value of that AI; empty when neither says it.
  std::string_view Of(std::string_view ai) const;
};

/// A printed line as the recipe writes it down: fixed words, and fields in braces.
///
///     EXP {17:MM.YYYY}         12.2027
///     {10}                     the lot, as it is
///     (21) {21}                the serial number behind fixed words
///     {17:DD MMM YYYY:de}      31 DEZ 2027
///     {21:1-10}  {21:11-}      the first ten characters, and on another line the others
///     {code}                   the whole payload, for codes that are not GS1
///
/// A field is an application identifier (AI) or `code`. Behind a colon stands for the dates of AI
/// 11, 12, 13, 15, 16, 17 (and the date of 7003 and 7006) their form: YYYY, YY, MM, DD, MMM (name
/// of the month in capitals), Mmm (with one capital), and between them spaces and . , - /
/// Behind a second colon stands the language of the names (en when left out), or the twelve names
/// separated by commas. For any other field there may stand which of its characters are printed,
/// counted from 1; of a field that ends before them nothing is. \{ \} and \\ stand for themselves.
///
/// Day 00: a code whose date has day 00 means the last day of the month (GS1 General
/// Specifications 3.4.2 to 3.4.7), so DD gives that day. What stands in square brackets
/// within a form is left out instead: {17:[DD.]MM.YYYY} gives 12.2027 or 15.12.2027.
/// Years: two digits mean the year from 49 before to 50 after the present one (7.12).
///
/// A value; immutable once parsed. Thread: any.
class TextTemplate {
 public:
  TextTemplate() = default;
  /// `current_year`: the one that two-digit years are near to.
  /// Errors: what is wrong, `column` counted from 1 within `source`, with advice.
  static Checked<TextTemplate> Parse(std::string_view source, int current_year);

  const std::string& source() const { return source_; }
  /// The text that must be printed, in `out`; empty when the fields have nothing for this line.
  /// Returns the AI ("code" never) whose value is not there or is no date; then `out` says nothing.
  /// Cost: no allocation once `out` has grown.
  std::optional<gs1::Ai> Expand(const TextValues& values, std::string* out) const;
  /// Every character that comes from the template itself, names of months too; none twice.
  std::string FixedCharacters() const;
  /// Bytes of the longest text that it can give; 0 when `code` has no limit.
  size_t most_bytes() const { return most_bytes_; }
  /// Whether a value that the identity may lack is printed.
  bool Needs(std::string_view ai) const;

 private:
  enum class Kind : uint8_t {
    kText,
    kValue,      ///< characters [first, last] of a field
    kYear,       ///< four digits
    kShortYear,  ///< two
    kMonth,
    kMonthName,
    kDay,
  };
  struct Part {
    Kind kind = Kind::kText;
    bool with_day = false;  ///< left out when the day is not told
    gs1::Ai ai;             ///< empty: the code
    uint16_t first = 0;     ///< kValue, from 0
    uint16_t last = UINT16_MAX;
    uint16_t names = 0;  ///< kMonthName: index of names_
    std::string text;    ///< kText
  };
  class Parser;

  std::string source_;
  std::vector<Part> parts_;
  std::vector<MonthNames> names_;
  int current_year_ = 2000;
  size_t most_bytes_ = 0;
};

/// The year that two digits mean in `current_year`. Source: GS1 General Specifications 7.12.
int YearOf(int two_digits, int current_year);

}  // namespace veriline::item
