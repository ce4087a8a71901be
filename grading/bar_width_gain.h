// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "vision/symbology/linear/linear_decode.h"

namespace veriline::grading {

/// By how much bars are wider than they should be, in X; + = too wide. Of symbols of whole modules
/// the mean over all bars and spaces of what is beyond (in spaces short of) whole modules; of those
/// of two widths half of what narrow bars are wider than narrow spaces, and the same of wide ones.
/// Digits 1, 2, 7 and 8 of EAN and UPC are left out: their bars are not of whole modules.
/// Source: the standards' "bar width gain/loss", reported only; grading.md 2.9, 6.4.
struct BarWidthGain {
  double x = 0;
  int elements = 0;  ///< that were measured; 0: none
};

/// `edges` as `decode` was made from. Holds for gains within half a module. Pure; any thread.
BarWidthGain MeasureBarWidthGain(std::span<const float> edges,
                                 const symbology::linear::LinearDecode& decode);

}  // namespace veriline::grading
