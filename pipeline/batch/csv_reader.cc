// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/csv_reader.h"

#include <utility>

namespace veriline::batch {

CsvReader::CsvReader(std::istream& in, std::string file) : in_(in), file_(std::move(file)) {
  Peek();
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (std::string_view(buffer_.data(), size_).starts_with(kByteOrderMark)) {
    at_ = kByteOrderMark.size();
  }
}

int CsvReader::Peek() {
  if (at_ == size_) {
    at_ = size_ = 0;
    if (in_.good()) {
      in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
      size_ = static_cast<size_t>(in_.gcount());
    }
    if (size_ == 0) return kEnd;
  }
  return static_cast<unsigned char>(buffer_[at_]);
}

int CsvReader::Take() {
  const int c = Peek();
  if (c == kEnd) return c;
  ++at_;
  ++column_;
  if (c == '\n') {
    ++line_;
    column_ = 1;
  }
  return c;
}

tl::unexpected<Diagnostic> CsvReader::Refuse(int line, int column, std::string message,
                                             std::string advice) const {
  return Fail(Diagnostic{ErrorCode::kInvalidArgument, std::move(message), file_, line, column,
                         std::move(advice)});
}

Checked<void> CsvReader::RefuseLongField(const CsvField& field) const {
  return Refuse(field.line, field.column, "This field is longer than any code can be.",
                "look for a quote that is not closed");
}

Checked<void> CsvReader::TakeQuoted(CsvField& field) {
  Take();  // the opening quote
  for (;;) {
    const int c = Take();
    if (c == kEnd) {
      return Refuse(field.line, field.column, "The quote that opens this field is never closed.",
                    "close it, or double a quote that belongs to the field");
    }
    if (c == '"') {
      if (Peek() != '"') break;
      Take();
    }
    if (field.text.size() == kMaxFieldBytes) return RefuseLongField(field);
    field.text += static_cast<char>(c);
  }
  const int next = Peek();
  if (next != ',' && next != '\n' && next != '\r' && next != kEnd) {
    return Refuse(line_, column_, "Something follows the closing quote of a field.",
                  "put a comma behind it, or double a quote that belongs to the field");
  }
  return {};
}

Checked<void> CsvReader::TakeField(CsvField& field) {
  field.text.clear();
  field.line = line_;
  field.column = column_;
  if (Peek() == '"') return TakeQuoted(field);
  for (int c = Peek(); c != ',' && c != '\n' && c != '\r' && c != kEnd; c = Peek()) {
    if (c == '"') {
      return Refuse(line_, column_, "A quote stands inside a field that is not quoted.",
                    "put the field in quotes and double the quote that belongs to it");
    }
    if (field.text.size() == kMaxFieldBytes) return RefuseLongField(field);
    field.text += static_cast<char>(c);
    Take();
  }
  return {};
}

Checked<bool> CsvReader::Next(std::vector<CsvField>& row) {
  size_t columns = 0;
  if (Peek() != kEnd) {
    for (bool more = true; more;) {
      if (columns == kMaxColumns) {
        return Refuse(line_, column_, "This row has more columns than a code list can have.",
                      "quote fields that hold commas");
      }
      if (row.size() == columns) row.emplace_back();
      if (auto taken = TakeField(row[columns]); !taken) {
        return tl::unexpected<Diagnostic>(taken.error());
      }
      ++columns;
      const int line = line_;
      const int column = column_;
      const int end = Take();
      more = end == ',';
      if (end == '\r' && Take() != '\n') {
        return Refuse(line, column, "A carriage return stands without a line feed.",
                      "end rows with LF or CRLF");
      }
    }
  }
  if (in_.bad()) {
    return Fail(Diagnostic{ErrorCode::kIo, "The list cannot be read any further.", file_, line_, 0,
                           "check the medium it lies on"});
  }
  row.resize(columns);
  return columns != 0;
}

}  // namespace veriline::batch
