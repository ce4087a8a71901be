// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/code39.h"

#include <algorithm>
#include <array>

#include "vision/symbology/linear/two_width.h"

namespace veriline::symbology::linear::code39 {
namespace {

constexpr int16_t kAsterisk = 43;  // here, behind the values of data characters
constexpr int16_t kNone = -1;
constexpr int kStride = kElements + 1;
constexpr float kWidthTolerance = 1.2f;  // of neighbouring characters, as a ratio
constexpr float kWidestGapX = 5.3f;
constexpr float kLeastRatio = 1.5f, kMostRatio = 4;
constexpr float kLeastQuietX = 3;

constexpr auto kByPattern = [] {
  std::array<int8_t, 1 << kElements> table{};
  table.fill(kNone);
  for (size_t value = 0; value < kWide.size(); ++value) {
    table[kWide[value]] = static_cast<int8_t>(value);
  }
  table[kStartStop] = kAsterisk;
  return table;
}();

bool IsWide(int16_t value, int element) {
  const uint16_t pattern = value == kAsterisk ? kStartStop : kWide[static_cast<size_t>(value)];
  return (pattern >> (kElements - 1 - element) & 1) != 0;
}

/// The character whose first bar begins at `e[0]` and whose last one ends at `e[9]`.
int16_t MatchCharacter(const float* e) {
  const float threshold = (e[kElements] - e[0]) / 8;
  if (!(threshold > 0)) return kNone;
  unsigned pattern = 0;
  for (int i = 0; i < kElements; ++i) {
    const float width = e[i + 1] - e[i];
    if (!(width > 0)) return kNone;
    pattern = pattern << 1 | static_cast<unsigned>(width > threshold);
  }
  return kByPattern[pattern];
}

/// Fills X, N and the decodability of each character; false where they are not those of a print.
bool Measure(std::span<const float> edges, LinearDecode* out) {
  std::array<TwoWidths, 2> kinds;  // bars, spaces
  const auto for_each_element = [&](const LinearCharacter& c, auto&& f) {
    for (int i = 0; i < kElements; ++i) {
      const float* e = edges.data() + c.first_edge + i;
      f(i, e[1] - e[0], IsWide(c.value, i));
    }
  };
  for (const LinearCharacter& c : out->characters) {
    for_each_element(c, [&](int i, float width, bool wide) { kinds[i % 2].Add(width, wide); });
  }
  const float narrow = (kinds[0].narrow() + kinds[1].narrow()) / 2;
  const float wide = (kinds[0].wide() + kinds[1].wide()) / 2;
  out->x_width = narrow;
  out->wide_ratio = wide / narrow;
  if (!(out->wide_ratio >= kLeastRatio && out->wide_ratio <= kMostRatio)) return false;
  for (LinearCharacter& c : out->characters) {
    TwoWidthDecodability decodability(narrow, wide);
    for_each_element(c, [&](int, float width, bool is) { decodability.Add(width, is); });
    c.decodability = decodability.value();
  }
  for (size_t i = 1; i < out->characters.size(); ++i) {
    const size_t begin = out->characters[i].first_edge;
    const float gap = edges[begin] - edges[begin - 1];
    if (!(gap > 0 && gap <= kWidestGapX * narrow)) return false;
  }
  return true;
}

bool DecodeAt(std::span<const float> edges, size_t first, const DecodeRules& rules,
              LinearDecode* out) {
  float width = edges[first + kElements] - edges[first];
  for (size_t at = first; at + kElements < edges.size(); at += kStride) {
    const float before = width;
    width = edges[at + kElements] - edges[at];
    const int16_t value = MatchCharacter(edges.data() + at);
    if (value == kNone || out->characters.size() >= kMostCharacters) return false;
    if (width > before * kWidthTolerance || before > width * kWidthTolerance) return false;
    out->characters.push_back({value, static_cast<uint16_t>(at), kElements, 0});
    if (at == first || value != kAsterisk) continue;
    out->first_edge = static_cast<uint16_t>(first);
    out->last_edge = static_cast<uint16_t>(at + kElements);
    if (!Measure(edges, out) || !(out->decodability() > 0)) return false;
    out->characters.front().value = out->characters.back().value = LinearCharacter::kPattern;
    DecodeRules quiet = rules;
    quiet.least_quiet_x = std::max(quiet.least_quiet_x, kLeastQuietX);
    return QuietEnough(edges, quiet, *out) && Interpret(rules, out);
  }
  return false;
}

/// What a shift and a letter stand for (ISO/IEC 16388, table of full ASCII); -1: nothing.
int FullAsciiOf(char shift, char letter) {
  if (letter < 'A' || letter > 'Z') return -1;
  const int i = letter - 'A';
  switch (shift) {
    case '$':
      return i + 1;
    case '+':
      return i + 'a';
    case '/':
      return i == 25 ? ':' : i < 15 ? i + '!' : -1;
    default: {  // %: what the others leave
      constexpr std::string_view kLeft = "\x1b\x1c\x1d\x1e\x1f;<=>?[\\]^_{|}~\x7f";
      if (i < 20) return kLeft[static_cast<size_t>(i)];
      return i == 20 ? 0 : i == 21 ? '@' : i == 22 ? '`' : 127;
    }
  }
}

/// Pairs of shift and letter made one character, in place; the text's new length, or nothing where
/// a shift does not begin such a pair.
size_t ToFullAscii(std::span<char> text) {
  size_t size = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '$' || c == '+' || c == '/' || c == '%') {
      const int ascii = i + 1 < text.size() ? FullAsciiOf(c, text[i + 1]) : -1;
      if (ascii < 0) return 0;
      c = static_cast<char>(ascii);
      ++i;
    }
    text[size++] = c;
  }
  return size;
}

}  // namespace

bool Interpret(const DecodeRules& rules, LinearDecode* out) {
  const size_t all = out->characters.size();
  if (all < 3 || all > kMostCharacters) return false;
  std::array<char, kMostCharacters> text;
  size_t size = all - 2;
  int sum = 0, last = 0;
  for (size_t i = 0; i < size; ++i) {
    last = out->characters[i + 1].value;
    if (last < 0 || last >= static_cast<int>(kAlphabet.size())) return false;
    text[i] = kAlphabet[static_cast<size_t>(last)];
    sum += last;
  }
  const bool check = rules.code39_check;
  if (check && (size < 2 || (sum - last) % static_cast<int>(kAlphabet.size()) != last))
    return false;
  const size_t data = check ? size - 1 : size;
  bool full_ascii = false;
  if (rules.code39_full_ascii) {
    std::array<char, kMostCharacters> converted = text;
    const size_t shorter = ToFullAscii({converted.data(), data});
    if (shorter != 0 && shorter < data) {
      full_ascii = true;
      if (check) converted[shorter] = text[data];
      text = converted;
      size = shorter + (check ? 1 : 0);
    }
  }
  out->symbology = Symbology::kCode39;
  out->set_identifier(full_ascii ? (check ? "]A5" : "]A4") : (check ? "]A1" : "]A0"));
  out->payload.Assign({text.data(), size});
  return true;
}

}  // namespace veriline::symbology::linear::code39

namespace veriline::symbology::linear {

bool DecodeCode39(std::span<const float> edges, const DecodeRules& rules, LinearDecode* out) {
  using namespace code39;
  edges = edges.first(std::min<size_t>(edges.size(), UINT16_MAX));
  for (size_t first = 0; first + kElements < edges.size(); first += 2) {
    if (MatchCharacter(edges.data() + first) != kAsterisk) continue;
    out->Clear();
    if (DecodeAt(edges, first, rules, out)) return true;
  }
  out->Clear();
  return false;
}

}  // namespace veriline::symbology::linear
