// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/line_scan/strip_assembler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "tests/support/camera_fakes.h"

namespace veriline::camera {
namespace {

constexpr int kWidth = 8192;
constexpr int kStripLines = 64;
constexpr int kRounds = 400;
constexpr double kNeededLinesPerS = 200'000;

/// Gives blocks back at once.
class NoSink final : public FrameSink {
 public:
  void OnFrame(Frame&&) override { ++blocks; }
  void OnOverrun(const FrameStamp&) override {}
  int blocks = 0;
};

double Seconds(const std::chrono::steady_clock::duration& d) {
  return std::chrono::duration<double>(d).count();
}

// Lines of 8192 px on one core: in blocks of the usual size at the usual overlap, at the camera's
// own density and at twice and half of it, beside a plain copy of the same bytes.
TEST(StripAssemblerBench, LinesPerSecond) {
  const std::vector<uint8_t> strip_pixels(size_t{kWidth} * kStripLines, 77);
  const SteadyClock clock;
  const StraightEncoder encoder;
  const LineScanOptions options{.counts_per_line = 4};
  FramePool pool(4, size_t{kWidth} * static_cast<size_t>(options.block_lines));
  {  // memory that was never touched would be measured with its page faults
    std::vector<FrameLease> all;
    while (FrameLease lease = pool.Acquire()) all.push_back(std::move(lease));
    for (const FrameLease& lease : all) std::memset(lease.data(), 1, lease.size_bytes());
  }

  double slowest = 0;
  for (const int64_t step : {4, 2, 8}) {
    StripAssembler assembler(options);
    NoSink sink;
    assembler.Start({.pool = &pool, .sink = &sink, .clock = &clock, .encoder = &encoder});
    int64_t count = 0;
    std::vector<double> seconds;
    for (int i = 0; i < kRounds; ++i) {
      Frame strip;
      strip.stamp = {.encoder_count = count, .encoder_count_end = count + (kStripLines - 1) * step};
      strip.pixels = {strip_pixels.data(), kWidth, kStripLines, kWidth};
      count += kStripLines * step;
      const auto before = std::chrono::steady_clock::now();
      assembler.OnFrame(std::move(strip));
      seconds.push_back(Seconds(std::chrono::steady_clock::now() - before));
    }
    EXPECT_GT(sink.blocks, 0);
    std::sort(seconds.begin(), seconds.end());
    double total = 0;
    for (const double s : seconds) total += s;
    const double lines_per_s = kRounds * kStripLines / total;
    std::printf(
        "counts per strip line %lld of 4: %7.0f klines/s in, %7.0f klines/s out; a strip of "
        "%d lines p50 %.0f us, p99 %.0f us, max %.0f us\n",
        static_cast<long long>(step), lines_per_s / 1000,
        lines_per_s * static_cast<double>(step) / 4000, kStripLines,
        1e6 * seconds[seconds.size() / 2], 1e6 * seconds[seconds.size() * 99 / 100],
        1e6 * seconds.back());
    slowest = slowest == 0 ? lines_per_s : std::min(slowest, lines_per_s);
  }

  std::vector<uint8_t> copy(size_t{kWidth} * 2048 * 4, 1);
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) {
    const size_t at = (static_cast<size_t>(i) * strip_pixels.size()) % copy.size();
    std::memcpy(copy.data() + at, strip_pixels.data(), strip_pixels.size());
  }
  std::printf("memcpy of the same strips: %.0f klines/s\n",
              kRounds * kStripLines / Seconds(std::chrono::steady_clock::now() - before) / 1000);
  EXPECT_GE(slowest, kNeededLinesPerS);
}

}  // namespace
}  // namespace veriline::camera
