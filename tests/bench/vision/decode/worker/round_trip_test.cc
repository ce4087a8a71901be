// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include "tests/support/decode_crops.h"
#include "vision/core/clock.h"
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

}  // namespace
}  // namespace veriline::decode::worker
