// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/block_map.h"

#include <algorithm>
#include <cstring>

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

constexpr int kRows = kBlockPx + kEdgeReachPx;

unsigned SoftDifference(int a, int b) {
  const int d = a > b ? a - b : b - a;
  return static_cast<unsigned>(d > kNoiseFloor ? d - kNoiseFloor : 0);
}

/// One row of blocks; `rows` points to its eight rows of pixels and the two below.
void MeasureBlockRow(const uint8_t* const* rows, int cols, Block* blocks) {
  int bx = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<uint8_t> d8;
  const hn::Repartition<uint64_t, decltype(d8)> d64;
  const hn::Rebind<uint32_t, decltype(d64)> d32;
  const auto floor = hn::Set(d8, kNoiseFloor);
  const auto most = hn::Set(d64, 255);
  const auto soft = [&](auto a, auto b) {
    return hn::SaturatedSub(hn::Or(hn::SaturatedSub(a, b), hn::SaturatedSub(b, a)), floor);
  };
  // Eight bytes side by side are one row of a block, and one lane of 64 bits holds their sum.
  const int step = static_cast<int>(hn::Lanes(d64));
  for (; bx + step <= cols; bx += step) {
    const size_t x = static_cast<size_t>(bx) * kBlockPx;
    auto dx = hn::Zero(d64), dy = hn::Zero(d64);
    auto row = hn::LoadU(d8, rows[0] + x), next = hn::LoadU(d8, rows[1] + x);
    auto low = row, high = row;
    for (int y = 0; y < kBlockPx; ++y) {
      const auto below = hn::LoadU(d8, rows[y + kEdgeReachPx] + x);
      const auto right = hn::LoadU(d8, rows[y] + x + kEdgeReachPx);
      dx = hn::Add(dx, hn::SumsOf8(soft(row, right)));
      dy = hn::Add(dy, hn::SumsOf8(soft(row, below)));
      low = hn::Min(low, row);
      high = hn::Max(high, row);
      row = next;
      next = below;
    }
    // Fold the eight bytes of each lane into its lowest.
    const auto shifted = [&](auto v, auto shift) {
      return hn::BitCast(d8, shift(hn::BitCast(d64, v)));
    };
    const auto by32 = [](auto v) { return hn::ShiftRight<32>(v); };
    const auto by16 = [](auto v) { return hn::ShiftRight<16>(v); };
    const auto by8 = [](auto v) { return hn::ShiftRight<8>(v); };
    low = hn::Min(low, shifted(low, by32));
    low = hn::Min(low, shifted(low, by16));
    low = hn::Min(low, shifted(low, by8));
    high = hn::Max(high, shifted(high, by32));
    high = hn::Max(high, shifted(high, by16));
    high = hn::Max(high, shifted(high, by8));
    const auto clamped = [&](auto sum) {
      const auto v = hn::ShiftRight<4>(sum);  // at most 988: fits the lowest 16 bits
      const hn::Repartition<uint16_t, decltype(d8)> d16;
      return hn::BitCast(d64, hn::Min(hn::BitCast(d16, v), hn::BitCast(d16, most)));
    };
    const auto low64 = hn::And(hn::BitCast(d64, low), most);
    const auto high64 = hn::And(hn::BitCast(d64, high), most);
    const auto packed = hn::Or(hn::Or(clamped(dx), hn::ShiftLeft<8>(clamped(dy))),
                               hn::Or(hn::ShiftLeft<16>(low64), hn::ShiftLeft<24>(high64)));
    hn::StoreU(hn::TruncateTo(d32, packed), d32, reinterpret_cast<uint32_t*>(blocks + bx));
  }
#endif
  for (; bx < cols; ++bx) {
    unsigned dx = 0, dy = 0;
    uint8_t low = 255, high = 0;
    for (int y = 0; y < kBlockPx; ++y) {
      for (int x = bx * kBlockPx; x < (bx + 1) * kBlockPx; ++x) {
        dx += SoftDifference(rows[y][x], rows[y][x + kEdgeReachPx]);
        dy += SoftDifference(rows[y][x], rows[y + kEdgeReachPx][x]);
        low = std::min(low, rows[y][x]);
        high = std::max(high, rows[y][x]);
      }
    }
    blocks[bx] = {static_cast<uint8_t>(std::min(dx / 16, 255u)),
                  static_cast<uint8_t>(std::min(dy / 16, 255u)), low, high};
  }
}

/// energy[i] = (dx + dy + 1) / 2.
void EnergyRow(const Block* blocks, int cols, uint8_t* energy) {
  int x = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<uint32_t> d32;
  const hn::Rebind<uint8_t, decltype(d32)> d8;
  const int step = static_cast<int>(hn::Lanes(d32));
  const auto byte = hn::Set(d32, 255);
  for (; x + step <= cols; x += step) {
    const auto v = hn::LoadU(d32, reinterpret_cast<const uint32_t*>(blocks + x));
    const auto sum =
        hn::Add(hn::Add(hn::And(v, byte), hn::And(hn::ShiftRight<8>(v), byte)), hn::Set(d32, 1));
    hn::StoreU(hn::TruncateTo(d8, hn::ShiftRight<1>(sum)), d8, energy + x);
  }
#endif
  for (; x < cols; ++x) energy[x] = static_cast<uint8_t>((blocks[x].dx + blocks[x].dy + 1) / 2);
}

/// low[i], high[i] of the blocks.
void RangeRow(const Block* blocks, int cols, uint8_t* low, uint8_t* high) {
  int x = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<uint32_t> d32;
  const hn::Rebind<uint8_t, decltype(d32)> d8;
  const int step = static_cast<int>(hn::Lanes(d32));
  const auto byte = hn::Set(d32, 255);
  for (; x + step <= cols; x += step) {
    const auto v = hn::LoadU(d32, reinterpret_cast<const uint32_t*>(blocks + x));
    hn::StoreU(hn::TruncateTo(d8, hn::And(hn::ShiftRight<16>(v), byte)), d8, low + x);
    hn::StoreU(hn::TruncateTo(d8, hn::ShiftRight<24>(v)), d8, high + x);
  }
#endif
  for (; x < cols; ++x) low[x] = blocks[x].low, high[x] = blocks[x].high;
}

/// The darkest and the brightest of three rows of blocks.
void RangeOfThree(const uint8_t* const* low, const uint8_t* const* high, int count,
                  uint8_t* out_low, uint8_t* out_high) {
  int x = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<uint8_t> d8;
  const int step = static_cast<int>(hn::Lanes(d8));
  const auto at = [&](const uint8_t* row) { return hn::LoadU(d8, row + x); };
  for (; x + step <= count; x += step) {
    hn::StoreU(hn::Min(hn::Min(at(low[0]), at(low[1])), at(low[2])), d8, out_low + x);
    hn::StoreU(hn::Max(hn::Max(at(high[0]), at(high[1])), at(high[2])), d8, out_high + x);
  }
#endif
  for (; x < count; ++x) {
    out_low[x] = std::min({low[0][x], low[1][x], low[2][x]});
    out_high[x] = std::max({high[0][x], high[1][x], high[2][x]});
  }
}

Limits LimitsOf(const uint8_t* low, const uint8_t* high) {
  const int dark = std::min({low[-1], low[0], low[1]});
  const int light = std::max({high[-1], high[0], high[1]});
  const int spread = std::max(0, light - dark);
  if (spread < LimitsMap::kFlatContrast) return {};
  const int middle = (dark + light + 1) / 2;
  return {static_cast<uint8_t>(middle - spread / 16), static_cast<uint8_t>(middle + spread / 16)};
}

/// Limits from the range of each three blocks side by side; one more is read at each end.
void LimitsRow(const uint8_t* low, const uint8_t* high, int cols, Limits* limits) {
  int x = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<uint8_t> d8;
  const hn::Repartition<uint16_t, decltype(d8)> d16;
  const int step = static_cast<int>(hn::Lanes(d8));
  const auto at = [&](const uint8_t* row, int shift) { return hn::LoadU(d8, row + x + shift); };
  const auto nibble = hn::Set(d8, 15);
  const auto least = hn::Set(d8, LimitsMap::kFlatContrast);
  for (; x + step <= cols; x += step) {
    const auto dark = hn::Min(hn::Min(at(low, -1), at(low, 0)), at(low, 1));
    const auto light = hn::Max(hn::Max(at(high, -1), at(high, 0)), at(high, 1));
    const auto spread = hn::SaturatedSub(light, dark);
    const auto half = hn::And(hn::BitCast(d8, hn::ShiftRight<4>(hn::BitCast(d16, spread))), nibble);
    const auto middle = hn::AverageRound(dark, light);
    const auto shown = hn::Eq(hn::Max(spread, least), spread);
    const auto lower = hn::IfThenElseZero(shown, hn::Sub(middle, half));
    const auto upper = hn::IfThenElse(shown, hn::Add(middle, half), hn::Set(d8, 255));
    hn::StoreInterleaved2(lower, upper, d8, reinterpret_cast<uint8_t*>(limits + x));
  }
#endif
  for (; x < cols; ++x) limits[x] = LimitsOf(low + x, high + x);
}

/// sums[i] += enter[i] − leave[i].
void SlideRow(const uint8_t* enter, const uint8_t* leave, int count, uint16_t* sums) {
  int x = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<uint16_t> d16;
  const hn::Rebind<uint8_t, decltype(d16)> d8;
  const int step = static_cast<int>(hn::Lanes(d16));
  for (; x + step <= count; x += step) {
    const auto in = hn::PromoteTo(d16, hn::LoadU(d8, enter + x));
    const auto out = hn::PromoteTo(d16, hn::LoadU(d8, leave + x));
    hn::StoreU(hn::Sub(hn::Add(hn::LoadU(d16, sums + x), in), out), d16, sums + x);
  }
#endif
  for (; x < count; ++x) sums[x] = static_cast<uint16_t>(sums[x] + enter[x] - leave[x]);
}

/// means[i] = (sums[i − radius] + ... + sums[i + radius]) · factor / 65536, i < count, which is a
/// multiple of 64.
void MeanRow(const uint16_t* sums, int radius, uint16_t factor, int count, uint8_t* means) {
  int x = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<uint8_t> d8;
  const hn::RepartitionToWide<decltype(d8)> d16;
  const int step = static_cast<int>(hn::Lanes(d16));
  const auto scale = hn::Set(d16, factor);
  const auto mean = [&](const uint16_t* at) {
    auto sum = hn::LoadU(d16, at);
    for (int r = 1; r <= radius; ++r) {
      sum = hn::Add(sum, hn::Add(hn::LoadU(d16, at - r), hn::LoadU(d16, at + r)));
    }
    return hn::BitCast(hn::RebindToSigned<decltype(d16)>(), hn::MulHigh(sum, scale));
  };
  for (; x < count; x += step) {
    hn::StoreU(hn::DemoteTo(hn::Rebind<uint8_t, decltype(d16)>(), mean(sums + x)),
               hn::Rebind<uint8_t, decltype(d16)>(), means + x);
  }
#endif
  for (; x < count; ++x) {
    unsigned sum = 0;
    for (int r = -radius; r <= radius; ++r) sum += sums[x + r];
    means[x] = static_cast<uint8_t>(sum * factor >> 16);
  }
}

/// Bit i of out[k]: means[i] >= least[k], i < count, which is a multiple of 64.
void MaskRow(const uint8_t* means, int count, const uint8_t* least, int masks,
             uint64_t* const* out) {
#if HWY_TARGET != HWY_SCALAR
  const hn::CappedTag<uint8_t, 64> d8;
  const int step = static_cast<int>(hn::Lanes(d8));
  for (int k = 0; k < masks; ++k) {
    const auto limit = hn::Set(d8, least[k]);
    for (int x = 0; x < count; x += step) {
      // Not below: the larger of the two is the mean.
      const auto v = hn::LoadU(d8, means + x);
      hn::StoreMaskBits(d8, hn::Eq(hn::Max(v, limit), v),
                        reinterpret_cast<uint8_t*>(out[k]) + x / 8);
    }
  }
#else
  for (int k = 0; k < masks; ++k) {
    for (int x = 0; x < count; ++x) {
      uint64_t& word = out[k][x / 64];
      if (x % 64 == 0) word = 0;
      word |= static_cast<uint64_t>(means[x] >= least[k]) << (x % 64);
    }
  }
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace veriline::locate
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace veriline::locate {

HWY_EXPORT(MeasureBlockRow);
HWY_EXPORT(EnergyRow);
HWY_EXPORT(RangeRow);
HWY_EXPORT(RangeOfThree);
HWY_EXPORT(LimitsRow);
HWY_EXPORT(SlideRow);
HWY_EXPORT(MeanRow);
HWY_EXPORT(MaskRow);

namespace {
/// Blocks of no edges on each side of the map, so that sums need no border.
constexpr int kMargin = DensityMap::kMaxRadius + 1;
}  // namespace

void MeasureBlocks(const FrameView& picture, BlockMap* map) {
  map->cols = std::max(0, picture.width - kEdgeReachPx) / kBlockPx;
  map->rows = std::max(0, picture.height - kEdgeReachPx) / kBlockPx;
  map->blocks.resize(static_cast<size_t>(map->cols) * static_cast<size_t>(map->rows));
  for (int by = 0; by < map->rows; ++by) {
    const uint8_t* rows[kBlockPx + kEdgeReachPx];
    for (int y = 0; y < kBlockPx + kEdgeReachPx; ++y) rows[y] = picture.Row(by * kBlockPx + y);
    HWY_DYNAMIC_DISPATCH(MeasureBlockRow)
    (rows, map->cols,
     map->blocks.data() + static_cast<size_t>(by) * static_cast<size_t>(map->cols));
  }
}

void LimitsMap::Assign(const BlockMap& map) {
  cols_ = map.cols;
  rows_ = map.rows;
  if (cols_ == 0 || rows_ == 0) return;
  const size_t row_bytes = static_cast<size_t>(cols_) + 2;  // a margin of one on each side
  const size_t size = row_bytes * (static_cast<size_t>(rows_) + 2);
  low_.assign(size, 255);
  high_.assign(size, 0);
  low_row_.resize(row_bytes);
  high_row_.resize(row_bytes);
  limits_.resize(static_cast<size_t>(pitch()) * static_cast<size_t>(rows_ + kPadding));
  for (int y = 0; y < rows_; ++y) {
    const size_t at = (static_cast<size_t>(y) + 1) * row_bytes + 1;
    HWY_DYNAMIC_DISPATCH(RangeRow)(&map.At(0, y), cols_, &low_[at], &high_[at]);
  }
  for (int y = 0; y < rows_; ++y) {
    const size_t at = static_cast<size_t>(y) * row_bytes;
    const uint8_t* low[] = {&low_[at], &low_[at + row_bytes], &low_[at + 2 * row_bytes]};
    const uint8_t* high[] = {&high_[at], &high_[at + row_bytes], &high_[at + 2 * row_bytes]};
    HWY_DYNAMIC_DISPATCH(RangeOfThree)
    (low, high, static_cast<int>(row_bytes), low_row_.data(), high_row_.data());
    Limits* out = limits_.data() + static_cast<size_t>(y) * static_cast<size_t>(pitch());
    HWY_DYNAMIC_DISPATCH(LimitsRow)(low_row_.data() + 1, high_row_.data() + 1, cols_, out);
    std::fill_n(out + cols_, kPadding, out[cols_ - 1]);
  }
  for (int y = rows_; y < rows_ + kPadding; ++y) {
    std::copy_n(Row(rows_ - 1), pitch(),
                limits_.data() + static_cast<size_t>(y) * static_cast<size_t>(pitch()));
  }
}

void DensityMap::Resize(int cols, int rows) {
  cols_ = cols;
  rows_ = rows;
  words_ = (cols + 63) / 64;
  pitch_ = static_cast<size_t>(words_) * 64 + 2 * kMargin;
  density_.assign(pitch_ * (static_cast<size_t>(rows) + 2 * kMargin), 0);
  sums_.resize(pitch_);
  means_.resize(pitch_);
}

uint8_t* DensityMap::Row(int y) {
  return density_.data() + static_cast<size_t>(y + kMargin) * pitch_ + kMargin;
}

void DensityMap::Assign(const BlockMap& map) {
  Resize(map.cols, map.rows);
  for (int y = 0; y < rows_; ++y) {
    HWY_DYNAMIC_DISPATCH(EnergyRow)
    (map.blocks.data() + static_cast<size_t>(y) * static_cast<size_t>(cols_), cols_, Row(y));
  }
}

void DensityMap::AssignHalf(DensityMap& map) {
  Resize((map.cols_ + 1) / 2, (map.rows_ + 1) / 2);
  for (int y = 0; y < rows_; ++y) {
    const uint8_t* upper = map.Row(2 * y);
    const uint8_t* lower = map.Row(2 * y + 1);
    uint8_t* out = Row(y);
    for (int x = 0; x < cols_; ++x) {
      const int sum = upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1];
      out[x] = static_cast<uint8_t>((sum + 2) / 4);
    }
  }
}

void DensityMap::Mask(int radius, std::span<const uint8_t> thresholds, std::span<BlockMask> masks) {
  for (BlockMask& mask : masks) {
    mask.words = words_;
    mask.rows = rows_;
    mask.bits.resize(static_cast<size_t>(words_) * static_cast<size_t>(rows_));
  }
  if (cols_ == 0 || rows_ == 0) return;
  const int count = words_ * 64;
  const int area = (2 * radius + 1) * (2 * radius + 1);
  const auto factor = static_cast<uint16_t>((65536 + area - 1) / area);
  const uint64_t last = cols_ % 64 == 0 ? ~uint64_t{0} : (uint64_t{1} << (cols_ % 64)) - 1;
  const auto slide = [&](const uint8_t* enter, const uint8_t* leave) {
    HWY_DYNAMIC_DISPATCH(SlideRow)
    (enter - kMargin, leave - kMargin, static_cast<int>(pitch_), sums_.data());
  };
  std::ranges::fill(sums_, uint16_t{0});
  for (int y = 0; radius > 0 && y < radius; ++y) slide(Row(y), Row(-kMargin));
  for (int y = 0; y < rows_; ++y) {
    const uint8_t* means = Row(y);
    if (radius > 0) {
      slide(Row(y + radius), Row(y - radius - 1));
      HWY_DYNAMIC_DISPATCH(MeanRow)(sums_.data() + kMargin, radius, factor, count, means_.data());
      means = means_.data();
    }
    uint64_t* out[kMaxMasks] = {};
    for (size_t k = 0; k < masks.size(); ++k) {
      out[k] = masks[k].bits.data() + static_cast<size_t>(y) * static_cast<size_t>(words_);
    }
    HWY_DYNAMIC_DISPATCH(MaskRow)
    (means, count, thresholds.data(), static_cast<int>(masks.size()), out);
    for (size_t k = 0; k < masks.size(); ++k) out[k][words_ - 1] &= last;
  }
}

}  // namespace veriline::locate
#endif  // HWY_ONCE
