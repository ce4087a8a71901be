// SPDX-License-Identifier: Apache-2.0
#include "vision/text/coarse_cells.h"

#include <cmath>

#include "vision/text/cell_sums.h"

namespace veriline::text {
void CoarseCells::Take(const LineStrip& strip) {
  width_ = strip.width();
  height_ = strip.height();
  left_ = strip.extent().left;
  above_ = strip.extent().above;
  stride_ = width_ + kCoarseWidth;
  const int wide = width_ + 1;
  ink_.assign(static_cast<size_t>(stride_ * height_), int16_t{0});
  sums_.assign(static_cast<size_t>(wide * (height_ + 1)), 0u);
  squares_.assign(sums_.size(), 0u);
  for (int row = 0; row < height_; ++row) {
    const uint8_t* in = strip.At(-left_, row - above_);
    int16_t* to = &ink_[static_cast<size_t>(row * stride_)];
    for (int col = 0; col < width_; ++col) to[col] = static_cast<int16_t>(in[col] - 128);
    const uint32_t* above_sums = &sums_[static_cast<size_t>(row * wide)];
    const uint32_t* above_squares = &squares_[static_cast<size_t>(row * wide)];
    uint32_t* sums = &sums_[static_cast<size_t>((row + 1) * wide)];
    uint32_t* squares = &squares_[static_cast<size_t>((row + 1) * wide)];
    uint32_t sum = 0, square = 0;
    for (int col = 0; col < width_; ++col) {
      sum += static_cast<uint32_t>(to[col]);
      square += static_cast<uint32_t>(to[col] * to[col]);
      sums[col + 1] = above_sums[col + 1] + sum;
      squares[col + 1] = above_squares[col + 1] + square;
    }
  }
}

float CoarseCells::Correlate(const Font& font, int glyph, int x, int top) const {
  const int half = font.CoarseHalfWindow(glyph);
  const int col = x + left_, row = top + above_;
  if (col < kCoarseMiddle || col + half > width_ || row < 0 || row + kCoarseHeight > height_) {
    return 0;
  }
  const int wide = width_ + 1;
  const auto within = [&](const std::vector<uint32_t>& table) {
    const uint32_t* upper = &table[static_cast<size_t>(row * wide)];
    const uint32_t* lower = upper + kCoarseHeight * wide;
    return static_cast<int32_t>(lower[col + half] - lower[col - half] - upper[col + half] +
                                upper[col - half]);
  };
  const auto sum = static_cast<float>(within(sums_));
  const float energy = static_cast<float>(within(squares_)) -
                       sum * sum / static_cast<float>(2 * half * kCoarseHeight);
  const float product = energy * font.CoarseEnergy(glyph);
  if (product <= 0) return 0;
  const int16_t* ink = &ink_[static_cast<size_t>(row * stride_ + col - kCoarseMiddle)];
  const int16_t* shape = font.CoarseTemplate(glyph);
  const int32_t dot = CoarseDot(ink, stride_, shape);
  return static_cast<float>(dot) / std::sqrt(product);
}

}  // namespace veriline::text
