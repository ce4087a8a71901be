// SPDX-License-Identifier: Apache-2.0
// Opening, following which batches are open, and what is asked of single codes.
#include "pipeline/store/postgres/postgres_store.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "pipeline/store/accounts.h"
#include "pipeline/store/postgres/postgres_impl.h"
#include "pipeline/store/postgres/schema.h"
#include "vision/core/clock.h"
#include "vision/core/thread.h"

namespace veriline::store {

using Fate = Connection::Fate;
using batch::BatchState;
using batch::CodeState;

namespace {

constexpr std::chrono::milliseconds kFollowEvery{500};

/// What memory keeps of a code that is not as it was issued: who has it, the server knows.
constexpr uint64_t kChanged = 1;

constexpr char kInDoubt[] = R"sql(
WITH old AS (
  SELECT c.key, c.line_id FROM open_claim o JOIN line l ON l.id = o.line_id
  JOIN code c ON c.key = o.key AND c.line_id = o.line_id AND c.lane = o.lane AND
    c.item_seq = o.item_seq
  WHERE l.name = ANY($1::text[]) AND c.state = 2 FOR UPDATE OF c),
moved AS (
  UPDATE code SET state = 4, changes = changes + 1 FROM old WHERE code.key = old.key
  RETURNING code.key, code.batch_id, code.changes, code.line_id, code.lane, code.item_seq),
told AS (
  INSERT INTO code_event(key, batch_id, change, state, line_id, lane, item_seq, utc_ns)
  SELECT key, batch_id, changes, 4, line_id, lane, item_seq, $2 FROM moved),
counts AS (
  SELECT batch_id, line_id, count(*) n FROM moved GROUP BY batch_id, line_id)
INSERT INTO tally AS t (batch_id, line_id, what, n)
  SELECT batch_id, line_id, w.what, w.sign * n FROM counts, (VALUES (402, -1), (404, 1)) w(what, sign)
ON CONFLICT (batch_id, line_id, what) DO UPDATE SET n = t.n + EXCLUDED.n
)sql";

constexpr char kOpenParts[] =
    "SELECT p.id, p.codes, b.name FROM batch b JOIN part p ON p.batch_id = b.id "
    "WHERE b.state = 2 ORDER BY p.id";
constexpr char kAttributes[] =
    "SELECT id, gtin, lot, expiry, market FROM attributes "
    "WHERE id = ANY($1)";
constexpr char kAsk[] =
    "SELECT b.name, b.state, c.state, c.part_id, c.place, a.gtin, a.lot, a.expiry, a.market, "
    "l.name, c.lane, c.item_seq, c.claimed_utc_ns FROM code c JOIN batch b ON b.id = c.batch_id "
    "JOIN attributes a ON a.id = c.attributes_id LEFT JOIN line l ON l.id = c.line_id "
    "WHERE c.key = $1";
constexpr char kWriter[] = "INSERT INTO writer VALUES ($1, 1, 0, $2)";
constexpr char kNoWriter[] = "DELETE FROM writer WHERE id = $1";

/// The next field of a row in COPY's binary format; nothing at its end.
std::optional<std::string_view> TakeField(std::string_view* row) {
  if (row->size() < 4) return std::nullopt;
  uint32_t size = 0;
  for (int i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>((*row)[i]);
  row->remove_prefix(4);
  if (size > row->size()) return std::nullopt;
  const std::string_view field = row->substr(0, size);
  row->remove_prefix(size);
  return field;
}

uint64_t UnsignedOf(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

}  // namespace

uint64_t SharedBatch::codes() const {
  uint64_t sum = 0;
  for (const Part& part : parts) sum += part.codes;
  return sum;
}

PostgresStore::Impl::Impl(const std::string& url, std::vector<std::string> its_lines)
    : lines(std::move(its_lines)),
      office(url, kOfficeNs),
      look_up(url, kLookUpNs),
      committer(url, kCommitNs),
      follower(url, kFollowNs) {}

PostgresStore::PostgresStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

PostgresStore::~PostgresStore() {
  {
    const std::lock_guard lock(impl_->stop_mutex);
    impl_->stop = true;
  }
  impl_->stop_now.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
  if (impl_->writer_id.empty() || impl_->uncertain) return;
  Rows ignored;
  static_cast<void>(
      impl_->committer.connection.Run({kNoWriter, Params().Text(impl_->writer_id)}, &ignored));
}

Checked<std::unique_ptr<PostgresStore>> PostgresStore::Open(const std::string& url,
                                                            const std::vector<std::string>& lines) {
  std::unique_ptr<PostgresStore> store(new PostgresStore(std::make_unique<Impl>(url, lines)));
  if (auto started = store->impl_->Start(); !started) return Fail(started.error());
  return store;
}

Checked<void> PostgresStore::Impl::Start() {
  auto id = PrepareSchema(office.connection);
  if (!id) return Fail(id.error());
  store_id = std::move(*id);
  if (lines.empty()) return {};
  const auto failure = [&] {
    return Fail(committer.connection.Failure("the store cannot be opened"));
  };
  Rows ignored;
  if (committer.connection.Run({kInDoubt, Params().Texts(lines).Int(UtcNowNs())}, &ignored) !=
      Fate::kDone) {
    return failure();
  }
  std::array<unsigned char, 16> random{};
  randombytes_buf(random.data(), random.size());
  for (const unsigned char byte : random) {
    constexpr char kDigits[] = "0123456789abcdef";
    writer_id += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  epoch = 1;
  if (committer.connection.Run({kWriter, Params().Text(writer_id).Int(UtcNowNs())}, &ignored) !=
      Fate::kDone) {
    return failure();
  }
  if (auto loaded_all = Follow(); !loaded_all) return loaded_all;
  thread = std::thread([this] { FollowUntilStopped(); });
  return {};
}

void PostgresStore::Impl::FollowUntilStopped() {
  SetThreadName("veriline-pg");
  std::unique_lock lock(stop_mutex);
  while (!stop_now.wait_for(lock, kFollowEvery, [this] { return stop; })) {
    lock.unlock();
    // Out of reach: the next time. What is in memory stays, and the server decides.
    static_cast<void>(Follow());
    lock.lock();
  }
}

Checked<void> PostgresStore::Impl::Follow() {
  if (lines.empty()) return {};
  const std::lock_guard lock(loading);
  const std::lock_guard session(follower.mutex);
  Rows rows;
  if (follower.connection.Run({kOpenParts, {}}, &rows) != Fate::kDone) {
    return Fail(follower.connection.Failure("the open batches cannot be read"));
  }
  std::set<std::string> open;
  for (int i = 0; i < rows.size(); ++i) open.insert(rows.Str(i, 2));
  for (auto at = loaded.begin(); at != loaded.end();) {
    if (open.contains(at->second)) {
      ++at;
      continue;
    }
    open_codes.Erase(at->second);
    at = loaded.erase(at);
  }
  for (int i = 0; i < rows.size(); ++i) {
    if (loaded.contains(rows.Int(i, 0)) || closing.contains(rows.Str(i, 2))) continue;
    auto done = LoadPart(rows.Int(i, 0), rows.Str(i, 2), static_cast<uint64_t>(rows.Int(i, 1)));
    if (!done) return done;
    loaded[rows.Int(i, 0)] = rows.Str(i, 2);
  }
  return {};
}

Checked<void> PostgresStore::Impl::LoadPart(int64_t part_id, const std::string& batch,
                                            uint64_t codes) {
  Connection& connection = follower.connection;
  std::vector<IndexedCode> read;
  read.reserve(codes);
  std::vector<std::pair<uint32_t, CodeState>> changed;
  std::set<int64_t> ids;
  const Fate fate = connection.CopyOut(
      "COPY (SELECT key, place, attributes_id, state FROM code WHERE part_id = " +
          std::to_string(part_id) + ") TO STDOUT (FORMAT binary)",
      [&](std::string_view row) {
        row.remove_prefix(std::min<size_t>(2, row.size()));  // count of fields
        const auto its_key = TakeField(&row), place = TakeField(&row), attributes = TakeField(&row),
                   state = TakeField(&row);
        if (!state || read.size() == codes) return false;
        read.push_back({key.Of(*its_key), static_cast<uint32_t>(UnsignedOf(*place)),
                        static_cast<uint32_t>(UnsignedOf(*attributes))});
        ids.insert(read.back().attributes);
        const auto its_state = static_cast<CodeState>(UnsignedOf(*state));
        if (its_state != CodeState::kIssued) changed.emplace_back(read.back().row, its_state);
        return true;
      });
  if (fate != Fate::kDone) {
    return Fail(connection.Failure("the codes of batch \"" + batch + "\" cannot be read"));
  }
  std::ranges::sort(read, {}, &IndexedCode::fingerprint);
  auto index = std::make_unique<CodeIndex>(part_id, batch, codes);
  for (const IndexedCode& code : read) {
    // A code whose fingerprint another one has would be taken for it (a chance of 10^-5 where
    // twenty million are open): the next try has another key.
    if (!index->Add(code)) break;
  }
  if (!index->complete()) {
    return Fail(Diagnostic{.code = ErrorCode::kIo,
                           .message = "codes of batch \"" + batch + "\" are missing",
                           .file = connection.address(),
                           .advice = "start the line again; if it stays, see the table code"});
  }
  const std::vector<int64_t> id_list(ids.begin(), ids.end());
  Rows rows;
  if (connection.Run({kAttributes, Params().Ints(id_list)}, &rows) != Fate::kDone) {
    return Fail(connection.Failure("the codes of batch \"" + batch + "\" cannot be read"));
  }
  for (int i = 0; i < rows.size(); ++i) {
    index->SetAttributes(static_cast<uint32_t>(rows.Int(i, 0)),
                         {rows.Str(i, 1), rows.Str(i, 2), rows.Str(i, 3), rows.Str(i, 4)});
  }
  for (const auto& [row, state] : changed) index->SetState(row, state, kChanged);
  open_codes.Insert(std::move(index));
  return {};
}

Result<std::optional<PostgresStore::Impl::Known>> PostgresStore::Impl::Ask(
    Connection& connection, std::string_view key_bytes) const {
  Rows row;
  if (connection.Run({kAsk, Params().Bytes(key_bytes)}, &row) != Fate::kDone) {
    return tl::unexpected(connection.FrameError("the store cannot be asked for a code"));
  }
  if (row.size() == 0) return std::nullopt;
  Known known;
  known.info = {.batch = row.Str(0, 0),
                .batch_state = static_cast<BatchState>(row.Int(0, 1)),
                .state = static_cast<CodeState>(row.Int(0, 2)),
                .gtin = row.Str(0, 5),
                .lot = row.Str(0, 6),
                .expiry = row.Str(0, 7),
                .market = row.Str(0, 8)};
  known.part_id = row.Int(0, 3);
  known.place = static_cast<uint32_t>(row.Int(0, 4));
  if (!row.IsNull(0, 9)) {
    known.info.item = {row.Str(0, 9), static_cast<int>(row.Int(0, 10)),
                       static_cast<uint64_t>(row.Int(0, 11))};
    known.info.claimed_utc_ns = row.Int(0, 12);
  }
  return known;
}

void PostgresStore::Impl::Learn(const Known& known) {
  open_codes.SetState(known.part_id, known.place, known.info.state, kChanged);
}

Result<std::optional<batch::CodeInfo>> PostgresStore::Find(const batch::CodeKey& key) const {
  OpenCodes::ClaimPlace place;
  auto open = impl_->open_codes.Find(impl_->FingerprintOf(key), &place);
  if (open && place.change == 0) return open;
  const std::lock_guard lock(impl_->look_up.mutex);
  const auto known = impl_->Ask(impl_->look_up.connection, key.bytes());
  if (!known) return tl::unexpected(known.error());
  if (!*known) return std::nullopt;
  return (*known)->info;
}

bool PostgresStore::FindOpen(std::string_view key_bytes, batch::IssuedValues* out) const {
  return impl_->open_codes.FindIssued(impl_->key.Of(key_bytes), out);
}

batch::ReserveAnswer PostgresStore::Reserve(const batch::CodeKey& key, const batch::ItemRef& item) {
  const Fingerprint code = impl_->FingerprintOf(key);
  OpenCodes::ClaimPlace place;
  const batch::ReserveAnswer answer = impl_->open_codes.Reserve(code, item, &place);
  if (place.change == 0) return answer;
  batch::CodeInfo holder;
  {
    const std::lock_guard lock(impl_->look_up.mutex);
    const auto known = impl_->Ask(impl_->look_up.connection, key.bytes());
    // What the server cannot say of a duplicate does not make it another one.
    if (!known || !*known) return answer;
    holder = (*known)->info;
    impl_->Learn(**known);
  }
  if (holder.item != item) {
    return {batch::ReserveOutcome::kDuplicate, holder.item, holder.claimed_utc_ns};
  }
  return impl_->open_codes.ReserveOwn(code, item, place).value_or(answer);
}

void PostgresStore::Drop(const batch::CodeKey& key, const batch::ItemRef& item) {
  impl_->open_codes.Drop(impl_->FingerprintOf(key), item);
}

std::string PostgresStore::store_id() const { return impl_->store_id; }

}  // namespace veriline::store
