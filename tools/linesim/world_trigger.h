// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "pipeline/item/interfaces.h"
#include "tools/linesim/world.h"
#include "vision/core/clock.h"

namespace veriline::linesim {

/// Encoder and photo-eye of the simulated world. Resolution: one count; edges carry their exact
/// time; nothing is ever lost.
/// Thread: as TriggerSource.
class WorldTrigger final : public item::TriggerSource {
 public:
  /// Both must outlive it.
  WorldTrigger(const World& world, const Clock& clock) : world_(world), clock_(clock) {}

  Checked<void> Start() override { return {}; }
  void Stop() override {}
  bool PollEdge(item::EyeEdge* edge) override;
  bool healthy() const override { return true; }
  Traits traits() const override { return {kCountsPerMm, 0}; }
  int64_t CountAt(int64_t steady_ns) const override { return world_.CountAt(steady_ns); }

 private:
  const World& world_;
  const Clock& clock_;
  uint64_t next_edge_ = 0;  ///< 2 × item, + 1 for its trailing edge
};

}  // namespace veriline::linesim
