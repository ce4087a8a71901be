// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tools/linesim/scene_renderer.h"

namespace veriline::linesim {

/// Draws the cartons scene: the side of a carton with its shipping label, at any multiple of 90°.
/// Everything that is not planted as a fault is within these limits: module 4 to 6 px, X of bars 3
/// to 4.5 px, skew ≤ 4°, contrast ≥ 50 %, blur σ ≤ 0.7 px, noise σ ≤ 4 grey, quiet zone ≥ 3
/// modules, 11 X beside bars. Cost: kFresh ≤ 130 ms a picture; kPooled ≤ 20 ms and 45 MB of pool.
class CartonsRenderer final : public SceneRenderer {
 public:
  /// Cost: kPooled draws its pool here (about 1 s).
  CartonsRenderer(const World& world, RenderMode mode);
  ~CartonsRenderer() override;

  void Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::linesim
