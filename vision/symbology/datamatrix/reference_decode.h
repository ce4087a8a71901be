// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "vision/core/binary_view.h"
#include "vision/core/sampled_grid.h"
#include "vision/symbology/datamatrix/decode.h"
#include "vision/symbology/datamatrix/region_grid.h"
#include "vision/symbology/datamatrix/symbol_frame.h"
#include "vision/symbology/reference_decode.h"

namespace veriline::symbology::datamatrix {

/// The standard's reference decode on a two-level picture: the two solid sides of the L, the
/// alternating sides opposite to them, whose number of modules is the size, for each data region
/// the grid between both, the colours there, error correction without erasures. No module is
/// guessed at: what it can not read has no grade for Decode.
/// Source: ISO/IEC 16022:2006 clause 9 as amended by Cor.2:2011; what is open there, as in
/// the defaults of grading.md, 3.6.
///
/// Sides are lines through what of the border can be seen, with gaps of up to six modules bridged.
/// Centres of modules are the middles between the borders of the tracks' modules, which are where
/// they would be if dark were as wide as light; borders that are not seen lie evenly between their
/// neighbours. With `values` in the picture all places lie between pixels.
///
/// The start may be off by a module at each corner. The picture has to show the symbol with a
/// module of ground around it. Thread: one Decode at a time per object (it owns scratch memory).
/// Cost: about 40 µs for 22×22 at 5 px a module; no allocation once it has grown.
class ReferenceDecoder {
 public:
  /// True: `grid` is filled wholly, in picture coordinates (with binary.origin added). False:
  /// failed_at() says why, and the grid is as it was.
  bool Decode(const BinaryView& binary, const ReferenceStart& start, SampledGrid* grid);
  ReferenceStep failed_at() const { return failed_at_; }
  /// Of the last attempt; has a meaning when it came as far as kErrorCorrection.
  const DecodedSymbol& decoded() const { return decoded_; }

 private:
  ReferenceStep Run(const ReferenceStart& start, SampledGrid* grid);
  ReferenceStep ReadOnce(const TwoLevels& picture, const ReferenceStart& start, bool all_lines);

  BinaryView view_;
  SymbolFrame frame_;
  RegionGrid region_grid_;
  std::vector<uint8_t> dark_;
  ReferenceStep failed_at_ = ReferenceStep::kFinder;
  DecodedSymbol decoded_;
};

}  // namespace veriline::symbology::datamatrix
