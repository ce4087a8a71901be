// SPDX-License-Identifier: Apache-2.0
// Finding, setting, losing and getting back a camera over the real protocol.
#include <thread>

#include "tests/support/gige_rig.h"

namespace veriline::camera {
namespace {

constexpr int64_t kMs = 1'000'000;
/// What is promised of the first frame that was due and did not come.
constexpr int64_t kAlarmNs = 200 * kMs;
/// An idle camera is asked each second.
constexpr int64_t kIdleAlarmNs = 1'000 * kMs + kAlarmNs;

GigeOptions With(std::vector<std::pair<std::string, std::string>> features,
                 TriggerMode mode = TriggerMode::kOff) {
  return {.trigger_mode = mode, .features = std::move(features)};
}

TEST(GigeConnection, AFreeRunningCameraThatIsKilledIsAnAlarmAndComesBack) {
  GigeRig rig({}, With({{"AcquisitionFrameRate", "20"}, {"Width", "160"}}));
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.sink.WaitFor(20);
  rig.process.Kill();
  const int64_t period_ns = 50 * kMs;
  ASSERT_TRUE(rig.WaitForAlarm());
  const int64_t alarm_ns = rig.clock.NowNs();
  const auto before = rig.sink.told();
  EXPECT_LT(alarm_ns - before.back().stamp.arrival_ns, period_ns + kAlarmNs);
  ASSERT_TRUE(rig.WaitUntil([&] { return !rig.camera->health().connected; }));
  EXPECT_TRUE(rig.WaitUntil([&] {
    return rig.camera->health().alarm ==
           "lost (no camera answers at this address); it is being sought";
  })) << rig.camera->health().alarm;

  rig.process.Launch();
  const auto after = rig.sink.WaitFor(before.size() + 20);
  ASSERT_TRUE(rig.WaitForAllClear());
  EXPECT_EQ(rig.camera->status().reconnects, 1u);
  for (size_t i = before.size(); i < after.size(); ++i) {
    EXPECT_EQ(after[i].stamp.frame_id, i + 1) << "ids go on";
    EXPECT_EQ(after[i].width, 160) << "it was set again";
    EXPECT_TRUE(after[i].intact);
    EXPECT_LT(std::abs(after[i].stamp.exposure_ns - after[i].truth->exposure_ns), 10 * kMs)
        << "its clock began anew";
  }
  EXPECT_EQ(rig.camera->counters().lost, 0u);
  ASSERT_TRUE(rig.camera->Stop());
}

TEST(GigeConnection, ATriggeredCameraThatIsGoneIsAnAlarm) {
  GigeRig rig({}, With({}, TriggerMode::kSoftware));
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  ASSERT_TRUE(TriggerWhenReady(*rig.camera, rig.clock.NowNs()));
  rig.sink.WaitFor(1);
  rig.process.Kill();
  const int64_t due_ns = rig.clock.NowNs();
  ASSERT_TRUE(TriggerWhenReady(*rig.camera, due_ns));
  ASSERT_TRUE(rig.WaitForAlarm());
  EXPECT_LT(rig.clock.NowNs() - due_ns, kAlarmNs);
  ASSERT_TRUE(rig.WaitUntil([&] { return !rig.camera->health().connected; }));
  EXPECT_FALSE(rig.camera->TriggerSoftware(rig.clock.NowNs()));

  rig.process.Launch();
  ASSERT_TRUE(rig.WaitForAllClear());
  ASSERT_TRUE(TriggerWhenReady(*rig.camera, rig.clock.NowNs()));
  EXPECT_TRUE(rig.sink.WaitFor(2)[1].intact);
}

TEST(GigeConnection, AnIdleCameraIsAskedEachSecond) {
  GigeRig rig({}, With({{"TriggerSource", "Line0"}}, TriggerMode::kHardware));
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.process.Tell("pulse 1");
  rig.sink.WaitFor(1);
  rig.process.Kill();
  const int64_t killed_ns = rig.clock.NowNs();
  ASSERT_TRUE(rig.WaitForAlarm());
  EXPECT_LT(rig.clock.NowNs() - killed_ns, kIdleAlarmNs);
  rig.process.Launch();
  ASSERT_TRUE(rig.WaitForAllClear());
  rig.process.Tell("pulse 1");
  EXPECT_TRUE(rig.sink.WaitFor(2)[1].intact);
}

TEST(GigeConnection, ACableThatIsPulledAndPutBackIsGotOver) {
  GigeRig rig({}, With({{"AcquisitionFrameRate", "20"}}));
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.sink.WaitFor(10);
  rig.process.Tell("mute 1");
  ASSERT_TRUE(rig.WaitUntil([&] { return !rig.camera->health().connected; }));
  rig.process.Tell("mute 0");
  const size_t before = rig.sink.told().size();
  rig.sink.WaitFor(before + 10);
  ASSERT_TRUE(rig.WaitForAllClear());
}

TEST(GigeConnection, FramesThatStayAwayFromALivingCameraAreAnAlarm) {
  GigeRig rig({}, {.trigger_mode = TriggerMode::kHardware,
                   .features = {{"TriggerSource", "Line0"}},
                   .expected_frame_rate_hz = 50});
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.process.Tell("line_rate 50");
  rig.sink.WaitFor(20);
  EXPECT_TRUE(rig.camera->health().alarm.empty());
  rig.process.Tell("line_rate 0");  // the wire of the trigger is cut
  ASSERT_TRUE(rig.WaitForAlarm());
  const CameraHealth health = rig.camera->health();
  EXPECT_TRUE(health.connected);
  EXPECT_LT(rig.clock.NowNs() - rig.sink.told().back().stamp.arrival_ns, 20 * kMs + kAlarmNs);
  rig.process.Tell("line_rate 50");
  ASSERT_TRUE(rig.WaitForAllClear());
}

TEST(GigeConnection, StopsAtOnceWhileTheCameraIsSought) {
  GigeRig rig({}, With({}));
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  rig.sink.WaitFor(1);
  rig.process.Kill();
  ASSERT_TRUE(rig.WaitUntil([&] { return !rig.camera->health().connected; }));
  const int64_t before_ns = rig.clock.NowNs();
  ASSERT_TRUE(rig.camera->Stop());
  EXPECT_LT(rig.clock.NowNs() - before_ns, 1'000 * kMs);
  EXPECT_EQ(rig.pool.free_count(), rig.pool.count()) << "every buffer is back";
  EXPECT_FALSE(rig.camera->Start(rig.Context())) << "it is not there";
  rig.process.Launch();
  ASSERT_TRUE(rig.camera->Start(rig.Context())) << "now it is";
  rig.sink.WaitFor(rig.sink.told().size() + 1);
}

TEST(GigeConnection, StartsAndStopsOverAndOver) {
  GigeRig rig({}, With({{"AcquisitionFrameRate", "200"}}));
  ASSERT_TRUE(rig.camera->Open());
  for (int i = 0; i < 20; ++i) {
    const size_t before = rig.sink.told().size();
    ASSERT_TRUE(rig.camera->Start(rig.Context()));
    const auto told = rig.sink.WaitFor(before + 2);
    ASSERT_TRUE(rig.camera->Stop());
    EXPECT_EQ(told[before].stamp.frame_id, 1u);
    EXPECT_EQ(rig.pool.free_count(), rig.pool.count());
  }
}

TEST(GigeConnection, ACameraThatIsNotThereIsNamed) {
  const std::string address = NextLoopbackAddress();
  GigeCamera camera({.device = address});
  const auto info = camera.Open();
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().message, "camera " + address + ": no camera answers at this address");
  EXPECT_FALSE(info.error().advice.empty());
}

TEST(GigeConnection, ACameraHasOneController) {
  GigeRig rig({}, With({}));
  ASSERT_TRUE(rig.camera->Open());
  GigeCamera other({.device = rig.process.address()});
  const auto refused = other.Open();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("controlled by another program"), std::string::npos);
  // One that ends within the patience is waited for, as after a crash of ours.
  std::thread ends([&] {
    SleepUntilNs(rig.clock.NowNs() + 300 * kMs);
    rig.camera->Close();
  });
  const auto taken = other.Open();
  ends.join();
  EXPECT_TRUE(taken) << taken.error().ToString();
}

TEST(GigeConnection, AFrameThatFitsNoBufferIsRefusedAtStart) {
  GigeRig rig({}, With({}));
  ASSERT_TRUE(rig.camera->Open());
  FramePool small(4, 1000);
  CameraContext context = rig.Context();
  context.pool = &small;
  const auto started = rig.camera->Start(context);
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("320 x 240"), std::string::npos);
  EXPECT_TRUE(rig.camera->Start(rig.Context())) << "nothing was changed";
}

/// Features that do not go, and what is said of them.
struct Refused {
  const char* name;
  GigeOptions options;
  const char* message;
  const char* advice;
};
void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.name; }
std::string NameOf(const testing::TestParamInfo<Refused>& info) { return info.param.name; }

class GigeFeatures : public testing::TestWithParam<Refused> {};

TEST_P(GigeFeatures, ARefusalNamesTheFeatureAndWhatIsAllowed) {
  GigeRig rig({}, GetParam().options);
  const auto info = rig.camera->Open();
  ASSERT_FALSE(info);
  EXPECT_NE(info.error().message.find(GetParam().message), std::string::npos)
      << info.error().ToString();
  EXPECT_NE(info.error().advice.find(GetParam().advice), std::string::npos)
      << info.error().ToString();
}

INSTANTIATE_TEST_SUITE_P(
    Gige, GigeFeatures,
    testing::Values(
        Refused{"Unknown", With({{"Exposuretime", "200"}}), "Exposuretime is not known",
                "capitals"},
        Refused{"FloatTooLarge", With({{"ExposureTime", "1e6"}}), "ExposureTime does not take 1e6",
                "10 to 100000"},
        Refused{"NoNumber", With({{"Gain", "loud"}}), "Gain does not take loud", "0 to 24"},
        Refused{"IntegerTooLarge", With({{"Width", "4096"}}), "Width does not take 4096",
                "16 to 320 in steps of 4"},
        Refused{"OffTheStep", With({{"Width", "161"}}), "Width does not take 161", "steps of 4"},
        Refused{"NoChoice", With({{"TriggerActivation", "Sideways"}}),
                "TriggerActivation does not take Sideways", "RisingEdge, FallingEdge"},
        Refused{"ReadOnly", With({{"SensorWidth", "100"}}), "SensorWidth can only be read", ""},
        Refused{"OnlyGrey", With({{"PixelFormat", "Mono12"}}), "PixelFormat is Mono12", "Mono8"},
        Refused{"NoWire", With({}, TriggerMode::kHardware), "waits for a software trigger",
                "TriggerSource"},
        Refused{"NoSuchChunk",
                {.chunks = {.encoder = "ChunkRotaryValue"}},
                "adds no ChunkRotaryValue",
                ""}),
    NameOf);

TEST(GigeConnection, FeaturesAreSetInTheirOrder) {
  // OffsetX may not exceed what Width leaves in many cameras; here the later value stands.
  GigeRig rig({}, With({{"Width", "320"},
                        {"ExposureTime", "321.5"},
                        {"Width", "64"},
                        {"Gain", "3"},
                        {"TriggerActivation", "FallingEdge"}}));
  const auto info = rig.camera->Open();
  ASSERT_TRUE(info) << info.error().ToString();
  EXPECT_EQ(info->width_max, 64);
  EXPECT_EQ(info->height_max, GigeRig::kHeight);
  EXPECT_EQ(info->model, "Veriline Simulated GigE");
}

}  // namespace
}  // namespace veriline::camera
