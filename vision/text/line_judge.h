// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "vision/text/line_check.h"
#include "vision/text/line_matcher.h"
#include "vision/text/line_search.h"
#include "vision/text/slots.h"

namespace veriline::text {

/// The scratch memory of one verifier or reader.
struct LineTools {
  LineSearch search;
  LineMatcher matcher;
  std::vector<Slot> slots;
  std::vector<int> alphabet;
};

/// How sure a character must be.
struct ClearLimits {
  float margin_ratio = 0.05f;  ///< ahead of every other
  float behind_ratio = 0.2f;   ///< the expected one must be so far behind to be called another
  float fit_ratio = 0.55f;     ///< correlation
};

/// Whether a place that was compared shows no print, beside what the line's print looks like.
bool IsPaper(LineMatcher& matcher, const Slot& slot, const Comparison& place);

/// Says of a line that was compared what it shows, place by place and as a whole. `is_known` when
/// its text was expected, not found. Any thread.
void Judge(LineMatcher& matcher, const Font& font, std::span<const Slot> slots, bool is_known,
           const ClearLimits& limits, LineCheck* out);

}  // namespace veriline::text
