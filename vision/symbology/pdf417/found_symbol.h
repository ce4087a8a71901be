// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/core/geometry.h"
#include "vision/symbology/pdf417/border.h"
#include "vision/symbology/pdf417/row_scan.h"

namespace veriline::symbology::pdf417 {

/// Where a symbol may be.
struct Place {
  Quad quad;              ///< the first side along the rows, in either direction
  float x_px = 0;         ///< a guess of X; 0 = not known
  bool inverted = false;  ///< light bars
};

/// A symbol whose borders and rows were found, as it is to be read row by row.
struct FoundSymbol {
  Border left;   ///< where `plan` begins
  Border right;  ///< where it ends
  RowPlan plan;
  int rows = 0;
  int cols = 0;           ///< of data
  int first_cluster = 0;  ///< of row 0: that of row r is (first_cluster + r) modulo 3
  int outer_left = 0;     ///< modules of the symbol before the plan
  int outer_right = 0;    ///< and behind it
  float x_px = 0;
  bool left_seen = true;  ///< or that border lies where the other one tells
  bool right_seen = true;
  int variant = -1;  ///< MicroPDF417 and CC-A, CC-B: index of the variant

  int ClusterOf(int row) const { return (first_cluster + row) % 3; }
};

}  // namespace veriline::symbology::pdf417
