// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "pipeline/batch/code_key.h"
#include "vision/core/result.h"

namespace veriline::batch {

// The code list: the file by which issued codes come and go. CSV by RFC 4180 in UTF-8, LF or CRLF;
// the first row names the columns, of which `code` must be there and `gtin`, `lot`, `expiry` and
// `market` may be, in any order.
//
// code    an element string with each separating FNC1 as the byte 0x1D and none in front, or
//         bracketed "(01)...(21)...", or a GS1 Digital Link URI, or any other text. What parses as
//         an element string or a Digital Link with AI 01 + 21 or AI 00 is a GS1 code; anything else
//         is plain.
// gtin    GTIN-8, -12, -13 or -14 with a valid check digit; equals AI 01 of the code.
// lot     equals AI 10 of the code where it has one.
// expiry  YYMMDD, day 00 = the day is not told; equals AI 17 of the code where it has one.
// market  ISO 3166-1 alpha-2.

/// One issued code. Empty = not stated.
struct IssuedCode {
  CodeKey key;
  std::string code;    ///< as issued; element-string bytes where it came in brackets
  std::string gtin;    ///< GTIN-14, from the column or from AI 01
  std::string lot;     ///< from the column or from AI 10
  std::string expiry;  ///< YYMMDD, from the column or from AI 17
  std::string market;  ///< from the column or from AI 4307
  int line = 0;        ///< of the file, 1-based; 0 when it did not come from one
};

/// Reads a code list row by row.
/// Errors of Next: the first bad row (line, column and advice). That a key stands twice is for the
/// caller to find. Thread: one at a time. Cost: below 0.7 us a row where it differs from the one
/// before it in the serial number alone, some times that elsewhere.
class CodeListReader {
 public:
  /// `name` stands for the file in diagnostics. Borrows the stream.
  CodeListReader(std::istream& in, const std::string& name);
  ~CodeListReader();

  /// The next code into `out`, whose strings keep their memory; false at the end.
  Checked<bool> Next(IssuedCode* out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct CodeList {
  std::vector<IssuedCode> codes;  ///< in the order of the file, no key twice
};

/// Reads a whole code list. `name` stands for the file in diagnostics.
/// Errors: the first bad row (line, column and advice); else the first key that stands twice (both
/// lines). Thread: any. Cost: as CodeListReader, and 0.5 kB a row.
Checked<CodeList> ParseCodeList(std::istream& in, const std::string& name);

/// The keys of codes as they were issued, by the rules of the column `code`.
/// Errors: as ParseCodeList, with the code's number (from 1) as the line. Thread: any.
Checked<std::vector<CodeKey>> KeysOfCodes(std::span<const std::string> codes,
                                          const std::string& name);

/// Writes a code list with all columns and CRLF that ParseCodeList gives back as it was.
void WriteCodeList(std::ostream& out, std::span<const IssuedCode> codes);

}  // namespace veriline::batch
