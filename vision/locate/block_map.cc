// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/block_map.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

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

Limits LimitsOf(const uint8_t* low, const uint8_t* high, uint8_t* contrast) {
  const int dark = std::min({low[-1], low[0], low[1]});
  const int light = std::max({high[-1], high[0], high[1]});
  const int spread = std::max(0, light - dark);
  *contrast = static_cast<uint8_t>(spread);
  if (spread < LimitsMap::kFlatContrast) return {};
  const int middle = (dark + light + 1) / 2;
  return {static_cast<uint8_t>(middle - spread / 16), static_cast<uint8_t>(middle + spread / 16)};
}

/// Limits from the range of each three blocks side by side; one more is read at each end.
void LimitsRow(const uint8_t* low, const uint8_t* high, int cols, Limits* limits,
               uint8_t* contrast) {
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
    hn::StoreU(spread, d8, contrast + x);
  }
#endif
  for (; x < cols; ++x) limits[x] = LimitsOf(low + x, high + x, contrast + x);
}

/// Each limit eight times, for the pixels of its block.
void SpreadRow(const Limits* limits, int cols, uint8_t* dark, uint8_t* light) {
  constexpr uint64_t kEach = 0x0101010101010101;
  for (int x = 0; x < cols; ++x) {
    const uint64_t d = limits[x].dark * kEach, l = limits[x].light * kEach;
    std::memcpy(dark + kBlockPx * x, &d, sizeof d);
    std::memcpy(light + kBlockPx * x, &l, sizeof l);
  }
}

/// Bit i: pixel i is lighter than the upper limit, and not darker than the lower one.
struct TwoBits {
  uint64_t above;
  uint64_t not_below;
};

HWY_INLINE TwoBits Compare64(const uint8_t* pixels, const uint8_t* dark, const uint8_t* light) {
  TwoBits bits{};
#if HWY_TARGET != HWY_SCALAR
  const hn::CappedTag<uint8_t, 64> d8;
  uint64_t up_to_light = 0;
  for (size_t i = 0; i < 64; i += hn::Lanes(d8)) {
    const auto g = hn::LoadU(d8, pixels + i);
    const auto most = hn::LoadU(d8, light + i);
    hn::StoreMaskBits(d8, hn::Eq(hn::Max(g, most), most),
                      reinterpret_cast<uint8_t*>(&up_to_light) + i / 8);
    hn::StoreMaskBits(d8, hn::Eq(hn::Max(g, hn::LoadU(d8, dark + i)), g),
                      reinterpret_cast<uint8_t*>(&bits.not_below) + i / 8);
  }
  bits.above = ~up_to_light;
#else
  for (int i = 0; i < 64; ++i) {
    bits.above |= static_cast<uint64_t>(pixels[i] > light[i]) << i;
    bits.not_below |= static_cast<uint64_t>(pixels[i] >= dark[i]) << i;
  }
#endif
  return bits;
}

/// A row of pixels in bits; as many limits as the next multiple of 64. What comes before the first
/// pixel is light.
void TakeBitsRow(const uint8_t* pixels, int width, const uint8_t* dark, const uint8_t* light,
                 uint64_t* out) {
  uint64_t last = 1;
  const auto take = [&](const uint8_t* at, int x) {
    const TwoBits bits = Compare64(at, dark + x, light + x);
    // is_light[i] = above[i] or (not_below[i] and is_light[i - 1]): the carries of a sum.
    const uint64_t either = bits.above | bits.not_below;
    const uint64_t carries = either ^ bits.above ^ (either + bits.above + last);
    const uint64_t is_light = bits.above | (bits.not_below & carries);
    last = is_light >> 63;
    *out++ = is_light;
  };
  int x = 0;
  for (; x + 64 <= width; x += 64) take(pixels + x, x);
  if (x == width) return;
  uint8_t rest[64] = {};
  std::copy(pixels + x, pixels + width, rest);
  take(rest, x);
}

/// Bit i of word k to bit k of word i, 64 words each `pitch` words apart (Warren, Hacker's Delight,
/// 7-3).
void TurnSquare(const uint64_t* in, ptrdiff_t in_pitch, uint64_t* out, ptrdiff_t out_pitch) {
  uint64_t a[64];
  for (int k = 0; k < 64; ++k) a[k] = in[k * in_pitch];
  const auto swap = [&](auto distance, uint64_t mask) {
    constexpr int kDistance = distance();
    for (int k = 0; k < 64; k += 2 * kDistance) {
      int i = k;
#if HWY_TARGET != HWY_SCALAR
      const hn::CappedTag<uint64_t, kDistance> d64;
      const int step = static_cast<int>(hn::Lanes(d64));
      for (; i + step <= k + kDistance; i += step) {
        const auto low = hn::LoadU(d64, a + i), high = hn::LoadU(d64, a + i + kDistance);
        const auto t = hn::And(hn::Xor(hn::ShiftRight<kDistance>(low), high), hn::Set(d64, mask));
        hn::StoreU(hn::Xor(high, t), d64, a + i + kDistance);
        hn::StoreU(hn::Xor(low, hn::ShiftLeft<kDistance>(t)), d64, a + i);
      }
#endif
      for (; i < k + kDistance; ++i) {
        const uint64_t t = ((a[i] >> kDistance) ^ a[i + kDistance]) & mask;
        a[i + kDistance] ^= t;
        a[i] ^= t << kDistance;
      }
    }
  };
  swap(std::integral_constant<int, 32>(), 0x00000000ffffffff);
  swap(std::integral_constant<int, 16>(), 0x0000ffff0000ffff);
  swap(std::integral_constant<int, 8>(), 0x00ff00ff00ff00ff);
  swap(std::integral_constant<int, 4>(), 0x0f0f0f0f0f0f0f0f);
  swap(std::integral_constant<int, 2>(), 0x3333333333333333);
  swap(std::integral_constant<int, 1>(), 0x5555555555555555);
  for (int k = 0; k < 64; ++k) out[k * out_pitch] = a[k];
}

}  // namespace HWY_NAMESPACE
}  // namespace veriline::locate
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace veriline::locate {

HWY_EXPORT(MeasureBlockRow);
HWY_EXPORT(RangeRow);
HWY_EXPORT(RangeOfThree);
HWY_EXPORT(LimitsRow);
HWY_EXPORT(SpreadRow);
HWY_EXPORT(TakeBitsRow);
HWY_EXPORT(TurnSquare);

void LimitsMap::Begin(int cols, int rows) {
  added_ = 0;
  if (cols == cols_ && rows == rows_) return;  // the margins are as they were
  cols_ = cols;
  rows_ = rows;
  row_bytes_ = static_cast<size_t>(cols) + 2;  // a margin of one on each side
  const size_t size = row_bytes_ * (static_cast<size_t>(rows) + 2);
  low_.assign(size, 255);
  high_.assign(size, 0);
  low_row_.resize(row_bytes_);
  high_row_.resize(row_bytes_);
  limits_.resize(static_cast<size_t>(pitch()) * static_cast<size_t>(rows + kPadding));
  contrast_.resize(static_cast<size_t>(cols) * static_cast<size_t>(rows));
}

void LimitsMap::Add(const Block* blocks) {
  HWY_DYNAMIC_DISPATCH(RangeRow)(blocks, cols_, Low(added_) + 1, High(added_) + 1);
  ++added_;
  if (added_ > 1) Finish(added_ - 2);
  if (added_ == rows_) Finish(added_ - 1);
}

void LimitsMap::Finish(int y) {
  const uint8_t* low[] = {Low(y - 1), Low(y), Low(y + 1)};
  const uint8_t* high[] = {High(y - 1), High(y), High(y + 1)};
  HWY_DYNAMIC_DISPATCH(RangeOfThree)
  (low, high, static_cast<int>(row_bytes_), low_row_.data(), high_row_.data());
  Limits* out = limits_.data() + static_cast<size_t>(y) * static_cast<size_t>(pitch());
  HWY_DYNAMIC_DISPATCH(LimitsRow)
  (low_row_.data() + 1, high_row_.data() + 1, cols_, out,
   contrast_.data() + static_cast<size_t>(y) * static_cast<size_t>(cols_));
  std::fill_n(out + cols_, kPadding, out[cols_ - 1]);
  if (y + 1 < rows_) return;
  for (int k = 1; k <= kPadding; ++k) std::copy_n(out, pitch(), out + k * pitch());
}

void Survey::Take(const FrameView& picture) {
  const int cols = blocks_.cols = std::max(0, picture.width - kEdgeReachPx) / kBlockPx;
  const int rows = blocks_.rows = std::max(0, picture.height - kEdgeReachPx) / kBlockPx;
  blocks_.blocks.resize(static_cast<size_t>(cols) * static_cast<size_t>(rows));
  limits_.Begin(cols, rows);
  bits_.Resize(picture.width, picture.height);
  turned_bits_.Resize(picture.height, picture.width);
  const auto row_px = static_cast<size_t>(picture.width + 63) / 64 * 64;
  dark_.resize(row_px + 64);  // padded limits may go on behind the last pixel
  light_.resize(row_px + 64);
  if (cols == 0) return;
  for (int by = 0; by < rows; ++by) {
    const uint8_t* pixels[kBlockPx + kEdgeReachPx];
    for (int y = 0; y < kBlockPx + kEdgeReachPx; ++y) pixels[y] = picture.Row(by * kBlockPx + y);
    Block* out = blocks_.blocks.data() + static_cast<size_t>(by) * static_cast<size_t>(cols);
    HWY_DYNAMIC_DISPATCH(MeasureBlockRow)(pixels, cols, out);
    limits_.Add(out);
    // Of the block row before, whose pixels are still near.
    if (by > 0) TakeBits(picture, by - 1);
  }
  // The last row of blocks, and what goes on below it.
  for (int by = std::max(0, rows - 1); rows > 0 && by * kBlockPx < picture.height; ++by) {
    TakeBits(picture, by);
  }
}

void Survey::TakeBits(const FrameView& picture, int block_row) {
  HWY_DYNAMIC_DISPATCH(SpreadRow)
  (limits_.Row(block_row), limits_.pitch(), dark_.data(), light_.data());
  const int last = std::min(picture.height, (block_row + 1) * kBlockPx);
  for (int y = block_row * kBlockPx; y < last; ++y) {
    HWY_DYNAMIC_DISPATCH(TakeBitsRow)
    (picture.Row(y), picture.width, dark_.data(), light_.data(), bits_.Row(y));
  }
  if (last % 64 == 0 || last == picture.height) TurnBits(picture.width, (last - 1) / 64);
}

void Survey::TurnBits(int width, int strip) {
  for (int x = 0; x < width; x += 64) {
    HWY_DYNAMIC_DISPATCH(TurnSquare)
    (bits_.Row(64 * strip) + x / 64, bits_.pitch(), turned_bits_.Row(x) + strip,
     turned_bits_.pitch());
  }
}

}  // namespace veriline::locate
#endif  // HWY_ONCE
