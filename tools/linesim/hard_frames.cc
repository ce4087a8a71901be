// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/hard_frames.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "tools/linesim/ecc200.h"
#include "tools/linesim/random.h"
#include "tools/linesim/scene_frames.h"

namespace veriline::linesim {
namespace {

/// Sides of the square that is averaged, in modules: the whole module, which dots need, and its
/// middle, which blur leaves purer.
constexpr float kApertures[] = {1.0f, 0.5f};

float GreyAt(const FrameView& picture, Point p) {
  const float x = std::clamp(p.x - 0.5f, 0.f, static_cast<float>(picture.width) - 1.001f);
  const float y = std::clamp(p.y - 0.5f, 0.f, static_cast<float>(picture.height) - 1.001f);
  const auto x0 = static_cast<int>(x);
  const auto y0 = static_cast<int>(y);
  const uint8_t* upper = picture.Row(y0) + x0;
  const uint8_t* lower = picture.Row(y0 + 1) + x0;
  const float fx = x - static_cast<float>(x0);
  const float fy = y - static_cast<float>(y0);
  const float a = static_cast<float>(upper[0]) * (1 - fx) + static_cast<float>(upper[1]) * fx;
  const float b = static_cast<float>(lower[0]) * (1 - fx) + static_cast<float>(lower[1]) * fx;
  return a * (1 - fy) + b * fy;
}

/// Mean grey of each module within a square of `aperture` modules, row by row.
std::vector<float> ModuleMeans(const FrameView& picture, const HardSymbol& symbol, float aperture) {
  const int n = symbol.matrix.modules;
  constexpr int kSamples = 6;  // per module and side
  const Point ex =
      (symbol.quad.corners[1] - symbol.quad.corners[0]) * (1.0f / static_cast<float>(n));
  const Point ey =
      (symbol.quad.corners[3] - symbol.quad.corners[0]) * (1.0f / static_cast<float>(n));
  std::vector<float> means;
  for (int i = 0; i < n * n; ++i) {
    float sum = 0;
    for (int k = 0; k < kSamples * kSamples; ++k) {
      const auto at = [aperture](int module, int sample) {
        return static_cast<float>(module) + 0.5f +
               ((static_cast<float>(sample) + 0.5f) / kSamples - 0.5f) * aperture;
      };
      const float u = at(i % n, k % kSamples);
      const float v = at(i / n, k / kSamples);
      sum += GreyAt(picture, symbol.quad.corners[0] + ex * u + ey * v);
    }
    means.push_back(sum / (kSamples * kSamples));
  }
  return means;
}

/// The middle between the light and the dark modules of the neighbourhood of each, told apart by
/// its mean.
std::vector<float> LocalThresholds(const std::vector<float>& means, int n, int radius) {
  std::vector<float> thresholds;
  for (int i = 0; i < n * n; ++i) {
    std::vector<float> around;
    for (int y = std::max(0, i / n - radius); y <= std::min(n - 1, i / n + radius); ++y) {
      for (int x = std::max(0, i % n - radius); x <= std::min(n - 1, i % n + radius); ++x) {
        around.push_back(means[static_cast<size_t>(y * n + x)]);
      }
    }
    float mean = 0;
    for (const float grey : around) mean += grey / static_cast<float>(around.size());
    float light = 0, dark = 0;
    int lights = 0;
    for (const float grey : around) {
      (grey > mean ? light : dark) += grey;
      lights += grey > mean;
    }
    const int darks = static_cast<int>(around.size()) - lights;
    thresholds.push_back(
        lights == 0 || darks == 0
            ? mean
            : (light / static_cast<float>(lights) + dark / static_cast<float>(darks)) / 2);
  }
  return thresholds;
}

}  // namespace

HardFrames::HardFrames(uint64_t seed)
    : seed_(seed),
      world_(FaultlessWorld(SceneKind::kEmpty, seed)),
      printer_(seed),
      renderer_(MakeRenderer(world_, RenderMode::kPooled)),
      pixels_(static_cast<size_t>(kPictureWidth) * kPictureHeight) {}
HardFrames::~HardFrames() = default;

uint64_t HardFrames::size() const { return world_.items(); }

FrameView HardFrames::Draw(uint64_t index) {
  renderer_->Render(index, pixels_.data(), kPictureWidth);
  const HardSymbol symbol = SymbolOf(index);
  DrawHardSymbol(symbol, pixels_.data(), kPictureWidth, kPictureHeight, kPictureWidth);
  printer_.Print(index, pixels_.data(), kPictureWidth, kPictureHeight, kPictureWidth,
                 std::array{symbol.quad}, std::array{GroundOf(symbol)});
  return {pixels_.data(), kPictureWidth, kPictureHeight, kPictureWidth};
}

std::vector<ShownSymbol> HardFrames::ShownIn(uint64_t index) const {
  const HardSymbol symbol = SymbolOf(index);
  return {{.item = index,
           .symbology = Symbology::kDataMatrix,
           .identifier = "]d2",
           .text = symbol.text,
           .quad = symbol.quad,
           .module_px = symbol.module_px}};
}

OracleReading AskOracle(const FrameView& picture, const HardSymbol& symbol) {
  const int n = symbol.matrix.modules;
  const Ecc200Size& size = *Ecc200SizeOf(n);
  const std::vector<int> placement = Ecc200Placement(n);
  int best = size.data + size.ecc;
  for (const float aperture : kApertures) {
    const std::vector<float> means = ModuleMeans(picture, symbol, aperture);
    const auto count_errors = [&](const std::function<float(size_t)>& threshold) {
      std::vector<bool> wrong(static_cast<size_t>(size.data + size.ecc));
      for (int i = 0; i < (n - 2) * (n - 2); ++i) {
        const int bit = placement[static_cast<size_t>(i)];
        if (bit < 0) continue;
        const auto module = static_cast<size_t>((i / (n - 2) + 1) * n + i % (n - 2) + 1);
        const bool marked = (means[module] < threshold(module)) != symbol.inverted;
        if (marked != (symbol.matrix.dark[module] != 0)) wrong[static_cast<size_t>(bit / 8)] = true;
      }
      best = std::min(best, static_cast<int>(std::ranges::count(wrong, true)));
    };
    for (const float grey : means) {
      // Above this module, below the next brighter one.
      count_errors([&](size_t) { return grey + 0.001f; });
    }
    if (!symbol.Has(Hardship::kLight) && !symbol.Has(Hardship::kGlare)) continue;
    for (const int radius : {2, 3, 4}) {
      const std::vector<float> local = LocalThresholds(means, n, radius);
      count_errors([&](size_t module) { return local[module]; });
    }
  }
  return {best, size.ecc / 2};
}

}  // namespace veriline::linesim
