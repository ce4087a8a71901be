// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace veriline::testing {

/// Rows of modules as widths in X, from the first bar of each to its last one, bars at even places.
struct ZintRows {
  bool ok = false;
  std::vector<std::vector<double>> rows;  ///< from top to bottom, separators as well
};

/// What libzint draws. `symbology`: one of its BARCODE_ numbers.
ZintRows RowsByZint(int symbology, const std::string& text, bool gs1 = false, int option_2 = 0);

}  // namespace veriline::testing
