// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace veriline::testing {

// Draws the GS1 DataBar family as ISO/IEC 24724 says. Widths of characters are found by writing
// down all that there are, one after the other, and taking the one of that number.

/// Rows of element widths in X, from the first bar of each row to its last one, bars at even
/// places; separators between rows are left out.
using DataBarRows = std::vector<std::vector<double>>;

/// What is drawn wrong.
struct DataBarFault {
  int checksum = 0;  ///< the checksum that the symbol tells is so much too large
};

/// `digits`: the first 13 digits of a GTIN. One row, or two.
DataBarRows DataBarOmniRows(std::string_view digits, bool linked = false, bool stacked = false,
                            const DataBarFault& fault = {});
/// `digits`: the first 13 digits of a GTIN, which begins with 0 or 1.
DataBarRows DataBarLimitedRows(std::string_view digits, bool linked = false,
                               const DataBarFault& fault = {});

/// The bits of a DataBar Expanded symbol, of which any may be forced.
class DataBarBits {
 public:
  explicit DataBarBits(bool linked = false) : bits_(linked ? "1" : "0") {}

  DataBarBits& Bits(std::string_view bits);
  DataBarBits& Number(int64_t value, int bits);
  /// Two bits for the length, filled in at the end.
  DataBarBits& Length();
  /// Four groups of three digits: those of a GTIN without its first digit.
  DataBarBits& Gtin(std::string_view twelve_digits);
  /// The general purpose field: digits, capitals and the like, with 0x1D for FNC1. Where modes may
  /// be changed the dice decide; without `random` they are changed where they must be.
  /// Throws std::invalid_argument for what it does not have.
  DataBarBits& General(std::string_view text, std::mt19937* random = nullptr);

  /// Data characters of twelve bits, padded; `least` or more.
  std::vector<int> Characters(int least = 3) const;

 private:
  std::string Padded(size_t data_characters) const;

  std::string bits_;
  size_t length_at_ = 0;
  bool numeric_at_end_ = true;
  /// The last digit of a text that ends in numeric mode: its bits depend on how many are left.
  char last_digit_ = 0;
};

/// `per_row`: pairs of characters in a row, 0 for one row. With stacked symbols rows are turned
/// around where the standard does so.
DataBarRows DataBarExpandedRows(const std::vector<int>& data_characters, int per_row = 0,
                                const DataBarFault& fault = {});

}  // namespace veriline::testing
