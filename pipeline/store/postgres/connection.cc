// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cstring>

#include "vision/core/clock.h"

namespace veriline::store {
namespace {

constexpr int kBinary = 1;

int64_t NowNs() { return SteadyClock().NowNs(); }

std::string WithoutPassword(const std::string& url) {
  const size_t host = url.find("://");
  if (host == std::string::npos) return url;
  const size_t begin = host + 3;
  const size_t at = url.rfind('@', url.find_first_of("/?", begin));
  std::string out = url.substr(0, url.find('?'));
  if (at == std::string::npos || at < begin) return out;
  const size_t colon = url.find(':', begin);
  if (colon < at) out.erase(colon, at - colon);
  return out;
}

}  // namespace

void Connection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

Connection::Connection(std::string url, int64_t timeout_ns)
    : url_(std::move(url)), address_(WithoutPassword(url_)), timeout_ns_(timeout_ns) {}

bool Connection::Connect() {
  if (connection_ != nullptr) {
    // A server that went away while nobody asked it is seen before the next question is sent.
    pollfd fd{PQsocket(connection_.get()), POLLIN, 0};
    const bool idle = PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
    if (!idle || poll(&fd, 1, 0) == 0) return true;
    if (PQconsumeInput(connection_.get()) != 0 && PQstatus(connection_.get()) == CONNECTION_OK) {
      return true;
    }
    connection_.reset();
  }
  if (NowNs() < retry_at_ns_) return false;
  prepared_.clear();
  sqlstate_.clear();
  const char* const keys[] = {"dbname", "application_name", "client_encoding", nullptr};
  const char* const values[] = {url_.c_str(), "veriline", "UTF8", nullptr};
  connection_.reset(PQconnectStartParams(keys, values, /*expand_dbname=*/1));
  const int64_t deadline_ns = NowNs() + kConnectNs;
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (connection_ && PQstatus(connection_.get()) != CONNECTION_BAD) {
    if (!WaitFor(status == PGRES_POLLING_READING ? Wait::kRead : Wait::kWrite, deadline_ns)) break;
    status = PQconnectPoll(connection_.get());
    if (status == PGRES_POLLING_FAILED) break;
    if (status != PGRES_POLLING_OK) continue;
    PQsetnonblocking(connection_.get(), 1);
    // Whatever the server's own defaults are: a claim is on its disk when it says so.
    if (Exec("SET synchronous_commit = on; SET search_path = veriline; "
             "SET client_min_messages = error") == Fate::kDone) {
      return true;
    }
    break;
  }
  const std::string why = connection_ ? PQerrorMessage(connection_.get()) : "";
  static_cast<void>(Lost(why.empty() ? "nobody answers" : why.c_str()));
  retry_at_ns_ = NowNs() + kRetryNs;
  return false;
}

bool Connection::WaitFor(Wait what, int64_t deadline_ns) {
  pollfd fd{PQsocket(connection_.get()), 0, 0};
  if (what != Wait::kWrite) fd.events |= POLLIN;
  if (what != Wait::kRead) fd.events |= POLLOUT;
  for (;;) {
    const int64_t left_ns = deadline_ns - NowNs();
    if (fd.fd < 0 || left_ns <= 0) return false;
    const int ready = poll(&fd, 1, static_cast<int>(left_ns / 1'000'000 + 1));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool Connection::Flush(int64_t deadline_ns) {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left == 0) return true;
    // The server may wait for us to read before it reads on.
    if (left < 0 || !WaitFor(Wait::kBoth, deadline_ns) || PQconsumeInput(connection_.get()) == 0) {
      return false;
    }
  }
}

bool Connection::Next(int64_t deadline_ns, PGresult** result) {
  while (PQisBusy(connection_.get()) != 0) {
    if (!WaitFor(Wait::kRead, deadline_ns) || PQconsumeInput(connection_.get()) == 0) return false;
  }
  *result = PQgetResult(connection_.get());
  return true;
}

Connection::Fate Connection::Lost(const char* why) {
  message_ = why;
  const size_t end = message_.find_last_not_of("\n ");
  message_.resize(end == std::string::npos ? 0 : end + 1);
  std::ranges::replace(message_, '\n', ' ');
  std::ranges::replace(message_, '\t', ' ');
  sqlstate_.clear();
  code_ = ErrorCode::kUnavailable;
  connection_.reset();
  return Fate::kUnknown;
}

Connection::Fate Connection::LostWaiting() {
  const std::string why = PQerrorMessage(connection_.get());
  return Lost(why.empty() ? "the server does not answer in time" : why.c_str());
}

Connection::Fate Connection::Refused(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* why = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  sqlstate_ = state == nullptr ? "" : state;
  message_ = why == nullptr ? "the connection was lost" : why;
  // Class 57: the server goes down; what it was doing may be done or not.
  if (sqlstate_.empty() || sqlstate_.starts_with("57P")) return Fate::kUnknown;
  // Class 53: no space, no memory; 25006: read-only.
  code_ =
      sqlstate_.starts_with("53") || sqlstate_ == "25006" ? ErrorCode::kIo : ErrorCode::kInternal;
  return sqlstate_ == "40001" || sqlstate_ == "40P01" ? Fate::kAgain : Fate::kRefused;
}

bool Connection::Prepare(std::span<const Query> queries, int64_t deadline_ns, Fate* fate) {
  for (const Query& query : queries) {
    if (prepared_.contains(query.sql)) continue;
    const std::string name = std::to_string(reinterpret_cast<uintptr_t>(query.sql));
    if (PQsendPrepare(connection_.get(), name.c_str(), query.sql,
                      static_cast<int>(query.params.types_.size()),
                      query.params.types_.data()) == 0 ||
        !Flush(deadline_ns)) {
      *fate = Lost(PQerrorMessage(connection_.get()));
      return false;
    }
    *fate = Drain(deadline_ns);
    if (*fate != Fate::kDone) return false;
    prepared_.insert(query.sql);
  }
  return true;
}

Connection::Fate Connection::Drain(int64_t deadline_ns) {
  Fate fate = Fate::kDone;
  for (;;) {
    PGresult* result = nullptr;
    if (!Next(deadline_ns, &result)) return LostWaiting();
    if (result == nullptr) break;
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) fate = Refused(result);
    PQclear(result);
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) return fate;
  }
  if (PQstatus(connection_.get()) == CONNECTION_BAD) {
    return Lost(PQerrorMessage(connection_.get()));
  }
  if (fate == Fate::kUnknown) connection_.reset();
  return fate;
}

Connection::Fate Connection::SendSimple(const char* sql, int64_t deadline_ns) {
  sqlstate_.clear();
  if (PQsendQuery(connection_.get(), sql) == 0 || !Flush(deadline_ns)) {
    return Lost(PQerrorMessage(connection_.get()));
  }
  return Drain(deadline_ns);
}

Connection::Fate Connection::Exec(const char* sql) {
  if (connection_ == nullptr && !Connect()) return Fate::kRefused;
  return SendSimple(sql, NowNs() + timeout_ns_);
}

Connection::Fate Connection::Run(const Query& query, Rows* answer) {
  std::vector<Rows> answers;
  const Fate fate = Run(std::span(&query, 1), &answers);
  if (fate == Fate::kDone) *answer = std::move(answers.front());
  return fate;
}

Connection::Fate Connection::Run(std::span<const Query> queries, std::vector<Rows>* answers) {
  answers->clear();
  if (!Connect()) return Fate::kRefused;
  sqlstate_.clear();
  const int64_t deadline_ns = NowNs() + timeout_ns_;
  // In a transaction that is under way a lost connection ends it: nothing of it holds.
  const bool inside = PQtransactionStatus(connection_.get()) != PQTRANS_IDLE;
  Fate fate = Fate::kDone;
  if (!Prepare(queries, deadline_ns, &fate)) {
    return fate == Fate::kUnknown ? Fate::kRefused : fate;  // nothing was asked for yet
  }
  if (PQenterPipelineMode(connection_.get()) == 0) return Lost("a statement is under way");
  for (const Query& query : queries) {
    const Params& p = query.params;
    std::vector<const char*> values;
    std::vector<int> lengths, formats(p.values_.size(), kBinary);
    for (size_t i = 0; i < p.values_.size(); ++i) {
      values.push_back(p.values_[i].data());
      lengths.push_back(static_cast<int>(p.values_[i].size()));
    }
    const std::string name = std::to_string(reinterpret_cast<uintptr_t>(query.sql));
    if (PQsendQueryPrepared(connection_.get(), name.c_str(), static_cast<int>(values.size()),
                            values.data(), lengths.data(), formats.data(), kBinary) == 0) {
      return Lost(PQerrorMessage(connection_.get()));
    }
  }
  if (PQpipelineSync(connection_.get()) == 0 || !Flush(deadline_ns)) {
    return LostWaiting();
  }
  for (bool synced = false; !synced;) {
    PGresult* result = nullptr;
    if (!Next(deadline_ns, &result)) {
      const Fate lost = LostWaiting();
      return inside ? Fate::kRefused : lost;
    }
    if (result == nullptr) {
      if (PQstatus(connection_.get()) == CONNECTION_BAD) {
        const Fate lost = Lost(PQerrorMessage(connection_.get()));
        return inside ? Fate::kRefused : lost;
      }
      continue;  // the end of one statement's results
    }
    switch (PQresultStatus(result)) {
      case PGRES_TUPLES_OK:
      case PGRES_COMMAND_OK:
        answers->emplace_back(result);
        continue;
      case PGRES_PIPELINE_SYNC:
        synced = true;
        break;
      case PGRES_PIPELINE_ABORTED:
        break;
      default:
        if (fate == Fate::kDone) fate = Refused(result);
    }
    PQclear(result);
    if (fate == Fate::kUnknown) {
      connection_.reset();
      return inside ? Fate::kRefused : fate;
    }
  }
  PQexitPipelineMode(connection_.get());
  if (fate == Fate::kDone && answers->size() != queries.size()) {
    return Lost("the server's answer makes no sense");
  }
  return fate;
}

Connection::Fate Connection::RunOnce(const std::string& sql, Rows* answer) {
  if (!Connect()) return Fate::kRefused;
  sqlstate_.clear();
  const int64_t deadline_ns = NowNs() + timeout_ns_;
  if (PQsendQueryParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr,
                        kBinary) == 0 ||
      !Flush(deadline_ns)) {
    return Lost(PQerrorMessage(connection_.get()));
  }
  Fate fate = Fate::kDone;
  for (;;) {
    PGresult* result = nullptr;
    if (!Next(deadline_ns, &result)) return LostWaiting();
    if (result == nullptr) break;
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
      *answer = Rows(result);
    } else {
      fate = Refused(result);
      PQclear(result);
    }
  }
  if (PQstatus(connection_.get()) == CONNECTION_BAD) {
    return Lost(PQerrorMessage(connection_.get()));
  }
  return fate;
}

Connection::Fate Connection::BeginCopy(const char* sql) {
  if (!Connect()) return Fate::kRefused;
  return SendSimple(sql, NowNs() + timeout_ns_);
}

Connection::Fate Connection::PutCopy(std::string_view bytes) {
  if (connection_ == nullptr) return Fate::kRefused;
  for (;;) {
    const int put = PQputCopyData(connection_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (put == 1) return Fate::kDone;
    if (put < 0 || !Flush(NowNs() + timeout_ns_)) return Lost(PQerrorMessage(connection_.get()));
  }
}

Connection::Fate Connection::EndCopy() {
  if (connection_ == nullptr) return Fate::kRefused;
  const int64_t deadline_ns = NowNs() + timeout_ns_;
  for (;;) {
    const int put = PQputCopyEnd(connection_.get(), nullptr);
    if (put == 1) break;
    if (put < 0 || !Flush(deadline_ns)) return Lost(PQerrorMessage(connection_.get()));
  }
  if (!Flush(deadline_ns)) return Lost(PQerrorMessage(connection_.get()));
  return Drain(deadline_ns);
}

Connection::Fate Connection::CopyOut(const std::string& sql,
                                     const std::function<bool(std::string_view)>& row) {
  if (!Connect()) return Fate::kRefused;
  if (const Fate sent = SendSimple(sql.c_str(), NowNs() + timeout_ns_); sent != Fate::kDone) {
    return sent;
  }
  // Signature, flags, length of an extension; the first row comes in the same piece or in the next.
  constexpr size_t kHeader = 11 + 4 + 4;
  bool header = true;
  for (;;) {
    char* bytes = nullptr;
    const int size = PQgetCopyData(connection_.get(), &bytes, /*async=*/1);
    if (size > 0) {
      std::string_view data(bytes, static_cast<size_t>(size));
      if (header) data.remove_prefix(std::min(kHeader, data.size()));
      header = false;
      // The trailer is a field count of −1.
      const bool good = data.empty() || data == "\xff\xff" || row(data);
      PQfreemem(bytes);
      if (!good) return Lost("the server's answer makes no sense");
    } else if (size == 0) {
      if (!WaitFor(Wait::kRead, NowNs() + timeout_ns_) || PQconsumeInput(connection_.get()) == 0) {
        return LostWaiting();
      }
    } else {
      return Drain(NowNs() + timeout_ns_);  // also where the copy failed
    }
  }
}

Diagnostic Connection::Failure(const std::string& what) const {
  return {.code = code_ == ErrorCode::kUnavailable ? code_ : ErrorCode::kIo,
          .message = what + ": " + message_,
          .file = address_,
          .advice = code_ == ErrorCode::kUnavailable
                        ? "see that the server runs and that this address and user may reach it"
                        : "see the server's log"};
}

Checked<void> InTransaction(Connection& connection, const std::string& what,
                            const std::function<Checked<void>()>& work) {
  constexpr int kMostTries = 5;
  for (int tries = 1;; ++tries) {
    Connection::Fate fate = connection.Exec("BEGIN");
    if (fate == Connection::Fate::kDone) {
      auto done = work();
      if (done) {
        fate = connection.Exec("COMMIT");
        if (fate == Connection::Fate::kDone) return {};
      } else {
        const std::string state = connection.sqlstate();
        static_cast<void>(connection.Exec("ROLLBACK"));
        if ((state != "40001" && state != "40P01") || tries == kMostTries) return done;
        continue;
      }
    }
    if (fate == Connection::Fate::kAgain && tries < kMostTries) continue;
    Diagnostic failure = connection.Failure(what);
    if (fate == Connection::Fate::kUnknown)
      failure.advice = "it may be done or not: look before trying again";
    return Fail(std::move(failure));
  }
}

}  // namespace veriline::store
