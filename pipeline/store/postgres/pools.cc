// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/postgres/pools.h"

#include <utility>

#include "pipeline/store/accounts.h"
#include "pipeline/store/postgres/schema.h"
#include "vision/core/clock.h"

namespace veriline::store {

using Fate = Connection::Fate;

namespace {

constexpr int64_t kTimeoutNs = 60'000'000'000;

constexpr char kPools[] =
    "SELECT p.id, b.name, b.state, l.name, p.part_id, p.first, p.codes, p.state FROM pool p "
    "JOIN batch b ON b.id = p.batch_id JOIN line l ON l.id = p.line_id "
    "WHERE ($1 = '' OR b.name = $1) AND ($2 = '' OR l.name = $2) ORDER BY p.id";
constexpr char kLock[] = "SELECT id, state FROM batch WHERE name = $1 FOR UPDATE";
/// The lists of the batch, and where each has its first code behind all pools.
constexpr char kFree[] =
    "SELECT p.id, p.codes, coalesce((SELECT max(q.first + q.codes) FROM pool q WHERE q.part_id = "
    "p.id), 0) FROM part p WHERE p.batch_id = $1 ORDER BY p.id";
/// The first code from that place on which somebody has used.
constexpr char kUsed[] =
    "SELECT place FROM code WHERE part_id = $1 AND place >= $2 AND place < $3 AND state <> 1 "
    "ORDER BY place DESC LIMIT 1";
constexpr char kLine[] =
    "INSERT INTO line(name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name "
    "RETURNING id";
constexpr char kAllot[] =
    "INSERT INTO pool(batch_id, line_id, part_id, first, codes, state, user_name, utc_ns) "
    "VALUES ($1, $2, $3, $4, $5, 1, $6, $7) RETURNING id";

}  // namespace

std::string_view Name(Pool::State state) {
  switch (state) {
    case Pool::State::kAllotted:
      return "allotted";
    case Pool::State::kTaken:
      return "taken";
    case Pool::State::kHandedBack:
      return "handed_back";
  }
  return "?";
}

Checked<std::vector<Pool>> ListPools(Connection& connection, const std::string& batch,
                                     const std::string& line_id) {
  Rows rows;
  if (connection.Run({kPools, Params().Text(batch).Text(line_id)}, &rows) != Fate::kDone) {
    return Fail(connection.Failure("the pools cannot be read"));
  }
  std::vector<Pool> pools;
  for (int i = 0; i < rows.size(); ++i) {
    pools.push_back({.id = rows.Int(i, 0),
                     .batch = rows.Str(i, 1),
                     .line_id = rows.Str(i, 3),
                     .batch_state = static_cast<batch::BatchState>(rows.Int(i, 2)),
                     .part_id = rows.Int(i, 4),
                     .first = static_cast<uint64_t>(rows.Int(i, 5)),
                     .codes = static_cast<uint64_t>(rows.Int(i, 6)),
                     .state = static_cast<Pool::State>(rows.Int(i, 7))});
  }
  return pools;
}

Checked<std::vector<Pool>> ListPools(const std::string& url, const std::string& batch) {
  Connection connection(url, kTimeoutNs);
  if (auto ready = PrepareSchema(connection); !ready) return Fail(ready.error());
  return ListPools(connection, batch, "");
}

Checked<Pool> AllotPool(const std::string& url, const std::string& batch,
                        const std::string& line_id, uint64_t codes, const std::string& user) {
  if (line_id.empty() || codes == 0) {
    return Fail(Diagnostic{.message = "a pool needs a line and codes",
                           .advice = "name the line, and how many codes it gets"});
  }
  Connection connection(url, kTimeoutNs);
  if (auto ready = PrepareSchema(connection); !ready) return Fail(ready.error());
  const std::string what = "the codes cannot be allotted";
  const auto failure = [&] { return Fail(connection.Failure(what)); };
  Pool pool{.batch = batch, .line_id = line_id, .codes = codes};
  const auto work = [&]() -> Checked<void> {
    Rows rows, answer;
    if (connection.Run({kLock, Params().Text(batch)}, &rows) != Fate::kDone) return failure();
    if (rows.size() == 0) return Fail(NoSuchBatch(batch));
    const int64_t batch_id = rows.Int(0, 0);
    pool.batch_state = static_cast<batch::BatchState>(rows.Int(0, 1));
    if (pool.batch_state == batch::BatchState::kClosed) {
      return Fail(WrongBatchState(batch, pool.batch_state,
                                  "codes of a closed one are allotted to "
                                  "nobody"));
    }
    if (connection.Run({kFree, Params().Int(batch_id)}, &rows) != Fate::kDone) return failure();
    for (int i = 0; i < rows.size() && pool.part_id == 0; ++i) {
      // Behind the pools, and behind what was claimed among them.
      int64_t first = rows.Int(i, 2);
      for (;;) {
        const int64_t end = first + static_cast<int64_t>(codes);
        if (end > rows.Int(i, 1)) break;
        if (connection.Run({kUsed, Params().Int(rows.Int(i, 0)).Int(first).Int(end)}, &answer) !=
            Fate::kDone) {
          return failure();
        }
        if (answer.size() > 0) {
          first = answer.Int(0, 0) + 1;
          continue;
        }
        pool.part_id = rows.Int(i, 0);
        pool.first = static_cast<uint64_t>(first);
        break;
      }
    }
    if (pool.part_id == 0) {
      return Fail(Diagnostic{.code = ErrorCode::kExhausted,
                             .message = "batch \"" + batch + "\" has no " + std::to_string(codes) +
                                        " codes in a row that are in no pool and unused",
                             .advice = "allot fewer, or add codes"});
    }
    if (connection.Run({kLine, Params().Text(line_id)}, &answer) != Fate::kDone) return failure();
    const int64_t line = answer.Int(0, 0);
    const Query allot{kAllot, Params()
                                  .Int(batch_id)
                                  .Int(line)
                                  .Int(pool.part_id)
                                  .Int(static_cast<int64_t>(pool.first))
                                  .Int(static_cast<int64_t>(codes))
                                  .Text(user)
                                  .Int(UtcNowNs())};
    if (connection.Run(allot, &answer) != Fate::kDone) return failure();
    pool.id = answer.Int(0, 0);
    return {};
  };
  if (auto done = InTransaction(connection, what, work); !done) return Fail(done.error());
  return pool;
}

}  // namespace veriline::store
