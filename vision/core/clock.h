// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace veriline {

/// The time of the frame path: nanoseconds of CLOCK_MONOTONIC, the same in every process of a
/// machine. Injected, so that tests and replay can turn it by hand.
/// Thread: NowNs from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t NowNs() const = 0;
};

class SteadyClock final : public Clock {
 public:
  int64_t NowNs() const override;
};

/// A clock that stands still until it is set.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t start_ns = 0) : now_ns_(start_ns) {}
  int64_t NowNs() const override { return now_ns_.load(std::memory_order_acquire); }
  void Set(int64_t now_ns) { now_ns_.store(now_ns, std::memory_order_release); }
  void Advance(int64_t by_ns) { now_ns_.fetch_add(by_ns, std::memory_order_acq_rel); }

 private:
  std::atomic<int64_t> now_ns_;
};

/// Wall-clock nanoseconds since the Unix epoch (UTC), for records only.
int64_t UtcNowNs();

/// Sleeps the calling thread until `deadline_ns` of CLOCK_MONOTONIC; returns at once when past.
void SleepUntilNs(int64_t deadline_ns);

}  // namespace veriline
