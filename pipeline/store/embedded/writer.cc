// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/writer.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "pipeline/store/embedded/checksum_vfs.h"

namespace veriline::store {
namespace {

/// The log is copied into the database when it has so many pages: 4 MB, 5 ms of replay at a start.
constexpr int kCheckpointPages = 1000;
/// Room for the log while a checkpoint is under way.
constexpr int64_t kLogBytes = 16 << 20;

}  // namespace

void PreallocateLog(const std::string& path, int64_t bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  struct stat info {};
  if (fstat(fd, &info) == 0 && info.st_size < bytes) {
    static constexpr std::array<char, 1 << 16> kZeros{};
    int64_t at = info.st_size;
    while (at < bytes) {
      const ssize_t n = pwrite(fd, kZeros.data(), std::min<int64_t>(kZeros.size(), bytes - at), at);
      if (n <= 0) break;
      at += n;
    }
    fsync(fd);
  }
  close(fd);
}

Writer::Writer(Database db, Meta meta, CommitMark mark)
    : db_(std::move(db)), meta_(std::move(meta)), mark_(std::move(mark)) {}

Checked<std::unique_ptr<Writer>> Writer::Start(Database db, Meta meta, CommitMark mark,
                                               const std::string& path) {
  std::unique_ptr<Writer> writer(new Writer(std::move(db), std::move(meta), std::move(mark)));
  if (auto prepared = writer->Prepare(path); !prepared) return Fail(prepared.error());
  return writer;
}

Checked<void> Writer::Prepare(const std::string& path) {
  const std::pair<Statement*, const char*> statements[] = {
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&update_meta_, "UPDATE meta SET commits = ?, last_change = ? WHERE one = 1"},
      {&find_line_, "SELECT id FROM line WHERE name = ?"},
      {&insert_line_, "INSERT INTO line(name) VALUES (?) RETURNING id"},
  };
  for (const auto& [statement, sql] : statements) {
    auto prepared = db_.Prepare(sql);
    if (!prepared) return Fail(prepared.error());
    *statement = std::move(*prepared);
  }
  auto checkpoint_db = Database::Open(path);
  if (!checkpoint_db) return Fail(checkpoint_db.error());
  checkpoint_db_ = std::move(*checkpoint_db);
  PreallocateLog(path + "-wal", kLogBytes);
  mark_.Write(meta_.store_id, meta_.commits);
  sqlite3_wal_hook(db_.connection(), OnCommit, this);
  checkpointer_ = std::thread([this] { RunCheckpoints(); });
  pthread_setname_np(checkpointer_.native_handle(), "veriline-ckpt");
  return {};
}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (checkpointer_.joinable()) checkpointer_.join();
}

int Writer::OnCommit(void* self, sqlite3*, const char*, int pages) {
  if (pages >= kCheckpointPages) static_cast<Writer*>(self)->AskForCheckpoint();
  return SQLITE_OK;
}

void Writer::AskForCheckpoint() {
  {
    const std::lock_guard lock(mutex_);
    checkpoint_due_ = true;
  }
  wake_.notify_all();
}

void Writer::RunCheckpoints() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return checkpoint_due_ || stopping_; });
    if (stopping_) return;  // closing the last connection does the last one
    checkpoint_due_ = false;
    lock.unlock();
    Checkpoint();
    lock.lock();
  }
}

void Writer::Checkpoint() {
  // Most of the log is copied and synced while commits go on; the few pages that they add meanwhile
  // are copied in a turn of its own, after which the log begins anew. A failure (full disk, a
  // reader in the way) leaves the log longer; the next commit, or the next one that fails, asks
  // again.
  const WriteGate::Pause pause(gate_);
  sqlite3* db = checkpoint_db_.connection();
  int log = 0, copied = 0;
  sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_PASSIVE, &log, &copied);
  if (copied >= log) return;
  const WriteGate::Turn turn(gate_, WriteGate::Who::kCheckpoint);
  sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_PASSIVE, &log, &copied);
}

Writer::Transaction::Transaction(Writer& writer, WriteGate::Who who, Durability durability)
    : writer_(writer), turn_(writer.gate_, who), who_(who), durability_(durability) {
  change_ = writer_.meta_.last_change;
  if (durability_ == Durability::kWithTheNext && !db().Exec("PRAGMA synchronous = NORMAL")) return;
  begun_ = writer_.begin_.Run();
}

Writer::Transaction::~Transaction() {
  if (begun_) {
    db().Rollback();
    // The line always commits. Perhaps the log could not grow, and is to be emptied.
    if (who_ == WriteGate::Who::kLine) writer_.AskForCheckpoint();
  }
  if (durability_ == Durability::kWithTheNext) db().Exec("PRAGMA synchronous = FULL");
}

int64_t Writer::Transaction::LineId(const std::string& name) {
  if (const auto at = writer_.lines_.find(name); at != writer_.lines_.end()) return at->second;
  if (const auto at = new_lines_.find(name); at != new_lines_.end()) return at->second;
  int64_t id = 0;
  Statement& find = writer_.find_line_;
  Statement& insert = writer_.insert_line_;
  find.Start(name);
  if (find.Next()) {
    id = find.Int(0);
    find.Finish();
  } else if (find.Ok()) {
    insert.Start(name);
    if (insert.Next()) id = insert.Int(0);
    while (insert.Next()) {
    }
    if (!insert.Ok()) return 0;
  }
  if (id != 0) new_lines_[name] = id;
  return id;
}

bool Writer::Transaction::Commit() {
  const uint64_t commits = writer_.meta_.commits + 1;
  if (!writer_.update_meta_.Run(commits, change_) || db().changes() != 1 ||
      !writer_.commit_.Run()) {
    return false;
  }
  begun_ = false;
  writer_.meta_.commits = commits;
  writer_.meta_.last_change = change_;
  writer_.lines_.merge(new_lines_);
  if (durability_ == Durability::kSynced) writer_.mark_.Write(writer_.meta_.store_id, commits);
  return true;
}

}  // namespace veriline::store
