// SPDX-License-Identifier: Apache-2.0
// Batches between loaded, open and closed, and what is told of them.
#include <algorithm>
#include <set>
#include <utility>

#include "pipeline/store/accounts.h"
#include "pipeline/store/embedded/embedded_impl.h"

namespace veriline::store {

using batch::BatchState;
using batch::CodeState;

namespace {

/// How long a close waits for codes that are being accepted; a line settles them far sooner.
constexpr int64_t kCloseWaitNs = 5'000'000'000;

}  // namespace

Checked<BatchRow> EmbeddedStore::Impl::FindBatch(const std::string& name) const {
  const std::lock_guard lock(batches_mutex);
  const auto at = batches.find(name);
  if (at != batches.end()) return at->second;
  return Fail(NoSuchBatch(name));
}

Checked<void> EmbeddedStore::Impl::LoadBatches() {
  auto find = lists.db.Prepare("SELECT name, id, state FROM batch");
  auto parts = lists.db.Prepare(
      "SELECT p.id, p.codes, b.name FROM part p LEFT JOIN batch b ON b.id = p.batch_id "
      "WHERE p.whole = 1 ORDER BY p.id");
  if (!find) return Fail(find.error());
  if (!parts) return Fail(parts.error());
  find->Start();
  while (find->Next()) {
    batches[std::string(find->Bytes(0))] =
        BatchRow{.id = find->Int(1), .state = static_cast<BatchState>(find->Int(2))};
  }
  if (!find->Ok()) return Fail(lists.db.Failure("the batches cannot be read"));
  parts->Start();
  while (parts->Next()) {
    const PartRow part{parts->Int(0), static_cast<uint64_t>(parts->Int(1))};
    if (parts->IsNull(2)) {
      issued.push_back(part);
    } else {
      batches[std::string(parts->Bytes(2))].parts.push_back(part);
    }
  }
  if (!parts->Ok()) return Fail(lists.db.Failure("the batches cannot be read"));
  for (const auto& [name, batch] : batches) {
    if (batch.state != BatchState::kOpen) continue;
    for (const PartRow& part : batch.parts) {
      uint64_t last_change = 0;
      auto index = LoadCodes(name, part, &last_change);
      if (!index) return Fail(index.error());
      open_codes.Insert(std::move(*index));
    }
  }
  return {};
}

Checked<std::unique_ptr<CodeIndex>> EmbeddedStore::Impl::LoadCodes(const std::string& name,
                                                                   const PartRow& part,
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
  auto blocks = lists.db.Prepare("SELECT codes FROM code_index WHERE part_id = ? ORDER BY block");
  auto attributes =
      lists.db.Prepare("SELECT gtin, lot, expiry, market FROM attributes WHERE id = ?");
  auto events = lists.db.Prepare(
      "SELECT change, code, state FROM code_event WHERE part_id = ? AND current = 1 "
      "ORDER BY change");
  if (!newest || !blocks || !events || !attributes || !lists.db.Exec("BEGIN")) return failure();
  const auto read = [&]() -> Checked<std::unique_ptr<CodeIndex>> {
    newest->Start();
    if (!newest->Next()) return failure();
    *last_change = static_cast<uint64_t>(newest->Int(0));
    newest->Finish();
    auto index = std::make_unique<CodeIndex>(part.id, name, part.codes);
    std::vector<IndexedCode> codes;
    std::set<uint32_t> ids;
    uint32_t last_id = 0;
    blocks->Start(part.id);
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
    events->Start(part.id);
    while (events->Next()) {
      const auto row = static_cast<uint64_t>(events->Int(1));
      if (row >= part.codes) return missing();
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
      "SELECT change, code, state FROM code_event WHERE part_id = ? AND change > ? AND current = "
      "1 "
      "ORDER BY change");
  if (!rows) return Fail(rows.error());
  rows->Start(index.part_id(), last_change);
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
    return Fail(WrongBatchState(name, batch->state, "only a loaded or closed one can be opened"));
  }
  std::vector<std::pair<std::unique_ptr<CodeIndex>, uint64_t>> indexes;  // with their last change
  for (const PartRow& part : batch->parts) {
    uint64_t last_change = 0;
    auto index = impl_->LoadCodes(name, part, &last_change);
    if (!index) return Fail(index.error());
    indexes.emplace_back(std::move(*index), last_change);
  }
  // Confirmations of a closed batch's claims may have come in while it was read.
  Writer::Transaction transaction(*impl_->writer, WriteGate::Who::kOther);
  Checked<void> done;
  for (const auto& [index, last_change] : indexes) {
    if (done) done = impl_->CatchUp(transaction, *index, last_change);
  }
  if (done) done = impl_->WriteBatchState(transaction, name, BatchState::kOpen);
  if (!done) return done;
  for (auto& [index, last_change] : indexes) impl_->open_codes.Insert(std::move(index));
  return {};
}

Checked<void> EmbeddedStore::CloseBatch(const std::string& name) {
  const std::lock_guard lock(impl_->admin);
  const auto batch = impl_->FindBatch(name);
  if (!batch) return Fail(batch.error());
  if (batch->state != BatchState::kOpen) {
    return Fail(WrongBatchState(name, batch->state, "only an open one can be closed"));
  }
  const auto balance = Balance(name);
  if (!balance) return Fail(balance.error());
  if (!balance->differences.empty()) {
    return Fail(DoesNotBalance(*balance));
  }
  if (!impl_->open_codes.BeginClose(name, kCloseWaitNs)) {
    return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                           .message = "codes of batch \"" + name + "\" are being accepted",
                           .advice = "try again; if it lasts, the line cannot write its store"});
  }
  Writer::Transaction transaction(*impl_->writer, WriteGate::Who::kOther);
  auto done = impl_->WriteBatchState(transaction, name, BatchState::kClosed);
  if (done) {
    impl_->open_codes.Erase(name);
  } else {
    impl_->open_codes.AbortClose(name);
  }
  return done;
}

Checked<std::vector<OpenCodes::Moving>> EmbeddedStore::Impl::CodesToMove(
    const std::string& name, const BatchRow& batch, const std::vector<batch::CodeKey>& keys,
    CodeState to) {
  const auto refuse = [&](size_t i) { return Fail(MayNotMove(name, keys[i], to)); };
  std::vector<Fingerprint> codes;
  codes.reserve(keys.size());
  for (const batch::CodeKey& key : keys) codes.push_back(FingerprintOf(key));
  if (batch.state == BatchState::kOpen) {
    auto moving = open_codes.BeginMove(name, codes, to);
    if (!moving) return refuse(static_cast<size_t>(moving.error().a));
    return std::move(*moving);
  }
  const std::lock_guard lock(lookup.mutex);
  std::vector<OpenCodes::Moving> moving;
  for (size_t i = 0; i < codes.size(); ++i) {
    const auto found = FindStored(codes[i]);
    if (!found) return Fail(lookup.db.Failure("codes cannot be looked up"));
    if (!*found || (*found)->batch != name) return refuse(i);
    OpenCodes::Moving code{(*found)->part_id, (*found)->code.row, 0, 0};
    CodeState state = CodeState::kIssued;
    find_state.Start(code.part_id, int64_t{code.row});
    if (find_state.Next()) {
      code.earlier = static_cast<uint64_t>(find_state.Int(0));
      state = static_cast<CodeState>(find_state.Int(1));
    }
    const bool read = find_state.Ok();
    find_state.Finish();
    if (!read) return Fail(lookup.db.Failure("codes cannot be looked up"));
    if (!batch::MayMove(state, to)) return refuse(i);
    moving.push_back(code);
  }
  const auto place = [](const OpenCodes::Moving& m) { return std::pair(m.part_id, m.row); };
  std::ranges::sort(moving, {}, place);
  const auto twice = std::ranges::unique(moving, {}, place);
  moving.erase(twice.begin(), twice.end());
  return moving;
}

Checked<void> EmbeddedStore::Move(const std::string& name, const std::vector<batch::CodeKey>& keys,
                                  const batch::MoveOrder& order) {
  if (auto good = CheckOrder(order); !good) return good;
  const std::lock_guard lock(impl_->admin);
  const auto batch = impl_->FindBatch(name);
  if (!batch) return Fail(batch.error());
  auto moving = impl_->CodesToMove(name, *batch, keys, order.to);
  if (!moving) return Fail(moving.error());
  const auto write = [&]() -> Checked<void> {
    Writer::Transaction transaction(*impl_->writer, WriteGate::Who::kOther);
    Database& db = transaction.db();
    bool ok = static_cast<bool>(transaction);
    for (OpenCodes::Moving& m : *moving) {
      m.change = transaction.NextChange();
      ok = ok && (m.earlier == 0 ||
                  (impl_->replace_event.Run(m.part_id, m.earlier, m.row) && db.changes() == 1));
      ok = ok && impl_->move.Run(m.part_id, m.change, m.row, order.to, m.earlier, order.reason,
                                 order.user, order.utc_ns);
    }
    if (!ok || !transaction.Commit()) return Fail(db.Failure("the codes cannot be moved"));
    return {};
  };
  auto done = write();
  if (batch->state == BatchState::kOpen) {
    impl_->open_codes.EndMove(*moving, order.to, done.has_value());
  }
  return done;
}

Checked<batch::BatchStatus> EmbeddedStore::Status(const std::string& name) const {
  const auto batch = impl_->FindBatch(name);
  if (!batch) return Fail(batch.error());
  auto open = impl_->open_codes.Status(name);
  const std::lock_guard lock(impl_->lists.mutex);
  const auto prints = impl_->PrintsOf(batch->id, 0, 0);
  if (!prints) return Fail(prints.error());
  uint64_t printed = 0;
  for (const auto& [first, last] : PlacesOf(*prints)) printed += last - first;
  if (open) {
    open->printed = printed;
    return *open;
  }
  batch::BatchStatus status{.name = name, .state = batch->state, .codes = batch->codes()};
  status.printed = printed;
  uint64_t counted = 0;
  for (const PartRow& part : batch->parts) {
    Statement& row = impl_->count_states;
    row.Start(part.id);
    while (row.Next()) {
      const int64_t state = row.Int(0);
      if (state < 2 || state >= batch::kCodeStates) continue;
      status.counts[static_cast<size_t>(state)] += static_cast<uint64_t>(row.Int(1));
      counted += static_cast<uint64_t>(row.Int(1));
    }
    if (!row.Ok()) {
      return Fail(impl_->lists.db.Failure("the codes of batch \"" + name + "\" cannot be counted"));
    }
  }
  status.counts[static_cast<size_t>(CodeState::kIssued)] =
      status.codes - std::min(counted, status.codes);
  return status;
}

Checked<std::vector<batch::VerifiedCode>> EmbeddedStore::Impl::ListStates(const std::string& name,
                                                                          uint64_t after,
                                                                          uint32_t limit,
                                                                          Listed which) const {
  const auto batch = FindBatch(name);
  if (!batch) return Fail(batch.error());
  const std::lock_guard lock(lists.mutex);
  struct Row {
    int64_t part_id = 0;
    uint32_t row = 0;
    batch::VerifiedCode code;
  };
  std::vector<Row> found;
  constexpr uint64_t kLastCursor = INT64_MAX;
  for (const PartRow& part : batch->parts) {
    Statement& row = list_verified;
    row.Start(part.id, std::min(after, kLastCursor), static_cast<int64_t>(which), limit);
    while (row.Next()) {
      Row& out = found.emplace_back();
      out.part_id = part.id;
      out.row = static_cast<uint32_t>(row.Int(1));
      out.code.cursor = static_cast<uint64_t>(row.Int(0));
      out.code.state = static_cast<CodeState>(row.Int(2));
      if (!row.IsNull(3)) {
        out.code.item = {std::string(row.Bytes(3)), static_cast<int>(row.Int(4)),
                         static_cast<uint64_t>(row.Int(5))};
      }
      out.code.encoder_count = row.Int(6);
      out.code.claimed_utc_ns = row.Int(7);
      out.code.confirmed_utc_ns = row.Int(8);
    }
    if (!row.Ok()) return Fail(lists.db.Failure("the verified codes cannot be read"));
  }
  // Of several parts each gave its first ones.
  const auto cursor = [](const Row& row) { return row.code.cursor; };
  if (batch->parts.size() > 1) std::ranges::sort(found, {}, cursor);
  if (found.size() > limit) found.resize(limit);
  // Texts by their place in the list: each block is read once.
  std::ranges::sort(found, {}, [](const Row& row) { return std::pair(row.part_id, row.row); });
  for (size_t i = 0; i < found.size();) {
    const int64_t part_id = found[i].part_id;
    const uint32_t block = found[i].row / kTextsPerBlock;
    const auto in_block = [&] {
      return i < found.size() && found[i].part_id == part_id &&
             found[i].row / kTextsPerBlock == block;
    };
    Statement& texts = text_block;
    texts.Start(part_id, int64_t{block});
    TextBlockReader reader(texts.Next() ? texts.Bytes(0) : std::string_view());
    for (uint32_t row = block * kTextsPerBlock; in_block() && reader.Next(); ++row) {
      if (row == found[i].row) found[i++].code.code = reader.text();
    }
    const bool read = texts.Ok();
    texts.Finish();
    if (!read) return Fail(lists.db.Failure("the verified codes cannot be read"));
    if (in_block()) {
      return Fail(Diagnostic{.code = ErrorCode::kIo,
                             .message = "codes of batch \"" + name + "\" are missing",
                             .file = path,
                             .advice = "the file is damaged: restore it from its newest copy"});
    }
  }
  std::ranges::sort(found, {}, cursor);
  std::vector<batch::VerifiedCode> codes;
  codes.reserve(found.size());
  for (Row& row : found) codes.push_back(std::move(row.code));
  return codes;
}

Checked<std::vector<batch::VerifiedCode>> EmbeddedStore::ListVerified(
    const batch::VerifiedQuery& query) const {
  return impl_->ListStates(
      query.batch, query.after, query.limit,
      query.include_unconfirmed ? Impl::Listed::kWithItems : Impl::Listed::kCommissioned);
}

Checked<std::vector<batch::VerifiedCode>> EmbeddedStore::ListChanged(const std::string& batch,
                                                                     uint64_t after,
                                                                     uint32_t limit) const {
  return impl_->ListStates(batch, after, limit, Impl::Listed::kChanged);
}

}  // namespace veriline::store
