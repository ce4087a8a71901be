// SPDX-License-Identifier: Apache-2.0
// A line whose only input is a camera: its counter and its input line make the items that its
// pictures show.
#include "pipeline/reject/camera_trigger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <vector>

#include "pipeline/line/line.h"
#include "tests/support/belt.h"
#include "tests/support/memory_store.h"
#include "vision/camera/simulated/simulated_camera.h"

namespace veriline::line {
namespace {

constexpr int64_t kFrameNs = 10'000'000;
constexpr int64_t kPitch = 1300;
constexpr int64_t kLength = 800;
constexpr int64_t kItems = 6;
constexpr int kEyeLine = 2;
constexpr int kWidth = 128;
constexpr int kHeight = 64;

/// A belt at 5000 counts/s with `kItems` objects, the first a pitch behind the eye at `zero_ns`.
struct Belt {
  int64_t zero_ns;
  int64_t CountAt(int64_t ns) const { return (ns - zero_ns) / 200'000; }
  camera::LineSample SampleAt(int64_t ns) const {
    const int64_t count = CountAt(ns);
    const bool covered = count >= kPitch && count / kPitch <= kItems && count % kPitch < kLength;
    return {ns, count, covered ? 1u << kEyeLine : 0};
  }
};

/// Blank pictures at an even rate.
class Blank final : public camera::FrameRenderer {
 public:
  explicit Blank(int64_t first_ns) : next_ns_(first_ns) {}
  bool Next(camera::Exposure* exposure) override {
    exposure->exposure_ns = next_ns_;
    next_ns_ += kFrameNs;
    return true;
  }
  bool Draw(uint8_t* pixels, size_t size_bytes, FrameView* view) override {
    if (size_bytes < size_t{kWidth} * kHeight) return false;
    std::memset(pixels, 128, size_t{kWidth} * kHeight);
    *view = {pixels, kWidth, kHeight, kWidth};
    return true;
  }

 private:
  int64_t next_ns_;
};

class Gate final : public item::ReleaseGateway {
 public:
  void Tell(const item::Verdict& verdict) override {
    const std::lock_guard lock(mutex_);
    told_.push_back(verdict);
    changed_.notify_all();
  }
  void Beat(const item::Heartbeat&) override {}
  std::vector<item::Verdict> WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return told_.size() >= count; });
    return told_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<item::Verdict> told_;
};

TEST(LineByItsCamera, MakesTheItemsThatItsPicturesShow) {
  const SteadyClock clock;
  const Belt belt{clock.NowNs() + 200'000'000};  // its speed is known before the first item comes
  testing::MemoryStore store;
  Gate gate;
  item::Recipe recipe = testing::PackRecipe();
  recipe.confirmation = item::ConfirmationKind::kNone;
  recipe.confirmation_distance_mm = 0;

  camera::SimulatedOptions options{.width_max = kWidth, .height_max = kHeight};
  options.line_sample = [belt](int64_t ns) { return belt.SampleAt(ns); };
  auto trigger = std::make_unique<reject::CameraTrigger>(
      reject::CameraTrigger::Config{
          .eye_lines = {kEyeLine}, .most_counts_per_s = 15'000, .sample_ns = kFrameNs},
      clock);
  const item::TriggerSource::Traits traits = trigger->traits();
  Line::Parts parts;
  parts.cameras.push_back(
      std::make_unique<camera::SimulatedCamera>(options, std::make_unique<Blank>(clock.NowNs())));
  parts.line_samples = trigger.get();
  parts.line_camera = "cam0";
  parts.trigger = std::move(trigger);
  parts.registry = &store;
  parts.store = &store;
  parts.clock = &clock;
  parts.gateways = {&gate};
  Line line({.line_id = "L1",
             .recipe = recipe,
             .batch = "B",
             .workers = 1,
             .max_frame_bytes = size_t{kWidth} * kHeight},
            std::move(parts));
  ASSERT_TRUE(line.Command(item::PackmlCommand::kReset));
  ASSERT_TRUE(line.Command(item::PackmlCommand::kStart));

  const std::vector<item::Verdict> told = gate.WaitFor(kItems);
  ASSERT_EQ(told.size(), static_cast<size_t>(kItems));
  // Half of the way between two frames, at 5000 counts/s, and the error of a count.
  const double most =
      static_cast<double>(traits.time_error_ns) * 5e-6 + static_cast<double>(traits.count_error);
  for (int64_t i = 0; i < kItems; ++i) {
    const item::Verdict& verdict = told[static_cast<size_t>(i)];
    const int64_t from = (i + 1) * kPitch;
    EXPECT_NEAR(static_cast<double>(verdict.from_count), static_cast<double>(from), most);
    EXPECT_NEAR(static_cast<double>(verdict.to_count), static_cast<double>(from + kLength), most);
    // A picture was found for it by its count: blank, not lost.
    EXPECT_EQ(verdict.primary, item::RejectReason::kNoRead) << "item " << i;
  }
  ASSERT_TRUE(line.Command(item::PackmlCommand::kStop));
}

}  // namespace
}  // namespace veriline::line
