// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "pipeline/store/embedded/commit_mark.h"
#include "pipeline/store/embedded/database.h"
#include "pipeline/store/embedded/schema.h"
#include "pipeline/store/embedded/write_gate.h"

namespace veriline::store {

/// The one connection that writes, its turn-taking, and the checkpointer thread that moves the log
/// into the database behind its back.
class Writer {
 public:
  /// Takes over an opened connection whose schema is prepared.
  static Checked<std::unique_ptr<Writer>> Start(Database db, Meta meta, CommitMark mark,
                                                const std::string& path);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// One transaction, from its turn at the gate to its end. Without Commit it has no effect.
  class Transaction {
   public:
    enum class Durability { kSynced, kWithTheNext };

    Transaction(Writer& writer, WriteGate::Who who, Durability durability = Durability::kSynced);
    ~Transaction();

    /// False when it could not begin; db() then has the reason.
    explicit operator bool() const { return begun_; }
    Database& db() { return writer_.db_; }
    /// A new cursor.
    uint64_t NextChange() { return ++change_; }
    /// The number of a line's name, made when it is new. 0 = error.
    int64_t LineId(const std::string& name);
    /// True: on disk (or, kWithTheNext, with the next synced one). False: no effect.
    bool Commit();

   private:
    Writer& writer_;
    WriteGate::Turn turn_;
    WriteGate::Who who_;
    Durability durability_;
    uint64_t change_;
    std::map<std::string, int64_t> new_lines_;
    bool begun_ = false;
  };

  /// For preparing statements before the store is in use.
  Database& db() { return db_; }
  const std::string& store_id() const { return meta_.store_id; }
  const FingerprintKey& fingerprint_key() const { return meta_.fingerprint_key; }

 private:
  Writer(Database db, Meta meta, CommitMark mark);
  Checked<void> Prepare(const std::string& path);
  static int OnCommit(void* self, sqlite3*, const char*, int pages);
  void AskForCheckpoint();
  void RunCheckpoints();
  void Checkpoint();

  WriteGate gate_;
  Database db_;
  Meta meta_;
  CommitMark mark_;
  Statement begin_, commit_, update_meta_, find_line_, insert_line_;
  std::map<std::string, int64_t> lines_;

  Database checkpoint_db_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool checkpoint_due_ = false;
  bool stopping_ = false;
  std::thread checkpointer_;
};

/// Fills the log up to `bytes` with zeros, once: rewriting allocated blocks makes a sync short. A
/// full disk is no error here.
void PreallocateLog(const std::string& path, int64_t bytes);

}  // namespace veriline::store
