// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "tools/linesim/symbols.h"
#include "tools/linesim/world.h"

namespace veriline::linesim {

inline constexpr int kSheetWidthPx = 4000;
inline constexpr int kSheetHeightPx = 2960;
/// What is printed on one position: a Data Matrix with a number below it.
inline constexpr int kPositionWidthPx = 190;
inline constexpr int kPositionHeightPx = 224;

/// How a sheet lies in its picture. There are kSheetStocks of them, so that a sheet can be drawn
/// without its codes once; the last is for misplaced ones.
inline constexpr int kSheetStocks = 4;
struct SheetStock {
  int index = 0;
  Pose pose;  ///< of the sheet
  uint8_t light_grey = 0;
  uint8_t dark_grey = 0;
};
SheetStock MakeSheetStock(uint64_t seed, int index);
SheetStock StockOfSheet(const World& world, uint64_t sheet);

/// One position of a sheet.
struct SheetPosition {
  Pose pose;             ///< of its art, in the picture of the sheet
  PrintedSymbol symbol;  ///< Print::kNone: nothing is printed there
  std::string number;
};
SheetPosition LayOutSheetPosition(const World& world, uint64_t item);

}  // namespace veriline::linesim
