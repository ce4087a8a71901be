// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tools/linesim/scene_renderer.h"

namespace veriline::linesim {

/// In which lights glare lies over the code of an item: bit 0 the first, bit 1 the second. In one
/// of them for a third of the items, in both for FaultKind::kGlare alone.
uint32_t GlareOf(const World& world, uint64_t item);

/// Draws the foil scene under one of its two lights: packs of holographic foil with a Data Matrix
/// whose modules were taken out of the metal. The first light is bright field: dark modules in
/// shining foil. The second one is dark field on half of the items: light modules in dark foil.
/// Bands of diffraction glare lie anywhere; where one lies over the code nothing of it remains.
/// Everything that is not planted as a fault and free of glare is within these limits: module 4 to
/// 6 px, contrast ≥ 35 %, blur σ ≤ 0.7 px, noise σ ≤ 4 grey, quiet zone ≥ 2 modules.
/// Cost: ≤ 30 ms a picture; kPooled ≤ 8 ms and 20 MB of pool.
class FoilRenderer final : public SceneRenderer {
 public:
  /// `camera` is the light, 0 or 1.
  FoilRenderer(const World& world, RenderMode mode, int camera);
  ~FoilRenderer() override;

  void Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::linesim
