// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/block_map.h"

// Everything between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE is compiled once for each
// instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vision/locate/block_map.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace veriline::locate {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// One row of blocks; `rows` points to its nine rows of pixels.
void MeasureBlockRow(const uint8_t* const* rows, int cols, uint16_t* energy) {
  int bx = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<uint8_t> d8;
  const hn::Repartition<uint64_t, decltype(d8)> d64;
  const auto abs_diff = [](auto a, auto b) {
    return hn::Or(hn::SaturatedSub(a, b), hn::SaturatedSub(b, a));
  };
  // Eight bytes side by side are one row of a block, and one lane of 64 bits holds their sum.
  const int step = static_cast<int>(hn::Lanes(d64));
  HWY_ALIGN uint64_t sums[hn::MaxLanes(d64)];
  for (; bx + step <= cols; bx += step) {
    const size_t x = static_cast<size_t>(bx) * kBlockPx;
    auto sum = hn::Zero(d64);
    auto row = hn::LoadU(d8, rows[0] + x);
    for (int y = 0; y < kBlockPx; ++y) {
      const auto right = hn::LoadU(d8, rows[y] + x + 1);
      const auto below = hn::LoadU(d8, rows[y + 1] + x);
      sum = hn::Add(sum, hn::SumsOf8(abs_diff(row, right)));
      sum = hn::Add(sum, hn::SumsOf8(abs_diff(row, below)));
      row = below;
    }
    hn::Store(sum, d64, sums);
    for (int i = 0; i < step; ++i) energy[bx + i] = static_cast<uint16_t>(sums[i]);
  }
#endif
  for (; bx < cols; ++bx) {
    unsigned sum = 0;
    for (int y = 0; y < kBlockPx; ++y) {
      for (int x = bx * kBlockPx; x < (bx + 1) * kBlockPx; ++x) {
        const int here = rows[y][x], right = rows[y][x + 1], below = rows[y + 1][x];
        sum += static_cast<unsigned>(here > right ? here - right : right - here);
        sum += static_cast<unsigned>(here > below ? here - below : below - here);
      }
    }
    energy[bx] = static_cast<uint16_t>(sum);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace veriline::locate
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace veriline::locate {

HWY_EXPORT(MeasureBlockRow);

void MeasureBlocks(const FrameView& picture, BlockMap* map) {
  map->cols = picture.width > 0 ? (picture.width - 1) / kBlockPx : 0;
  map->rows = picture.height > 0 ? (picture.height - 1) / kBlockPx : 0;
  map->energy.resize(static_cast<size_t>(map->cols) * static_cast<size_t>(map->rows));
  for (int by = 0; by < map->rows; ++by) {
    const uint8_t* rows[kBlockPx + 1];
    for (int y = 0; y <= kBlockPx; ++y) rows[y] = picture.Row(by * kBlockPx + y);
    HWY_DYNAMIC_DISPATCH(MeasureBlockRow)
    (rows, map->cols, &map->energy[static_cast<size_t>(by) * static_cast<size_t>(map->cols)]);
  }
}

}  // namespace veriline::locate
#endif  // HWY_ONCE
