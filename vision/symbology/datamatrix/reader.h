// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/symbol.h"
#include "vision/symbology/datamatrix/decode.h"
#include "vision/symbology/module_slicer.h"

namespace veriline::symbology::datamatrix {

/// Where a symbol lies: what a locator knows of it.
struct Place {
  /// TL TR BR BL, px, of the symbol as if it were not mirrored: the corner of the L is at the lower
  /// left.
  Quad quad;
  int rows = 0;  ///< modules
  int cols = 0;
  bool inverted = false;  ///< light on dark
};

/// Reads a Data Matrix whose outline and size are known: modules, sliced by some guesses of how
/// blurred they are → codewords; then those of doubtful modules as erasures.
/// Thread: one Read at a time per object (it owns scratch memory). Cost: 10 to 20 µs for 22×22; no
/// allocation once it has grown.
class Reader {
 public:
  /// Fills `symbol` but its text. False when it cannot be read: decoded() tells how far it came.
  bool Read(const FrameView& picture, const Place& place, Symbol* symbol);
  /// Of the last attempt, or of the one that succeeded.
  const DecodedSymbol& decoded() const { return decoded_; }

 private:
  bool Decode(bool with_erasures);

  const SymbolSize* size_ = nullptr;
  ModuleSlicer slicer_;
  std::vector<uint8_t> turned_, turned_doubtful_;  ///< mirrored
  bool mirrored_ = false;
  DecodedSymbol decoded_;
};

}  // namespace veriline::symbology::datamatrix
