// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace veriline::symbology::linear {

/// What print and camera make of bars: a profile is light - contrast * ink, where ink is that of
/// the bars under a Gaussian blur (which stands for a pixel's area as well).
struct PrintModel {
  float light = 0;      ///< grey of wide spaces
  float contrast = 0;   ///< grey by which wide bars are darker
  float sigma_px = 0;   ///< of the blur
  float growth_px = 0;  ///< by which bars are wider than they should be
};

/// An edge that is known to be there: the begin (+1) or the end (-1) of a bar, or a share of one
/// where only the likely place of it is known.
struct KnownEdge {
  float at_px = 0;  ///< without growth
  float weight = 0;
  float by_ratio_px = 0;  ///< by which it moves when N grows by 1 and the outer edges stay
};

/// Samples [begin, end) of a profile.
struct SampleWindow {
  int begin = 0;
  int end = 0;
};

/// Moves that make edges of `KnownEdge` those of the picture: linear from the first to the last,
/// and those of another N.
struct EdgeShift {
  float first_px = 0;
  float last_px = 0;
  float ratio = 0;
};

/// Fits model and shift to the samples within `windows` by Gauss and Newton, from what they are,
/// with the expectation that blur, growth and shift change by parts of X, N by a quarter and the
/// contrast by a seventh.
/// Requires: edges ascend; windows within `values`; contrast and sigma above 0.
/// Returns: the root mean square of what is left, as a ratio of the contrast; not finite or large
/// where nothing fits. Thread: any. Cost: about 25 ns a sample and round; no allocation.
float FitPrint(std::span<const float> values, std::span<const SampleWindow> windows,
               std::span<const KnownEdge> edges, float x_px, int rounds, PrintModel* model,
               EdgeShift* shift);

}  // namespace veriline::symbology::linear
