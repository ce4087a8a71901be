// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "vision/text/font.h"

namespace veriline::text {

/// What a picture shows in one cell, ready to be compared with templates. Any thread.
struct Patch {
  alignas(64) std::array<int16_t, kGlyphCells> ink;  ///< 0 outside of the window
  Moments moments;
  /// The plane that fits the ink best within the window: `mean` + x * `slope_x` + y * `slope_y`,
  /// x and y in half cells from the middle. It is taken out of correlations, so that a slope of the
  /// light costs nothing.
  float mean = 0, slope_x = 0, slope_y = 0;
};

/// Takes the glyph-sized cell whose top left is at `ink`, rows `stride` apart.
void TakePatch(const uint8_t* ink, ptrdiff_t stride, int half_window, Patch* out);

/// Correlation by dot product and both sums of squares; 0 where one is flat.
float Correlation(float dot, float energy, float other_energy);
/// Of a patch and a glyph, about their planes.
float Correlate(const Patch& patch, const Font& font, int variant, int glyph, int half_window);

/// The patches around a place, each taken when it is first asked for.
class PatchSet {
 public:
  static constexpr int kMostReach = 3;

  /// `ink` is the top left of the patch without shift; pixels must be there for all shifts.
  void Begin(const uint8_t* ink, ptrdiff_t stride, int half_window, int reach);
  const Patch& At(int dx, int dy);
  int half_window() const { return half_window_; }
  int reach() const { return reach_; }

 private:
  static constexpr int kSide = 2 * kMostReach + 1;

  const uint8_t* ink_ = nullptr;
  ptrdiff_t stride_ = 0;
  int half_window_ = 1;
  int reach_ = 0;
  std::array<bool, kSide * kSide> taken_{};
  std::array<Patch, kSide * kSide> patches_;
};

/// How a glyph fits where it fits best.
struct Fit {
  float correlation = -1;  ///< at the best shift, between whole cells too
  float dx = 0, dy = 0;    ///< that shift
  int cell_dx = 0, cell_dy = 0;
  float amplitude = 0;  ///< ink of the picture for full ink of the template, 1 = 255 grey values
};

/// Climbs from a shift to the best one within reach.
Fit BestFit(PatchSet& patches, const Font& font, int variant, int glyph, int from_dx, int from_dy);

}  // namespace veriline::text
