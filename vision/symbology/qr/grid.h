// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/core/sampled_grid.h"
#include "vision/symbology/qr/decoder.h"

namespace veriline::symbology::qr {

/// All of a grid but `outline`, `centers`, `mirrored` and `inverted`: symbology and size, the
/// codeword of each module, its right colour after correction (fixed patterns, format and version
/// information, mask taken into account), codewords before and after, blocks with the p of ISO/IEC
/// 18004 table 9 as reserve. `erased` of codewords is not told by `decoded` and stays false.
/// Requires: decoded.failed_at == Step::kNone. Thread: any; nothing is allocated once the grid has
/// held a symbol as large.
void FillGrid(const Decoded& decoded, SampledGrid* grid);

}  // namespace veriline::symbology::qr
