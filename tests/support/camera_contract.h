// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "tests/support/camera_fakes.h"
#include "vision/camera/camera_source.h"

namespace veriline::camera {

/// A back end under test: a camera that never ends, and what makes it expose.
struct CameraRig {
  std::unique_ptr<CameraSource> camera;
  /// Makes an acquiring camera expose once; false when it cannot be brought to.
  std::function<bool(ManualClock&)> expose;
};

struct CameraBackEnd {
  std::string name;
  std::function<CameraRig()> make;
};

inline void PrintTo(const CameraBackEnd& back_end, std::ostream* out) { *out << back_end.name; }

/// What every back end must keep. Instantiate with
/// INSTANTIATE_TEST_SUITE_P(X, CameraContract, testing::Values(CameraBackEnd{...}), BackEndName).
class CameraContract : public testing::TestWithParam<CameraBackEnd> {
 protected:
  static constexpr size_t kBuffers = 3;
  static constexpr size_t kBufferBytes = 1 << 16;

  void SetUp() override { rig_ = GetParam().make(); }
  void TearDown() override { rig_.camera.reset(); }

  CameraSource& camera() { return *rig_.camera; }
  CameraContext Context() {
    return {
        .camera_index = 7, .pool = &pool_, .sink = &sink_, .clock = &clock_, .encoder = &encoder_};
  }
  void OpenAndStart() {
    const auto info = camera().Open();
    ASSERT_TRUE(info) << info.error().ToString();
    const auto started = camera().Start(Context());
    ASSERT_TRUE(started) << started.error().ToString();
  }
  /// One exposure, and what the sink is told of it.
  void ExposeOnce() {
    const size_t before = sink_.calls();
    ASSERT_TRUE(rig_.expose(clock_));
    ASSERT_TRUE(sink_.WaitForCalls(before + 1));
  }
  void Expose(int times) {
    for (int i = 0; i < times; ++i) ASSERT_NO_FATAL_FAILURE(ExposeOnce());
  }

  ManualClock clock_{1'000'000'000};
  StraightEncoder encoder_;
  FramePool pool_{kBuffers, kBufferBytes};
  RecordingSink sink_;
  CameraRig rig_;
};

inline std::string BackEndName(const testing::TestParamInfo<CameraBackEnd>& info) {
  return info.param.name;
}

template <class T>
bool IsWrongState(const Checked<T>& result) {
  return !result && result.error().code == ErrorCode::kWrongState;
}

TEST_P(CameraContract, CallsInTheWrongStateChangeNothing) {
  EXPECT_TRUE(IsWrongState(camera().Start(Context())));
  EXPECT_TRUE(IsWrongState(camera().Stop()));
  EXPECT_FALSE(camera().TriggerSoftware(clock_.NowNs()));
  ASSERT_TRUE(camera().Open());
  EXPECT_TRUE(IsWrongState(camera().Open()));
  EXPECT_TRUE(IsWrongState(camera().Stop()));
  EXPECT_FALSE(camera().TriggerSoftware(clock_.NowNs()));
  ASSERT_TRUE(camera().Start(Context()));
  EXPECT_TRUE(IsWrongState(camera().Open()));
  EXPECT_TRUE(IsWrongState(camera().Start(Context())));
  ASSERT_NO_FATAL_FAILURE(Expose(1));  // still works
  ASSERT_TRUE(camera().Stop());
  EXPECT_FALSE(camera().TriggerSoftware(clock_.NowNs()));
  camera().Close();
  EXPECT_TRUE(IsWrongState(camera().Start(Context())));
  camera().Close();  // again: nothing
  EXPECT_TRUE(camera().Open());
}

TEST_P(CameraContract, AnIncompleteContextIsRefused) {
  ASSERT_TRUE(camera().Open());
  for (int missing = 0; missing < 4; ++missing) {
    CameraContext context = Context();
    if (missing == 0) context.pool = nullptr;
    if (missing == 1) context.sink = nullptr;
    if (missing == 2) context.clock = nullptr;
    if (missing == 3) context.encoder = nullptr;
    EXPECT_FALSE(camera().Start(context));
  }
  EXPECT_TRUE(camera().Start(Context()));
}

TEST_P(CameraContract, OnlyASoftwareTriggerTriggers) {
  ASSERT_NO_FATAL_FAILURE(OpenAndStart());
  ASSERT_NO_FATAL_FAILURE(Expose(1));
  if (camera().trigger_mode() == TriggerMode::kSoftware) {
    ASSERT_NO_FATAL_FAILURE(Expose(1));
  } else {
    EXPECT_FALSE(camera().TriggerSoftware(clock_.NowNs()));
  }
}

TEST_P(CameraContract, FramesAreStampedAndLieInTheirBuffer) {
  sink_.keep_frames = true;
  const auto info = camera().Open();
  ASSERT_TRUE(info);
  ASSERT_TRUE(camera().Start(Context()));
  ASSERT_NO_FATAL_FAILURE(Expose(static_cast<int>(kBuffers)));
  ASSERT_TRUE(camera().Stop());
  ASSERT_EQ(sink_.frames.size(), kBuffers);
  uint64_t id = 0;
  int64_t last_exposure_ns = 0;
  for (const Frame& frame : sink_.frames) {
    EXPECT_EQ(frame.stamp.camera, 7u);
    EXPECT_EQ(frame.stamp.frame_id, ++id);
    EXPECT_EQ(frame.stamp.status, FrameStatus::kComplete);
    EXPECT_GE(frame.stamp.exposure_ns, last_exposure_ns);
    EXPECT_LE(frame.stamp.exposure_ns, frame.stamp.arrival_ns);
    EXPECT_LE(frame.stamp.arrival_ns, clock_.NowNs());
    EXPECT_EQ(frame.stamp.encoder_count, encoder_.CountAt(frame.stamp.exposure_ns));
    last_exposure_ns = frame.stamp.exposure_ns;
    ASSERT_FALSE(frame.pixels.Empty());
    EXPECT_LE(frame.pixels.width, info->width_max);
    EXPECT_LE(frame.pixels.height, info->height_max);
    EXPECT_GE(frame.pixels.data, frame.lease.data());
    EXPECT_LE(frame.pixels.Row(frame.pixels.height - 1) + frame.pixels.width,
              frame.lease.data() + frame.lease.size_bytes());
  }
  sink_.DropFrames();
  EXPECT_EQ(pool_.free_count(), kBuffers);
}

TEST_P(CameraContract, AnEmptyPoolIsAnOverrunAndPasses) {
  sink_.keep_frames = true;
  ASSERT_NO_FATAL_FAILURE(OpenAndStart());
  ASSERT_NO_FATAL_FAILURE(Expose(kBuffers + 2));
  EXPECT_EQ(sink_.stamps.size(), kBuffers);
  ASSERT_EQ(sink_.overruns.size(), 2u);
  EXPECT_EQ(sink_.overruns[0].frame_id, kBuffers + 1);
  EXPECT_EQ(sink_.overruns[0].camera, 7u);
  EXPECT_EQ(sink_.overruns[0].encoder_count, encoder_.CountAt(sink_.overruns[0].exposure_ns));
  sink_.DropFrames();
  ASSERT_NO_FATAL_FAILURE(Expose(1));
  ASSERT_TRUE(camera().Stop());
  ASSERT_EQ(sink_.stamps.size(), kBuffers + 1);
  EXPECT_EQ(sink_.stamps.back().frame_id, kBuffers + 3);
  const CameraCounters counters = camera().counters();
  EXPECT_EQ(counters.delivered, kBuffers + 1);
  EXPECT_EQ(counters.overrun, 2u);
  EXPECT_EQ(counters.incomplete, 0u);
  EXPECT_EQ(counters.lost, 0u);
}

TEST_P(CameraContract, NothingIsToldAfterStop) {
  ASSERT_NO_FATAL_FAILURE(OpenAndStart());
  ASSERT_NO_FATAL_FAILURE(Expose(2));
  rig_.expose(clock_);  // may still be on its way
  ASSERT_TRUE(camera().Stop());
  const size_t calls = sink_.calls();
  const CameraCounters counters = camera().counters();
  EXPECT_EQ(counters.delivered + counters.incomplete + counters.overrun, calls);
  clock_.Advance(1'000'000'000'000);
  camera().TriggerSoftware(clock_.NowNs());
  rig_.camera.reset();  // whatever still runs would have to end here
  EXPECT_EQ(sink_.calls(), calls);
}

TEST_P(CameraContract, StopEndsAWaitAtOnce) {
  // An hour away on any clock: only Stop can end the wait.
  constexpr std::chrono::seconds kAtOnce{2};
  const SteadyClock steady;
  for (const Clock* clock :
       {static_cast<const Clock*>(&clock_), static_cast<const Clock*>(&steady)}) {
    CameraContext context = Context();
    context.clock = clock;
    ASSERT_TRUE(camera().Open());
    ASSERT_TRUE(camera().Start(context));
    const auto before = std::chrono::steady_clock::now();
    ASSERT_TRUE(camera().Stop());
    EXPECT_LT(std::chrono::steady_clock::now() - before, kAtOnce);
    camera().Close();
  }
}

TEST_P(CameraContract, StartsAgainFromNothing) {
  ASSERT_NO_FATAL_FAILURE(OpenAndStart());
  ASSERT_NO_FATAL_FAILURE(Expose(3));
  ASSERT_TRUE(camera().Stop());
  sink_.stamps.clear();
  ASSERT_TRUE(camera().Start(Context()));
  ASSERT_NO_FATAL_FAILURE(Expose(2));
  ASSERT_TRUE(camera().Stop());
  ASSERT_EQ(sink_.stamps.size(), 2u);
  EXPECT_EQ(sink_.stamps[0].frame_id, 1u);
  EXPECT_EQ(camera().counters().delivered, 2u);
}

TEST_P(CameraContract, TheDestructorStops) {
  ASSERT_NO_FATAL_FAILURE(OpenAndStart());
  ASSERT_NO_FATAL_FAILURE(Expose(1));
  rig_.camera.reset();
  const size_t calls = sink_.calls();
  clock_.Advance(1'000'000'000'000);
  EXPECT_EQ(sink_.calls(), calls);
}

}  // namespace veriline::camera
