// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/postgres/wire.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace veriline::store {
namespace {

// Types of PostgreSQL by number: part of its wire protocol (catalog/pg_type.dat).
constexpr unsigned kByteA = 17, kInt8 = 20, kText = 25, kByteAs = 1001, kInt8s = 1016,
                   kTexts = 1009;

template <class T>
void AppendBigEndian(T value, std::string* out) {
  for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(static_cast<uint64_t>(value) >> shift));
  }
}

/// An array of one dimension up to its first element.
std::string ArrayHead(unsigned element, size_t size) {
  std::string out;
  AppendBigEndian<int32_t>(size == 0 ? 0 : 1, &out);
  AppendBigEndian<int32_t>(0, &out);  // no nulls
  AppendBigEndian<int32_t>(static_cast<int32_t>(element), &out);
  if (size > 0) {
    AppendBigEndian<int32_t>(static_cast<int32_t>(size), &out);
    AppendBigEndian<int32_t>(1, &out);
  }
  return out;
}

/// The length of the UTF-8 sequence at the start of `text`; 0 where there is none.
size_t SequenceAt(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
  if (lead == 0xED && byte(1) > 0x9F) return 0;  // surrogates
  if (lead == 0xF0 && byte(1) < 0x90) return 0;
  if (lead == 0xF4 && byte(1) > 0x8F) return 0;
  return size;
}

std::string Utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t size = SequenceAt(text);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  return out;
}

}  // namespace

void Params::Add(unsigned type, std::string bytes) {
  types_.push_back(type);
  values_.push_back(std::move(bytes));
}

Params& Params::Int(int64_t value) {
  std::string bytes;
  AppendBigEndian(value, &bytes);
  Add(kInt8, std::move(bytes));
  return *this;
}
Params& Params::Text(std::string_view value) {
  Add(kText, Utf8(value));
  return *this;
}
Params& Params::Bytes(std::string_view value) {
  Add(kByteA, std::string(value));
  return *this;
}
Params& Params::Ints(std::span<const int64_t> values) {
  std::string bytes = ArrayHead(kInt8, values.size());
  for (const int64_t value : values) {
    AppendBigEndian<int32_t>(sizeof value, &bytes);
    AppendBigEndian(value, &bytes);
  }
  Add(kInt8s, std::move(bytes));
  return *this;
}
Params& Params::Blobs(std::span<const std::string_view> values) {
  std::string bytes = ArrayHead(kByteA, values.size());
  for (const std::string_view value : values) {
    AppendBigEndian(static_cast<int32_t>(value.size()), &bytes);
    bytes += value;
  }
  Add(kByteAs, std::move(bytes));
  return *this;
}
Params& Params::Texts(std::span<const std::string> values) {
  std::string bytes = ArrayHead(kText, values.size());
  for (const std::string& value : values) {
    const std::string text = Utf8(value);
    AppendBigEndian(static_cast<int32_t>(text.size()), &bytes);
    bytes += text;
  }
  Add(kTexts, std::move(bytes));
  return *this;
}

void Rows::Clear::operator()(pg_result* result) const { PQclear(result); }

int Rows::size() const { return result_ ? PQntuples(result_.get()) : 0; }
bool Rows::IsNull(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}

int64_t Rows::Int(int row, int column) const {
  const std::string_view bytes = Bytes(row, column);
  // Sign of the first byte, then the rest.
  int64_t value = bytes.empty() ? 0 : static_cast<signed char>(bytes[0]);
  for (size_t i = 1; i < bytes.size(); ++i) {
    value = static_cast<int64_t>(static_cast<uint64_t>(value) << 8 |
                                 static_cast<unsigned char>(bytes[i]));
  }
  return value;
}

std::string_view Rows::Bytes(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

uint64_t Rows::changed() const {
  return result_ ? std::strtoull(PQcmdTuples(result_.get()), nullptr, 10) : 0;
}

}  // namespace veriline::store
