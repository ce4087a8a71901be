// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace veriline::text {

// Sums of products, on vectors as wide as the machine has.

/// Of two glyphs of kGlyphCells. Thread: any. Cost: 15 ns.
int32_t DotOfGlyphs(const int16_t* a, const int16_t* b);
/// Of a coarse template and the cells of a picture, whose rows are `stride` apart: kCoarseHeight
/// rows of kCoarseWidth. Thread: any. Cost: 8 ns.
int32_t DotOfCoarse(const int16_t* cells, ptrdiff_t stride, const int16_t* shape);

}  // namespace veriline::text
