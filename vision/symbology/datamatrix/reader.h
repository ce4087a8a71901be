// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/symbol.h"
#include "vision/symbology/datamatrix/decode.h"

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

/// Reads a Data Matrix whose outline and size are known: the grey value of each module → against
/// what blur adds from its neighbours, by some guesses of how much → dark or light by the range of
/// the modules around it → codewords. Modules that are too near to the limit, or overexposed where
/// there is glare, are erasures in a last attempt.
/// Thread: one Read at a time per object (it owns scratch memory). Cost: 10 to 20 µs for 22×22; no
/// allocation once it has grown.
class Reader {
 public:
  /// Fills `symbol` but its text. False when it cannot be read: decoded() tells how far it came.
  bool Read(const FrameView& picture, const Place& place, Symbol* symbol);
  /// Of the last attempt, or of the one that succeeded.
  const DecodedSymbol& decoded() const { return decoded_; }

 private:
  void Sample(const FrameView& picture, const Place& place);
  void Slice(float sharpening);
  bool Decode(bool with_erasures);

  const SymbolSize* size_ = nullptr;
  int pitch_ = 0;              ///< of values: a module on each side more
  std::vector<float> values_;  ///< grey of each module and of the quiet zone, higher is lighter
  std::vector<float> sharp_;   ///< the same, sharpened
  std::vector<float> low_, high_, row_low_, row_high_;  ///< of the modules around each
  std::vector<uint8_t> dark_, turned_;                  ///< modules; mirrored
  std::vector<uint8_t> doubtful_, turned_doubtful_;
  std::vector<uint8_t> glare_;
  bool mirrored_ = false;
  DecodedSymbol decoded_;
};

}  // namespace veriline::symbology::datamatrix
