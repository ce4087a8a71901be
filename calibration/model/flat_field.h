// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/result.h"

namespace veriline::calibration {

/// How much a camera's picture must be multiplied by, place by place, so that one reflectance has
/// one grey: a coarse table of gains over the picture, interpolated between the middles of its
/// cells and carried on at the border. It acts on grey above the dark level. Immutable; any thread.
struct FlatField {
  static constexpr int kMostCells = 256;  ///< along each side

  int cols = 0;  ///< 0: no table
  int rows = 0;
  float dark_grey = 0;       ///< what the camera shows with no light
  std::vector<float> gains;  ///< rows × cols, row-major

  bool Empty() const { return gains.empty(); }
  /// Errors: sizes that do not fit, gains outside 0.1 to 10; `key` names the value.
  Checked<void> Validate() const;
  /// The gain at a place of a picture of that size.
  float GainAt(Point place, int width, int height) const;
  /// Corrects the part `part` of `picture` into `out`, row by row without gaps.
  /// Requires: `part` lies in the picture; out.size() >= part.width · part.height.
  void Apply(const FrameView& picture, const Rect& part, std::span<uint8_t> out) const;
  friend bool operator==(const FlatField&, const FlatField&) = default;
};

}  // namespace veriline::calibration
