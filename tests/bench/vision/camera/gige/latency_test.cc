// SPDX-License-Identifier: Apache-2.0
// From the start of an exposure to the frame in the sink, 1280 x 1024 over 1 Gbit/s: the frame
// alone takes 10.7 ms on the wire. On the loopback the camera paces itself; as root also through a
// veth pair into a network namespace, where a token bucket paces the bursts of the camera.
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "tests/support/gige_rig.h"

namespace veriline::camera {
namespace {

constexpr int kWidth = 1280;
constexpr int kHeight = 1024;
constexpr double kRateHz = 60;
constexpr size_t kFrames = 1200;  // 20 s
/// Wire time, exposure of 0.2 ms, and a busy machine's scheduler.
constexpr double kMostP50Us = 13'000;

/// Notes when frames come, and nothing else.
class TimingSink final : public FrameSink {
 public:
  void OnFrame(Frame&& frame) override {
    const int64_t now_ns = clock_.NowNs();
    const auto truth = linesim::ReadTruth(frame.pixels);
    const std::lock_guard lock(mutex_);
    ++frames_;
    if (truth && frame.stamp.status == FrameStatus::kComplete) {
      latencies_us_.push_back(static_cast<double>(now_ns - truth->exposure_ns) / 1e3);
      errors_us_.push_back(
          std::abs(static_cast<double>(frame.stamp.exposure_ns - truth->exposure_ns)) / 1e3);
    }
    came_.notify_all();
  }
  void OnOverrun(const FrameStamp&) override {}
  bool WaitFor(size_t frames) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, std::chrono::seconds(60), [&] { return frames_ >= frames; });
  }
  std::vector<double> latencies_us() const { return latencies_us_; }
  std::vector<double> errors_us() const { return errors_us_; }

 private:
  const SteadyClock clock_;
  std::mutex mutex_;
  std::condition_variable came_;
  size_t frames_ = 0;
  std::vector<double> latencies_us_;
  std::vector<double> errors_us_;
};

double At(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values.empty()
             ? 0
             : values[static_cast<size_t>(part * static_cast<double>(values.size() - 1))];
}

double CpuSeconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

void Measure(const char* way, const std::string& address, int packet_size_bytes) {
  GigeCamera camera({.device = address,
                     .features = {{"AcquisitionFrameRate", std::to_string(kRateHz)}},
                     .packet_size_bytes = packet_size_bytes});
  const auto info = camera.Open();
  ASSERT_TRUE(info) << info.error().ToString();
  FramePool pool(10, size_t{kWidth} * kHeight);
  TimingSink sink;
  const SteadyClock clock;
  const StraightEncoder encoder;
  ASSERT_TRUE(camera.Start({.pool = &pool, .sink = &sink, .clock = &clock, .encoder = &encoder}));
  const int64_t start_ns = clock.NowNs();
  const double start_cpu_s = CpuSeconds();
  ASSERT_TRUE(sink.WaitFor(kFrames));
  const double seconds = static_cast<double>(clock.NowNs() - start_ns) * 1e-9;
  const double cpu_s = CpuSeconds() - start_cpu_s;
  ASSERT_TRUE(camera.Stop());
  const CameraCounters c = camera.counters();
  const auto latencies_us = sink.latencies_us();
  const auto errors_us = sink.errors_us();
  std::printf(
      "%s, packets of %d: exposure start to sink, us: p50 %.0f  p99 %.0f  p99.9 %.0f  max %.0f\n"
      "  %.1f frames/s, delivered %llu, incomplete %llu, lost %llu, overrun %llu, copied %llu; "
      "%.0f %% of a core\n"
      "  exposure time wrong by, us: p50 %.0f  p99 %.0f  max %.0f\n",
      way, packet_size_bytes, At(latencies_us, 0.5), At(latencies_us, 0.99),
      At(latencies_us, 0.999), At(latencies_us, 1), static_cast<double>(kFrames) / seconds,
      static_cast<unsigned long long>(c.delivered), static_cast<unsigned long long>(c.incomplete),
      static_cast<unsigned long long>(c.lost), static_cast<unsigned long long>(c.overrun),
      static_cast<unsigned long long>(camera.status().copied_frames), 100 * cpu_s / seconds,
      At(errors_us, 0.5), At(errors_us, 0.99), At(errors_us, 1));
  EXPECT_EQ(c.incomplete + c.lost + c.overrun, 0u);
  EXPECT_LT(At(latencies_us, 0.5), kMostP50Us);
}

TEST(GigeLatency, OnTheLoopbackPacedByTheCamera) {
  for (const int packet_size : {1500, 9000}) {
    GigeProcess process(NextLoopbackAddress(), {});
    ASSERT_NO_FATAL_FAILURE(Measure("loopback", process.address(), packet_size));
  }
}

/// A network namespace with one end of a veth pair, paced to 1 Gbit/s; gone with the object.
class PacedNetwork {
 public:
  PacedNetwork() {
    const std::string pid = std::to_string(getpid());
    name_ = "veriline" + pid;
    const std::string near = "vl" + pid + "a", far = "vl" + pid + "b";
    const std::string inside = "ip netns exec " + name_ + " ";
    ok_ = Run("ip netns add " + name_) &&
          Run("ip link add " + near + " mtu 9000 type veth peer name " + far + " mtu 9000") &&
          Run("ip link set " + far + " netns " + name_) &&
          Run("ip addr add 10.213.7.1/24 dev " + near) && Run("ip link set " + near + " up") &&
          Run(inside + "ip addr add 10.213.7.2/24 dev " + far) &&
          Run(inside + "ip link set " + far + " up") && Run(inside + "ip link set lo up") &&
          Run(inside + "tc qdisc add dev " + far + " root tbf rate 1gbit burst 64kb limit 16mb");
  }
  ~PacedNetwork() { Run("ip netns del " + name_); }
  bool ok() const { return ok_; }
  const std::string& name() const { return name_; }

 private:
  static bool Run(const std::string& command) {
    return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
  }
  std::string name_;
  bool ok_ = false;
};

TEST(GigeLatency, ThroughAPacedNetwork) {
  const PacedNetwork network;
  if (!network.ok()) GTEST_SKIP() << "needs root and iproute2 with tbf";
  for (const int packet_size : {1500, 9000}) {
    GigeProcess process("10.213.7.2", {"--link-bps", "0"}, VERILINE_GIGE_CAMERA,
                        {"ip", "netns", "exec", network.name()});
    ASSERT_NO_FATAL_FAILURE(Measure("veth at 1 Gbit/s", process.address(), packet_size));
  }
}

}  // namespace
}  // namespace veriline::camera
