// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "pipeline/store/embedded/embedded_store.h"
#include "pipeline/store/postgres/pools.h"

namespace veriline::store {

/// Keeps the store of a line's own pool and the shared one in step. Down come the codes of the
/// pools that were allotted to the line, up goes what became of them. The line claims in its own
/// store and waits for none of it: out of reach, it goes on as long as its codes last.
///
/// What goes up is applied once, in its order: the shared store keeps with it how far it is
/// (pool_cursor). Each code has the state here that it has there, some time later; steps between
/// two looks are not told.
///
/// Thread: one of its own ("veriline-sync"); the members from any.
class PoolSync {
 public:
  struct Options {
    std::string url;  ///< of the shared store
    std::string line_id;
    int64_t every_ns = 1'000'000'000;
  };
  struct Status {
    bool in_step = false;  ///< the last round went through
    std::string problem;   ///< why not
    uint64_t told = 0;     ///< changes of codes that went up
    uint64_t taken = 0;    ///< codes that came down
  };

  /// Borrows the store. Does not wait for the server.
  PoolSync(EmbeddedStore& store, Options options);
  /// Tries once more to bring up what is new.
  ~PoolSync();

  void Start();
  /// One round, now. Errors: out of reach; another store than before speaks for the line.
  Checked<void> Round();
  Status status() const;

 private:
  Checked<void> Take(const Pool& pool);
  Checked<void> Tell(const std::string& batch);
  Checked<void> TellCounts(const std::string& batch);
  Checked<void> HandBack(const std::string& batch);
  Checked<void> Run();

  EmbeddedStore& store_;
  const Options options_;
  Connection connection_;
  std::mutex round_mutex_;  ///< one round at a time
  mutable std::mutex mutex_;
  std::condition_variable stop_now_;
  bool stop_ = false;
  Status status_;
  std::thread thread_;
};

}  // namespace veriline::store
