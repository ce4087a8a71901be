// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/embedded_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "pipeline/store/embedded/embedded_impl.h"

namespace veriline::store {
namespace {

Diagnostic FileTrouble(const std::string& what, const std::string& path, int error) {
  return Diagnostic{.code = ErrorCode::kIo,
                    .message = what + ": " + std::strerror(error),
                    .file = path,
                    .advice = "the store needs a directory that it may read and write"};
}

Checked<void> MakeDirectory(const std::string& dir) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::absolute(dir).parent_path();
  std::filesystem::create_directories(parent, error);
  if (mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST) {
    return Fail(FileTrouble("the store's directory cannot be made", dir, errno));
  }
  return {};
}

/// A database behind its mark has lost what was told durable.
Checked<void> CheckMark(const CommitMark::Content& mark, const Meta& meta,
                        const std::string& path) {
  if (!mark.present || (mark.store_id == meta.store_id && mark.commits <= meta.commits)) return {};
  const bool other = mark.store_id != meta.store_id;
  return Fail(Diagnostic{
      .code = ErrorCode::kIo,
      .message = other ? "the database belongs to another store than the mark beside it"
                       : "the last " + std::to_string(mark.commits - meta.commits) +
                             " durable transactions are missing: the log or the database was "
                             "damaged or replaced by an older copy",
      .file = path,
      .advice = "restore the newest copy; deleting commit.mark accepts what is there"});
}

}  // namespace

std::string OwnerSocketPath(const std::string& dir) { return dir + "/owner.sock"; }

EmbeddedStore::EmbeddedStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EmbeddedStore::~EmbeddedStore() = default;

Checked<std::unique_ptr<EmbeddedStore>> EmbeddedStore::Open(const std::string& dir) {
  auto impl = std::make_unique<Impl>();
  impl->dir = dir;
  impl->path = dir + "/veriline.db";
  if (auto started = impl->Start(); !started) return Fail(started.error());
  return std::unique_ptr<EmbeddedStore>(new EmbeddedStore(std::move(impl)));
}

Checked<void> EmbeddedStore::Impl::Start() {
  if (auto made = MakeDirectory(dir); !made) return made;
  auto taken = OwnerLock::Take(dir);
  if (!taken) return Fail(taken.error());
  owner = std::move(*taken);
  const auto mark_content = CommitMark::Read(dir);
  if (!mark_content) return Fail(mark_content.error());
  const auto filled = CheckFileHeader(path);
  if (!filled) return Fail(filled.error());
  if (!*filled && mark_content->present) return Fail(EmptyDatabase(path));
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return Fail(FileTrouble("the store's database cannot be opened", path, errno));
  close(fd);

  auto db = Database::Open(path);
  if (!db) return Fail(db.error());
  const auto meta = PrepareSchema(*db, path, /*may_be_new=*/!mark_content->present);
  if (!meta) return Fail(meta.error());
  if (*filled && !mark_content->present) {
    // Someone decided to take what is there, which may be pages of different times.
    if (auto whole = CheckWhole(*db, path); !whole) return whole;
  }
  if (auto fits = CheckMark(*mark_content, *meta, path); !fits) return fits;
  if (auto upgraded = UpgradeSchema(*db); !upgraded) return upgraded;
  auto mark = CommitMark::Open(dir);
  if (!mark) return Fail(mark.error());
  auto started = Writer::Start(std::move(*db), *meta, std::move(*mark), path);
  if (!started) return Fail(started.error());
  writer = std::move(*started);

  for (Reader* reader : {&lookup, &lists}) {
    auto opened = Database::Open(path);
    if (!opened) return Fail(opened.error());
    reader->db = std::move(*opened);
    // A read must never turn into a write, and needs little cache beside the writer's.
    if (!reader->db.Exec("PRAGMA query_only = ON") ||
        !reader->db.Exec("PRAGMA cache_size = -8192")) {
      return Fail(reader->db.Failure("the store's database cannot be set up"));
    }
  }
  if (auto prepared = PrepareStatements(); !prepared) return prepared;
  if (auto removed = RemoveBrokenImports(); !removed) return removed;
  if (auto marked = MarkInDoubt(); !marked) return marked;
  if (auto loaded = LoadLastSeqs(); !loaded) return loaded;
  if (auto loaded = LoadBatches(); !loaded) return loaded;
  lookup.db.SetCopiesLogOnClose(true);  // it is the last one that the destructor closes
  return {};
}

Checked<void> EmbeddedStore::Impl::PrepareStatements() {
  struct Wanted {
    Database& db;
    Statement& statement;
    const char* sql;
  };
  Database& write = writer->db();
  const Wanted wanted[] = {
      {lookup.db, find_code,
       "SELECT b.name, b.state, c.state, a.gtin, a.lot, a.expiry, a.market, l.name, c.lane, "
       "c.item_seq, c.claimed_utc_ns FROM code c JOIN batch b ON b.id = c.batch_id "
       "JOIN attributes a ON a.id = c.attributes_id LEFT JOIN line l ON l.id = c.line_id "
       "WHERE c.key = ? AND b.state > 0"},
      {lists.db, list_verified,
       "SELECT c.change, c.text, c.key, c.state, l.name, c.lane, c.item_seq, c.from_count, "
       "c.claimed_utc_ns, c.confirmed_utc_ns FROM code c JOIN line l ON l.id = c.line_id "
       "WHERE c.batch_id = ?1 AND c.change > ?2 AND (c.state = 3 OR (?3 AND c.state IN (2, 4, 6))) "
       "ORDER BY c.change LIMIT ?4"},
      {lists.db, find_key, "SELECT 1 FROM code WHERE key = ?"},
      {lists.db, count_states,
       "SELECT state, count(*) FROM code WHERE id BETWEEN ? AND ? GROUP BY state"},
      {lists.db, read_records,
       "SELECT r.id, kind, lane, item_seq, from_count, to_count, accepted, primary_reason, "
       "reasons, detail, codes, trigger_ns, exposure_ns, last_pixel_ns, decision_ns, sent_ns, "
       "utc_ns, batch, recipe_name, recipe_hash, part_id, texts FROM record r, line l WHERE l.name "
       "= ?1 "
       "AND r.id BETWEEN (l.id << 48) + ?2 AND ((l.id + 1) << 48) - 1 ORDER BY r.id LIMIT ?3"},
      {lists.db, record_range,
       "SELECT (SELECT min(id) FROM record WHERE id BETWEEN l.id << 48 AND ((l.id + 1) << 48) - 1),"
       " (SELECT max(id) FROM record WHERE id BETWEEN l.id << 48 AND ((l.id + 1) << 48) - 1) "
       "FROM line l WHERE l.name = ?"},
      {write, claim,
       "UPDATE code SET state = ?1, line_id = ?2, lane = ?3, item_seq = ?4, from_count = ?5, "
       "claimed_utc_ns = ?6, confirmed_utc_ns = 0, change = ?7 WHERE id = ?8 AND key = ?9 AND "
       "(state = 1 OR (state = 5 AND line_id = ?2 AND lane = ?3 AND item_seq = ?4))"},
      {write, items_codes,
       "SELECT id, batch_id, state FROM code WHERE line_id = ? AND lane = ? AND item_seq = ?"},
      {write, confirm,
       "UPDATE code SET state = ?, confirmed_utc_ns = ?, change = ? WHERE id = ? AND state = ?"},
      {write, insert_record,
       "INSERT INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      {write, find_lane, "SELECT last_item_seq FROM lane WHERE line_id = ? AND lane = ?"},
      {write, raise_lane,
       "INSERT INTO lane VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET last_item_seq = ?3"},
  };
  for (const Wanted& w : wanted) {
    auto prepared = w.db.Prepare(w.sql);
    if (!prepared) return Fail(prepared.error());
    w.statement = std::move(*prepared);
  }
  return {};
}

Checked<void> EmbeddedStore::Impl::RemoveBrokenImports() {
  Writer::Transaction transaction(*writer, WriteGate::Who::kOther);
  Database& db = transaction.db();
  // As a rule the newest batch was broken off, and its codes are the last ones.
  if (!transaction ||
      !db.Exec("DELETE FROM code WHERE id >= (SELECT min(first_code) FROM batch WHERE state = 0) "
               "AND batch_id IN (SELECT id FROM batch WHERE state = 0)") ||
      !db.Exec("DELETE FROM batch WHERE state = 0") ||
      (db.changes() > 0 && !transaction.Commit())) {
    return Fail(db.Failure("an import that was broken off cannot be removed"));
  }
  return {};
}

Checked<void> EmbeddedStore::Impl::MarkInDoubt() {
  Writer::Transaction transaction(*writer, WriteGate::Who::kOther);
  const auto failure = [&] {
    return Fail(transaction.db().Failure("claims of the last run cannot be marked in doubt"));
  };
  auto find = transaction.db().Prepare("SELECT id FROM code WHERE state = 2 ORDER BY change");
  auto mark = transaction.db().Prepare("UPDATE code SET state = 4, change = ? WHERE id = ?");
  if (!transaction || !find || !mark) return failure();
  std::vector<int64_t> rows;
  find->Start();
  while (find->Next()) rows.push_back(find->Int(0));
  if (!find->Ok()) return failure();
  if (rows.empty()) return {};
  for (const int64_t row : rows) {
    if (!mark->Run(transaction.NextChange(), row)) return failure();
  }
  if (!transaction.Commit()) return failure();
  return {};
}

Checked<void> EmbeddedStore::Impl::LoadLastSeqs() {
  auto find = lists.db.Prepare(
      "SELECT l.name, (SELECT max(id) FROM record WHERE id BETWEEN l.id << 48 "
      "AND ((l.id + 1) << 48) - 1) FROM line l");
  if (!find) return Fail(find.error());
  find->Start();
  while (find->Next()) {
    last_seqs[std::string(find->Bytes(0))] =
        static_cast<uint64_t>(find->Int(1)) & ((uint64_t{1} << 48) - 1);
  }
  if (!find->Ok()) return Fail(lists.db.Failure("the last record's number cannot be read"));
  return {};
}

Result<std::optional<batch::CodeInfo>> EmbeddedStore::Find(const batch::CodeKey& key) const {
  if (auto info = impl_->open_codes.Find(key.bytes())) return info;
  const std::lock_guard lock(impl_->lookup.mutex);
  Statement& row = impl_->find_code;
  row.Start(Blob{key.bytes()});
  if (!row.Next()) {
    if (row.Ok()) return std::nullopt;
    return tl::unexpected(impl_->lookup.db.FrameError("the store cannot be asked for a code"));
  }
  batch::CodeInfo info{.batch = std::string(row.Bytes(0)),
                       .batch_state = static_cast<batch::BatchState>(row.Int(1)),
                       .state = static_cast<batch::CodeState>(row.Int(2)),
                       .gtin = std::string(row.Bytes(3)),
                       .lot = std::string(row.Bytes(4)),
                       .expiry = std::string(row.Bytes(5)),
                       .market = std::string(row.Bytes(6))};
  if (!row.IsNull(7)) {
    info.item = {std::string(row.Bytes(7)), static_cast<int>(row.Int(8)),
                 static_cast<uint64_t>(row.Int(9))};
    info.claimed_utc_ns = row.Int(10);
  }
  row.Finish();
  return info;
}

bool EmbeddedStore::FindOpen(std::string_view key_bytes, batch::IssuedValues* out) const {
  return impl_->open_codes.FindIssued(key_bytes, out);
}

batch::ReserveAnswer EmbeddedStore::Reserve(const batch::CodeKey& key, const batch::ItemRef& item) {
  return impl_->open_codes.Reserve(key.bytes(), item);
}

void EmbeddedStore::Drop(const batch::CodeKey& key, const batch::ItemRef& item) {
  impl_->open_codes.Drop(key.bytes(), item);
}

std::string EmbeddedStore::store_id() const { return impl_->writer->store_id(); }

}  // namespace veriline::store
