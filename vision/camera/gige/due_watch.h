// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

namespace veriline::camera {

/// Knows when the next frame must have come: after a software trigger, and a period after the last
/// frame where frames come by themselves.
/// Thread: Restart and Triggered on the camera's thread, Began on the one that frames come from,
/// DeadlineNs from any. Wait-free: each word has one writer.
class DueWatch {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  /// Nothing is due but what comes by itself each `period_ns` (0 = nothing does).
  void Restart(int64_t now_ns, int64_t period_ns, int64_t timeout_ns) {
    timeout_ns_.store(timeout_ns, std::memory_order_relaxed);
    period_ns_.store(period_ns, std::memory_order_relaxed);
    started_ns_.store(now_ns, std::memory_order_relaxed);
    first_unanswered_ns_.store(kNone, std::memory_order_relaxed);
    last_trigger_ns_.store(kNone, std::memory_order_release);
  }
  void Triggered(int64_t now_ns) {
    if (first_unanswered_ns_.load(std::memory_order_relaxed) <=
        began_ns_.load(std::memory_order_acquire)) {
      first_unanswered_ns_.store(now_ns, std::memory_order_relaxed);
    }
    last_trigger_ns_.store(now_ns, std::memory_order_release);
  }
  /// The first packet of a frame has come: every trigger before it is answered. One that the camera
  /// ignored is, too; the lost exposure shows in its item.
  void Began(int64_t now_ns) { began_ns_.store(now_ns, std::memory_order_release); }

  int64_t DeadlineNs() const {
    const int64_t began_ns = began_ns_.load(std::memory_order_acquire);
    const int64_t last_ns = last_trigger_ns_.load(std::memory_order_acquire);
    const int64_t first_ns = first_unanswered_ns_.load(std::memory_order_relaxed);
    const int64_t timeout_ns = timeout_ns_.load(std::memory_order_relaxed);
    const int64_t period_ns = period_ns_.load(std::memory_order_relaxed);
    int64_t deadline_ns = kNever;
    if (last_ns > began_ns) deadline_ns = (first_ns > began_ns ? first_ns : last_ns) + timeout_ns;
    if (period_ns > 0) {
      const int64_t from_ns = std::max(began_ns, started_ns_.load(std::memory_order_relaxed));
      deadline_ns = std::min(deadline_ns, from_ns + period_ns + timeout_ns);
    }
    return deadline_ns;
  }

 private:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::min();
  std::atomic<int64_t> timeout_ns_{0};
  std::atomic<int64_t> period_ns_{0};
  std::atomic<int64_t> started_ns_{kNone};
  std::atomic<int64_t> first_unanswered_ns_{kNone};
  std::atomic<int64_t> last_trigger_ns_{kNone};
  std::atomic<int64_t> began_ns_{kNone};
};

}  // namespace veriline::camera
