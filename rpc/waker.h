// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace veriline::rpc {

/// Wakes one waiting thread. Wake is what a real-time thread may call: it never waits for anybody
/// (one atomic exchange; when the other side sleeps or is about to, one write to an eventfd).
/// Thread: Wake from any; WaitUntil from one.
class Waker {
 public:
  Waker();
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  void Wake();
  /// Returns when somebody called Wake since the last return, or at `deadline_ns` of
  /// CLOCK_MONOTONIC; kNever waits without end. Work announced before a Wake is visible after.
  void WaitUntil(int64_t deadline_ns);

  static constexpr int64_t kNever = INT64_MAX;

 private:
  int fd_ = -1;
  std::atomic<bool> awake_{false};
};

}  // namespace veriline::rpc
