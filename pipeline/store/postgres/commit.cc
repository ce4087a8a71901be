// SPDX-License-Identifier: Apache-2.0
// The durable side of the line: a group is one transaction in one round trip.
#include <algorithm>
#include <numeric>
#include <set>

#include "pipeline/store/accounts.h"
#include "pipeline/store/postgres/postgres_impl.h"
#include "pipeline/store/record_codec.h"
#include "vision/core/clock.h"

namespace veriline::store {

using Fate = Connection::Fate;
using batch::CodeState;
using item::Outcome;

namespace {

constexpr uint64_t kChanged = 1;  // as in postgres_store.cc: the server knows who has the code

// Codes are counted by state beside the items (accounts.h): 400 + CodeState.
#define VERILINE_ADD_TALLY \
  "ON CONFLICT (batch_id, line_id, what) DO UPDATE SET n = t.n + EXCLUDED.n"

/// First of each group: fails (22012) when this process has been told that the group is lost.
constexpr char kFence[] =
    "WITH w AS (UPDATE writer SET last_group = $2, utc_ns = $4 WHERE id = $1 AND epoch = $3 "
    "RETURNING 1) SELECT 1 / count(*) FROM w";
constexpr char kUnfence[] =
    "UPDATE writer SET epoch = epoch + 1 WHERE id = $1 RETURNING epoch, last_group";

/// Nobody closes the batches of these parts until the transaction ends.
constexpr char kHoldBatches[] =
    "SELECT b.id FROM batch b WHERE b.id IN (SELECT batch_id FROM part WHERE id = ANY($1)) "
    "ORDER BY b.id FOR SHARE";

/// Claims those codes that are free, in batches that are open; the keys come in order, so that two
/// that want the same codes meet at the first of them.
constexpr char kClaim[] = R"sql(
WITH wanted AS (
  SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
    $6::bigint[], $7::bigint[]) AS w(key, state, line_id, lane, item_seq, from_count, utc_ns)),
won AS (
  UPDATE code SET state = w.state, changes = changes + 1, line_id = w.line_id, lane = w.lane,
    item_seq = w.item_seq, from_count = w.from_count, claimed_utc_ns = w.utc_ns,
    confirmed_utc_ns = 0
  FROM wanted w, batch b
  WHERE code.key = w.key AND b.id = code.batch_id AND b.state = 2 AND
    NOT EXISTS (SELECT 1 FROM pool p WHERE p.part_id = code.part_id AND
                code.place >= p.first AND code.place < p.first + p.codes) AND
    (code.state = 1 OR (code.state = 5 AND code.line_id = w.line_id AND code.lane = w.lane AND
                        code.item_seq = w.item_seq))
  RETURNING code.key, code.batch_id, code.changes, code.state, code.line_id, code.lane,
    code.item_seq, code.claimed_utc_ns),
told AS (
  INSERT INTO code_event(key, batch_id, change, state, line_id, lane, item_seq, utc_ns)
  SELECT key, batch_id, changes, state, line_id, lane, item_seq, claimed_utc_ns FROM won),
flying AS (
  INSERT INTO open_claim SELECT line_id, lane, item_seq, key FROM won ON CONFLICT DO NOTHING),
counted AS (
  INSERT INTO tally AS t (batch_id, line_id, what, n)
  SELECT batch_id, line_id, what, sum(n)::bigint FROM (
    SELECT batch_id, line_id, 400 + state AS what, 1 AS n FROM won
    UNION ALL SELECT batch_id, line_id, 405, -1 FROM won WHERE changes > 1) x
  GROUP BY batch_id, line_id, what ORDER BY batch_id, line_id, what
  )sql" VERILINE_ADD_TALLY R"sql()
SELECT key FROM won
)sql";

/// Confirmations of different items. $5, $6, $7: from which state which outcome leads where.
constexpr char kConfirm[] = R"sql(
WITH said AS (
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $8::bigint[])
    AS s(line_id, lane, item_seq, outcome, utc_ns)),
rules AS (
  SELECT * FROM unnest($5::bigint[], $6::bigint[], $7::bigint[]) AS r(outcome, state, next)),
old AS (
  SELECT c.key, c.state, r.next, s.outcome, s.utc_ns FROM said s
  JOIN open_claim o ON o.line_id = s.line_id AND o.lane = s.lane AND o.item_seq = s.item_seq
  JOIN code c ON c.key = o.key AND c.line_id = s.line_id AND c.lane = s.lane AND
    c.item_seq = s.item_seq
  JOIN rules r ON r.outcome = s.outcome AND r.state = c.state
  ORDER BY c.key FOR UPDATE OF c),
moved AS (
  UPDATE code SET state = old.next, changes = changes + 1,
    confirmed_utc_ns = CASE WHEN old.next = 3 THEN old.utc_ns ELSE 0 END
  FROM old WHERE code.key = old.key AND code.state = old.state
  RETURNING code.key, code.batch_id, code.changes, code.state, code.line_id, code.lane,
    code.item_seq, code.part_id, code.place, old.state AS before, old.outcome, old.utc_ns),
told AS (
  INSERT INTO code_event(key, batch_id, change, state, line_id, lane, item_seq, utc_ns)
  SELECT key, batch_id, changes, state, line_id, lane, item_seq, utc_ns FROM moved),
landed AS (
  DELETE FROM open_claim o USING moved m WHERE m.state IN (3, 5) AND o.line_id = m.line_id AND
    o.lane = m.lane AND o.item_seq = m.item_seq AND o.key = m.key),
counted AS (
  INSERT INTO tally AS t (batch_id, line_id, what, n)
  SELECT batch_id, line_id, what, sum(n)::bigint FROM (
    SELECT batch_id, line_id, 400 + state AS what, 1 AS n FROM moved
    UNION ALL SELECT batch_id, line_id, 400 + before, -1 FROM moved
    UNION ALL SELECT batch_id, line_id, 300 + outcome, 1 FROM moved) x
  GROUP BY batch_id, line_id, what ORDER BY batch_id, line_id, what
  )sql" VERILINE_ADD_TALLY R"sql()
SELECT part_id, place, state FROM moved
)sql";

/// Somebody had these codes, and another item shows them. $3: states of which nobody had or has it.
constexpr char kMakeSuspect[] = R"sql(
WITH old AS (
  SELECT key, state FROM code WHERE key = ANY($1::bytea[]) AND batch_id IS NOT NULL AND
    state <> ALL($3::bigint[]) ORDER BY key FOR UPDATE),
moved AS (
  UPDATE code SET state = 8, changes = changes + 1, confirmed_utc_ns = 0
  FROM old WHERE code.key = old.key
  RETURNING code.key, code.batch_id, code.changes, code.line_id, code.lane, code.item_seq,
    code.part_id, code.place, old.state AS before),
told AS (
  INSERT INTO code_event(key, batch_id, change, state, line_id, lane, item_seq, utc_ns)
  SELECT key, batch_id, changes, 8, line_id, lane, item_seq, $2 FROM moved),
counted AS (
  INSERT INTO tally AS t (batch_id, line_id, what, n)
  SELECT batch_id, 0, what, sum(n)::bigint FROM (
    SELECT batch_id, 408 AS what, 1 AS n FROM moved
    UNION ALL SELECT batch_id, 400 + before, -1 FROM moved) x
  GROUP BY batch_id, what ORDER BY batch_id, what
  )sql" VERILINE_ADD_TALLY R"sql()
SELECT part_id, place FROM moved
)sql";

constexpr char kTakeSeqs[] =
    "UPDATE line SET last_seq = last_seq + $2 WHERE id = $1 RETURNING last_seq";
/// Numbered from the line's last number down: $23 records of it follow this one.
constexpr char kRecord[] =
    "INSERT INTO record SELECT $1, last_seq - $23, $2, $3, $4, $5, $6, $7 <> 0, $8, $9, $10, $11, "
    "$12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22 FROM line WHERE id = $1";
constexpr char kCountItems[] =
    "INSERT INTO tally AS t (batch_id, line_id, what, n) "
    "SELECT b.id, x.line_id, x.what, count(*) FROM "
    "unnest($1::text[], $2::bigint[], $3::bigint[]) AS x(batch, line_id, what) "
    "JOIN batch b ON b.name = x.batch GROUP BY b.id, x.line_id, x.what "
    "ORDER BY b.id, x.line_id, x.what " VERILINE_ADD_TALLY;

constexpr char kLastSeq[] = "SELECT last_seq FROM line WHERE name = $1";
constexpr char kLine[] =
    "INSERT INTO line(name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name "
    "RETURNING id";
constexpr char kAllot[] =
    "INSERT INTO lane AS l VALUES ($1, $2, $3) ON CONFLICT (line_id, lane) DO UPDATE "
    "SET last_item_seq = l.last_item_seq + $3 RETURNING last_item_seq";

/// NextState as a table of three columns.
struct Rules {
  std::vector<int64_t> outcomes, states, next;
};
const Rules& AllRules() {
  static const Rules rules = [] {
    Rules r;
    for (int outcome = 1; outcome <= static_cast<int>(Outcome::kTooLate); ++outcome) {
      for (int state = 1; state < batch::kCodeStates; ++state) {
        const auto next = NextState(static_cast<CodeState>(state), static_cast<Outcome>(outcome));
        if (!next) continue;
        r.outcomes.push_back(outcome);
        r.states.push_back(state);
        r.next.push_back(static_cast<int64_t>(*next));
      }
    }
    return r;
  }();
  return rules;
}

Query ConfirmQuery(const std::vector<item::Confirmation>& confirmations,
                   const std::map<std::string, int64_t>& line_ids) {
  std::vector<int64_t> lines, lanes, items, outcomes, times;
  for (const item::Confirmation& c : confirmations) {
    lines.push_back(line_ids.at(c.item.line_id));
    lanes.push_back(c.item.lane);
    items.push_back(static_cast<int64_t>(c.item.item_seq));
    outcomes.push_back(static_cast<int64_t>(c.outcome));
    times.push_back(c.utc_ns);
  }
  const Rules& rules = AllRules();
  return {kConfirm, Params()
                        .Ints(lines)
                        .Ints(lanes)
                        .Ints(items)
                        .Ints(outcomes)
                        .Ints(rules.outcomes)
                        .Ints(rules.states)
                        .Ints(rules.next)
                        .Ints(times)};
}

/// In their order, but no item twice in one of the groups.
std::vector<std::vector<item::Confirmation>> Rounds(
    const std::vector<item::Confirmation>& confirmations) {
  std::vector<std::vector<item::Confirmation>> rounds;
  std::set<std::tuple<std::string, int, uint64_t>> seen;
  for (const item::Confirmation& c : confirmations) {
    if (rounds.empty() || !seen.emplace(c.item.line_id, c.item.lane, c.item.item_seq).second) {
      seen = {{c.item.line_id, c.item.lane, c.item.item_seq}};
      rounds.emplace_back();
    }
    rounds.back().push_back(c);
  }
  return rounds;
}

Query RecordQuery(const item::InspectionRecord& r, int64_t line, int64_t following) {
  return {kRecord, Params()
                       .Int(line)
                       .Int(static_cast<int64_t>(r.kind))
                       .Int(r.lane)
                       .Int(static_cast<int64_t>(r.item_seq))
                       .Int(r.from_count)
                       .Int(r.to_count)
                       .Int(r.accepted ? 1 : 0)
                       .Int(static_cast<int64_t>(r.primary))
                       .Int(r.reasons.bits())
                       .Text(r.detail)
                       .Bytes(EncodeCodes(r.codes))
                       .Int(r.times.trigger_ns)
                       .Int(r.times.exposure_ns)
                       .Int(r.times.last_pixel_ns)
                       .Int(r.times.decision_ns)
                       .Int(r.times.sent_ns)
                       .Int(r.utc_ns)
                       .Text(r.batch)
                       .Text(r.recipe_name)
                       .Text(r.recipe_hash)
                       .Bytes(r.part_id)
                       .Bytes(EncodeTexts(r.texts))
                       .Int(following)};
}

}  // namespace

Result<int64_t> PostgresStore::Impl::LineId(const std::string& name) {
  if (const auto at = line_ids.find(name); at != line_ids.end()) return at->second;
  Rows row;
  if (committer.connection.Run({kLine, Params().Text(name)}, &row) != Fate::kDone) {
    return tl::unexpected(committer.connection.FrameError("a line could not be entered"));
  }
  return line_ids[name] = row.Int(0, 0);
}

void PostgresStore::Impl::NumberSettled(item::CommitGroup& group) {
  for (item::InspectionRecord& record : group.records) {
    const auto same = std::ranges::find_if(settled, [&](const item::InspectionRecord& r) {
      return record.seq == 0 && r.line_id == record.line_id && r.kind == record.kind &&
             r.lane == record.lane && r.item_seq == record.item_seq &&
             r.from_count == record.from_count && r.utc_ns == record.utc_ns;
    });
    if (same == settled.end()) continue;
    record.seq = same->seq;
    settled.erase(same);
  }
}

Result<void> PostgresStore::Impl::Settle(item::CommitGroup& group) {
  if (!uncertain) return {};
  Connection& connection = committer.connection;
  const auto failure = [&] {
    return tl::unexpected(connection.FrameError("a lost group could not be settled"));
  };
  Rows row;
  // After this, what is still on its way of the lost group is refused by its fence.
  if (connection.Run({kUnfence, Params().Text(writer_id)}, &row) != Fate::kDone) return failure();
  if (row.size() == 0) return Fail(ErrorCode::kInternal, "the writer's row is gone");
  epoch = row.Int(0, 0);
  if (row.Int(0, 1) == uncertain->group) {
    // It was written, and nobody heard of it: its items have no release, its records a number each,
    // the last ones of their lines.
    std::map<std::string, uint64_t> next;  // by line
    for (const item::InspectionRecord& record : uncertain->records) ++next[record.line_id];
    for (auto& [line, count] : next) {
      if (connection.Run({kLastSeq, Params().Text(line)}, &row) != Fate::kDone || row.size() == 0) {
        return failure();
      }
      count = static_cast<uint64_t>(row.Int(0, 0)) - count;
    }
    for (item::InspectionRecord& record : uncertain->records) {
      record.seq = ++next[record.line_id];
      settled.push_back(std::move(record));
    }
    for (const item::Claim& claim : uncertain->claims) {
      group.confirmations.push_back({claim.item, Outcome::kTooLate, claim.utc_ns});
    }
    last_group = uncertain->group;
  }
  uncertain.reset();
  return {};
}

Result<void> PostgresStore::Impl::Write(item::CommitGroup& group,
                                        std::vector<OpenCodes::Pending>& pending) {
  Connection& connection = committer.connection;
  for (const auto& claim : group.claims) {
    if (const auto id = LineId(claim.item.line_id); !id) return tl::unexpected(id.error());
  }
  for (const auto& c : group.confirmations) {
    if (const auto id = LineId(c.item.line_id); !id) return tl::unexpected(id.error());
  }
  for (const auto& record : group.records) {
    if (const auto id = LineId(record.line_id); !id) return tl::unexpected(id.error());
  }

  std::vector<Query> queries;
  queries.push_back(
      {kFence, Params().Text(writer_id).Int(last_group + 1).Int(epoch).Int(UtcNowNs())});
  // Claims, in the order of their keys.
  std::vector<size_t> order;
  for (size_t i = 0; i < pending.size(); ++i) {
    if (pending[i].index != nullptr) order.push_back(i);
  }
  std::ranges::sort(
      order, {}, [&](size_t i) -> const auto& { return group.claims[i].key; });
  size_t claims_at = 0;
  if (!order.empty()) {
    std::vector<std::string_view> keys;
    std::vector<int64_t> states, lines_of, lanes, items, counts, times;
    std::set<int64_t> parts;
    for (const size_t i : order) {
      const item::Claim& c = group.claims[i];
      pending[i].suspected = open_codes.IsSuspected(pending[i]);
      parts.insert(pending[i].index->part_id());
      keys.push_back(c.key.bytes());
      states.push_back(static_cast<int64_t>(pending[i].suspected ? CodeState::kSuspect
                                            : c.confirmable      ? CodeState::kClaimed
                                                                 : CodeState::kUnconfirmed));
      lines_of.push_back(line_ids.at(c.item.line_id));
      lanes.push_back(c.item.lane);
      items.push_back(static_cast<int64_t>(c.item.item_seq));
      counts.push_back(c.from_count);
      times.push_back(c.utc_ns);
    }
    const std::vector<int64_t> part_list(parts.begin(), parts.end());
    queries.push_back({kHoldBatches, Params().Ints(part_list)});
    claims_at = queries.size();
    queries.push_back(
        {kClaim,
         Params().Blobs(keys).Ints(states).Ints(lines_of).Ints(lanes).Ints(items).Ints(counts).Ints(
             times)});
  }
  const size_t confirmed_at = queries.size();
  for (const auto& round : Rounds(group.confirmations)) {
    queries.push_back(ConfirmQuery(round, line_ids));
  }
  const size_t suspected_at = queries.size();
  if (!group.suspicions.empty()) {
    std::vector<std::string_view> keys;
    for (const item::Suspicion& s : group.suspicions) {
      static_cast<void>(open_codes.BeginSuspect(FingerprintOf(s.key)));  // those that are held
      keys.push_back(s.key.bytes());
    }
    using enum CodeState;
    std::vector<int64_t> out;
    for (const CodeState state :
         {kIssued, kSuspect, kVoided, kDestroyed, kRecalled, kMissing, kSampled, kRejected}) {
      out.push_back(static_cast<int64_t>(state));
    }
    queries.push_back(
        {kMakeSuspect, Params().Blobs(keys).Int(group.suspicions.front().utc_ns).Ints(out)});
  }
  const size_t seqs_at = queries.size();
  std::map<std::string, int64_t> following;  // by line
  std::vector<item::InspectionRecord*> records;
  for (item::InspectionRecord& record : group.records) {
    if (record.seq != 0) continue;  // of a group that was settled
    records.push_back(&record);
    ++following[record.line_id];
  }
  for (const auto& [line, count] : following) {
    queries.push_back({kTakeSeqs, Params().Int(line_ids.at(line)).Int(count)});
  }
  std::map<std::string, int64_t> left = following;
  std::vector<std::string> batches;
  std::vector<int64_t> batch_lines, whats;
  for (const item::InspectionRecord* record : records) {
    const int64_t line = line_ids.at(record->line_id);
    queries.push_back(RecordQuery(*record, line, --left[record->line_id]));
    if (const auto what = CountOf(*record)) {
      batches.push_back(record->batch);
      batch_lines.push_back(line);
      whats.push_back(*what);
    }
  }
  if (!batches.empty()) {
    queries.push_back({kCountItems, Params().Texts(batches).Ints(batch_lines).Ints(whats)});
  }

  std::vector<Rows> answers;
  Fate fate = connection.Run(queries, &answers);
  constexpr int kMostTries = 5;
  for (int tries = 1; fate == Fate::kAgain && tries < kMostTries; ++tries) {
    fate = connection.Run(queries, &answers);
  }
  if (fate == Fate::kUnknown) {
    uncertain = Uncertain{last_group + 1, {}, {}};
    for (const item::InspectionRecord* record : records) uncertain->records.push_back(*record);
    for (const size_t i : order) uncertain->claims.push_back(group.claims[i]);
  }
  if (fate != Fate::kDone) {
    return tl::unexpected(connection.FrameError("a group could not be written"));
  }
  ++last_group;

  // Who won?
  std::set<std::string_view> won;
  if (!order.empty()) {
    const Rows& rows = answers[claims_at];
    for (int i = 0; i < rows.size(); ++i) won.insert(rows.Bytes(i, 0));
  }
  for (const size_t i : order) {
    if (won.contains(group.claims[i].key.bytes())) {
      pending[i].change = kChanged;
      continue;
    }
    batch::ReserveAnswer answer;
    const auto known = Ask(connection, group.claims[i].key.bytes());
    if (known && *known) {
      Learn(**known);
      const batch::CodeInfo& info = (*known)->info;
      if (info.item == group.claims[i].item && info.state == CodeState::kClaimed) {
        pending[i].change = kChanged;  // by a group that nobody heard of
        continue;
      }
      if (info.batch_state == batch::BatchState::kOpen && !info.item.line_id.empty()) {
        answer = {batch::ReserveOutcome::kDuplicate, info.item, info.claimed_utc_ns};
      }
    }
    group.refused.push_back({i, answer});
  }
  for (size_t q = confirmed_at; q < seqs_at; ++q) {
    const Rows& rows = answers[q];
    for (int i = 0; i < rows.size(); ++i) {
      const CodeState state =
          q >= suspected_at ? CodeState::kSuspect : static_cast<CodeState>(rows.Int(i, 2));
      open_codes.SetState(rows.Int(i, 0), static_cast<uint32_t>(rows.Int(i, 1)), state, kChanged);
    }
  }
  size_t at = seqs_at;
  for (auto& [line, count] : following) {
    const auto last = static_cast<uint64_t>(answers[at++].Int(0, 0));
    uint64_t next = last - static_cast<uint64_t>(count);
    for (item::InspectionRecord* record : records) {
      if (record->line_id == line) record->seq = ++next;
    }
  }
  return {};
}

Result<void> PostgresStore::Commit(item::CommitGroup& group) {
  group.refused.clear();
  if (group.Empty()) return {};
  const std::lock_guard lock(impl_->committer.mutex);
  std::vector<Fingerprint> codes;
  codes.reserve(group.claims.size());
  for (const item::Claim& claim : group.claims) codes.push_back(impl_->FingerprintOf(claim.key));
  const auto is_of = [&](const OpenCodes::ClaimPlace&, const batch::ItemRef& item) {
    return std::ranges::any_of(group.claims, [&](const item::Claim& claim) {
      if (claim.item != item) return false;
      const auto known = impl_->Ask(impl_->committer.connection, claim.key.bytes());
      return known && *known && (*known)->info.item == item;
    });
  };
  auto pending = impl_->open_codes.BeginCommit(group.claims, codes, is_of);
  if (!pending) return tl::unexpected(pending.error());
  auto done = impl_->Settle(group);
  impl_->NumberSettled(group);
  if (done) done = impl_->Write(group, *pending);
  // Claims that were refused are reservations again, whatever else was written.
  std::vector<OpenCodes::Pending> held, refused;
  std::vector<item::Claim> held_claims, refused_claims;
  for (size_t i = 0; i < pending->size(); ++i) {
    const bool lost =
        std::ranges::any_of(group.refused, [&](const auto& r) { return r.index == i; });
    (lost ? refused : held).push_back((*pending)[i]);
    (lost ? refused_claims : held_claims).push_back(group.claims[i]);
  }
  impl_->open_codes.EndCommit(held, held_claims, done.has_value());
  impl_->open_codes.EndCommit(refused, refused_claims, false);
  return done;
}

Result<uint64_t> PostgresStore::AllotItemSeq(const std::string& line_id, int lane, uint64_t count) {
  const std::lock_guard lock(impl_->committer.mutex);
  const auto line = impl_->LineId(line_id);
  if (!line) return tl::unexpected(line.error());
  Connection& connection = impl_->committer.connection;
  Rows row;
  const Query allot{kAllot, Params().Int(*line).Int(lane).Int(static_cast<int64_t>(count))};
  if (connection.Run(allot, &row) != Fate::kDone) {
    return tl::unexpected(connection.FrameError("item numbers could not be allotted"));
  }
  return static_cast<uint64_t>(row.Int(0, 0)) - count + 1;
}

}  // namespace veriline::store
