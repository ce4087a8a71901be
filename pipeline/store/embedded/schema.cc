// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/schema.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "pipeline/store/embedded/checksum_vfs.h"

namespace veriline::store {
namespace {

constexpr char kTables[] = R"sql(
CREATE TABLE meta(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  store_id TEXT NOT NULL,
  commits INTEGER NOT NULL,
  last_change INTEGER NOT NULL,
  fingerprint_key BLOB NOT NULL) STRICT;
CREATE TABLE batch(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  state INTEGER NOT NULL) STRICT;
CREATE TABLE part(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch_id INTEGER,
  whole INTEGER NOT NULL,
  codes INTEGER NOT NULL,
  utc_ns INTEGER NOT NULL,
  file TEXT NOT NULL) STRICT;
CREATE TABLE issue(
  part_id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  gtin TEXT NOT NULL,
  shape TEXT NOT NULL,
  next_starts TEXT NOT NULL,
  user TEXT NOT NULL) STRICT;
CREATE TABLE attributes(
  id INTEGER PRIMARY KEY,
  gtin TEXT NOT NULL,
  lot TEXT NOT NULL,
  expiry TEXT NOT NULL,
  market TEXT NOT NULL,
  UNIQUE(gtin, lot, expiry, market)) STRICT;
CREATE TABLE code_text(
  part_id INTEGER NOT NULL,
  block INTEGER NOT NULL,
  texts BLOB NOT NULL,
  PRIMARY KEY(part_id, block)) STRICT, WITHOUT ROWID;
CREATE TABLE code_index(
  part_id INTEGER NOT NULL,
  block INTEGER NOT NULL,
  codes BLOB NOT NULL,
  PRIMARY KEY(part_id, block)) STRICT, WITHOUT ROWID;
CREATE TABLE code_event(
  part_id INTEGER NOT NULL,
  change INTEGER NOT NULL,
  code INTEGER NOT NULL,
  state INTEGER NOT NULL,
  current INTEGER NOT NULL DEFAULT 1,
  line_id INTEGER,
  lane INTEGER,
  item_seq INTEGER,
  from_count INTEGER NOT NULL DEFAULT 0,
  claimed_utc_ns INTEGER NOT NULL DEFAULT 0,
  confirmed_utc_ns INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  user TEXT,
  moved_utc_ns INTEGER,
  PRIMARY KEY(part_id, change)) STRICT, WITHOUT ROWID;
CREATE INDEX code_event_by_item ON code_event(state, line_id, lane, item_seq)
  WHERE current = 1 AND state IN (2, 4, 6);
CREATE INDEX code_event_by_code ON code_event(part_id, code) WHERE current = 1;
CREATE TABLE item_count(
  batch TEXT NOT NULL,
  what INTEGER NOT NULL,
  items INTEGER NOT NULL,
  PRIMARY KEY(batch, what)) STRICT, WITHOUT ROWID;
CREATE TABLE print(
  id INTEGER PRIMARY KEY,
  batch_id INTEGER NOT NULL,
  first INTEGER NOT NULL,
  codes INTEGER NOT NULL,
  reason TEXT NOT NULL,
  user TEXT NOT NULL,
  utc_ns INTEGER NOT NULL) STRICT;
CREATE TABLE line(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE lane(
  line_id INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  last_item_seq INTEGER NOT NULL,
  PRIMARY KEY(line_id, lane)) STRICT, WITHOUT ROWID;
CREATE TABLE record(
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  item_seq INTEGER NOT NULL,
  from_count INTEGER NOT NULL,
  to_count INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  primary_reason INTEGER NOT NULL,
  reasons INTEGER NOT NULL,
  detail TEXT NOT NULL,
  codes BLOB NOT NULL,
  trigger_ns INTEGER NOT NULL,
  exposure_ns INTEGER NOT NULL,
  last_pixel_ns INTEGER NOT NULL,
  decision_ns INTEGER NOT NULL,
  sent_ns INTEGER NOT NULL,
  utc_ns INTEGER NOT NULL,
  batch TEXT NOT NULL,
  recipe_name TEXT NOT NULL,
  recipe_hash TEXT NOT NULL,
  part_id TEXT NOT NULL DEFAULT '',
  texts BLOB NOT NULL DEFAULT x'') STRICT;
PRAGMA application_id = 1448234062;
PRAGMA user_version = 4;
)sql";
static_assert(kApplicationId == 1448234062 && kSchemaVersion == 4);

/// Version 4 keeps codes in another way: what came before was never released.
constexpr int64_t kOldestVersion = 4;

constexpr char kNotAStore[] = "give the directory of a Veriline store, or a new one";

uint32_t BigEndian32(const uint8_t* at) {
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3];
}

/// A random UUID (RFC 9562, version 4).
std::string NewUuid() {
  std::array<uint8_t, 16> b{};
  // Cannot fail for so few bytes once the system is up; zeros would still be a valid name.
  (void)!getrandom(b.data(), b.size(), 0);
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  char text[37];
  std::snprintf(text, sizeof(text),
                "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
                b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
                b[15]);
  return text;
}

Checked<int64_t> ReadNumber(Database& db, const char* sql) {
  auto statement = db.Prepare(sql);
  if (!statement) return Fail(statement.error());
  statement->Start();
  if (!statement->Next()) return Fail(db.Failure("the store's database cannot be read"));
  return statement->Int(0);
}

bool CreateTables(Database& db) {
  if (!db.Exec("BEGIN IMMEDIATE") || !db.Exec(kTables)) return false;
  auto insert = db.Prepare("INSERT INTO meta VALUES (1, ?, 0, 0, ?)");
  return insert &&
         insert->Run(std::string_view(NewUuid()), Blob{FingerprintKey::Random().secret()}) &&
         db.Exec("COMMIT");
}

Checked<void> CheckVersion(int64_t application_id, int64_t version, const std::string& path) {
  if (application_id != kApplicationId) {
    return Fail(
        Diagnostic{.message = "a database of another program", .file = path, .advice = kNotAStore});
  }
  if (version > kSchemaVersion) {
    return Fail(Diagnostic{.message = "the store has version " + std::to_string(version) +
                                      ", this program knows version " +
                                      std::to_string(kSchemaVersion),
                           .file = path,
                           .advice = "use the newer Veriline that wrote it"});
  }
  if (version < 1) {
    return Fail(
        Diagnostic{.message = "the store has the unknown version " + std::to_string(version),
                   .file = path,
                   .advice = "the file is damaged: restore it from its newest copy"});
  }
  if (version < kOldestVersion) {
    return Fail(Diagnostic{.message = "the store has version " + std::to_string(version) +
                                      ", this program works with version " +
                                      std::to_string(kSchemaVersion),
                           .file = path,
                           .advice = "finish its batches with the Veriline that wrote it, and give "
                                     "a new directory"});
  }
  return {};
}

}  // namespace

Diagnostic EmptyDatabase(const std::string& path) {
  return Diagnostic{.code = ErrorCode::kIo,
                    .message =
                        "the database is missing or empty, but its mark tells of durable "
                        "transactions",
                    .file = path,
                    .advice = "restore the newest copy; deleting commit.mark begins a new store"};
}

Checked<bool> CheckFileHeader(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return false;
    return Fail(Diagnostic{
        .code = ErrorCode::kIo,
        .message = std::string("the store's database cannot be read: ") + std::strerror(errno),
        .file = path,
        .advice = "the store needs a directory that it may read and write"});
  }
  std::array<uint8_t, 100> header{};
  const ssize_t n = pread(fd, header.data(), header.size(), 0);
  close(fd);
  if (n == 0) return false;
  const std::string_view text(reinterpret_cast<const char*>(header.data()), 16);
  if (n < static_cast<ssize_t>(header.size()) ||
      text != std::string_view("SQLite format 3\0", 16)) {
    return Fail(Diagnostic{.message = "not a store's database (or its first bytes are damaged)",
                           .file = path,
                           .advice = kNotAStore});
  }
  const uint32_t application_id = BigEndian32(&header[68]);
  const bool ours = application_id == kApplicationId || application_id == 0;
  if (!ours || header[20] != kPageChecksumBytes || (header[16] << 8 | header[17]) != kPageBytes) {
    return Fail(Diagnostic{.message = "a database of another program (or its header is damaged)",
                           .file = path,
                           .advice = kNotAStore});
  }
  return true;
}

Checked<Meta> PrepareSchema(Database& db, const std::string& path, bool may_be_new) {
  const auto application_id = ReadNumber(db, "PRAGMA application_id");
  if (!application_id) return Fail(application_id.error());
  const auto version = ReadNumber(db, "PRAGMA user_version");
  if (!version) return Fail(version.error());
  const auto tables = ReadNumber(db, "SELECT count(*) FROM sqlite_schema");
  if (!tables) return Fail(tables.error());

  const bool empty = *application_id == 0 && *version == 0 && *tables == 0;
  if (empty && !may_be_new) return Fail(EmptyDatabase(path));
  if (!empty) {
    if (auto ours = CheckVersion(*application_id, *version, path); !ours) {
      return Fail(ours.error());
    }
  }
  if (!db.Exec("PRAGMA journal_mode = WAL")) {
    return Fail(db.Failure("the store's write-ahead log cannot be used"));
  }
  if (empty && !CreateTables(db)) {
    const Diagnostic why = db.Failure("the store's tables cannot be made");
    db.Rollback();
    return Fail(why);
  }
  auto read = db.Prepare(
      "SELECT store_id, commits, last_change, fingerprint_key FROM meta "
      "WHERE one = 1");
  if (!read) return Fail(read.error());
  read->Start();
  if (!read->Next()) return Fail(db.Failure("the store's meta row cannot be read"));
  Meta meta{.store_id = std::string(read->Bytes(0)),
            .commits = static_cast<uint64_t>(read->Int(1)),
            .last_change = static_cast<uint64_t>(read->Int(2))};
  const std::string_view key = read->Bytes(3);
  const bool good_key = key.size() == FingerprintKey::kBytes;
  if (good_key) meta.fingerprint_key = FingerprintKey(key);
  read->Finish();
  if (!good_key) {
    return Fail(Diagnostic{.code = ErrorCode::kIo,
                           .message = "the store's meta row has no secret for its codes",
                           .file = path,
                           .advice = "the file is damaged: restore it from its newest copy"});
  }
  return meta;
}

Checked<void> CheckWhole(Database& db, const std::string& path) {
  auto check = db.Prepare("PRAGMA integrity_check(1)");
  if (!check) return Fail(check.error());
  check->Start();
  if (!check->Next()) return Fail(db.Failure("the store's database cannot be read"));
  std::string found(check->Bytes(0));
  std::replace(found.begin(), found.end(), '\n', ' ');
  check->Finish();
  if (found == "ok") return {};
  return Fail(Diagnostic{.code = ErrorCode::kIo,
                         .message = "the database contradicts itself: " + found,
                         .file = path,
                         .advice = "the file is damaged: restore it from its newest copy"});
}

}  // namespace veriline::store
