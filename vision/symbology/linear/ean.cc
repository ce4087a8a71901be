// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/ean.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "vision/symbology/linear/ean_digit.h"
#include "vision/symbology/linear/same_print.h"

namespace veriline::symbology::linear {
namespace {

constexpr size_t kShortestEdges = 34;  // UPC-E: guards of 3 and 6 elements around six digits

/// Digits of one print do not differ more in the growth of a bar, X. Two digits that an edge error
/// of 0.4 X each still leaves readable stay within.
constexpr float kGrowthSpread = 0.8f;
/// Between a symbol and its add-on, X: 7 to 12 by the standard.
constexpr float kLeastAddonGap = 5, kMostAddonGap = 15;
/// Behind an add-on, X: tells one of two digits from the beginning of one of five.
constexpr float kAddonQuiet = 3.5f;
/// Behind a UPC-E, X: what looks like one there may be the left half of an EAN-13, whose elements
/// have four modules at most.
constexpr float kUpcEQuiet = 5;
/// And before it, X: it has the least of checks, and texture of slowly changing widths begins as it
/// does.
constexpr float kUpcEQuietBefore = 4;

/// Parity patterns: a bit for each digit from left to right, the first one highest; 1: set B.
constexpr int kFirstDigit[10] = {0b000000, 0b001011, 0b001101, 0b001110, 0b010011,
                                 0b011001, 0b011100, 0b010101, 0b010110, 0b011010};
/// Of UPC-E with number system 0; number system 1 has the other sets.
constexpr int kUpcECheck[10] = {0b111000, 0b110100, 0b110010, 0b110001, 0b101100,
                                0b100110, 0b100011, 0b101010, 0b101001, 0b100101};
constexpr int kAddonCheck[10] = {0b11000, 0b10100, 0b10010, 0b10001, 0b01100,
                                 0b00110, 0b00011, 0b01010, 0b01001, 0b00101};

int IndexOf(const int (&patterns)[10], int parity) {
  for (int i = 0; i < 10; ++i) {
    if (patterns[i] == parity) return i;
  }
  return -1;
}

/// Whether the last digit is the modulo 10 check digit of the others.
bool IsChecked(std::string_view digits) {
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    sum += (digits[i] - '0') * ((digits.size() - i) % 2 == 0 ? 3 : 1);
  }
  return sum % 10 == 0;
}

/// Goes from character to character, from left to right.
class Walk {
 public:
  Walk(std::span<const float> edges, size_t at, const DecodeRules& rules, LinearDecode* out)
      : edges_(edges), at_(at), rules_(&rules), out_(out) {
    out_->Clear();
    out_->first_edge = static_cast<uint16_t>(at);
  }

  /// The guard pattern at the beginning; X is taken of the digit behind it.
  bool Begin() {
    EanDigit digit;
    if (at_ + 3 + kEanDigitElements >= edges_.size()) return false;
    if (!ReadEanDigit(&edges_[at_ + 3], false, &digit)) return false;
    print_.set_x_width(digit.width / kEanDigitModules);
    return Pattern({1, 1, 1});
  }

  bool Digits(int count, bool bar_first) {
    for (; count > 0; --count) {
      EanDigit digit;
      if (at_ + kEanDigitElements >= edges_.size()) return false;
      if (!ReadEanDigit(&edges_[at_], bar_first, &digit)) return false;
      if (!print_.Takes(digit.width / kEanDigitModules, digit.growth)) return false;
      text_[length_++] = static_cast<char>('0' + digit.value);
      parity_ = parity_ * 2 + (digit.even ? 1 : 0);
      Append(digit.value, kEanDigitElements, digit.decodability);
    }
    return true;
  }

  /// A pattern with elements of these modules.
  bool Pattern(std::initializer_list<int> modules) {
    if (at_ + modules.size() >= edges_.size()) return false;
    const float decodability = PatternDecodability(&edges_[at_], print_.x_width(), modules);
    if (!(decodability > 0)) return false;
    Append(LinearCharacter::kPattern, static_cast<uint16_t>(modules.size()), decodability);
    return true;
  }

  /// The symbol ends here and has so many modules.
  bool End(Symbology symbology, std::string_view text, int modules) {
    out_->symbology = symbology;
    out_->set_identifier(symbology == Symbology::kEan8 ? "]E4" : "]E0");
    out_->payload.Assign(text);
    out_->last_edge = static_cast<uint16_t>(at_);
    // Similar edges, so that growth does not matter: left ones of the first and the last bar.
    out_->x_width = (edges_[at_ - 1] - edges_[out_->first_edge]) / static_cast<float>(modules - 1);
    return true;
  }

  /// An add-on of so many digits, if there is one.
  bool Addon(int digits) {
    const Walk before = *this;
    const size_t characters = out_->characters.size();
    if (ReadAddon(digits)) return true;
    *this = before;
    out_->characters.resize(characters);
    return false;
  }

  /// The space behind what was read is as wide, in X.
  bool IsQuiet(float least_x) const {
    const float end = at_ + 1 < edges_.size() ? edges_[at_ + 1] : rules_->seen_to;
    return std::min(end, rules_->seen_to) - edges_[at_] >= least_x * print_.x_width();
  }
  /// The same of the space before the symbol.
  bool BeginsQuietly(float least_x) const {
    const size_t first = out_->first_edge;
    const float begin = first > 0 ? edges_[first - 1] : rules_->seen_from;
    return edges_[first] - std::max(begin, rules_->seen_from) >= least_x * print_.x_width();
  }

  std::string_view text() const { return {text_, length_}; }
  int parity() const { return parity_; }
  int TakeParity() { return std::exchange(parity_, 0); }

 private:
  void Append(int value, uint16_t elements, float decodability) {
    out_->characters.push_back({value, static_cast<uint16_t>(at_), elements, decodability});
    at_ += elements;
  }

  bool ReadAddon(int digits) {
    if (at_ + 1 >= edges_.size()) return false;
    const float gap = (edges_[at_ + 1] - edges_[at_]) / print_.x_width();
    if (!(gap > kLeastAddonGap && gap < kMostAddonGap)) return false;
    ++at_;
    length_ = 0;
    parity_ = 0;
    if (!Pattern({1, 1, 2})) return false;
    for (int i = 0; i < digits; ++i) {
      if (i > 0 && !Pattern({1, 1})) return false;
      if (!Digits(1, false)) return false;
    }
    if (!IsQuiet(kAddonQuiet)) return false;
    const auto digit = [&](size_t i) { return text_[i] - '0'; };
    const int expected =
        digits == 2
            ? (10 * digit(0) + digit(1)) % 4
            : kAddonCheck[(3 * (digit(0) + digit(2) + digit(4)) + 9 * (digit(1) + digit(3))) % 10];
    if (parity_ != expected) return false;
    char joined[20];
    const std::string_view main = out_->payload.view();
    char* end = std::ranges::copy(main, joined).out;
    end = std::ranges::copy(text(), end).out;
    out_->payload.Assign({joined, static_cast<size_t>(end - joined)});
    out_->addon.Assign(text());
    if (out_->symbology != Symbology::kEan8) out_->set_identifier("]E3");
    out_->last_edge = static_cast<uint16_t>(at_);
    return true;
  }

  std::span<const float> edges_;
  size_t at_;
  const DecodeRules* rules_;
  LinearDecode* out_;
  SamePrint print_{kGrowthSpread};
  int parity_ = 0;
  char text_[14] = {};
  size_t length_ = 0;
};

/// EAN-13 and UPC-A.
bool ReadEan13(Walk* walk, const DecodeRules& rules) {
  if (!walk->Begin() || !walk->Digits(6, false)) return false;
  const int first = IndexOf(kFirstDigit, walk->TakeParity());
  if (first < 0 || !walk->Pattern({1, 1, 1, 1, 1})) return false;
  if (!walk->Digits(6, true) || !walk->Pattern({1, 1, 1})) return false;
  char text[13] = {static_cast<char>('0' + first)};
  std::ranges::copy(walk->text(), text + 1);
  if (!IsChecked({text, 13})) return false;
  const bool upc_a = rules.ean_upc_a && first == 0;
  return walk->End(upc_a ? Symbology::kUpcA : Symbology::kEan13,
                   upc_a ? std::string_view(text + 1, 12) : std::string_view(text, 13), 95);
}

bool ReadEan8(Walk* walk) {
  if (!walk->Begin() || !walk->Digits(4, false)) return false;
  if (walk->TakeParity() != 0 || !walk->Pattern({1, 1, 1, 1, 1})) return false;
  if (!walk->Digits(4, true) || !walk->Pattern({1, 1, 1})) return false;
  return IsChecked(walk->text()) && walk->End(Symbology::kEan8, walk->text(), 67);
}

bool ReadUpcE(Walk* walk) {
  if (!walk->Begin() || !walk->BeginsQuietly(kUpcEQuietBefore)) return false;
  if (!walk->Digits(6, false)) return false;
  const int parity = walk->TakeParity();
  const bool system_1 = (parity & 0b100000) == 0;
  const int check = IndexOf(kUpcECheck, system_1 ? parity ^ 0b111111 : parity);
  if (check < 0 || !walk->Pattern({1, 1, 1, 1, 1, 1}) || !walk->IsQuiet(kUpcEQuiet)) return false;
  const std::string_view six = walk->text();
  const char text[8] = {
      system_1 ? '1' : '0',          six[0], six[1], six[2], six[3], six[4], six[5],
      static_cast<char>('0' + check)};
  const std::array<char, 12> full = UpcAOfUpcE({text, 8});
  return IsChecked({full.data(), full.size()}) && walk->End(Symbology::kUpcE, {text, 8}, 51);
}

/// A quick test: three elements whose two pairs are alike, and a guard pattern beside the digit
/// behind them.
bool MayBegin(const float* edge) {
  const float a = edge[2] - edge[0], b = edge[3] - edge[1];
  if (!(a > 0 && b > 0 && a < 2 * b && b < 2 * a)) return false;
  EanDigit digit;
  return ReadEanDigit(edge + 3, false, &digit) &&
         PatternDecodability(edge, digit.width / kEanDigitModules,
                             std::initializer_list<int>{1, 1, 1}) > 0;
}

}  // namespace

bool DecodeEan(std::span<const float> edges, const DecodeRules& rules, LinearDecode* out) {
  for (size_t at = 0; at + kShortestEdges <= edges.size(); at += 2) {
    if (!MayBegin(&edges[at])) continue;
    for (const Symbology symbology : {Symbology::kEan13, Symbology::kEan8, Symbology::kUpcE}) {
      Walk walk(edges, at, rules, out);
      const bool read = symbology == Symbology::kEan13  ? ReadEan13(&walk, rules)
                        : symbology == Symbology::kEan8 ? ReadEan8(&walk)
                                                        : ReadUpcE(&walk);
      if (!read) continue;
      if (!walk.Addon(5)) walk.Addon(2);
      if (QuietEnough(edges, rules, *out)) return true;
    }
  }
  out->Clear();
  return false;
}

std::array<char, 12> UpcAOfUpcE(std::string_view digits) {
  const std::string_view six = digits.substr(1, 6);
  const char last = six[5];
  const size_t kept = last <= '2' ? 2 : last <= '4' ? static_cast<size_t>(last - '0') : 5;
  std::array<char, 12> full;
  full.fill('0');
  full[0] = digits[0];
  std::ranges::copy(six.substr(0, kept), full.begin() + 1);
  if (last <= '2') {
    full[3] = last;
    std::ranges::copy(six.substr(2, 3), full.begin() + 8);
  } else {
    const std::string_view tail = kept == 5 ? six.substr(5, 1) : six.substr(kept, 5 - kept);
    std::ranges::copy(tail, full.end() - 1 - static_cast<ptrdiff_t>(tail.size()));
  }
  full[11] = digits[7];
  return full;
}

}  // namespace veriline::symbology::linear
