// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reject/camera_trigger.h"

#include <cmath>
#include <utility>

namespace veriline::reject {
namespace {
/// Frames are stamped well, but a slow camera has only two of them in any useful time.
constexpr int64_t kSpeedWindowNs = 20'000'000;
}  // namespace

CameraTrigger::CameraTrigger(const Config& config, const Clock& clock)
    : config_(config),
      belt_({.most_counts_per_s = config.most_counts_per_s,
             .loss_ns = config.loss_ns,
             .time_error_ns = config.sample_ns},
            clock),
      queue_(kEdgeCapacity) {}

Checked<void> CameraTrigger::Start() {
  item::EyeEdge stale;
  while (queue_.TryPop(stale)) {
  }
  may_tell_edges_ = false;
  belt_.Forget();
  belt_.Start();
  return {};
}

std::vector<item::QueueStatus> CameraTrigger::queues() const {
  return {{"camera_edges", queue_.capacity(), queue_.peak(), queue_.full_count()}};
}

void CameraTrigger::OnLineSample(const camera::LineSample& sample) {
  if (!belt_.running()) return;
  const camera::LineSample before = std::exchange(last_, sample);
  const bool has_before = std::exchange(has_last_, true);
  const bool was_healthy = belt_.healthy();
  const double counts_before = counts_;
  if (has_before) {
    // The counter is 32 bits wide in most cameras and wraps.
    counts_ += static_cast<int32_t>(static_cast<uint32_t>(sample.encoder_count) -
                                    static_cast<uint32_t>(before.encoder_count)) *
               config_.counts_per_step;
  } else {
    counts_ = static_cast<double>(sample.encoder_count) * config_.counts_per_step;
  }
  if (!belt_.Told(std::llround(counts_), sample.steady_ns, kSpeedWindowNs)) return;
  // What changed over a gap or a stop happened at nobody knows what count.
  if (!std::exchange(may_tell_edges_, true) || !was_healthy) return;
  for (size_t lane = 0; lane < config_.eye_lines.size(); ++lane) {
    const bool begins = Begins(sample.line_status, config_.eye_lines[lane]);
    if (begins == Begins(before.line_status, config_.eye_lines[lane])) continue;
    static_cast<void>(queue_.TryPush({static_cast<int>(lane),
                                      begins,
                                      std::llround((counts_before + counts_) / 2),
                                      before.steady_ns + (sample.steady_ns - before.steady_ns) / 2,
                                      {}}));
  }
}

bool CameraTrigger::PollEdge(item::EyeEdge* edge) { return healthy() && queue_.TryPop(*edge); }

}  // namespace veriline::reject
