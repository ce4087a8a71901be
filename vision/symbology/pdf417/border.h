// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "vision/core/geometry.h"

namespace veriline::symbology::pdf417 {

/// The left or right border of a symbol: a line that may bend, and where the rows of the symbol lie
/// along it. Made of points that were seen one below the other, some of which tell a row.
/// Thread: one at a time (it owns memory).
class Border {
 public:
  void Clear();
  /// In the order along the border, from one end to the other. `row`: that the point lies in; -1
  /// where that is not known.
  void Add(Point at, float x_px, int row);
  bool Empty() const { return points_.empty(); }
  size_t size() const { return points_.size(); }
  const Point& at(size_t i) const { return points_[i].at; }
  int row(size_t i) const { return points_[i].row; }
  void SetRow(size_t i, int row) { points_[i].row = row; }
  float x_px() const;       ///< mean
  float length() const;     ///< px; from the first to the last point
  Point Direction() const;  ///< unit vector from the first to the last point

  /// Finds how rows go along the border. False when fewer than `least_rows` different rows agree.
  bool FitRows(size_t least_rows);
  /// Takes the rows of another border that lies beside it: its points are where lines from there at
  /// right angles to both meet it.
  void RowsFrom(const Border& other);
  /// Becomes the line that lies `away` from the other.
  void Beside(const Border& other, Point away);
  /// Moves every point to `times` its distance from the same point of the other border.
  void Stretch(const Border& from, float times);
  /// Whether row numbers grow from the first point to the last.
  bool Ascending() const { return per_row_ > 0; }
  /// The row coordinate of the end that is further from row 0.
  float RowsSpanned() const { return std::max(RowAt(0), RowAt(length())); }
  /// Where the row coordinate is: 0 at the outer edge of the first row, 1 between it and the next.
  /// Requires: rows are known. Beyond the points straight on.
  Point AtRow(float row) const;

 private:
  struct BorderPoint {
    Point at;
    float x_px;
    int row;
    float along;  ///< px from the first point
  };
  Point AtLength(float along) const;
  float RowAt(float along) const { return (along - base_) / per_row_; }

  std::vector<BorderPoint> points_;
  float base_ = 0;     ///< length along the border where row 0 begins
  float per_row_ = 0;  ///< px of a row
  float bend_ = 0;     ///< px per row²: perspective
};

}  // namespace veriline::symbology::pdf417
