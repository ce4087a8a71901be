// SPDX-License-Identifier: Apache-2.0
// A line whose third-party decoders run elsewhere, and may not be there.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <vector>

#include "pipeline/line/inspector.h"
#include "pipeline/line/line.h"
#include "pipeline/reject/paced_trigger.h"
#include "tests/support/belt.h"
#include "tests/support/drawn_symbol.h"
#include "tests/support/memory_store.h"

namespace veriline::line {
namespace {

/// Decoders that are there, or not.
class Decoders final : public decode::CropDecoder {
 public:
  explicit Decoders(bool there) : there_(there) {}
  std::optional<Symbol> Zxing(const FrameView& crop, const decode::ZxingOptions& options) override {
    return Asked() ? in_process_.Zxing(crop, options) : std::nullopt;
  }
  std::optional<Symbol> Dmtx(const FrameView& crop, const decode::DmtxOptions& options) override {
    return Asked() ? in_process_.Dmtx(crop, options) : std::nullopt;
  }
  Counters counters() const override {
    return {.calls = calls_, .skipped = skipped_, .restarts = there_ ? 1U : 41U};
  }
  bool ready() const override { return there_; }
  bool failing() const override { return !there_; }

 private:
  bool Asked() {
    ++calls_;
    if (!there_) ++skipped_;
    return there_;
  }
  const bool there_;
  decode::InProcessDecoder in_process_;
  std::atomic<uint64_t> calls_{0};
  std::atomic<uint64_t> skipped_{0};
};

/// What a frame with one Data Matrix, of those that third-party decoders read, gives with these
/// decoders, one for each worker.
std::unique_ptr<FrameResult> Inspect(const std::vector<decode::CropDecoder*>& decoders) {
  testing::Canvas picture(400, 300, 210);
  picture.Draw(testing::EncodeWithEci("CODE1"), {.center = {200, 150}, .module_px = 5});
  const SteadyClock clock;
  std::unique_ptr<FrameResult> result;
  Inspector inspector({.workers = static_cast<int>(decoders.size()),
                       .in_flight_frames = 3,
                       .symbologies = SymbologySet().Add(Symbology::kDataMatrix),
                       .decoders = decoders},
                      clock, [&](std::unique_ptr<FrameResult> r) { result = std::move(r); });
  Frame frame;
  frame.pixels = picture.view();
  EXPECT_TRUE(inspector.Inspect(std::move(frame), 0));
  inspector.Drain();
  return result;
}

TEST(InspectorDecoders, AFrameGoesToAReaderWhoseDecodersAreThere) {
  Decoders away(false), there(true);
  const auto result = Inspect({&away, &there});
  ASSERT_EQ(result->symbols.size(), 1U);
  EXPECT_EQ(result->symbols[0].text.view(), "CODE1");
  EXPECT_FALSE(result->rungs_skipped);
  EXPECT_EQ(away.counters().calls, 0U);
  EXPECT_GT(there.counters().calls, 0U);
}

TEST(InspectorDecoders, WithoutDecodersAResultSaysThatRungsWereSkipped) {
  Decoders first(false), second(false);
  const auto result = Inspect({&first, &second});
  EXPECT_TRUE(result->symbols.empty());
  EXPECT_TRUE(result->rungs_skipped);
  EXPECT_FALSE(result->partial) << "it was in time";
}

TEST(LineStatus, TellsOfDecodersAndOfThoseThatKeepDying) {
  Decoders away(false), there(true);
  const auto status_with = [](std::vector<decode::CropDecoder*> decoders) {
    const SteadyClock clock;
    testing::MemoryStore store;
    Line::Parts parts;
    parts.trigger = std::make_unique<reject::PacedTrigger>(reject::PacedTrigger::Config{}, clock);
    parts.registry = &store;
    parts.store = &store;
    parts.clock = &clock;
    parts.decoders = std::move(decoders);
    item::Recipe recipe = testing::PackRecipe();
    recipe.views.clear();  // no camera: nothing runs
    return Line({.line_id = "L1", .recipe = recipe, .batch = "B1"}, std::move(parts)).Status();
  };
  const item::LineStatus none = status_with({});
  EXPECT_EQ(none.decode_workers.count, 0U);
  EXPECT_EQ(none.alarm, "");

  there.Zxing({}, {});
  away.Zxing({}, {});
  away.Zxing({}, {});
  const item::LineStatus good = status_with({&there});
  EXPECT_EQ(good.decode_workers.count, 1U);
  EXPECT_EQ(good.alarm, "");

  const item::LineStatus bad = status_with({&there, &away});
  EXPECT_EQ(bad.decode_workers.count, 2U);
  EXPECT_EQ(bad.decode_workers.calls, 3U);
  EXPECT_EQ(bad.decode_workers.skipped, 2U);
  EXPECT_EQ(bad.decode_workers.restarts, 42U);
  EXPECT_TRUE(bad.decode_workers.failing);
  EXPECT_NE(bad.alarm.find("decode workers keep dying (42 restarts)"), std::string::npos)
      << bad.alarm;
  EXPECT_NE(bad.alarm.find("everything else works"), std::string::npos) << bad.alarm;
}

}  // namespace
}  // namespace veriline::line
