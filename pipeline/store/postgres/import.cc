// SPDX-License-Identifier: Apache-2.0
// A code list becomes rows of the table code: all of it in one transaction.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "pipeline/batch/code_list.h"
#include "pipeline/store/accounts.h"
#include "pipeline/store/postgres/postgres_impl.h"
#include "vision/core/clock.h"

namespace veriline::store {

using Fate = Connection::Fate;

namespace {

constexpr char kIncoming[] =
    "CREATE TEMPORARY TABLE incoming(place bigint NOT NULL, line bigint NOT NULL, key bytea NOT "
    "NULL, text bytea NOT NULL, attributes_id bigint NOT NULL) ON COMMIT DROP";
constexpr char kCopy[] = "COPY pg_temp.incoming FROM STDIN (FORMAT binary)";
constexpr char kAttributes[] =
    "INSERT INTO attributes(gtin, lot, expiry, market) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (gtin, lot, expiry, market) DO UPDATE SET gtin = EXCLUDED.gtin RETURNING id";
constexpr char kPart[] =
    "INSERT INTO part(batch_id, codes, utc_ns, file) VALUES (nullif($1, 0), $2, $3, $4) "
    "RETURNING id";
constexpr char kBatch[] =
    "INSERT INTO batch(name, state) VALUES ($1, 1) ON CONFLICT (name) DO NOTHING RETURNING id";
// New ones, and those that were issued and are in no batch yet; a key that stands twice in the list
// is an error of the statement (21000).
constexpr char kTakeSql[] =
    "INSERT INTO code(key, text, part_id, place, batch_id, attributes_id) "
    "SELECT key, text, %PART%, place, %BATCH%, attributes_id FROM pg_temp.incoming "
    "ON CONFLICT (key) DO UPDATE SET text = EXCLUDED.text, part_id = EXCLUDED.part_id, "
    "place = EXCLUDED.place, batch_id = EXCLUDED.batch_id, "
    "attributes_id = EXCLUDED.attributes_id WHERE code.batch_id IS NULL";
constexpr char kIssueSql[] =
    "INSERT INTO code(key, text, part_id, place, attributes_id) "
    "SELECT key, '', %PART%, place, attributes_id FROM pg_temp.incoming ON CONFLICT (key) DO "
    "NOTHING";
constexpr char kTwiceSql[] =
    "SELECT line, before FROM (SELECT line, place, lag(line) OVER (PARTITION BY key ORDER BY "
    "place) AS before FROM pg_temp.incoming) t WHERE before IS NOT NULL ORDER BY place LIMIT 1";
constexpr char kInBatchSql[] =
    "SELECT i.line, b.name FROM pg_temp.incoming i JOIN code c ON c.key = i.key "
    "JOIN batch b ON b.id = c.batch_id ORDER BY i.place LIMIT 1";
constexpr char kKnownSql[] =
    "SELECT i.place, i.line FROM pg_temp.incoming i JOIN code c ON c.key = i.key ORDER BY i.place";
constexpr char kIssue[] = "INSERT INTO issue VALUES ($1, $2, $3, $4, $5, $6)";
constexpr char kSetCodes[] = "UPDATE part SET codes = $2 WHERE id = $1";
constexpr char kIssues[] =
    "SELECT i.kind, i.gtin, i.shape, i.next_starts, p.codes, p.file, i.user_name, p.utc_ns "
    "FROM issue i JOIN part p ON p.id = i.part_id WHERE i.gtin = $1 ORDER BY i.part_id";

std::string With(std::string sql, int64_t part, int64_t batch) {
  const auto put = [&sql](std::string_view name, int64_t id) {
    if (const size_t at = sql.find(name); at != std::string::npos) {
      sql.replace(at, name.size(), std::to_string(id));
    }
  };
  put("%PART%", part);
  put("%BATCH%", batch);
  return sql;
}

void Append(uint64_t value, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift));
  }
}

/// Reads lists into the temporary table, in COPY's binary format.
class Incoming {
 public:
  Incoming(Connection& connection, const std::string& file)
      : connection_(connection), file_(file) {}

  /// Within a transaction. Errors: a bad row, no codes, out of reach.
  Checked<uint64_t> Take(std::istream& list) {
    batch::CodeListReader reader(list, file_);
    batch::IssuedCode code;
    auto more = reader.Next(&code);
    if (!more) return Fail(more.error());
    if (!*more) return Fail(BadRow(file_, 0, "the list has no codes", ""));
    if (connection_.Exec(kIncoming) != Fate::kDone) return Failure();
    // What labels must say is entered before the copy: of the first pieces it is known by then.
    std::string piece = std::string("PGCOPY\n\xff\r\n\0", 11) + std::string(8, '\0');
    uint64_t codes = 0;
    bool copying = false;
    for (; more && *more; more = reader.Next(&code)) {
      if (auto good = CheckIssuedCode(code, codes, file_); !good) return Fail(good.error());
      const auto key = std::tie(code.gtin, code.lot, code.expiry, code.market);
      if (last_ == attributes_.end() || last_->first != key) {
        last_ = attributes_.find(key);
        if (last_ == attributes_.end()) {
          // A copy lets nothing else through its connection.
          if (copying) {
            Append(0xffff, 2, &piece);
            if (!Put(&piece) || connection_.EndCopy() != Fate::kDone) return Failure();
            copying = false;
            piece = std::string("PGCOPY\n\xff\r\n\0", 11) + std::string(8, '\0');
          }
          Rows row;
          const Query enter{
              kAttributes,
              Params().Text(code.gtin).Text(code.lot).Text(code.expiry).Text(code.market)};
          if (connection_.Run(enter, &row) != Fate::kDone) return Failure();
          last_ = attributes_.emplace(key, row.Int(0, 0)).first;
        }
      }
      if (!copying) {
        if (connection_.BeginCopy(kCopy) != Fate::kDone) return Failure();
        copying = true;
      }
      Append(5, 2, &piece);
      for (const uint64_t number : {codes, static_cast<uint64_t>(code.line)}) {
        Append(8, 4, &piece);
        Append(number, 8, &piece);
      }
      for (const std::string_view bytes :
           {std::string_view(code.key.bytes()), std::string_view(code.code)}) {
        Append(bytes.size(), 4, &piece);
        piece += bytes;
      }
      Append(8, 4, &piece);
      Append(static_cast<uint64_t>(last_->second), 8, &piece);
      ++codes;
      constexpr size_t kPieceBytes = 64 << 10;
      if (piece.size() >= kPieceBytes && !Put(&piece)) return Failure();
    }
    if (!more) {
      if (copying) connection_.Close();  // nothing of it shall be there
      return Fail(more.error());
    }
    Append(0xffff, 2, &piece);
    if (!Put(&piece) || connection_.EndCopy() != Fate::kDone) return Failure();
    return codes;
  }

 private:
  bool Put(std::string* piece) {
    const bool put = connection_.PutCopy(*piece) == Fate::kDone;
    piece->clear();
    return put;
  }
  Checked<uint64_t> Failure() const {
    return Fail(connection_.Failure("the codes cannot be written"));
  }

  Connection& connection_;
  const std::string& file_;
  using Attributes = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Attributes, int64_t> attributes_;
  std::map<Attributes, int64_t>::iterator last_ = attributes_.end();
};

}  // namespace

Checked<uint64_t> PostgresStore::Impl::TakeList(const std::string& name, bool adds,
                                                std::istream& list, const std::string& file) {
  const std::lock_guard lock(admin);
  uint64_t codes = 0;
  {
    const std::lock_guard session(office.mutex);
    Connection& connection = office.connection;
    const std::string what = "the codes cannot be written";
    const auto failure = [&] { return Fail(connection.Failure(what)); };
    bool read = false;
    auto done = InTransaction(connection, what, [&]() -> Checked<void> {
      if (read) return failure();  // a list is read once: no second try
      int64_t batch_id = 0;
      if (adds) {
        const auto batch = LockBatch(connection, name);
        if (!batch) return Fail(batch.error());
        if (batch->state == batch::BatchState::kClosed) {
          return Fail(
              WrongBatchState(name, batch->state, "codes are added to a loaded or an open one"));
        }
        batch_id = batch->id;
      } else {
        Rows made;
        if (connection.Run({kBatch, Params().Text(name)}, &made) != Fate::kDone) return failure();
        if (made.size() == 0) return Fail(BatchNameInUse(name));
        batch_id = made.Int(0, 0);
      }
      read = true;
      const auto count = Incoming(connection, file).Take(list);
      if (!count) return Fail(count.error());
      codes = *count;
      Rows part, rows;
      if (connection.Run(
              {kPart,
               Params().Int(batch_id).Int(static_cast<int64_t>(codes)).Int(UtcNowNs()).Text(file)},
              &part) != Fate::kDone ||
          connection.RunOnce("SAVEPOINT taken", &rows) != Fate::kDone) {
        return failure();
      }
      const Fate taken = connection.RunOnce(With(kTakeSql, part.Int(0, 0), batch_id), &rows);
      if (taken == Fate::kDone && rows.changed() == codes) return {};
      if (taken != Fate::kDone && connection.sqlstate() != "21000") return failure();
      const Diagnostic why = connection.Failure(what);
      if (connection.RunOnce("ROLLBACK TO taken", &rows) != Fate::kDone ||
          connection.RunOnce(kTwiceSql, &rows) != Fate::kDone) {
        return failure();
      }
      if (rows.size() > 0) {
        return Fail(
            StandsTwice(file, static_cast<int>(rows.Int(0, 0)), static_cast<int>(rows.Int(0, 1))));
      }
      if (connection.RunOnce(kInBatchSql, &rows) != Fate::kDone) return failure();
      if (rows.size() == 0) return Fail(why);
      return Fail(StandsInBatch(file, static_cast<int>(rows.Int(0, 0)), rows.Str(0, 1)));
    });
    if (!done) return Fail(done.error());
  }
  if (adds) {
    // The codes stand; a line that cannot load them now does so with its next look.
    static_cast<void>(Follow());
  }
  return codes;
}

Checked<uint64_t> PostgresStore::ImportBatch(const std::string& name, std::istream& list,
                                             const std::string& file_name) {
  if (auto good = CheckBatchName(name); !good) return Fail(good.error());
  return impl_->TakeList(name, /*adds=*/false, list, file_name);
}

Checked<uint64_t> PostgresStore::AddCodes(const std::string& name, std::istream& list,
                                          const std::string& file_name) {
  return impl_->TakeList(name, /*adds=*/true, list, file_name);
}

Checked<batch::IssueAnswer> PostgresStore::RegisterIssue(const batch::IssueRecord& record,
                                                         std::istream& list,
                                                         const std::string& file_name,
                                                         bool skip_known) {
  const std::lock_guard lock(impl_->admin);
  const std::lock_guard session(impl_->office.mutex);
  Connection& connection = impl_->office.connection;
  const std::string what = "the codes cannot be registered as issued";
  const auto failure = [&] { return Fail(connection.Failure(what)); };
  batch::IssueAnswer answer;
  bool read = false;
  auto done = InTransaction(connection, what, [&]() -> Checked<void> {
    if (read) return failure();
    read = true;
    const auto count = Incoming(connection, file_name).Take(list);
    if (!count) return Fail(count.error());
    Rows part, rows;
    if (connection.RunOnce(kTwiceSql, &rows) != Fate::kDone) return failure();
    if (rows.size() > 0) {
      return Fail(StandsTwice(file_name, static_cast<int>(rows.Int(0, 0)),
                              static_cast<int>(rows.Int(0, 1))));
    }
    if (connection.RunOnce(kKnownSql, &rows) != Fate::kDone) return failure();
    if (rows.size() > 0 && !skip_known) {
      return Fail(IssuedBefore(file_name, static_cast<int>(rows.Int(0, 1))));
    }
    for (int i = 0; i < rows.size(); ++i) {
      answer.known.push_back(static_cast<uint32_t>(rows.Int(i, 0)));
    }
    if (connection.Run({kPart, Params().Int(0).Int(0).Int(UtcNowNs()).Text(file_name)}, &part) !=
            Fate::kDone ||
        connection.RunOnce(With(kIssueSql, part.Int(0, 0), 0), &rows) != Fate::kDone) {
      return failure();
    }
    answer.codes = rows.changed();
    // Somebody else has issued some of them at the same time.
    if (answer.codes + answer.known.size() != *count) {
      return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                             .message = "somebody else issues the same codes",
                             .file = file_name,
                             .advice = "try again"});
    }
    const Query issue{kIssue, Params()
                                  .Int(part.Int(0, 0))
                                  .Int(record.kind)
                                  .Text(record.gtin14)
                                  .Text(record.shape)
                                  .Text(JoinedNumbers(record.next_starts))
                                  .Text(record.user)};
    const Query set{kSetCodes,
                    Params().Int(part.Int(0, 0)).Int(static_cast<int64_t>(answer.codes))};
    if (connection.Run(issue, &rows) != Fate::kDone || connection.Run(set, &rows) != Fate::kDone) {
      return failure();
    }
    return {};
  });
  if (!done) return Fail(done.error());
  return answer;
}

Checked<std::vector<batch::IssueRecord>> PostgresStore::Issues(const std::string& gtin14) const {
  const std::lock_guard session(impl_->office.mutex);
  Connection& connection = impl_->office.connection;
  Rows rows;
  if (connection.Run({kIssues, Params().Text(gtin14)}, &rows) != Fate::kDone) {
    return Fail(connection.Failure("the issues cannot be read"));
  }
  std::vector<batch::IssueRecord> issues;
  for (int i = 0; i < rows.size(); ++i) {
    issues.push_back({.kind = static_cast<uint8_t>(rows.Int(i, 0)),
                      .gtin14 = rows.Str(i, 1),
                      .shape = rows.Str(i, 2),
                      .next_starts = SplitNumbers(rows.Bytes(i, 3)),
                      .codes = static_cast<uint64_t>(rows.Int(i, 4)),
                      .file = rows.Str(i, 5),
                      .user = rows.Str(i, 6),
                      .utc_ns = rows.Int(i, 7)});
  }
  return issues;
}

}  // namespace veriline::store
