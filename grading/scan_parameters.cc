// SPDX-License-Identifier: Apache-2.0
#include "grading/scan_parameters.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "grading/aperture_disc.h"

namespace veriline::grading {
namespace {

/// A dip of less is none: a tenth of a grey value, and rounding of sums.
constexpr float kLeastDip = 4e-4f;

/// The deepest dip of a space, or of a bar turned around.
struct Dip {
  float depth = 0;
  size_t at = 0;
};
template <bool kBar>
Dip DeepestDip(const std::vector<float>& values, const ElementSpan& span, PeakRule rule) {
  const auto v = [&](size_t i) { return kBar ? -values[i] : values[i]; };
  // Water that stands between peaks: from both sides inwards, always below the lower of the two.
  size_t left = span.first, right = span.last;
  float left_peak = v(left), right_peak = v(right);
  Dip deepest, lowest{std::numeric_limits<float>::infinity(), 0};
  const auto look = [&](size_t i, float peak) {
    const float depth = peak - v(i);
    if (depth > deepest.depth) deepest = {depth, i};
    if (depth > kLeastDip && v(i) < lowest.depth) lowest = {v(i), i};
  };
  while (left < right) {
    if (left_peak <= right_peak) {
      const float here = v(++left);
      if (here >= left_peak) {
        left_peak = here;
      } else {
        look(left, left_peak);
      }
    } else {
      const float here = v(--right);
      if (here >= right_peak) {
        right_peak = here;
      } else {
        look(right, right_peak);
      }
    }
  }
  if (deepest.depth <= kLeastDip) return {};
  if (rule == PeakRule::kLower) return deepest;
  return {std::max(left_peak, right_peak) - lowest.depth, lowest.at};
}

/// The depth of the deepest dip alone, in one pass without branches: most elements have none that
/// counts.
template <bool kBar>
float DepthOfDeepestDip(const std::vector<float>& values, const ElementSpan& span) {
  float peak = kBar ? -values[span.first] : values[span.first];
  float lowest = peak, depth = 0;  // the lowest since that peak
  for (size_t i = span.first + 1; i <= span.last; ++i) {
    const float v = kBar ? -values[i] : values[i];
    const float rise = (v < peak ? v : peak) - lowest;
    depth = rise > depth ? rise : depth;
    const float lower = v < lowest ? v : lowest;
    lowest = v < peak ? lower : v;
    peak = v < peak ? peak : v;
  }
  return depth;
}

}  // namespace

Levels LevelsOf(const ScanProfile& profile) {
  if (profile.values.empty()) return {};
  float least = profile.values.front(), greatest = least;
  Extremes(profile.values.data(), static_cast<int>(profile.values.size()), &least, &greatest);
  return {greatest, least, (static_cast<double>(greatest) + least) / 2};
}

ElementSpan SpanOf(const ScanProfile& profile, int element) {
  const auto& edges = profile.edges;
  const size_t end = profile.values.size() - 1;
  const auto n = static_cast<int>(edges.size());
  const auto at = [&](int i) {
    return std::clamp(edges[static_cast<size_t>(i)], 0.0f, static_cast<float>(end));
  };
  const float begin = element < 0 ? 0.0f : at(element);
  auto first = static_cast<size_t>(begin);
  if (static_cast<float>(first) < begin) ++first;
  const size_t last = element + 1 >= n ? end : static_cast<size_t>(at(element + 1));
  return {std::min(first, end), std::max(std::min(first, end), last)};
}

EdgeContrast MeasureEdgeContrast(const ScanProfile& profile, std::vector<float>* extremes) {
  extremes->clear();
  EdgeContrast out;
  const auto n = static_cast<int>(profile.edges.size());
  if (n == 0) return out;
  const std::vector<float>& v = profile.values;
  out.least = std::numeric_limits<double>::infinity();
  for (int element = -1; element < n; ++element) {
    const ElementSpan span = SpanOf(profile, element);
    float most = v[span.first];
    if (IsBar(element)) {
      for (size_t i = span.first + 1; i <= span.last; ++i) most = v[i] < most ? v[i] : most;
    } else {
      for (size_t i = span.first + 1; i <= span.last; ++i) most = v[i] > most ? v[i] : most;
    }
    extremes->push_back(most);
    if (element < 0) continue;
    const double here = (*extremes)[static_cast<size_t>(element) + 1];
    const double before = (*extremes)[static_cast<size_t>(element)];
    const double contrast = IsBar(element) ? before - here : here - before;
    if (contrast < out.least) out = {contrast, element};
  }
  return out;
}

Defects MeasureDefects(const ScanProfile& profile, PeakRule rule) {
  Defects out;
  const auto n = static_cast<int>(profile.edges.size());
  if (n == 0) return out;
  for (int element = -1; element < n; ++element) {
    const ElementSpan span = SpanOf(profile, element);
    if (span.last < span.first + 2) continue;
    const float depth = IsBar(element) ? DepthOfDeepestDip<true>(profile.values, span)
                                       : DepthOfDeepestDip<false>(profile.values, span);
    // By the highest peak a dip may count for more than its depth.
    if (depth <=
        (rule == PeakRule::kLower ? std::max(kLeastDip, static_cast<float>(out.ern)) : kLeastDip)) {
      continue;
    }
    const Dip dip = IsBar(element) ? DeepestDip<true>(profile.values, span, rule)
                                   : DeepestDip<false>(profile.values, span, rule);
    if (static_cast<double>(dip.depth) > out.ern) {
      out = {dip.depth, element, static_cast<float>(dip.at)};
    }
  }
  return out;
}

QuietZoneSeen MeasureQuietZone(const ScanProfile& profile, float edge, int direction,
                               double threshold) {
  const std::vector<float>& v = profile.values;
  const auto level = static_cast<float>(threshold);
  auto i = static_cast<ptrdiff_t>(direction < 0 ? std::floor(edge) : std::ceil(edge));
  const auto size = static_cast<ptrdiff_t>(v.size());
  const auto is_dark = [&](ptrdiff_t at) { return v[static_cast<size_t>(at)] < level; };
  // An edge lies half way up to its own neighbours: the first samples may still be below.
  while (i >= 0 && i < size && is_dark(i) && std::abs(static_cast<float>(i) - edge) < 4)
    i += direction;
  for (; i >= 0 && i < size; i += direction) {
    if (!is_dark(i)) continue;
    const ptrdiff_t light = i - direction;
    if (light < 0 || light >= size) return {0, false};
    const float a = v[static_cast<size_t>(light)], b = v[static_cast<size_t>(i)];
    const float part = a > b ? (a - level) / (a - b) : 0.0f;
    const float at = static_cast<float>(light) + static_cast<float>(direction) * part;
    return {std::abs(at - edge), false};
  }
  return {std::abs((direction < 0 ? 0.0f : static_cast<float>(size - 1)) - edge), true};
}

}  // namespace veriline::grading
