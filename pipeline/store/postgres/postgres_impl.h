// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/store/fingerprint.h"
#include "pipeline/store/open_codes.h"
#include "pipeline/store/postgres/connection.h"
#include "pipeline/store/postgres/postgres_store.h"

namespace veriline::store {

/// A connection with the lock that makes it one at a time.
struct Session {
  Session(const std::string& url, int64_t timeout_ns) : connection(url, timeout_ns) {}
  std::mutex mutex;
  Connection connection;
};

/// A row of the table `batch` with its parts: the list it was made of, and those added later.
struct SharedBatch {
  struct Part {
    int64_t id = 0;
    uint64_t codes = 0;
  };
  int64_t id = 0;
  batch::BatchState state = batch::BatchState::kLoaded;
  std::vector<Part> parts;
  uint64_t codes() const;
};

/// Lock order: admin → loading → a session / OpenCodes.
struct PostgresStore::Impl {
  Impl(const std::string& url, std::vector<std::string> its_lines);

  // What a line waits for must be soon; an office can wait for a list to be written.
  static constexpr int64_t kCommitNs = 2'000'000'000, kLookUpNs = 500'000'000,
                           kOfficeNs = 600'000'000'000, kFollowNs = 60'000'000'000;

  const std::vector<std::string> lines;
  std::string store_id;
  const FingerprintKey key = FingerprintKey::Random();  ///< of this process: nothing keeps them
  OpenCodes open_codes;

  mutable Session office;     ///< everything that people ask for
  mutable Session look_up;    ///< Find, on the frame path
  mutable Session committer;  ///< Commit and AllotItemSeq
  Session follower;

  std::mutex admin;  ///< one import, open, close or move at a time

  // Which batches are open.
  std::mutex loading;
  std::map<int64_t, std::string> loaded;  ///< parts in memory, with their batch
  std::set<std::string> closing;          ///< by ourselves: not to be loaded again meanwhile
  std::mutex stop_mutex;
  std::condition_variable stop_now;
  bool stop = false;
  std::thread thread;

  // Of the committer.
  std::string writer_id;
  int64_t epoch = 0, last_group = 0;
  std::map<std::string, int64_t> line_ids;
  /// A group of which nobody knows whether it was written.
  struct Uncertain {
    int64_t group = 0;
    std::vector<item::Claim> claims;
    std::vector<item::InspectionRecord> records;
  };
  std::optional<Uncertain> uncertain;
  /// Records of such groups that were written, with their numbers, until somebody gives them again:
  /// a line does, in whichever group comes next of its own.
  std::vector<item::InspectionRecord> settled;

  Fingerprint FingerprintOf(const batch::CodeKey& code) const { return key.Of(code.bytes()); }

  Checked<void> Start();
  Checked<SharedBatch> FindBatch(Connection& connection, const std::string& name) const;
  /// The same, and nobody changes its state until the transaction ends.
  Checked<SharedBatch> LockBatch(Connection& connection, const std::string& name) const;
  /// Loads what is open and forgets what is not.
  Checked<void> Follow();
  Checked<void> LoadPart(int64_t part_id, const std::string& batch, uint64_t codes);
  void FollowUntilStopped();
  Checked<batch::BatchBalance> BalanceOf(Connection& connection, const std::string& name) const;
  Checked<batch::BatchStatus> StatusOf(Connection& connection, const std::string& name,
                                       const SharedBatch& batch) const;
  Checked<std::vector<batch::PrintRun>> PrintsOf(Connection& connection, int64_t batch_id,
                                                 uint64_t first, uint64_t codes) const;
  Checked<uint64_t> TakeList(const std::string& name, bool adds, std::istream& list,
                             const std::string& file);

  /// A code as the server has it; `code` null where no batch has it.
  struct Known {
    batch::CodeInfo info;
    int64_t part_id = 0;
    uint32_t place = 0;
  };
  Result<std::optional<Known>> Ask(Connection& connection, std::string_view key_bytes) const;
  /// Takes over what the server says of a code that may be in memory.
  void Learn(const Known& known);

  // commit.cc
  Result<int64_t> LineId(const std::string& name);
  Result<void> Settle(item::CommitGroup& group);
  void NumberSettled(item::CommitGroup& group);
  Result<void> Write(item::CommitGroup& group, std::vector<OpenCodes::Pending>& pending);
};

}  // namespace veriline::store
