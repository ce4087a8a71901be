// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/finder.h"

#include <algorithm>
#include <cmath>

namespace veriline::locate {

void LineSet::Look(const Probe& probe, const Aim& aim, bool along_v, int lines, float step_px,
                   bool fine) {
  edges_.clear();
  begins_.assign(1, 0);
  starts_light_.clear();
  half_px_ = along_v ? aim.half_v_px : aim.half_u_px;
  const float across_px = along_v ? aim.half_u_px : aim.half_v_px;
  spacing_px_ = 2 * across_px / static_cast<float>(lines);
  first_px_ = spacing_px_ / 2 - across_px;
  for (int i = 0; i < lines; ++i) {
    const float offset = OffsetOf(i);
    const Point from = along_v ? aim.At(offset, -half_px_) : aim.At(-half_px_, offset);
    const Point to = along_v ? aim.At(offset, half_px_) : aim.At(half_px_, offset);
    bool light = true;
    const size_t count = probe.LineInto(from, to, step_px, fine, &edges_, &light);
    for (size_t k = edges_.size() - count; k < edges_.size(); ++k) edges_[k].at -= half_px_;
    begins_.push_back(edges_.size());
    starts_light_.push_back(light);
  }
}

std::span<const Edge> LineSet::Of(int line) const {
  const size_t begin = begins_[static_cast<size_t>(line)];
  return {edges_.data() + begin, begins_[static_cast<size_t>(line) + 1] - begin};
}

ModuleSizes EstimateModule(Scan& scan) {
  constexpr size_t kLeastDistances = 20;
  // In random data a quarter of the distances are of two modules and a quarter of three. Some are
  // shorter, where a line grazes the border of a module: what lies at 42 % is three modules as long
  // as these are no more than a fifth.
  constexpr size_t kPercent = 42;
  std::vector<float>& distances = scan.scratch;
  distances.clear();
  for (const LineSet* lines : {&scan.along_u, &scan.along_v}) {
    for (int line = 0; line < lines->lines(); ++line) {
      const auto edges = lines->Of(line);
      for (size_t i = 0; i + 2 < edges.size(); ++i) {
        distances.push_back(edges[i + 2].at - edges[i].at);
      }
    }
  }
  if (distances.size() < kLeastDistances) return {};
  const auto at_percent = [&distances](size_t percent) {
    const auto nth = distances.begin() + static_cast<ptrdiff_t>(distances.size() * percent / 100);
    std::ranges::nth_element(distances, nth);
    return *nth;
  };
  ModuleSizes sizes{at_percent(kPercent) / 3, 0};
  // Other data may have as many of two modules, or of four. Distances are multiples of a module:
  // by how much they are not, in modules, is a quarter on the mean for what is none.
  const auto misfit = [&](float module) {
    constexpr size_t kLooks = 64;
    constexpr float kMostModules = 6;  // farther away, the error of the module counts
    const size_t step = std::max<size_t>(1, distances.size() / kLooks);
    float sum = 0;
    int count = 0;
    for (size_t i = 0; i < distances.size(); i += step) {
      const float modules = distances[i] / module;
      if (modules > kMostModules) continue;
      sum += std::abs(modules - std::floor(modules + 0.5f));
      ++count;
    }
    return count == 0 ? 1.0f : sum / static_cast<float>(count);
  };
  constexpr size_t kShortPercent = 20;
  constexpr float kAlike = 0.15f;
  constexpr float kClear = 0.03f;
  const float three = sizes.module_px * 3, shortest = at_percent(kShortPercent);
  float best = misfit(sizes.module_px) - kClear;
  for (const float other : {three / 2, three / 4, shortest / 2, shortest / 3}) {
    if (std::abs(other - sizes.module_px) < kAlike * sizes.module_px) continue;
    const float off = misfit(other);
    if (off < best) best = off, sizes.other_px = other;
  }
  return sizes;
}

}  // namespace veriline::locate
