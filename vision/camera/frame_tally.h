// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "vision/camera/camera_source.h"

namespace veriline::camera {

/// Tells the sink of frames and overruns, each exactly once in the counters; ids that were passed
/// over count as lost.
/// Thread: counters from any; the rest from the one that the sink is called on, Start before it.
class FrameTally {
 public:
  /// Counters begin at 0, frame ids at 1. The context is complete and outlives the calls.
  void Start(const CameraContext& context) {
    context_ = context;
    last_told_id_ = 0;
    for (auto* counter : {&delivered_, &incomplete_, &lost_, &overrun_}) *counter = 0;
  }
  const CameraContext& context() const { return context_; }

  /// Hands a frame over, counted by its status; it arrived now.
  void Deliver(Frame&& frame) {
    CountGapBefore(frame.stamp.frame_id);
    auto& counter = frame.stamp.status == FrameStatus::kComplete ? delivered_ : incomplete_;
    counter.fetch_add(1, std::memory_order_relaxed);
    frame.stamp.arrival_ns = context_.clock->NowNs();
    context_.sink->OnFrame(std::move(frame));
  }
  /// There was no buffer for an exposure.
  void Overrun(const FrameStamp& stamp) {
    CountGapBefore(stamp.frame_id);
    overrun_.fetch_add(1, std::memory_order_relaxed);
    context_.sink->OnOverrun(stamp);
  }

  CameraCounters counters() const {
    return {.delivered = delivered_.load(std::memory_order_relaxed),
            .incomplete = incomplete_.load(std::memory_order_relaxed),
            .lost = lost_.load(std::memory_order_relaxed),
            .overrun = overrun_.load(std::memory_order_relaxed)};
  }

 private:
  void CountGapBefore(uint64_t frame_id) {
    lost_.fetch_add(frame_id - last_told_id_ - 1, std::memory_order_relaxed);
    last_told_id_ = frame_id;
  }

  CameraContext context_;
  uint64_t last_told_id_ = 0;
  std::atomic<uint64_t> delivered_{0};
  std::atomic<uint64_t> incomplete_{0};
  std::atomic<uint64_t> lost_{0};
  std::atomic<uint64_t> overrun_{0};
};

}  // namespace veriline::camera
