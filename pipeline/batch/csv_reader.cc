// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/csv_reader.h"

#include <array>
#include <utility>

namespace veriline::batch {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

constexpr std::array<bool, 256> MarksOf(std::string_view marks) {
  std::array<bool, 256> out{};
  for (const char c : marks) out[static_cast<unsigned char>(c)] = true;
  return out;
}
constexpr std::array<bool, 256> kEndsField = MarksOf(",\n\r\"");

}  // namespace

void AppendCsvField(std::string_view text, std::string* out) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) {
    out->append(text);
    return;
  }
  *out += '"';
  for (const char c : text) out->append(c == '"' ? 2 : 1, c);
  *out += '"';
}

CsvReader::CsvReader(std::istream& in, std::string file) : in_(in), file_(std::move(file)) {
  Fill();
  if (buffer_.starts_with("\xEF\xBB\xBF")) begin_ = line_begin_ = 3;
}

/// Takes another piece of the stream behind what is not read yet; false at its end.
bool CsvReader::Fill() {
  if (ended_ || !in_.good()) {
    ended_ = true;
    return false;
  }
  buffer_.erase(0, begin_);
  begin_ = line_begin_ = 0;
  const size_t kept = buffer_.size();
  buffer_.resize(kept + kChunkBytes);
  in_.read(buffer_.data() + kept, static_cast<std::streamsize>(kChunkBytes));
  const auto got = static_cast<size_t>(in_.gcount());
  buffer_.resize(kept + got);
  ended_ = got < kChunkBytes;
  return got > 0;
}

int CsvReader::At(size_t at) const {
  if (at < buffer_.size()) return static_cast<unsigned char>(buffer_[at]);
  return ended_ ? kEnd : kUnknown;
}

CsvReader::Step CsvReader::Refuse(int line, int column, const char* message, const char* advice) {
  refusal_ = Diagnostic{ErrorCode::kInvalidArgument, message, file_, line, column, advice};
  return Step::kRefused;
}

CsvReader::Step CsvReader::RefuseLongField(const CsvField& field) {
  return Refuse(field.line, field.column, "This field is longer than any code can be.",
                "look for a quote that is not closed");
}

CsvReader::Step CsvReader::TakeQuoted(CsvField& field, size_t& at) {
  const size_t begin = ++at;  // behind the opening quote
  int line = field.line;
  std::string* copy = nullptr;  // made at the first doubled quote
  size_t copied = begin;        // up to where the copy goes
  const auto size = [&] { return (copy == nullptr ? 0 : copy->size()) + at - copied; };
  for (;; ++at) {
    const int c = At(at);
    if (c == kUnknown) return size() > kMaxFieldBytes ? RefuseLongField(field) : Step::kNeedsMore;
    if (c == kEnd) {
      return Refuse(field.line, field.column, "The quote that opens this field is never closed.",
                    "close it, or double a quote that belongs to the field");
    }
    if (c == '"') {
      const int next = At(at + 1);
      if (next == kUnknown) return Step::kNeedsMore;
      if (next != '"') break;
      if (copy == nullptr) {
        if (unquoted_count_ == unquoted_.size()) unquoted_.emplace_back();
        copy = &unquoted_[unquoted_count_++];
        copy->clear();
      }
      copy->append(buffer_, copied, at + 1 - copied);
      copied = ++at + 1;
      if (copy->size() > kMaxFieldBytes) return RefuseLongField(field);
      continue;
    }
    if (size() == kMaxFieldBytes) return RefuseLongField(field);
    if (c == '\n') {
      ++line;
      line_begin_ = at + 1;
    }
  }
  if (copy == nullptr) {
    field.text = std::string_view(buffer_).substr(begin, at - begin);
  } else {
    copy->append(buffer_, copied, at - copied);
    field.text = *copy;
  }
  line_ = line;
  const int next = At(++at);
  if (next == kUnknown) return Step::kNeedsMore;
  if (next != ',' && next != '\n' && next != '\r' && next != kEnd) {
    return Refuse(line_, static_cast<int>(at - line_begin_) + 1,
                  "Something follows the closing quote of a field.",
                  "put a comma behind it, or double a quote that belongs to the field");
  }
  return Step::kDone;
}

CsvReader::Step CsvReader::TakeField(CsvField& field, size_t& at) {
  field.line = line_;
  field.column = static_cast<int>(at - line_begin_) + 1;
  if (At(at) == '"') return TakeQuoted(field, at);
  const size_t begin = at;
  while (at < buffer_.size() && !kEndsField[static_cast<unsigned char>(buffer_[at])]) ++at;
  if (at - begin > kMaxFieldBytes) return RefuseLongField(field);
  if (at == buffer_.size() && !ended_) return Step::kNeedsMore;
  if (At(at) == '"') {
    return Refuse(line_, static_cast<int>(at - line_begin_) + 1,
                  "A quote stands inside a field that is not quoted.",
                  "put the field in quotes and double the quote that belongs to it");
  }
  field.text = std::string_view(buffer_).substr(begin, at - begin);
  return Step::kDone;
}

CsvReader::Step CsvReader::TakeRow(std::vector<CsvField>& row) {
  size_t columns = 0, at = begin_;
  unquoted_count_ = 0;
  if (At(at) == kUnknown) return Step::kNeedsMore;
  if (At(at) != kEnd) {
    for (bool more = true; more;) {
      if (columns == kMaxColumns) {
        return Refuse(line_, static_cast<int>(at - line_begin_) + 1,
                      "This row has more columns than a code list can have.",
                      "quote fields that hold commas");
      }
      if (row.size() == columns) row.emplace_back();
      if (const Step step = TakeField(row[columns], at); step != Step::kDone) return step;
      ++columns;
      const int end = At(at);
      more = end == ',';
      if (end == '\r') {
        const int next = At(at + 1);
        if (next == kUnknown) return Step::kNeedsMore;
        if (next != '\n') {
          return Refuse(line_, static_cast<int>(at - line_begin_) + 1,
                        "A carriage return stands without a line feed.",
                        "end rows with LF or CRLF");
        }
        ++at;
      }
      if (end != kEnd) ++at;
      if (end == '\n' || end == '\r') {
        ++line_;
        line_begin_ = at;
      }
    }
  }
  begin_ = at;
  row.resize(columns);
  return Step::kDone;
}

Checked<bool> CsvReader::Next(std::vector<CsvField>& row) {
  const int line = line_;
  Step step = TakeRow(row);
  while (step == Step::kNeedsMore) {
    // From its beginning once more, with more behind it.
    line_ = line;
    Fill();
    step = TakeRow(row);
  }
  if (in_.bad()) {
    return Fail(Diagnostic{ErrorCode::kIo, "The list cannot be read any further.", file_, line_, 0,
                           "check the medium it lies on"});
  }
  if (step == Step::kRefused) return tl::unexpected<Diagnostic>(refusal_);
  return !row.empty();
}

}  // namespace veriline::batch
