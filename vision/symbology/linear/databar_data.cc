// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/databar_data.h"

#include "vision/symbology/linear/databar_common.h"

namespace veriline::symbology::linear {
namespace {

constexpr int kBitsOfCharacter = 12;
constexpr char kFnc1 = 0x1d;

/// Bits from the most significant one of the first character on.
class Bits {
 public:
  explicit Bits(std::span<const int16_t> characters) : characters_(characters) {}

  size_t left() const { return characters_.size() * kBitsOfCharacter - at_; }
  /// The next bits, which are there.
  int Peek(size_t count) const {
    int value = 0;
    for (size_t i = at_; i < at_ + count; ++i) value = 2 * value + (Bit(i) ? 1 : 0);
    return value;
  }
  int Take(size_t count) {
    const int value = Peek(count);
    at_ += count;
    return value;
  }
  /// Whether all that is left is how a numeric text is padded: a latch to letters and further ones.
  bool IsPadding() const {
    for (size_t i = at_ + 4; i < characters_.size() * kBitsOfCharacter; ++i) {
      if (Bit(i) != ((i - at_ - 4) % 5 == 2)) return false;
    }
    return true;
  }
  /// Takes the next bits if they are these.
  bool TakeIf(size_t count, int value) {
    if (left() < count || Peek(count) != value) return false;
    at_ += count;
    return true;
  }

 private:
  bool Bit(size_t i) const {
    const size_t shift = kBitsOfCharacter - 1 - i % kBitsOfCharacter;
    return (characters_[i / kBitsOfCharacter] >> shift & 1) != 0;
  }

  std::span<const int16_t> characters_;
  size_t at_ = 0;
};

class Writer {
 public:
  explicit Writer(DataBarData* out) : out_(out) {}

  bool Put(char c) {
    if (out_->size == out_->text.size()) return false;
    out_->text[out_->size++] = c;
    return true;
  }
  bool Put(std::string_view text) {
    for (const char c : text) {
      if (!Put(c)) return false;
    }
    return true;
  }
  bool Number(int value, int digits) {
    int scale = 1;
    for (int i = 1; i < digits; ++i) scale *= 10;
    for (; scale > 0; scale /= 10) {
      if (!Put(static_cast<char>('0' + value / scale % 10))) return false;
    }
    return true;
  }
  /// 0 to 9, or 10 for FNC1.
  bool Numeric(int value) { return Put(value == 10 ? kFnc1 : static_cast<char>('0' + value)); }

 private:
  DataBarData* out_;
};

/// AI 01 with its first digit, twelve more in 40 bits, and the check digit that they give.
bool TakeGtin(int first, Bits* bits, Writer* out) {
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

enum class Mode { kNumeric, kAlphanumeric, kIso646 };

/// A character of the alphanumeric or the ISO 646 mode: 0 where the bits end or are padding, a
/// negative number where they are none.
int TakeCharacter(Mode mode, Bits* bits) {
  if (bits->left() < 5) return 0;
  const int five = bits->Peek(5);
  if (five >= 5 && five <= 14) return bits->Take(5) - 5 + '0';
  if (five == 15) return bits->Take(5), kFnc1;
  if (mode == Mode::kAlphanumeric) {
    if (bits->left() < 6) return 0;
    const int six = bits->Take(6);
    if (six < 58) return six - 32 + 'A';
    return six == 63 ? -1 : "*,-./"[six - 58];
  }
  if (bits->left() < 7) return 0;
  const int seven = bits->Peek(7);
  if (seven < 90) return bits->Take(7) - 64 + 'A';
  if (seven < 116) return bits->Take(7) - 90 + 'a';
  if (bits->left() < 8) return 0;
  const int eight = bits->Take(8);
  return eight > 252 ? -1 : "!\"%&'()*+,-./:;<=>?_ "[eight - 232];
}

/// The general purpose field to the end of the bits, ISO/IEC 24724, 7.2.5.5.
bool TakeGeneral(Bits* bits, Writer* out) {
  Mode mode = Mode::kNumeric;
  while (true) {
    if (mode == Mode::kNumeric) {
      if (bits->left() < 4) return true;
      if (bits->left() < 7) {  // a last digit, or padding
        const int digit = bits->Take(4) - 1;
        return digit < 0 || (digit <= 9 && out->Numeric(digit));
      }
      if (bits->TakeIf(4, 0)) {
        mode = Mode::kAlphanumeric;
        continue;
      }
      const int pair = bits->Take(7) - 8;
      if (!out->Numeric(pair / 11) || !out->Numeric(pair % 11)) return false;
      continue;
    }
    if (bits->TakeIf(3, 0)) {
      mode = Mode::kNumeric;
      continue;
    }
    if (bits->TakeIf(5, 0b00100)) {  // padding as well
      mode = mode == Mode::kIso646 ? Mode::kAlphanumeric : Mode::kIso646;
      continue;
    }
    const int c = TakeCharacter(mode, bits);
    if (c == 0) return true;
    if (c < 0 || !out->Put(static_cast<char>(c))) return false;
    if (c != kFnc1) continue;
    mode = Mode::kNumeric;
    // FNC1 leads to the numeric mode by itself. Some printers put the latch 000 there nevertheless;
    // with the pair of digits of an AI below 51 behind it, that looks like one to letters, which no
    // field begins with.
    if (bits->left() >= 7 && bits->Peek(4) == 0 && !bits->IsPadding()) bits->Take(3);
  }
}

/// AI 310n or 320n of six digits in 20 bits, and a date of `date_ai` in 16.
bool TakeWeightAndDate(std::string_view weight_ai, std::string_view date_ai, Bits* bits,
                       Writer* out) {
  constexpr int kNoDate = 38400;
  if (bits->left() < 36) return false;
  const int weight = bits->Take(20), date = bits->Take(16);
  if (weight > 999999 || date > kNoDate) return false;
  if (!out->Put(weight_ai) || !out->Number(weight / 100000, 1) ||
      !out->Number(weight % 100000, 6)) {
    return false;
  }
  return date == kNoDate || (out->Put(date_ai) && out->Number(date / 384, 2) &&
                             out->Number(date / 32 % 12 + 1, 2) && out->Number(date % 32, 2));
}

/// AI 392n, and 393n with three digits of a currency: the price is a general purpose field.
bool TakePrice(bool currency, Bits* bits, Writer* out) {
  if (bits->left() < 12) return false;
  if (!out->Put(currency ? "393" : "392") || !out->Number(bits->Take(2), 1)) return false;
  if (currency) {
    const int number = bits->Take(10);
    if (number > 999 || !out->Number(number, 3)) return false;
  }
  return TakeGeneral(bits, out);
}

/// By the encodation method that the first bits tell.
bool TakeAll(Bits* bits, Writer* out) {
  constexpr size_t kLength = 2;   // bits that tell what the symbol itself shows
  constexpr int kFirstDigit = 9;  // of GTINs of products of variable measure
  if (bits->TakeIf(1, 0b1)) {
    bits->Take(kLength);
    return TakeGtin(bits->Take(4), bits, out) && TakeGeneral(bits, out);
  }
  if (bits->TakeIf(2, 0b00)) {
    bits->Take(kLength);
    return TakeGeneral(bits, out);
  }
  if (bits->TakeIf(4, 0b0100)) {
    if (!TakeGtin(kFirstDigit, bits, out) || bits->left() < 15) return false;
    return out->Put("3103") && out->Number(bits->Take(15), 6);
  }
  if (bits->TakeIf(4, 0b0101)) {
    if (!TakeGtin(kFirstDigit, bits, out) || bits->left() < 15) return false;
    const int weight = bits->Take(15);
    return weight < 10000 ? out->Put("3202") && out->Number(weight, 6)
                          : out->Put("3203") && out->Number(weight - 10000, 6);
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
  constexpr size_t kLeast = 3;
  if (characters.size() < kLeast) return false;
  Bits bits(characters);
  Writer writer(out);
  out->linked = bits.Take(1) != 0;
  if (!TakeAll(&bits, &writer)) return false;
  while (out->size > 0 && out->text[out->size - 1] == kFnc1) --out->size;
  const auto digit = [&](size_t i) { return out->text[i] >= '0' && out->text[i] <= '9'; };
  return out->size > 2 && digit(0) && digit(1);
}

}  // namespace veriline::symbology::linear
