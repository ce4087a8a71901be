// SPDX-License-Identifier: Apache-2.0
// What a camera takes from the machine it gives back, however often it comes and goes.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <memory>

#include "tests/support/camera_fakes.h"
#include "tests/support/held.h"
#include "vision/camera/simulated/simulated_camera.h"

namespace veriline::camera {
namespace {

using veriline::testing::Cycles;
using veriline::testing::Held;

constexpr int kWarmUp = 200;  // the allocator's arenas settle
/// The least that can leak in a cycle is a block of 32 bytes: 3 MB in all of them. The default run
/// has too few of them to show that; it finds files, threads and buffers.
constexpr size_t kSlackKb = 1024;
constexpr int kSide = 16;
constexpr size_t kBytes = static_cast<size_t>(kSide) * kSide;

class Grey final : public FrameRenderer {
 public:
  bool Next(Exposure*) override { return true; }
  bool Draw(uint8_t* pixels, size_t size_bytes, FrameView* view) override {
    if (size_bytes < kBytes) return false;
    std::memset(pixels, 128, kBytes);
    *view = {pixels, kSide, kSide, kSide};
    return true;
  }
};

/// Keeps nothing.
class CountingSink final : public FrameSink {
 public:
  void OnFrame(Frame&& frame) override {
    const Frame gone = std::move(frame);
    count_.fetch_add(1, std::memory_order_release);
    count_.notify_all();
  }
  void OnOverrun(const FrameStamp&) override { ADD_FAILURE() << "a buffer did not come back"; }
  void WaitPast(uint64_t count) const { count_.wait(count, std::memory_order_acquire); }
  uint64_t count() const { return count_.load(std::memory_order_acquire); }

 private:
  std::atomic<uint64_t> count_{0};
};

class SimulatedCycles : public ::testing::Test {
 protected:
  void SetUp() override {
    camera_ = std::make_unique<SimulatedCamera>(
        SimulatedOptions{
            .trigger_mode = TriggerMode::kSoftware, .width_max = kSide, .height_max = kSide},
        std::make_unique<Grey>());
  }
  void Open() {
    const auto opened = camera_->Open();
    ASSERT_TRUE(opened) << opened.error().ToString();
  }
  /// Start, a frame, Stop.
  void Run() {
    ASSERT_TRUE(
        camera_->Start({.pool = &pool_, .sink = &sink_, .clock = &clock_, .encoder = &encoder_}));
    const uint64_t before = sink_.count();
    ASSERT_TRUE(TriggerWhenReady(*camera_, clock_.NowNs()));
    sink_.WaitPast(before);
    ASSERT_TRUE(camera_->Stop());
    ASSERT_EQ(pool_.free_count(), pool_.count());
  }
  /// Runs `cycle` over and over; nothing may stay behind.
  template <class Cycle>
  void LeaveNothing(Cycle cycle) {
    for (int i = 0; i < kWarmUp; ++i) ASSERT_NO_FATAL_FAILURE(cycle());
    const Held before;
    const int cycles = Cycles(1000, 100'000);
    for (int i = 0; i < cycles; ++i) ASSERT_NO_FATAL_FAILURE(cycle()) << i;
    const Held after;
    EXPECT_EQ(after.files, before.files);
    EXPECT_EQ(after.threads, before.threads);
    if (veriline::testing::kResidentTells) {
      EXPECT_LT(after.resident_kb, before.resident_kb + kSlackKb);
    }
    std::printf("%d cycles: %zu kB, then %zu kB\n", cycles, before.resident_kb, after.resident_kb);
  }

  const SteadyClock clock_;
  const StraightEncoder encoder_;
  FramePool pool_{2, kBytes};
  CountingSink sink_;
  std::unique_ptr<SimulatedCamera> camera_;
};

TEST_F(SimulatedCycles, ConnectingAndDisconnectingLeavesNothingBehind) {
  ASSERT_NO_FATAL_FAILURE(LeaveNothing([this] {
    ASSERT_NO_FATAL_FAILURE(Open());
    ASSERT_NO_FATAL_FAILURE(Run());
    camera_->Close();
  }));
}

TEST_F(SimulatedCycles, StartingAndStoppingLeavesNothingBehind) {
  ASSERT_NO_FATAL_FAILURE(Open());
  ASSERT_NO_FATAL_FAILURE(LeaveNothing([this] { ASSERT_NO_FATAL_FAILURE(Run()); }));
}

/// Also when it is made anew each time, and stopped by its destructor.
TEST_F(SimulatedCycles, MakingAndDestroyingLeavesNothingBehind) {
  ASSERT_NO_FATAL_FAILURE(LeaveNothing([this] {
    SetUp();
    ASSERT_NO_FATAL_FAILURE(Open());
    ASSERT_TRUE(
        camera_->Start({.pool = &pool_, .sink = &sink_, .clock = &clock_, .encoder = &encoder_}));
    camera_.reset();
    ASSERT_EQ(pool_.free_count(), pool_.count());
  }));
}

}  // namespace
}  // namespace veriline::camera
