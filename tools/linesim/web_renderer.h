// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tools/linesim/canvas.h"
#include "tools/linesim/scene_renderer.h"
#include "tools/linesim/strips.h"
#include "tools/linesim/web_label.h"

namespace veriline::linesim {

/// Draws the label web, line by line: line b is what a line-scan camera sees of belt coordinate b,
/// and a function of (world config, mode, b) alone. Lines may be asked for in any order; those of
/// the last few rows of labels are kept. Everything that is not planted as a fault is within these
/// limits: module 4 to 6 px, X of bars 3 to 4 px, skew ≤ 3°, contrast ≥ 50 %, blur σ ≤ 0.8 px,
/// noise σ ≤ 4 grey, quiet zone ≥ 4 modules, 10 X beside bars.
/// Cost of 2048 lines in order: kFresh ≤ 0.4 s; kPooled ≤ 0.06 s and 32 MB of pool.
/// Thread: one call at a time per object.
class WebRenderer {
 public:
  /// Cost: kPooled draws its pool here (about 0.5 s).
  WebRenderer(const World& world, RenderMode mode);
  ~WebRenderer();
  WebRenderer(const WebRenderer&) = delete;
  WebRenderer& operator=(const WebRenderer&) = delete;

  /// The pixels of line b; valid until the next call.
  const uint8_t* Line(int64_t b);
  /// Draws the lines [from, to) one below the other, rows `stride` bytes apart.
  void Render(int64_t from, int64_t to, uint8_t* pixels, ptrdiff_t stride);

  /// Draws one code of a label as kPooled shows it when that label is on the web in place of
  /// `item`, with what is blurred around it. `cell`: kWebLanePx × kWebCellLines, from the item's
  /// lane and register mark on; pixels further from the code are anything. Requires a world without
  /// faults.
  void DrawCode(uint64_t item, const WebLabel& label, size_t index, Plane* cell);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The strips of the web's camera.
class WebStripRenderer final : public SceneRenderer {
 public:
  /// `world` must outlive it.
  WebStripRenderer(const World& world, RenderMode mode)
      : world_(world), strips_(world), lines_(world, mode) {}

  /// Draws as many lines as the strip has.
  void Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) override;

 private:
  const World& world_;
  const Strips strips_;
  WebRenderer lines_;
};

}  // namespace veriline::linesim
