// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/camera_fakes.h"
#include "tests/support/gige_process.h"
#include "tools/linesim/gige/frame_truth.h"
#include "vision/camera/gige/gige_camera.h"

namespace veriline::camera {

/// What was told of an exposure beside what it was.
struct Told {
  FrameStamp stamp;
  int width = 0;
  int height = 0;
  bool overrun = false;
  bool in_its_buffer = false;                ///< the pixels lie where the lease says
  bool intact = false;                       ///< every pixel is as it was drawn
  std::optional<linesim::FrameTruth> truth;  ///< as its first row says
};

/// Looks at each frame when it comes and lets it go, or keeps it.
class TruthSink final : public FrameSink {
 public:
  void OnFrame(Frame&& frame) override {
    Told told{.stamp = frame.stamp, .width = frame.pixels.width, .height = frame.pixels.height};
    told.in_its_buffer = frame.pixels.data == frame.lease.data();
    told.truth = linesim::ReadTruth(frame.pixels);
    told.intact = told.truth && Intact(frame.pixels, told.truth->index);
    const std::lock_guard lock(mutex_);
    told_.push_back(told);
    if (keep) kept_.push_back(std::move(frame));
    came_.notify_all();
  }
  void OnOverrun(const FrameStamp& stamp) override {
    const std::lock_guard lock(mutex_);
    told_.push_back({.stamp = stamp, .overrun = true});
    came_.notify_all();
  }

  void OnLineSample(const LineSample& sample) override {
    const std::lock_guard lock(mutex_);
    samples_.push_back(sample);
  }

  /// Everything told so far, when there are at least `count`; the test fails when they do not come.
  std::vector<Told> WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(came_.wait_for(lock, kPatience, [&] { return told_.size() >= count; }))
        << told_.size() << " of " << count;
    return told_;
  }
  std::vector<Told> told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  std::vector<LineSample> samples() const {
    const std::lock_guard lock(mutex_);
    return samples_;
  }
  void LetGo() {
    const std::lock_guard lock(mutex_);
    kept_.clear();
  }

  std::atomic<bool> keep = false;

 private:
  static bool Intact(const FrameView& pixels, uint32_t index) {
    for (int y = 1; y < pixels.height; ++y) {
      const uint8_t grey = linesim::GreyOf(index, y);
      const uint8_t* row = pixels.Row(y);
      if (std::any_of(row, row + pixels.width, [&](uint8_t p) { return p != grey; })) return false;
    }
    return true;
  }

  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Told> told_;
  std::vector<LineSample> samples_;
  std::vector<Frame> kept_;
};

/// A camera on the network and our end of it, with the clock of the machine.
class GigeRig {
 public:
  static constexpr int kWidth = 320;
  static constexpr int kHeight = 240;

  explicit GigeRig(std::vector<std::string> arguments = {}, GigeOptions options = {},
                   size_t buffers = 16)
      : process(NextLoopbackAddress(), WithSize(std::move(arguments))),
        pool(buffers, size_t{1} << 18) {
    options.device = process.address();
    camera = std::make_unique<GigeCamera>(std::move(options));
  }

  void Start(uint32_t index = 0) {
    const auto info = camera->Open();
    ASSERT_TRUE(info) << info.error().ToString();
    const auto started = camera->Start(Context(index));
    ASSERT_TRUE(started) << started.error().ToString();
  }
  CameraContext Context(uint32_t index = 0) {
    return {
        .camera_index = index, .pool = &pool, .sink = &sink, .clock = &clock, .encoder = &encoder};
  }
  /// False when it takes more than the patience.
  bool WaitUntil(const std::function<bool()>& wanted) {
    const int64_t give_up_ns = clock.NowNs() + 1'000'000'000 * kPatience.count();
    while (!wanted()) {
      if (clock.NowNs() > give_up_ns) return false;
      SleepUntilNs(clock.NowNs() + 1'000'000);
    }
    return true;
  }
  /// Until a frame of that id or a later one was told.
  bool WaitForId(uint64_t id) {
    return WaitUntil([&] {
      const auto told = sink.told();
      return !told.empty() && told.back().stamp.frame_id >= id;
    });
  }
  bool WaitForAlarm() {
    return WaitUntil([&] { return !camera->health().alarm.empty(); });
  }
  bool WaitForAllClear() {
    return WaitUntil([&] {
      const CameraHealth health = camera->health();
      return health.connected && health.alarm.empty();
    });
  }

  const SteadyClock clock;
  const StraightEncoder encoder;
  GigeProcess process;
  FramePool pool;
  TruthSink sink;
  std::unique_ptr<GigeCamera> camera;

 private:
  static std::vector<std::string> WithSize(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"--width", std::to_string(kWidth), "--height", std::to_string(kHeight)});
    return arguments;
  }
};

}  // namespace veriline::camera
