// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tools/linesim/canvas.h"
#include "vision/core/frame.h"
#include "vision/core/geometry.h"

namespace veriline::linesim {

/// What a picture shows besides its codes, in blocks of 8×8 px (of the last ones in a row or
/// column that are not whole nothing is said). A block is cluttered when its brightest and its
/// darkest pixel differ by kClutterGrey or more and its centre lies outside of the codes.
inline constexpr int kClutterBlockPx = 8;
inline constexpr int kClutterGrey = 24;

/// The share of cluttered blocks among all of the picture. Cost: about 1 ms per megapixel.
double ClutterRatio(const FrameView& picture, std::span<const Quad> codes);

/// Prints text, halftone, hatching and checks where a picture is bare. It darkens what is there
/// like ink, so it looks the same on paper, carton and belt.
/// Thread: one Print at a time per object (it owns scratch memory).
class ClutterPrinter {
 public:
  /// Cost: 30 ms.
  explicit ClutterPrinter(uint64_t seed);

  /// Prints into an 8-bit picture until kWantedRatio of its blocks are cluttered, or nothing bare
  /// is left. Nothing is printed inside `keep_out`; `codes` are left out of the count.
  /// Returns the ratio that was reached. A function of (seed, index, picture) alone.
  double Print(uint64_t index, uint8_t* pixels, int width, int height, ptrdiff_t stride,
               std::span<const Quad> codes, std::span<const Rect> keep_out);

  static constexpr double kWantedRatio = 0.32;

 private:
  uint64_t seed_;
  std::vector<Plane> tiles_;   ///< ink: gain of 255
  std::vector<uint8_t> busy_;  ///< per block: 0 bare, 1 cluttered, 2 of a code
};

}  // namespace veriline::linesim
