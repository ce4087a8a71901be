// SPDX-License-Identifier: Apache-2.0
#include "vision/core/clock.h"

#include <ctime>

namespace veriline {
namespace {
constexpr int64_t kNsPerS = 1'000'000'000;
int64_t Now(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return t.tv_sec * kNsPerS + t.tv_nsec;
}
}  // namespace

int64_t SteadyClock::NowNs() const { return Now(CLOCK_MONOTONIC); }
int64_t UtcNowNs() { return Now(CLOCK_REALTIME); }

void SleepUntilNs(int64_t deadline_ns) {
  const timespec t{deadline_ns / kNsPerS, deadline_ns % kNsPerS};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr) != 0) {
  }
}

}  // namespace veriline
