// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "vision/camera/camera_source.h"

namespace veriline::camera {

/// How long a test waits for something that must happen at once; only a failing test waits it out.
inline constexpr std::chrono::seconds kPatience{20};

/// Keeps what a camera tells, and lets a test wait for it.
class RecordingSink final : public FrameSink {
 public:
  void OnFrame(Frame&& frame) override {
    const std::lock_guard lock(mutex_);
    stamps.push_back(frame.stamp);
    if (keep_frames) frames.push_back(std::move(frame));
    Told();
  }
  void OnOverrun(const FrameStamp& stamp) override {
    const std::lock_guard lock(mutex_);
    overruns.push_back(stamp);
    Told();
  }
  void OnEnd() override {
    const std::lock_guard lock(mutex_);
    ++ends;
    Told();
  }
  /// Waits until that many calls have come in all; false when they do not.
  bool WaitForCalls(size_t count) {
    std::unique_lock lock(mutex_);
    return told_.wait_for(lock, kPatience, [&] { return calls_ >= count; });
  }
  size_t calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  void DropFrames() {
    const std::lock_guard lock(mutex_);
    frames.clear();
  }

  // To be read when the camera is stopped, or between calls that were waited for.
  bool keep_frames = false;
  std::vector<Frame> frames;
  std::vector<FrameStamp> stamps;
  std::vector<FrameStamp> overruns;
  int ends = 0;

 private:
  void Told() {
    ++calls_;
    told_.notify_all();
  }
  mutable std::mutex mutex_;
  std::condition_variable told_;
  size_t calls_ = 0;
};

/// A belt that moves one count each microsecond.
class StraightEncoder final : public EncoderReader {
 public:
  int64_t CountAt(int64_t steady_ns) const override { return steady_ns / 1000; }
};

/// Asks for one exposure at `due_ns`, as soon as the camera is ready for it.
inline bool TriggerWhenReady(CameraSource& camera, int64_t due_ns) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!camera.TriggerSoftware(due_ns)) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace veriline::camera
