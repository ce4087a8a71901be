// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "vision/text/line_strip.h"

namespace veriline::text {

/// Where the baseline of a line lies in a coarse strip.
struct TextRow {
  float y = 0;        ///< cells below the strip's own baseline, at x = 0
  float slope = 0;    ///< cells down per cell along
  float clarity = 0;  ///< change of grey along the row less that above and below it, per cell
  float around = 0;   ///< change of grey above and below it
};

/// Finds the band, a cap height high, in which grey changes along the line and around which it
/// does not: print of any wording, and no ruled lines, which are even along.
/// Thread: one (scratch memory). No allocation once it has grown.
class RowFinder {
 public:
  /// Looks between x from and to, with the baseline up to `across` cells off at x = 0 and turned
  /// by up to `slope`. `cap` is the cap height. Requires: the strip holds all that.
  TextRow Find(const LineStrip& strip, int from, int to, int cap, float across, float slope);

 private:
  static constexpr int kBlock = 8;  ///< cells along the line that share a profile

  std::vector<float> profiles_;  ///< block by block, change of grey per row
  std::vector<float> total_;     ///< of one slope: summed from the top
};

}  // namespace veriline::text
