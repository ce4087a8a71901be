// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/core/sampled_grid.h"
#include "vision/symbology/datamatrix/decode.h"
#include "vision/symbology/datamatrix/layout.h"

namespace veriline::symbology::datamatrix {

/// Fills all of a grid but where it lies (`outline`, `centers`, `mirrored`, `inverted`, which
/// stay): size, regions, the codeword of each module, its right colour after correction, codewords
/// before and after it, blocks. Modules of the corner where no codeword fits are kUnused. Which
/// codewords were erasures is not known any more: `erased` is false; their number stands in the
/// blocks. Requires: decoded.ok(), of a symbol of that size. Thread: any; no allocation once the
/// grid has held as much.
void FillGrid(const SymbolSize& size, const DecodedSymbol& decoded, SampledGrid* grid);

}  // namespace veriline::symbology::datamatrix
