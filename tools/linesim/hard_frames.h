// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tools/linesim/clutter.h"
#include "tools/linesim/frame_set.h"
#include "tools/linesim/hard_symbol.h"
#include "tools/linesim/scene_renderer.h"
#include "tools/linesim/world.h"

namespace veriline::linesim {

/// Packs full of print and texture, each with one GS1 Data Matrix that is hard to read
/// (hard_symbol.h). 1280 × 1024.
class HardFrames final : public FrameSet {
 public:
  /// Cost: draws pools, about 1 s.
  explicit HardFrames(uint64_t seed);
  ~HardFrames() override;

  uint64_t size() const override;
  FrameView Draw(uint64_t index) override;
  std::vector<ShownSymbol> ShownIn(uint64_t index) const override;
  HardSymbol SymbolOf(uint64_t index) const { return LayOutHardSymbol(seed_, index); }

 private:
  const uint64_t seed_;
  const World world_;
  ClutterPrinter printer_;
  std::unique_ptr<SceneRenderer> renderer_;
  std::vector<uint8_t> pixels_;
};

/// What a reader can do at best who finds every symbol to a hair and decodes it by the book: mean
/// grey of each module (or of its middle) between the true corners; the global threshold that fits
/// the true modules best, or a local one (middle of the light and the dark modules around) where
/// the light is uneven; Reed-Solomon decoding without erasures.
struct OracleReading {
  int errors = 0;    ///< codewords that differ from the true ones
  int capacity = 0;  ///< how many can be corrected: floor(ecc / 2)
  bool readable() const { return errors <= capacity; }
};
OracleReading AskOracle(const FrameView& picture, const HardSymbol& symbol);

}  // namespace veriline::linesim
