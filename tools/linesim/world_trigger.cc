// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/world_trigger.h"

#include <algorithm>

namespace veriline::linesim {

Checked<void> WorldTrigger::Start() {
  blind_to_ns_.store(clock_.NowNs(), std::memory_order_release);
  running_.store(true, std::memory_order_release);
  return {};
}

void WorldTrigger::Plug(bool plugged) {
  if (plugged) blind_to_ns_.store(clock_.NowNs(), std::memory_order_release);
  lost_count_.store(plugged ? kPlugged : world_.CountAt(clock_.NowNs()), std::memory_order_release);
}

int64_t WorldTrigger::CountAt(int64_t steady_ns) const {
  const int64_t lost_count = lost_count_.load(std::memory_order_acquire);
  const int64_t count = world_.CountAt(steady_ns);
  return lost_count == kPlugged ? count : std::min(count, lost_count);
}

bool WorldTrigger::PollEdge(item::EyeEdge* edge) {
  if (!healthy()) return false;
  const int64_t blind_to_ns = blind_to_ns_.load(std::memory_order_acquire);
  for (;; ++next_edge_) {
    const uint64_t item = next_edge_ / 2;
    if (item >= world_.items()) return false;
    const bool rising = next_edge_ % 2 == 0;
    const int64_t count = rising ? world_.LeadingCount(item) : world_.TrailingCount(item);
    const int64_t time_ns = world_.TimeOfCount(count);
    if (clock_.NowNs() < time_ns) return false;
    if (time_ns <= blind_to_ns) continue;
    *edge = {0, rising, count, time_ns};
    ++next_edge_;
    return true;
  }
}

}  // namespace veriline::linesim
