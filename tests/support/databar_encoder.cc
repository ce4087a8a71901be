// SPDX-License-Identifier: Apache-2.0
#include "tests/support/databar_encoder.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <stdexcept>
#include <tuple>

namespace veriline::testing {
namespace {

using Widths = std::vector<int>;

/// How the odd or the even elements of a group of characters divide their modules.
struct Division {
  int elements, modules, widest;
  bool narrow;     ///< an element of one module at least
  int first_most;  ///< the widest that the first element may be
  auto operator<=>(const Division&) const = default;
};

/// All of them, in order.
const std::vector<Widths>& All(const Division& division) {
  static std::map<Division, std::vector<Widths>> known;
  const auto [at, is_new] = known.try_emplace(division);
  if (!is_new) return at->second;
  Widths widths;
  const auto descend = [&](const auto& self, int left) -> void {
    if (static_cast<int>(widths.size()) == division.elements) {
      const bool narrow = std::ranges::find(widths, 1) != widths.end();
      if (left == 0 && (narrow || !division.narrow) && widths[0] <= division.first_most) {
        at->second.push_back(widths);
      }
      return;
    }
    for (int w = 1; w <= std::min(division.widest, left); ++w) {
      widths.push_back(w);
      self(self, left - w);
      widths.pop_back();
    }
  };
  descend(descend, division.modules);
  return at->second;
}

/// Modules of the odd elements and the widest of them, for group after group.
struct Kind {
  int elements, modules;
  bool narrow_odd, odd_slow;
  int first_odd_most;
  std::vector<std::pair<int, int>> groups;
};
// Where the odd elements have a narrow one, the first of them has no more than four modules: the
// standard's tables count no others.
const Kind kOuter{8, 16, false, true, 9, {{12, 8}, {10, 6}, {8, 4}, {6, 3}, {4, 1}}};
const Kind kInner{8, 15, true, false, 4, {{5, 2}, {7, 4}, {9, 6}, {11, 8}}};
const Kind kLimited{14,   26, false,
                    true, 9,  {{17, 6}, {13, 5}, {9, 3}, {15, 5}, {11, 4}, {19, 8}, {7, 1}}};
const Kind kExpanded{8, 17, true, true, 4, {{12, 7}, {10, 5}, {8, 4}, {6, 3}, {4, 1}}};

Widths Character(int value, const Kind& kind) {
  for (const auto& [odd_modules, odd_widest] : kind.groups) {
    const auto& odds =
        All({kind.elements / 2, odd_modules, odd_widest, kind.narrow_odd, kind.first_odd_most});
    const auto& evens =
        All({kind.elements / 2, kind.modules - odd_modules, 9 - odd_widest, !kind.narrow_odd, 9});
    const auto odd_count = static_cast<int>(odds.size()),
               even_count = static_cast<int>(evens.size());
    if (value >= odd_count * even_count) {
      value -= odd_count * even_count;
      continue;
    }
    const int odd = kind.odd_slow ? value / even_count : value % odd_count;
    const int even = kind.odd_slow ? value % even_count : value / odd_count;
    Widths widths;
    for (size_t i = 0; i < odds[0].size(); ++i) {
      widths.push_back(odds[static_cast<size_t>(odd)][i]);
      widths.push_back(evens[static_cast<size_t>(even)][i]);
    }
    return widths;
  }
  throw std::invalid_argument("no such character");
}

int Weighted(const Widths& widths, int first_power, int modulus) {
  int weight = 1, sum = 0;
  for (int i = 0; i < first_power; ++i) weight = weight * 3 % modulus;
  for (const int w : widths) {
    sum += w * weight;
    weight = weight * 3 % modulus;
  }
  return sum % modulus;
}

Widths Digits(std::string_view digits) {
  Widths widths;
  for (const char c : digits) widths.push_back(c - '0');
  return widths;
}

void Append(Widths* to, Widths more, bool turned = false) {
  if (turned) std::ranges::reverse(more);
  to->insert(to->end(), more.begin(), more.end());
}

/// Elements that begin with a bar or a space, without spaces at the ends.
std::vector<double> FromBarToBar(Widths elements, bool begins_with_bar) {
  if (!begins_with_bar) elements.erase(elements.begin());
  if (elements.size() % 2 == 0) elements.pop_back();
  return {elements.begin(), elements.end()};
}

constexpr std::string_view kOmniFinders[] = {"38211", "35511", "33711", "31911", "27411",
                                             "25611", "23811", "15711", "13911"};

/// The check characters of Limited, a bit a module, 1: of odd elements.
constexpr int kLimitedChecks[] = {
    0x2aae2, 0x2aa72, 0x2aa3a, 0x2a972, 0x2a93a, 0x2a8ba, 0x2a572, 0x2a53a, 0x2a4ba, 0x2a2ba,
    0x29572, 0x2953a, 0x294ba, 0x292ba, 0x28aba, 0x25572, 0x2553a, 0x254ba, 0x252ba, 0x24aba,
    0x22aba, 0x2ab62, 0x2ab32, 0x2ab1a, 0x2a9b2, 0x2a99a, 0x2a8da, 0x2a5b2, 0x2a59a, 0x2a4da,
    0x2a2da, 0x295b2, 0x2959a, 0x294da, 0x292da, 0x28ada, 0x255b2, 0x2559a, 0x254da, 0x252da,
    0x24ada, 0x22ada, 0x2aba2, 0x2ab92, 0x2a9d2, 0x295d2, 0x255d2, 0x2ad62, 0x2ad32, 0x2ad1a,
    0x2acb2, 0x296b2, 0x2969a, 0x2965a, 0x2935a, 0x28b5a, 0x256b2, 0x2569a, 0x24b5a, 0x2b562,
    0x2b532, 0x2b51a, 0x2b4b2, 0x2b49a, 0x2b2b2, 0x25ab2, 0x25a9a, 0x25a5a, 0x2595a, 0x24d5a,
    0x22d5a, 0x2d562, 0x2d532, 0x2d51a, 0x2d4b2, 0x2d49a, 0x2d45a, 0x2d2b2, 0x2d29a, 0x2cab2,
    0x35532, 0x3551a, 0x354b2, 0x3549a, 0x3545a, 0x3529a, 0x3525a, 0x34a9a, 0x35592,
};

constexpr std::string_view kExpandedFinders = "184113641134611328112651122911";
constexpr std::string_view kExpandedSequences[] = {"A1A2",
                                                   "A1B2B1",
                                                   "A1C2B1D2",
                                                   "A1E2B1D2C1",
                                                   "A1E2B1D2D1F2",
                                                   "A1E2B1D2E1F2F1",
                                                   "A1A2B1B2C1C2D1D2",
                                                   "A1A2B1B2C1C2D1E2E1",
                                                   "A1A2B1B2C1C2D1E2F1F2",
                                                   "A1A2B1B2C1D2D1E2E1F2F1"};

}  // namespace

DataBarRows DataBarOmniRows(std::string_view digits, bool linked, bool stacked,
                            const DataBarFault& fault) {
  const int64_t value = std::stoll(std::string(digits)) + (linked ? 10'000'000'000'000 : 0);
  const auto left = static_cast<int>(value / 4537077), right = static_cast<int>(value % 4537077);
  const Widths c[] = {Character(left / 1597, kOuter), Character(left % 1597, kInner),
                      Character(right / 1597, kOuter), Character(right % 1597, kInner)};
  int check = fault.checksum;
  for (int i = 0; i < 4; ++i) check += Weighted(c[i], 8 * i, 79);
  check %= 79;
  std::vector<int> pairs;  // of finder patterns in use
  for (int i = 0; i < 81; ++i) {
    if (i != 8 && i != 72) pairs.push_back(i);
  }
  const int pair = pairs[static_cast<size_t>(check)];

  Widths upper = {1, 1}, lower;
  Append(&upper, c[0]);
  Append(&upper, Digits(kOmniFinders[pair / 9]));
  Append(&upper, c[1], true);
  Append(&lower, c[3]);
  Append(&lower, Digits(kOmniFinders[pair % 9]), true);
  Append(&lower, c[2], true);
  Append(&lower, {1, 1});
  if (!stacked) {
    Append(&upper, lower);
    return {FromBarToBar(upper, false)};
  }
  Append(&upper, {1, 1});
  lower.insert(lower.begin(), {1, 1});
  return {FromBarToBar(upper, false), FromBarToBar(lower, true)};
}

DataBarRows DataBarLimitedRows(std::string_view digits, bool linked, const DataBarFault& fault) {
  const int64_t value = std::stoll(std::string(digits)) + (linked ? 2015133531096 : 0);
  const Widths left = Character(static_cast<int>(value / 2013571), kLimited);
  const Widths right = Character(static_cast<int>(value % 2013571), kLimited);
  const int check = (Weighted(left, 0, 89) + Weighted(right, 14, 89) + fault.checksum) % 89;
  Widths pattern;
  int before = 0;
  for (int i = 17; i >= 0; --i) {
    const int module = kLimitedChecks[check] >> i & 1;
    if (pattern.empty() || module != before) pattern.push_back(0);
    ++pattern.back();
    before = module;
  }
  Widths row = {1, 1};
  Append(&row, left);
  Append(&row, pattern);
  Append(&row, right);
  Append(&row, {1, 1});
  return {FromBarToBar(row, false)};
}

DataBarRows DataBarExpandedRows(const std::vector<int>& data_characters, int per_row,
                                const DataBarFault& fault) {
  const size_t count = data_characters.size() + 1;
  const size_t blocks = (count + 1) / 2;
  const std::string_view sequence = kExpandedSequences[blocks - 2];
  const auto letter = [&](size_t block) { return sequence[2 * block] - 'A'; };
  const auto turned = [&](size_t block) { return sequence[2 * block + 1] == '2'; };

  std::vector<Widths> characters(1);
  int check = fault.checksum;
  for (size_t i = 1; i < count; ++i) {
    characters.push_back(Character(data_characters[i - 1], kExpanded));
    // Weights go on from character to character, in the order of all finder patterns.
    const size_t block = i / 2;
    const int place = 4 * letter(block) + (turned(block) ? 2 : 0) + static_cast<int>(i % 2) - 1;
    check += Weighted(characters.back(), 8 * place, 211);
  }
  characters[0] = Character(211 * (static_cast<int>(count) - 4) + check % 211, kExpanded);

  DataBarRows rows;
  const size_t in_row = per_row > 0 ? static_cast<size_t>(per_row) : blocks;
  const size_t row_count = (blocks + in_row - 1) / in_row;
  for (size_t row = 0; row < row_count; ++row) {
    const size_t begin = row * in_row, end = std::min(blocks, begin + in_row);
    Widths elements = {1, 1};
    for (size_t block = begin; block < end; ++block) {
      Append(&elements, characters[2 * block]);
      Append(&elements, Digits(kExpandedFinders.substr(static_cast<size_t>(5 * letter(block)), 5)),
             turned(block));
      if (2 * block + 1 < count) Append(&elements, characters[2 * block + 1], true);
    }
    Append(&elements, {1, 1});
    // Blocks begin with a space and a bar in turn; so does the guard pattern before them.
    bool bar_first = begin % 2 != 0;
    const bool odd_rest = (in_row - (end - begin)) % 2 != 0;
    if (in_row % 2 == 0 && row % 2 != 0 && !odd_rest) {
      std::ranges::reverse(elements);
      if (elements.size() % 2 == 0) bar_first = !bar_first;
    }
    rows.push_back(FromBarToBar(elements, bar_first));
  }
  return rows;
}

}  // namespace veriline::testing
