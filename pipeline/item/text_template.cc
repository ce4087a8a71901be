// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/text_template.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "pipeline/item/month_names.h"
#include "vision/gs1/ai_table.h"
#include "vision/gs1/check_digit.h"

namespace veriline::item {
namespace {

constexpr size_t kDateDigits = 6;

/// AIs that are, or begin with, YYMMDD.
bool IsDateAi(std::string_view ai) {
  constexpr std::array<std::string_view, 8> kDates = {"11", "12", "13",   "15",
                                                      "16", "17", "7003", "7006"};
  return std::ranges::find(kDates, ai) != kDates.end();
}

int TwoDigits(std::string_view text) { return (text[0] - '0') * 10 + (text[1] - '0'); }

void AppendDigits(int number, int digits, std::string* out) {
  for (int unit = digits == 4 ? 1000 : 10; unit > 0; unit /= 10) {
    *out += static_cast<char>('0' + number / unit % 10);
  }
}

int LastDayOf(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[static_cast<size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

}  // namespace

int YearOf(int two_digits, int current_year) {
  const int century = current_year - current_year % 100;
  const int ahead = two_digits - current_year % 100;
  if (ahead >= 51) return century - 100 + two_digits;
  if (ahead <= -50) return century + 100 + two_digits;
  return century + two_digits;
}

std::string_view TextValues::Of(std::string_view ai) const {
  const auto said =
      std::ranges::find_if(elements, [&](const gs1::Element& e) { return e.ai == ai; });
  if (said != elements.end()) return said->value;
  if (ai == "01") return gtin;
  if (ai == "10") return lot;
  if (ai == "17") return expiry;
  return ai == "4307" ? market : std::string_view();
}

/// One pass over the source; the first error ends it.
class TextTemplate::Parser {
 public:
  Parser(std::string_view source, TextTemplate* out) : source_(source), out_(*out) {}

  std::optional<Diagnostic> Run() {
    std::string text;
    while (!error_ && at_ < source_.size()) {
      const char c = source_[at_];
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
        Refuse(at_, "a control character cannot be printed",
               "give each line a template of its own");
      } else if (c == '\\') {
        const char next = at_ + 1 < source_.size() ? source_[at_ + 1] : '\0';
        if (next != '{' && next != '}' && next != '\\') {
          Refuse(at_, "a backslash stands before {, } or another backslash only",
                 "write \\\\ for a backslash that is printed");
        }
        text += next;
        at_ += 2;
      } else if (c == '}') {
        Refuse(at_, "} closes no field", "write \\} for a brace that is printed");
      } else if (c == '{') {
        AddText(&text);
        Field();
      } else {
        text += c;
        ++at_;
      }
    }
    AddText(&text);
    if (!error_ && out_.parts_.empty()) {
      Refuse(0, "the template is empty", "fixed words and fields, as in \"EXP {17:MM.YYYY}\"");
    }
    if (unlimited_) out_.most_bytes_ = 0;
    return error_;
  }

 private:
  void Refuse(size_t at, std::string message, std::string advice) {
    if (error_) return;
    error_ = Diagnostic{.message = std::move(message),
                        .column = static_cast<int>(at) + 1,
                        .advice = std::move(advice)};
  }

  /// `ai`: the date that text within brackets belongs to.
  void AddText(std::string* text, bool with_day = false, gs1::Ai ai = {}) {
    if (text->empty()) return;
    out_.most_bytes_ += text->size();
    out_.parts_.push_back(
        {.kind = Kind::kText, .with_day = with_day, .ai = ai, .text = std::move(*text)});
    text->clear();
  }

  /// `at_` stands on the opening brace and comes to stand behind the closing one.
  void Field() {
    const size_t begin = at_ + 1;
    const size_t end = source_.find('}', begin);
    if (end == source_.npos || source_.substr(begin, end - begin).find('{') != source_.npos) {
      return Refuse(at_, "the field is not closed", "write } behind it, or \\{ for a brace");
    }
    at_ = end + 1;
    const std::string_view field = source_.substr(begin, end - begin);
    const size_t colon = std::min(field.find(':'), field.size());
    const std::string_view name = field.substr(0, colon);
    const gs1::AiInfo* info = nullptr;
    if (name != "code") {
      info = gs1::IsDigits(name) ? gs1::FindAi(name) : nullptr;
      if (info == nullptr || static_cast<size_t>(info->digits) != name.size()) {
        return Refuse(begin,
                      name.empty() ? "the field has no name"
                                   : std::string(name) + " is no application identifier",
                      "an AI as in {21}, or {code} for the whole code");
      }
    }
    const gs1::Ai ai = info == nullptr ? gs1::Ai() : gs1::Ai(name);
    if (colon == field.size()) return Value(ai, info, 0, UINT16_MAX);
    const std::string_view form = field.substr(colon + 1);
    const size_t form_at = begin + colon + 1;
    if (!form.empty() && std::isdigit(static_cast<unsigned char>(form[0])) != 0) {
      return Slice(ai, info, form, form_at);
    }
    if (info == nullptr || !IsDateAi(name)) {
      return Refuse(form_at,
                    (info == nullptr ? "the code" : "AI " + std::string(name)) +
                        " is no date, and \"" + std::string(form) + "\" no range of characters",
                    "characters are counted from 1, as in {21:1-10} or {21:11-}");
    }
    Date(ai, form, form_at);
  }

  void Value(gs1::Ai ai, const gs1::AiInfo* info, uint16_t first, uint16_t last) {
    const size_t room = size_t{last} - first + 1;
    const size_t size = info == nullptr ? SIZE_MAX : info->max_size();
    unlimited_ = unlimited_ || (info == nullptr && last == UINT16_MAX);
    if (size > first) out_.most_bytes_ += std::min(room, size - first);
    out_.parts_.push_back({.kind = Kind::kValue, .ai = ai, .first = first, .last = last});
  }

  void Slice(gs1::Ai ai, const gs1::AiInfo* info, std::string_view range, size_t at) {
    constexpr int kMost = 8192;
    const char* const end = range.data() + range.size();
    int first = 0;
    int last = kMost;
    auto read = std::from_chars(range.data(), end, first);
    bool right = read.ec == std::errc() && read.ptr != end && *read.ptr == '-';
    if (right && read.ptr + 1 != end) {
      read = std::from_chars(read.ptr + 1, end, last);
      right = read.ec == std::errc() && read.ptr == end;
    }
    if (!right || first < 1 || last < first || last > kMost) {
      return Refuse(at, "\"" + std::string(range) + "\" is no range of characters",
                    "from and to, counted from 1: {21:1-10}, or to the end: {21:11-}");
    }
    if (info != nullptr && static_cast<size_t>(first) > info->max_size()) {
      return Refuse(at,
                    "AI " + std::string(ai.view()) + " has at most " +
                        std::to_string(info->max_size()) + " characters",
                    "a range that begins within them");
    }
    Value(ai, info, static_cast<uint16_t>(first - 1),
          last == kMost ? UINT16_MAX : static_cast<uint16_t>(last - 1));
  }

  void Date(gs1::Ai ai, std::string_view form, size_t at) {
    const size_t colon = form.find(':');
    const std::string_view names = colon == form.npos ? "en" : form.substr(colon + 1);
    std::optional<uint16_t> capitals, words;  // indices of names_
    if (colon != form.npos) {
      if (!CheckNames(names, at + colon + 1)) return;
      form = form.substr(0, colon);
    }
    std::string between;
    bool bracket = false;
    bool any = false;
    for (size_t i = 0; i < form.size() && !error_;) {
      const size_t run = std::min(form.find_first_not_of(form[i], i), form.size()) - i;
      const std::string_view rest = form.substr(i);
      const auto add = [&](Kind kind, size_t bytes, uint16_t index = 0) {
        AddText(&between, bracket, ai);
        out_.most_bytes_ += bytes;
        out_.parts_.push_back({.kind = kind, .with_day = bracket, .ai = ai, .names = index});
        any = true;
      };
      if (form[i] == 'Y' && (run == 4 || run == 2)) {
        add(run == 4 ? Kind::kYear : Kind::kShortYear, run);
        i += run;
      } else if (form[i] == 'D' && run == 2) {
        add(Kind::kDay, run);
        i += run;
      } else if (rest.starts_with("Mmm") || (form[i] == 'M' && run == 3)) {
        const bool upper = run == 3;
        auto& index = upper ? capitals : words;
        if (!index) index = AddNames(names, upper);
        size_t longest = 0;
        for (const std::string& name : out_.names_[*index])
          longest = std::max(longest, name.size());
        add(Kind::kMonthName, longest, *index);
        i += 3;
      } else if (form[i] == 'M' && run == 2) {
        add(Kind::kMonth, run);
        i += run;
      } else if (form[i] == '[' || form[i] == ']') {
        if (bracket == (form[i] == '[')) {
          Refuse(at + i, "brackets do not belong together", "as in [DD.]MM.YYYY");
        }
        AddText(&between, bracket, ai);
        bracket = !bracket;
        ++i;
      } else if (std::string_view(" .,-/").find(form[i]) != std::string_view::npos) {
        between += form[i++];
      } else {
        Refuse(at + i, "\"" + std::string(rest) + "\" begins with no part of a date",
               "YYYY, YY, MM, DD, MMM or Mmm, with spaces . , - / between them");
      }
    }
    AddText(&between, bracket, ai);
    if (bracket) Refuse(at + form.size(), "a bracket is not closed", "as in [DD.]MM.YYYY");
    if (!any) Refuse(at, "the form of the date is empty", "as in {17:MM.YYYY}");
  }

  bool CheckNames(std::string_view names, size_t at) {
    const auto commas = std::ranges::count(names, ',');
    if (commas == 0 ? IsMonthLanguage(names) : MonthNamesOf(names, true).has_value()) return true;
    Refuse(at,
           commas > 0 ? "there are not twelve names of months"
                      : "the names of months in \"" + std::string(names) + "\" are not known",
           MonthLanguages() + " or the twelve names, separated by commas");
    return false;
  }

  uint16_t AddNames(std::string_view names, bool capitals) {
    out_.names_.push_back(*MonthNamesOf(names, capitals));
    return static_cast<uint16_t>(out_.names_.size() - 1);
  }

  const std::string_view source_;
  TextTemplate& out_;
  size_t at_ = 0;
  bool unlimited_ = false;
  std::optional<Diagnostic> error_;
};

Checked<TextTemplate> TextTemplate::Parse(std::string_view source, int current_year) {
  TextTemplate result;
  result.source_ = source;
  result.current_year_ = current_year;
  if (auto error = Parser(source, &result).Run()) return Fail(std::move(*error));
  return result;
}

std::optional<gs1::Ai> TextTemplate::Expand(const TextValues& values, std::string* out) const {
  out->clear();
  for (const Part& part : parts_) {
    if (part.kind == Kind::kText && !part.with_day) {
      *out += part.text;
      continue;
    }
    if (part.kind == Kind::kValue) {
      const std::string_view value =
          part.ai.view().empty() ? values.code : values.Of(part.ai.view());
      if (value.empty()) return part.ai;
      if (part.first < value.size()) {
        *out += value.substr(part.first, size_t{part.last} - part.first + 1);
      }
      continue;
    }
    const gs1::Ai ai = part.ai;
    const std::string_view date = values.Of(ai.view()).substr(0, kDateDigits);
    if (date.size() != kDateDigits || !gs1::IsDate(date, /*day_00=*/true)) return ai;
    const int day = TwoDigits(date.substr(4));
    if (part.with_day && day == 0) continue;
    const int month = TwoDigits(date.substr(2));
    const int year = YearOf(TwoDigits(date), current_year_);
    switch (part.kind) {
      case Kind::kText:
        *out += part.text;
        break;
      case Kind::kYear:
        AppendDigits(year, 4, out);
        break;
      case Kind::kShortYear:
        AppendDigits(year, 2, out);
        break;
      case Kind::kMonth:
        AppendDigits(month, 2, out);
        break;
      case Kind::kMonthName:
        *out += names_[part.names][static_cast<size_t>(month - 1)];
        break;
      case Kind::kDay:
        AppendDigits(day == 0 ? LastDayOf(year, month) : day, 2, out);
        break;
      case Kind::kValue:
        break;
    }
  }
  return std::nullopt;
}

std::string TextTemplate::FixedCharacters() const {
  std::string all;
  for (const Part& part : parts_) all += part.text;
  for (const auto& names : names_) {
    for (const std::string& name : names) all += name;
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

bool TextTemplate::Needs(std::string_view ai) const {
  return std::ranges::any_of(
      parts_, [&](const Part& part) { return part.kind != Kind::kText && part.ai == ai; });
}

}  // namespace veriline::item
