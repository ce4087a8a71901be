// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/linesim/symbols.h"
#include "tools/linesim/world.h"

namespace veriline::linesim {

// The label web: eight lanes of 1024 px under a line-scan camera, a row of labels behind each
// register mark. A *cell* is one lane of one row; its origin is the lane's left edge on the line of
// the register mark.
inline constexpr int kWebLanePx = 1024;
/// No row is higher: pitch, twice the jitter and what a splice takes.
inline constexpr int kWebCellLines = 1310;
inline constexpr int kWebLabelWidthPx = 880;
inline constexpr int kWebLabelHeightPx = 840;
inline constexpr int kWebMaxSkewDeg = 3;

/// Unprinted parts of the label art that codes are printed on.
inline constexpr Rect kWebMatrixField{24, 24, 240, 240};
inline constexpr Rect kWebBarsField{20, 470, 840, 260};

/// What a label is before its codes are printed: its design, its paper and how it lies on the
/// liner. There are kWebStocks of them, so that they can be drawn once.
inline constexpr int kWebStocks = 24;
struct WebStock {
  int index = 0;
  Pose pose;  ///< in the cell
  uint8_t light_grey = 0;
  uint8_t dark_grey = 0;
};
WebStock MakeWebStock(uint64_t seed, int index);

/// One label of the web.
struct WebLabel {
  bool there = true;  ///< false: bare liner
  WebStock stock;
  /// The identity (QR or Data Matrix) and the GS1-128 that repeats it; none on a label of text.
  std::vector<PrintedSymbol> symbols;
  std::string number;  ///< human-readable, below the bars
};
WebLabel LayOutWebLabel(const World& world, uint64_t item);
/// The same with another code on it.
WebLabel LayOutWebLabel(const World& world, uint64_t item, const std::string& code);

}  // namespace veriline::linesim
