// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vision/core/geometry.h"

namespace veriline::grading {

/// The measuring aperture: a uniform circular disc as area weights of pixels (the share of each
/// pixel that the disc covers, normed to sum 1); an ellipse where pixels are not square.
/// Source: ISO/IEC 15415, 7.3 (reference grey-scale image); grading.md 2.1.2.
/// Places are quantised to 1/16 px. Not thread-safe: it has scratch memory; one for each worker.
class ApertureDisc {
 public:
  static constexpr int kPhases = 16;   ///< places in a pixel, along each axis
  static constexpr int kPadding = 16;  ///< floats that may be read or written behind a row

  /// Diameters in pixels along x and y; below 1 px the aperture is the pixel itself.
  /// Cost: about 15 µs for 4 px; nothing when they are as before.
  void Set(double diameter_x_px, double diameter_y_px);
  double diameter_x_px() const { return 2 * radius_x_; }
  double diameter_y_px() const { return 2 * radius_y_; }
  /// Pixels that it covers, beside that which holds its centre, to each side.
  int reach_x() const { return reach_x_; }
  int reach_y() const { return reach_y_; }

  /// Means under the aperture at places; pixels[0] has its corner at `corner`.
  /// Requires: reach + 1 pixels around each place, and kPadding floats behind the last row.
  void Sample(const float* pixels, ptrdiff_t stride, Point corner, std::span<const Point> places,
              std::span<float> out) const;
  /// Means with the centre on the middles of `count` pixels from `row` on.
  /// Requires: the reach around them; `out` has room for count + kPadding.
  void FilterRow(const float* row, ptrdiff_t stride, int count, float* out);

 private:
  void MakeKernels();

  double radius_x_ = -1;
  double radius_y_ = -1;
  int reach_x_ = 0;
  int reach_y_ = 0;
  int pitch_ = 0;                ///< floats of a kernel's row
  std::vector<float> kernels_;   ///< [phase y 0…8][phase x 0…16][row][pitch_]
  std::vector<float> quadrant_;  ///< of the kernel on a pixel's middle: [dy][dx], both from 0
  std::vector<int> quadrant_reach_;
  std::vector<float> sums_;
};

/// Least and greatest of `count` values, joined with what *least and *greatest hold.
void Extremes(const float* values, int count, float* least, float* greatest);
/// out[i] = offset + gain · grey[i].
void ScaleGrey(const uint8_t* grey, int count, float gain, float offset, float* out);
/// out[i] = 1 where values[i] < level, else 0.
void MarkDark(const float* values, int count, float level, uint8_t* out);

/// Extremes of grey values, row by row; kept lane by lane until they are asked for.
struct GreyRange {
  static constexpr size_t kLanes = 64;
  std::array<uint8_t, kLanes> low;
  std::array<uint8_t, kLanes> high;

  GreyRange() {
    low.fill(255);
    high.fill(0);
  }
  void Add(const uint8_t* values, int count);
  uint8_t least() const;     ///< 255 when nothing was added
  uint8_t greatest() const;  ///< 0 when nothing was added
};

}  // namespace veriline::grading
