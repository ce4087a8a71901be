// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tools/linesim/frame_set.h"
#include "vision/core/symbol.h"
#include "vision/locate/locator.h"

namespace veriline::tools {

/// Something that a decoder says to have read.
struct Reported {
  std::string identifier;  ///< empty where the decoder tells none
  std::string text;        ///< payload as in linesim::ShownSymbol
  Rect box;                ///< where; empty where the decoder does not tell
};
Reported AsReported(const Symbol& symbol);

/// What was read of what was there.
struct ReadScore {
  uint64_t codes = 0;  ///< whole ones that show
  uint64_t read = 0;   ///< of these
  /// Reported, and nothing with exactly that text and identifier shows there; or it was reported
  /// before. Of symbols that a border cuts neither reading nor missing counts.
  uint64_t wrong = 0;
  std::vector<std::string> examples;  ///< of wrong ones, a few
};
void Score(std::span<const linesim::ShownSymbol> shown, std::span<const Reported> reported,
           uint64_t frame, ReadScore* score);

/// Where a region says that a code is.
Quad OutlineOf(const locate::Region& region);
/// True for regions that passed a finder test: where no code is they are false.
bool HasPattern(const locate::Region& region);

/// True when one of the regions covers the code, to within half a module, and has at most three
/// times its area. (With half a module cut off the centre of every module still lies in it.)
bool IsFound(const linesim::ShownSymbol& code, std::span<const locate::Region> regions);

}  // namespace veriline::tools
