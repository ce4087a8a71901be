// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"

namespace veriline::symbology {

/// Guesses of how much of its neighbours' grey a module has: blur of half a module adds a fifth of
/// that of each, and none is what sharp prints need.
inline constexpr float kSharpenings[] = {0, 0.7f, 1.5f};

/// The modules of a matrix symbol whose outline and size are known, dark or light: the grey value
/// around the middle of each, sharpened, against the middle of the range of the modules around it.
/// Thread: one (it owns scratch memory). Cost: about 10 µs for 22×22; no allocation once it has
/// grown.
class ModuleSlicer {
 public:
  /// Takes grey values, of the quiet zone too. `quad` as Quad::At has it; what lies outside of the
  /// picture is taken from its border. `inverted`: light on dark.
  /// Requires: a picture that is not empty, rows > 0, cols > 0.
  void Sample(const FrameView& picture, const Quad& quad, int rows, int cols, bool inverted);
  /// The same where modules lie anywhere: `middles` of all, row by row, with one more on each side.
  /// Requires: (rows + 2) × (cols + 2) middles.
  void Sample(const FrameView& picture, std::span<const Point> middles, float module_px, int rows,
              int cols, bool inverted);
  /// Decides for each module.
  void Slice(float sharpening);

  // Row by row:
  std::span<const uint8_t> dark() const { return dark_; }
  /// Too near to the limit, or overexposed: what it is cannot be said.
  std::span<const uint8_t> doubtful() const { return doubtful_; }

 private:
  /// `middle_of(row, col)`.
  template <class MiddleOf>
  void SampleAll(const FrameView& picture, float module_px, int rows, int cols, bool inverted,
                 const MiddleOf& middle_of);

  int rows_ = 0, cols_ = 0;
  std::vector<float> values_;  ///< with a module more on each side; higher is lighter
  std::vector<float> sharp_;   ///< the same, sharpened
  std::vector<float> low_, high_, row_low_, row_high_;  ///< of the modules around each
  std::vector<uint8_t> glare_, dark_, doubtful_;
};

}  // namespace veriline::symbology
