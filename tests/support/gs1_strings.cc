// SPDX-License-Identifier: Apache-2.0
#include "tests/support/gs1_strings.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>

namespace veriline::test {
namespace {

/// Formats, blank-separated: n6 six digits, n8- one to eight, x20- one to twenty of the 82
/// characters, x2 two of them, a30- of the 39 characters behind a company prefix, k30- of the 82
/// behind a company prefix, z90- of base 64, g14 fourteen digits with check digit, d day or month,
/// D day, Y day with full year, h hour, t time of day, m minute, c country, y yes or no; ? before a
/// part that may be left out. '!' at the end: no separator is needed behind the field.
struct Format {
  std::string_view ai;
  std::string_view parts;
};

constexpr std::array kFormats = {
    Format{"00", "g18 !"},     Format{"01", "g14 !"},      Format{"02", "g14 !"},
    Format{"10", "x20-"},      Format{"11", "d !"},        Format{"12", "d !"},
    Format{"13", "d !"},       Format{"15", "d !"},        Format{"16", "d !"},
    Format{"17", "d !"},       Format{"20", "n2 !"},       Format{"21", "x20-"},
    Format{"22", "x20-"},      Format{"235", "x28-"},      Format{"240", "x30-"},
    Format{"241", "x30-"},     Format{"242", "n6-"},       Format{"243", "x20-"},
    Format{"250", "x30-"},     Format{"251", "x30-"},      Format{"253", "g13 ?x17-"},
    Format{"254", "x20-"},     Format{"255", "g13 ?n12-"}, Format{"30", "n8-"},
    Format{"3103", "n6 !"},    Format{"3112", "n6 !"},     Format{"3165", "n6 !"},
    Format{"3202", "n6 !"},    Format{"3301", "n6 !"},     Format{"3370", "n6 !"},
    Format{"3494", "n6 !"},    Format{"3573", "n6 !"},     Format{"3695", "n6 !"},
    Format{"37", "n8-"},       Format{"3909", "n15-"},     Format{"3912", "n3 n15-"},
    Format{"3922", "n15-"},    Format{"3932", "n3 n15-"},  Format{"3943", "n4"},
    Format{"3955", "n6"},      Format{"400", "x30-"},      Format{"401", "k30-"},
    Format{"402", "g17"},      Format{"403", "x30-"},      Format{"410", "g13 !"},
    Format{"414", "g13 !"},    Format{"417", "g13 !"},     Format{"420", "x20-"},
    Format{"421", "c x9-"},    Format{"422", "c"},         Format{"423", "c ?c ?c ?c ?c"},
    Format{"426", "c"},        Format{"427", "x3-"},       Format{"4300", "x35-"},
    Format{"4308", "x30-"},    Format{"4321", "y"},        Format{"4324", "d t"},
    Format{"4326", "D"},       Format{"7001", "n13"},      Format{"7002", "x30-"},
    Format{"7003", "D t"},     Format{"7004", "n4-"},      Format{"7006", "D"},
    Format{"7007", "D ?D"},    Format{"7008", "x3-"},      Format{"7011", "D ?t"},
    Format{"7020", "x20-"},    Format{"7030", "c x27-"},   Format{"7039", "c x27-"},
    Format{"7040", "n1 x3"},   Format{"710", "x20-"},      Format{"717", "x20-"},
    Format{"7230", "x2 x28-"}, Format{"7240", "x20-"},     Format{"7242", "x25-"},
    Format{"7250", "Y"},       Format{"7251", "Y t"},      Format{"8002", "x20-"},
    Format{"8004", "k30-"},    Format{"8005", "n6"},       Format{"8008", "D h ?m ?m"},
    Format{"8009", "x50-"},    Format{"8010", "a30-"},     Format{"8012", "x20-"},
    Format{"8017", "g18"},     Format{"8018", "g18"},      Format{"8019", "n10-"},
    Format{"8020", "x25-"},    Format{"8030", "z90-"},     Format{"8110", "x70-"},
    Format{"8111", "n4"},      Format{"8200", "x70-"},     Format{"90", "x30-"},
    Format{"91", "x90-"},      Format{"99", "x90-"}};

constexpr std::string_view kDigits = "0123456789";
// Without the opening bracket, which bracketed text would have to escape, and without the per cent
// sign, which some fields allow only as an escape.
constexpr std::string_view kSet82 =
    "!\"&')*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kSet39 = "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kSet64 =
    "-0123456789=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

std::string DrawText(std::string_view set, int size, const Draw& draw) {
  std::string out;
  for (int i = 0; i < size; ++i) {
    out += set[static_cast<size_t>(draw(0, static_cast<int>(set.size()) - 1))];
  }
  return out;
}

std::string TwoDigits(int value) {
  return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
}

std::string DrawPart(std::string_view part, const Draw& draw) {
  const char kind = part[0];
  const bool up_to = part.back() == '-';
  int size = 0;
  for (char c : part.substr(1)) size = c == '-' ? size : size * 10 + (c - '0');
  switch (kind) {
    case 'n':
      return DrawText(kDigits, up_to ? draw(1, size) : size, draw);
    case 'x':
      return DrawText(kSet82, up_to ? draw(1, size) : size, draw);
    case 'z':
      return DrawText(kSet64, draw(1, size), draw);
    case 'k':
      return DrawText(kDigits, 6, draw) + DrawText(kSet82, draw(0, size - 6), draw);
    case 'a':
      return DrawText(kDigits, 6, draw) + DrawText(kSet39, draw(0, size - 6), draw);
    case 'g':
      return WithCheckDigit(DrawText(kDigits, size - 1, draw));
    case 'd':
      return TwoDigits(draw(0, 99)) + TwoDigits(draw(1, 12)) + TwoDigits(draw(0, 28));
    case 'D':
      return TwoDigits(draw(0, 99)) + TwoDigits(draw(1, 12)) + TwoDigits(draw(1, 28));
    case 'Y':
      return TwoDigits(draw(19, 20)) + DrawPart("D", draw);
    case 'h':
      return TwoDigits(draw(0, 23));
    case 't':
      return TwoDigits(draw(0, 23)) + TwoDigits(draw(0, 59));
    case 'm':
      return TwoDigits(draw(0, 59));
    case 'c':
      return std::array{"040", "276", "756", "840", "004", "716"}[static_cast<size_t>(draw(0, 5))];
    case 'y':
      return draw(0, 1) == 0 ? "0" : "1";
    default:
      throw std::logic_error("unknown part of a format");
  }
}

}  // namespace

std::vector<std::string_view> KnownAis() {
  std::vector<std::string_view> ais;
  for (const Format& format : kFormats) ais.push_back(format.ai);
  return ais;
}

std::vector<std::string_view> TradeItemAis() {
  return {"10",  "11",   "13",   "15",  "16",  "17",   "20",   "21",   "22",   "240",  "241",
          "242", "30",   "90",   "91",  "99",  "243",  "251",  "3103", "3112", "3202", "400",
          "422", "7003", "7008", "710", "717", "7240", "8005", "8008", "8012", "8200"};
}

Gs1Field DrawField(std::string_view ai, const Draw& draw) {
  const auto format =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& f) { return f.ai == ai; });
  if (format == kFormats.end()) throw std::logic_error("an AI that the generator does not know");
  Gs1Field field{.ai = std::string(ai), .all_digits = true, .separator_needed = true};
  std::istringstream parts{std::string(format->parts)};
  bool ended = false;
  for (std::string part; parts >> part;) {
    if (part == "!") {
      field.separator_needed = false;
      break;
    }
    if (part[0] == '?') {
      ended = ended || draw(0, 1) == 0;
      part.erase(0, 1);
    }
    if (ended) continue;
    field.value += DrawPart(part, draw);
    field.check_digit = field.check_digit || (part[0] == 'g' && field.value.size() <= 18);
    field.all_digits = field.all_digits && std::string_view("xzka").find(part[0]) == part.npos;
  }
  return field;
}

std::string Join(const std::vector<Gs1Field>& fields) {
  std::string out;
  for (size_t i = 0; i < fields.size(); ++i) {
    out += fields[i].ai + fields[i].value;
    if (fields[i].separator_needed && i + 1 < fields.size()) out += '\x1D';
  }
  return out;
}

std::string WithCheckDigit(std::string digits) {
  // The check digit makes the sum a multiple of ten in which, from the right and counting the check
  // digit, every second digit counts three times.
  for (char candidate = '0'; candidate <= '9'; ++candidate) {
    const std::string whole = digits + candidate;
    int sum = 0;
    for (size_t i = 0; i < whole.size(); ++i) {
      const bool threefold = (whole.size() - i) % 2 == 0;
      sum += (threefold ? 3 : 1) * (whole[i] - '0');
    }
    if (sum % 10 == 0) return whole;
  }
  throw std::logic_error("no check digit");
}

}  // namespace veriline::test
