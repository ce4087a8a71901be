// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/postgres/pool_sync.h"

#include <chrono>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "pipeline/batch/code_list.h"
#include "pipeline/store/accounts.h"
#include "pipeline/store/postgres/schema.h"
#include "vision/core/clock.h"
#include "vision/core/thread.h"

namespace veriline::store {

using Fate = Connection::Fate;
using batch::BatchState;

namespace {

constexpr int64_t kTimeoutNs = 30'000'000'000;
constexpr uint32_t kPage = 2000;

constexpr char kCodes[] =
    "SELECT c.text, a.gtin, a.lot, a.expiry, a.market FROM code c "
    "JOIN attributes a ON a.id = c.attributes_id WHERE c.part_id = $1 AND c.place >= $2 AND "
    "c.place < $3 ORDER BY c.place";
constexpr char kSetTaken[] = "UPDATE pool SET state = 2 WHERE id = $1 AND state = 1";
constexpr char kCursor[] =
    "SELECT p.cursor, p.store_id FROM pool_cursor p JOIN batch b ON b.id = p.batch_id "
    "JOIN line l ON l.id = p.line_id WHERE b.name = $1 AND l.name = $2";
constexpr char kMakeCursor[] =
    "INSERT INTO pool_cursor SELECT l.id, b.id, $3, 0 FROM batch b, line l WHERE b.name = $1 AND "
    "l.name = $2 ON CONFLICT DO NOTHING";
/// Fails (22012) when somebody else has moved the cursor meanwhile.
constexpr char kMoveCursor[] = R"sql(
WITH moved AS (
  UPDATE pool_cursor p SET cursor = $4 FROM batch b, line l
  WHERE b.name = $1 AND l.name = $2 AND p.batch_id = b.id AND p.line_id = l.id AND p.cursor = $3
  RETURNING 1)
SELECT 1 / count(*) FROM moved
)sql";
constexpr char kLines[] =
    "INSERT INTO line(name) SELECT DISTINCT name FROM unnest($1::text[]) AS n(name) ORDER BY name "
    "ON CONFLICT (name) DO NOTHING";
/// States as the line's store has them now; only of codes in pools of that line.
constexpr char kApply[] = R"sql(
WITH said AS (
  SELECT s.*, l.id AS line_id FROM unnest($2::bytea[], $3::bigint[], $4::text[], $5::bigint[],
    $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
    AS s(key, state, line, lane, item_seq, from_count, claimed, confirmed)
  LEFT JOIN line l ON l.name = s.line),
old AS (
  SELECT c.key, c.state AS before, s.state, s.line_id, s.lane, s.item_seq, s.from_count, s.claimed,
    s.confirmed
  FROM said s JOIN code c ON c.key = s.key
  JOIN pool p ON p.part_id = c.part_id AND c.place >= p.first AND c.place < p.first + p.codes
  JOIN line o ON o.id = p.line_id AND o.name = $1
  ORDER BY c.key FOR UPDATE OF c),
moved AS (
  UPDATE code SET state = old.state, changes = changes + 1, line_id = old.line_id,
    lane = old.lane, item_seq = old.item_seq, from_count = old.from_count,
    claimed_utc_ns = old.claimed, confirmed_utc_ns = old.confirmed
  FROM old WHERE code.key = old.key
  RETURNING code.key, code.batch_id, code.changes, code.state, code.line_id, code.lane,
    code.item_seq, old.before),
told AS (
  INSERT INTO code_event(key, batch_id, change, state, line_id, lane, item_seq, utc_ns)
  SELECT key, batch_id, changes, state, line_id, lane, item_seq, $10 FROM moved),
counted AS (
  INSERT INTO tally AS t (batch_id, line_id, what, n)
  SELECT batch_id, 0, what, sum(n)::bigint FROM (
    SELECT batch_id, 400 + state AS what, 1 AS n FROM moved
    UNION ALL SELECT batch_id, 400 + before, -1 FROM moved) x
  GROUP BY batch_id, what ORDER BY batch_id, what
  ON CONFLICT (batch_id, line_id, what) DO UPDATE SET n = t.n + EXCLUDED.n)
SELECT count(*) FROM moved
)sql";
constexpr char kCounts[] =
    "INSERT INTO tally AS t (batch_id, line_id, what, n) SELECT b.id, l.id, c.what, c.n FROM "
    "unnest($3::bigint[], $4::bigint[]) AS c(what, n), batch b, line l WHERE b.name = $1 AND "
    "l.name = $2 ORDER BY c.what "
    "ON CONFLICT (batch_id, line_id, what) DO UPDATE SET n = EXCLUDED.n WHERE t.n <> EXCLUDED.n";
constexpr char kHandBack[] =
    "UPDATE pool p SET state = 3 FROM batch b, line l WHERE p.batch_id = b.id AND "
    "p.line_id = l.id AND b.name = $1 AND l.name = $2 AND p.state = 2";

}  // namespace

PoolSync::PoolSync(EmbeddedStore& store, Options options)
    : store_(store), options_(std::move(options)), connection_(options_.url, kTimeoutNs) {}

PoolSync::~PoolSync() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stop_now_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  static_cast<void>(Round());
}

void PoolSync::Start() {
  thread_ = std::thread([this] {
    SetThreadName("veriline-sync");
    std::unique_lock lock(mutex_);
    do {
      lock.unlock();
      static_cast<void>(Round());
      lock.lock();
    } while (!stop_now_.wait_for(lock, std::chrono::nanoseconds(options_.every_ns),
                                 [this] { return stop_; }));
  });
}

PoolSync::Status PoolSync::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

Checked<void> PoolSync::Round() {
  const std::lock_guard round(round_mutex_);
  auto done = Run();
  const std::lock_guard lock(mutex_);
  status_.in_step = done.has_value();
  status_.problem = done ? "" : done.error().ToString();
  return done;
}

Checked<void> PoolSync::Run() {
  if (auto ready = PrepareSchema(connection_); !ready) return Fail(ready.error());
  const auto pools = ListPools(connection_, "", options_.line_id);
  if (!pools) return Fail(pools.error());
  std::set<std::string> batches;
  for (const Pool& pool : *pools) {
    if (pool.state == Pool::State::kHandedBack) continue;
    if (pool.state == Pool::State::kAllotted) {
      if (auto taken = Take(pool); !taken) return taken;
    }
    batches.insert(pool.batch);
  }
  for (const std::string& batch : batches) {
    if (auto told = Tell(batch); !told) return told;
    if (auto told = TellCounts(batch); !told) return told;
    if (auto done = HandBack(batch); !done) return done;
  }
  return {};
}

Checked<void> PoolSync::Take(const Pool& pool) {
  Rows rows;
  const auto failure = [&] { return Fail(connection_.Failure("a pool cannot be taken")); };
  std::stringstream list;
  std::vector<batch::IssuedCode> codes;
  std::vector<std::string> first_code;
  bool head = true;
  for (uint64_t at = pool.first; at < pool.first + pool.codes; at += kPage) {
    const uint64_t end = std::min(pool.first + pool.codes, at + kPage);
    const Query page{
        kCodes,
        Params().Int(pool.part_id).Int(static_cast<int64_t>(at)).Int(static_cast<int64_t>(end))};
    if (connection_.Run(page, &rows) != Fate::kDone) return failure();
    if (static_cast<uint64_t>(rows.size()) != end - at) {
      return Fail(Diagnostic{.code = ErrorCode::kIo,
                             .message = "codes of pool " + std::to_string(pool.id) + " are missing",
                             .file = connection_.address(),
                             .advice = "see the tables pool and code"});
    }
    codes.clear();
    for (int i = 0; i < rows.size(); ++i) {
      batch::IssuedCode& code = codes.emplace_back();
      code.code = rows.Bytes(i, 0);
      code.gtin = rows.Bytes(i, 1);
      code.lot = rows.Bytes(i, 2);
      code.expiry = rows.Bytes(i, 3);
      code.market = rows.Bytes(i, 4);
    }
    if (head) first_code = {codes.front().code};
    std::ostringstream text;
    batch::WriteCodeList(text, codes);
    const std::string part = std::move(text).str();
    list << (head ? part : part.substr(part.find('\n') + 1));
    head = false;
  }
  // Taken before, and the answer was lost: it stands here as a whole.
  const auto keys = batch::KeysOfCodes(first_code, "pool");
  if (!keys) return Fail(keys.error());
  const auto known = store_.Find(keys->front());
  if (!known) {
    return Fail(Diagnostic{.code = known.error().code, .message = known.error().text});
  }
  if (!*known) {
    const std::string name = "pool " + std::to_string(pool.id);
    const auto taken = store_.Status(pool.batch) ? store_.AddCodes(pool.batch, list, name)
                                                 : store_.ImportBatch(pool.batch, list, name);
    if (!taken) return Fail(taken.error());
    const std::lock_guard lock(mutex_);
    status_.taken += *taken;
  }
  if (connection_.Run({kSetTaken, Params().Int(pool.id)}, &rows) != Fate::kDone) return failure();
  return {};
}

Checked<void> PoolSync::Tell(const std::string& batch) {
  const auto failure = [&] {
    return Fail(connection_.Failure("what became of codes cannot be told"));
  };
  Rows rows;
  if (connection_.Run(
          {kMakeCursor, Params().Text(batch).Text(options_.line_id).Text(store_.store_id())},
          &rows) != Fate::kDone ||
      connection_.Run({kCursor, Params().Text(batch).Text(options_.line_id)}, &rows) !=
          Fate::kDone) {
    return failure();
  }
  if (rows.size() != 1) return failure();
  auto cursor = static_cast<uint64_t>(rows.Int(0, 0));
  if (rows.Bytes(0, 1) != store_.store_id()) {
    return Fail(Diagnostic{.code = ErrorCode::kWrongState,
                           .message = "the pool of line " + options_.line_id +
                                      " is kept by another store than this one",
                           .file = connection_.address(),
                           .advice = "bring that store back; or void what it had, and allot anew"});
  }
  for (;;) {
    const auto changed = store_.ListChanged(batch, cursor, kPage);
    if (!changed) return Fail(changed.error());
    if (changed->empty()) return {};
    std::vector<std::string> codes, lines;
    std::vector<int64_t> states, lanes, items, counts, claimed, confirmed;
    for (const batch::VerifiedCode& code : *changed) {
      codes.push_back(code.code);
      lines.push_back(code.item.line_id);
      states.push_back(static_cast<int64_t>(code.state));
      lanes.push_back(code.item.lane);
      items.push_back(static_cast<int64_t>(code.item.item_seq));
      counts.push_back(code.encoder_count);
      claimed.push_back(code.claimed_utc_ns);
      confirmed.push_back(code.confirmed_utc_ns);
    }
    const auto keys = batch::KeysOfCodes(codes, "pool");
    if (!keys) return Fail(keys.error());
    std::vector<std::string_view> bytes;
    for (const batch::CodeKey& key : *keys) bytes.push_back(key.bytes());
    std::vector<std::string> named;
    for (const std::string& line : lines) {
      if (!line.empty()) named.push_back(line);
    }
    const uint64_t newest = changed->back().cursor;
    const Query steps[] = {{kLines, Params().Texts(named)},
                           {kMoveCursor, Params()
                                             .Text(batch)
                                             .Text(options_.line_id)
                                             .Int(static_cast<int64_t>(cursor))
                                             .Int(static_cast<int64_t>(newest))},
                           {kApply, Params()
                                        .Text(options_.line_id)
                                        .Blobs(bytes)
                                        .Ints(states)
                                        .Texts(lines)
                                        .Ints(lanes)
                                        .Ints(items)
                                        .Ints(counts)
                                        .Ints(claimed)
                                        .Ints(confirmed)
                                        .Int(UtcNowNs())}};
    std::vector<Rows> answers;
    // A lost answer is no harm: the next round asks how far it came.
    if (connection_.Run(steps, &answers) != Fate::kDone) return failure();
    cursor = newest;
    const std::lock_guard lock(mutex_);
    status_.told += static_cast<uint64_t>(answers[2].Int(0, 0));
  }
}

Checked<void> PoolSync::TellCounts(const std::string& batch) {
  const auto items = store_.ItemCounts(batch);
  if (!items) return Fail(items.error());
  if (items->empty()) return {};
  std::vector<int64_t> whats, counts;
  for (const auto& [what, count] : *items) {
    whats.push_back(what);
    counts.push_back(static_cast<int64_t>(count));
  }
  Rows rows;
  const Query query{kCounts, Params().Text(batch).Text(options_.line_id).Ints(whats).Ints(counts)};
  if (connection_.Run(query, &rows) == Fate::kDone) return {};
  return Fail(connection_.Failure("the items cannot be told"));
}

Checked<void> PoolSync::HandBack(const std::string& batch) {
  const auto status = store_.Status(batch);
  if (!status) return Fail(status.error());
  // Whatever may still be used here is not given to somebody else.
  using enum batch::CodeState;
  const bool open =
      status->state != BatchState::kClosed || status->Of(kIssued) > 0 || status->Of(kClaimed) > 0;
  if (open) return {};
  Rows rows;
  if (connection_.Run({kHandBack, Params().Text(batch).Text(options_.line_id)}, &rows) ==
      Fate::kDone) {
    return {};
  }
  return Fail(connection_.Failure("a pool cannot be handed back"));
}

}  // namespace veriline::store
