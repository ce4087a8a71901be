// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/check_digit.h"

#include <algorithm>
#include <array>

namespace veriline::gs1 {

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<char> CheckDigit(std::string_view digits) {
  if (!IsDigits(digits)) return std::nullopt;
  int sum = 0;
  int weight = 3;
  for (size_t i = digits.size(); i-- > 0;) {
    sum = (sum + weight * (digits[i] - '0')) % 10;
    weight = 4 - weight;
  }
  return static_cast<char>('0' + (10 - sum) % 10);
}

bool HasValidCheckDigit(std::string_view digits) {
  if (digits.size() < 2 || !IsDigits(digits)) return false;
  return CheckDigit(digits.substr(0, digits.size() - 1)) == digits.back();
}

std::optional<std::string> NormalizeGtin(std::string_view gtin) {
  const size_t size = gtin.size();
  if (size != 8 && size != 12 && size != 13 && size != 14) return std::nullopt;
  if (!HasValidCheckDigit(gtin)) return std::nullopt;
  return std::string(14 - size, '0').append(gtin);
}

bool HasValidCheckPair(std::string_view gmn) {
  // The place of a character in GS1 character set 82 is its value.
  constexpr std::string_view kValues =
      "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view kCheckCharacters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  constexpr std::array<int, 23> kPrimes = {2,  3,  5,  7,  11, 13, 17, 19, 23, 29, 31, 37,
                                           41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83};
  if (gmn.size() < 3 || gmn.size() - 2 > kPrimes.size()) return false;
  const std::string_view data = gmn.substr(0, gmn.size() - 2);
  size_t sum = 0;
  for (size_t i = 0; i < data.size(); ++i) {
    const size_t value = kValues.find(data[data.size() - 1 - i]);
    if (value == std::string_view::npos) return false;
    sum += value * static_cast<size_t>(kPrimes[i]);
  }
  sum %= 1021;
  return gmn[data.size()] == kCheckCharacters[sum / 32] &&
         gmn[data.size() + 1] == kCheckCharacters[sum % 32];
}

}  // namespace veriline::gs1
