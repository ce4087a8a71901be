// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tools/linesim/frame_set.h"
#include "tools/linesim/scene_frames.h"
#include "tools/linesim/web_renderer.h"
#include "tools/linesim/world.h"

namespace veriline::linesim {

/// Issued codes, drawn beforehand, for the labels of a few blocks of the web: as often as the
/// blocks come by, each label shows another code, as Data Matrix or QR Code and as GS1-128, in the
/// places of those that the block was drawn with. Copying them in costs the bytes of their pixels.
///
/// A code's picture is what the renderer draws, light, blur and noise with it. Of bars every fourth
/// line is kept and shown four times (they lie askew by at most 0.1 px by that), and their ends are
/// sharp. The number beside the bars stays the block's.
/// Thread: DrawBlock from several for different blocks; all else const.
class CodePrints {
 public:
  /// Lays out; draws nothing yet. `world` and `frames` are the blocks' (whole rows, no faults).
  /// Requires: at most world.items() codes.
  CodePrints(const World& world, const SceneFrames& frames, int blocks, uint64_t codes);

  /// Of the pictures.
  size_t bytes() const { return round_bytes_ * rounds_; }
  /// How many different codes there are: what was asked for, rounded up to whole rounds.
  uint64_t codes() const { return rounds_ * labels_; }
  uint64_t rounds() const { return rounds_; }

  /// Takes the memory. Throws std::bad_alloc.
  void Allocate() { pixels_ = std::make_unique_for_overwrite<uint8_t[]>(bytes()); }
  /// Draws all codes of a block. Cost: about a millisecond for each.
  void DrawBlock(int block, WebRenderer* renderer);

  /// Requires: Allocate, DrawBlock.
  void CopyInto(int block, uint64_t round, uint8_t* pixels, ptrdiff_t stride) const;
  /// What shows in the block then.
  std::vector<ShownSymbol> ShownIn(int block, uint64_t round) const;

 private:
  /// Some pixels of a line of the block.
  struct Run {
    int x = 0;
    int y = 0;
    int width = 0;
    uint32_t at = 0;  ///< in the picture of a code
  };
  /// The place of a code in a block.
  struct Place {
    size_t shown = 0;        ///< in shown_[block]
    size_t at = 0;           ///< of its picture, in a round's
    Point cell;              ///< origin of its cell in the block
    std::vector<Run> lines;  ///< of its picture
    std::vector<Run> runs;   ///< what is copied into the block
  };

  Place LayOut(const ShownSymbol& shown) const;
  uint64_t ItemOf(const ShownSymbol& shown, uint64_t round) const {
    return shown.item + round * labels_;
  }

  const World& world_;
  const uint64_t labels_;  ///< in all blocks
  const uint64_t rounds_;
  size_t round_bytes_ = 0;
  std::vector<std::vector<ShownSymbol>> shown_;
  std::vector<std::vector<Place>> places_;
  std::unique_ptr<uint8_t[]> pixels_;
};

}  // namespace veriline::linesim
