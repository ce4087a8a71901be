// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/code128.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "vision/symbology/linear/code128_table.h"

namespace veriline::symbology::linear::code128 {
namespace {

// Distances from an edge to the next similar one are 2 to 7 modules wide.
constexpr int kLeastDistance = 2;
constexpr int kDistances = 6;
constexpr float kBarSumTolerance = 1.75f;  // modules
constexpr float kWidthTolerance = 1.2f;    // of neighbouring characters, as a ratio

/// The character of four distances, each less kLeastDistance, as digits to the base kDistances.
constexpr auto kByDistances = [] {
  std::array<int8_t, kDistances * kDistances * kDistances * kDistances> table{};
  table.fill(-1);
  for (int value = 0; value < kCharacters; ++value) {
    int key = 0;
    for (int i = 0; i < 4; ++i) {
      key = key * kDistances + WidthOf(value, i) + WidthOf(value, i + 1) - kLeastDistance;
    }
    table[static_cast<size_t>(key)] = static_cast<int8_t>(value);
  }
  return table;
}();

constexpr auto kBarModules = [] {
  std::array<int8_t, kCharacters> sums{};
  for (int value = 0; value < kCharacters; ++value) {
    sums[static_cast<size_t>(value)] =
        static_cast<int8_t>(WidthOf(value, 0) + WidthOf(value, 2) + WidthOf(value, 4));
  }
  return sums;
}();

struct Match {
  int value = -1;
  float decodability = 0;
};

/// The character whose first bar begins at `e[0]` and whose last space ends at `e[6]`.
Match MatchCharacter(const float* e) {
  const float width = e[kElements] - e[0];
  if (!(width > 0) || !std::isfinite(width)) return {};
  const float modules = kModules / width;
  int key = 0;
  float nearest = 0.5f;  // of a distance to a threshold between two numbers of modules
  for (int i = 0; i < 4; ++i) {
    const float distance = (e[i + 2] - e[i]) * modules - (kLeastDistance - 0.5f);
    if (!(distance >= 0 && distance < kDistances)) return {};
    const int whole = static_cast<int>(distance);
    const float part = distance - static_cast<float>(whole);
    nearest = std::min({nearest, part, 1 - part});
    key = key * kDistances + whole;
  }
  Match match{kByDistances[static_cast<size_t>(key)], 0};
  if (match.value < 0) return {};
  const float bars = (e[1] - e[0] + e[3] - e[2] + e[5] - e[4]) * modules;
  const float off = std::abs(bars - kBarModules[static_cast<size_t>(match.value)]);
  if (!(off < kBarSumTolerance)) return {};
  match.decodability = std::min(2 * nearest, 1 - off / kBarSumTolerance);
  return match;
}

/// Whether the stop's last bar is there: from the bar before to it are three modules.
bool StopEnds(const float* e) {
  const float distance = (e[7] - e[5]) * kModules / (e[6] - e[0]);
  return distance > 2.5f && distance < 3.5f && e[7] > e[6];
}

bool DecodeAt(std::span<const float> edges, size_t first, const DecodeRules& rules,
              LinearDecode* out) {
  float width = edges[first + kElements] - edges[first];
  for (size_t at = first; at + kElements < edges.size(); at += kElements) {
    const float* e = edges.data() + at;
    const Match match = MatchCharacter(e);
    const bool start = match.value >= kStartA && match.value < kStop;
    if (match.value < 0 || start != (at == first)) return false;
    const float before = width;
    width = e[kElements] - e[0];
    if (width > before * kWidthTolerance || before > width * kWidthTolerance) return false;
    const bool stop = match.value == kStop;
    if (stop && (at + kElements + 1 >= edges.size() || !StopEnds(e))) return false;
    if (out->characters.size() >= kMostCharacters) return false;
    out->characters.push_back({static_cast<int16_t>(match.value), static_cast<uint16_t>(at),
                               static_cast<uint16_t>(stop ? kElements + 1 : kElements),
                               match.decodability});
    if (!stop) continue;
    out->first_edge = static_cast<uint16_t>(first);
    out->last_edge = static_cast<uint16_t>(at + kElements + 1);
    out->x_width = (edges[out->last_edge] - edges[first]) /
                   static_cast<float>(kModules * out->characters.size() + kStopBarModules);
    return QuietEnough(edges, rules, *out) && Interpret(out);
  }
  return false;
}

/// Makes text of symbol characters.
class Interpreter {
 public:
  /// False where `value` cannot stand here.
  bool Take(int value) {
    if (value < 0 || value >= kStartA) return false;
    if (set_ == Set::kC) return TakeInC(value);
    const Set set = shifted_ ? (set_ == Set::kA ? Set::kB : Set::kA) : set_;
    if (value < 96) {
      shifted_ = false;
      const int ascii = set == Set::kB || value < 64 ? value + 32 : value - 64;
      PutByte(ascii);
      return true;
    }
    // Codes that change the set, after a shift, say nothing that a standard tells.
    if (shifted_ && value >= 98 && value <= 101) return false;
    switch (value) {
      case 98:
        shifted_ = true;
        return true;
      case 99:
        set_ = Set::kC;
        return true;
      case 100:
      case 101:
        if ((value == 100) == (set_ == Set::kB)) {
          TakeFnc4();
        } else {
          set_ = value == 100 ? Set::kB : Set::kA;
        }
        return true;
      case 102:
        TakeFnc1();
        return true;
      default:
        return true;  // FNC2, FNC3
    }
  }

  void Start(int value) { set_ = static_cast<Set>(value - kStartA); }
  std::string_view text() const { return {text_.data(), size_}; }
  char modifier() const { return modifier_; }

 private:
  enum class Set : uint8_t { kA, kB, kC };

  bool TakeInC(int value) {
    if (value < 100) {
      ++data_characters_;
      Put(static_cast<char>('0' + value / 10));
      Put(static_cast<char>('0' + value % 10));
    } else if (value == 102) {
      TakeFnc1();
    } else {
      set_ = value == 100 ? Set::kB : Set::kA;
    }
    return true;
  }

  void PutByte(int ascii) {
    const bool high = fnc4_once_ != fnc4_latched_;
    fnc4_once_ = false;
    ++data_characters_;
    Put(static_cast<char>(high ? ascii + 128 : ascii));
  }

  /// One adds 128 to the next character, two to all that follow, until two others; while two are
  /// in force one takes the next character out.
  void TakeFnc4() {
    if (fnc4_once_) fnc4_latched_ = !fnc4_latched_;
    fnc4_once_ = !fnc4_once_;
  }

  void TakeFnc1() {
    const bool first = data_characters_ == 0;
    if (first && modifier_ == '0') {
      modifier_ = '1';
    } else if (data_characters_ == 1 && modifier_ == '0' && IsApplicationIndicator()) {
      modifier_ = '2';
    } else {
      ++data_characters_;
      Put('\x1d');
    }
  }

  /// A letter or two digits, which one character has made.
  bool IsApplicationIndicator() const {
    const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
    return size_ == 2 || (size_ == 1 && letter(text_[0]));
  }

  void Put(char c) { text_[size_++] = c; }

  Set set_ = Set::kA;
  bool shifted_ = false;
  bool fnc4_once_ = false;
  bool fnc4_latched_ = false;
  char modifier_ = '0';
  int data_characters_ = 0;
  size_t size_ = 0;
  std::array<char, 2 * kMostCharacters> text_;  // no character makes more than two
};

}  // namespace

bool Interpret(LinearDecode* out) {
  const std::span<const LinearCharacter> all = out->characters;
  if (all.size() < 4 || all.size() > kMostCharacters) return false;  // start, data, check, stop
  const std::span<const LinearCharacter> data = all.subspan(1, all.size() - 3);
  if (all[0].value < kStartA || all[0].value >= kStop) return false;
  int sum = all[0].value, weight = 0;
  Interpreter text;
  text.Start(all[0].value);
  for (const LinearCharacter& c : data) {
    sum += ++weight * c.value;
    if (!text.Take(c.value)) return false;
  }
  if (sum % 103 != all[all.size() - 2].value || text.text().empty()) return false;
  out->symbology = Symbology::kCode128;
  // No text ends with a change of the code set; GS1-128 tells so of a 2D component (ISO/IEC 24723).
  const int last = data.back().value;
  out->linked = text.modifier() == '1' && last >= 99 && last <= 101;
  const std::array<char, 3> identifier = {']', 'C', text.modifier()};
  out->set_identifier({identifier.data(), identifier.size()});
  out->payload.Assign(text.text());
  return true;
}

}  // namespace veriline::symbology::linear::code128

namespace veriline::symbology::linear {

bool DecodeCode128(std::span<const float> edges, const DecodeRules& rules, LinearDecode* out) {
  using namespace code128;
  edges = edges.first(std::min<size_t>(edges.size(), UINT16_MAX));
  for (size_t first = 0; first + kElements < edges.size(); first += 2) {
    const int value = MatchCharacter(edges.data() + first).value;
    if (value < kStartA || value == kStop) continue;
    out->Clear();
    if (DecodeAt(edges, first, rules, out)) return true;
  }
  out->Clear();
  return false;
}

}  // namespace veriline::symbology::linear
