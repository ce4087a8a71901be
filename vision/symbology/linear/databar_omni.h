// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "vision/symbology/linear/linear_decode.h"

namespace veriline::symbology::linear {

// GS1 DataBar Omnidirectional and Truncated, and their stacked forms, by the reference decode
// algorithm of ISO/IEC 24724. A symbol consists of two halves, each with two data characters around
// a finder pattern; finder patterns carry the checksum. Stacked forms have a half in each row.
// Payload: "01" and a GTIN of 14 digits; identifier ]e0. LinearDecode::linked: the linkage flag.
// LinearCharacter::value: of a data character; guard and finder patterns have none.

/// Reads a symbol with both halves in one row: Symbology::kDataBarOmni. Quiet zones are none.
/// Returns: whether there is one; `out` is empty otherwise.
/// Thread: any. Cost: some 10 instructions an edge of texture, 6000 a symbol.
bool DecodeDataBarOmni(std::span<const float> edges, const DecodeRules& rules, LinearDecode* out);

/// What a half says.
struct DataBarHalf {
  bool lower = false;  ///< the right one, which stands in the lower row
  int finder = 0;      ///< 0 to 8
  int32_t value = 0;   ///< of both characters
  int checksum = 0;    ///< its part of the symbol's
};

/// A row of a stacked symbol.
struct DataBarStackedRow {
  DataBarHalf half;
  LinearDecode line;  ///< symbology kDataBarStacked, no payload
};

/// Reads a row by itself, between guard patterns of its own. It has no check: what it says counts
/// only together with the other row. A half with a finder pattern where the other half of a symbol
/// in one row has it is none.
bool DecodeDataBarStackedRow(std::span<const float> edges, const DecodeRules& rules,
                             DataBarStackedRow* out);

/// Joins rows that lines show one by one. All lines must cross the same symbol; a half that was
/// seen less than twice as often as its rival says nothing yet.
/// Thread: one at a time. Memory: fixed.
class DataBarStackedAssembler {
 public:
  void Clear();
  /// Returns: whether the symbol is complete and its checksum right; `out` is then `row.line` with
  /// the payload, otherwise anything.
  bool Add(const DataBarStackedRow& row, LinearDecode* out);

 private:
  struct Candidate {
    DataBarHalf half;
    int seen = 0;
  };
  static constexpr int kRivals = 4;
  using Rivals = std::array<Candidate, kRivals>;
  static void Count(const DataBarHalf& half, Rivals* rivals);
  /// The one half that is beyond doubt.
  static const DataBarHalf* Sure(const Rivals& rivals);

  Rivals upper_{}, lower_{};
};

}  // namespace veriline::symbology::linear
