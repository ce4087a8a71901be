// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/databar_data.h"

#include "vision/symbology/general_purpose.h"
#include "vision/symbology/linear/databar_common.h"

namespace veriline::symbology::linear {
namespace {

constexpr int kBitsOfCharacter = 12;

/// AI 01 with its first digit, twelve more in 40 bits, and the check digit that they give.
bool TakeGtin(int first, BitReader* bits, TextWriter* out) {
  char gtin[14] = {static_cast<char>('0' + first)};
  if (first > 9 || bits->left() < 40) return false;
  for (int i = 1; i < 13; i += 3) {
    const int three = bits->Take(10);
    if (three > 999) return false;
    gtin[i] = static_cast<char>('0' + three / 100);
    gtin[i + 1] = static_cast<char>('0' + three / 10 % 10);
    gtin[i + 2] = static_cast<char>('0' + three % 10);
  }
  AppendGtinCheckDigit(gtin);
  return out->Put("01") && out->Put({gtin, 14});
}

/// AI 310n or 320n of six digits in 20 bits, and a date of `date_ai` in 16.
bool TakeWeightAndDate(std::string_view weight_ai, std::string_view date_ai, BitReader* bits,
                       TextWriter* out) {
  constexpr int kNoDate = 38400;
  if (bits->left() < 36) return false;
  const int weight = bits->Take(20), date = bits->Take(16);
  if (weight > 999999 || date > kNoDate) return false;
  if (!out->Put(weight_ai) || !out->PutNumber(weight / 100000, 1) ||
      !out->PutNumber(weight % 100000, 6)) {
    return false;
  }
  return date == kNoDate || (out->Put(date_ai) && out->PutDate(date));
}

/// AI 392n, and 393n with three digits of a currency: the price is a general purpose field.
bool TakePrice(bool currency, BitReader* bits, TextWriter* out) {
  if (bits->left() < 12) return false;
  if (!out->Put(currency ? "393" : "392") || !out->PutNumber(bits->Take(2), 1)) return false;
  if (currency) {
    const int number = bits->Take(10);
    if (number > 999 || !out->PutNumber(number, 3)) return false;
  }
  return DecodeGeneralPurpose(GeneralMode::kNumeric, bits, out);
}

/// By the encodation method that the first bits tell.
bool TakeAll(BitReader* bits, TextWriter* out) {
  constexpr size_t kLength = 2;   // bits that tell what the symbol itself shows
  constexpr int kFirstDigit = 9;  // of GTINs of products of variable measure
  if (bits->TakeIf(1, 0b1)) {
    bits->Take(kLength);
    return TakeGtin(bits->Take(4), bits, out) &&
           DecodeGeneralPurpose(GeneralMode::kNumeric, bits, out);
  }
  if (bits->TakeIf(2, 0b00)) {
    bits->Take(kLength);
    return DecodeGeneralPurpose(GeneralMode::kNumeric, bits, out);
  }
  if (bits->TakeIf(4, 0b0100)) {
    if (!TakeGtin(kFirstDigit, bits, out) || bits->left() < 15) return false;
    return out->Put("3103") && out->PutNumber(bits->Take(15), 6);
  }
  if (bits->TakeIf(4, 0b0101)) {
    if (!TakeGtin(kFirstDigit, bits, out) || bits->left() < 15) return false;
    const int weight = bits->Take(15);
    return weight < 10000 ? out->Put("3202") && out->PutNumber(weight, 6)
                          : out->Put("3203") && out->PutNumber(weight - 10000, 6);
  }
  for (const bool currency : {false, true}) {
    if (!bits->TakeIf(5, currency ? 0b01101 : 0b01100)) continue;
    bits->Take(kLength);
    return TakeGtin(kFirstDigit, bits, out) && TakePrice(currency, bits, out);
  }
  if (!bits->TakeIf(4, 0b0111)) return false;
  constexpr std::string_view kDates[] = {"11", "13", "15", "17"};
  const int method = bits->Take(3);
  return TakeGtin(kFirstDigit, bits, out) &&
         TakeWeightAndDate(method % 2 == 0 ? "310" : "320", kDates[method / 2], bits, out);
}

}  // namespace

bool DecodeDataBarData(std::span<const int16_t> characters, DataBarData* out) {
  out->size = 0;
  constexpr size_t kLeast = 3, kMost = 24;
  if (characters.size() < kLeast || characters.size() > kMost) return false;
  std::array<uint8_t, (kMost * kBitsOfCharacter + 7) / 8> bytes{};
  for (size_t i = 0; i < characters.size() * kBitsOfCharacter; ++i) {
    const size_t shift = kBitsOfCharacter - 1 - i % kBitsOfCharacter;
    const int bit = characters[i / kBitsOfCharacter] >> shift & 1;
    bytes[i / 8] = static_cast<uint8_t>(bytes[i / 8] | bit << (7 - i % 8));
  }
  BitReader bits(bytes, characters.size() * kBitsOfCharacter);
  TextWriter writer(out->text);
  out->linked = bits.Take(1) != 0;
  if (!TakeAll(&bits, &writer)) return false;
  writer.DropSeparators();
  out->size = writer.view().size();
  const auto digit = [&](size_t i) { return out->text[i] >= '0' && out->text[i] <= '9'; };
  return out->size > 2 && digit(0) && digit(1);
}

}  // namespace veriline::symbology::linear
