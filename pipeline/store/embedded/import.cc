// SPDX-License-Identifier: Apache-2.0
// A code list becomes a batch.
#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "pipeline/batch/code_list.h"
#include "pipeline/store/embedded/embedded_impl.h"

namespace veriline::store {
namespace {

/// Rows written in one turn at the gate: a few milliseconds that a commit may have to wait.
constexpr size_t kRowsPerTurn = 500;
/// No symbology carries more (QR version 40-L: 7089 digits).
constexpr size_t kMaxCodeBytes = 8000;
constexpr size_t kMaxNameBytes = 200;

Diagnostic BadRow(const std::string& file, int line, std::string message, std::string advice) {
  return Diagnostic{
      .message = std::move(message), .file = file, .line = line, .advice = std::move(advice)};
}

/// Writes one batch in turns; visible only after Finish. Requires that no other import is under way
/// and that the store knows none of the keys.
class Import {
 public:
  explicit Import(Writer& writer) : writer_(writer) {}

  Checked<void> Begin(const std::string& name) {
    Writer::Transaction transaction(writer_, WriteGate::Who::kOther);
    auto insert = transaction.db().Prepare(
        "INSERT INTO batch(name, state, first_code, codes) "
        "VALUES (?, 0, (SELECT coalesce(max(id), 0) + 1 FROM code), 0) RETURNING id, first_code");
    if (!transaction || !insert) return Failure(transaction);
    insert->Start(name);
    BatchRow batch;
    if (insert->Next()) {
      batch.id = insert->Int(0);
      batch.first_code = insert->Int(1);
    }
    while (insert->Next()) {
    }
    if (!insert->Ok() || !transaction.Commit()) return Failure(transaction);
    batch_ = batch;
    return {};
  }

  /// Writes the codes from `next` on, one turn's worth, in the order given.
  Checked<void> WriteTurn(const std::vector<const batch::IssuedCode*>& codes, size_t next) {
    Writer::Transaction transaction(writer_, WriteGate::Who::kOther,
                                    Writer::Transaction::Durability::kWithTheNext);
    auto insert = transaction.db().Prepare(
        "INSERT INTO code(id, batch_id, attributes_id, key, text) VALUES (?, ?, ?, ?, ?)");
    if (!transaction || !insert) return Failure(transaction);
    const size_t end = std::min(codes.size(), next + kRowsPerTurn);
    for (; next < end; ++next) {
      const batch::IssuedCode& c = *codes[next];
      const auto attributes = AttributesId(transaction.db(), c);
      if (!attributes) return Fail(attributes.error());
      const int64_t row = batch_->first_code + static_cast<int64_t>(next);
      const Blob key{c.key.bytes()};
      const bool same = key.bytes.substr(1) == c.code;
      const bool written = same ? insert->Run(row, batch_->id, *attributes, key, nullptr)
                                : insert->Run(row, batch_->id, *attributes, key, Blob{c.code});
      if (!written) return Failure(transaction);
    }
    if (!transaction.Commit()) return Failure(transaction);
    return {};
  }

  Checked<BatchRow> Finish(uint64_t codes) {
    Writer::Transaction transaction(writer_, WriteGate::Who::kOther);
    auto update = transaction.db().Prepare("UPDATE batch SET state = 1, codes = ? WHERE id = ?");
    if (!transaction || !update || !update->Run(codes, batch_->id) ||
        transaction.db().changes() != 1 || !transaction.Commit()) {
      return Fail(Failure(transaction).error());
    }
    batch_->state = batch::BatchState::kLoaded;
    batch_->codes = codes;
    return *batch_;
  }

  /// What stands in the store of it; nothing when it did not get so far.
  const std::optional<BatchRow>& batch() const { return batch_; }

 private:
  Checked<void> Failure(Writer::Transaction& transaction) const {
    Diagnostic why = transaction.db().Failure("the batch cannot be written");
    return Fail(std::move(why));
  }

  Checked<int64_t> AttributesId(Database& db, const batch::IssuedCode& c) {
    auto key = std::tie(c.gtin, c.lot, c.expiry, c.market);
    if (const auto at = attributes_.find(key); at != attributes_.end()) return at->second;
    auto upsert = db.Prepare(
        "INSERT INTO attributes(gtin, lot, expiry, market) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET gtin = gtin RETURNING id");
    if (!upsert) return Fail(upsert.error());
    upsert->Start(c.gtin, c.lot, c.expiry, c.market);
    int64_t id = 0;
    if (upsert->Next()) id = upsert->Int(0);
    while (upsert->Next()) {
    }
    if (!upsert->Ok()) return Fail(db.Failure("the batch cannot be written"));
    attributes_[key] = id;
    return id;
  }

  Writer& writer_;
  std::optional<BatchRow> batch_;
  std::map<std::tuple<std::string, std::string, std::string, std::string>, int64_t> attributes_;
};

/// Takes out what an import wrote of a batch, in turns. False when the disk does not let it.
bool TakeOut(Writer& writer, const BatchRow& batch) {
  for (bool more = true; more;) {
    Writer::Transaction transaction(writer, WriteGate::Who::kOther);
    auto remove = transaction.db().Prepare(
        "DELETE FROM code WHERE id IN "
        "(SELECT id FROM code WHERE id >= ? AND batch_id = ? ORDER BY id LIMIT ?)");
    auto forget = transaction.db().Prepare("DELETE FROM batch WHERE id = ? AND state = 0");
    if (!transaction || !remove || !forget ||
        !remove->Run(batch.first_code, batch.id, kRowsPerTurn)) {
      return false;
    }
    more = transaction.db().changes() > 0;
    if (!more && !forget->Run(batch.id)) return false;
    if (!transaction.Commit()) return false;
  }
  return true;
}

Checked<void> CheckName(const std::string& name) {
  const bool printable =
      std::all_of(name.begin(), name.end(), [](unsigned char c) { return c > 0x20 && c != 0x7f; });
  if (!name.empty() && name.size() <= kMaxNameBytes && printable) return {};
  return Fail(Diagnostic{.message = "not a name for a batch",
                         .advice = "use 1 to 200 characters without blanks"});
}

}  // namespace

Checked<const batch::IssuedCode*> EmbeddedStore::Impl::FirstKnown(
    const std::vector<const batch::IssuedCode*>& codes) const {
  const batch::IssuedCode* first = nullptr;
  bool ok = true;
  for (size_t next = 0; ok && next < codes.size();) {
    const std::lock_guard lock(lists.mutex);  // in turns, as others want to read meanwhile
    const size_t end = std::min(codes.size(), next + kRowsPerTurn);
    ok = lists.db.Exec("BEGIN");  // one for all: a transaction costs more than a lookup
    for (; ok && next < end; ++next) {
      find_key.Start(Blob{codes[next]->key.bytes()});
      if (find_key.Next() && (first == nullptr || codes[next]->line < first->line)) {
        first = codes[next];
      }
      ok = find_key.Ok();
      find_key.Finish();
    }
    const Diagnostic why =
        ok ? Diagnostic{} : lists.db.Failure("the store's codes cannot be looked up");
    lists.db.Rollback();
    if (!ok) return Fail(why);
  }
  return first;
}

Checked<void> EmbeddedStore::Impl::RemoveFailedImport() {
  if (failed_import && !TakeOut(*writer, *failed_import)) {
    return Fail(writer->db().Failure("what a failed import left cannot be removed"));
  }
  failed_import.reset();
  return {};
}

Checked<uint64_t> EmbeddedStore::ImportBatch(const std::string& name, std::istream& list,
                                             const std::string& file_name) {
  if (auto good = CheckName(name); !good) return Fail(good.error());
  const auto parsed = batch::ParseCodeList(list, file_name);
  if (!parsed) return Fail(parsed.error());
  if (parsed->codes.empty()) return Fail(BadRow(file_name, 0, "the list has no codes", ""));
  std::vector<const batch::IssuedCode*> codes;
  codes.reserve(parsed->codes.size());
  for (const batch::IssuedCode& c : parsed->codes) {
    if (c.code.size() > kMaxCodeBytes) {
      return Fail(BadRow(file_name, c.line, "a code longer than any symbol carries",
                         "codes have at most 8000 bytes"));
    }
    codes.push_back(&c);
  }
  // In the order of the keys both the table and its index grow at one end: with random serial
  // numbers in the order of the file each row would rewrite a page of its own.
  std::sort(codes.begin(), codes.end(),
            [](const auto* a, const auto* b) { return a->key < b->key; });

  const std::lock_guard lock(impl_->admin);
  if (auto removed = impl_->RemoveFailedImport(); !removed) return Fail(removed.error());
  if (impl_->FindBatch(name)) {
    return Fail(Diagnostic{.message = "there is a batch \"" + name + "\" already",
                           .advice = "give the batch a name of its own"});
  }
  const auto known = impl_->FirstKnown(codes);
  if (!known) return Fail(known.error());
  if (*known != nullptr) {
    const auto holder = Find((*known)->key);
    return Fail(BadRow(
        file_name, (*known)->line,
        "the code stands in batch \"" + (holder && *holder ? (*holder)->batch : "") + "\" already",
        "remove the row; nothing of the file was taken"));
  }

  Import import(*impl_->writer);
  auto done = import.Begin(name);
  for (size_t next = 0; done && next < codes.size(); next += kRowsPerTurn) {
    done = import.WriteTurn(codes, next);
  }
  if (done) {
    auto batch = import.Finish(codes.size());
    if (batch) {
      const std::lock_guard batches_lock(impl_->batches_mutex);
      impl_->batches[name] = *batch;
      return codes.size();
    }
    done = Fail(batch.error());
  }
  impl_->failed_import = import.batch();
  // What a full disk leaves is removed before the next import, or at the next start.
  static_cast<void>(impl_->RemoveFailedImport());
  return Fail(done.error());
}

}  // namespace veriline::store
