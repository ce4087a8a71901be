// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tools/linesim/scene_renderer.h"

namespace veriline::linesim {

/// Draws the sheet scene: a printed sheet of 12 × 8 positions with a Data Matrix each. Everything
/// that is not planted as a fault is within these limits: module 4 to 6 px, skew ≤ 1°, contrast
/// ≥ 50 %, blur σ ≤ 0.7 px, noise σ ≤ 4 grey, quiet zone ≥ 3 modules.
/// Cost: kFresh ≤ 400 ms a picture; kPooled ≤ 80 ms and 50 MB of pool.
class SheetRenderer final : public SceneRenderer {
 public:
  /// Cost: kPooled draws its pool here (about 1 s).
  SheetRenderer(const World& world, RenderMode mode);
  ~SheetRenderer() override;

  void Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::linesim
