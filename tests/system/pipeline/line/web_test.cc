// SPDX-License-Identifier: Apache-2.0
// A web of labels under a line-scan camera, on a belt that stops, slows down, slips and goes back:
// every label is accepted once, and a strip that is lost costs only labels near it.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

#include "pipeline/line/line.h"
#include "tests/support/drawn_symbol.h"
#include "tests/support/memory_store.h"
#include "vision/camera/line_scan/line_scan_camera.h"
#include "vision/camera/simulated/simulated_camera.h"

namespace veriline::line {
namespace {

// 20 counts are 1 mm, and a line each 0.1 mm. Labels of two lanes, 28 mm long each 30 mm.
constexpr int kRows = 40;
constexpr int kLanes = 2;
constexpr int kWidth = 512;
constexpr int64_t kCountsPerLine = 2;
constexpr int64_t kRepeat = 600;
constexpr int64_t kOffset = 20;
constexpr int64_t kLength = 560;
constexpr int64_t kDistance = 6000;  ///< count 0 → camera
constexpr int64_t kBlock = 1024 * kCountsPerLine;
constexpr std::string_view kRecipe = R"(veriline_recipe: 1
name: web
belt: {counts_per_mm: 20, top_speed_mm_s: 500, lanes: 2}
trigger: {kind: row, source: count, repeat_mm: 30, offset_mm: 1, length_mm: 28}
views:
  - name: top
    camera: cam0
    scan: line
    distance_mm: 300
    field_mm: 102.4
    belt: up
    trigger: hardware
    lanes:
      - {lane: 0, from_ratio: 0, to_ratio: 0.5}
      - {lane: 1, from_ratio: 0.5, to_ratio: 1}
codes:
  - {role: identity, symbologies: [datamatrix]}
decision: {distance_mm: 1000, lead_ms: 20}
confirmation: {kind: none}
)";
constexpr camera::LineScanOptions kScan{
    .block_lines = 1024, .overlap_lines = 128, .counts_per_line = kCountsPerLine};

// The belt moves evenly within a slot, in which the camera takes one strip.
constexpr int64_t kSlotNs = 6'400'000;
constexpr int kStripLines = 32;
constexpr int64_t kSlotCounts = kStripLines * kCountsPerLine;  ///< at full speed
constexpr int64_t kLostAt = 20'000;                            ///< the strip that begins there

std::string TextOf(int row, int lane) {
  return "W" + std::to_string(1000 + row) + "L" + std::to_string(lane);
}

/// How far the belt gets in each slot.
std::vector<int64_t> Motion() {
  std::vector<int64_t> moves;
  int64_t count = 0;
  const auto add = [&](int slots, int64_t counts) {
    moves.insert(moves.end(), static_cast<size_t>(slots), counts);
    count += slots * counts;
  };
  const auto forward_to = [&](int64_t there) {
    while (count < there) add(1, kSlotCounts);
  };
  forward_to(12'000);
  add(40, 0);             // stops
  add(60, -kSlotCounts);  // goes back by almost two blocks
  forward_to(15'000);
  add(60, kSlotCounts / 4);  // slows down
  forward_to(24'000);
  for (int i = 0; i < 20; ++i) {  // slips
    add(1, -kSlotCounts / 2);
    add(1, kSlotCounts / 2);
  }
  add(100, -kSlotCounts);  // goes back by more than three blocks
  // Past the decision point of the last label.
  forward_to(kOffset + kRows * kRepeat + 21'000);
  return moves;
}

class Belt final : public item::TriggerSource {
 public:
  explicit Belt(const Clock& clock) : clock_(clock), moves_(Motion()) {
    at_.push_back(0);
    for (const int64_t move : moves_) at_.push_back(at_.back() + move);
  }
  Checked<void> Start() override {
    start_ns_ = clock_.NowNs();
    return {};
  }
  void Stop() override {}
  bool PollEdge(item::EyeEdge*) override { return false; }
  bool healthy() const override { return true; }
  Traits traits() const override { return {20, 0}; }
  int64_t CountAt(int64_t now_ns) const override {
    const int64_t since_ns = std::max<int64_t>(0, start_ns_ == 0 ? 0 : now_ns - start_ns_);
    const auto slot = static_cast<size_t>(since_ns / kSlotNs);
    if (slot >= moves_.size()) return at_.back();
    return std::llround(CountIn(slot, static_cast<double>(since_ns % kSlotNs) / kSlotNs));
  }
  size_t slots() const { return moves_.size(); }
  int64_t TimeOf(size_t slot) const { return start_ns_ + static_cast<int64_t>(slot) * kSlotNs; }
  double CountIn(size_t slot, double ratio) const {
    return static_cast<double>(at_[slot]) + static_cast<double>(moves_[slot]) * ratio;
  }

 private:
  const Clock& clock_;
  const std::vector<int64_t> moves_;
  std::vector<int64_t> at_;
  std::atomic<int64_t> start_ns_{0};
};

/// The web: labels at their belt positions, a line each kCountsPerLine from position 0.
testing::Canvas DrawWeb() {
  testing::Canvas web(kWidth, (kOffset + kRows * kRepeat) / kCountsPerLine, 215);
  for (int row = 0; row < kRows; ++row) {
    for (int lane = 0; lane < kLanes; ++lane) {
      const auto symbol = testing::EncodeSymbol(Symbology::kDataMatrix, TextOf(row, lane));
      const int64_t middle = kOffset + row * kRepeat + kLength / 2;
      // Not all at the same height, so that borders of blocks cut them everywhere.
      const int shift = 17 * (row + 3 * lane) % 120 - 60;
      web.Draw(symbol, {.center = {static_cast<float>(kWidth / kLanes * lane + 120),
                                   static_cast<float>(middle / kCountsPerLine + shift)},
                        .module_px = 4});
    }
  }
  return web;
}

/// A strip in each slot; one is lost.
class Strips final : public camera::FrameRenderer {
 public:
  Strips(const testing::Canvas& web, const Belt& belt) : web_(web.view()), belt_(belt) {}
  bool Next(camera::Exposure* exposure) override {
    slot_ = next_++;
    if (slot_ == belt_.slots()) return false;
    exposure->exposure_ns = belt_.TimeOf(slot_);
    exposure->last_line_ns = exposure->exposure_ns + kSlotNs / kStripLines * (kStripLines - 1);
    // The strips before it show what was not seen yet.
    const double from = belt_.CountIn(slot_, 0);
    if (!lost_ && from >= kLostAt) {
      exposure->fate = camera::ExposureFate::kLost;
      lost_ = true;
    }
    return true;
  }
  bool Draw(uint8_t* pixels, size_t size_bytes, FrameView* view) override {
    if (size_bytes < size_t{kWidth} * kStripLines) return false;
    for (int y = 0; y < kStripLines; ++y) {
      const double count = belt_.CountIn(slot_, static_cast<double>(y) / kStripLines);
      const auto line = std::lround((count - kDistance) / kCountsPerLine);
      uint8_t* row = pixels + size_t{kWidth} * static_cast<size_t>(y);
      if (line < 0 || line >= web_.height) {
        std::memset(row, 215, kWidth);
      } else {
        std::memcpy(row, web_.Row(static_cast<int>(line)), kWidth);
      }
    }
    *view = {pixels, kWidth, kStripLines, kWidth};
    return true;
  }

 private:
  const FrameView web_;
  const Belt& belt_;
  size_t next_ = 0;
  size_t slot_ = 0;
  bool lost_ = false;
};

/// What the gate hears of the labels; rows behind the web are blank.
class Gate final : public item::ReleaseGateway {
 public:
  using Place = std::pair<int64_t, int>;  ///< row, lane
  void Tell(const item::Verdict& verdict) override {
    const std::lock_guard lock(mutex_);
    const int64_t row = (verdict.from_count - kOffset) / kRepeat;
    if (row < kRows) told_[{row, verdict.lane}].push_back(verdict);
    changed_.notify_all();
  }
  void Beat(const item::Heartbeat&) override {}
  bool WaitForAll(std::chrono::seconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return told_.size() == kRows * kLanes; });
  }
  std::map<Place, std::vector<item::Verdict>> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Place, std::vector<item::Verdict>> told_;
};

TEST(Web, EveryLabelIsAcceptedOnceHoweverTheBeltMoves) {
  const SteadyClock clock;
  const testing::Canvas web = DrawWeb();
  auto recipe = item::ParseRecipe(kRecipe, "web");
  ASSERT_TRUE(recipe) << recipe.error().ToString();
  testing::MemoryStore store;
  for (int row = 0; row < kRows; ++row) {
    for (int lane = 0; lane < kLanes; ++lane) store.AddPlain(TextOf(row, lane), "B");
  }
  Gate gate;
  auto belt = std::make_unique<Belt>(clock);
  Line::Parts parts;
  parts.cameras.push_back(std::make_unique<camera::LineScanCamera>(
      kScan, std::make_unique<camera::SimulatedCamera>(
                 camera::SimulatedOptions{.width_max = kWidth, .height_max = kStripLines},
                 std::make_unique<Strips>(web, *belt))));
  parts.trigger = std::move(belt);
  parts.registry = &store;
  parts.store = &store;
  parts.clock = &clock;
  parts.gateways = {&gate};
  LineConfig config;
  config.line_id = "W1";
  config.batch = "B";
  config.workers = 1;
  config.recipe = *recipe;
  config.max_frame_bytes = size_t{kWidth} * 1024;
  Line line(std::move(config), std::move(parts));
  ASSERT_TRUE(line.Command(item::PackmlCommand::kReset));
  ASSERT_TRUE(line.Command(item::PackmlCommand::kStart));
  ASSERT_TRUE(gate.WaitForAll(std::chrono::seconds(60)));

  // The lost lines, in belt positions, to within a strip.
  constexpr int64_t kLostFrom = kLostAt - kDistance;
  constexpr int64_t kLostTo = kLostFrom + 2 * kSlotCounts;
  int rejected = 0;
  int seen_in_part = 0;
  for (const auto& [place, verdicts] : gate.told()) {
    const auto [row, lane] = place;
    ASSERT_EQ(verdicts.size(), 1u) << TextOf(static_cast<int>(row), lane);
    const item::Verdict& verdict = verdicts[0];
    const bool near =
        verdict.from_count < kLostTo + kBlock && verdict.to_count > kLostFrom - kBlock;
    const bool on_it = verdict.from_count <= kLostFrom && verdict.to_count >= kLostTo;
    seen_in_part += on_it;
    EXPECT_FALSE(on_it && verdict.accepted) << "its label was not seen whole: row " << row;
    if (!verdict.accepted) {
      ++rejected;
      EXPECT_TRUE(near) << "row " << row << " lane " << lane << " " << item::Name(verdict.primary);
      EXPECT_EQ(verdict.primary, item::RejectReason::kFrameLost) << "row " << row;
    }
  }
  EXPECT_EQ(seen_in_part, kLanes);
  const item::LineStatus status = line.Status();
  EXPECT_EQ(status.strays, 0u);
  EXPECT_GE(status.cameras.at(0).counters.incomplete, 1u);
  EXPECT_EQ(status.cameras.at(0).counters.lost, 0u);
  EXPECT_EQ(status.cameras.at(0).counters.overrun, 0u);
  std::printf("%d labels, %d rejected beside the lost strip; %llu blocks\n", kRows * kLanes,
              rejected, static_cast<unsigned long long>(status.frames));
}

}  // namespace
}  // namespace veriline::line
