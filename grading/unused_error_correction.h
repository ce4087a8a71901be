// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "vision/core/sampled_grid.h"

namespace veriline::grading {

/// How much can be corrected in a block: check codewords without those kept for misdecode
/// protection (QR only, and only where the switch says so).
/// Source: ISO/IEC 15415, 7.8.8; ISO/IEC 18004 table 9; grading.md 2.6.
int CorrectionCapacity(const SampledGrid::Block& block, bool subtract_reserve);

/// UEC of a block with e erasures and t errors: 1 − (e + 2t) / capacity; 1 where nothing was
/// corrected, 0 where it would be negative.
double UnusedErrorCorrection(int erasures, int errors, int capacity);

/// The lowest of all blocks; 1 for a symbol without blocks.
double UnusedErrorCorrection(std::span<const SampledGrid::Block> blocks, bool subtract_reserve);

}  // namespace veriline::grading
