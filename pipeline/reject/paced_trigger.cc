// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reject/paced_trigger.h"

#include <cmath>

namespace veriline::reject {

PacedTrigger::PacedTrigger(const Config& config, const Clock& clock)
    : config_(config),
      clock_(clock),
      counts_per_ns_(config.speed_mm_s * config.counts_per_mm / 1e9),
      pitch_counts_(std::llround(config.speed_mm_s / config.items_per_s * config.counts_per_mm)),
      length_counts_(std::llround(config.item_length_mm * config.counts_per_mm)) {}

Checked<void> PacedTrigger::Start() {
  if (length_counts_ < 1 || pitch_counts_ <= length_counts_) {
    return Fail(Diagnostic{
        .code = ErrorCode::kInvalidArgument,
        .message = "items of the paced trigger overlap: item_length_mm is not shorter than "
                   "speed_mm_s / items_per_s",
        .advice = "lower items_per_s or item_length_mm, or raise speed_mm_s"});
  }
  if (!healthy()) {
    state_.store((clock_.NowNs() - state_.load(std::memory_order_relaxed)) | 1,
                 std::memory_order_release);
  }
  return {};
}

void PacedTrigger::Stop() {
  if (!healthy()) return;
  const int64_t ran_ns = clock_.NowNs() - state_.load(std::memory_order_relaxed);
  state_.store(ran_ns & ~int64_t{1}, std::memory_order_release);
}

int64_t PacedTrigger::CountAt(int64_t steady_ns) const {
  const int64_t state = state_.load(std::memory_order_acquire);
  const int64_t ran_ns = state % 2 != 0 ? steady_ns - state : state;
  return static_cast<int64_t>(std::floor(static_cast<double>(ran_ns) * counts_per_ns_));
}

bool PacedTrigger::PollEdge(item::EyeEdge* edge) {
  if (!healthy()) return false;
  const uint64_t per_item = 2 * static_cast<uint64_t>(config_.lanes);
  const uint64_t item = next_edge_ / per_item;
  if (config_.items != 0 && item >= config_.items) return false;
  const uint64_t within = next_edge_ % per_item;
  const bool rising = within < static_cast<uint64_t>(config_.lanes);
  const int64_t count =
      pitch_counts_ * static_cast<int64_t>(item + 1) + (rising ? 0 : length_counts_);
  if (count > CountAt(clock_.NowNs())) return false;
  *edge = {static_cast<int>(within % static_cast<uint64_t>(config_.lanes)), rising, count,
           state_.load(std::memory_order_relaxed) +
               static_cast<int64_t>(static_cast<double>(count) / counts_per_ns_)};
  ++next_edge_;
  return true;
}

}  // namespace veriline::reject
