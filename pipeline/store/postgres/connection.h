// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "pipeline/store/postgres/wire.h"
#include "vision/core/result.h"

// As libpq-fe.h names them.
struct pg_conn;
struct pg_result;

namespace veriline::store {

/// One connection to a server, made when it is needed and again when it was lost. No call waits
/// longer than the timeout that stands for it: who does not answer by then is cut off.
/// Thread: one at a time.
class Connection {
 public:
  static constexpr int64_t kConnectNs = 1'000'000'000;
  /// After a failed connect nothing is tried for so long.
  static constexpr int64_t kRetryNs = 500'000'000;

  /// `url`: postgres://[user[:password]@]host[:port]/database[?parameters]; libpq's other sources
  /// of passwords (PGPASSFILE, ~/.pgpass) hold.
  Connection(std::string url, int64_t timeout_ns);

  /// What happened to a request that failed.
  enum class Fate : uint8_t {
    kDone,
    kRefused,  ///< the server said no: nothing of it holds
    kAgain,    ///< as kRefused, and it may do at once (serialization, deadlock)
    kUnknown,  ///< the connection was lost on the way
  };
  /// All of the queries in one transaction and one round trip, unless one is under way (Begin).
  /// Answers in their order.
  Fate Run(std::span<const Query> queries, std::vector<Rows>* answers);
  Fate Run(const Query& query, Rows* answer);
  /// A statement without values that is not worth preparing.
  Fate RunOnce(const std::string& sql, Rows* answer);
  /// Statements without values whose answers nobody wants; several with ';' between.
  Fate Exec(const char* sql);
  /// COPY ... FROM STDIN; then PutCopy any number of times, then EndCopy. `sql` as in Query.
  Fate BeginCopy(const char* sql);
  Fate PutCopy(std::string_view bytes);
  Fate EndCopy();
  /// COPY ... TO STDOUT (FORMAT binary): `row` takes one row after the other without the format's
  /// header and trailer, and returns false when it makes no sense of it. The timeout is one for
  /// each piece.
  Fate CopyOut(const std::string& sql, const std::function<bool(std::string_view)>& row);

  void Close() { connection_.reset(); }
  int64_t timeout_ns() const { return timeout_ns_; }
  void set_timeout_ns(int64_t timeout_ns) { timeout_ns_ = timeout_ns; }
  /// SQLSTATE of the last error; empty where it was none of the server's.
  const std::string& sqlstate() const { return sqlstate_; }
  /// The last error for people: `what` could not be done, and why.
  Diagnostic Failure(const std::string& what) const;
  Error FrameError(const char* text) const { return {code_, text}; }
  /// The address without its password.
  const std::string& address() const { return address_; }

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  enum class Wait : uint8_t { kRead, kWrite, kBoth };

  bool Connect();
  bool WaitFor(Wait what, int64_t deadline_ns);
  bool Flush(int64_t deadline_ns);
  /// The next result; null at the end of those of a statement. False: the connection is lost.
  bool Next(int64_t deadline_ns, pg_result** result);
  Fate Lost(const char* why);
  Fate LostWaiting();
  Fate Refused(const pg_result* result);
  bool Prepare(std::span<const Query> queries, int64_t deadline_ns, Fate* fate);
  /// Reads up to the end of what was sent.
  Fate Drain(int64_t deadline_ns);
  Fate SendSimple(const char* sql, int64_t deadline_ns);

  std::string url_, address_;
  int64_t timeout_ns_;
  int64_t retry_at_ns_ = 0;
  std::unique_ptr<pg_conn, Finish> connection_;
  std::unordered_set<const char*> prepared_;
  ErrorCode code_ = ErrorCode::kUnavailable;
  std::string message_, sqlstate_;
};

/// BEGIN, `work`, COMMIT; a rollback where one of them fails, and again after a deadlock or a
/// serialization failure. `what` could not be done, for people.
Checked<void> InTransaction(Connection& connection, const std::string& what,
                            const std::function<Checked<void>()>& work);

}  // namespace veriline::store
