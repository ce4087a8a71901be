// SPDX-License-Identifier: Apache-2.0
// The line with more frames than it can inspect: the belt runs three times too fast, then slows
// down. Every item must have its verdict, the undecided ones late, nothing may grow, and the line
// must read again when the load drops.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>

#include "pipeline/line/line.h"
#include "tests/support/belt.h"
#include "tests/support/memory_store.h"
#include "tools/linesim/packs_renderer.h"
#include "vision/camera/simulated/simulated_camera.h"
#include "vision/decode/frame_reader.h"

namespace veriline::line {
namespace {

constexpr int64_t kPitch = 1000;
constexpr int64_t kLength = 800;
constexpr int64_t kDistance = 3000;
constexpr int kPictures = 8;
/// One worker: the simulated camera copies its pictures on a core of its own, as DMA would.
constexpr int kWorkers = 1;
constexpr double kOverloadSeconds = 15;
constexpr double kCalmSeconds = 5;

/// A belt that runs fast for a while, then slowly, then ends.
class TwoSpeedBelt final : public item::TriggerSource {
 public:
  TwoSpeedBelt(double fast_per_s, double slow_per_s, const Clock& clock)
      : fast_(fast_per_s * kPitch / 1e9), slow_(slow_per_s * kPitch / 1e9), clock_(clock) {}

  Checked<void> Start() override {
    start_ns_ = clock_.NowNs();
    started_ = true;
    return {};
  }
  void Stop() override {}
  bool healthy() const override { return true; }
  Traits traits() const override { return {10, 0}; }
  int64_t CountAt(int64_t now_ns) const override {
    if (!started_) return 0;
    const double fast_ns = kOverloadSeconds * 1e9;
    const auto since = static_cast<double>(now_ns - start_ns_);
    return static_cast<int64_t>(since < fast_ns ? since * fast_
                                                : fast_ns * fast_ + (since - fast_ns) * slow_);
  }
  int64_t TimeOf(int64_t count) const {
    const double fast_ns = kOverloadSeconds * 1e9;
    const double fast_counts = fast_ns * fast_;
    const auto c = static_cast<double>(count);
    return start_ns_ +
           static_cast<int64_t>(c < fast_counts ? c / fast_ : fast_ns + (c - fast_counts) / slow_);
  }
  bool PollEdge(item::EyeEdge* edge) override {
    const int64_t item = next_edge_ / 2 + 1;
    const bool rising = next_edge_ % 2 == 0;
    const int64_t count = item * kPitch + (rising ? 0 : kLength);
    if (!started_ || count > CountAt(clock_.NowNs())) return false;
    if (rising && count > last_count_) return false;
    *edge = {0, rising, count, TimeOf(count)};
    ++next_edge_;
    return true;
  }
  /// No item begins behind that count.
  std::atomic<int64_t> last_count_{0};

 private:
  const double fast_;
  const double slow_;
  const Clock& clock_;
  std::atomic<int64_t> start_ns_{0};
  std::atomic<bool> started_{false};
  int64_t next_edge_ = 0;
};

/// Shows the same few pictures again and again, one for each item.
class Loop final : public camera::FrameRenderer {
 public:
  Loop(const std::vector<std::vector<uint8_t>>& pictures, const TwoSpeedBelt& belt)
      : pictures_(pictures), belt_(belt) {}
  bool Next(camera::Exposure* exposure) override {
    ++item_;
    exposure->exposure_ns = belt_.TimeOf(item_ * kPitch + kLength / 2 + kDistance);
    return true;
  }
  bool Draw(uint8_t* pixels, size_t size_bytes, FrameView* view) override {
    const auto& picture = pictures_[item_ % kPictures];
    if (size_bytes < picture.size()) return false;
    std::memcpy(pixels, picture.data(), picture.size());
    *view = {pixels, linesim::kPictureWidth, linesim::kPictureHeight, linesim::kPictureWidth};
    return true;
  }

 private:
  const std::vector<std::vector<uint8_t>>& pictures_;
  const TwoSpeedBelt& belt_;
  int64_t item_ = 0;
};

/// Counts what the gate hears.
class Gate final : public item::ReleaseGateway {
 public:
  void Tell(const item::Verdict& verdict) override {
    const std::lock_guard lock(mutex_);
    ++told_[verdict.item_seq];
    auto& counts = verdict.times.trigger_ns < calm_from_ns_ ? fast_ : calm_;
    ++counts[static_cast<size_t>(verdict.primary)];
  }
  void Beat(const item::Heartbeat&) override {}

  std::mutex mutex_;
  std::map<uint64_t, int> told_;
  std::array<uint64_t, item::kRejectReasonCount> fast_{};
  std::array<uint64_t, item::kRejectReasonCount> calm_{};
  std::atomic<int64_t> calm_from_ns_{INT64_MAX};
};

size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  size_t total = 0;
  size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

TEST(Overload, EveryItemHasItsVerdictAndTheLineRecovers) {
  const SteadyClock clock;
  linesim::World world({.items = kPictures, .fault_ratio = 0});
  linesim::PacksRenderer renderer(world, linesim::RenderMode::kFresh);
  std::vector<std::vector<uint8_t>> pictures;
  decode::FrameReader reader(clock);
  std::vector<int64_t> times;
  for (uint64_t i = 0; i < kPictures; ++i) {
    auto& picture = pictures.emplace_back(size_t{linesim::kPictureWidth} * linesim::kPictureHeight);
    renderer.Render(i, picture.data(), linesim::kPictureWidth);
    const FrameView view{picture.data(), linesim::kPictureWidth, linesim::kPictureHeight,
                         linesim::kPictureWidth};
    const int64_t start = clock.NowNs();
    reader.Read(view, {.symbologies = SymbologySet().Add(Symbology::kDataMatrix)});
    times.push_back(clock.NowNs() - start);
  }
  std::ranges::sort(times);
  const double inspected_per_s = kWorkers * 1e9 / static_cast<double>(times[kPictures / 2]);
  const double fast = std::min(3 * inspected_per_s, 4000.0);
  const double slow = 0.2 * inspected_per_s;

  testing::MemoryStore store;
  store.keep_records = false;
  Gate gate;
  LineConfig config;
  config.line_id = "L1";
  config.batch = "B";
  config.workers = kWorkers;
  config.recipe = testing::PackRecipe();
  config.recipe.top_speed_mm_s = fast * kPitch / 10;
  config.recipe.decision_distance_mm = 400 + 0.3 * config.recipe.top_speed_mm_s;
  config.recipe.confirmation = item::ConfirmationKind::kNone;
  auto belt = std::make_unique<TwoSpeedBelt>(fast, slow, clock);
  TwoSpeedBelt& the_belt = *belt;
  Line::Parts parts;
  parts.cameras.push_back(std::make_unique<camera::SimulatedCamera>(
      camera::SimulatedOptions{}, std::make_unique<Loop>(pictures, the_belt)));
  parts.trigger = std::move(belt);
  parts.registry = &store;
  parts.store = &store;
  parts.clock = &clock;
  parts.gateways = {&gate};
  Line line(std::move(config), std::move(parts));
  const auto calm_count = static_cast<int64_t>(kOverloadSeconds * fast * kPitch);
  the_belt.last_count_ = calm_count + static_cast<int64_t>(kCalmSeconds * slow * kPitch);
  ASSERT_TRUE(line.Command(item::PackmlCommand::kReset));
  ASSERT_TRUE(line.Command(item::PackmlCommand::kStart));
  const int64_t start = clock.NowNs();
  // What was seen before the belt slowed down may still queue when it does: calm counts from a
  // second later.
  gate.calm_from_ns_ = start + static_cast<int64_t>((kOverloadSeconds + 1) * 1e9);

  SleepUntilNs(start + static_cast<int64_t>(kOverloadSeconds / 3 * 1e9));
  const size_t early_bytes = ResidentBytes();
  SleepUntilNs(start + static_cast<int64_t>(kOverloadSeconds * 1e9));
  const size_t late_bytes = ResidentBytes();
  const int64_t end =
      the_belt.last_count_ + 12 * kPitch + static_cast<int64_t>(0.35 * fast * kPitch);
  SleepUntilNs(std::min(the_belt.TimeOf(end), start + int64_t{60'000'000'000}));

  const item::LineStatus status = line.Status();
  EXPECT_EQ(status.state, item::PackmlState::kExecute) << "overload must not abort the line";
  const std::lock_guard lock(gate.mutex_);
  EXPECT_EQ(gate.told_.size(), status.items);
  for (const auto& [seq, times_told] : gate.told_) {
    ASSERT_EQ(times_told, 1) << "item " << seq;
  }
  using item::RejectReason;
  const auto late = static_cast<size_t>(RejectReason::kLate);
  const auto lost = static_cast<size_t>(RejectReason::kFrameLost);
  const auto unknown = static_cast<size_t>(RejectReason::kUnknown);
  uint64_t fast_items = 0;
  uint64_t calm_items = 0;
  for (uint64_t n : gate.fast_) fast_items += n;
  for (uint64_t n : gate.calm_) calm_items += n;
  EXPECT_GT(gate.fast_[late], fast_items / 3) << "it was no overload";
  EXPECT_EQ(gate.fast_[lost], 0u) << "the frames were on the host or dropped by it";
  EXPECT_EQ(gate.fast_[late] + gate.fast_[unknown], fast_items);
  // When the load drops the codes are read again (none is in the batch: unknown).
  EXPECT_GT(calm_items, 5u);
  EXPECT_EQ(gate.calm_[unknown], calm_items);
  // Nothing may grow with time under overload; 32 MiB are allocator noise.
  EXPECT_LT(late_bytes, early_bytes + (size_t{32} << 20));
  for (const item::QueueStatus& queue : status.queues) EXPECT_EQ(queue.full, 0u) << queue.name;
  for (size_t i = 0; i < gate.fast_.size(); ++i) {
    if (gate.fast_[i] + gate.calm_[i] == 0) continue;
    std::printf("  %-12s fast %6llu calm %6llu\n",
                std::string(Name(static_cast<RejectReason>(i))).c_str(),
                static_cast<unsigned long long>(gate.fast_[i]),
                static_cast<unsigned long long>(gate.calm_[i]));
  }
  std::printf("inspected %.0f/s of %.0f/s; fast: %llu items, %llu late; calm: %llu items\n",
              static_cast<double>(status.frames) / kOverloadSeconds, fast,
              static_cast<unsigned long long>(fast_items),
              static_cast<unsigned long long>(gate.fast_[late]),
              static_cast<unsigned long long>(calm_items));
}

}  // namespace
}  // namespace veriline::line
