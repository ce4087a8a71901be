// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tools/linesim/scene_renderer.h"

namespace veriline::linesim {

/// Draws the empty scene: packs without any code, full of what looks like one from afar: dense
/// print, halftone, checks, hatching, ladders of lines, weave. Nothing in it may be read.
/// Cost: kFresh ≤ 30 ms a picture; kPooled ≤ 1 ms and 42 MB of pool.
class EmptyRenderer final : public SceneRenderer {
 public:
  /// Cost: kPooled draws its pool here (about 1 s).
  EmptyRenderer(const World& world, RenderMode mode);
  ~EmptyRenderer() override;

  void Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::linesim
