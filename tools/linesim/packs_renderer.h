// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tools/linesim/world.h"

namespace veriline::linesim {

enum class RenderMode : uint8_t {
  kFresh,   ///< every pack and the belt drawn anew: ≤ 25 ms a picture
  kPooled,  ///< labels drawn on pre-drawn packs and belts: ≤ 2.5 ms a picture, 25 MB of pool
};

/// Draws the packs scene: the picture that the camera takes of an item. A picture is a function
/// of (world config, mode, item) alone: any of them can be drawn by itself, and always comes out
/// the same. Everything that is not planted as a fault is within these limits: module 4 to 6 px,
/// contrast ≥ 50 %, blur σ ≤ 0.8 px, motion ≤ 0.25 X, noise σ ≤ 4 grey, quiet zone ≥ 2 X.
/// Thread: one Render at a time per object (it owns scratch memory).
class PacksRenderer {
 public:
  /// Cost: kPooled draws its pool here (about 0.5 s).
  PacksRenderer(const World& world, RenderMode mode);
  ~PacksRenderer();
  PacksRenderer(const PacksRenderer&) = delete;
  PacksRenderer& operator=(const PacksRenderer&) = delete;

  /// Draws the picture of `item` into kPictureWidth × kPictureHeight pixels, rows `stride` bytes
  /// apart.
  void Render(uint64_t item, uint8_t* pixels, ptrdiff_t stride);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::linesim
