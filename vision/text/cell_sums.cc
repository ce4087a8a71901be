// SPDX-License-Identifier: Apache-2.0
#include "vision/text/cell_sums.h"

// Everything between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE is compiled once for each
// instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vision/text/cell_sums.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace veriline::text {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR
/// Sums of products of 16-bit values, added up in 32 bits in any order.
template <class D16>
struct Products {
  using D32 = hn::RepartitionToWide<D16>;
  hn::Vec<D32> first, second;

  HWY_INLINE explicit Products(D16) : first(hn::Zero(D32())), second(hn::Zero(D32())) {}
  HWY_INLINE void Add(hn::Vec<D16> a, hn::Vec<D16> b) {
    first = hn::ReorderWidenMulAccumulate(D32(), a, b, first, second);
  }
  HWY_INLINE int32_t Total() const {
    return hn::GetLane(hn::SumOfLanes(D32(), hn::Add(first, second)));
  }
};
#endif

int32_t DotOf(const int16_t* a, const int16_t* b) {
#if HWY_TARGET == HWY_SCALAR
  int32_t sum = 0;
  for (int i = 0; i < kGlyphCells; ++i) sum += int32_t{a[i]} * int32_t{b[i]};
  return sum;
#else
  const hn::CappedTag<int16_t, 32> d16;
  const int step = static_cast<int>(hn::Lanes(d16));
  Products even(d16), odd(d16);
  int i = 0;
  for (; i + 2 * step <= kGlyphCells; i += 2 * step) {
    even.Add(hn::LoadU(d16, a + i), hn::LoadU(d16, b + i));
    odd.Add(hn::LoadU(d16, a + i + step), hn::LoadU(d16, b + i + step));
  }
  static_assert(kGlyphCells % 32 == 0);
  if (i < kGlyphCells) even.Add(hn::LoadU(d16, a + i), hn::LoadU(d16, b + i));
  return even.Total() + odd.Total();
#endif
}

int32_t CoarseDotOf(const int16_t* ink, ptrdiff_t stride, const int16_t* shape) {
#if HWY_TARGET == HWY_SCALAR
  int32_t sum = 0;
  for (int row = 0; row < kCoarseHeight; ++row, ink += stride, shape += kCoarseWidth) {
    for (int i = 0; i < kCoarseWidth; ++i) sum += int32_t{ink[i]} * int32_t{shape[i]};
  }
  return sum;
#else
  const hn::CappedTag<int16_t, kCoarseWidth> d16;
  const int step = static_cast<int>(hn::Lanes(d16));
  Products products(d16);
  for (int row = 0; row < kCoarseHeight; ++row, ink += stride, shape += kCoarseWidth) {
    for (int i = 0; i < kCoarseWidth; i += step) {
      products.Add(hn::LoadU(d16, ink + i), hn::LoadU(d16, shape + i));
    }
  }
  return products.Total();
#endif
}

PatchSums TakeCellsOf(const uint8_t* ink, ptrdiff_t stride,
                      const std::array<int16_t, kGlyphWidth>& mask, int16_t* out) {
  PatchSums sums;
#if HWY_TARGET == HWY_SCALAR
  for (int row = 0; row < kGlyphHeight; ++row, ink += stride, out += kGlyphWidth) {
    for (int col = 0; col < kGlyphWidth; ++col) {
      const int value = ink[col] & mask[static_cast<size_t>(col)];
      out[col] = static_cast<int16_t>(value);
      sums.sum += value;
      sums.sum_x += value * (2 * col + 1 - kGlyphWidth);
      sums.sum_y += value * (2 * row + 1 - kGlyphHeight);
      sums.squares += value * value;
    }
  }
#else
  // Three vectors a row. Sums of a column or of such a third of all rows fit 16 bits.
  static_assert(kGlyphWidth == 24 && kGlyphHeight * 3 * 255 <= INT16_MAX);
  const hn::FixedTag<int16_t, 8> d16;
  const hn::Rebind<uint8_t, decltype(d16)> d8;
  const auto mask0 = hn::LoadU(d16, mask.data()), mask1 = hn::LoadU(d16, mask.data() + 8),
             mask2 = hn::LoadU(d16, mask.data() + 16);
  auto col0 = hn::Zero(d16), col1 = hn::Zero(d16), col2 = hn::Zero(d16);
  Products squares(d16), down(d16), along(d16), total(d16);
  for (int row = 0; row < kGlyphHeight; ++row, ink += stride, out += kGlyphWidth) {
    const auto at = [&](int col, auto columns) {
      return hn::And(hn::PromoteTo(d16, hn::LoadU(d8, ink + col)), columns);
    };
    const auto a = at(0, mask0), b = at(8, mask1), c = at(16, mask2);
    hn::StoreU(a, d16, out);
    hn::StoreU(b, d16, out + 8);
    hn::StoreU(c, d16, out + 16);
    squares.Add(a, a);
    squares.Add(b, b);
    squares.Add(c, c);
    col0 = hn::Add(col0, a);
    col1 = hn::Add(col1, b);
    col2 = hn::Add(col2, c);
    down.Add(hn::Add(hn::Add(a, b), c),
             hn::Set(d16, static_cast<int16_t>(2 * row + 1 - kGlyphHeight)));
  }
  const auto x0 = hn::Iota(d16, 0);
  const auto place = [&](int col) {
    const auto twice = hn::Add(x0, x0);
    return hn::Add(twice, hn::Set(d16, static_cast<int16_t>(2 * col + 1 - kGlyphWidth)));
  };
  along.Add(col0, place(0));
  along.Add(col1, place(8));
  along.Add(col2, place(16));
  total.Add(hn::Add(hn::Add(col0, col1), col2), hn::Set(d16, int16_t{1}));
  sums = {total.Total(), along.Total(), down.Total(), squares.Total()};
#endif
  return sums;
}

void SampleRowOf(const uint8_t* pixels, ptrdiff_t stride, const SampledRow& row, int count,
                 uint8_t flip, uint8_t* out) {
  int col = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::CappedTag<int32_t, 16> d32;
  const hn::Rebind<uint8_t, decltype(d32)> d8;
  const int step = static_cast<int>(hn::Lanes(d32));
  const auto byte = hn::Set(d32, 255);
  const auto half = hn::Set(d32, 1 << 15);
  const auto turn = hn::Set(d8, flip);
  const auto pitch = hn::Set(d32, static_cast<int32_t>(stride));
  const auto lanes = hn::Iota(d32, 0);
  auto x = hn::Add(hn::Set(d32, row.x), hn::Mul(lanes, hn::Set(d32, row.step_x)));
  auto y = hn::Add(hn::Set(d32, row.y), hn::Mul(lanes, hn::Set(d32, row.step_y)));
  const auto next_x = hn::Set(d32, row.step_x * step), next_y = hn::Set(d32, row.step_y * step);
  for (; col + step <= count; col += step, x = hn::Add(x, next_x), y = hn::Add(y, next_y)) {
    const auto at = hn::Add(hn::Mul(hn::ShiftRight<16>(y), pitch), hn::ShiftRight<16>(x));
    const auto upper4 = hn::GatherOffset(d32, reinterpret_cast<const int32_t*>(pixels), at);
    const auto lower4 =
        hn::GatherOffset(d32, reinterpret_cast<const int32_t*>(pixels + stride), at);
    const auto fx = hn::And(hn::ShiftRight<8>(x), byte), fy = hn::And(hn::ShiftRight<8>(y), byte);
    const auto across = [&](auto four) {
      const auto left = hn::And(four, byte), right = hn::And(hn::ShiftRight<8>(four), byte);
      return hn::Add(hn::ShiftLeft<8>(left), hn::Mul(fx, hn::Sub(right, left)));
    };
    const auto upper = across(upper4), lower = across(lower4);
    const auto value = hn::ShiftRight<16>(
        hn::Add(hn::Add(hn::ShiftLeft<8>(upper), hn::Mul(fy, hn::Sub(lower, upper))), half));
    hn::StoreU(hn::Xor(hn::DemoteTo(d8, value), turn), d8, out + col);
  }
#endif
  for (; col < count; ++col) {
    const int32_t at_x = row.x + col * row.step_x, at_y = row.y + col * row.step_y;
    const uint8_t* at = pixels + (at_y >> 16) * stride + (at_x >> 16);
    const uint8_t* below = at + stride;
    const int fx = (at_x >> 8) & 255, fy = (at_y >> 8) & 255;
    const int upper = (at[0] << 8) + fx * (at[1] - at[0]);
    const int lower = (below[0] << 8) + fx * (below[1] - below[0]);
    out[col] =
        static_cast<uint8_t>((((upper << 8) + fy * (lower - upper) + (1 << 15)) >> 16) ^ flip);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace veriline::text
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace veriline::text {

HWY_EXPORT(DotOf);
HWY_EXPORT(CoarseDotOf);
HWY_EXPORT(TakeCellsOf);
HWY_EXPORT(SampleRowOf);

int32_t Dot(const int16_t* a, const int16_t* b) { return HWY_DYNAMIC_DISPATCH(DotOf)(a, b); }

int32_t CoarseDot(const int16_t* ink, ptrdiff_t stride, const int16_t* shape) {
  return HWY_DYNAMIC_DISPATCH(CoarseDotOf)(ink, stride, shape);
}

PatchSums TakeCells(const uint8_t* ink, ptrdiff_t stride,
                    const std::array<int16_t, kGlyphWidth>& mask, int16_t* out) {
  return HWY_DYNAMIC_DISPATCH(TakeCellsOf)(ink, stride, mask, out);
}

void SampleRow(const uint8_t* pixels, ptrdiff_t stride, const SampledRow& row, int count,
               uint8_t flip, uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(SampleRowOf)(pixels, stride, row, count, flip, out);
}

}  // namespace veriline::text
#endif
