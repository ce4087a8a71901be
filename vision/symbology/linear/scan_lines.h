// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/scan_profile.h"

namespace veriline::symbology::linear {

/// A line across bars, as it is sampled for reading.
struct ScanLine {
  Point from;
  Point to;
  Point along_bars;       ///< unit vector; values are means of `rows` lines that lie side by side
  int rows = 1;           ///< 1 px apart
  float step_px = 1;      ///< between samples
  bool inverted = false;  ///< light bars: values are turned around
};

/// Fills `origin`, `step` and `values` (grey 0 to 255, bilinear; beside the picture that of its
/// border) of a profile. Cost: 2 ns a sample and row.
void SampleLine(const FrameView& picture, const ScanLine& line, ScanProfile* profile);

/// Elements as readers look for them: everything that swings by a share of the contrast around it
/// is one, also where it does not pass the middle between light and dark, as narrow bars and spaces
/// of blurred prints. Levels follow the light along the line. Not for grading: see FindEdges.
/// Thread: one at a time per object (it owns scratch memory).
class ElementFinder {
 public:
  /// How much of the contrast around it an element must swing.
  static constexpr float kCoarse = 0.35f;
  static constexpr float kFine = 0.15f;

  /// Fills `edges`. `x_samples`: a guess of X, to a factor of two.
  void Find(float x_samples, float least_swing, ScanProfile* profile);

 private:
  struct Extreme {
    size_t at;
    float value;
  };
  void FollowLevels(const std::vector<float>& values, float x_samples);
  void FindExtremes(const std::vector<float>& values, float least_swing);

  std::vector<float> low_;         ///< darkest around, for each block
  std::vector<float> high_;        ///< lightest around
  size_t block_ = 1;               ///< samples
  float floor_ = 0;                ///< least contrast that bars have
  std::vector<Extreme> extremes_;  ///< light, dark, light, …
};

}  // namespace veriline::symbology::linear
