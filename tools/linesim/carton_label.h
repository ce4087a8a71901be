// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/linesim/symbols.h"
#include "tools/linesim/world.h"

namespace veriline::linesim {

inline constexpr int kCartonLabelWidthPx = 1360;
inline constexpr int kCartonLabelHeightPx = 900;

/// The shipping label of a carton.
struct CartonLabel {
  bool there = true;
  Pose pose;  ///< in the carton's own picture; near a multiple of 90°
  uint8_t light_grey = 0;
  uint8_t dark_grey = 0;
  /// What is printed of: Data Matrix (identity), GS1-128 (copy), EAN-13 (product).
  std::vector<PrintedSymbol> symbols;
  std::vector<std::string> lines;  ///< human-readable
};
CartonLabel LayOutCartonLabel(const World& world, uint64_t item);

}  // namespace veriline::linesim
