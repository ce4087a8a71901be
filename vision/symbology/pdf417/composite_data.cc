// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/composite_data.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace veriline::symbology::pdf417 {
namespace {

constexpr int kBase928 = 928;
/// Bits of so many codewords of base 928.
constexpr std::array<int, 8> kBitsOf928 = {0, 9, 19, 29, 39, 49, 59, 69};
constexpr size_t kMostBytes = 1500;  ///< CC-C has 11 805 bits

constexpr int kLinkage = 920, kByteLatch = 901, kByteLatchSix = 924;
constexpr int kBase900 = 900;

/// A field of bits in bytes.
class BitField {
 public:
  bool Put(bool bit) {
    if (bits_ == 8 * bytes_.size()) return false;
    if (bit) bytes_[bits_ / 8] = static_cast<uint8_t>(bytes_[bits_ / 8] | 0x80 >> bits_ % 8);
    ++bits_;
    return true;
  }
  bool PutByte(int byte) {
    for (int shift = 7; shift >= 0; --shift) {
      if (!Put((byte >> shift & 1) != 0)) return false;
    }
    return true;
  }
  BitReader reader() const { return {bytes_, bits_}; }

 private:
  std::array<uint8_t, kMostBytes> bytes_{};
  size_t bits_ = 0;
};

/// Seven codewords tell 69 bits, fewer at the end as many whole bits as they can.
bool TakeBase928(std::span<const int16_t> codewords, BitField* out) {
  constexpr size_t kGroup = 7;
  for (size_t at = 0; at < codewords.size(); at += kGroup) {
    const auto group = codewords.subspan(at, std::min(kGroup, codewords.size() - at));
    std::array<uint8_t, 10> number{};  // the most significant byte first
    for (const int16_t codeword : group) {
      if (codeword < 0 || codeword >= kBase928) return false;
      int carry = codeword;
      for (size_t i = number.size(); i-- > 0;) {
        carry += number[i] * kBase928;
        number[i] = static_cast<uint8_t>(carry & 0xFF);
        carry >>= 8;
      }
    }
    const auto bit = [&](int i) { return (number[number.size() - 1 - i / 8u] >> i % 8 & 1) != 0; };
    const int bits = kBitsOf928[group.size()];
    for (int i = 8 * static_cast<int>(number.size()) - 1; i >= bits; --i) {
      if (bit(i)) return false;
    }
    for (int i = bits - 1; i >= 0; --i) {
      if (!out->Put(bit(i))) return false;
    }
  }
  return true;
}

/// Byte compaction (ISO/IEC 15438, 5.4.3): five codewords tell six bytes; behind the latch 901 the
/// last ones, of which there are one to five, a byte each.
bool TakeBytes(std::span<const int16_t> codewords, BitField* out) {
  constexpr size_t kGroup = 5;
  if (codewords.size() < 2 || codewords[0] != kLinkage) return false;
  const int latch = codewords[1];
  if (latch != kByteLatch && latch != kByteLatchSix) return false;
  codewords = codewords.subspan(2);
  const auto end = std::ranges::find_if(codewords, [](int16_t c) { return c >= kBase900; });
  codewords = codewords.first(static_cast<size_t>(end - codewords.begin()));
  while (!codewords.empty()) {
    const bool whole =
        latch == kByteLatchSix ? codewords.size() >= kGroup : codewords.size() > kGroup;
    if (!whole) break;
    uint64_t number = 0;
    for (size_t i = 0; i < kGroup; ++i) {
      if (codewords[i] < 0) return false;
      number = number * kBase900 + static_cast<uint64_t>(codewords[i]);
    }
    if (number >> 48 != 0) return false;
    for (int shift = 40; shift >= 0; shift -= 8) {
      if (!out->PutByte(static_cast<int>(number >> shift & 0xFF))) return false;
    }
    codewords = codewords.subspan(kGroup);
  }
  return std::ranges::all_of(
      codewords, [out](int16_t byte) { return byte >= 0 && byte <= 0xFF && out->PutByte(byte); });
}

/// Method 10: a date or none, then a lot number or none, and what follows.
bool TakeDateAndLot(BitReader* bits, TextWriter* out) {
  if (bits->TakeIf(2, 0b11)) {
    return out->Put("10") && DecodeGeneralPurpose(GeneralMode::kNumeric, bits, out);
  }
  constexpr int kDates = 38400;  // of a hundred years
  if (bits->left() < 17) return false;
  const int date = bits->Take(16);
  if (date >= kDates || !out->Put(bits->Take(1) == 0 ? "11" : "17") || !out->PutDate(date)) {
    return false;
  }
  std::array<char, kMaxComponentBytes> memory;
  TextWriter field(memory);
  if (!DecodeGeneralPurpose(GeneralMode::kNumeric, bits, &field)) return false;
  const std::string_view text = field.view();
  // FNC1 in front says that there is no lot number.
  if (text.empty()) return true;
  return text.front() == kGs1Separator ? out->Put(text.substr(1))
                                       : out->Put("10") && out->Put(text);
}

/// AI 90 in its alpha mode up to FNC1 or the end: letters in five bits, digits in six.
bool TakeAlpha(BitReader* bits, bool* ended, TextWriter* out) {
  constexpr int kFnc1 = 31, kLetters = 26, kFirstDigit = 52;
  *ended = false;
  while (bits->left() >= 5) {
    if (bits->TakeIf(5, kFnc1)) {
      *ended = true;
      return true;
    }
    if (bits->Peek(5) < kLetters) {
      if (!out->Put(static_cast<char>('A' + bits->Take(5)))) return false;
      continue;
    }
    if (bits->left() < 6) return true;
    const int digit = bits->Take(6) - kFirstDigit;
    if (digit < 0 || digit > 9 || !out->Put(static_cast<char>('0' + digit))) return false;
  }
  return true;
}

/// Method 11: AI 90, which begins with a number of up to three digits and a letter; AI 21 or 8004
/// behind it, which is then left out.
bool TakeAi90(BitReader* bits, TextWriter* out) {
  constexpr std::string_view kLetters = "BDHIJKLNPQRSTVWZ";  // Table 3, those in four bits
  constexpr int kAnyNumber = 31;
  enum class Mode { kAlphanumeric, kNumeric, kAlpha };
  // The longest way to the first field: 3 + 2 + 20 bits.
  if (bits->left() < 12) return false;
  const Mode mode = bits->Take(1) == 0   ? Mode::kAlphanumeric
                    : bits->Take(1) == 0 ? Mode::kNumeric
                                         : Mode::kAlpha;
  const std::string_view left_out = bits->Take(1) == 0 ? "" : bits->Take(1) == 0 ? "21" : "8004";
  if (bits->left() < 9) return false;
  int number = bits->Take(5);
  int letter = 0;
  if (number < kAnyNumber) {
    letter = kLetters[static_cast<size_t>(bits->Take(4))];
  } else {
    if (bits->left() < 15) return false;
    number = bits->Take(10);
    letter = 'A' + bits->Take(5);
    if (number > 999 || letter > 'Z') return false;
  }
  const int digits = number > 99 ? 3 : number > 9 ? 2 : number > 0 ? 1 : 0;
  if (!out->Put("90") || (digits > 0 && !out->PutNumber(number, digits)) ||
      !out->Put(static_cast<char>(letter))) {
    return false;
  }
  std::array<char, kMaxComponentBytes> memory;
  TextWriter field(memory);
  bool more = true;
  if (mode == Mode::kAlpha) {
    if (!TakeAlpha(bits, &more, out)) return false;
    if (more && !field.Put(kGs1Separator)) return false;
  }
  const auto general =
      mode == Mode::kAlphanumeric ? GeneralMode::kAlphanumeric : GeneralMode::kNumeric;
  const bool without_ai = mode != Mode::kAlpha && !left_out.empty();
  if (more && !DecodeGeneralPurpose(general, bits, &field, without_ai)) return false;
  const std::string_view text = field.view();
  if (left_out.empty()) return out->Put(text);
  const size_t end = text.find(kGs1Separator);
  return end != std::string_view::npos && out->Put(text.substr(0, end + 1)) && out->Put(left_out) &&
         out->Put(text.substr(end + 1));
}

bool TakeAll(BitReader* bits, TextWriter* out) {
  if (bits->TakeIf(1, 0b0)) return DecodeGeneralPurpose(GeneralMode::kNumeric, bits, out);
  if (bits->TakeIf(2, 0b10)) return TakeDateAndLot(bits, out);
  return bits->TakeIf(2, 0b11) && TakeAi90(bits, out);
}

}  // namespace

bool DecodeComponent(bool cc_a, std::span<const int16_t> codewords, TextWriter* out) {
  BitField field;
  if (!(cc_a ? TakeBase928(codewords, &field) : TakeBytes(codewords, &field))) return false;
  BitReader bits = field.reader();
  if (!TakeAll(&bits, out)) return false;
  out->DropSeparators();
  const std::string_view text = out->view();
  const auto digit = [&](size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  return text.size() > 2 && digit(0) && digit(1);
}

}  // namespace veriline::symbology::pdf417
