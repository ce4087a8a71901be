// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "vision/core/geometry.h"

namespace veriline::symbology {

/// Where a reference decode begins: what the reader of a symbol knows of its place. It only says
/// where to look; the patterns themselves are found again.
struct ReferenceStart {
  Quad outline;  ///< TL TR BR BL of the symbol, in picture coordinates; px
  int rows = 0;  ///< modules; 0 = not known
  int cols = 0;
  bool inverted = false;  ///< light modules on dark ground
  bool mirrored = false;  ///< the outline runs counter-clockwise in the picture
};

/// The step at which a reference decode failed. Numbers are stable.
enum class ReferenceStep : uint8_t {
  kNone = 0,             ///< it did not fail
  kFinder = 1,           ///< Data Matrix: a side of the L; QR: a finder pattern
  kTracks = 2,           ///< clock track or timing pattern: not as many modules as a size has
  kGrid = 3,             ///< centres of modules: an alignment pattern, lines that do not cross
  kFormat = 4,           ///< QR: format or version information
  kErrorCorrection = 5,  ///< more errors than can be corrected
  kData = 6,             ///< the corrected codewords have no meaning
};
inline constexpr int kReferenceSteps = 7;

inline std::string_view Name(ReferenceStep step) {
  constexpr std::string_view kNames[kReferenceSteps] = {
      "", "finder pattern", "tracks", "grid", "format", "error correction", "data"};
  return kNames[static_cast<int>(step)];
}

}  // namespace veriline::symbology
