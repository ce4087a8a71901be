// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "tools/linesim/clutter.h"
#include "tools/linesim/frame_set.h"
#include "tools/linesim/scene_renderer.h"
#include "tools/linesim/web_renderer.h"
#include "tools/linesim/world.h"

namespace veriline::linesim {

struct SceneFramesOptions {
  RenderMode mode = RenderMode::kPooled;
  int camera = 0;
  /// Web: each block begins with a row of labels and shows two of them whole, 32 codes. False:
  /// blocks overlap evenly, as the strip assembler makes them, and cut labels anywhere.
  bool whole_rows = false;
  /// Print is added until 30 % of every picture are print, text and texture.
  bool clutter = false;
};

/// The pictures of a scene, one for each feed; of the web, blocks of kBlockLines lines.
class SceneFrames final : public FrameSet {
 public:
  /// `world` must outlive it. Cost: draws pools, up to 2 s.
  SceneFrames(const World& world, const SceneFramesOptions& options);

  uint64_t size() const override;
  FrameView Draw(uint64_t index) override;
  std::vector<ShownSymbol> ShownIn(uint64_t index) const override;

 private:
  int lines() const;
  /// Belt coordinate of the first line of a block of the web.
  int64_t TopOf(uint64_t block) const;
  void ShowWeb(uint64_t block, std::vector<ShownSymbol>* shown) const;
  void ShowPacks(uint64_t item, std::vector<ShownSymbol>* shown) const;
  void Add(ShownSymbol symbol, std::vector<ShownSymbol>* shown) const;

  const World& world_;
  const SceneTraits& scene_;
  const SceneFramesOptions options_;
  std::optional<WebRenderer> web_;
  std::unique_ptr<SceneRenderer> renderer_;
  std::optional<ClutterPrinter> printer_;
  int64_t first_line_ = 0;
  std::vector<uint8_t> pixels_;
};

/// Pictures without any code, of any size: the empty scene, cut to pieces and put side by side.
class EmptyFrames final : public FrameSet {
 public:
  /// Cost: draws pools, about 1 s.
  EmptyFrames(uint64_t seed, int width, int height);
  ~EmptyFrames() override;

  uint64_t size() const override;
  FrameView Draw(uint64_t index) override;
  std::vector<ShownSymbol> ShownIn(uint64_t) const override { return {}; }

 private:
  const World world_;
  const int width_;
  const int height_;
  ClutterPrinter printer_;
  std::unique_ptr<SceneRenderer> renderer_;
  std::vector<uint8_t> piece_;
  std::vector<uint8_t> pixels_;
};

/// A world of that scene without planted faults, with as many items as a bench may want.
WorldConfig FaultlessWorld(SceneKind scene, uint64_t seed);

}  // namespace veriline::linesim
