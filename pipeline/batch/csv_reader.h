// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <istream>
#include <string>
#include <vector>

#include "vision/core/result.h"

namespace veriline::batch {

/// One field of a row, without its quotes, and where it starts.
struct CsvField {
  std::string text;
  int line = 0;    ///< 1-based; rows may go over several lines
  int column = 0;  ///< 1-based, in bytes
};

/// Reads comma-separated rows as RFC 4180 has them: fields in double quotes may hold commas, line
/// breaks and doubled quotes; rows end with LF or CRLF. A UTF-8 byte-order mark in front is
/// skipped. Works through the stream once in constant memory. Borrows the stream. One thread at a
/// time.
class CsvReader {
 public:
  static constexpr size_t kMaxFieldBytes = 8191;
  static constexpr size_t kMaxColumns = 16;

  /// `file` names the stream in diagnostics.
  CsvReader(std::istream& in, std::string file);

  /// Reads the next row into `row`; false at the end. Errors: a stray or open quote, a carriage
  /// return without line feed, a field or row past the limits, a failing stream.
  Checked<bool> Next(std::vector<CsvField>& row);

 private:
  static constexpr int kEnd = -1;

  int Peek();
  int Take();
  Checked<void> TakeField(CsvField& field);
  Checked<void> TakeQuoted(CsvField& field);
  Checked<void> RefuseLongField(const CsvField& field) const;
  tl::unexpected<Diagnostic> Refuse(int line, int column, std::string message,
                                    std::string advice) const;

  std::istream& in_;
  std::string file_;
  std::array<char, 65536> buffer_;
  size_t at_ = 0;
  size_t size_ = 0;
  int line_ = 1;  ///< place of the byte that Peek shows
  int column_ = 1;
};

}  // namespace veriline::batch
