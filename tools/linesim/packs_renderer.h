// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tools/linesim/scene_renderer.h"

namespace veriline::linesim {

/// Draws the packs scene: the picture that the camera takes of an item. Everything that is not
/// planted as a fault is within these limits: module 4 to 6 px, contrast ≥ 50 %, blur σ ≤ 0.8 px,
/// motion ≤ 0.25 X, noise σ ≤ 4 grey, quiet zone ≥ 2 X.
/// Cost: kFresh ≤ 25 ms a picture; kPooled ≤ 2.5 ms and 25 MB of pool.
class PacksRenderer final : public SceneRenderer {
 public:
  /// Cost: kPooled draws its pool here (about 0.5 s).
  PacksRenderer(const World& world, RenderMode mode);
  ~PacksRenderer() override;
  PacksRenderer(const PacksRenderer&) = delete;
  PacksRenderer& operator=(const PacksRenderer&) = delete;

  /// Draws the picture of `item` into kPictureWidth × kPictureHeight pixels, rows `stride` bytes
  /// apart.
  void Render(uint64_t item, uint8_t* pixels, ptrdiff_t stride) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::linesim
