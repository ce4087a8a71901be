// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/video/video_camera.h"

#include <functional>
#include <opencv2/core.hpp>
#include <opencv2/videoio.hpp>
#include <vector>

#include "tests/support/camera_contract.h"
#include "tests/support/scratch_folder.h"

namespace veriline::camera {
namespace {

constexpr double kSlowHz = 1.0 / 3600;  // an hour: no clock gets there by itself
constexpr int64_t kSlowPeriodNs = 3'600'000'000'000;
constexpr double kFileHz = 25;
constexpr int64_t kFilePeriodNs = 40'000'000;
constexpr int kWidth = 64;
constexpr int kHeight = 48;
constexpr int kGreyStep = 20;
/// What JPEG and the way over colour may change of an even grey.
constexpr int kGreyTolerance = 4;

/// A colour video (MJPG in AVI) whose frame i is 20 × (i + 1) grey; its right half is half as
/// bright.
std::string WriteVideo(const ScratchFolder& folder, int frames) {
  const std::string path = folder.path() + "/video.avi";
  cv::VideoWriter writer(path, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), kFileHz,
                         {kWidth, kHeight});
  for (int i = 0; i < frames; ++i) {
    const int grey = kGreyStep * (i % 10 + 1);
    cv::Mat frame(kHeight, kWidth, CV_8UC3, cv::Scalar::all(grey));
    frame.colRange(kWidth / 2, kWidth) = cv::Scalar::all(grey / 2);
    writer.write(frame);
  }
  EXPECT_TRUE(writer.isOpened()) << "OpenCV cannot write " << path;
  return path;
}

/// A looping video of three frames, and the camera on it.
struct VideoRig {
  explicit VideoRig(TriggerMode mode) {
    options.path = WriteVideo(folder, 3);
    options.loop = true;
    options.trigger_mode = mode;
    options.acquisition_frame_rate_hz = kSlowHz;
  }
  ScratchFolder folder;
  VideoOptions options;
};

CameraRig FreeRunningRig() {
  auto rig = std::make_shared<VideoRig>(TriggerMode::kOff);
  return {std::make_unique<VideoCamera>(rig->options), [rig](ManualClock& clock) {
            clock.Advance(kSlowPeriodNs);
            return true;
          }};
}

CameraRig SoftwareRig() {
  auto rig = std::make_shared<VideoRig>(TriggerMode::kSoftware);
  auto camera = std::make_unique<VideoCamera>(rig->options);
  CameraSource* source = camera.get();
  return {std::move(camera),
          [rig, source](ManualClock& clock) { return TriggerWhenReady(*source, clock.NowNs()); }};
}

INSTANTIATE_TEST_SUITE_P(Video, CameraContract,
                         testing::Values(CameraBackEnd{"FreeRunning", FreeRunningRig},
                                         CameraBackEnd{"Software", SoftwareRig}),
                         BackEndName);

class VideoCameraTest : public testing::Test {
 protected:
  void SetUp() override { sink_.keep_frames = true; }
  void Start(VideoCamera& camera, const Clock& clock) {
    const auto opened = camera.Open();
    ASSERT_TRUE(opened) << opened.error().ToString();
    ASSERT_TRUE(
        camera.Start({.pool = &pool_, .sink = &sink_, .clock = &clock, .encoder = &encoder_}));
  }
  void ExpectGrey(const Frame& frame, int grey) {
    ASSERT_EQ(frame.pixels.width, kWidth);
    ASSERT_EQ(frame.pixels.height, kHeight);
    for (const int y : {0, kHeight - 1}) {
      EXPECT_NEAR(frame.pixels.Row(y)[0], grey, kGreyTolerance);
      EXPECT_NEAR(frame.pixels.Row(y)[kWidth - 1], grey / 2, kGreyTolerance);
    }
  }
  ScratchFolder folder_;
  StraightEncoder encoder_;
  FramePool pool_{64, 1 << 16};
  RecordingSink sink_;
};

TEST_F(VideoCameraTest, AFileRunsAtItsOwnRateAndEnds) {
  VideoCamera camera({.path = WriteVideo(folder_, 3)});
  ManualClock clock(1'000);
  ASSERT_NO_FATAL_FAILURE(Start(camera, clock));
  for (int i = 1; i <= 3; ++i) {
    clock.Advance(kFilePeriodNs - 1);
    EXPECT_EQ(sink_.calls(), static_cast<size_t>(i - 1)) << "a nanosecond early";
    clock.Advance(1);
    ASSERT_TRUE(sink_.WaitForCalls(static_cast<size_t>(i)));
  }
  ASSERT_TRUE(sink_.WaitForCalls(4));
  ASSERT_TRUE(camera.Stop());
  EXPECT_EQ(sink_.ends, 1);
  ASSERT_EQ(sink_.frames.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    ExpectGrey(sink_.frames[i], kGreyStep * (i + 1));
    EXPECT_EQ(sink_.stamps[i].exposure_ns, 1'000 + (i + 1) * kFilePeriodNs);
  }
}

TEST_F(VideoCameraTest, ALoopBeginsAgain) {
  VideoCamera camera(
      {.path = WriteVideo(folder_, 2), .loop = true, .trigger_mode = TriggerMode::kSoftware});
  ManualClock clock(1'000);
  ASSERT_NO_FATAL_FAILURE(Start(camera, clock));
  for (size_t i = 1; i <= 5; ++i) {
    clock.Advance(1'000);
    ASSERT_TRUE(TriggerWhenReady(camera, clock.NowNs()));
    ASSERT_TRUE(sink_.WaitForCalls(i));
  }
  ASSERT_TRUE(camera.Stop());
  for (int i = 0; i < 5; ++i) ExpectGrey(sink_.frames[i], kGreyStep * (i % 2 + 1));
  EXPECT_EQ(sink_.ends, 0);
}

TEST_F(VideoCameraTest, ASoftwareTriggerShowsTheMomentThatWasDue) {
  VideoCamera camera({.path = WriteVideo(folder_, 1), .trigger_mode = TriggerMode::kSoftware});
  ManualClock clock(5'000);
  ASSERT_NO_FATAL_FAILURE(Start(camera, clock));
  clock.Set(43'000);  // the caller comes late
  ASSERT_TRUE(TriggerWhenReady(camera, 42'000));
  ASSERT_TRUE(sink_.WaitForCalls(2));
  EXPECT_EQ(sink_.stamps[0].exposure_ns, 42'000);
  EXPECT_EQ(sink_.stamps[0].encoder_count, 42);
  EXPECT_EQ(sink_.ends, 1);
  EXPECT_FALSE(camera.TriggerSoftware(43'000)) << "no frame is left";
}

TEST_F(VideoCameraTest, FramesThatAreTooLargeAreBroken) {
  const std::string path = WriteVideo(folder_, 2);
  FramePool small(4, kWidth * kHeight - 1);
  const SteadyClock clock;
  VideoCamera camera({.path = path, .acquisition_frame_rate_hz = 1000});
  ASSERT_TRUE(camera.Open());
  ASSERT_TRUE(
      camera.Start({.pool = &small, .sink = &sink_, .clock = &clock, .encoder = &encoder_}));
  ASSERT_TRUE(sink_.WaitForCalls(3));
  VideoCamera narrow({.path = path, .acquisition_frame_rate_hz = 1000, .width_max = kWidth - 1});
  ASSERT_NO_FATAL_FAILURE(Start(narrow, clock));
  ASSERT_TRUE(sink_.WaitForCalls(6));
  ASSERT_EQ(sink_.stamps.size(), 4u);
  for (const FrameStamp& stamp : sink_.stamps) EXPECT_EQ(stamp.status, FrameStatus::kBroken);
  EXPECT_EQ(camera.counters().incomplete, 2u);
}

// A file stands for the device: its frames come as fast as they are read.
TEST_F(VideoCameraTest, ADeviceDeliversWhatItHasUntilItIsGone) {
  const SteadyClock clock;
  VideoCamera camera({.device = WriteVideo(folder_, 30)});
  ASSERT_NO_FATAL_FAILURE(Start(camera, clock));
  ASSERT_TRUE(sink_.WaitForCalls(30));  // the first was read by Open
  ASSERT_TRUE(camera.Stop());
  EXPECT_EQ(sink_.ends, 1);
  EXPECT_EQ(sink_.frames.size(), 29u);
  ExpectGrey(sink_.frames[0], kGreyStep * 2);
}

TEST_F(VideoCameraTest, ADeviceDeliversAFrameForATrigger) {
  const SteadyClock clock;
  VideoOptions options{.device = WriteVideo(folder_, 1000), .trigger_mode = TriggerMode::kSoftware};
  bool triggered = false;
  int starts = 0;
  while (!triggered && starts < 50) {  // a file may be at its end before the trigger comes
    VideoCamera camera(options);
    ASSERT_NO_FATAL_FAILURE(Start(camera, clock));
    ++starts;
    const size_t calls = sink_.calls();
    while (!triggered && sink_.calls() == calls) triggered = camera.TriggerSoftware(clock.NowNs());
    ASSERT_TRUE(sink_.WaitForCalls(calls + 1));
    ASSERT_TRUE(camera.Stop());
    triggered = triggered && !sink_.frames.empty();
  }
  ASSERT_TRUE(triggered);
  ASSERT_EQ(sink_.frames.size(), 1u) << "one trigger, one frame";
  EXPECT_EQ(sink_.stamps[0].frame_id, 1u);
}

TEST_F(VideoCameraTest, WhatCannotBeOpenedIsSaid) {
  VideoCamera none({.path = "/nonexistent/video.avi"});
  auto opened = none.Open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().file, "/nonexistent/video.avi");
  EXPECT_EQ(opened.error().message, "the video cannot be opened: No such file or directory");
  VideoCamera text({.path = folder_.Write("text.avi", "this is no video")});
  opened = text.Open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, "the video cannot be decoded");
  VideoCamera device({.device = "/dev/null"});
  opened = device.Open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, "the device cannot be used");
  EXPECT_FALSE(VideoCamera({.path = WriteVideo(folder_, 0)}).Open());
}

TEST_F(VideoCameraTest, ImpossibleOptionsAreRefused) {
  const std::string path = WriteVideo(folder_, 1);
  const auto opens = [&](const std::function<void(VideoOptions&)>& change) {
    VideoOptions options{.path = path};
    change(options);
    return static_cast<bool>(VideoCamera(options).Open());
  };
  EXPECT_TRUE(opens([](VideoOptions&) {}));
  EXPECT_FALSE(opens([](VideoOptions& o) { o.path = ""; }));
  EXPECT_FALSE(opens([](VideoOptions& o) { o.device = "/dev/video0"; }));
  EXPECT_FALSE(opens([](VideoOptions& o) { o.trigger_mode = TriggerMode::kHardware; }));
  EXPECT_FALSE(opens([](VideoOptions& o) { o.acquisition_frame_rate_hz = -1; }));
  EXPECT_FALSE(opens([](VideoOptions& o) { o.acquisition_frame_rate_hz = std::nan(""); }));
  EXPECT_FALSE(opens([](VideoOptions& o) { o.width_max = 0; }));
  EXPECT_FALSE(opens([](VideoOptions& o) { o.height_max = 65536; }));
  EXPECT_FALSE(opens([](VideoOptions& o) {
    std::swap(o.path, o.device);
    o.loop = true;
  }));
}

}  // namespace
}  // namespace veriline::camera
