// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/device_clock.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "tools/linesim/random.h"

namespace veriline::camera {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kS = 1000 * kMs;
constexpr int64_t kStartNs = 5000 * kS;

/// A device whose clock runs `ppm` fast from another zero, and whose word takes at least
/// `least_ns` and mostly more to reach us.
struct World {
  double ppm = 0;
  int64_t zero_ns = -4711 * kS;
  int64_t least_ns = 0;
  int64_t jitter_ns = 0;

  int64_t DeviceNs(int64_t ns) const {
    return ns + zero_ns + static_cast<int64_t>(static_cast<double>(ns - kStartNs) * ppm * 1e-6);
  }
  /// Exposes each `period_ns`, and gives the errors of the mapped exposures to `take`.
  void Run(int64_t period_ns, int frames, const std::function<void(int, int64_t)>& take) const {
    DeviceClock clock;
    linesim::Random random(7, linesim::Stream::kNoise, 0);
    for (int i = 0; i < frames; ++i) {
      const int64_t exposure_ns = kStartNs + i * period_ns;
      const auto delay_ns =
          static_cast<int64_t>(random.Uniform(0, 1) * static_cast<double>(jitter_ns));
      clock.Hear(DeviceNs(exposure_ns), exposure_ns + least_ns + delay_ns);
      take(i, clock.Map(DeviceNs(exposure_ns)) - exposure_ns);
    }
  }
};

TEST(DeviceClock, IsExactWhenNothingDelays) {
  World{}.Run(50 * kMs, 1000, [](int, int64_t error_ns) { EXPECT_EQ(error_ns, 0); });
}

TEST(DeviceClock, IsLateByTheSmallestDelay) {
  World{.least_ns = 3 * kMs}.Run(50 * kMs, 1000,
                                 [](int, int64_t error_ns) { EXPECT_EQ(error_ns, 3 * kMs); });
}

TEST(DeviceClock, JitterOfTransportHardlyReachesIt) {
  // 20 ms of jitter at 100 frames/s: of the 200 to 400 in the window the quickest counts. A mean
  // would be 10 ms late.
  World{.jitter_ns = 20 * kMs}.Run(10 * kMs, 5000, [](int i, int64_t error_ns) {
    if (i < 200) return;  // until the window is full
    EXPECT_GE(error_ns, 0);
    EXPECT_LT(error_ns, 2 * kMs);
  });
}

TEST(DeviceClock, FollowsAClockThatDrifts) {
  for (const double ppm : {-100.0, 100.0}) {
    World{.ppm = ppm}.Run(50 * kMs, 20 * 600, [&](int, int64_t error_ns) {  // ten minutes: 60 ms
      EXPECT_LE(std::abs(error_ns), 4 * kS / 10'000) << ppm << " ppm over the window";
    });
  }
}

TEST(DeviceClock, ASeldomFrameHasItsOwnDelayOnly) {
  World{.ppm = 100, .jitter_ns = kMs}.Run(60 * kS, 100, [](int, int64_t error_ns) {
    EXPECT_GE(error_ns, 0);
    EXPECT_LE(error_ns, kMs);
  });
}

TEST(DeviceClock, ForgetsAJumpOfOurClock) {
  DeviceClock clock;
  clock.Hear(0, kStartNs);
  for (int i = 1; i < 100; ++i) clock.Hear(i * 100 * kMs, kStartNs + i * 100 * kMs + kS);
  EXPECT_EQ(clock.Map(10 * kS), kStartNs + 11 * kS);
}

}  // namespace
}  // namespace veriline::camera
