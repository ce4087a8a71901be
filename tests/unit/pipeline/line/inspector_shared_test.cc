// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/inspector.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/drawn_symbol.h"

namespace veriline::line {
namespace {

constexpr int kCols = 4, kRows = 3, kPitchPx = 200;

testing::Canvas Sheet(const std::string& text = "CODE ") {
  testing::Canvas canvas(kCols * kPitchPx, kRows * kPitchPx, 210);
  for (int i = 0; i < kCols * kRows; ++i) {
    canvas.Draw(testing::EncodeWithEci(text + std::to_string(100 + i)),
                {.center = {(static_cast<float>(i % kCols) + 0.5f) * kPitchPx,
                            (static_cast<float>(i / kCols) + 0.5f) * kPitchPx},
                 .module_px = 5});
  }
  return canvas;
}

/// Holds calls until it is told to go on.
class Gate {
 public:
  /// False when nobody opened it within a minute.
  bool Pass() {
    std::unique_lock lock(mutex_);
    waiting_ = true;
    changed_.notify_all();
    return changed_.wait_for(lock, kLimit, [this] { return open_; });
  }
  /// False when nobody came to wait within a minute.
  bool AwaitSomeone() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLimit, [this] { return waiting_; });
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  static constexpr std::chrono::seconds kLimit{60};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool waiting_ = false;
  bool open_ = false;
};

/// Reads as any, with something done before and after it.
class Gated final : public decode::CropDecoder {
 public:
  explicit Gated(std::function<void()> before, std::function<void(std::string_view)> after = {})
      : before_(std::move(before)), after_(std::move(after)) {}
  std::optional<Symbol> Zxing(const FrameView& crop, const decode::ZxingOptions& options) override {
    before_();
    auto symbol = in_process_.Zxing(crop, options);
    if (symbol && after_) after_(symbol->text.view());
    return symbol;
  }
  std::optional<Symbol> Dmtx(const FrameView& crop, const decode::DmtxOptions& options) override {
    return in_process_.Dmtx(crop, options);
  }
  Counters counters() const override { return in_process_.counters(); }

 private:
  const std::function<void()> before_;
  const std::function<void(std::string_view)> after_;
  decode::InProcessDecoder in_process_;
};

struct Results {
  void Add(std::unique_ptr<FrameResult> result) {
    const std::lock_guard lock(mutex);
    all.push_back(std::move(result));
  }
  std::mutex mutex;
  std::vector<std::unique_ptr<FrameResult>> all;
};

InspectorConfig TwoWorkers(std::vector<decode::CropDecoder*> decoders) {
  return {.workers = 2,
          .in_flight_frames = 3,
          .symbologies = SymbologySet().Add(Symbology::kDataMatrix),
          .decoders = std::move(decoders)};
}

Frame FrameOf(const testing::Canvas& canvas, uint64_t id) {
  Frame frame;
  frame.pixels = canvas.view();
  frame.stamp.frame_id = id;
  return frame;
}

std::vector<std::string> TextsOf(const FrameResult& result) {
  std::vector<std::string> texts;
  for (const Symbol& symbol : result.symbols) texts.emplace_back(symbol.text.view());
  return texts;
}

// Each decoder waits for the other one to be asked: only with both at work is the frame read.
TEST(Inspector, AFreeWorkerReadsRegionsOfAnothersFrame) {
  const testing::Canvas sheet = Sheet();
  const SteadyClock clock;
  Gate first, second;
  bool met = true;
  Gated one([&] {
    second.Open();
    met = first.Pass() && met;
  });
  Gated other([&] {
    first.Open();
    static_cast<void>(second.Pass());
  });
  Results results;
  Inspector inspector(TwoWorkers({&one, &other}), clock,
                      [&](std::unique_ptr<FrameResult> r) { results.Add(std::move(r)); });
  ASSERT_TRUE(inspector.Inspect(FrameOf(sheet, 1), 0));
  inspector.Drain();
  EXPECT_TRUE(met) << "no other worker came";
  ASSERT_EQ(results.all.size(), 1U);
  EXPECT_EQ(results.all[0]->symbols.size(), static_cast<size_t>(kCols * kRows));

  // And what one worker alone gives is the same, in the same order.
  Results alone;
  InspectorConfig config = TwoWorkers({});
  config.workers = 1;
  Inspector single(config, clock, [&](std::unique_ptr<FrameResult> r) { alone.Add(std::move(r)); });
  ASSERT_TRUE(single.Inspect(FrameOf(sheet, 1), 0));
  single.Drain();
  EXPECT_EQ(TextsOf(*results.all[0]), TextsOf(*alone.all[0]));
}

// A worker that waits for the one that helps it must not read another frame before it has ended its
// own.
TEST(Inspector, AWaitingFrameDoesNotStartAnother) {
  const testing::Canvas first = Sheet("FIRST "), second = Sheet("SECOND ");
  const SteadyClock clock;
  Gate helper, own_begun;
  std::atomic<std::thread::id> own;
  std::atomic<bool> first_done{false}, nested{false};
  const auto after = [&](std::string_view text) {
    const bool is_own = std::this_thread::get_id() == own.load();
    if (text.starts_with("SECOND") && is_own && !first_done) nested = true;
  };
  // The frame's own worker takes the first reader; it goes on once the other is held.
  Gated one(
      [&] {
        if (own.load() == std::thread::id()) own = std::this_thread::get_id();
        static_cast<void>(own_begun.Pass());
      },
      after);
  Gated other(
      [&] {
        own_begun.Open();
        static_cast<void>(helper.Pass());
      },
      after);
  Results results;
  Inspector inspector(TwoWorkers({&one, &other}), clock, [&](std::unique_ptr<FrameResult> r) {
    if (r->stamp.frame_id == 1) first_done = true;
    results.Add(std::move(r));
  });
  ASSERT_TRUE(inspector.Inspect(FrameOf(first, 1), 0));
  ASSERT_TRUE(helper.AwaitSomeone());
  ASSERT_TRUE(inspector.Inspect(FrameOf(second, 2), 0));
  // Time for the mistake; without it nothing happens here.
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  helper.Open();
  inspector.Drain();
  EXPECT_FALSE(nested);
  ASSERT_EQ(results.all.size(), 2U);
  for (const auto& result : results.all) {
    EXPECT_EQ(result->symbols.size(), static_cast<size_t>(kCols * kRows));
  }
}

}  // namespace
}  // namespace veriline::line
