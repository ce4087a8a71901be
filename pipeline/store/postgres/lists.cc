// SPDX-License-Identifier: Apache-2.0
// Codes and records as they are listed.
#include <algorithm>
#include <utility>

#include "pipeline/store/accounts.h"
#include "pipeline/store/postgres/postgres_impl.h"
#include "pipeline/store/record_codec.h"

namespace veriline::store {

using Fate = Connection::Fate;
using batch::CodeState;

namespace {

constexpr char kCodes[] =
    "SELECT c.place, c.text, a.gtin, a.lot, a.expiry, a.market, c.state FROM code c "
    "JOIN attributes a ON a.id = c.attributes_id WHERE c.part_id = $1 AND c.place >= $2 "
    "ORDER BY c.place LIMIT $3";

// A reader pages by `seq`. Events get theirs when somebody reads, in a transaction that locks the
// cursor: a number is never seen before all the lower ones, whatever order lines commit in.
constexpr char kMakeCursor[] = "INSERT INTO list_cursor VALUES ($1, 0) ON CONFLICT DO NOTHING";
constexpr char kLockCursor[] = "SELECT last_seq FROM list_cursor WHERE batch_id = $1 FOR UPDATE";
// Within one such transaction they are as far apart as the events' ids: no sorting, no joining.
constexpr char kFresh[] =
    "SELECT min(id), max(id) FROM (SELECT id FROM code_event WHERE batch_id = $1 AND seq IS NULL "
    "ORDER BY id LIMIT $2) f";
constexpr char kNumber[] =
    "UPDATE code_event SET seq = $2 + 1 + id - $3 WHERE batch_id = $1 AND seq IS NULL AND "
    "id BETWEEN $3 AND $4";
constexpr char kMoveCursor[] = "UPDATE list_cursor SET last_seq = $2 WHERE batch_id = $1";
constexpr char kVerified[] =
    "SELECT e.seq, c.text, c.state, l.name, c.lane, c.item_seq, c.from_count, c.claimed_utc_ns, "
    "c.confirmed_utc_ns FROM code_event e JOIN code c ON c.key = e.key AND c.changes = e.change "
    "LEFT JOIN line l ON l.id = c.line_id WHERE e.batch_id = $1 AND e.seq > $2 AND "
    "(c.state = 3 OR ($3 <> 0 AND c.state IN (2, 4, 6, 8, 9, 10, 11, 12, 13))) "
    "ORDER BY e.seq LIMIT $4";

constexpr char kRecords[] =
    "SELECT r.seq, kind, lane, item_seq, from_count, to_count, accepted, primary_reason, reasons, "
    "detail, codes, trigger_ns, exposure_ns, last_pixel_ns, decision_ns, sent_ns, utc_ns, batch, "
    "recipe_name, recipe_hash, part_id, texts FROM record r JOIN line l ON l.id = r.line_id "
    "WHERE l.name = $1 AND r.seq >= $2 ORDER BY r.seq LIMIT $3";
constexpr char kRange[] =
    "SELECT min(r.seq), max(r.seq) FROM record r JOIN line l ON l.id = r.line_id "
    "WHERE l.name = $1";

int64_t Clamped(uint64_t n) { return static_cast<int64_t>(std::min<uint64_t>(n, INT64_MAX)); }

}  // namespace

Checked<std::vector<batch::ListedCode>> PostgresStore::ListCodes(const std::string& name,
                                                                 uint64_t first,
                                                                 uint32_t limit) const {
  const std::lock_guard session(impl_->office.mutex);
  Connection& connection = impl_->office.connection;
  const auto batch = impl_->FindBatch(connection, name);
  if (!batch) return Fail(batch.error());
  std::vector<batch::ListedCode> listed;
  uint64_t begin = 0;  // of the part
  for (const SharedBatch::Part& part : batch->parts) {
    if (first < begin + part.codes && listed.size() < limit) {
      Rows rows;
      const Query query{kCodes, Params()
                                    .Int(part.id)
                                    .Int(static_cast<int64_t>(std::max(first, begin) - begin))
                                    .Int(static_cast<int64_t>(limit - listed.size()))};
      if (connection.Run(query, &rows) != Fate::kDone) {
        return Fail(connection.Failure("the codes of batch \"" + name + "\" cannot be read"));
      }
      for (int i = 0; i < rows.size(); ++i) {
        listed.push_back({begin + static_cast<uint64_t>(rows.Int(i, 0)),
                          rows.Str(i, 1),
                          {rows.Str(i, 2), rows.Str(i, 3), rows.Str(i, 4), rows.Str(i, 5)},
                          static_cast<CodeState>(rows.Int(i, 6))});
      }
    }
    begin += part.codes;
  }
  const auto runs = impl_->PrintsOf(connection, batch->id, first, std::max<uint64_t>(limit, 1));
  if (!runs) return Fail(runs.error());
  MarkPrinted(*runs, &listed);
  return listed;
}

Checked<std::vector<batch::VerifiedCode>> PostgresStore::ListVerified(
    const batch::VerifiedQuery& query) const {
  const std::lock_guard session(impl_->office.mutex);
  Connection& connection = impl_->office.connection;
  const auto batch = impl_->FindBatch(connection, query.batch);
  if (!batch) return Fail(batch.error());
  const std::string what = "the verified codes cannot be read";
  const Query page{kVerified, Params()
                                  .Int(batch->id)
                                  .Int(Clamped(query.after))
                                  .Int(query.include_unconfirmed ? 1 : 0)
                                  .Int(query.limit)};
  Rows rows;
  if (connection.Run(page, &rows) != Fate::kDone) return Fail(connection.Failure(what));
  constexpr int64_t kNumberedAtOnce = 20'000;
  for (bool more = true; more && static_cast<uint32_t>(rows.size()) < query.limit;) {
    auto done = InTransaction(connection, what, [&]() -> Checked<void> {
      Rows last;
      const Params id = Params().Int(batch->id);
      if (connection.Run({kMakeCursor, id}, &last) != Fate::kDone ||
          connection.Run({kLockCursor, id}, &last) != Fate::kDone) {
        return Fail(connection.Failure(what));
      }
      const int64_t begin = last.Int(0, 0);
      const Query look{kFresh, Params().Int(batch->id).Int(kNumberedAtOnce)};
      if (connection.Run(look, &last) != Fate::kDone) return Fail(connection.Failure(what));
      more = !last.IsNull(0, 0);
      if (!more) return {};
      const int64_t first = last.Int(0, 0), newest = last.Int(0, 1);
      const Query steps[] = {
          {kNumber, Params().Int(batch->id).Int(begin).Int(first).Int(newest)},
          {kMoveCursor, Params().Int(batch->id).Int(begin + 1 + newest - first)}};
      std::vector<Rows> ignored;
      if (connection.Run(steps, &ignored) != Fate::kDone) return Fail(connection.Failure(what));
      return {};
    });
    if (!done) return Fail(done.error());
    if (!more) break;
    if (connection.Run(page, &rows) != Fate::kDone) return Fail(connection.Failure(what));
  }
  std::vector<batch::VerifiedCode> codes;
  codes.reserve(static_cast<size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    batch::VerifiedCode& code = codes.emplace_back();
    code.cursor = static_cast<uint64_t>(rows.Int(i, 0));
    code.code = rows.Bytes(i, 1);
    code.state = static_cast<CodeState>(rows.Int(i, 2));
    if (!rows.IsNull(i, 3)) {
      code.item = {rows.Str(i, 3), static_cast<int>(rows.Int(i, 4)),
                   static_cast<uint64_t>(rows.Int(i, 5))};
    }
    code.encoder_count = rows.Int(i, 6);
    code.claimed_utc_ns = rows.Int(i, 7);
    code.confirmed_utc_ns = rows.Int(i, 8);
  }
  return codes;
}

Checked<std::vector<item::InspectionRecord>> PostgresStore::ReadRecords(const std::string& line_id,
                                                                        uint64_t from_seq,
                                                                        uint32_t limit) const {
  const std::lock_guard session(impl_->office.mutex);
  Connection& connection = impl_->office.connection;
  Rows rows;
  const Query query{kRecords, Params().Text(line_id).Int(Clamped(from_seq)).Int(limit)};
  if (connection.Run(query, &rows) != Fate::kDone) {
    return Fail(connection.Failure("records cannot be read"));
  }
  std::vector<item::InspectionRecord> records;
  for (int i = 0; i < rows.size(); ++i) {
    item::InspectionRecord& r = records.emplace_back();
    auto codes = DecodeCodes(rows.Bytes(i, 10));
    auto texts = DecodeTexts(rows.Bytes(i, 21));
    if (!codes || !texts) {
      return Fail(Diagnostic{.code = ErrorCode::kIo,
                             .message = "a record's codes or texts cannot be read",
                             .file = connection.address(),
                             .advice = "the table record is damaged: restore it"});
    }
    r.line_id = line_id;
    r.seq = static_cast<uint64_t>(rows.Int(i, 0));
    r.kind = static_cast<item::RecordKind>(rows.Int(i, 1));
    r.lane = static_cast<int>(rows.Int(i, 2));
    r.item_seq = static_cast<uint64_t>(rows.Int(i, 3));
    r.from_count = rows.Int(i, 4);
    r.to_count = rows.Int(i, 5);
    r.accepted = rows.Int(i, 6) != 0;
    r.primary = static_cast<item::RejectReason>(rows.Int(i, 7));
    r.reasons = item::ReasonSet(static_cast<uint32_t>(rows.Int(i, 8)));
    r.detail = rows.Bytes(i, 9);
    r.codes = std::move(*codes);
    r.times = {rows.Int(i, 11), rows.Int(i, 12), rows.Int(i, 13), rows.Int(i, 14), rows.Int(i, 15)};
    r.utc_ns = rows.Int(i, 16);
    r.batch = rows.Bytes(i, 17);
    r.recipe_name = rows.Bytes(i, 18);
    r.recipe_hash = rows.Bytes(i, 19);
    r.part_id = rows.Bytes(i, 20);
    r.texts = std::move(*texts);
  }
  return records;
}

Checked<std::optional<item::RecordStore::SeqRange>> PostgresStore::RecordRange(
    const std::string& line_id) const {
  const std::lock_guard session(impl_->office.mutex);
  Connection& connection = impl_->office.connection;
  Rows rows;
  if (connection.Run({kRange, Params().Text(line_id)}, &rows) != Fate::kDone) {
    return Fail(connection.Failure("records cannot be counted"));
  }
  if (rows.size() == 0 || rows.IsNull(0, 0)) return std::nullopt;
  return SeqRange{static_cast<uint64_t>(rows.Int(0, 0)), static_cast<uint64_t>(rows.Int(0, 1))};
}

}  // namespace veriline::store
