// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "vision/symbology/linear/linear_decode.h"

namespace veriline::symbology::linear {

// GS1 DataBar Expanded and Expanded Stacked by the reference decode algorithm of ISO/IEC 24724. A
// symbol is a sequence of finder patterns, each with a data character on its left and, but for the
// last one, always one on its right; the first character tells how many there are and their
// checksum. How many finder patterns there are tells which ones, each once; so rows of a stacked
// symbol find their place by them.
// Payload: an element string, FNC1 between fields as 0x1D; identifier ]e0. LinearDecode::linked:
// the linkage flag. LinearCharacter::value: of a character; guard and finder patterns have none.

/// A finder pattern and the characters beside it.
struct DataBarExpandedPair {
  static constexpr int16_t kNone = -1;

  uint8_t finder = 0;  ///< A1 A2 B1 … F2 as 0 to 11; the second of a letter is turned around
  int16_t left = kNone;
  int16_t right = kNone;
  /// The parts of the symbol's checksum; of the first character, which tells it, none.
  uint8_t left_checksum = 0;
  uint8_t right_checksum = 0;

  friend bool operator==(const DataBarExpandedPair&, const DataBarExpandedPair&) = default;
};

/// Pairs that stand side by side, from left to right.
struct DataBarExpandedPairs {
  static constexpr size_t kMost = 11;

  std::array<DataBarExpandedPair, kMost> of{};
  size_t count = 0;

  std::span<const DataBarExpandedPair> all() const { return std::span(of).first(count); }
};

/// A row of a stacked symbol, or all of one in a single row.
struct DataBarExpandedRow {
  DataBarExpandedPairs pairs;
  LinearDecode line;  ///< symbology kDataBarExpandedStacked, no payload
};

/// Reads a row between its guard patterns, in the direction in which its finder patterns stand:
/// rows of stacked symbols may be turned around, so both directions are to be tried. It has no
/// check unless it is the whole symbol.
/// Returns: whether there is one. Thread: any.
bool DecodeDataBarExpandedRow(std::span<const float> edges, const DecodeRules& rules,
                              DataBarExpandedRow* out);

/// Joins rows that lines show one by one. All lines must cross the same symbol; pairs around a
/// finder pattern that were seen less than twice as often as their rivals say nothing yet.
/// Thread: one at a time. Memory: fixed.
class DataBarExpandedAssembler {
 public:
  void Clear();
  /// Returns: whether the symbol is complete, its checksum right and its data sound; `out` is then
  /// `row.line` with the payload, otherwise anything.
  bool Add(const DataBarExpandedRow& row, LinearDecode* out);

 private:
  struct Candidate {
    DataBarExpandedPair pair;
    int seen = 0;
  };
  static constexpr size_t kFinders = 12;
  static constexpr size_t kRivals = 3;

  const DataBarExpandedPair* Sure(size_t finder) const;

  std::array<std::array<Candidate, kRivals>, kFinders> seen_{};
};

/// Reads a symbol in one row: Symbology::kDataBarExpanded.
/// Returns: whether there is one; `out` is empty otherwise.
/// Thread: any. Cost: some 20 instructions an edge of texture, 2000 a character.
bool DecodeDataBarExpanded(std::span<const float> edges, const DecodeRules& rules,
                           LinearDecode* out);

}  // namespace veriline::symbology::linear
