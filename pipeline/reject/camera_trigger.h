// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "pipeline/item/interfaces.h"
#include "pipeline/reject/followed_belt.h"
#include "vision/camera/camera_source.h"
#include "vision/core/bounded_queue.h"
#include "vision/core/clock.h"

namespace veriline::reject {

/// Encoder and photo-eyes that are wired to a camera: its counter and its input lines come as chunk
/// data with each frame (camera::LineSample).
///
/// Resolution: the camera's counter; between two frames the belt goes on at the speed of late. An
/// eye is seen only when a frame is exposed: its edge lies somewhere between two frames and is told
/// at the middle, so the time error is half of `sample_ns`, the longest time between two frames. A
/// flash shorter than that is missed. So the camera must run freely or by the encoder, faster than
/// items need: one that the eye or the line triggers can not be its own trigger.
/// Loss: no sample for `loss_ns` → not healthy, counts stand still, no edges; it heals when frames
/// come again. A count that no belt can have reached (the camera began anew) is a loss until the
/// next Start; see FollowedBelt.
/// Queue: 1024 edges from the camera's thread to the scheduler; full: the edge is dropped and
/// counted, which costs its item the release.
/// Thread: as TriggerSource; OnLineSample from the camera's thread, not while Start or Stop runs.
class CameraTrigger final : public item::TriggerSource, public camera::LineSampleSink {
 public:
  struct Config {
    std::vector<int> eye_lines = {1};  ///< number of the input line of each lane's eye
    bool rising_is_begin = true;       ///< an object raises its line
    double counts_per_step = 1;        ///< of the camera's counter; negative: it counts down
    double most_counts_per_s = 0;      ///< the belt is never faster
    int64_t sample_ns = 20'000'000;    ///< longest time between two frames
    int64_t loss_ns = 200'000'000;
  };
  static constexpr size_t kEdgeCapacity = 1024;

  /// `clock` must outlive it.
  CameraTrigger(const Config& config, const Clock& clock);

  Checked<void> Start() override;
  void Stop() override { belt_.Stop(); }
  bool PollEdge(item::EyeEdge* edge) override;
  bool healthy() const override { return belt_.healthy(); }
  Traits traits() const override { return {0, config_.sample_ns / 2, 3}; }
  int64_t CountAt(int64_t steady_ns) const override { return belt_.CountAt(steady_ns); }
  std::vector<item::QueueStatus> queues() const override;

  void OnLineSample(const camera::LineSample& sample) override;

 private:
  bool Begins(uint32_t line_status, int line) const {
    return ((line_status >> line & 1) != 0) == config_.rising_is_begin;
  }

  const Config config_;
  FollowedBelt belt_;
  BoundedQueue<item::EyeEdge> queue_;
  // Of the camera's thread:
  bool has_last_ = false;
  camera::LineSample last_;
  bool may_tell_edges_ = false;  ///< last_ is of this run
  double counts_ = 0;            ///< of the last sample
};

}  // namespace veriline::reject
