// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "vision/symbology/linear/linear_decode.h"

namespace veriline::grading {

/// The reference decode of a scan's edges, by the algorithm of the symbol's own standard.
class LinearReferenceDecoder {
 public:
  /// Symbologies whose reference decode there is.
  static bool Covers(Symbology symbology);

  /// A symbol of that symbology in `edges` (ScanProfile::edges), from left to right or else from
  /// right to left. Row of a stacked symbol: the part that stands in it.
  bool Decode(Symbology symbology, std::span<const float> edges,
              const symbology::linear::DecodeRules& rules, symbology::linear::LinearDecode* out);

 private:
  std::vector<float> reversed_;
};

}  // namespace veriline::grading
