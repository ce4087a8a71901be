// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "pipeline/item/interfaces.h"
#include "tools/linesim/world.h"
#include "vision/core/clock.h"

namespace veriline::linesim {

/// Encoder and photo-eye of the simulated world. Resolution: one count; edges carry their exact
/// time. Loss: at once when it is unplugged; what passes the eye meanwhile is never told. The belt
/// also moves while it is stopped. Where the belt goes back, so do the edges: what was restored is
/// interrupted again.
/// Thread: as TriggerSource; Plug from any.
class WorldTrigger final : public item::TriggerSource {
 public:
  /// Both must outlive it.
  WorldTrigger(const World& world, const Clock& clock) : world_(world), clock_(clock) {}

  Checked<void> Start() override;
  void Stop() override { running_.store(false, std::memory_order_release); }
  bool PollEdge(item::EyeEdge* edge) override;
  bool healthy() const override {
    return running_.load(std::memory_order_acquire) &&
           lost_count_.load(std::memory_order_acquire) == kPlugged;
  }
  Traits traits() const override {
    return {static_cast<double>(world_.scene().counts_per_mm), 0, 1};
  }
  int64_t CountAt(int64_t steady_ns) const override;

  /// Pulls the plug of encoder and eye, or puts it in again.
  void Plug(bool plugged);

 private:
  bool NextEdge(item::EyeEdge* edge);

  static constexpr int64_t kPlugged = INT64_MIN;

  const World& world_;
  const Clock& clock_;
  std::atomic<bool> running_{false};
  std::atomic<int64_t> lost_count_{kPlugged};    ///< where it was unplugged
  std::atomic<int64_t> blind_to_ns_{INT64_MIN};  ///< what passed until then was not seen
  size_t piece_ = 0;                             ///< of the belt's motion
  /// The first edge upstream of the eye: 2 × feed, + 1 for its end.
  uint64_t next_edge_ = 0;
};

}  // namespace veriline::linesim
