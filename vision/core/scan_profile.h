// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "vision/core/geometry.h"

namespace veriline {

/// What a scan line shows of a linear symbol: the counterpart of SampledGrid. Reading fills
/// `values` with grey values, grading with reflectances under its aperture; both find the elements
/// in them alike. Clear keeps what was allocated, so that one profile used again allocates nothing.
struct ScanProfile {
  Point origin;  ///< place of sample 0 in the picture; px
  Point step;    ///< from one sample to the next; px
  /// Dark is low. Of a symbol that is light on dark the values are turned around, so that bars are
  /// dark here as well.
  std::vector<float> values;
  /// Where bars begin and end, in samples, ascending: begin of the first bar, its end, begin of the
  /// next, …; always an even number. Element i lies between edges i and i + 1: bars are even,
  /// spaces odd.
  std::vector<float> edges;

  Point At(float sample) const { return origin + step * sample; }
  void Clear() {
    values.clear();
    edges.clear();
  }
};

/// Fills `edges` by ISO/IEC 15416, 5.2 (grading.md 6.2): what lies above the global threshold
/// (Rmax + Rmin) / 2 of all values is space and what lies below it bar; an edge is where the
/// profile passes half way between the highest value of the space and the lowest of the bar beside
/// it, between samples on a straight line. A bar that is cut by the profile's end does not count.
/// Thread: any. Cost: some ns a sample.
void FindEdges(ScanProfile* profile);

}  // namespace veriline
