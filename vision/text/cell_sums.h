// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "vision/text/font.h"

namespace veriline::text {

// The sums over cells that comparing print comes down to, in the widest vectors that the processor
// has. All are whole numbers: the same on every processor. Any thread.

/// Of two glyph-sized cells or templates (kGlyphCells, row by row).
int32_t Dot(const int16_t* a, const int16_t* b);

/// Of coarse cells, rows `stride` apart, and a coarse template (kCoarseWidth x kCoarseHeight).
int32_t CoarseDot(const int16_t* ink, ptrdiff_t stride, const int16_t* shape);

/// Sums of a glyph-sized part of a strip, x and y in half cells from its middle.
struct PatchSums {
  int32_t sum = 0, sum_x = 0, sum_y = 0, squares = 0;
};

/// Copies the part whose top left is at `ink`, rows `stride` apart, to `out` (kGlyphCells); columns
/// where `mask` is 0 (else -1) as 0. Requires: kGlyphWidth readable values in each row.
PatchSums TakeCells(const uint8_t* ink, ptrdiff_t stride,
                    const std::array<int16_t, kGlyphWidth>& mask, int16_t* out);

/// A row of places in a picture, in 1/65536 of a pixel from the middle of the one at `pixels`.
struct SampledRow {
  int32_t x = 0, y = 0, step_x = 0, step_y = 0;
};

/// Interpolates between four pixels at `count` places. Each value is turned over where `flip` is
/// 255 (else 0). Requires: three readable bytes behind the pixel of each place, and a row below.
void SampleRow(const uint8_t* pixels, ptrdiff_t stride, const SampledRow& row, int count,
               uint8_t flip, uint8_t* out);

}  // namespace veriline::text
