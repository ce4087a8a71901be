// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vision/core/geometry.h"

namespace veriline::linesim {

/// What lens and motion do to one exposure.
struct Exposure {
  double blur_sigma_px = 0;     ///< ≤ 0.8
  double motion_px = 0;         ///< length of the smear along x, ≤ 1.5
  double noise_sigma_grey = 0;  ///< ≤ 4
  uint64_t noise_seed = 0;
};

/// The simulated camera's optics and sensor, applied in place to rectangles of a picture.
/// Thread: const methods from any; a Blur works in scratch memory the caller brings.
class Optics {
 public:
  /// Fall-off of the light: gain 1 in the middle and 1 - `falloff_ratio` in the corners.
  Optics(uint64_t seed, int width, int height, double falloff_ratio);

  /// Gaussian blur with the motion smear along x. Outside the picture its border is repeated.
  void Blur(uint8_t* pixels, ptrdiff_t stride, Rect where, const Exposure& exposure,
            std::vector<uint8_t>* scratch) const;
  void Illuminate(uint8_t* pixels, ptrdiff_t stride, Rect where) const;
  /// Gaussian sensor noise: a function of the seed and the place.
  void AddNoise(uint8_t* pixels, ptrdiff_t stride, Rect where, const Exposure& exposure) const;

 private:
  int width_;
  int height_;
  std::vector<uint8_t> gain_;   // of 256
  std::vector<int16_t> noise_;  // Gaussian, read at random offsets
};

}  // namespace veriline::linesim
