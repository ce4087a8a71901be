// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/row_scan.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "vision/symbology/pdf417/codeword_table.h"

namespace veriline::symbology::pdf417 {
namespace {

/// How far a distance between similar edges may be from its whole number of modules.
constexpr float kMostOff = 0.75f;
/// The same for what is fixed: a character is known by its neighbours in a table, a guard is not.
constexpr float kMostGuardOff = 0.6f;
/// Share of a start or stop pattern that its first bar takes at least.
constexpr float kLeastWideBar = 0.28f;
/// A column begins that near to where it should, in X: bars begin 4 X apart on the mean.
constexpr float kNearX = 1.7f;

/// Distances between similar edges of a pattern of so many elements, in modules.
template <size_t kElements>
struct Distances {
  static constexpr size_t kCount = kElements - 1;
  std::array<int, kCount> modules{};
  std::array<float, kCount> off{};  ///< what was measured less that

  /// `total`: modules of the pattern, which give the scale.
  void Measure(const float* edges, int total) {
    const float per_x = static_cast<float>(total) / (edges[kElements] - edges[0]);
    for (size_t i = 0; i < kCount; ++i) {
      const float measured = (edges[i + 2] - edges[i]) * per_x;
      modules[i] = std::clamp(static_cast<int>(std::lround(measured)), 2, 15);
      off[i] = measured - static_cast<float>(modules[i]);
    }
    // Bars and spaces by turns from the first on make up the whole; one that was rounded the
    // wrong way is the one that was nearest to the other.
    for (int sum = SumOfWhole(); sum != total; sum = SumOfWhole()) {
      const int step = sum < total ? 1 : -1;
      size_t worst = 0;
      for (size_t i = 2; i < kCount; i += 2) {
        if (off[i] * static_cast<float>(step) > off[worst] * static_cast<float>(step)) worst = i;
      }
      if (off[worst] * static_cast<float>(step) < -kMostOff) return;
      modules[worst] += step;
      off[worst] -= static_cast<float>(step);
    }
  }
  uint32_t Key() const {
    uint32_t key = 0;
    for (const int m : modules) key = key << 4 | static_cast<uint32_t>(m & 15);
    return key;
  }
  bool Near(float most) const {
    return std::ranges::all_of(off, [most](float v) { return std::abs(v) <= most; });
  }

 private:
  int SumOfWhole() const {
    int sum = 0;
    for (size_t i = 0; i < kCount; i += 2) sum += modules[i];
    return sum;
  }
};

/// Patterns by their distances, in a hash table. Those with equal ones differ in the width of all
/// their bars alone.
template <size_t kElements, size_t kSlots>
class PatternIndex {
 public:
  using Widths = std::array<uint8_t, kElements>;

  void Add(const Widths& widths, uint16_t id) {
    uint32_t key = 0;
    for (size_t i = 0; i + 1 < kElements; ++i) {
      key = key << 4 | static_cast<uint32_t>(widths[i] + widths[i + 1]);
    }
    size_t slot = SlotOf(key);
    while (slots_[slot].used) slot = (slot + 1) % kSlots;
    slots_[slot] = {key, id, BarsOf(widths), true};
  }
  /// The pattern whose bars grew least; -1 when there is none.
  int Find(uint32_t key, float bars) const {
    int best = -1;
    float best_off = 1e9f;
    for (size_t slot = SlotOf(key); slots_[slot].used; slot = (slot + 1) % kSlots) {
      if (slots_[slot].key != key) continue;
      const float off = std::abs(bars - static_cast<float>(slots_[slot].bars));
      if (off < best_off) best = slots_[slot].id, best_off = off;
    }
    return best;
  }

 private:
  struct Slot {
    uint32_t key = 0;
    uint16_t id = 0;
    uint8_t bars = 0;  ///< modules of all bars
    bool used = false;
  };
  static size_t SlotOf(uint32_t key) { return (key * 2654435761u >> 16) % kSlots; }
  static uint8_t BarsOf(const Widths& widths) {
    int sum = 0;
    for (size_t i = 0; i < kElements; i += 2) sum += widths[i];
    return static_cast<uint8_t>(sum);
  }
  std::array<Slot, kSlots> slots_{};
};

using CodewordIndex = PatternIndex<kCodewordElements, 8192>;
using RapIndex = PatternIndex<kRapElements, 256>;

const CodewordIndex& Codewords() {
  static const std::unique_ptr<const CodewordIndex> index = [] {
    auto made = std::make_unique<CodewordIndex>();
    for (int cluster = 0; cluster < kClusters; ++cluster) {
      for (int value = 0; value < kCodewords; ++value) {
        made->Add(CodewordWidths(cluster, value),
                  static_cast<uint16_t>(cluster * kCodewords + value));
      }
    }
    return made;
  }();
  return *index;
}

const RapIndex& Raps(RapKind kind) {
  static const std::array<RapIndex, 2> indexes = [] {
    std::array<RapIndex, 2> made;
    for (int number = 1; number <= kRaps; ++number) {
      made[0].Add(SideRapWidths(number), static_cast<uint16_t>(number));
      made[1].Add(CentreRapWidths(number), static_cast<uint16_t>(number));
    }
    return made;
  }();
  return indexes[kind == RapKind::kSide ? 0 : 1];
}

/// Modules of all bars, as measured.
template <size_t kElements>
float BarsOf(const float* edges, int total) {
  float bars = 0;
  for (size_t i = 0; i < kElements; i += 2) bars += edges[i + 1] - edges[i];
  return bars * static_cast<float>(total) / (edges[kElements] - edges[0]);
}

}  // namespace

bool ReadCodeword(const float* edges, CodewordRead* read) {
  Distances<kCodewordElements> distances;
  distances.Measure(edges, kCodewordModules);
  if (!distances.Near(kMostOff)) return false;
  const int id =
      Codewords().Find(distances.Key(), BarsOf<kCodewordElements>(edges, kCodewordModules));
  if (id < 0) return false;
  *read = {id / kCodewords, id % kCodewords};
  return true;
}

int ReadRap(const float* edges, RapKind kind) {
  Distances<kRapElements> distances;
  distances.Measure(edges, kRapModules);
  if (!distances.Near(kMostOff)) return 0;
  return std::max(0, Raps(kind).Find(distances.Key(), BarsOf<kRapElements>(edges, kRapModules)));
}

bool IsGuard(const float* edges, Guard guard, float* x_width) {
  constexpr std::array<float, 7> kStartDistances = {9, 2, 2, 2, 2, 2, 4};
  constexpr std::array<float, 7> kStopDistances = {8, 2, 4, 4, 2, 2, 3};
  const float whole = edges[kCodewordElements] - edges[0];
  if (edges[1] - edges[0] < kLeastWideBar * whole) return false;
  const float x = whole / kCodewordModules;
  const auto& expected = guard == Guard::kStart ? kStartDistances : kStopDistances;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (std::abs((edges[i + 2] - edges[i]) / x - expected[i]) > kMostGuardOff) return false;
  }
  *x_width = x;
  return true;
}

size_t NearestBar(std::span<const float> edges, float at, float most) {
  const auto above = static_cast<size_t>(std::ranges::lower_bound(edges, at) - edges.begin());
  size_t best = edges.size();
  float best_away = most;
  // The bars around: those at even places from two below to one above.
  const size_t first = above < 2 ? 0 : (above - 1) / 2 * 2;
  for (size_t i = first; i < edges.size() && i <= above + 1; i += 2) {
    const float away = std::abs(edges[i] - at);
    if (away <= best_away) best = i, best_away = away;
  }
  return best;
}

void ReadColumns(std::span<const float> edges, const RowPlan& plan, float left, float right,
                 std::array<ColumnRead, RowPlan::kMostColumns>* out) {
  const float x = (right - left) / static_cast<float>(plan.modules);
  float drift = 0;  // of what was found last from where it should be
  for (size_t c = 0; c < plan.count; ++c) {
    ColumnRead& column = (*out)[c];
    column.ok = false;
    const bool codeword = plan.kinds[c] == ColumnKind::kCodeword;
    const float modules = static_cast<float>(codeword ? kCodewordModules : kRapModules);
    const size_t elements = codeword ? kCodewordElements : kRapElements;
    const float from = left + static_cast<float>(plan.begins[c]) * x + drift;
    const size_t i = NearestBar(edges, from, kNearX * x);
    if (i + elements >= edges.size()) continue;
    const float end_at = edges[i] + modules * x;
    if (std::abs(edges[i + elements] - end_at) > kNearX * x) continue;
    if (codeword) {
      CodewordRead read;
      column.ok = ReadCodeword(&edges[i], &read);
      column.cluster = read.cluster;
      column.value = read.value;
    } else {
      column.value = ReadRap(
          &edges[i], plan.kinds[c] == ColumnKind::kSideRap ? RapKind::kSide : RapKind::kCentre);
      column.ok = column.value > 0;
    }
    if (column.ok) {
      column.begin = edges[i];
      column.end = edges[i + elements];
      drift = column.end - (left + (static_cast<float>(plan.begins[c]) + modules) * x);
    }
  }
}

}  // namespace veriline::symbology::pdf417
