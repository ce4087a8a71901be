// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "vision/core/frame.h"
#include "vision/symbology/pdf417/cell_shapes.h"
#include "vision/symbology/pdf417/found_symbol.h"
#include "vision/symbology/pdf417/line_scan.h"

namespace veriline::symbology::pdf417 {

/// Reads the characters of a symbol whose borders and rows are known, along lines from border to
/// border. Each character counts for the row that its cluster tells, which is that of the line or
/// one beside it: so a line may cross from one row to another. What lines disagree on is unknown.
/// Thread: one symbol at a time per object (it owns scratch memory).
class CellReader {
 public:
  /// Begins with a symbol, which is borrowed, as the pixels, until the next.
  void Begin(const FrameView& picture, bool inverted, const FoundSymbol& symbol);
  /// A line along each row, `offset` of its height (0 to 1) from its upper edge.
  void ReadLines(float offset);
  /// What is not known yet by the shape of whole characters.
  void ReadShapes();
  /// -1 = unknown. `col`: of data, from 0.
  int Value(int row, int col) const;
  /// The share of characters that are known.
  float KnownRatio() const;
  /// How far the right border lies from the left one by the columns that were read, as a part of
  /// the distance that was told; of the left one from the right one, with `left`.
  float Stretch(bool left) const;
  /// Of the last column of PDF417, which is missing in a compact symbol: read as a row indicator of
  /// the row it stands in, of all that were read.
  float RightIndicatorRatio() const;

 private:
  struct Cell {
    std::array<int16_t, 3> values{};
    std::array<uint16_t, 3> weights{};
  };
  void Vote(int row, int col, int value, int weight);
  const Cell& At(int row, int col) const {
    return cells_[static_cast<size_t>(row * symbol_->cols + col)];
  }
  void SampleRow(float row, Point* left, Point* right);

  const FoundSymbol* symbol_ = nullptr;
  LineScan line_;
  CellShapes shapes_;
  std::vector<Cell> cells_;
  std::array<ColumnRead, RowPlan::kMostColumns> columns_;
  std::array<int, RowPlan::kMostColumns> data_col_;  ///< of each column of the plan; -1 = none
  /// Where columns begin and end, as shares of the plan's width, summed up.
  std::array<float, RowPlan::kMostColumns> begins_, ends_;
  std::array<int, RowPlan::kMostColumns> reads_;
  int lefts_ = 0, rights_ = 0;  ///< row indicators that were read on either side
};

}  // namespace veriline::symbology::pdf417
