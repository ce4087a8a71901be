// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/density_map.h"

#include <algorithm>

// Everything between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE is compiled once for each
// instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vision/locate/density_map.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace veriline::locate {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

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

/// energy[i] = min(dx, dy): as EnergyRow where edges run both ways, little where they run
/// one way.
void MixedRow(const Block* blocks, int cols, uint8_t* energy) {
  for (int x = 0; x < cols; ++x) energy[x] = std::min(blocks[x].dx, blocks[x].dy);
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

/// Bit i of out[k]: means[i] >= least and >= contrast[i] · share[k] / 256, i < count, which is a
/// multiple of 64.
void MaskRow(const uint8_t* means, const uint8_t* contrast, int count, uint8_t least,
             const uint8_t* share, int masks, uint64_t* const* out) {
#if HWY_TARGET != HWY_SCALAR
  const hn::CappedTag<uint8_t, 64> d8;
  const hn::RepartitionToWide<decltype(d8)> d16;
  const int step = static_cast<int>(hn::Lanes(d8));
  const auto low_byte = hn::Set(d16, 255);
  for (int k = 0; k < masks; ++k) {
    const auto factor = hn::Set(d16, share[k]);
    for (int x = 0; x < count; x += step) {
      const auto v = hn::LoadU(d8, means + x);
      const auto c = hn::BitCast(d16, hn::LoadU(d8, contrast + x));
      const auto even = hn::ShiftRight<8>(hn::Mul(hn::And(c, low_byte), factor));
      const auto odd = hn::AndNot(low_byte, hn::Mul(hn::ShiftRight<8>(c), factor));
      const auto limit = hn::Max(hn::BitCast(d8, hn::Or(even, odd)), hn::Set(d8, least));
      // Not below: the larger of the two is the mean.
      hn::StoreMaskBits(d8, hn::Eq(hn::Max(v, limit), v),
                        reinterpret_cast<uint8_t*>(out[k]) + x / 8);
    }
  }
#else
  for (int k = 0; k < masks; ++k) {
    for (int x = 0; x < count; ++x) {
      uint64_t& word = out[k][x / 64];
      if (x % 64 == 0) word = 0;
      const int limit = std::max<int>(least, contrast[x] * share[k] >> 8);
      word |= static_cast<uint64_t>(means[x] >= limit) << (x % 64);
    }
  }
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace veriline::locate
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace veriline::locate {

HWY_EXPORT(EnergyRow);
HWY_EXPORT(MixedRow);
HWY_EXPORT(SlideRow);
HWY_EXPORT(MeanRow);
HWY_EXPORT(MaskRow);

namespace {
/// Blocks of no edges on each side of the map, so that sums need no border.
constexpr int kMargin = DensityMap::kMaxRadius + 1;
}  // namespace

void DensityMap::Resize(int cols, int rows) {
  if (cols == cols_ && rows == rows_) return;  // the margins are as they were
  cols_ = cols;
  rows_ = rows;
  words_ = (cols + 63) / 64;
  pitch_ = static_cast<size_t>(words_) * 64 + 2 * kMargin;
  density_.assign(pitch_ * (static_cast<size_t>(rows) + 2 * kMargin), 0);
  contrast_.resize(density_.size());
  sums_.resize(pitch_);
  means_.resize(pitch_);
}

size_t DensityMap::At(int y) const { return static_cast<size_t>(y + kMargin) * pitch_ + kMargin; }

void DensityMap::Assign(const BlockMap& map, const LimitsMap& limits, Edges edges) {
  Resize(map.cols, map.rows);
  for (int y = 0; y < rows_; ++y) {
    const Block* blocks = map.blocks.data() + static_cast<size_t>(y) * static_cast<size_t>(cols_);
    if (edges == Edges::kMixed) {
      HWY_DYNAMIC_DISPATCH(MixedRow)(blocks, cols_, Row(y));
    } else {
      HWY_DYNAMIC_DISPATCH(EnergyRow)(blocks, cols_, Row(y));
    }
    std::copy_n(limits.Contrast(y), cols_, Contrast(y));
  }
}

void DensityMap::AssignHalf(DensityMap& map) {
  Resize((map.cols_ + 1) / 2, (map.rows_ + 1) / 2);
  for (int y = 0; y < rows_; ++y) {
    const uint8_t* upper = map.Row(2 * y);
    const uint8_t* lower = map.Row(2 * y + 1);
    const uint8_t* contrast = map.Contrast(2 * y);
    uint8_t* out = Row(y);
    uint8_t* out_contrast = Contrast(y);
    for (int x = 0; x < cols_; ++x) {
      const int sum = upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1];
      out[x] = static_cast<uint8_t>((sum + 2) / 4);
      out_contrast[x] = contrast[2 * x];  // it spans three by three blocks
    }
  }
}

void DensityMap::SumInto(DensitySums* sums) {
  sums->cols_ = cols_;
  sums->rows_ = rows_;
  const auto pitch = static_cast<size_t>(cols_) + 1;
  sums->sums_.assign(pitch * (static_cast<size_t>(rows_) + 1), 0);
  for (int y = 0; y < rows_; ++y) {
    const uint8_t* row = Row(y);
    const uint32_t* above = &sums->sums_[static_cast<size_t>(y) * pitch];
    uint32_t* out = &sums->sums_[static_cast<size_t>(y + 1) * pitch];
    uint32_t sum = 0;
    for (int x = 0; x < cols_; ++x) {
      sum += row[x];
      out[x + 1] = above[x + 1] + sum;
    }
  }
}

float DensitySums::MeanOf(const Rect& cells) const {
  const Rect in = Intersect(cells, {0, 0, cols_, rows_});
  if (in.Empty()) return 0;
  const auto at = [&](int x, int y) {
    return sums_[static_cast<size_t>(y) * (static_cast<size_t>(cols_) + 1) +
                 static_cast<size_t>(x)];
  };
  const uint32_t sum = at(in.x + in.width, in.y + in.height) - at(in.x, in.y + in.height) -
                       at(in.x + in.width, in.y) + at(in.x, in.y);
  return static_cast<float>(sum) / Area(in);
}

void DensityMap::Mask(int radius, std::span<const uint8_t> shares, std::span<BlockMask> masks) {
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
    (means, Contrast(y), count, kLeastDensity, shares.data(), static_cast<int>(masks.size()), out);
    for (size_t k = 0; k < masks.size(); ++k) out[k][words_ - 1] &= last;
  }
}

}  // namespace veriline::locate
#endif  // HWY_ONCE
