// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/simulated/simulated_camera.h"

#include <algorithm>
#include <atomic>
#include <latch>
#include <string>
#include <vector>

#include "tests/support/camera_contract.h"

namespace veriline::camera {
namespace {

constexpr int64_t kPeriodNs = 3'600'000'000'000;  // an hour: no clock gets there by itself
constexpr int64_t kReadoutNs = 5'000'000;
constexpr int kWidth = 64;
constexpr int kHeight = 48;

/// Exposes each period from `first_ns` on, with the fates in turn; pictures are full of their
/// number.
class ScriptedRenderer final : public FrameRenderer {
 public:
  ScriptedRenderer(int64_t first_ns, std::vector<ExposureFate> fates, size_t exposures)
      : next_ns_(first_ns), fates_(std::move(fates)), exposures_(exposures) {}

  bool Next(Exposure* exposure) override {
    if (told_ == exposures_) return false;
    if (exposure->exposure_ns == 0) {
      exposure->exposure_ns = next_ns_;
      next_ns_ += kPeriodNs;
    }
    exposure->fate = fates_[told_++ % fates_.size()];
    return true;
  }
  bool Draw(uint8_t* pixels, size_t size_bytes, FrameView* view) override {
    constexpr size_t kBytes = static_cast<size_t>(kWidth) * kHeight;
    if (size_bytes < kBytes) return false;
    std::fill_n(pixels, kBytes, static_cast<uint8_t>(told_));
    *view = {pixels, kWidth, kHeight, kWidth};
    return true;
  }

 private:
  int64_t next_ns_;
  const std::vector<ExposureFate> fates_;
  const size_t exposures_;
  size_t told_ = 0;
};

constexpr size_t kEndless = ~size_t{0};
constexpr int64_t kStartNs = 1'000'000'000;

std::unique_ptr<SimulatedCamera> MakeCamera(TriggerMode mode, std::vector<ExposureFate> fates,
                                            size_t exposures) {
  return std::make_unique<SimulatedCamera>(
      SimulatedOptions{.trigger_mode = mode,
                       .width_max = kWidth,
                       .height_max = kHeight,
                       .readout_ns = kReadoutNs},
      std::make_unique<ScriptedRenderer>(kStartNs + kPeriodNs, std::move(fates), exposures));
}

void PassReadout(ManualClock& clock) { clock.Advance(kReadoutNs); }

CameraRig HardwareRig() {
  return {MakeCamera(TriggerMode::kHardware, {ExposureFate::kComplete}, kEndless),
          [](ManualClock& clock) {
            clock.Advance(kPeriodNs);
            PassReadout(clock);
            return true;
          }};
}

CameraRig SoftwareRig() {
  auto camera = MakeCamera(TriggerMode::kSoftware, {ExposureFate::kComplete}, kEndless);
  CameraSource* source = camera.get();
  return {std::move(camera), [source](ManualClock& clock) {
            const bool triggered = TriggerWhenReady(*source, clock.NowNs());
            PassReadout(clock);
            return triggered;
          }};
}

INSTANTIATE_TEST_SUITE_P(Simulated, CameraContract,
                         testing::Values(CameraBackEnd{"Hardware", HardwareRig},
                                         CameraBackEnd{"Software", SoftwareRig}),
                         BackEndName);

class SimulatedCameraTest : public testing::Test {
 protected:
  void Run(CameraSource& camera, FramePool& pool) {
    sink_.keep_frames = true;
    ASSERT_TRUE(camera.Open());
    ASSERT_TRUE(
        camera.Start({.pool = &pool, .sink = &sink_, .clock = &clock_, .encoder = &encoder_}));
  }
  ManualClock clock_{kStartNs};
  StraightEncoder encoder_;
  FramePool pool_{16, 4096};
  RecordingSink sink_;
};

TEST_F(SimulatedCameraTest, EachFateComesOutAsTheWorldHasIt) {
  using enum ExposureFate;
  auto camera =
      MakeCamera(TriggerMode::kHardware, {kComplete, kIgnored, kLost, kIncomplete, kComplete}, 5);
  ASSERT_NO_FATAL_FAILURE(Run(*camera, pool_));
  clock_.Advance(6 * kPeriodNs);       // all are due
  ASSERT_TRUE(sink_.WaitForCalls(4));  // three frames and the end
  ASSERT_TRUE(camera->Stop());
  ASSERT_EQ(sink_.frames.size(), 3u);
  EXPECT_EQ(sink_.ends, 1);
  // The ignored trigger takes no id; the lost frame takes id 2.
  const auto& f = sink_.frames;
  EXPECT_EQ(f[0].stamp.frame_id, 1u);
  EXPECT_EQ(f[0].stamp.exposure_ns, kStartNs + kPeriodNs);
  EXPECT_EQ(f[1].stamp.frame_id, 3u);
  EXPECT_EQ(f[1].stamp.status, FrameStatus::kIncomplete);
  EXPECT_EQ(f[1].stamp.exposure_ns, kStartNs + 4 * kPeriodNs);
  EXPECT_EQ(f[2].stamp.frame_id, 4u);
  EXPECT_EQ(f[2].stamp.status, FrameStatus::kComplete);
  EXPECT_EQ(*f[2].pixels.data, 5) << "the picture of the fifth exposure";
  const CameraCounters counters = camera->counters();
  EXPECT_EQ(counters.delivered, 2u);
  EXPECT_EQ(counters.incomplete, 1u);
  EXPECT_EQ(counters.lost, 1u);
  EXPECT_EQ(counters.overrun, 0u);
}

TEST_F(SimulatedCameraTest, APictureLargerThanItsBufferIsBroken) {
  FramePool small(4, 1000);
  auto camera = MakeCamera(TriggerMode::kHardware, {ExposureFate::kComplete}, 1);
  ASSERT_NO_FATAL_FAILURE(Run(*camera, small));
  clock_.Advance(2 * kPeriodNs);
  ASSERT_TRUE(sink_.WaitForCalls(2));
  ASSERT_EQ(sink_.frames.size(), 1u);
  EXPECT_EQ(sink_.frames[0].stamp.status, FrameStatus::kBroken);
  EXPECT_TRUE(sink_.frames[0].pixels.Empty());
  EXPECT_EQ(camera->counters().incomplete, 1u);
}

TEST_F(SimulatedCameraTest, AFrameArrivesAfterItsReadout) {
  auto camera = MakeCamera(TriggerMode::kSoftware, {ExposureFate::kComplete}, kEndless);
  ASSERT_NO_FATAL_FAILURE(Run(*camera, pool_));
  ASSERT_TRUE(TriggerWhenReady(*camera, kStartNs));
  EXPECT_FALSE(camera->TriggerSoftware(clock_.NowNs())) << "busy until the readout is over";
  clock_.Advance(kReadoutNs - 1);
  EXPECT_FALSE(camera->TriggerSoftware(clock_.NowNs()));
  EXPECT_EQ(sink_.calls(), 0u);
  clock_.Advance(1);
  ASSERT_TRUE(sink_.WaitForCalls(1));
  EXPECT_EQ(sink_.stamps[0].exposure_ns, kStartNs);
  EXPECT_EQ(sink_.stamps[0].arrival_ns, kStartNs + kReadoutNs);
}

TEST_F(SimulatedCameraTest, AnExposureToComeSurvivesAStop) {
  auto camera = MakeCamera(TriggerMode::kHardware, {ExposureFate::kComplete}, kEndless);
  ASSERT_NO_FATAL_FAILURE(Run(*camera, pool_));
  ASSERT_TRUE(camera->Stop());
  ASSERT_TRUE(
      camera->Start({.pool = &pool_, .sink = &sink_, .clock = &clock_, .encoder = &encoder_}));
  clock_.Advance(kPeriodNs + kReadoutNs);
  ASSERT_TRUE(sink_.WaitForCalls(1));
  EXPECT_EQ(sink_.stamps[0].exposure_ns, kStartNs + kPeriodNs);
}

TEST_F(SimulatedCameraTest, ExposuresBeforeStartAreNotSeen) {
  clock_.Advance(2 * kPeriodNs + 1);  // the first two are past
  auto camera = MakeCamera(TriggerMode::kHardware, {ExposureFate::kComplete}, kEndless);
  ASSERT_NO_FATAL_FAILURE(Run(*camera, pool_));
  clock_.Advance(kPeriodNs + kReadoutNs);
  ASSERT_TRUE(sink_.WaitForCalls(1));
  EXPECT_EQ(sink_.stamps[0].exposure_ns, kStartNs + 3 * kPeriodNs);
  EXPECT_EQ(sink_.stamps[0].frame_id, 1u);
}

TEST(SimulatedLines, EachExposureSaysWhatItSawBeforeItsFrameOrOverrun) {
  class LinesSink final : public FrameSink {
   public:
    void OnLineSample(const LineSample& sample) override {
      samples.push_back(sample);
      told += 's';
    }
    void OnFrame(Frame&& frame) override {
      EXPECT_EQ(frame.stamp.exposure_ns, samples.back().steady_ns);
      kept.push_back(std::move(frame));
      told += 'f';
    }
    void OnOverrun(const FrameStamp& stamp) override {
      EXPECT_EQ(stamp.exposure_ns, samples.back().steady_ns);
      told += 'o';
    }
    void OnEnd() override { ended.count_down(); }
    std::vector<LineSample> samples;
    std::vector<Frame> kept;
    std::string told;
    std::latch ended{1};
  };
  ManualClock clock(kStartNs + 3 * kPeriodNs);
  StraightEncoder encoder;
  FramePool pool(1, 1 << 16);
  LinesSink sink;
  SimulatedOptions options{
      .trigger_mode = TriggerMode::kHardware, .width_max = kWidth, .height_max = kHeight};
  options.line_sample = [](int64_t ns) { return LineSample{ns, ns / kPeriodNs, 1u << 2}; };
  SimulatedCamera camera(
      options,
      std::make_unique<ScriptedRenderer>(
          kStartNs + 3 * kPeriodNs, std::vector{ExposureFate::kComplete, ExposureFate::kLost}, 3));
  ASSERT_TRUE(camera.Open());
  ASSERT_TRUE(camera.Start(
      {.camera_index = 0, .pool = &pool, .sink = &sink, .clock = &clock, .encoder = &encoder}));
  clock.Advance(2 * kPeriodNs);
  sink.ended.wait();
  ASSERT_TRUE(camera.Stop());
  EXPECT_EQ(sink.told, "sfso") << "a frame that never came says nothing either";
  ASSERT_EQ(sink.samples.size(), 2u);
  EXPECT_EQ(sink.samples[1].encoder_count, 5);
  EXPECT_EQ(sink.samples[1].line_status, 4u);
}

TEST(SimulatedOptions, ImpossibleOnesAreRefused) {
  for (const SimulatedOptions& options :
       {SimulatedOptions{.width_max = 0}, SimulatedOptions{.height_max = 65536},
        SimulatedOptions{.readout_ns = -1}}) {
    SimulatedCamera camera(options, std::make_unique<ScriptedRenderer>(
                                        0, std::vector{ExposureFate::kComplete}, kEndless));
    EXPECT_FALSE(camera.Open());
  }
}

/// An encoder that knows of the belt what the camera's samples tell, and the camera's sink.
class SampledEncoder final : public FrameSink, public EncoderReader {
 public:
  void OnLineSample(const LineSample& sample) override { count_ = sample.encoder_count; }
  void OnFrame(Frame&& frame) override {
    told_ = frame.stamp.encoder_count;
    came_.count_down();
  }
  void OnOverrun(const FrameStamp&) override {}
  int64_t CountAt(int64_t) const override { return count_; }

  std::latch came_{1};
  std::atomic<int64_t> count_{999'999};  ///< of a run before
  std::atomic<int64_t> told_{0};
};

TEST(SimulatedCamera, AnEncoderThatLivesByItsSamplesKnowsTheFirstExposure) {
  constexpr int64_t kCount = 17;
  SimulatedCamera camera({.trigger_mode = TriggerMode::kSoftware,
                          .width_max = kWidth,
                          .height_max = kHeight,
                          .line_sample =
                              [](int64_t ns) {
                                return LineSample{ns, kCount, 0};
                              }},
                         std::make_unique<ScriptedRenderer>(
                             0, std::vector<ExposureFate>{ExposureFate::kComplete}, kEndless));
  const SteadyClock clock;
  FramePool pool(2, size_t{kWidth} * kHeight);
  SampledEncoder both;
  ASSERT_TRUE(camera.Open());
  ASSERT_TRUE(camera.Start({.pool = &pool, .sink = &both, .clock = &clock, .encoder = &both}));
  ASSERT_TRUE(TriggerWhenReady(camera, clock.NowNs()));
  both.came_.wait();
  ASSERT_TRUE(camera.Stop());
  EXPECT_EQ(both.told_, kCount);
}

}  // namespace
}  // namespace veriline::camera
