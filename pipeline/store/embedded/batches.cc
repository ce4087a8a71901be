// SPDX-License-Identifier: Apache-2.0
// Batches between loaded, open and closed, and what is told of them.
#include <algorithm>
#include <set>
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
  auto find = lists.db.Prepare("SELECT name, id, state, codes FROM batch");
  if (!find) return Fail(find.error());
  find->Start();
  while (find->Next()) {
    batches[std::string(find->Bytes(0))] = BatchRow{.id = find->Int(1),
                                                    .state = static_cast<BatchState>(find->Int(2)),
                                                    .codes = static_cast<uint64_t>(find->Int(3))};
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
    return Fail(lists.db.Failure("the codes of batch \"" + name + "\" cannot be read"));
  };
  const auto missing = [&] {
    return Fail(Diagnostic{.code = ErrorCode::kIo,
                           .message = "codes of batch \"" + name + "\" are missing",
                           .file = path,
                           .advice = "the file is damaged: restore it from its newest copy"});
  };
  auto newest = lists.db.Prepare("SELECT last_change FROM meta");
  auto blocks = lists.db.Prepare("SELECT codes FROM code_index WHERE batch_id = ? ORDER BY block");
  auto attributes =
      lists.db.Prepare("SELECT gtin, lot, expiry, market FROM attributes WHERE id = ?");
  auto events = lists.db.Prepare(
      "SELECT change, code, state FROM code_event WHERE batch_id = ? AND current = 1 "
      "ORDER BY change");
  if (!newest || !blocks || !events || !attributes || !lists.db.Exec("BEGIN")) return failure();
  const auto read = [&]() -> Checked<std::unique_ptr<CodeIndex>> {
    newest->Start();
    if (!newest->Next()) return failure();
    *last_change = static_cast<uint64_t>(newest->Int(0));
    newest->Finish();
    auto index = std::make_unique<CodeIndex>(batch.id, name, batch.codes);
    std::vector<IndexedCode> codes;
    std::set<uint32_t> ids;
    uint32_t last_id = 0;
    blocks->Start(batch.id);
    while (blocks->Next()) {
      codes.clear();
      if (!DecodeIndexBlock(blocks->Bytes(0), &codes)) return missing();
      for (const IndexedCode& code : codes) {
        if (!index->Add(code)) return missing();
        if (code.attributes != last_id) ids.insert(last_id = code.attributes);
      }
    }
    if (!blocks->Ok()) return failure();
    if (!index->complete()) return missing();
    for (const uint32_t id : ids) {
      attributes->Start(int64_t{id});
      if (!attributes->Next()) return attributes->Ok() ? missing() : failure();
      index->SetAttributes(id,
                           {std::string(attributes->Bytes(0)), std::string(attributes->Bytes(1)),
                            std::string(attributes->Bytes(2)), std::string(attributes->Bytes(3))});
      attributes->Finish();
    }
    events->Start(batch.id);
    while (events->Next()) {
      const auto row = static_cast<uint64_t>(events->Int(1));
      if (row >= batch.codes) return missing();
      index->SetState(static_cast<uint32_t>(row), static_cast<CodeState>(events->Int(2)),
                      static_cast<uint64_t>(events->Int(0)));
    }
    if (!events->Ok()) return failure();
    return index;
  };
  auto index = read();
  newest->Finish();
  blocks->Finish();
  attributes->Finish();
  events->Finish();
  lists.db.Rollback();
  return index;
}

Checked<void> EmbeddedStore::Impl::CatchUp(Writer::Transaction& transaction, CodeIndex& index,
                                           uint64_t last_change) {
  auto rows = transaction.db().Prepare(
      "SELECT change, code, state FROM code_event WHERE batch_id = ? AND change > ? AND current = "
      "1 "
      "ORDER BY change");
  if (!rows) return Fail(rows.error());
  rows->Start(index.batch_id(), last_change);
  while (rows->Next()) {
    const auto row = static_cast<uint64_t>(rows->Int(1));
    if (row < index.size()) {
      index.SetState(static_cast<uint32_t>(row), static_cast<CodeState>(rows->Int(2)),
                     static_cast<uint64_t>(rows->Int(0)));
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

Checked<std::vector<uint32_t>> EmbeddedStore::Impl::RowsToVoid(
    const std::string& name, const BatchRow& batch, const std::vector<batch::CodeKey>& keys) {
  const auto refuse = [&](size_t i) {
    const std::string& bytes = keys[i].bytes();
    return Fail(Diagnostic{.code = ErrorCode::kWrongState,
                           .message = "code \"" + bytes.substr(bytes.empty() ? 0 : 1) +
                                      "\" is not a free code of batch \"" + name + "\"",
                           .advice = "only codes that no item has can be voided; none was"});
  };
  std::vector<Fingerprint> codes;
  codes.reserve(keys.size());
  for (const batch::CodeKey& key : keys) codes.push_back(FingerprintOf(key));
  if (batch.state == BatchState::kOpen) {
    auto rows = open_codes.BeginVoid(batch.id, codes);
    if (!rows) return refuse(static_cast<size_t>(rows.error().a));
    return std::move(*rows);
  }
  const std::lock_guard lock(lookup.mutex);
  std::vector<uint32_t> rows;
  for (size_t i = 0; i < codes.size(); ++i) {
    const auto found = FindStored(codes[i]);
    if (!found) return Fail(lookup.db.Failure("codes cannot be looked up"));
    if (!*found || (*found)->row.id != batch.id) return refuse(i);
    const uint32_t row = (*found)->code.row;
    find_state.Start(batch.id, int64_t{row});
    const bool moved = find_state.Next();
    const bool read = find_state.Ok();
    find_state.Finish();
    if (!read) return Fail(lookup.db.Failure("codes cannot be looked up"));
    if (moved) return refuse(i);
    rows.push_back(row);
  }
  std::ranges::sort(rows);
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
  uint64_t first_change = 0;
  const auto write = [&]() -> Checked<void> {
    Writer::Transaction transaction(*impl_->writer, WriteGate::Who::kOther);
    bool ok = static_cast<bool>(transaction);
    for (size_t i = 0; ok && i < rows->size(); ++i) {
      const uint64_t change = transaction.NextChange();
      if (i == 0) first_change = change;
      ok = impl_->insert_event.Run(batch->id, change, (*rows)[i], CodeState::kVoided, nullptr,
                                   nullptr, nullptr, 0, 0);
    }
    if (!ok || !transaction.Commit()) {
      return Fail(transaction.db().Failure("the codes cannot be voided"));
    }
    return {};
  };
  auto done = write();
  if (batch->state == BatchState::kOpen) {
    impl_->open_codes.EndVoid(batch->id, *rows, done.has_value(), first_change);
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
      nullptr,          nullptr,        &status.claimed,     &status.commissioned,
      &status.in_doubt, &status.unused, &status.unconfirmed, &status.voided};
  Statement& row = impl_->count_states;
  row.Start(batch->id);
  uint64_t counted = 0;
  while (row.Next()) {
    const int64_t state = row.Int(0);
    if (state < 2 || state >= static_cast<int64_t>(std::size(counts))) continue;
    *counts[state] = static_cast<uint64_t>(row.Int(1));
    counted += *counts[state];
  }
  if (!row.Ok() || counted > batch->codes) {
    return Fail(impl_->lists.db.Failure("the codes of batch \"" + name + "\" cannot be counted"));
  }
  status.issued = batch->codes - counted;
  return status;
}

Checked<std::vector<batch::VerifiedCode>> EmbeddedStore::ListVerified(
    const batch::VerifiedQuery& query) const {
  const auto batch = impl_->FindBatch(query.batch);
  if (!batch) return Fail(batch.error());
  const std::lock_guard lock(impl_->lists.mutex);
  std::vector<batch::VerifiedCode> codes;
  std::vector<std::pair<uint32_t, size_t>> rows;  // with their places in `codes`
  Statement& row = impl_->list_verified;
  constexpr uint64_t kLastCursor = INT64_MAX;
  row.Start(batch->id, std::min(query.after, kLastCursor), query.include_unconfirmed, query.limit);
  while (row.Next()) {
    rows.emplace_back(static_cast<uint32_t>(row.Int(1)), codes.size());
    batch::VerifiedCode& code = codes.emplace_back();
    code.cursor = static_cast<uint64_t>(row.Int(0));
    code.state = static_cast<CodeState>(row.Int(2));
    code.item = {std::string(row.Bytes(3)), static_cast<int>(row.Int(4)),
                 static_cast<uint64_t>(row.Int(5))};
    code.encoder_count = row.Int(6);
    code.claimed_utc_ns = row.Int(7);
    code.confirmed_utc_ns = row.Int(8);
  }
  if (!row.Ok()) return Fail(impl_->lists.db.Failure("the verified codes cannot be read"));
  // Texts by their place in the list: each block is read once.
  std::ranges::sort(rows);
  for (size_t i = 0; i < rows.size();) {
    const uint32_t block = rows[i].first / kTextsPerBlock;
    Statement& texts = impl_->text_block;
    texts.Start(batch->id, int64_t{block});
    bool found = texts.Next();
    TextBlockReader reader(found ? texts.Bytes(0) : std::string_view());
    uint32_t at = block * kTextsPerBlock;
    for (bool more = found && reader.Next();
         more && i < rows.size() && rows[i].first / kTextsPerBlock == block;
         more = reader.Next(), ++at) {
      if (at == rows[i].first) codes[rows[i++].second].code = reader.text();
    }
    found = i == rows.size() || rows[i].first / kTextsPerBlock != block;
    const bool read = texts.Ok();
    texts.Finish();
    if (!read) return Fail(impl_->lists.db.Failure("the verified codes cannot be read"));
    if (!found) {
      return Fail(Diagnostic{.code = ErrorCode::kIo,
                             .message = "codes of batch \"" + query.batch + "\" are missing",
                             .file = impl_->path,
                             .advice = "the file is damaged: restore it from its newest copy"});
    }
  }
  return codes;
}

}  // namespace veriline::store
