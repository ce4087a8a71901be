// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <semaphore.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <ctime>

namespace veriline {

/// Wakes one sleeping thread. Posts do not pile up beyond one wake-up that has not been taken.
/// Thread: Post from any thread (never blocks, no lock); WaitUntil from the one owner.
class Wake {
 public:
  Wake() { sem_init(&semaphore_, 0, 0); }
  ~Wake() { sem_destroy(&semaphore_); }
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  void Post() {
    // An exchange, so that what the caller wrote before cannot be passed over by an owner that is
    // just taking an earlier post.
    if (!pending_.exchange(true)) sem_post(&semaphore_);
  }
  /// Returns at a post (also one from before the call) or at `deadline_ns` of CLOCK_MONOTONIC.
  void WaitUntil(int64_t deadline_ns) {
    const timespec t{deadline_ns / 1'000'000'000, deadline_ns % 1'000'000'000};
    while (sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &t) != 0) {
      if (errno != EINTR) return;
    }
    pending_.exchange(false);
  }

 private:
  sem_t semaphore_;
  std::atomic<bool> pending_{false};  ///< the semaphore is posted, or about to be
};

}  // namespace veriline
