// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/world_trigger.h"

namespace veriline::linesim {

bool WorldTrigger::PollEdge(item::EyeEdge* edge) {
  const uint64_t item = next_edge_ / 2;
  if (item >= world_.items()) return false;
  const bool rising = next_edge_ % 2 == 0;
  const int64_t count = rising ? world_.LeadingCount(item) : world_.TrailingCount(item);
  const int64_t time_ns = world_.TimeOfCount(count);
  if (clock_.NowNs() < time_ns) return false;
  *edge = {0, rising, count, time_ns};
  ++next_edge_;
  return true;
}

}  // namespace veriline::linesim
