// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "pipeline/item/interfaces.h"
#include "vision/core/clock.h"

namespace veriline::reject {

/// A simulated encoder and photo-eye for trials without a belt: it moves at an even speed and an
/// item of equal length passes the eye of each lane at equal distances.
///
/// Resolution: one count. Time error: none, edges are computed. Loss: there is nothing to lose.
/// While stopped the belt stands still; it goes on from there.
class PacedTrigger final : public item::TriggerSource {
 public:
  struct Config {
    int lanes = 1;
    double counts_per_mm = 10;
    double speed_mm_s = 500;
    double items_per_s = 5;      ///< on each lane
    double item_length_mm = 60;  ///< must be shorter than speed / items_per_s
    uint64_t items = 0;          ///< per lane; 0 = without end
  };

  /// `clock` must outlive it.
  PacedTrigger(const Config& config, const Clock& clock);

  Checked<void> Start() override;
  void Stop() override;
  bool PollEdge(item::EyeEdge* edge) override;
  bool healthy() const override { return state_.load(std::memory_order_acquire) % 2 != 0; }
  Traits traits() const override { return {config_.counts_per_mm, 0, 1}; }
  int64_t CountAt(int64_t steady_ns) const override;

 private:
  const Config config_;
  const Clock& clock_;
  const double counts_per_ns_;
  const int64_t pitch_counts_;
  const int64_t length_counts_;
  /// One word, so that no reader sees half a change. Odd: it runs, and stood at count 0 at that
  /// moment. Even: it stands, and has run for so long. The nanosecond that the bit takes is
  /// nothing.
  std::atomic<int64_t> state_{0};
  uint64_t next_edge_ = 0;  ///< counts rising and falling edges over all lanes
};

}  // namespace veriline::reject
