// SPDX-License-Identifier: Apache-2.0
#include <bitset>
#include <stdexcept>

#include "tests/support/databar_encoder.h"

namespace veriline::testing {
namespace {

constexpr char kFnc1 = 0x1d;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNumeric(char c) { return IsDigit(c) || c == kFnc1; }

std::string Binary(int64_t value, int bits) {
  return std::bitset<64>(static_cast<uint64_t>(value))
      .to_string()
      .substr(static_cast<size_t>(64 - bits));
}

enum class Mode { kNumeric, kAlpha, kIso };

/// The code of a character in a mode; empty where it has none.
std::string CodeIn(Mode mode, char c) {
  if (c == kFnc1) return "01111";
  if (IsDigit(c)) return Binary(c - '0' + 5, 5);
  const bool capital = c >= 'A' && c <= 'Z';
  if (mode == Mode::kAlpha) {
    constexpr std::string_view kMarks = "*,-./";
    if (capital) return Binary(c - 'A' + 32, 6);
    const size_t mark = kMarks.find(c);
    return mark == kMarks.npos ? "" : Binary(static_cast<int>(mark) + 58, 6);
  }
  if (capital) return Binary(c - 'A' + 64, 7);
  if (c >= 'a' && c <= 'z') return Binary(c - 'a' + 90, 7);
  constexpr std::string_view kMarks = "!\"%&'()*+,-./:;<=>?_ ";
  const size_t mark = kMarks.find(c);
  return mark == kMarks.npos ? "" : Binary(static_cast<int>(mark) + 232, 8);
}

/// From mode to mode, by way of the alphanumeric one where need be.
std::string Latch(Mode from, Mode to) {
  if (from == to) return "";
  if (to == Mode::kNumeric) return "000";
  if (from != Mode::kNumeric) return "00100";
  return to == Mode::kAlpha ? "0000" : "000000100";
}

}  // namespace

DataBarBits& DataBarBits::Bits(std::string_view bits) {
  bits_ += bits;
  return *this;
}

DataBarBits& DataBarBits::Number(int64_t value, int bits) { return Bits(Binary(value, bits)); }

DataBarBits& DataBarBits::Length() {
  length_at_ = bits_.size();
  return Bits("00");
}

DataBarBits& DataBarBits::Gtin(std::string_view twelve_digits) {
  for (size_t i = 0; i < 12; i += 3) Number(std::stoi(std::string(twelve_digits.substr(i, 3))), 10);
  return *this;
}

DataBarBits& DataBarBits::General(std::string_view text, std::mt19937* random) {
  Mode mode = Mode::kNumeric;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    const bool last = i + 1 == text.size();
    std::vector<Mode> possible;
    if (last ? IsDigit(c)
             : IsNumeric(c) && IsNumeric(text[i + 1]) && (c != kFnc1 || text[i + 1] != kFnc1)) {
      possible.push_back(Mode::kNumeric);
    }
    if (!CodeIn(Mode::kAlpha, c).empty()) possible.push_back(Mode::kAlpha);
    if (!CodeIn(Mode::kIso, c).empty()) possible.push_back(Mode::kIso);
    if (possible.empty()) throw std::invalid_argument("no such character");
    Mode next = possible.front();
    // A field begins with digits; a latch there is taken for one that is too much.
    const bool field_begins = i > 0 && text[i - 1] == kFnc1;
    if (random != nullptr && !field_begins) {
      next = possible[(*random)() % possible.size()];
      for (const Mode p : possible) next = p == mode && (*random)() % 4 != 0 ? p : next;
    }
    bits_ += Latch(mode, next);
    mode = next;
    if (mode != Mode::kNumeric) {
      bits_ += CodeIn(mode, c);
      if (c == kFnc1) mode = Mode::kNumeric;
      ++i;
    } else if (last) {
      last_digit_ = c;
      ++i;
    } else {
      const auto value = [](char d) { return d == kFnc1 ? 10 : d - '0'; };
      Number(11 * value(c) + value(text[i + 1]) + 8, 7);
      i += 2;
    }
  }
  numeric_at_end_ = mode == Mode::kNumeric;
  return *this;
}

std::string DataBarBits::Padded(size_t data_characters) const {
  std::string bits = bits_;
  const size_t size = 12 * data_characters;
  if (last_digit_ != 0 && size >= bits.size() + 4) {
    const int digit = last_digit_ - '0';
    bits += size < bits.size() + 7 ? Binary(digit + 1, 4) : Binary(11 * digit + 10 + 8, 7);
  } else if (last_digit_ != 0) {
    return "";
  }
  if (bits.size() > size) return "";
  // Pad characters are latches to the alphanumeric mode and to ISO 646 and back.
  if (numeric_at_end_) bits += "0000";
  while (bits.size() < size) bits += "00100";
  bits.resize(size);
  return bits;
}

std::vector<int> DataBarBits::Characters(int least) const {
  auto count = static_cast<size_t>(least);
  std::string bits = Padded(count);
  while (bits.empty()) bits = Padded(++count);
  if (length_at_ != 0) {
    bits[length_at_] = (count + 1) % 2 != 0 ? '1' : '0';
    bits[length_at_ + 1] = count + 1 > 14 ? '1' : '0';
  }
  std::vector<int> characters;
  for (size_t i = 0; i < bits.size(); i += 12) {
    characters.push_back(static_cast<int>(std::bitset<12>(bits, i, 12).to_ulong()));
  }
  return characters;
}

}  // namespace veriline::testing
