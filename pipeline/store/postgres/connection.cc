// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cstring>

#include "vision/core/clock.h"

namespace veriline::store {
namespace {

// Types of PostgreSQL by number: part of its wire protocol (catalog/pg_type.dat).
constexpr unsigned kByteA = 17, kInt8 = 20, kText = 25, kByteAs = 1001, kInt8s = 1016,
                   kTexts = 1009;
constexpr int kBinary = 1;

int64_t NowNs() { return SteadyClock().NowNs(); }

template <class T>
void AppendBigEndian(T value, std::string* out) {
  for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(static_cast<uint64_t>(value) >> shift));
  }
}

/// An array of one dimension up to its first element.
std::string ArrayHead(unsigned element, size_t size) {
  std::string out;
  AppendBigEndian<int32_t>(size == 0 ? 0 : 1, &out);
  AppendBigEndian<int32_t>(0, &out);  // no nulls
  AppendBigEndian<int32_t>(static_cast<int32_t>(element), &out);
  if (size > 0) {
    AppendBigEndian<int32_t>(static_cast<int32_t>(size), &out);
    AppendBigEndian<int32_t>(1, &out);
  }
  return out;
}

/// The length of the UTF-8 sequence at the start of `text`; 0 where there is none.
size_t SequenceAt(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
  if (lead == 0xED && byte(1) > 0x9F) return 0;  // surrogates
  if (lead == 0xF0 && byte(1) < 0x90) return 0;
  if (lead == 0xF4 && byte(1) > 0x8F) return 0;
  return size;
}

std::string Utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t size = SequenceAt(text);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  return out;
}

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

// ---- values -----------------------------------------------------------------------------------

void Params::Add(unsigned type, std::string bytes) {
  types_.push_back(type);
  values_.push_back(std::move(bytes));
}

Params& Params::Int(int64_t value) {
  std::string bytes;
  AppendBigEndian(value, &bytes);
  Add(kInt8, std::move(bytes));
  return *this;
}
Params& Params::Text(std::string_view value) {
  Add(kText, Utf8(value));
  return *this;
}
Params& Params::Bytes(std::string_view value) {
  Add(kByteA, std::string(value));
  return *this;
}
Params& Params::Ints(std::span<const int64_t> values) {
  std::string bytes = ArrayHead(kInt8, values.size());
  for (const int64_t value : values) {
    AppendBigEndian<int32_t>(sizeof value, &bytes);
    AppendBigEndian(value, &bytes);
  }
  Add(kInt8s, std::move(bytes));
  return *this;
}
Params& Params::Blobs(std::span<const std::string_view> values) {
  std::string bytes = ArrayHead(kByteA, values.size());
  for (const std::string_view value : values) {
    AppendBigEndian(static_cast<int32_t>(value.size()), &bytes);
    bytes += value;
  }
  Add(kByteAs, std::move(bytes));
  return *this;
}
Params& Params::Texts(std::span<const std::string> values) {
  std::string bytes = ArrayHead(kText, values.size());
  for (const std::string& value : values) {
    const std::string text = Utf8(value);
    AppendBigEndian(static_cast<int32_t>(text.size()), &bytes);
    bytes += text;
  }
  Add(kTexts, std::move(bytes));
  return *this;
}

void Rows::Clear::operator()(pg_result* result) const { PQclear(result); }
void Connection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

int Rows::size() const { return result_ ? PQntuples(result_.get()) : 0; }
bool Rows::IsNull(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}

int64_t Rows::Int(int row, int column) const {
  const std::string_view bytes = Bytes(row, column);
  // Sign of the first byte, then the rest.
  int64_t value = bytes.empty() ? 0 : static_cast<signed char>(bytes[0]);
  for (size_t i = 1; i < bytes.size(); ++i) {
    value = static_cast<int64_t>(static_cast<uint64_t>(value) << 8 |
                                 static_cast<unsigned char>(bytes[i]));
  }
  return value;
}

std::string_view Rows::Bytes(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

uint64_t Rows::changed() const {
  return result_ ? std::strtoull(PQcmdTuples(result_.get()), nullptr, 10) : 0;
}

// ---- the connection ---------------------------------------------------------------------------

Connection::Connection(std::string url, int64_t timeout_ns)
    : url_(std::move(url)), address_(WithoutPassword(url_)), timeout_ns_(timeout_ns) {}

bool Connection::Connect() {
  if (connection_ != nullptr) return true;
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
  sqlstate_.clear();
  code_ = ErrorCode::kUnavailable;
  connection_.reset();
  return Fate::kUnknown;
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
    if (!Next(deadline_ns, &result)) return Lost("the server does not answer in time");
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
    return Lost("the server does not answer in time");
  }
  for (bool synced = false; !synced;) {
    PGresult* result = nullptr;
    if (!Next(deadline_ns, &result)) {
      const Fate lost = Lost("the server does not answer in time");
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
    if (!Next(deadline_ns, &result)) return Lost("the server does not answer in time");
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
        return Lost("the server does not answer in time");
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

}  // namespace veriline::store
