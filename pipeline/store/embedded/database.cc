// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/database.h"

#include "pipeline/store/embedded/checksum_vfs.h"

namespace veriline::store {

bool Statement::Next() {
  if (!Ok() || statement_ == nullptr) return false;
  rc_ = sqlite3_step(statement_.get());
  if (rc_ == SQLITE_ROW) return true;
  // Ends the statement's transaction and keeps the connection's error as it is.
  const int rc = rc_;
  sqlite3_reset(statement_.get());
  rc_ = rc;
  return false;
}

std::string_view Statement::Bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return data == nullptr ? std::string_view()
                         : std::string_view(static_cast<const char*>(data), size);
}

Checked<Database> Database::Open(const std::string& path) {
  Database db;
  db.path_ = path;
  if (!RegisterChecksumVfs()) {
    return Fail(Diagnostic{.code = ErrorCode::kInternal,
                           .message = "SQLite refuses the checksum layer",
                           .file = path});
  }
  sqlite3* connection = nullptr;
  const int rc = sqlite3_open_v2(path.c_str(), &connection,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, kChecksumVfs);
  db.connection_.reset(connection);
  if (rc != SQLITE_OK) return Fail(db.Failure("the store's database cannot be opened"));
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_timeout(connection, 10'000);
  int reserve = kPageChecksumBytes;
  sqlite3_file_control(connection, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
  int persist_wal = 1;  // an allocated log is rewritten in place: a sync of it stays short
  sqlite3_file_control(connection, "main", SQLITE_FCNTL_PERSIST_WAL, &persist_wal);
  db.SetCopiesLogOnClose(false);
  // Checkpoints are the checkpointer's work, never a commit's.
  sqlite3_wal_autocheckpoint(connection, 0);
  if (!db.Exec("PRAGMA page_size = 4096") || !db.Exec("PRAGMA cell_size_check = ON") ||
      !db.Exec("PRAGMA synchronous = FULL") || !db.Exec("PRAGMA secure_delete = OFF") ||
      !db.Exec("PRAGMA cache_size = -16384") || !db.Exec("PRAGMA mmap_size = 0")) {
    return Fail(db.Failure("the store's database cannot be set up"));
  }
  return db;
}

bool Database::Exec(const char* sql) {
  return sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

Checked<Statement> Database::Prepare(const char* sql) {
  Statement statement;
  sqlite3_stmt* prepared = nullptr;
  const int rc =
      sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  statement.statement_.reset(prepared);
  if (rc != SQLITE_OK) return Fail(Failure("the store's database does not fit its version"));
  return statement;
}

void Database::SetCopiesLogOnClose(bool copies) {
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, copies ? 0 : 1, nullptr);
}

void Database::Rollback() {
  if (sqlite3_get_autocommit(connection_.get()) == 0) Exec("ROLLBACK");
}

Error Database::FrameError(const char* text) const {
  const int rc = sqlite3_extended_errcode(connection_.get());
  const ErrorCode code = (rc & 0xff) == SQLITE_FULL ? ErrorCode::kExhausted : ErrorCode::kIo;
  return Error{code, text, rc, sqlite3_system_errno(connection_.get())};
}

Diagnostic Database::Failure(const std::string& what) const {
  sqlite3* c = connection_.get();
  const int rc = c == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(c);
  Diagnostic d{.code = ErrorCode::kIo, .file = path_};
  d.message = what + ": " + (c == nullptr ? "out of memory" : sqlite3_errmsg(c));
  switch (rc & 0xff) {
    case SQLITE_FULL:
      d.code = ErrorCode::kExhausted;
      d.advice = "the disk is full: make room";
      break;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      d.advice = "the store needs a directory that it may read and write";
      break;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      d.advice = "the file is damaged or not a store: restore it from its newest copy";
      break;
    case SQLITE_IOERR:
      d.advice = rc == SQLITE_IOERR_DATA
                     ? "a page does not fit its checksum, the file is damaged: restore it from its "
                       "newest copy"
                     : "the disk failed: see the system's log";
      break;
    default:
      break;
  }
  return d;
}

}  // namespace veriline::store
