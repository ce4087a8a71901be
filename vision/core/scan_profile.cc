// SPDX-License-Identifier: Apache-2.0
#include "vision/core/scan_profile.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace veriline {
namespace {

/// Where the values pass `level` between samples a and b, which lie on different sides of it:
/// the crossing closest to `near`, which lies between them. Looks from there to both sides.
float CrossingAt(std::span<const float> values, size_t a, size_t b, float level, float near) {
  float best = near, best_away = 1e9f;
  const auto look = [&](size_t i) {
    const float v = values[i], w = values[i + 1];
    if ((v >= level) == (w >= level)) return;
    const float at = static_cast<float>(i) + (level - v) / (w - v);
    const float away = at > near ? at - near : near - at;
    if (away < best_away) best = at, best_away = away;
  };
  const auto middle = static_cast<size_t>(near);
  for (size_t k = 0; middle >= a + k || middle + k < b; ++k) {
    // What lies k samples away may still be closer than what was found k - 1 away, nothing beyond.
    if (best_away < static_cast<float>(k) - 1) break;
    if (middle >= a + k && middle - k < b) look(middle - k);
    if (k > 0 && middle + k >= a && middle + k < b) look(middle + k);
  }
  return best;
}

/// Least and greatest, lane by lane so that they are found in vectors. Requires: some values.
std::pair<float, float> RangeOf(std::span<const float> values) {
  constexpr size_t kLanes = 8;
  std::array<float, kLanes> low, high;
  low.fill(values[0]);
  high.fill(values[0]);
  size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (size_t k = 0; k < kLanes; ++k) {
      const float v = values[i + k];
      low[k] = v < low[k] ? v : low[k];
      high[k] = v > high[k] ? v : high[k];
    }
  }
  for (; i < values.size(); ++i) {
    low[0] = std::min(low[0], values[i]);
    high[0] = std::max(high[0], values[i]);
  }
  return {*std::ranges::min_element(low), *std::ranges::max_element(high)};
}

}  // namespace

void FindEdges(ScanProfile* profile) {
  profile->edges.clear();
  const std::span<const float> values = profile->values;
  if (values.size() < 3) return;
  const auto [low, high] = RangeOf(values);
  if (!(high > low)) return;
  const float threshold = (low + high) / 2;
  // Elements one after the other, each with the place of its own extreme.
  const auto is_dark = [&](size_t i) { return values[i] < threshold; };
  size_t begin = 0;
  while (begin < values.size() && is_dark(begin)) ++begin;  // a bar that is cut
  size_t previous_extreme = begin;
  bool first = true;
  while (begin < values.size()) {
    const bool dark = is_dark(begin);
    size_t end = begin, extreme = begin;
    float most = values[begin];
    if (dark) {
      for (; end < values.size() && values[end] < threshold; ++end) {
        extreme = values[end] < most ? end : extreme;
        most = values[end] < most ? values[end] : most;
      }
    } else {
      for (; end < values.size() && !(values[end] < threshold); ++end) {
        extreme = values[end] > most ? end : extreme;
        most = values[end] > most ? values[end] : most;
      }
    }
    if (!first) {
      const float level = (values[previous_extreme] + values[extreme]) / 2;
      const float v = values[begin - 1], w = values[begin];
      const float near = static_cast<float>(begin - 1) + (threshold - v) / (w - v);
      profile->edges.push_back(CrossingAt(values, previous_extreme, extreme, level, near));
    }
    first = false;
    previous_extreme = extreme;
    begin = end;
  }
  if (profile->edges.size() % 2 != 0) profile->edges.pop_back();  // the last bar is cut
}

}  // namespace veriline
