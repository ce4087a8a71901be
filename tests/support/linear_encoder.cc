// SPDX-License-Identifier: Apache-2.0
#include "tests/support/linear_encoder.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

namespace veriline::testing {
namespace {

using Set = Code128Writer::Set;

/// Modules of the symbol characters, dark as 1 (ISO/IEC 15417, table 1 as it is drawn there).
constexpr std::array<std::string_view, 107> kCode128Modules = {
    "11011001100", "11001101100", "11001100110", "10010011000", "10010001100",  "10001001100",
    "10011001000", "10011000100", "10001100100", "11001001000", "11001000100",  "11000100100",
    "10110011100", "10011011100", "10011001110", "10111001100", "10011101100",  "10011100110",
    "11001110010", "11001011100", "11001001110", "11011100100", "11001110100",  "11101101110",
    "11101001100", "11100101100", "11100100110", "11101100100", "11100110100",  "11100110010",
    "11011011000", "11011000110", "11000110110", "10100011000", "10001011000",  "10001000110",
    "10110001000", "10001101000", "10001100010", "11010001000", "11000101000",  "11000100010",
    "10110111000", "10110001110", "10001101110", "10111011000", "10111000110",  "10001110110",
    "11101110110", "11010001110", "11000101110", "11011101000", "11011100010",  "11011101110",
    "11101011000", "11101000110", "11100010110", "11101101000", "11101100010",  "11100011010",
    "11101111010", "11001000010", "11110001010", "10100110000", "10100001100",  "10010110000",
    "10010000110", "10000101100", "10000100110", "10110010000", "10110000100",  "10011010000",
    "10011000010", "10000110100", "10000110010", "11000010010", "11001010000",  "11110111010",
    "11000010100", "10001111010", "10100111100", "10010111100", "10010011110",  "10111100100",
    "10011110100", "10011110010", "11110100100", "11110010100", "11110010010",  "11011011110",
    "11011110110", "11110110110", "10101111000", "10100011110", "10001011110",  "10111101000",
    "10111100010", "11110101000", "11110100010", "10111011110", "10111101110",  "11101011110",
    "11110101110", "11010000100", "11010010000", "11010011100", "1100011101011"};
constexpr int kStartA = 103;
constexpr int kStop = 106;

/// Runs of equal modules.
void AppendRuns(std::string_view modules, std::vector<double>* widths) {
  for (size_t i = 0; i < modules.size();) {
    size_t end = i;
    while (end < modules.size() && modules[end] == modules[i]) ++end;
    widths->push_back(static_cast<double>(end - i));
    i = end;
  }
}

/// The value of a character below 128 in set A or B; -1 where the set has none.
int ValueIn(Set set, unsigned char c) {
  if (c >= 32 && c < 96) return c - 32;
  if (set == Set::kA && c < 32) return c + 64;
  if (set == Set::kB && c >= 96 && c < 128) return c - 32;
  return -1;
}

int LatchValue(Set from, Set to) {
  if (from == to) throw std::invalid_argument("a latch to the same set");
  return to == Set::kC ? 99 : to == Set::kB ? 100 : 101;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Code 39 (ISO/IEC 16388, table 1): its characters stand in four rows of ten that share the
// patterns of two wide bars out of five; the row tells the wide space. Four more have three wide
// spaces and no wide bar.
constexpr std::array<std::string_view, 4> kCode39Rows = {"1234567890", "ABCDEFGHIJ", "KLMNOPQRST",
                                                         "UVWXYZ-. *"};
constexpr std::array<std::string_view, 10> kCode39Bars = {
    "#---#", "-#--#", "##---", "--#-#", "#-#--", "-##--", "---##", "#--#-", "-#-#-", "--##-"};
constexpr std::array<std::string_view, 4> kCode39Spaces = {"-#--", "--#-", "---#", "#---"};
constexpr std::string_view kCode39Odd = "$/+%";
constexpr std::array<std::string_view, 4> kCode39OddSpaces = {"###-", "##-#", "#-##", "-###"};
constexpr std::string_view kCode39Values = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";

void AppendInterleaved(std::string_view bars, std::string_view spaces, double wide,
                       std::vector<double>* widths) {
  for (size_t i = 0; i < bars.size(); ++i) {
    widths->push_back(bars[i] == '#' ? wide : 1);
    if (i < spaces.size()) widths->push_back(spaces[i] == '#' ? wide : 1);
  }
}

void AppendCode39(char c, double wide, std::vector<double>* widths) {
  for (size_t row = 0; row < kCode39Rows.size(); ++row) {
    if (const size_t i = kCode39Rows[row].find(c); i != std::string_view::npos) {
      return AppendInterleaved(kCode39Bars[i], kCode39Spaces[row], wide, widths);
    }
  }
  const size_t i = kCode39Odd.find(c);
  if (i == std::string_view::npos) throw std::invalid_argument("not of Code 39");
  AppendInterleaved("-----", kCode39OddSpaces[i], wide, widths);
}

/// Two of five: the weights 1, 2, 4, 7, 0 of the wide elements add up to the digit, but 11 for 0.
std::string TwoOfFive(char digit) {
  constexpr std::array<int, 5> kWeights = {1, 2, 4, 7, 0};
  const int sum = digit == '0' ? 11 : digit - '0';
  for (size_t i = 0; i < 5; ++i) {
    for (size_t k = i + 1; k < 5; ++k) {
      if (kWeights[i] + kWeights[k] != sum) continue;
      std::string pattern(5, '-');
      pattern[i] = pattern[k] = '#';
      return pattern;
    }
  }
  throw std::invalid_argument("not a digit");
}

}  // namespace

Code128Writer::Code128Writer(Set start) : values_{kStartA + static_cast<int>(start)}, set_(start) {}

Code128Writer& Code128Writer::Text(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    int value = -1;
    if (set_ != Set::kC) {
      value = ValueIn(set_, static_cast<unsigned char>(text[i]));
    } else if (i + 1 < text.size() && IsDigit(text[i]) && IsDigit(text[i + 1])) {
      value = (text[i] - '0') * 10 + text[i + 1] - '0';
      ++i;
    }
    if (value < 0) throw std::invalid_argument("not of this code set");
    values_.push_back(value);
  }
  return *this;
}

Code128Writer& Code128Writer::Latch(Set set) {
  values_.push_back(LatchValue(set_, set));
  set_ = set;
  return *this;
}

Code128Writer& Code128Writer::Shifted(char c) {
  const int value = ValueIn(set_ == Set::kA ? Set::kB : Set::kA, static_cast<unsigned char>(c));
  if (set_ == Set::kC || value < 0) throw std::invalid_argument("not to be shifted");
  values_.push_back(98);
  values_.push_back(value);
  return *this;
}

Code128Writer& Code128Writer::Fnc(int number) {
  if (number == 1) return Value(102);
  if (set_ == Set::kC) throw std::invalid_argument("set C has FNC1 alone");
  if (number == 4) return Value(set_ == Set::kA ? 101 : 100);
  return Value(number == 2 ? 97 : 96);
}

Code128Writer& Code128Writer::Value(int value) {
  values_.push_back(value);
  return *this;
}

int Code128Writer::check() const {
  int sum = values_[0];
  for (size_t i = 1; i < values_.size(); ++i) sum += static_cast<int>(i) * values_[i];
  return sum % 103;
}

std::vector<double> Code128Writer::Widths(int check_error) const {
  std::vector<double> widths;
  for (const int value : values_) AppendRuns(kCode128Modules[static_cast<size_t>(value)], &widths);
  AppendRuns(kCode128Modules[static_cast<size_t>((check() + check_error + 103) % 103)], &widths);
  AppendRuns(kCode128Modules[kStop], &widths);
  return widths;
}

Code128Writer ShortestCode128(std::string_view bytes, bool gs1) {
  // Least characters for the bytes from i on when the set is s, and the first step there: a
  // character, a shifted one, or a latch to set 2 + s.
  enum Step : int { kPlain, kShift, kToA, kToB, kToC };
  constexpr int kNever = 1 << 20;
  const size_t n = bytes.size();
  std::vector<std::array<int, 3>> cost(n + 1, {0, 0, 0}), step(n + 1, {kPlain, kPlain, kPlain});
  const auto is_fnc1 = [&](size_t i) { return gs1 && bytes[i] == '\x1d'; };
  const auto extra = [&](size_t i) { return static_cast<unsigned char>(bytes[i]) >= 128 ? 1 : 0; };
  const auto low = [&](size_t i) { return static_cast<unsigned char>(bytes[i] & 0x7f); };
  for (size_t i = n; i-- > 0;) {
    for (int s = 0; s < 3; ++s) {
      int best = kNever;
      const auto take = [&](int c, Step what) {
        if (c < best) best = c, step[i][static_cast<size_t>(s)] = what;
      };
      const auto at = static_cast<size_t>(s);
      if (is_fnc1(i)) {
        take(1 + cost[i + 1][at], kPlain);
      } else if (s == 2) {
        if (i + 1 < n && IsDigit(bytes[i]) && IsDigit(bytes[i + 1]))
          take(1 + cost[i + 2][2], kPlain);
      } else {
        if (ValueIn(static_cast<Set>(s), low(i)) >= 0) take(1 + extra(i) + cost[i + 1][at], kPlain);
        if (ValueIn(static_cast<Set>(1 - s), low(i)) >= 0) {
          take(2 + extra(i) + cost[i + 1][at], kShift);
        }
      }
      cost[i][at] = best;
    }
    const std::array<int, 3> stay = cost[i];
    for (size_t s = 0; s < 3; ++s) {
      for (size_t to = 0; to < 3; ++to) {
        if (to != s && stay[to] + 1 < cost[i][s]) {
          cost[i][s] = stay[to] + 1;
          step[i][s] = kToA + static_cast<int>(to);
        }
      }
    }
  }
  auto set = static_cast<size_t>(std::ranges::min_element(cost[0]) - cost[0].begin());
  Code128Writer writer(static_cast<Set>(set));
  if (gs1) writer.Fnc(1);
  for (size_t i = 0; i < n;) {
    const int what = step[i][set];
    if (what >= kToA) {
      set = static_cast<size_t>(what - kToA);
      writer.Latch(static_cast<Set>(set));
      continue;
    }
    if (is_fnc1(i)) {
      writer.Fnc(1);
    } else if (set == 2) {
      writer.Text(bytes.substr(i, 2));
      ++i;
    } else {
      if (extra(i) != 0) writer.Fnc(4);
      const char c = static_cast<char>(low(i));
      what == kShift ? writer.Shifted(c) : writer.Text({&c, 1});
    }
    ++i;
  }
  return writer;
}

std::vector<double> Code39Widths(std::string_view text, const Code39Print& print) {
  std::string all = "*";
  all += text;
  if (print.check) {
    const size_t value =
        kCode39Values.find(Code39Check(text)) + static_cast<size_t>(print.check_error);
    all += kCode39Values[value % kCode39Values.size()];
  }
  all += '*';
  std::vector<double> widths;
  for (const char c : all) {
    if (!widths.empty()) widths.push_back(print.gap_x);
    AppendCode39(c, print.ratio, &widths);
  }
  return widths;
}

std::string Code39FullAscii(std::string_view text) {
  std::string out;
  const auto pair = [&](char shift, int letter) {
    out += shift;
    out += static_cast<char>(letter);
  };
  for (const char c : text) {
    if (c == ' ' || c == '-' || c == '.' || IsDigit(c) || (c >= 'A' && c <= 'Z')) {
      out += c;
    } else if (c == 0) {
      pair('%', 'U');
    } else if (c <= 26) {
      pair('$', 'A' + c - 1);
    } else if (c < 32) {
      pair('%', 'A' + c - 27);
    } else if (c <= '/') {
      pair('/', 'A' + c - '!');
    } else if (c == ':') {
      pair('/', 'Z');
    } else if (c <= '?') {
      pair('%', 'F' + c - ';');
    } else if (c == '@') {
      pair('%', 'V');
    } else if (c <= '_') {
      pair('%', 'K' + c - '[');
    } else if (c == '`') {
      pair('%', 'W');
    } else if (c <= 'z') {
      pair('+', 'A' + c - 'a');
    } else {
      pair('%', 'P' + c - '{');
    }
  }
  return out;
}

char Code39Check(std::string_view text) {
  size_t sum = 0;
  for (const char c : text) sum += kCode39Values.find(c);
  return kCode39Values[sum % kCode39Values.size()];
}

std::vector<double> ItfWidths(std::string_view digits, double ratio) {
  std::vector<double> widths = {1, 1, 1, 1};
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    AppendInterleaved(TwoOfFive(digits[i]), TwoOfFive(digits[i + 1]), ratio, &widths);
  }
  widths.insert(widths.end(), {ratio, 1, 1});
  return widths;
}

char Mod10Digit(std::string_view digits) {
  int sum = 0, weight = 3;
  for (size_t i = digits.size(); i-- > 0; weight = 4 - weight) sum += (digits[i] - '0') * weight;
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

}  // namespace veriline::testing
