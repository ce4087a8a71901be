// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/embedded_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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
      {lookup.db, index_block, "SELECT codes FROM code_index WHERE part_id = ? AND block = ?"},
      {lookup.db, find_attributes, "SELECT gtin, lot, expiry, market FROM attributes WHERE id = ?"},
      {lookup.db, find_claim,
       "SELECT l.name, e.lane, e.item_seq, e.claimed_utc_ns FROM code_event e "
       "JOIN line l ON l.id = e.line_id WHERE e.part_id = ? AND e.change = ?"},
      {lookup.db, find_state,
       "SELECT change, state FROM code_event WHERE part_id = ? AND code = ? AND current = 1"},
      {lists.db, list_verified,
       "SELECT e.change, e.code, e.state, l.name, e.lane, e.item_seq, e.from_count, "
       "e.claimed_utc_ns, e.confirmed_utc_ns FROM code_event e LEFT JOIN line l ON l.id = "
       "e.line_id "
       "WHERE e.part_id = ?1 AND e.change > ?2 AND e.current = 1 AND "
       "(e.state = 3 OR (?3 > 0 AND e.state IN (2, 4, 6, 8, 9, 10, 11, 12, 13)) OR ?3 = 2) ORDER "
       "BY "
       "e.change "
       "LIMIT ?4"},
      {lists.db, text_block, "SELECT texts FROM code_text WHERE part_id = ? AND block = ?"},
      {lists.db, index_block_of_lists,
       "SELECT codes FROM code_index WHERE part_id = ? AND block = ?"},
      {lists.db, count_states,
       "SELECT state, count(*) FROM code_event WHERE part_id = ? AND current = 1 GROUP BY state"},
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
      {write, insert_event,
       "INSERT INTO code_event VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, 0, NULL, NULL, NULL)"},
      {write, replace_event,
       "UPDATE code_event SET current = 0 WHERE part_id = ? AND change = ? AND code = ? AND "
       "current = 1"},
      {write, items_codes,
       "SELECT part_id, change, code, state FROM code_event WHERE state IN (2, 4, 6) AND "
       "line_id = ? AND lane = ? AND item_seq = ? AND current = 1"},
      {write, confirm,
       "INSERT INTO code_event SELECT part_id, ?3, code, ?4, 1, line_id, lane, item_seq, "
       "from_count, claimed_utc_ns, ?5, NULL, NULL, NULL FROM code_event "
       "WHERE part_id = ?1 AND change = ?2"},
      {write, move,
       "INSERT INTO code_event SELECT ?1, ?2, ?3, ?4, 1, e.line_id, e.lane, e.item_seq, "
       "coalesce(e.from_count, 0), coalesce(e.claimed_utc_ns, 0), "
       "coalesce(e.confirmed_utc_ns, 0), ?6, ?7, ?8 FROM (SELECT 1) LEFT JOIN code_event e "
       "ON e.part_id = ?1 AND e.change = ?5"},
      {write, insert_record,
       "INSERT INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      {write, count_items,
       "INSERT INTO item_count VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET items = items + ?3"},
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
  if (!transaction ||
      !db.Exec("DELETE FROM code_text WHERE part_id IN (SELECT id FROM part WHERE whole = 0)") ||
      !db.Exec("DELETE FROM code_index WHERE part_id IN (SELECT id FROM part WHERE whole = 0)") ||
      !db.Exec("DELETE FROM part WHERE whole = 0") || (db.changes() > 0 && !transaction.Commit())) {
    return Fail(db.Failure("an import that was broken off cannot be removed"));
  }
  return {};
}

Checked<void> EmbeddedStore::Impl::MarkInDoubt() {
  Writer::Transaction transaction(*writer, WriteGate::Who::kOther);
  const auto failure = [&] {
    return Fail(transaction.db().Failure("claims of the last run cannot be marked in doubt"));
  };
  auto find = transaction.db().Prepare(
      "SELECT part_id, change, code FROM code_event WHERE current = 1 AND state = 2 "
      "AND state IN (2, 4, 6) ORDER BY change");
  if (!transaction || !find) return failure();
  std::vector<StateChange> claimed;
  find->Start();
  while (find->Next()) {
    claimed.push_back({find->Int(0), static_cast<uint64_t>(find->Int(1)),
                       static_cast<uint32_t>(find->Int(2)), batch::CodeState::kClaimed});
  }
  if (!find->Ok()) return failure();
  if (claimed.empty()) return {};
  for (const StateChange& c : claimed) {
    if (!replace_event.Run(c.part_id, c.change, c.row) || transaction.db().changes() != 1 ||
        !confirm.Run(c.part_id, c.change, transaction.NextChange(), batch::CodeState::kInDoubt,
                     0)) {
      return failure();
    }
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

Result<std::optional<EmbeddedStore::Impl::StoredCode>> EmbeddedStore::Impl::FindStored(
    Fingerprint code) const {
  std::vector<StoredCode> candidates;
  std::vector<uint64_t> codes_of;
  {
    const std::lock_guard lock(batches_mutex);
    for (const auto& [name, row] : batches) {
      if (row.state == batch::BatchState::kOpen) continue;
      for (const PartRow& part : row.parts) {
        candidates.push_back({name, row.state, part.id, {}});
        codes_of.push_back(part.codes);
      }
    }
  }
  std::vector<IndexedCode> codes;
  for (size_t i = 0; i < candidates.size(); ++i) {
    codes.clear();
    index_block.Start(candidates[i].part_id,
                      static_cast<int64_t>(BlockOf(code, BlockBits(codes_of[i]))));
    // A block without codes is not kept.
    const bool good = !index_block.Next() || DecodeIndexBlock(index_block.Bytes(0), &codes);
    const bool read = index_block.Ok();
    index_block.Finish();
    if (!good || !read) {
      return tl::unexpected(lookup.db.FrameError("the store cannot be asked for a code"));
    }
    const auto at = std::ranges::lower_bound(codes, code, {}, &IndexedCode::fingerprint);
    if (at != codes.end() && at->fingerprint == code) {
      candidates[i].code = *at;
      return std::move(candidates[i]);
    }
  }
  return std::nullopt;
}

Result<void> EmbeddedStore::Impl::ReadClaim(const OpenCodes::ClaimPlace& place,
                                            batch::CodeInfo* info) const {
  find_claim.Start(place.part_id, place.change);
  if (find_claim.Next()) {  // a voided code has no item
    info->item = {std::string(find_claim.Bytes(0)), static_cast<int>(find_claim.Int(1)),
                  static_cast<uint64_t>(find_claim.Int(2))};
    info->claimed_utc_ns = find_claim.Int(3);
  }
  const bool read = find_claim.Ok();
  find_claim.Finish();
  if (!read) return tl::unexpected(lookup.db.FrameError("the store cannot be asked for a code"));
  return {};
}

Result<std::optional<batch::CodeInfo>> EmbeddedStore::Find(const batch::CodeKey& key) const {
  const Fingerprint code = impl_->FingerprintOf(key);
  OpenCodes::ClaimPlace place;
  auto open = impl_->open_codes.Find(code, &place);
  if (open && place.change == 0) return open;
  const std::lock_guard lock(impl_->lookup.mutex);
  if (open) {
    if (auto read = impl_->ReadClaim(place, &*open); !read) return tl::unexpected(read.error());
    return open;
  }
  const auto stored = impl_->FindStored(code);
  if (!stored) return tl::unexpected(stored.error());
  if (!*stored) return std::nullopt;
  const Impl::StoredCode& found = **stored;
  batch::CodeInfo info{.batch = found.batch, .batch_state = found.state};
  Statement& attributes = impl_->find_attributes;
  Statement& state = impl_->find_state;
  attributes.Start(int64_t{found.code.attributes});
  if (attributes.Next()) {
    info.gtin = attributes.Bytes(0);
    info.lot = attributes.Bytes(1);
    info.expiry = attributes.Bytes(2);
    info.market = attributes.Bytes(3);
  }
  state.Start(found.part_id, int64_t{found.code.row});
  place = {found.part_id, 0};
  if (attributes.Ok() && state.Next()) {
    place.change = static_cast<uint64_t>(state.Int(0));
    info.state = static_cast<batch::CodeState>(state.Int(1));
  }
  const bool read = attributes.Ok() && state.Ok();
  attributes.Finish();
  state.Finish();
  if (!read) {
    return tl::unexpected(impl_->lookup.db.FrameError("the store cannot be asked for a code"));
  }
  if (place.change != 0) {
    if (auto told = impl_->ReadClaim(place, &info); !told) return tl::unexpected(told.error());
  }
  return info;
}

bool EmbeddedStore::FindOpen(std::string_view key_bytes, batch::IssuedValues* out) const {
  return impl_->open_codes.FindIssued(impl_->writer->fingerprint_key().Of(key_bytes), out);
}

batch::ReserveAnswer EmbeddedStore::Reserve(const batch::CodeKey& key, const batch::ItemRef& item) {
  const Fingerprint code = impl_->FingerprintOf(key);
  for (int tries = 0;; ++tries) {
    OpenCodes::ClaimPlace place;
    batch::ReserveAnswer answer = impl_->open_codes.Reserve(code, item, &place);
    if (place.change == 0) return answer;
    batch::CodeInfo holder;
    {
      // What the disk cannot say of a duplicate does not make it another one.
      const std::lock_guard lock(impl_->lookup.mutex);
      static_cast<void>(impl_->ReadClaim(place, &holder));
    }
    if (holder.item != item) {
      return {batch::ReserveOutcome::kDuplicate, holder.item, holder.claimed_utc_ns};
    }
    if (const auto own = impl_->open_codes.ReserveOwn(code, item, place)) return *own;
    // It moved on meanwhile, which it does a few times in its life.
    constexpr int kMostTries = 8;
    if (tries == kMostTries) return answer;
  }
}

void EmbeddedStore::Drop(const batch::CodeKey& key, const batch::ItemRef& item) {
  impl_->open_codes.Drop(impl_->FingerprintOf(key), item);
}

std::string EmbeddedStore::store_id() const { return impl_->writer->store_id(); }

}  // namespace veriline::store
