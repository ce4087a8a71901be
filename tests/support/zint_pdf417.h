// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "vision/symbology/pdf417/decode.h"

namespace veriline::testing {

/// The codewords of a symbol as libzint draws them, looked up by the widths of their elements.
struct ZintCodewords {
  symbology::pdf417::CodewordMatrix matrix;
  int rows = 0, cols = 0;
  std::vector<int> clusters;             ///< of the rows, 0 to 2
  std::vector<int> left, centre, right;  ///< row address patterns; 0 where there is none
};

struct ZintPdf417 {
  int symbology = 0;   ///< BARCODE_PDF417, BARCODE_MICROPDF417, or one with _CC
  std::string text;    ///< of a composite in brackets: its component
  std::string linear;  ///< of a composite
  int option_1 = -1;   ///< level of PDF417; 1 to 3 for CC-A to CC-C
  int cols = 0;
  int rows = 0;
  int eci = 0;
};

/// Throws std::runtime_error when libzint refuses, or an element is none of the table.
ZintCodewords CodewordsOfZint(const ZintPdf417& what);

}  // namespace veriline::testing
