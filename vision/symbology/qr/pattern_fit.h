// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "vision/core/geometry.h"
#include "vision/symbology/qr/level_field.h"

namespace veriline::symbology::qr {

// Finder and alignment patterns in a two-level picture: found by their dark and light modules, then
// placed to a small part of a pixel by the middles between edges that lie opposite each other, of
// which growth of the dark modules moves none. All functions are pure; any thread; no allocation.

/// A pattern's place: its middle, and the vectors of one module to the right and one down (of the
/// symbol) there.
struct Frame {
  Point centre;
  Point right;
  Point down;
  Point At(float x, float y) const { return centre + right * x + down * y; }
};

/// Where a finder pattern is looked for: lines along both directions, that far from `centre` to
/// both sides. Lengths in px.
struct FinderSearch {
  Point centre;
  Point right;       ///< of length 1
  Point down;        ///< of length 1
  float down_ratio;  ///< height of a module by its width
  float reach;       ///< half of the lines' length
  float line_reach;  ///< of the farthest line from the centre
  float line_step;
  float sample_step;
};

struct FoundFinder {
  Frame frame;
  int right_modules = 0;  ///< of its 49
};

/// Places of the search where a line crosses dark, light, dark, light and dark of 1:1:3:1:1, each
/// right to half a module; of these the one where most of the 7 × 7 modules have their colour.
/// Nothing below kLeastFinderModules. Source: ISO/IEC 18004 reference decode; grading.md 4.4.
std::optional<FoundFinder> FindFinder(const LevelField& field, const FinderSearch& search);
inline constexpr int kLeastFinderModules = 38;

/// Places a finder pattern exactly. `turns`: its module vectors take its own directions, else they
/// keep theirs and have their lengths measured. Returns: false where too few of its edges show.
bool FitFinder(const LevelField& field, bool turns, Frame* frame);

/// Looks for an alignment pattern up to `reach` modules from frame->centre in both directions and
/// places it. Returns: false where there is none: `frame` stays.
bool FindAlignment(const LevelField& field, float reach, Frame* frame);

}  // namespace veriline::symbology::qr
