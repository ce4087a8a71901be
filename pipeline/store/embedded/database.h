// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "vision/core/result.h"

namespace veriline::store {

/// Bytes of a BLOB column; a plain string_view is TEXT.
struct Blob {
  std::string_view bytes;
};

/// A prepared statement, used again and again. Private to the room (third-party header).
/// Thread: that of its connection.
class Statement {
 public:
  Statement() = default;

  /// Runs a statement that gives no rows (or whose rows do not matter) to its end.
  template <class... Values>
  bool Run(const Values&... values) {
    Start(values...);
    while (Next()) {
    }
    return Ok();
  }
  /// Binds the values 1.. and begins; rows come with Next. Finish what is left before its end.
  template <class... Values>
  void Start(const Values&... values) {
    sqlite3_reset(statement_.get());
    rc_ = SQLITE_OK;
    int index = 0;
    (Bind(++index, values), ...);
  }
  /// The next row; false at the end or on an error (see Ok).
  bool Next();
  /// False after an error, in binding or stepping.
  bool Ok() const { return rc_ == SQLITE_OK || rc_ == SQLITE_ROW || rc_ == SQLITE_DONE; }
  void Finish() { sqlite3_reset(statement_.get()); }

  int64_t Int(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  bool IsNull(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }
  /// TEXT or BLOB; valid until the next step.
  std::string_view Bytes(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  template <class Integer>
  requires std::is_integral_v<Integer>
  void Bind(int index, Integer value) {
    Keep(sqlite3_bind_int64(statement_.get(), index, static_cast<int64_t>(value)));
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void Bind(int index, Enum value) { Bind(index, static_cast<int64_t>(value)); }
  void Bind(int index, std::nullptr_t) { Keep(sqlite3_bind_null(statement_.get(), index)); }
  void Bind(int index, std::string_view text) {
    Keep(sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(), SQLITE_TRANSIENT,
                             SQLITE_UTF8));
  }
  void Bind(int index, Blob blob) {
    // A null pointer would bind NULL; an empty BLOB is meant.
    const void* data = blob.bytes.empty() ? "" : blob.bytes.data();
    Keep(sqlite3_bind_blob64(statement_.get(), index, data, blob.bytes.size(), SQLITE_TRANSIENT));
  }
  void Keep(int rc) {
    if (rc != SQLITE_OK) rc_ = rc;
  }

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int rc_ = SQLITE_OK;
};

/// One SQLite connection. Thread: one at a time (opened without SQLite's own mutex).
class Database {
 public:
  Database() = default;

  /// Opens (creates) `path` through the checksum VFS and sets what every connection needs.
  static Checked<Database> Open(const std::string& path);

  bool Exec(const char* sql);
  /// Requires SQL that fits the schema.
  Checked<Statement> Prepare(const char* sql);
  /// Whether the last connection to close copies the log into the database: not by default, because
  /// a log that turns out to be damaged must not overwrite what it does not fit.
  void SetCopiesLogOnClose(bool copies);
  int64_t changes() const { return sqlite3_changes64(connection_.get()); }
  /// Ends an open transaction without effect; nothing to do when SQLite already did.
  void Rollback();
  sqlite3* connection() const { return connection_.get(); }

  /// The last failure, for the frame path and for people.
  Error FrameError(const char* text) const;
  Diagnostic Failure(const std::string& what) const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  std::unique_ptr<sqlite3, Close> connection_;
  std::string path_;
};

}  // namespace veriline::store
