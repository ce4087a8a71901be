// SPDX-License-Identifier: Apache-2.0
// A camera that is not of our making: the fake one of Aravis. It has no chunks, no resend and no
// clock that can be read, calls some features by their older names, begins its ids near the end of
// their 16 bits, goes on with them from one acquisition to the next, and sends bursts.
#include <sys/file.h>

#include "tests/support/gige_rig.h"

namespace veriline::camera {
namespace {

class AravisPeer : public testing::Test {
 protected:
  void SetUp() override {
    // It has one address: tests that run side by side take turns.
    lock_ = open("/tmp/veriline_aravis_peer.lock", O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    flock(lock_, LOCK_EX);
    try {
      process_ = std::make_unique<GigeProcess>("127.0.0.1", std::vector<std::string>{},
                                               VERILINE_ARAVIS_CAMERA);
    } catch (const std::runtime_error&) {
      GTEST_SKIP() << "127.0.0.1:3956 is taken";
    }
  }
  void TearDown() override {
    process_.reset();
    close(lock_);
  }
  static GigeOptions Small(const char* device, TriggerMode mode) {
    return {.device = device,
            .trigger_mode = mode,
            .features = {{"Width", "320"},
                         {"Height", "240"},
                         {"ExposureTime", "300"},
                         {"AcquisitionFrameRate", "100"}}};
  }
  void Start(GigeCamera& camera) {
    const auto info = camera.Open();
    ASSERT_TRUE(info) << info.error().ToString();
    EXPECT_EQ(info->width_max, 320);
    ASSERT_TRUE(
        camera.Start({.pool = &pool_, .sink = &sink_, .clock = &clock_, .encoder = &encoder_}));
  }

  const SteadyClock clock_;
  const StraightEncoder encoder_;
  std::unique_ptr<GigeProcess> process_;
  int lock_ = -1;
  FramePool pool_{16, 320 * 240};
  TruthSink sink_;
};

TEST_F(AravisPeer, FreeRunningPastTheWrapOfItsIds) {
  GigeCamera camera(Small("127.0.0.1", TriggerMode::kOff));
  ASSERT_NO_FATAL_FAILURE(Start(camera));
  const auto told = sink_.WaitFor(300);
  ASSERT_TRUE(camera.Stop());
  std::vector<int64_t> errors_ns;
  for (size_t i = 0; i < told.size(); ++i) {
    ASSERT_EQ(told[i].stamp.frame_id, i + 1);
    ASSERT_EQ(told[i].stamp.status, FrameStatus::kComplete);
    ASSERT_TRUE(told[i].intact);
    EXPECT_EQ(told[i].truth->index, told[0].truth->index + i);
    errors_ns.push_back(std::abs(told[i].stamp.exposure_ns - told[i].truth->exposure_ns));
  }
  std::sort(errors_ns.begin(), errors_ns.end());
  EXPECT_LT(errors_ns[errors_ns.size() / 2], 1'000'000) << "from the arrivals alone";
  EXPECT_EQ(camera.counters().lost, 0u);
  EXPECT_TRUE(camera.health().alarm.empty());
}

TEST_F(AravisPeer, IsFoundByItsSerialNumberAndTriggered) {
  GigeCamera camera(Small("ARV7", TriggerMode::kSoftware));
  ASSERT_NO_FATAL_FAILURE(Start(camera));
  for (size_t i = 1; i <= 10; ++i) {
    ASSERT_TRUE(TriggerWhenReady(camera, clock_.NowNs()));
    EXPECT_TRUE(sink_.WaitFor(i).back().intact);
  }
  GigeCamera other({.device = "ARV8"});
  const auto missing = other.Open();
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().advice.find("ARV7"), std::string::npos)
      << "those that are there are named: " << missing.error().ToString();
}

TEST_F(AravisPeer, ComesBackAfterItsDeath) {
  GigeCamera camera(Small("127.0.0.1", TriggerMode::kOff));
  ASSERT_NO_FATAL_FAILURE(Start(camera));
  sink_.WaitFor(20);
  process_->Kill();
  const int64_t give_up_ns = clock_.NowNs() + 1'000'000'000 * kPatience.count();
  while (camera.health().connected && clock_.NowNs() < give_up_ns) {
    SleepUntilNs(clock_.NowNs() + 1'000'000);
  }
  EXPECT_FALSE(camera.health().connected);
  const size_t before = sink_.told().size();
  process_->Launch();
  sink_.WaitFor(before + 20);
  EXPECT_EQ(camera.status().reconnects, 1u);
  EXPECT_TRUE(camera.health().alarm.empty());
}

}  // namespace
}  // namespace veriline::camera
