// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <semaphore.h>

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
    int value = 0;
    sem_getvalue(&semaphore_, &value);
    if (value < 1) sem_post(&semaphore_);
  }
  /// Returns at a post (also one from before the call) or at `deadline_ns` of CLOCK_MONOTONIC.
  void WaitUntil(int64_t deadline_ns) {
    const timespec t{deadline_ns / 1'000'000'000, deadline_ns % 1'000'000'000};
    while (sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &t) != 0 && errno == EINTR) {
    }
  }

 private:
  sem_t semaphore_;
};

}  // namespace veriline
