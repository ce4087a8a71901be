// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "vision/symbology/linear/databar_expanded.h"
#include "vision/symbology/linear/databar_omni.h"
#include "vision/symbology/linear/linear_decode.h"

namespace veriline::grading {

/// The reference decode of a scan's edges, by the algorithm of the symbol's own standard.
class LinearReferenceDecoder {
 public:
  /// Symbologies whose reference decode there is.
  static bool Covers(Symbology symbology);

  /// Whether it has rows that say something only together.
  static bool IsStacked(Symbology symbology);

  /// Forgets the rows of the symbol before.
  void Begin();
  /// A symbol of that symbology in `edges` (ScanProfile::edges), from left to right or else from
  /// right to left. Of a stacked one a row, which has no payload.
  bool Decode(Symbology symbology, std::span<const float> edges,
              const symbology::linear::DecodeRules& rules, symbology::linear::LinearDecode* out);
  /// Which row the last Decode found, other than any other row of its symbol.
  int row() const { return row_; }
  /// What all rows since Begin say together; null where one is missing or they contradict.
  const symbology::linear::LinearDecode* whole() const { return is_whole_ ? &whole_ : nullptr; }

 private:
  bool DecodeRow(Symbology symbology, std::span<const float> edges,
                 const symbology::linear::DecodeRules& rules, symbology::linear::LinearDecode* out);

  std::vector<float> reversed_;
  symbology::linear::DataBarStackedRow stacked_row_;
  symbology::linear::DataBarStackedAssembler stacked_;
  symbology::linear::DataBarExpandedRow expanded_row_;
  symbology::linear::DataBarExpandedAssembler expanded_;
  symbology::linear::LinearDecode whole_;
  bool is_whole_ = false;
  int row_ = 0;
};

}  // namespace veriline::grading
