// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "vision/text/font.h"
#include "vision/text/line_strip.h"

namespace veriline::text {

/// A coarse strip, prepared so that a character's correlation anywhere in it costs one dot product.
/// Thread: one. No allocation once it has grown.
class CoarseCells {
 public:
  void Take(const LineStrip& strip);
  /// Correlation of a glyph whose middle lies at x and whose top row is `top`, in the strip's
  /// cells; 0 where that lies outside, or where all is even.
  float Correlate(const Font& font, int glyph, int x, int top) const;

 private:
  int width_ = 0, height_ = 0, stride_ = 0;
  int left_ = 0, above_ = 0;
  std::vector<int16_t> ink_;  ///< less 128; rows `stride_` apart
  /// Of all above and left, one row and column more than cells; they may wrap around in a large
  /// strip, and their differences over a character's window are right all the same.
  std::vector<uint32_t> sums_;
  std::vector<uint32_t> squares_;
};

}  // namespace veriline::text
