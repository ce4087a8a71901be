// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/scan_profile.h"
#include "vision/symbology/linear/scan_lines.h"

namespace veriline::symbology::pdf417 {

/// A line of a picture and the elements on it.
/// Thread: one at a time (it owns scratch memory).
class LineScan {
 public:
  void Begin(const FrameView& picture, bool inverted) {
    picture_ = picture;
    inverted_ = inverted;
  }
  /// Samples from one point to the other. `x_px`: about; 0 = not known.
  void Sample(Point from, Point to, float x_px);
  /// Finds the elements of what was sampled.
  std::span<const float> Find(float least_swing);
  std::span<const float> edges() const { return profile_.edges; }
  /// The same from the other end: bars stay bars.
  std::span<const float> Reversed();
  /// Picture coordinates of a place on the line; of one on the reversed line its negative.
  Point At(float sample) const { return profile_.At(sample); }
  float step_px() const { return step_px_; }
  /// The sample that is nearest to a point.
  float SampleOf(Point p) const;
  const ScanProfile& profile() const { return profile_; }
  const FrameView& picture() const { return picture_; }

 private:
  FrameView picture_;
  bool inverted_ = false;
  ScanProfile profile_;
  float step_px_ = 1;
  float x_samples_ = 1;
  linear::ElementFinder elements_;
  std::vector<float> reversed_;
};

}  // namespace veriline::symbology::pdf417
