// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include "tests/support/decode_crops.h"
#include "tools/linesim/packs_renderer.h"
#include "vision/core/clock.h"
#include "vision/decode/frame_reader.h"
#include "vision/decode/worker/decode_workers.h"

namespace veriline::decode::worker {
namespace {

void Print(const char* what, std::vector<int64_t> ns) {
  std::ranges::sort(ns);
  const auto at = [&](double q) {
    return static_cast<double>(ns[static_cast<size_t>(q * static_cast<double>(ns.size() - 1))]) /
           1e3;
  };
  std::printf("%-34s p50 %7.1f  p99 %7.1f  p99.9 %7.1f  max %8.1f us\n", what, at(0.5), at(0.99),
              at(0.999), at(1));
}

template <class Job>
std::vector<int64_t> Time(int times, const Job& job) {
  const SteadyClock clock;
  std::vector<int64_t> ns;
  for (int i = 0; i < times; ++i) {
    const int64_t start = clock.NowNs();
    job();
    ns.push_back(clock.NowNs() - start);
  }
  return ns;
}

// What the way to another process adds to a call. Printed, not judged: it is the machine's.
TEST(DecodeWorkers, RoundTrip) {
  const SteadyClock clock;
  auto workers = DecodeWorkers::Start(testing::FaultyWorkers(1), clock);
  ASSERT_TRUE(workers) << workers.error().ToString();
  WorkerDecoder& away = (*workers)->decoder(0);
  InProcessDecoder here;
  Print("empty job", Time(50'000, [&] { ASSERT_TRUE(away.Ping()); }));

  const testing::Canvas crop =
      testing::DrawCrop(Symbology::kDataMatrix, "[01]09501101530003[21]ABC123", true);
  const ZxingOptions zxing{.group = ZxingGroup::kDataMatrix};
  Print("ZXing, Data Matrix, here",
        Time(5'000, [&] { ASSERT_TRUE(here.Zxing(crop.view(), zxing)); }));
  Print("ZXing, Data Matrix, worker",
        Time(5'000, [&] { ASSERT_TRUE(away.Zxing(crop.view(), zxing)); }));
  const testing::Canvas large(1600, 1000, 128);
  const ZxingOptions none{.group = ZxingGroup::kDataMatrix};
  Print("ZXing, 1.6 Mpx of grey, here", Time(200, [&] { here.Zxing(large.view(), none); }));
  Print("ZXing, 1.6 Mpx of grey, worker", Time(200, [&] { away.Zxing(large.view(), none); }));
  const CropDecoder::Counters counters = away.counters();
  EXPECT_EQ(counters.skipped, 0U);
  EXPECT_EQ(counters.restarts, 0U);
}

// Whole pictures of packs, as the line reads them: the same is read, and what it takes.
TEST(DecodeWorkers, Frames) {
  constexpr uint64_t kFrames = 150;
  linesim::WorldConfig config;
  config.items = kFrames;
  const linesim::World world(config);
  linesim::PacksRenderer renderer(world, linesim::RenderMode::kPooled);
  const SteadyClock clock;
  auto workers = DecodeWorkers::Start(testing::FaultyWorkers(1), clock);
  ASSERT_TRUE(workers) << workers.error().ToString();
  FrameReader here(clock);
  FrameReader away(clock, (*workers)->decoder(0));
  std::vector<uint8_t> pixels(linesim::kPictureWidth * linesim::kPictureHeight);
  const FrameView view{pixels.data(), linesim::kPictureWidth, linesim::kPictureHeight,
                       linesim::kPictureWidth};
  for (const bool all : {false, true}) {
    ReadOptions options;
    if (!all) options.symbologies = SymbologySet().Add(Symbology::kDataMatrix);
    std::vector<int64_t> here_ns, away_ns;
    const uint64_t calls = (*workers)->decoder(0).counters().calls;
    for (uint64_t item = 0; item < kFrames; ++item) {
      renderer.Render(item, pixels.data(), linesim::kPictureWidth);
      const int64_t start = clock.NowNs();
      const ReadOutcome a = here.Read(view, options);
      const int64_t between = clock.NowNs();
      const ReadOutcome b = away.Read(view, options);
      here_ns.push_back(between - start);
      away_ns.push_back(clock.NowNs() - between);
      ASSERT_EQ(a.symbols.size(), b.symbols.size()) << item;
      for (size_t i = 0; i < a.symbols.size(); ++i) {
        EXPECT_EQ(a.symbols[i].payload, b.symbols[i].payload) << item;
      }
    }
    std::printf("%s, %.1f calls a frame\n", all ? "all symbologies" : "Data Matrix alone",
                static_cast<double>((*workers)->decoder(0).counters().calls - calls) / kFrames);
    Print("  pack, decoders here", here_ns);
    Print("  pack, decoders in a worker", away_ns);
  }
  EXPECT_EQ((*workers)->decoder(0).counters().skipped, 0U);
}

}  // namespace
}  // namespace veriline::decode::worker
