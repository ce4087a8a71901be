// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tools/linesim/scene_renderer.h"

namespace veriline::linesim {

/// Draws the scenes of labels with several parts (part_label.h): a pack with its label, or four
/// labels with numbers. Everything that is not planted as a fault is within these limits: X of
/// matrix symbols 4 to 6 px, of bars 2.8 to 4 px, cap height of text 26 px, of numbers 34 px, ink
/// up to 0.8 px wider, skew 2.5° (numbers 0.8°), contrast at least 50 %, blur σ ≤ 0.7 px, noise σ ≤
/// 3.5 grey. Cost: kFresh 30 ms a picture; kPooled 10 ms and 45 MB of pool.
class LabelsRenderer final : public SceneRenderer {
 public:
  LabelsRenderer(const World& world, RenderMode mode);
  ~LabelsRenderer() override;

  void Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::linesim
