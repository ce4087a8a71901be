// SPDX-License-Identifier: Apache-2.0
// Frames over the real protocol: what comes, what is missing, and when it was exposed.
#include <cstdlib>

#include "tests/support/gige_rig.h"

namespace veriline::camera {
namespace {

constexpr int64_t kMs = 1'000'000;
/// What a busy machine may do to a single exposure time: neither of two processes has the processor
/// to itself. Enough to tell exposures 20 ms apart.
constexpr int64_t kWorstClockErrorNs = 10 * kMs;
/// What most of them keep: half a round trip on the loopback is less than 0.1 ms.
constexpr int64_t kClockErrorNs = kMs / 2;

int64_t ClockErrorNs(const Told& told) {
  return std::abs(told.stamp.exposure_ns - told.truth->exposure_ns);
}

GigeOptions FreeRunning(double rate_hz) {
  return {.trigger_mode = TriggerMode::kOff,
          .features = {{"AcquisitionFrameRate", std::to_string(rate_hz)}}};
}
/// In packets as on a common network: 55 to a frame.
GigeOptions OnLine0() {
  return {.trigger_mode = TriggerMode::kHardware,
          .features = {{"TriggerSource", "Line0"}},
          .packet_size_bytes = 1500};
}
GigeOptions BySoftware() { return {.trigger_mode = TriggerMode::kSoftware}; }

TEST(GigeFrames, FreeRunningEachComesOnceAndWhole) {
  // Its clock is hours away from ours and drifts.
  GigeRig rig({"--clock-offset-ns", "7200000000000", "--clock-ppm", "80"}, FreeRunning(50));
  ASSERT_NO_FATAL_FAILURE(rig.Start(3));
  const auto told = rig.sink.WaitFor(100);
  ASSERT_TRUE(rig.camera->Stop());
  std::vector<int64_t> errors_ns;
  for (size_t i = 0; i < told.size(); ++i) {
    const Told& t = told[i];
    ASSERT_TRUE(t.truth);
    EXPECT_EQ(t.truth->index, i + 1);
    EXPECT_EQ(t.stamp.frame_id, i + 1);
    EXPECT_EQ(t.stamp.camera, 3u);
    EXPECT_EQ(t.stamp.status, FrameStatus::kComplete);
    EXPECT_TRUE(t.intact);
    EXPECT_TRUE(t.in_its_buffer);
    errors_ns.push_back(ClockErrorNs(t));
    EXPECT_EQ(t.stamp.encoder_count, rig.encoder.CountAt(t.stamp.exposure_ns));
    EXPECT_GE(t.stamp.arrival_ns, t.truth->exposure_ns);
  }
  std::sort(errors_ns.begin(), errors_ns.end());
  EXPECT_LT(errors_ns[errors_ns.size() / 2], kClockErrorNs);
  EXPECT_LT(errors_ns.back(), kWorstClockErrorNs);
  const CameraCounters counters = rig.camera->counters();
  EXPECT_GE(counters.delivered, 100u);
  EXPECT_EQ(counters.incomplete + counters.lost + counters.overrun, 0u);
  EXPECT_EQ(rig.camera->status().copied_frames, 0u) << "zero-copy";
}

TEST(GigeFrames, ASoftwareTriggerExposesAtOnce) {
  GigeRig rig({}, BySoftware());
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  for (size_t i = 1; i <= 20; ++i) {
    const int64_t asked_ns = rig.clock.NowNs();
    ASSERT_TRUE(TriggerWhenReady(*rig.camera, asked_ns));
    const Told told = rig.sink.WaitFor(i).back();
    ASSERT_TRUE(told.truth);
    EXPECT_EQ(told.truth->index, i) << "one exposure each";
    EXPECT_GE(told.truth->exposure_ns, asked_ns);
    EXPECT_LT(ClockErrorNs(told), kWorstClockErrorNs);
  }
  EXPECT_TRUE(rig.camera->health().alarm.empty());
}

TEST(GigeFrames, ATriggerIsTakenWhileTheLastIsOnItsWay) {
  // The camera ignores what comes while it sends, so both cannot show, but none may be refused.
  GigeRig rig({}, BySoftware());
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  for (size_t i = 0; i < 50; ++i) {
    ASSERT_TRUE(TriggerWhenReady(*rig.camera, rig.clock.NowNs()));
    rig.sink.WaitFor(i + 1);
    ASSERT_TRUE(rig.camera->TriggerSoftware(rig.clock.NowNs()) ||
                TriggerWhenReady(*rig.camera, rig.clock.NowNs()));
    rig.sink.WaitFor(i + 2);
  }
}

TEST(GigeFrames, LostPacketsAreAskedForAgain) {
  GigeRig rig({}, OnLine0());
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.process.Tell("pulse 5");
  rig.process.Tell("lose 2 2 5 once");
  rig.process.Tell("pulse 5");
  const auto told = rig.sink.WaitFor(10);
  for (const Told& t : told) {
    EXPECT_EQ(t.stamp.status, FrameStatus::kComplete) << t.stamp.frame_id;
    EXPECT_TRUE(t.intact);
  }
  EXPECT_EQ(rig.camera->counters().delivered, 10u);
  ASSERT_TRUE(rig.camera->Stop());
  EXPECT_EQ(rig.camera->status().resent_packets, 10u);
}

TEST(GigeFrames, AFrameWithMissingPacketsIsDeliveredAsIncomplete) {
  GigeRig rig({}, OnLine0());
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.process.Tell("pulse 2");
  rig.process.Tell("lose 3 1 3 always");
  rig.process.Tell("pulse 6");
  const auto told = rig.sink.WaitFor(8);
  ASSERT_EQ(told.size(), 8u);
  for (size_t i = 0; i < told.size(); ++i) {
    const bool damaged = i >= 2 && i < 5;
    EXPECT_EQ(told[i].stamp.frame_id, i + 1);
    EXPECT_EQ(told[i].stamp.status, damaged ? FrameStatus::kIncomplete : FrameStatus::kComplete);
    ASSERT_TRUE(told[i].truth) << "the first packet came";
    EXPECT_EQ(told[i].truth->index, i + 1) << "it is bound to its own exposure";
    EXPECT_LT(ClockErrorNs(told[i]), kWorstClockErrorNs);
    EXPECT_EQ(told[i].intact, !damaged);
  }
  const CameraCounters counters = rig.camera->counters();
  EXPECT_EQ(counters.delivered, 5u);
  EXPECT_EQ(counters.incomplete, 3u);
  EXPECT_EQ(counters.lost, 0u);
}

TEST(GigeFrames, AFrameWithoutItsLeaderKeepsItsPlace) {
  // Id, time and size stand in the leader only.
  GigeRig rig({}, OnLine0());
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.process.Tell("pulse 3");
  rig.process.Tell("lose 0 1 1 always");
  rig.process.Tell("pulse 1");
  rig.sink.WaitFor(4);  // the last of a burst waits for its leader longest
  rig.process.Tell("pulse 3");
  const auto told = rig.sink.WaitFor(7);
  for (size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].stamp.frame_id, i + 1);
    EXPECT_EQ(told[i].stamp.status, i == 3 ? FrameStatus::kIncomplete : FrameStatus::kComplete);
    EXPECT_EQ(told[i].width, GigeRig::kWidth);
    EXPECT_EQ(told[i].height, GigeRig::kHeight);
    ASSERT_TRUE(told[i].truth);
    EXPECT_EQ(told[i].truth->index, i + 1);
    EXPECT_LT(ClockErrorNs(told[i]), kWorstClockErrorNs);
  }
  EXPECT_EQ(rig.camera->counters().lost, 0u);
}

TEST(GigeFrames, AFrameWithoutATraceIsLost) {
  GigeRig rig({}, OnLine0());
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.process.Tell("lose 0 1000000 1 always");
  rig.process.Tell("pulse 3");  // the very first is lost
  rig.process.Tell("lose 0 1000000 4 always");
  rig.process.Tell("pulse 5");
  const auto told = rig.sink.WaitFor(3);
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].stamp.frame_id, 2u);
  EXPECT_EQ(told[1].stamp.frame_id, 3u);
  EXPECT_EQ(told[2].stamp.frame_id, 8u);
  EXPECT_EQ(rig.camera->counters().lost, 5u);
}

TEST(GigeFrames, RandomLossIsAccountedForToTheLastFrame) {
  GigeRig rig({}, OnLine0());
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  // Resent ones are lost, too: many frames cannot be completed.
  rig.process.Tell("loss 0.5");
  rig.process.Tell("line_rate 100");
  ASSERT_TRUE(rig.WaitForId(100));
  // About one in twenty stays incomplete; how many of the first hundred is chance.
  ASSERT_TRUE(rig.WaitUntil([&] { return rig.camera->counters().incomplete > 0; }));
  rig.process.Tell("line_rate 0");
  rig.process.Tell("loss 0");
  rig.process.Tell("pulse 1");  // this one comes, and shows the last gap
  const uint64_t exposures = std::stoull(rig.process.Tell("exposures"));
  ASSERT_TRUE(rig.WaitForId(exposures));
  ASSERT_TRUE(rig.camera->Stop());
  for (const Told& t : rig.sink.told()) {
    if (t.overrun || t.stamp.status != FrameStatus::kComplete) continue;
    EXPECT_TRUE(t.intact) << "whatever is called complete is";
    EXPECT_EQ(t.stamp.frame_id, t.truth->index);
  }
  const CameraCounters counters = rig.camera->counters();
  EXPECT_GT(counters.delivered, 0u);
  EXPECT_EQ(counters.delivered + counters.incomplete + counters.lost + counters.overrun, exposures);
}

TEST(GigeFrames, FramesThatFindNoBufferAreOverrunsAndNotLost) {
  // The second frame is waited for, and with it those behind it hold all six buffers.
  GigeRig rig({}, OnLine0(), /*buffers=*/4);
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.process.Tell("pulse 1");
  rig.process.Tell("lose 3 1 1 always");
  rig.process.Tell("pulse 30");
  rig.sink.WaitFor(7);  // it was given up
  // Until one finds a buffer and shows the gap.
  ASSERT_TRUE(rig.WaitUntil([&] {
    rig.process.Tell("pulse 1");
    return rig.sink.told().back().stamp.frame_id > 31;
  }));
  ASSERT_TRUE(rig.camera->Stop());
  const auto told = rig.sink.told();
  for (size_t i = 1; i < told.size(); ++i) {
    EXPECT_EQ(told[i].stamp.frame_id, told[i - 1].stamp.frame_id + 1);
  }
  const CameraCounters counters = rig.camera->counters();
  EXPECT_GE(counters.incomplete, 1u) << "another may begin in its middle, with the first buffer";
  EXPECT_EQ(counters.lost, 0u);
  EXPECT_GT(counters.overrun, 0u);
  EXPECT_EQ(counters.delivered + counters.incomplete + counters.overrun,
            told.back().stamp.frame_id);
}

TEST(GigeFrames, SixteenBitIdsWrapWithoutALoss) {
  GigeRig rig({"--first-block-id", "65530"}, OnLine0());
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.process.Tell("pulse 20");
  const auto told = rig.sink.WaitFor(20);
  for (size_t i = 0; i < told.size(); ++i) EXPECT_EQ(told[i].stamp.frame_id, i + 1);
  EXPECT_EQ(rig.camera->counters().lost, 0u);
}

TEST(GigeFrames, ChunksGiveTheExactCountAndWhatTheCameraSaw) {
  GigeOptions options = OnLine0();
  options.chunks = {.encoder = "ChunkEncoderValue",
                    .triggers = "ChunkTriggerCounter",
                    .ignored_triggers = "ChunkIgnoredTriggers",
                    .line_status = "ChunkLineStatusAll"};
  GigeRig rig({}, options);
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.process.Tell("pulse 10");
  rig.process.Tell("ignore 3");
  rig.process.Tell("pulse 23");
  const auto told = rig.sink.WaitFor(30);
  ASSERT_EQ(told.size(), 30u);
  // Where the two encoders meet is known as well as the exposure times are; from then on they go
  // together. Both make one count each microsecond.
  const int64_t offset = told[0].stamp.encoder_count - told[0].truth->encoder_count;
  EXPECT_LT(std::abs(offset), kWorstClockErrorNs / 1000);
  for (const Told& t : told) {
    EXPECT_TRUE(t.intact);
    EXPECT_NEAR(t.stamp.encoder_count - t.truth->encoder_count, offset, 250);
  }
  const auto samples = rig.sink.samples();
  ASSERT_EQ(samples.size(), told.size());
  for (size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(samples[i].steady_ns, told[i].stamp.exposure_ns);
    EXPECT_EQ(static_cast<uint32_t>(samples[i].encoder_count),
              static_cast<uint32_t>(told[i].truth->encoder_count))
        << "as the camera latched it";
    EXPECT_EQ(samples[i].line_status, 0b101u);
  }
  const GigeStatus status = rig.camera->status();
  EXPECT_EQ(status.triggers, 33);
  EXPECT_EQ(status.line_status, 0b101);
  EXPECT_EQ(rig.camera->counters().ignored_triggers, 3u);
  EXPECT_EQ(rig.camera->counters().lost, 0u) << "an ignored trigger is no exposure";
}

TEST(GigeFrames, DoubleTheRateIsDeliveredInFull) {
  GigeOptions options = OnLine0();
  options.expected_frame_rate_hz = 25;
  GigeRig rig({}, options);
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.process.Tell("line_rate 50");
  const auto told = rig.sink.WaitFor(75);
  EXPECT_TRUE(rig.camera->health().alarm.empty());
  ASSERT_TRUE(rig.camera->Stop());
  for (size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].stamp.frame_id, i + 1);
    EXPECT_EQ(told[i].stamp.status, FrameStatus::kComplete);
    ASSERT_TRUE(told[i].truth);
    EXPECT_EQ(told[i].truth->index, i + 1);
  }
}

TEST(GigeFrames, WhatNobodyTakesAwayIsAnOverrunWithItsStamp) {
  GigeRig rig({}, OnLine0(), /*buffers=*/4);
  rig.sink.keep = true;
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.process.Tell("pulse 10");
  rig.sink.WaitFor(10);
  rig.sink.LetGo();
  rig.sink.keep = false;
  rig.process.Tell("pulse 10");
  const auto told = rig.sink.WaitFor(20);
  for (size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].stamp.frame_id, i + 1);
    EXPECT_EQ(told[i].overrun, i >= 4 && i < 10) << i;
    EXPECT_EQ(told[i].intact, !told[i].overrun) << "also the one that was copied";
  }
  EXPECT_EQ(rig.camera->counters().overrun, 6u);
  EXPECT_EQ(rig.camera->counters().lost, 0u);
  EXPECT_LE(rig.camera->status().copied_frames, 2u) << "then it is zero-copy again";
}

TEST(GigeFrames, TwoCamerasShareAMachineAndNothingElse) {
  GigeRig one({}, FreeRunning(40));
  GigeRig other({}, FreeRunning(25));
  ASSERT_NO_FATAL_FAILURE(one.Start(0));
  ASSERT_NO_FATAL_FAILURE(other.Start(1));
  other.process.Tell("lose 3 1 2 always");
  for (GigeRig* rig : {&one, &other}) {
    const auto told = rig->sink.WaitFor(40);
    ASSERT_TRUE(rig->camera->Stop());
    for (size_t i = 0; i < told.size(); ++i) {
      EXPECT_EQ(told[i].stamp.camera, rig == &one ? 0u : 1u);
      EXPECT_EQ(told[i].stamp.frame_id, i + 1);
      ASSERT_TRUE(told[i].truth);
      EXPECT_EQ(told[i].truth->index, i + 1);
    }
    EXPECT_EQ(rig->camera->counters().incomplete, rig == &one ? 0u : 2u);
    EXPECT_EQ(rig->camera->counters().lost, 0u);
  }
}

}  // namespace
}  // namespace veriline::camera
