// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "grading/grading_patch.h"
#include "vision/core/scan_profile.h"

namespace veriline::grading {

// What ISO/IEC 15416, 5.4 measures on one scan reflectance profile. `profile.values` are
// reflectances from the begin of one quiet zone to the end of the other, bars dark;
// `profile.edges` those of the symbol alone. Elements are counted as ScanProfile does, bars even
// and spaces odd; -1 is the quiet zone before the first bar and edges.size() - 1 that behind the
// last. All functions are pure; any thread. Cost: about a nanosecond a sample.

/// Rmax, Rmin and the global threshold half way between them.
Levels LevelsOf(const ScanProfile& profile);

/// Samples of an element.
struct ElementSpan {
  size_t first = 0;
  size_t last = 0;  ///< included; never below `first`
};
ElementSpan SpanOf(const ScanProfile& profile, int element);
inline bool IsBar(int element) { return (element & 1) == 0; }

/// ECmin: the least Rs − Rb of two elements side by side, quiet zones as well, Rs the highest value
/// of a space and Rb the lowest of a bar.
/// Source: ISO/IEC 15416, 5.4.4; grading.md 6.3.
struct EdgeContrast {
  double least = 0;
  int edge = -1;  ///< index of the edge between them; -1: there are no edges
};
/// `extremes` is scratch: afterwards Rs or Rb of element i at i + 1.
EdgeContrast MeasureEdgeContrast(const ScanProfile& profile, std::vector<float>* extremes);

/// How far an element is from even: ERN.
enum class PeakRule : unsigned char {
  kHighest,  ///< highest peak − lowest valley between peaks (2000)
  kLower,    ///< lower of the highest peaks at both sides of a valley − that valley (2016)
};
/// The greatest ERN of all elements and quiet zones. Only what lies between two peaks (in bars: two
/// valleys) is one: the slopes to the neighbours are not. With one valley between two peaks kLower
/// compares it with the lower of the adjacent peaks; of several it takes the highest peak on each
/// side, so that noise inside a void does not hide its depth.
/// Source: ISO/IEC 15416, 5.4.6; grading.md 6.3.
struct Defects {
  double ern = 0;
  int element = -1;  ///< where
  float sample = 0;  ///< of its valley, or of the peak in a bar
};
Defects MeasureDefects(const ScanProfile& profile, PeakRule rule);

/// From an outermost edge outwards, how far the profile stays light, in samples; `to_picture_end`
/// says that nothing dark was met.
struct QuietZoneSeen {
  float samples = 0;
  bool whole = false;
};
QuietZoneSeen MeasureQuietZone(const ScanProfile& profile, float edge, int direction,
                               double threshold);

}  // namespace veriline::grading
