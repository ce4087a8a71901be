// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "vision/core/result.h"

namespace veriline::batch {

/// One field of a row, without its quotes, and where it starts.
struct CsvField {
  std::string_view text;  ///< valid until the next row is read
  int line = 0;           ///< 1-based; rows may go over several lines
  int column = 0;         ///< 1-based, in bytes
};

/// Appends a field as CsvReader gives it back: in quotes where it needs them.
void AppendCsvField(std::string_view text, std::string* out);

/// Reads comma-separated rows as RFC 4180 has them: fields in double quotes may hold commas, line
/// breaks and doubled quotes; rows end with LF or CRLF. A UTF-8 byte-order mark in front is
/// skipped. Works through the stream once, in the memory of its longest row. Borrows the stream.
/// One thread at a time. Cost: about a nanosecond a byte.
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
  /// What became of an attempt on the bytes there are.
  enum class Step { kDone, kNeedsMore, kRefused };
  static constexpr int kEnd = -1, kUnknown = -2;

  bool Fill();
  int At(size_t at) const;
  Step TakeRow(std::vector<CsvField>& row);
  Step TakeField(CsvField& field, size_t& at);
  Step TakeQuoted(CsvField& field, size_t& at);
  Step Refuse(int line, int column, const char* message, const char* advice);
  Step RefuseLongField(const CsvField& field);

  std::istream& in_;
  std::string file_;
  std::string buffer_;
  size_t begin_ = 0;  ///< of the next row in the buffer
  bool ended_ = false;
  int line_ = 1;                      ///< of the next row
  size_t line_begin_ = 0;             ///< of the line that is being read, in the buffer
  std::deque<std::string> unquoted_;  ///< fields that had doubled quotes
  size_t unquoted_count_ = 0;
  Diagnostic refusal_;
};

}  // namespace veriline::batch
