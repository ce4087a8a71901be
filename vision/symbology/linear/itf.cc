// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/itf.h"

#include <algorithm>
#include <array>

#include "vision/symbology/linear/two_width.h"

namespace veriline::symbology::linear::itf {
namespace {

constexpr int kDigitElements = kPairElements / 2;
constexpr float kWidthTolerance = 1.2f;  // of neighbouring pairs, as a ratio
constexpr float kLeastRatio = 1.5f, kMostRatio = 4;
constexpr float kLeastQuietX = 5;
// Elements of start and stop, of their means; these have no threshold of their own.
constexpr float kLeastOfMean = 0.5f, kMostOfMean = 1.7f;

constexpr auto kByPattern = [] {
  std::array<int8_t, 1 << kDigitElements> table{};
  table.fill(-1);
  for (size_t digit = 0; digit < kWide.size(); ++digit) {
    table[kWide[digit]] = static_cast<int8_t>(digit);
  }
  return table;
}();

/// Element `i` of a pair, bars at even places.
bool IsWide(int pair, int i) {
  const int digit = i % 2 == 0 ? pair / 10 : pair % 10;
  return (kWide[static_cast<size_t>(digit)] >> (kDigitElements - 1 - i / 2) & 1) != 0;
}

/// The digit of every second element from `e[0]` on; -1: none.
int MatchDigit(const float* e) {
  float sum = 0;
  for (int i = 0; i < kPairElements; i += 2) {
    if (!(e[i + 1] > e[i])) return -1;
    sum += e[i + 1] - e[i];
  }
  const float threshold = sum * 7 / 32;
  unsigned pattern = 0;
  for (int i = 0; i < kPairElements; i += 2) {
    pattern = pattern << 1 | static_cast<unsigned>(e[i + 1] - e[i] > threshold);
  }
  return kByPattern[pattern];
}

/// The pair between `e[0]` and `e[10]`; -1: none.
int MatchPair(const float* e) {
  const int bars = MatchDigit(e);
  if (bars < 0) return -1;
  const int spaces = MatchDigit(e + 1);
  return spaces < 0 ? -1 : 10 * bars + spaces;
}

/// A pair as wide as the one before, within tolerance.
bool SimilarWidth(const float* e, const float* before) {
  const float a = e[kPairElements] - e[0], b = before[kPairElements] - before[0];
  return a < b * kWidthTolerance && b < a * kWidthTolerance;
}

/// Fills X, N and decodabilities; false where start, stop or all are not those of a print.
bool Measure(std::span<const float> edges, LinearDecode* out) {
  std::array<TwoWidths, 2> kinds;  // bars, spaces
  const std::span<LinearCharacter> pairs =
      std::span(out->characters).subspan(1, out->characters.size() - 2);
  const auto for_each_element = [&](const LinearCharacter& c, auto&& f) {
    for (int i = 0; i < kPairElements; ++i) {
      const float* e = edges.data() + c.first_edge + i;
      f(i % 2, e[1] - e[0], IsWide(c.value, i));
    }
  };
  for (const LinearCharacter& c : pairs) {
    for_each_element(c, [&](int kind, float width, bool wide) { kinds[kind].Add(width, wide); });
  }
  out->x_width = (kinds[0].narrow() + kinds[1].narrow()) / 2;
  out->wide_ratio = (kinds[0].wide() + kinds[1].wide()) / 2 / out->x_width;
  if (!(out->wide_ratio >= kLeastRatio && out->wide_ratio <= kMostRatio)) return false;

  const auto near_mean = [](float width, float mean) {
    return width > kLeastOfMean * mean && width < kMostOfMean * mean;
  };
  const float* start = edges.data() + out->first_edge;
  const float* stop = edges.data() + out->last_edge - kStopElements;
  std::array<TwoWidthDecodability, 2> of_start{
      TwoWidthDecodability{kinds[0].narrow(), kinds[0].wide()},
      TwoWidthDecodability{kinds[1].narrow(), kinds[1].wide()}};
  std::array<TwoWidthDecodability, 2> of_stop = of_start;
  const std::array<TwoWidthDecodability, 2> fresh = of_start;
  for (int i = 0; i < kStartElements; ++i) {
    const float width = start[i + 1] - start[i];
    if (!near_mean(width, kinds[i % 2].narrow())) return false;
    of_start[i % 2].Add(width, false);
  }
  for (int i = 0; i < kStopElements; ++i) {
    const float width = stop[i + 1] - stop[i];
    if (!near_mean(width, i == 0 ? kinds[0].wide() : kinds[i % 2].narrow())) return false;
    of_stop[i % 2].Add(width, i == 0);
  }
  const auto least = [](const std::array<TwoWidthDecodability, 2>& of) {
    return std::min(of[0].value(), of[1].value());
  };
  out->characters.front().decodability = least(of_start);
  out->characters.back().decodability = least(of_stop);
  for (LinearCharacter& c : pairs) {
    std::array<TwoWidthDecodability, 2> of = fresh;
    for_each_element(c, [&](int kind, float width, bool wide) { of[kind].Add(width, wide); });
    c.decodability = least(of);
  }
  return true;
}

bool StopAt(const float* e) {
  return e[1] - e[0] > e[2] - e[1] && e[1] - e[0] > e[3] - e[2] && e[2] > e[1] && e[3] > e[2];
}

/// Whether the picture shows the quiet zones: a symbol that its border cuts may look like a shorter
/// one.
bool QuietSeen(std::span<const float> edges, const DecodeRules& rules, const LinearDecode& decode) {
  const float least = rules.least_quiet_x * decode.x_width;
  return edges[decode.first_edge] - rules.seen_from >= least &&
         rules.seen_to - edges[decode.last_edge] >= least;
}

bool DecodeAt(std::span<const float> edges, size_t first, const DecodeRules& rules,
              LinearDecode* out) {
  out->first_edge = static_cast<uint16_t>(first);
  out->characters.push_back(
      {LinearCharacter::kPattern, static_cast<uint16_t>(first), kStartElements, 0});
  size_t at = first + kStartElements;
  for (; at + kPairElements < edges.size(); at += kPairElements) {
    const int pair = MatchPair(edges.data() + at);
    if (pair < 0) break;
    const size_t pairs = out->characters.size() - 1;
    if (2 * pairs >= kMostDigits) return false;
    if (pairs > 0 && !SimilarWidth(&edges[at], &edges[at - kPairElements])) break;
    out->characters.push_back(
        {static_cast<int16_t>(pair), static_cast<uint16_t>(at), kPairElements, 0});
  }
  const size_t pairs = out->characters.size() - 1;
  if (pairs == 0 || at + kStopElements >= edges.size() || !StopAt(&edges[at])) return false;
  out->characters.push_back(
      {LinearCharacter::kPattern, static_cast<uint16_t>(at), kStopElements, 0});
  out->last_edge = static_cast<uint16_t>(at + kStopElements);
  DecodeRules quiet = rules;
  quiet.least_quiet_x = std::max(quiet.least_quiet_x, kLeastQuietX);
  return Measure(edges, out) && out->decodability() > 0 && QuietEnough(edges, quiet, *out) &&
         QuietSeen(edges, quiet, *out) && Interpret(rules, out);
}

}  // namespace

bool Interpret(const DecodeRules& rules, LinearDecode* out) {
  if (out->characters.size() < 3) return false;
  const size_t pairs = out->characters.size() - 2, size = 2 * pairs;
  if (size < rules.itf_least_digits || size > kMostDigits) return false;
  std::array<char, kMostDigits> digits;
  int sum = 0;  // with the check digit, weights 3 and 1 make a multiple of ten
  for (size_t i = 0; i < pairs; ++i) {
    const int pair = out->characters[i + 1].value;
    if (pair < 0 || pair > 99) return false;
    digits[2 * i] = static_cast<char>('0' + pair / 10);
    digits[2 * i + 1] = static_cast<char>('0' + pair % 10);
    sum += 3 * (pair / 10) + pair % 10;
  }
  if (rules.itf_check && sum % 10 != 0) return false;
  out->symbology = Symbology::kItf;
  // ITF-14 always has a check digit (GS1 General Specifications 5.3).
  constexpr size_t kGtinDigits = 14;
  const bool checked = rules.itf_check || (size == kGtinDigits && sum % 10 == 0);
  out->set_identifier(checked ? "]I1" : "]I0");
  out->payload.Assign({digits.data(), size});
  return true;
}

}  // namespace veriline::symbology::linear::itf

namespace veriline::symbology::linear {

bool DecodeItf(std::span<const float> edges, const DecodeRules& rules, LinearDecode* out) {
  using namespace itf;
  edges = edges.first(std::min<size_t>(edges.size(), UINT16_MAX));
  constexpr size_t kLeastEdges = kStartElements + kPairElements + kStopElements;
  for (size_t first = 0; first + kLeastEdges < edges.size(); first += 2) {
    // Most places show no pair behind what would be a start.
    const float* e = edges.data() + first;
    if (MatchPair(e + kStartElements) < 0) continue;
    out->Clear();
    if (DecodeAt(edges, first, rules, out)) return true;
  }
  out->Clear();
  return false;
}

}  // namespace veriline::symbology::linear
