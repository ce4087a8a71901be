// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tools/linesim/frame_ring.h"
#include "tools/linesim/strips.h"
#include "tools/linesim/world.h"
#include "vision/camera/simulated/frame_renderer.h"

namespace veriline::linesim {

/// A camera's side of the world: exposes each feed when its centre is on the optical axis, with
/// the fate that its fault gives it, or one strip after the other, and shows the pictures that the
/// renderer's process has drawn.
/// Thread: as FrameRenderer.
class RingRenderer final : public camera::FrameRenderer {
 public:
  /// Both must outlive it.
  RingRenderer(const World& world, FrameRing& ring);

  bool Next(camera::Exposure* exposure) override;
  bool Draw(uint8_t* pixels, size_t size_bytes, FrameView* view) override;

 private:
  const World& world_;
  FrameRing& ring_;
  const uint64_t shots_;
  std::optional<Strips> strips_;
  uint64_t next_shot_ = 0;
  int lines_ = 0;  ///< of the picture that Next told last
};

}  // namespace veriline::linesim
