// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/codes.h"

#include <string_view>

#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr char kGs = 0x1D;
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kUpper = "0123456789ABCDEFGHJKLMNPRSTUVWXY";
constexpr std::string_view kMixed = "0123456789ABCDEFGHJKLMNPRSTUVWXYabcdefghkmnpqrstuvwxyz";

/// Check digit of GS1 General Specifications 7.9: weights 3, 1, 3, ... from the right.
char CheckDigit(std::string_view digits) {
  int sum = 0;
  int weight = 3;
  for (size_t i = digits.size(); i-- > 0; weight = 4 - weight) sum += weight * (digits[i] - '0');
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string RandomText(Random& random, std::string_view alphabet, size_t length) {
  std::string text(length, ' ');
  for (char& c : text) c = alphabet[random.Below(static_cast<uint32_t>(alphabet.size()))];
  return text;
}

/// What all codes of a batch have in common.
struct BatchText {
  std::string gtin;
  std::string expiry;
  std::string lot;
};

BatchText MakeBatchText(uint64_t seed, bool other) {
  Random random(seed, Stream::kBatch, other ? 1 : 0);
  BatchText text;
  Random product(seed, Stream::kBatch, 2);  // both batches are of the same product
  text.gtin = "0952" + RandomText(product, kDigits, 9);
  text.gtin += CheckDigit(text.gtin);
  const int month = random.Between(1, 12);
  const int year = other ? random.Between(30, 32) : random.Between(27, 29);
  text.expiry = std::to_string(year * 100 + month) + "00";  // day 00: end of the month
  text.lot = (other ? "M" : "L") + RandomText(random, kDigits, 7);
  return text;
}

/// `length` characters that no other number below 40 000 000 gets at the same length: the last
/// eight digits are a bijection of the number, the rest is random.
std::string MakeSerial(uint64_t seed, uint64_t number, std::string_view alphabet, size_t length) {
  Random batch(seed, Stream::kBatch, 3);
  constexpr uint64_t kModulus = 100'000'000;
  // Odd and not divisible by 5, hence invertible modulo 10^8.
  const uint64_t factor = 10 * batch.Below(9'999'999) + 3;
  const uint64_t value = (number * factor + batch.Below(kModulus)) % kModulus;
  std::string core = std::to_string(value);
  core.insert(0, 8 - core.size(), '0');
  Random random(seed, Stream::kCode, number);
  return RandomText(random, alphabet, length - core.size()) + core;
}

uint64_t Number(CodeList list, uint64_t item) { return 4 * item + static_cast<uint64_t>(list); }

}  // namespace

std::string MakeCode(uint64_t seed, CodeList list, uint64_t item, CodeFormat format) {
  const BatchText batch = MakeBatchText(seed, list == CodeList::kOther);
  const uint64_t number = Number(list, item);
  const std::string head = "01" + batch.gtin;
  const std::string with_lot = head + "17" + batch.expiry + "10" + batch.lot + kGs;
  switch (format) {
    case CodeFormat::kShort:
      return head + "21" + MakeSerial(seed, number, kDigits, 8);
    case CodeFormat::kExpiry:
      return head + "17" + batch.expiry + "21" + MakeSerial(seed, number, kDigits, 10);
    case CodeFormat::kLot:
      return with_lot + "21" + MakeSerial(seed, number, kDigits, 12);
    case CodeFormat::kLong:
      return with_lot + "21" + MakeSerial(seed, number, kUpper, 14);
    case CodeFormat::kLabel:
      return with_lot + "21" + MakeSerial(seed, number, kDigits, 8);
    case CodeFormat::kVeryLong:
      break;
  }
  return with_lot + "21" + MakeSerial(seed, number, kMixed, 20);
}

std::string MakePlainCode(uint64_t seed, CodeList list, uint64_t item, int size) {
  // Codewords of data (ISO/IEC 16022:2006 table 7): 12, 18, 22, 30; a codeword holds two digits,
  // and three hold four letters (C40).
  constexpr size_t kLength[kPlainCodeSizes] = {22, 34, 28, 38};
  std::string code =
      MakeSerial(seed, Number(list, item), size < 2 ? kDigits : kUpper, kLength[size]);
  // A list of codes takes what has the form of an SSCC or of a GTIN with serial for one.
  if (code[0] == '0') code[0] = '5';
  return code;
}

std::string MakeNumber(uint64_t seed, int lane, uint64_t feed) {
  Random random(seed, Stream::kBatch, 4);
  constexpr uint64_t kLaneNumbers = 15'000'000;
  const uint64_t first = 10'000'000 + random.Below(4'000'000);
  return std::to_string(first + static_cast<uint64_t>(lane) * kLaneNumbers + feed);
}

std::string MakeGtin(uint64_t seed) { return MakeBatchText(seed, false).gtin; }

std::string MakeOtherGtin(uint64_t seed) {
  std::string gtin = MakeGtin(seed);
  gtin[11] = gtin[11] == '9' ? '0' : static_cast<char>(gtin[11] + 1);
  gtin.pop_back();
  return gtin + CheckDigit(gtin);
}

std::string MakeCodeWithoutSeparator(uint64_t seed, uint64_t item) {
  std::string code = MakeCode(seed, CodeList::kIssued, item, CodeFormat::kLong);
  code.erase(code.find(kGs), 1);  // AI 10 now has 8 + 2 + 14 characters
  return code;
}

std::string MakeCodeWithLongSerial(uint64_t seed, uint64_t item) {
  Random random(seed, Stream::kCode, ~item);
  const BatchText batch = MakeBatchText(seed, false);
  const size_t length = 22 + random.Below(3);
  return "01" + batch.gtin + "21" +
         MakeSerial(seed, Number(CodeList::kIssued, item), kUpper, length);
}

}  // namespace veriline::linesim
