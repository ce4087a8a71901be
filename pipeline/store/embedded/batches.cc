// SPDX-License-Identifier: Apache-2.0
// Batches between loaded, open and closed, and what is told of them.
#include <algorithm>
#include <utility>

#include "pipeline/store/embedded/embedded_impl.h"

namespace veriline::store {

using batch::BatchState;
using batch::CodeState;

namespace {

/// How long a close waits for codes that are being accepted; a line settles them far sooner.
constexpr int64_t kCloseWaitNs = 5'000'000'000;

Diagnostic WrongState(const std::string& name, BatchState state, const char* needed) {
  return Diagnostic{
      .code = ErrorCode::kWrongState,
      .message = "batch \"" + name + "\" is " + std::string(batch::Name(state)) + ", " + needed,
      .advice = "see veriline batch status"};
}

}  // namespace

Checked<BatchRow> EmbeddedStore::Impl::FindBatch(const std::string& name) const {
  const std::lock_guard lock(batches_mutex);
  const auto at = batches.find(name);
  if (at != batches.end()) return at->second;
  return Fail(Diagnostic{.message = "there is no batch \"" + name + "\" in this store",
                         .advice = "import it first: veriline batch import FILE --batch NAME"});
}

Checked<void> EmbeddedStore::Impl::LoadBatches() {
  auto find = lists.db.Prepare("SELECT name, id, state, first_code, codes FROM batch");
  if (!find) return Fail(find.error());
  find->Start();
  while (find->Next()) {
    batches[std::string(find->Bytes(0))] = BatchRow{.id = find->Int(1),
                                                    .state = static_cast<BatchState>(find->Int(2)),
                                                    .first_code = find->Int(3),
                                                    .codes = static_cast<uint64_t>(find->Int(4))};
  }
  if (!find->Ok()) return Fail(lists.db.Failure("the batches cannot be read"));
  for (const auto& [name, batch] : batches) {
    if (batch.state != BatchState::kOpen) continue;
    uint64_t last_change = 0;
    auto index = LoadCodes(name, batch, &last_change);
    if (!index) return Fail(index.error());
    open_codes.Insert(std::move(*index));
  }
  return {};
}

Checked<std::unique_ptr<CodeIndex>> EmbeddedStore::Impl::LoadCodes(const std::string& name,
                                                                   const BatchRow& batch,
                                                                   uint64_t* last_change) {
  const std::lock_guard lock(lists.mutex);
  const auto failure = [&] {
    return lists.db.Failure("the codes of batch \"" + name + "\" cannot be read");
  };
  auto newest = lists.db.Prepare("SELECT last_change FROM meta");
  auto rows = lists.db.Prepare(
      "SELECT c.id, c.key, c.state, l.name, c.lane, c.item_seq, c.claimed_utc_ns, a.gtin, a.lot, "
      "a.expiry, a.market FROM code c JOIN attributes a ON a.id = c.attributes_id "
      "LEFT JOIN line l ON l.id = c.line_id WHERE c.id BETWEEN ? AND ? ORDER BY c.id");
  if (!newest || !rows || !lists.db.Exec("BEGIN")) return Fail(failure());
  newest->Start();
  if (newest->Next()) *last_change = static_cast<uint64_t>(newest->Int(0));
  newest->Finish();
  auto index = std::make_unique<CodeIndex>(batch.id, name, batch.first_code, batch.codes);
  const int64_t end = batch.first_code + static_cast<int64_t>(batch.codes);
  bool complete = true;
  rows->Start(batch.first_code, end - 1);
  while (complete && rows->Next()) {
    complete = rows->Int(0) == batch.first_code + static_cast<int64_t>(index->size());
    CodeIndex::Entry& entry = index->Add(
        rows->Bytes(1), Attributes{std::string(rows->Bytes(7)), std::string(rows->Bytes(8)),
                                   std::string(rows->Bytes(9)), std::string(rows->Bytes(10))});
    index->SetState(entry, static_cast<CodeState>(rows->Int(2)));
    if (!rows->IsNull(3)) {
      entry.line = open_codes.LineNumber(rows->Bytes(3));
      entry.lane = static_cast<int32_t>(rows->Int(4));
      entry.item_seq = static_cast<uint64_t>(rows->Int(5));
      entry.claimed_utc_ns = rows->Int(6);
    }
  }
  const bool read = newest->Ok() && rows->Ok();
  const Diagnostic why = read ? Diagnostic{} : failure();
  rows->Finish();
  lists.db.Rollback();
  if (!read) return Fail(why);
  if (!complete || index->size() != batch.codes) {
    return Fail(Diagnostic{.code = ErrorCode::kIo,
                           .message = "codes of batch \"" + name + "\" are missing",
                           .file = path,
                           .advice = "the file is damaged: restore it from its newest copy"});
  }
  return index;
}

Checked<void> EmbeddedStore::Impl::CatchUp(Writer::Transaction& transaction, CodeIndex& index,
                                           uint64_t last_change) {
  auto rows =
      transaction.db().Prepare("SELECT id, state FROM code WHERE batch_id = ? AND change > ?");
  if (!rows) return Fail(rows.error());
  rows->Start(index.batch_id(), last_change);
  while (rows->Next()) {
    if (CodeIndex::Entry* entry = index.AtRow(rows->Int(0))) {
      index.SetState(*entry, static_cast<CodeState>(rows->Int(1)));
    }
  }
  if (!rows->Ok()) return Fail(transaction.db().Failure("the batch's codes cannot be read"));
  return {};
}

Checked<void> EmbeddedStore::Impl::WriteBatchState(Writer::Transaction& transaction,
                                                   const std::string& name, BatchState state) {
  auto update = transaction.db().Prepare("UPDATE batch SET state = ? WHERE name = ?");
  if (!transaction || !update || !update->Run(state, name) || transaction.db().changes() != 1 ||
      !transaction.Commit()) {
    return Fail(transaction.db().Failure("the batch's state cannot be written"));
  }
  const std::lock_guard lock(batches_mutex);
  batches[name].state = state;
  return {};
}

Checked<void> EmbeddedStore::OpenBatch(const std::string& name) {
  const std::lock_guard lock(impl_->admin);
  const auto batch = impl_->FindBatch(name);
  if (!batch) return Fail(batch.error());
  if (batch->state == BatchState::kOpen) {
    return Fail(WrongState(name, batch->state, "only a loaded or closed one can be opened"));
  }
  uint64_t last_change = 0;
  auto index = impl_->LoadCodes(name, *batch, &last_change);
  if (!index) return Fail(index.error());
  // Confirmations of a closed batch's claims may have come in while it was read.
  Writer::Transaction transaction(*impl_->writer, WriteGate::Who::kOther);
  auto done = impl_->CatchUp(transaction, **index, last_change);
  if (done) done = impl_->WriteBatchState(transaction, name, BatchState::kOpen);
  if (done) impl_->open_codes.Insert(std::move(*index));
  return done;
}

Checked<void> EmbeddedStore::CloseBatch(const std::string& name) {
  const std::lock_guard lock(impl_->admin);
  const auto batch = impl_->FindBatch(name);
  if (!batch) return Fail(batch.error());
  if (batch->state != BatchState::kOpen) {
    return Fail(WrongState(name, batch->state, "only an open one can be closed"));
  }
  if (!impl_->open_codes.BeginClose(batch->id, kCloseWaitNs)) {
    return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                           .message = "codes of batch \"" + name + "\" are being accepted",
                           .advice = "try again; if it lasts, the line cannot write its store"});
  }
  Writer::Transaction transaction(*impl_->writer, WriteGate::Who::kOther);
  auto done = impl_->WriteBatchState(transaction, name, BatchState::kClosed);
  if (done) {
    impl_->open_codes.Erase(batch->id);
  } else {
    impl_->open_codes.AbortClose(batch->id);
  }
  return done;
}

Checked<std::vector<int64_t>> EmbeddedStore::Impl::RowsToVoid(
    const std::string& name, const BatchRow& batch, const std::vector<batch::CodeKey>& keys) {
  const auto refuse = [&](size_t i) {
    const std::string& bytes = keys[i].bytes();
    return Fail(Diagnostic{.code = ErrorCode::kWrongState,
                           .message = "code \"" + bytes.substr(bytes.empty() ? 0 : 1) +
                                      "\" is not a free code of batch \"" + name + "\"",
                           .advice = "only codes that no item has can be voided; none was"});
  };
  if (batch.state == BatchState::kOpen) {
    auto rows = open_codes.BeginVoid(batch.id, keys);
    if (!rows) return refuse(static_cast<size_t>(rows.error().a));
    return std::move(*rows);
  }
  const std::lock_guard lock(lists.mutex);
  auto find = lists.db.Prepare("SELECT id FROM code WHERE key = ? AND batch_id = ? AND state = 1");
  if (!find) return Fail(find.error());
  std::vector<int64_t> rows;
  for (size_t i = 0; i < keys.size(); ++i) {
    find->Start(Blob{keys[i].bytes()}, batch.id);
    if (!find->Next()) {
      if (!find->Ok()) return Fail(lists.db.Failure("codes cannot be looked up"));
      return refuse(i);
    }
    rows.push_back(find->Int(0));
    find->Finish();
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

Checked<void> EmbeddedStore::Void(const std::string& name,
                                  const std::vector<batch::CodeKey>& keys) {
  const std::lock_guard lock(impl_->admin);
  const auto batch = impl_->FindBatch(name);
  if (!batch) return Fail(batch.error());
  const auto rows = impl_->RowsToVoid(name, *batch, keys);
  if (!rows) return Fail(rows.error());
  const auto write = [&]() -> Checked<void> {
    Writer::Transaction transaction(*impl_->writer, WriteGate::Who::kOther);
    auto update = transaction.db().Prepare("UPDATE code SET state = 7 WHERE id = ? AND state = 1");
    bool ok = transaction && update;
    for (size_t i = 0; ok && i < rows->size(); ++i) {
      ok = update->Run((*rows)[i]) && transaction.db().changes() == 1;
    }
    if (!ok || !transaction.Commit()) {
      return Fail(transaction.db().Failure("the codes cannot be voided"));
    }
    return {};
  };
  auto done = write();
  if (batch->state == BatchState::kOpen) {
    impl_->open_codes.EndVoid(batch->id, *rows, done.has_value());
  }
  return done;
}

Checked<batch::BatchStatus> EmbeddedStore::Status(const std::string& name) const {
  const auto batch = impl_->FindBatch(name);
  if (!batch) return Fail(batch.error());
  if (auto status = impl_->open_codes.Status(batch->id)) return *status;
  const std::lock_guard lock(impl_->lists.mutex);
  batch::BatchStatus status{.name = name, .state = batch->state, .codes = batch->codes};
  uint64_t* const counts[] = {
      nullptr,          &status.issued, &status.claimed,     &status.commissioned,
      &status.in_doubt, &status.unused, &status.unconfirmed, &status.voided};
  Statement& row = impl_->count_states;
  row.Start(batch->first_code, batch->first_code + static_cast<int64_t>(batch->codes) - 1);
  uint64_t counted = 0;
  while (row.Next()) {
    const int64_t state = row.Int(0);
    if (state < 1 || state >= static_cast<int64_t>(std::size(counts))) continue;
    *counts[state] = static_cast<uint64_t>(row.Int(1));
    counted += *counts[state];
  }
  if (!row.Ok() || counted != batch->codes) {
    return Fail(impl_->lists.db.Failure("the codes of batch \"" + name + "\" cannot be counted"));
  }
  return status;
}

Checked<std::vector<batch::VerifiedCode>> EmbeddedStore::ListVerified(
    const batch::VerifiedQuery& query) const {
  const auto batch = impl_->FindBatch(query.batch);
  if (!batch) return Fail(batch.error());
  const std::lock_guard lock(impl_->lists.mutex);
  std::vector<batch::VerifiedCode> codes;
  Statement& row = impl_->list_verified;
  constexpr uint64_t kLastCursor = INT64_MAX;
  row.Start(batch->id, std::min(query.after, kLastCursor), query.include_unconfirmed, query.limit);
  while (row.Next()) {
    batch::VerifiedCode& code = codes.emplace_back();
    code.cursor = static_cast<uint64_t>(row.Int(0));
    code.code = row.IsNull(1) ? row.Bytes(2).substr(1) : row.Bytes(1);
    code.state = static_cast<CodeState>(row.Int(3));
    code.item = {std::string(row.Bytes(4)), static_cast<int>(row.Int(5)),
                 static_cast<uint64_t>(row.Int(6))};
    code.encoder_count = row.Int(7);
    code.claimed_utc_ns = row.Int(8);
    code.confirmed_utc_ns = row.Int(9);
  }
  if (!row.Ok()) return Fail(impl_->lists.db.Failure("the verified codes cannot be read"));
  return codes;
}

}  // namespace veriline::store
