// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/linesim/frame_ring.h"
#include "tools/linesim/world.h"
#include "vision/camera/simulated/frame_renderer.h"

namespace veriline::linesim {

/// The camera's side of the world: exposes each item when its centre is on the optical axis, with
/// the fate that its fault gives it, and shows the pictures that the renderer's process has drawn.
/// Thread: as FrameRenderer.
class RingRenderer final : public camera::FrameRenderer {
 public:
  /// Both must outlive it.
  RingRenderer(const World& world, FrameRing& ring) : world_(world), ring_(ring) {}

  bool Next(camera::Exposure* exposure) override;
  bool Draw(uint8_t* pixels, size_t size_bytes, FrameView* view) override;

 private:
  const World& world_;
  FrameRing& ring_;
  uint64_t next_item_ = 0;
};

}  // namespace veriline::linesim
