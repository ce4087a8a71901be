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
  while (NextEdge(edge)) {
    if (edge->time_ns > blind_to_ns) return true;
  }
  return false;
}

bool WorldTrigger::NextEdge(item::EyeEdge* edge) {
  const auto pieces = world_.motion().pieces();
  const auto count_of = [this](uint64_t e) {
    return e % 2 == 0 ? world_.MarkCount(e / 2) : world_.MarkEndCount(e / 2);
  };
  const int64_t t0_ns = world_.config().t0_ns;
  for (;; ++piece_) {
    const Motion::Piece& piece = pieces[piece_];
    const bool forward = piece.forward();
    // Forward the eye passes the next edge, backward the one before it.
    if (forward ? next_edge_ < 2 * world_.feeds() : next_edge_ > 0) {
      const uint64_t passed = forward ? next_edge_ : next_edge_ - 1;
      const int64_t count = count_of(passed);
      const auto at = static_cast<double>(count);
      if (forward ? at <= piece.to_count : at > piece.to_count) {
        const int64_t time_ns = t0_ns + piece.TimeOf(count);
        if (clock_.NowNs() < time_ns) return false;
        *edge = {0, (passed % 2 == 0) == forward, count, time_ns};
        next_edge_ = forward ? next_edge_ + 1 : next_edge_ - 1;
        return true;
      }
    }
    // Nothing more in this piece.
    if (piece_ + 1 == pieces.size() || clock_.NowNs() < t0_ns + piece.to_ns) return false;
  }
}

}  // namespace veriline::linesim
