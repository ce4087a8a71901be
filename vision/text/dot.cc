// SPDX-License-Identifier: Apache-2.0
#include "vision/text/dot.h"

#include "vision/text/font.h"

// Everything between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE is compiled once for each
// instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vision/text/dot.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace veriline::text {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Of rows of kWidth, which whole vectors divide.
template <int kWidth, int kRows>
int32_t Dot(const int16_t* a, ptrdiff_t a_stride, const int16_t* b) {
  const hn::CappedTag<int16_t, kWidth> d16;
  const hn::RepartitionToWide<decltype(d16)> d32;
  auto even = hn::Zero(d32), odd = hn::Zero(d32);
  for (int row = 0; row < kRows; ++row, a += a_stride, b += kWidth) {
    for (size_t i = 0; i < kWidth; i += hn::Lanes(d16)) {
      even = hn::ReorderWidenMulAccumulate(d32, hn::LoadU(d16, a + i), hn::LoadU(d16, b + i), even,
                                           odd);
    }
  }
  return hn::GetLane(hn::SumOfLanes(d32, hn::Add(even, odd)));
}

int32_t GlyphDot(const int16_t* a, const int16_t* b) {
  constexpr int kWidth = 32;  // the widest vectors
  static_assert(kGlyphCells % kWidth == 0);
  return Dot<kWidth, kGlyphCells / kWidth>(a, kWidth, b);
}

int32_t CoarseDot(const int16_t* cells, ptrdiff_t stride, const int16_t* shape) {
  return Dot<kCoarseWidth, kCoarseHeight>(cells, stride, shape);
}

}  // namespace HWY_NAMESPACE
}  // namespace veriline::text
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace veriline::text {

HWY_EXPORT(GlyphDot);
HWY_EXPORT(CoarseDot);

int32_t DotOfGlyphs(const int16_t* a, const int16_t* b) {
  return HWY_DYNAMIC_DISPATCH(GlyphDot)(a, b);
}

int32_t DotOfCoarse(const int16_t* cells, ptrdiff_t stride, const int16_t* shape) {
  return HWY_DYNAMIC_DISPATCH(CoarseDot)(cells, stride, shape);
}

}  // namespace veriline::text
#endif  // HWY_ONCE
