// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/general_purpose.h"

#include <algorithm>

namespace veriline::symbology {
namespace {

/// A character of the alphanumeric or the ISO 646 mode: 0 where the bits end or are padding, a
/// negative number where they are none.
int TakeCharacter(GeneralMode mode, BitReader* bits) {
  if (bits->left() < 5) return 0;
  const int five = bits->Peek(5);
  if (five >= 5 && five <= 14) return bits->Take(5) - 5 + '0';
  if (five == 15) return bits->Take(5), kGs1Separator;
  if (mode == GeneralMode::kAlphanumeric) {
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

/// 0 to 9, or 10 for FNC1.
bool PutNumeric(int value, TextWriter* out) {
  return out->Put(value == 10 ? kGs1Separator : static_cast<char>('0' + value));
}

}  // namespace

int BitReader::Peek(size_t count) const {
  int value = 0;
  for (size_t i = at_; i < at_ + count; ++i) value = 2 * value + (Bit(i) ? 1 : 0);
  return value;
}

bool BitReader::IsPadding() const {
  for (size_t i = at_ + 4; i < size_; ++i) {
    if (Bit(i) != ((i - at_ - 4) % 5 == 2)) return false;
  }
  return true;
}

bool TextWriter::Put(char c) {
  if (size_ == memory_.size()) return false;
  memory_[size_++] = c;
  return true;
}

bool TextWriter::Put(std::string_view text) {
  return std::ranges::all_of(text, [this](char c) { return Put(c); });
}

bool TextWriter::PutNumber(int value, int digits) {
  int scale = 1;
  for (int i = 1; i < digits; ++i) scale *= 10;
  for (; scale > 0; scale /= 10) {
    if (!Put(static_cast<char>('0' + value / scale % 10))) return false;
  }
  return true;
}

bool TextWriter::PutDate(int date) {
  return PutNumber(date / 384, 2) && PutNumber(date / 32 % 12 + 1, 2) && PutNumber(date % 32, 2);
}

void TextWriter::DropSeparators() {
  while (size_ > 0 && memory_[size_ - 1] == kGs1Separator) --size_;
}

bool DecodeGeneralPurpose(GeneralMode mode, BitReader* bits, TextWriter* out, bool without_ai) {
  while (true) {
    if (mode == GeneralMode::kNumeric) {
      if (bits->left() < 4) return true;
      if (bits->left() < 7) {  // a last digit, or padding
        const int digit = bits->Take(4) - 1;
        return digit < 0 || (digit <= 9 && PutNumeric(digit, out));
      }
      if (bits->TakeIf(4, 0)) {
        mode = GeneralMode::kAlphanumeric;
        continue;
      }
      const int pair = bits->Take(7) - 8;
      if (!PutNumeric(pair / 11, out) || !PutNumeric(pair % 11, out)) return false;
      continue;
    }
    if (bits->TakeIf(3, 0)) {
      mode = GeneralMode::kNumeric;
      continue;
    }
    if (bits->TakeIf(5, 0b00100)) {  // padding as well
      mode = mode == GeneralMode::kIso646 ? GeneralMode::kAlphanumeric : GeneralMode::kIso646;
      continue;
    }
    const int c = TakeCharacter(mode, bits);
    if (c == 0) return true;
    if (c < 0 || !out->Put(static_cast<char>(c))) return false;
    if (c != kGs1Separator) continue;
    mode = GeneralMode::kNumeric;
    // FNC1 leads to the numeric mode by itself. Some printers put the latch 000 there nevertheless;
    // with the pair of digits of an AI below 51 behind it, that looks like one to letters, which no
    // field begins with.
    const bool may_be_latch = !without_ai && bits->left() >= 7 && bits->Peek(4) == 0;
    if (may_be_latch && !bits->IsPadding()) bits->Take(3);
    without_ai = false;
  }
}

}  // namespace veriline::symbology
