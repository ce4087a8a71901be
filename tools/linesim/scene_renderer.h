// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tools/linesim/world.h"

namespace veriline::linesim {

enum class RenderMode : uint8_t {
  kFresh,   ///< everything drawn anew in each picture
  kPooled,  ///< labels drawn on pre-drawn backgrounds: many times faster
};

/// Draws what a camera of the world sees, picture by picture. A picture is a function of (world
/// config, mode, camera, shot) alone: any of them can be drawn by itself, and always comes out the
/// same.
/// Thread: one Render at a time per object (it owns scratch memory).
class SceneRenderer {
 public:
  virtual ~SceneRenderer() = default;
  /// Draws picture number `shot` into traits.picture_width × picture_height pixels, rows `stride`
  /// bytes apart. A shot is a feed, or a strip of a line-scan camera.
  virtual void Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) = 0;
};

/// How many pictures a camera of the world takes.
uint64_t ShotsOf(const World& world);

/// The renderer of the world's scene. `world` must outlive it. Cost: kPooled draws its pool here.
std::unique_ptr<SceneRenderer> MakeRenderer(const World& world, RenderMode mode, int camera = 0);

}  // namespace veriline::linesim
