// SPDX-License-Identifier: Apache-2.0
// Batches between loaded, open and closed, what people do with codes, and the balances.
#include <algorithm>
#include <set>
#include <utility>

#include "pipeline/store/accounts.h"
#include "pipeline/store/postgres/postgres_impl.h"

namespace veriline::store {

using Fate = Connection::Fate;
using batch::BatchState;
using batch::CodeState;

namespace {

/// How long a close waits for codes that are being accepted; a line settles them far sooner.
constexpr int64_t kCloseWaitNs = 5'000'000'000;

constexpr char kFind[] =
    "SELECT b.id, b.state, p.id, p.codes FROM batch b JOIN part p ON p.batch_id = b.id "
    "WHERE b.name = $1 ORDER BY p.id";
constexpr char kLock[] = "SELECT id FROM batch WHERE name = $1 FOR UPDATE";
constexpr char kSetState[] = "UPDATE batch SET state = $2 WHERE id = $1";
constexpr char kTally[] =
    "SELECT what, sum(n)::bigint FROM tally WHERE batch_id = $1 GROUP BY what";
constexpr char kSeen[] =
    "SELECT count(*) FROM code WHERE part_id = $1 AND place BETWEEN $2 AND $3 AND state <> 1";
constexpr char kPrints[] =
    "SELECT first, codes, reason, user_name, utc_ns FROM print WHERE batch_id = $1 AND "
    "($3 = 0 OR (first < $2 + $3 AND $2 < first + codes)) ORDER BY id";
constexpr char kPrint[] =
    "INSERT INTO print(batch_id, first, codes, reason, user_name, utc_ns) "
    "VALUES ($1, $2, $3, $4, $5, $6)";
constexpr char kStates[] =
    "SELECT key, state, part_id, place, EXISTS (SELECT 1 FROM pool p WHERE p.part_id = c.part_id "
    "AND c.place >= p.first AND c.place < p.first + p.codes AND p.state < 3) FROM code c "
    "WHERE key = ANY($1::bytea[]) AND batch_id = $2 ORDER BY key";
constexpr char kPoolsOut[] =
    "SELECT l.name, sum(p.codes)::bigint FROM pool p JOIN line l ON l.id = p.line_id "
    "WHERE p.batch_id = $1 AND p.state < 3 GROUP BY l.name ORDER BY l.name";
constexpr char kStatesForUpdate[] =
    "SELECT key, state FROM code WHERE key = ANY($1::bytea[]) AND batch_id = $2 "
    "ORDER BY key FOR UPDATE";
constexpr char kMove[] = R"sql(
WITH old AS (
  SELECT key, state FROM code WHERE key = ANY($1::bytea[]) AND batch_id = $2),
moved AS (
  UPDATE code SET state = $3, changes = changes + 1 FROM old WHERE code.key = old.key
  RETURNING code.key, code.batch_id, code.changes, code.line_id, code.lane, code.item_seq,
    old.state AS before),
told AS (
  INSERT INTO code_event(key, batch_id, change, state, line_id, lane, item_seq, utc_ns, reason,
    user_name)
  SELECT key, batch_id, changes, $3, line_id, lane, item_seq, $6, $4, $5 FROM moved),
landed AS (
  DELETE FROM open_claim o USING moved m WHERE o.line_id = m.line_id AND o.lane = m.lane AND
    o.item_seq = m.item_seq AND o.key = m.key),
counted AS (
  INSERT INTO tally AS t (batch_id, line_id, what, n)
  SELECT batch_id, 0, what, sum(n)::bigint FROM (
    SELECT batch_id, 400 + $3 AS what, 1 AS n FROM moved
    UNION ALL SELECT batch_id, 400 + before, -1 FROM moved) x
  GROUP BY batch_id, what ORDER BY batch_id, what
  ON CONFLICT (batch_id, line_id, what) DO UPDATE SET n = t.n + EXCLUDED.n)
SELECT count(*) FROM moved
)sql";

/// 400 + CodeState in the table tally.
constexpr int64_t kCodesInState = 400;

}  // namespace

Checked<SharedBatch> PostgresStore::Impl::FindBatch(Connection& connection,
                                                    const std::string& name) const {
  Rows rows;
  if (connection.Run({kFind, Params().Text(name)}, &rows) != Fate::kDone) {
    return Fail(connection.Failure("the batches cannot be read"));
  }
  if (rows.size() == 0) return Fail(NoSuchBatch(name));
  SharedBatch batch{rows.Int(0, 0), static_cast<BatchState>(rows.Int(0, 1)), {}};
  for (int i = 0; i < rows.size(); ++i) {
    batch.parts.push_back({rows.Int(i, 2), static_cast<uint64_t>(rows.Int(i, 3))});
  }
  return batch;
}

Checked<SharedBatch> PostgresStore::Impl::LockBatch(Connection& connection,
                                                    const std::string& name) const {
  Rows rows;
  if (connection.Run({kLock, Params().Text(name)}, &rows) != Fate::kDone) {
    return Fail(connection.Failure("the batch cannot be changed"));
  }
  return FindBatch(connection, name);
}

Checked<void> PostgresStore::OpenBatch(const std::string& name) {
  const std::lock_guard lock(impl_->admin);
  {
    const std::lock_guard session(impl_->office.mutex);
    Connection& connection = impl_->office.connection;
    const std::string what = "the batch cannot be opened";
    auto done = InTransaction(connection, what, [&]() -> Checked<void> {
      const auto batch = impl_->LockBatch(connection, name);
      if (!batch) return Fail(batch.error());
      if (batch->state == BatchState::kOpen) {
        return Fail(
            WrongBatchState(name, batch->state, "only a loaded or closed one can be opened"));
      }
      Rows ignored;
      const Query query{kSetState, Params().Int(batch->id).Int(int64_t(BatchState::kOpen))};
      if (connection.Run(query, &ignored) != Fate::kDone) return Fail(connection.Failure(what));
      return {};
    });
    if (!done) return done;
  }
  return impl_->Follow();
}

Checked<void> PostgresStore::CloseBatch(const std::string& name) {
  const std::lock_guard lock(impl_->admin);
  const std::lock_guard session(impl_->office.mutex);
  Connection& connection = impl_->office.connection;
  {
    const std::lock_guard loading(impl_->loading);
    impl_->closing.insert(name);
  }
  // What other processes have reserved is refused when they commit it.
  const bool drained = impl_->open_codes.BeginClose(name, kCloseWaitNs);
  const std::string what = "the batch cannot be closed";
  auto done =
      !drained
          ? Checked<void>(Fail(
                Diagnostic{.code = ErrorCode::kUnavailable,
                           .message = "codes of batch \"" + name + "\" are being accepted",
                           .advice = "try again; if it lasts, the line cannot write its store"}))
          : InTransaction(connection, what, [&]() -> Checked<void> {
              const auto batch = impl_->LockBatch(connection, name);
              if (!batch) return Fail(batch.error());
              if (batch->state != BatchState::kOpen) {
                return Fail(WrongBatchState(name, batch->state, "only an open one can be closed"));
              }
              const auto balance = impl_->BalanceOf(connection, name);
              if (!balance) return Fail(balance.error());
              if (!balance->differences.empty()) return Fail(DoesNotBalance(*balance));
              Rows ignored;
              const Query query{kSetState,
                                Params().Int(batch->id).Int(int64_t(BatchState::kClosed))};
              if (connection.Run(query, &ignored) != Fate::kDone) {
                return Fail(connection.Failure(what));
              }
              return {};
            });
  const std::lock_guard loading(impl_->loading);
  impl_->closing.erase(name);
  if (done) {
    impl_->open_codes.Erase(name);
    std::erase_if(impl_->loaded, [&](const auto& part) { return part.second == name; });
  } else if (drained) {
    impl_->open_codes.AbortClose(name);
  }
  return done;
}

Checked<void> PostgresStore::Move(const std::string& name, const std::vector<batch::CodeKey>& keys,
                                  const batch::MoveOrder& order) {
  if (auto good = CheckOrder(order); !good) return good;
  const std::lock_guard lock(impl_->admin);
  const std::lock_guard session(impl_->office.mutex);
  Connection& connection = impl_->office.connection;
  const auto batch = impl_->FindBatch(connection, name);
  if (!batch) return Fail(batch.error());
  std::vector<std::string_view> bytes;
  for (const batch::CodeKey& key : keys) bytes.push_back(key.bytes());
  std::ranges::sort(bytes);
  bytes.erase(std::unique(bytes.begin(), bytes.end()), bytes.end());
  const std::string what = "the codes cannot be moved";
  const Query look{kStates, Params().Blobs(bytes).Int(batch->id)};
  Rows states;
  if (connection.Run(look, &states) != Fate::kDone) return Fail(connection.Failure(what));
  const auto is_there = [&](size_t i) {
    int low = 0, high = states.size();
    while (low < high) {
      const int middle = (low + high) / 2;
      if (states.Bytes(middle, 0) < std::string_view(keys[i].bytes())) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < states.size() && states.Bytes(low, 0) == keys[i].bytes() &&
           states.Int(low, 4) == 0 &&  // the line that has its pool moves it
           batch::MayMove(static_cast<CodeState>(states.Int(low, 1)), order.to);
  };
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!is_there(i)) return Fail(MayNotMove(name, keys[i], order.to));
  }
  // Ours that are in memory: in the state they have there, and not while an item holds them.
  std::vector<OpenCodes::Moving> moving;
  bool in_memory = false;
  {
    const std::lock_guard loading(impl_->loading);
    in_memory =
        std::ranges::any_of(impl_->loaded, [&](const auto& part) { return part.second == name; });
  }
  if (in_memory) {
    std::vector<Fingerprint> codes;
    for (int i = 0; i < states.size(); ++i) {
      impl_->open_codes.SetState(states.Int(i, 2), static_cast<uint32_t>(states.Int(i, 3)),
                                 static_cast<CodeState>(states.Int(i, 1)), 1);
    }
    for (const batch::CodeKey& key : keys) codes.push_back(impl_->FingerprintOf(key));
    auto begun = impl_->open_codes.BeginMove(name, codes, order.to);
    if (!begun) {
      return Fail(MayNotMove(name, keys[static_cast<size_t>(begun.error().a)], order.to));
    }
    moving = std::move(*begun);
    for (OpenCodes::Moving& m : moving) m.change = 1;
  }
  auto done = InTransaction(connection, what, [&]() -> Checked<void> {
    Rows held, moved;
    const Query hold{kStatesForUpdate, Params().Blobs(bytes).Int(batch->id)};
    if (connection.Run(hold, &held) != Fate::kDone) return Fail(connection.Failure(what));
    for (int i = 0; i < held.size(); ++i) {
      if (batch::MayMove(static_cast<CodeState>(held.Int(i, 1)), order.to)) continue;
      const auto key = batch::CodeKey::FromBytes(held.Bytes(i, 0));
      return Fail(MayNotMove(name, key.value_or(batch::CodeKey()), order.to));
    }
    const Query move{kMove, Params()
                                .Blobs(bytes)
                                .Int(batch->id)
                                .Int(int64_t(order.to))
                                .Text(order.reason)
                                .Text(order.user)
                                .Int(order.utc_ns)};
    if (connection.Run(move, &moved) != Fate::kDone) return Fail(connection.Failure(what));
    return {};
  });
  if (in_memory) impl_->open_codes.EndMove(moving, order.to, done.has_value());
  return done;
}

Checked<std::vector<batch::PrintRun>> PostgresStore::Impl::PrintsOf(Connection& connection,
                                                                    int64_t batch_id,
                                                                    uint64_t first,
                                                                    uint64_t codes) const {
  Rows rows;
  const Query query{
      kPrints,
      Params().Int(batch_id).Int(static_cast<int64_t>(first)).Int(static_cast<int64_t>(codes))};
  if (connection.Run(query, &rows) != Fate::kDone) {
    return Fail(connection.Failure("the prints cannot be read"));
  }
  std::vector<batch::PrintRun> runs;
  for (int i = 0; i < rows.size(); ++i) {
    runs.push_back({static_cast<uint64_t>(rows.Int(i, 0)), static_cast<uint64_t>(rows.Int(i, 1)),
                    rows.Str(i, 2), rows.Str(i, 3), rows.Int(i, 4)});
  }
  return runs;
}

Checked<void> PostgresStore::RecordPrint(const std::string& name, const batch::PrintRun& run) {
  const std::lock_guard lock(impl_->admin);
  const std::lock_guard session(impl_->office.mutex);
  Connection& connection = impl_->office.connection;
  const std::string what = "the print cannot be recorded";
  return InTransaction(connection, what, [&]() -> Checked<void> {
    const auto batch = impl_->LockBatch(connection, name);
    if (!batch) return Fail(batch.error());
    if (auto good = CheckPrint(name, batch->codes(), run); !good) return good;
    if (run.reason.empty()) {
      const auto before = impl_->PrintsOf(connection, batch->id, run.first, run.codes);
      if (!before) return Fail(before.error());
      if (!before->empty()) return Fail(PrintedBefore(name, before->front()));
    }
    Rows ignored;
    const Query insert{kPrint, Params()
                                   .Int(batch->id)
                                   .Int(static_cast<int64_t>(run.first))
                                   .Int(static_cast<int64_t>(run.codes))
                                   .Text(run.reason)
                                   .Text(run.user)
                                   .Int(run.utc_ns)};
    if (connection.Run(insert, &ignored) != Fate::kDone) return Fail(connection.Failure(what));
    return {};
  });
}

Checked<std::vector<batch::PrintRun>> PostgresStore::Prints(const std::string& name) const {
  const std::lock_guard session(impl_->office.mutex);
  const auto batch = impl_->FindBatch(impl_->office.connection, name);
  if (!batch) return Fail(batch.error());
  return impl_->PrintsOf(impl_->office.connection, batch->id, 0, 0);
}

Checked<batch::BatchStatus> PostgresStore::Impl::StatusOf(Connection& connection,
                                                          const std::string& name,
                                                          const SharedBatch& batch) const {
  batch::BatchStatus status{.name = name, .state = batch.state, .codes = batch.codes()};
  Rows rows;
  if (connection.Run({kTally, Params().Int(batch.id)}, &rows) != Fate::kDone) {
    return Fail(connection.Failure("the codes of batch \"" + name + "\" cannot be counted"));
  }
  uint64_t moved = 0;
  for (int i = 0; i < rows.size(); ++i) {
    const int64_t state = rows.Int(i, 0) - kCodesInState;
    if (state <= static_cast<int64_t>(CodeState::kIssued) || state >= batch::kCodeStates) continue;
    status.counts[static_cast<size_t>(state)] = static_cast<uint64_t>(rows.Int(i, 1));
    moved += static_cast<uint64_t>(rows.Int(i, 1));
  }
  status.counts[static_cast<size_t>(CodeState::kIssued)] =
      status.codes - std::min(moved, status.codes);
  const auto prints = PrintsOf(connection, batch.id, 0, 0);
  if (!prints) return Fail(prints.error());
  for (const auto& [first, last] : PlacesOf(*prints)) status.printed += last - first;
  return status;
}

Checked<batch::BatchStatus> PostgresStore::Status(const std::string& name) const {
  const std::lock_guard session(impl_->office.mutex);
  const auto batch = impl_->FindBatch(impl_->office.connection, name);
  if (!batch) return Fail(batch.error());
  return impl_->StatusOf(impl_->office.connection, name, *batch);
}

Checked<batch::BatchBalance> PostgresStore::Impl::BalanceOf(Connection& connection,
                                                            const std::string& name) const {
  const auto batch = FindBatch(connection, name);
  if (!batch) return Fail(batch.error());
  auto status = StatusOf(connection, name, *batch);
  if (!status) return Fail(status.error());
  batch::BatchBalance balance{.codes = std::move(*status)};
  const auto failure = [&] {
    return Fail(connection.Failure("the balance of batch \"" + name + "\" cannot be read"));
  };
  Rows rows;
  if (connection.Run({kTally, Params().Int(batch->id)}, &rows) != Fate::kDone) return failure();
  for (int i = 0; i < rows.size(); ++i) {
    if (rows.Int(i, 0) < kCodesInState) {
      AddCount(rows.Int(i, 0), static_cast<uint64_t>(rows.Int(i, 1)), &balance);
    }
  }
  const auto prints = PrintsOf(connection, batch->id, 0, 0);
  if (!prints) return Fail(prints.error());
  uint64_t begin = 0;  // of the part
  for (const SharedBatch::Part& part : batch->parts) {
    for (const auto& [first, last] : PlacesOf(*prints)) {
      const uint64_t from = std::max(first, begin), to = std::min(last, begin + part.codes);
      if (from >= to) continue;
      const Query seen{kSeen, Params()
                                  .Int(part.id)
                                  .Int(static_cast<int64_t>(from - begin))
                                  .Int(static_cast<int64_t>(to - 1 - begin))};
      if (connection.Run(seen, &rows) != Fate::kDone) return failure();
      balance.printed_not_seen += to - from - static_cast<uint64_t>(rows.Int(0, 0));
    }
    begin += part.codes;
  }
  balance.unused = balance.codes.Of(CodeState::kIssued) -
                   std::min(balance.codes.Of(CodeState::kIssued), balance.printed_not_seen);
  batch::FindDifferences(&balance);
  if (connection.Run({kPoolsOut, Params().Int(batch->id)}, &rows) != Fate::kDone) return failure();
  for (int i = 0; i < rows.size(); ++i) {
    balance.differences.push_back("line " + rows.Str(i, 0) + " has " +
                                  std::to_string(rows.Int(i, 1)) +
                                  " codes in pools of its own: close the batch there");
  }
  return balance;
}

Checked<batch::BatchBalance> PostgresStore::Balance(const std::string& name) const {
  const std::lock_guard session(impl_->office.mutex);
  return impl_->BalanceOf(impl_->office.connection, name);
}

}  // namespace veriline::store
