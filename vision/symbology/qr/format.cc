// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/format.h"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace veriline::symbology::qr {
namespace {

constexpr uint32_t kFormatGenerator = 0x537;    // x^10 + x^8 + x^5 + x^4 + x^2 + x + 1
constexpr uint32_t kVersionGenerator = 0x1F25;  // x^12 + x^11 + x^10 + x^9 + x^8 + x^5 + x^2 + 1
constexpr uint16_t kFormatMask = 0x5412;
constexpr uint16_t kMicroFormatMask = 0x4445;
constexpr int kFirstVersion = 7;

/// `data` followed by the remainder of its division.
constexpr uint32_t Bch(uint32_t data, uint32_t generator) {
  const int check_bits = static_cast<int>(std::bit_width(generator)) - 1;
  uint32_t rest = data << check_bits;
  while (static_cast<int>(std::bit_width(rest)) > check_bits) {
    rest ^= generator << (static_cast<int>(std::bit_width(rest)) - 1 - check_bits);
  }
  return data << check_bits | rest;
}

constexpr auto kFormatWords = [] {
  std::array<uint16_t, 32> words{};
  for (uint32_t i = 0; i < 32; ++i) words[i] = static_cast<uint16_t>(Bch(i, kFormatGenerator));
  return words;
}();
constexpr auto kVersionWords = [] {
  std::array<uint32_t, 34> words{};
  for (uint32_t i = 0; i < 34; ++i) words[i] = Bch(i + kFirstVersion, kVersionGenerator);
  return words;
}();

/// The level of each two-bit indicator (table 12), which is its own inverse.
constexpr Level kLevelOfIndicator[] = {Level::kM, Level::kL, Level::kH, Level::kQ};
constexpr uint8_t kIndicatorOfLevel[] = {1, 0, 3, 2};

/// Symbol numbers 0 to 7 (table 13).
constexpr Format kMicroSymbols[] = {
    {Level::kDetection, 0, 1}, {Level::kL, 0, 2}, {Level::kM, 0, 2}, {Level::kL, 0, 3},
    {Level::kM, 0, 3},         {Level::kL, 0, 4}, {Level::kM, 0, 4}, {Level::kQ, 0, 4},
};

Format FormatOfData(uint32_t data, bool micro) {
  Format format = micro ? kMicroSymbols[data >> 2] : Format{kLevelOfIndicator[data >> 3], 0, 0};
  format.mask = static_cast<uint8_t>(data & (micro ? 3 : 7));
  return format;
}

/// The choice among the words of a code for one or two copies of one of them.
struct Choice {
  bool ok = false;
  size_t index = 0;
  std::array<int8_t, 2> wrong_bits{-1, -1};
};

/// The word with the fewest wrong bits, whether another has as few, and how many these are.
struct Fewest {
  size_t index = 0;
  int bits = 1000;
  bool draw = false;

  void Offer(size_t other, int wrong) {
    if (wrong > bits) return;
    draw = wrong == bits;
    if (draw) return;
    index = other;
    bits = wrong;
  }
};

template <class Word, size_t kWords>
Choice Nearest(const std::array<Word, kWords>& code, std::span<const Word> copies) {
  if (copies.empty()) return {};
  // Undamaged copies are what is mostly met.
  const auto exact = std::find(code.begin(), code.end(), copies[0]);
  if (exact != code.end() && copies[0] == copies.back()) {
    const auto second = static_cast<int8_t>(copies.size() == 2 ? 0 : -1);
    return {true, static_cast<size_t>(exact - code.begin()), {0, second}};
  }
  const auto wrong_bits = [&](size_t index, size_t copy) {
    return std::popcount(static_cast<uint32_t>(code[index] ^ copies[copy]));
  };
  std::array<Fewest, 2> alone;
  Fewest together;
  for (size_t i = 0; i < kWords && together.bits != 0; ++i) {
    int sum = 0;
    for (size_t k = 0; k < copies.size(); ++k) {
      const int wrong = wrong_bits(i, k);
      alone[k].Offer(i, wrong);
      sum += wrong;
    }
    together.Offer(i, sum);
  }

  Choice choice;
  const size_t nearer = alone[1].bits < alone[0].bits ? 1 : 0;
  if (alone[nearer].bits > kMaxWrongBits) {
    choice.index = together.index;
    choice.ok = copies.size() == 2 && together.bits <= 2 * kMaxWrongBits && !together.draw;
  } else if (alone[0].bits != alone[1].bits || alone[0].index == alone[1].index) {
    choice.index = alone[nearer].index;
    choice.ok = true;
  } else {  // each is as near to another word: the other copy says which
    const int first = wrong_bits(alone[0].index, 1), second = wrong_bits(alone[1].index, 0);
    choice.index = alone[second < first ? 1 : 0].index;
    choice.ok = first != second;
  }
  for (size_t k = 0; k < copies.size(); ++k) {
    choice.wrong_bits[k] = static_cast<int8_t>(wrong_bits(choice.index, k));
  }
  return choice;
}

template <class Word>
Word ReadWord(std::span<const uint8_t> dark, Version version, int copy, int bits,
              Module (*module_of)(Version, int, int)) {
  Word word = 0;
  for (int bit = 0; bit < bits; ++bit) {
    const Module m = module_of(version, copy, bit);
    const auto at = static_cast<size_t>(m.row * version.Size() + m.col);
    word = static_cast<Word>(word | (dark[at] & 1u) << bit);
  }
  return word;
}

Module At(int row, int col) { return {static_cast<uint8_t>(row), static_cast<uint8_t>(col)}; }

}  // namespace

Module FormatModule(Version version, int copy, int bit) {
  const int size = version.Size();
  if (version.micro) return bit < 7 ? At(bit + 1, 8) : At(8, 15 - bit);
  if (copy == 0) {
    if (bit < 8) return At(bit < 6 ? bit : bit + 1, 8);
    return At(8, bit == 8 ? 7 : 14 - bit);
  }
  return bit < 8 ? At(8, size - 1 - bit) : At(size - 15 + bit, 8);
}

Module VersionModule(Version version, int copy, int bit) {
  const int along = bit / 3, across = version.Size() - 11 + bit % 3;
  return copy == 0 ? At(along, across) : At(across, along);
}

uint16_t FormatWord(Format format) {
  uint32_t data = format.mask;
  if (format.micro_version == 0) {
    data |= static_cast<uint32_t>(kIndicatorOfLevel[static_cast<size_t>(format.level)]) << 3;
    return kFormatWords[data] ^ kFormatMask;
  }
  for (uint32_t i = 0; i < 8; ++i) {
    const Format& symbol = kMicroSymbols[i];
    if (symbol.micro_version == format.micro_version && symbol.level == format.level) {
      data |= i << 2;
    }
  }
  return kFormatWords[data] ^ kMicroFormatMask;
}

uint32_t VersionWord(int number) {
  return kVersionWords[static_cast<size_t>(number - kFirstVersion)];
}

FormatReading DecodeFormat(std::span<const uint16_t> words, bool micro) {
  FormatReading reading;
  std::array<uint16_t, 2> plain{};
  for (const uint16_t word : words.first(std::min<size_t>(2, words.size()))) {
    const auto copy = static_cast<size_t>(reading.copies++);
    reading.words[copy] = word & 0x7FFF;
    plain[copy] = reading.words[copy] ^ (micro ? kMicroFormatMask : kFormatMask);
  }
  const auto copies = std::span<const uint16_t>(plain).first(static_cast<size_t>(reading.copies));
  const Choice choice = Nearest<uint16_t>(kFormatWords, copies);
  reading.ok = choice.ok;
  reading.wrong_bits = choice.wrong_bits;
  reading.format = FormatOfData(static_cast<uint32_t>(choice.index), micro);
  return reading;
}

FormatReading ReadFormat(std::span<const uint8_t> dark, Version version) {
  std::array<uint16_t, 2> words{};
  const int copies = FormatCopies(version);
  for (int copy = 0; copy < copies; ++copy) {
    words[static_cast<size_t>(copy)] =
        ReadWord<uint16_t>(dark, version, copy, kFormatBits, FormatModule);
  }
  return DecodeFormat(std::span(words).first(static_cast<size_t>(copies)), version.micro);
}

VersionReading DecodeVersion(std::span<const uint32_t> words) {
  VersionReading reading;
  for (const uint32_t word : words.first(std::min<size_t>(2, words.size()))) {
    reading.words[static_cast<size_t>(reading.copies++)] = word & 0x3FFFF;
  }
  const Choice choice = Nearest<uint32_t>(
      kVersionWords,
      std::span<const uint32_t>(reading.words).first(static_cast<size_t>(reading.copies)));
  reading.ok = choice.ok;
  reading.wrong_bits = choice.wrong_bits;
  reading.number = static_cast<uint8_t>(choice.index + kFirstVersion);
  return reading;
}

VersionReading ReadVersion(std::span<const uint8_t> dark, Version version) {
  std::array<uint32_t, 2> words{};
  for (int copy = 0; copy < 2; ++copy) {
    words[static_cast<size_t>(copy)] =
        ReadWord<uint32_t>(dark, version, copy, kVersionBits, VersionModule);
  }
  return DecodeVersion(words);
}

}  // namespace veriline::symbology::qr
