// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// As libpq-fe.h names it.
struct pg_result;

namespace veriline::store {

/// Values of a statement, in the wire's binary format.
class Params {
 public:
  Params& Int(int64_t value);
  /// Bytes that are not UTF-8 become U+FFFD, NUL too.
  Params& Text(std::string_view value);
  Params& Bytes(std::string_view value);
  Params& Ints(std::span<const int64_t> values);
  Params& Blobs(std::span<const std::string_view> values);  ///< bytea[]
  Params& Texts(std::span<const std::string> values);

 private:
  friend class Connection;
  void Add(unsigned type, std::string bytes);
  std::vector<unsigned> types_;
  std::vector<std::string> values_;
};

struct Query {
  const char* sql = "";  ///< a constant: prepared once a connection, known by its address
  Params params;
};

/// Rows of an answer. `Int` takes any width; views live as long as this.
class Rows {
 public:
  Rows() = default;
  explicit Rows(pg_result* result) : result_(result) {}
  int size() const;
  int64_t Int(int row, int column) const;
  std::string_view Bytes(int row, int column) const;
  std::string Str(int row, int column) const { return std::string(Bytes(row, column)); }
  bool IsNull(int row, int column) const;
  /// Rows that the statement changed.
  uint64_t changed() const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace veriline::store
