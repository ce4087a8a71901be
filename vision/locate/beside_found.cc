// SPDX-License-Identifier: Apache-2.0
// Symbols beside one that was found, which are one candidate with hatching that they touch.
#include <algorithm>
#include <cmath>

#include "vision/locate/locator.h"

namespace veriline::locate {

void Locator::SearchBesideFound(const LocateOptions& options) {
  constexpr float kCoreRatio = 0.7f;     // of a side: within the symbol however it is turned
  constexpr float kLookRatio = 1.5f;     // and around it, however far off the window is
  constexpr float kDensityRatio = 0.5f;  // of that of the symbol that was found
  constexpr size_t kMostWindows = 96;
  const auto found = std::ranges::find_if(regions_, [](const Region& region) {
    return region.finding.finder == Finder::kDataMatrix || region.finding.finder == Finder::kQr;
  });
  if (found == regions_.end()) return;
  const Quad quad = found->finding.quad;  // what is found besides may move the regions
  const float side = std::sqrt(std::abs(quad.SignedArea()));
  const int step = static_cast<int>(side / 2), core = static_cast<int>(kCoreRatio * side);
  if (core < 2 * kBlockPx) return;
  windows_.clear();
  const auto core_at = [core](Point center) {
    return Rect{static_cast<int>(center.x) - core / 2, static_cast<int>(center.y) - core / 2, core,
                core};
  };
  const auto mean_of = [this](const Rect& box) {
    return density_sums_.MeanOf(
        {box.x / kBlockPx, box.y / kBlockPx, box.width / kBlockPx, box.height / kBlockPx});
  };
  float least = 0;
  const size_t unsure = unsure_.size();
  for (size_t i = 0; i < unsure; ++i) {
    const Rect region = Grown(unsure_[i].box, -kMarginPx);
    if (static_cast<float>(std::min(region.width, region.height)) < 0.9f * side) continue;
    if (least == 0) {
      density_.Assign(survey_.blocks(), survey_.limits());
      density_.SumInto(&density_sums_);
      least = kDensityRatio * mean_of(core_at(quad.Center()));
    }
    for (int y = region.y / step; y <= (region.y + region.height) / step; ++y) {
      for (int x = region.x / step; x <= (region.x + region.width) / step; ++x) {
        const Rect window = core_at({(static_cast<float>(x) + 0.5f) * static_cast<float>(step),
                                     (static_cast<float>(y) + 0.5f) * static_cast<float>(step)});
        if (windows_.size() >= kMostWindows) return;
        if (mean_of(window) < least || IsFound(window, true)) continue;
        if (std::ranges::find(windows_, window) != windows_.end()) continue;
        windows_.push_back(window);
        Region seen;
        if (!Orient(window, kOrientRows, &seen) || seen.kind == RegionKind::kBars ||
            seen.clarity_ratio < kLeastClarity) {
          continue;
        }
        seen.box = Intersect(Grown(window, static_cast<int>((kLookRatio - kCoreRatio) / 2 * side)),
                             picture_.Bounds());
        Test(seen, options);
      }
    }
  }
}

}  // namespace veriline::locate
