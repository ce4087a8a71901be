// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/databar_common.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace veriline::symbology::linear {
namespace {

constexpr int kMostInSet = 7;
constexpr int kMostModules = 20;
constexpr int kMostWide = 9;

/// In how many ways so many modules are divided among elements none of which is wider than a limit.
struct Compositions {
  int of[kMostInSet + 1][kMostModules][kMostWide] = {};
  constexpr Compositions() {
    for (int widest = 0; widest < kMostWide; ++widest) {
      of[0][0][widest] = 1;
      for (int elements = 1; elements <= kMostInSet; ++elements) {
        for (int modules = 1; modules < kMostModules; ++modules) {
          for (int width = 1; width <= std::min(widest, modules); ++width) {
            of[elements][modules][widest] += of[elements - 1][modules - width][widest];
          }
        }
      }
    }
  }
};
constexpr Compositions kCompositions;

/// `narrow`: only those with an element of one module.
constexpr int Count(int elements, int modules, int widest, bool narrow) {
  if (modules < elements) return elements == 0 && modules == 0 && !narrow;
  const int all = kCompositions.of[elements][modules][widest];
  // Without such an element every one has two or more: one module less each, all the same.
  return narrow ? all - kCompositions.of[elements][modules - elements][widest - 1] : all;
}
// Totals of the standard's tables.
static_assert(Count(4, 12, 8, false) == 161 && Count(4, 8, 5, true) == 34);
static_assert(Count(7, 17, 6, false) == 6538 && Count(7, 9, 3, true) == 28);

/// The rank of widths among all with as many elements and modules, none wider than `widest` and,
/// where it is asked for, one of one module at least. Widths are `stride` apart.
int DataBarRank(const int8_t* widths, int elements, int stride, int widest, bool has_narrow) {
  int modules = 0, rank = 0;
  for (int i = 0; i < elements; ++i) modules += widths[i * stride];
  for (int i = 0; i + 1 < elements; ++i) {
    const int width = widths[i * stride];
    for (int less = 1; less < width; ++less) {
      rank += Count(elements - i - 1, modules - less, widest, has_narrow && less > 1);
    }
    modules -= width;
    if (width == 1) has_narrow = false;
  }
  return rank;
}

/// Widths in modules from distances between similar edges alone. They leave open how much of each
/// pair belongs to which element; that the least of those at even places (0, 2, …) or at odd ones
/// has one module settles it.
/// Returns: the decodability, or a value below 0 where there are no such widths.
float MeasureDataBar(const float* edge, int elements, int modules, bool narrow_at_even_places,
                     int8_t* widths) {
  constexpr int kLeastPair = 2, kWidestPair = 9;
  const float x = (edge[elements] - edge[0]) / static_cast<float>(modules);
  if (!(x > 0)) return -1;
  float decodability = 1;
  // As if the first element had no width at all; every other one then lacks as much as the ones
  // between have too much.
  int width = 0, total = 0, least_even = modules, least_odd = modules;
  for (int i = 0; i < elements; ++i) {
    if (!(edge[i + 1] > edge[i])) return -1;
    widths[i] = static_cast<int8_t>(width);
    (i % 2 == 0 ? least_even : least_odd) = std::min(i % 2 == 0 ? least_even : least_odd, width);
    if (i + 1 == elements) break;
    const float pair = (edge[i + 2] - edge[i]) / x;
    if (!(pair > kLeastPair - 0.5f && pair < kWidestPair + 0.5f)) return -1;
    const int whole = static_cast<int>(pair + 0.5f);
    decodability = std::min(decodability, 1 - 2 * std::abs(pair - static_cast<float>(whole)));
    if (i % 2 == 0) total += whole;
    width = whole - width;
  }
  if (total != modules) return -1;
  const int shift = narrow_at_even_places ? 1 - least_even : least_odd - 1;
  if (least_even + shift < 1 || least_odd - shift < 1) return -1;
  for (int i = 0; i < elements; ++i) {
    widths[i] = static_cast<int8_t>(widths[i] + (i % 2 == 0 ? shift : -shift));
  }
  return decodability;
}

}  // namespace

bool ReadDataBarCharacter(const float* edge, bool bar_first, bool mirrored, const DataBarKind& kind,
                          int modulus, DataBarCharacter* out) {
  std::array<int8_t, DataBarCharacter::kMostElements> widths;
  const bool narrow_at_even_places = kind.odd_has_narrow != mirrored;
  out->decodability =
      MeasureDataBar(edge, kind.elements, kind.modules, narrow_at_even_places, widths.data());
  if (out->decodability < 0) return false;
  out->x_width = (edge[kind.elements] - edge[0]) / static_cast<float>(kind.modules);

  float dark = 0;
  int dark_modules = 0;
  for (int i = bar_first ? 0 : 1; i < kind.elements; i += 2) {
    dark += edge[i + 1] - edge[i];
    dark_modules += widths[static_cast<size_t>(i)];
  }
  out->growth = (dark / out->x_width - static_cast<float>(dark_modules)) /
                (static_cast<float>(kind.elements) / 2);

  if (mirrored) std::reverse(widths.begin(), widths.begin() + kind.elements);
  int odd_modules = 0, odd_widest = 0, even_widest = 0;
  for (int i = 0; i < kind.elements; i += 2) {
    const int odd = widths[static_cast<size_t>(i)], even = widths[static_cast<size_t>(i + 1)];
    odd_modules += odd;
    odd_widest = std::max(odd_widest, odd);
    even_widest = std::max(even_widest, even);
  }
  const auto group = std::ranges::find_if(
      kind.groups, [&](const auto& g) { return g.odd_modules == odd_modules; });
  if (group == kind.groups.end()) return false;
  const int most_odd = group->odd_widest, most_even = 9 - group->odd_widest;
  if (odd_widest > most_odd || even_widest > most_even) return false;
  const int half = kind.elements / 2;
  const int odd = DataBarRank(widths.data(), half, 2, most_odd, kind.odd_has_narrow);
  const int even = DataBarRank(widths.data() + 1, half, 2, most_even, !kind.odd_has_narrow);
  if (odd >= group->odd_total || even >= group->even_total) return false;
  out->value = group->first + (kind.odd_counts_slowly ? odd * group->even_total + even
                                                      : even * group->odd_total + odd);
  int checksum = 0;
  for (int i = kind.elements; i-- > 0;) {
    checksum = (3 * checksum + widths[static_cast<size_t>(i)]) % modulus;
  }
  out->checksum = checksum;
  return true;
}

bool MayBeDataBarFinder(const float* edge, bool mirrored) {
  constexpr float kLeast = 9.5f / 12, kMost = 12.5f / 14;
  const float wide = mirrored ? edge[4] - edge[2] : edge[3] - edge[1];
  const float all = mirrored ? edge[4] - edge[0] : edge[5] - edge[1];
  return wide > kLeast * all && wide < kMost * all;
}

int ReadDataBarFinder(const float* edge, float x_width, bool mirrored,
                      std::span<const DataBarFinder> finders, float* decodability) {
  if (!MayBeDataBarFinder(edge, mirrored)) return -1;
  float away[kFinderElements - 1];
  for (size_t which = 0; which < finders.size(); ++which) {
    const int8_t* widths = finders[which].widths;
    float worst = 0;
    for (int i = 0; i + 1 < kFinderElements; ++i) {
      // Pair i from the finder's first element on.
      const int at = mirrored ? kFinderElements - 2 - i : i;
      away[i] = (edge[at + 2] - edge[at]) / x_width - static_cast<float>(widths[i] + widths[i + 1]);
      worst = std::max(worst, std::abs(away[i]));
    }
    if (worst < 0.5f) {
      *decodability = 1 - 2 * worst;
      return static_cast<int>(which);
    }
  }
  return -1;
}

bool HasGuardSpaces(std::span<const float> edges, size_t first, size_t last, float x_width) {
  const float least = 0.6f * x_width;
  return (first == 0 || edges[first] - edges[first - 1] > least) &&
         (last + 1 >= edges.size() || edges[last + 1] - edges[last] > least);
}

void AppendGtinCheckDigit(char* fourteen) {
  int sum = 0;
  for (int i = 0; i < 13; ++i) sum += (fourteen[i] - '0') * (i % 2 == 0 ? 3 : 1);
  fourteen[13] = static_cast<char>('0' + (10 - sum % 10) % 10);
}

}  // namespace veriline::symbology::linear
