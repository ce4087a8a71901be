// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "tests/support/camera_fakes.h"
#include "vision/camera/line_scan/strip_assembler.h"
#include "vision/core/clock.h"
#include "vision/core/frame.h"
#include "vision/core/frame_pool.h"

namespace veriline::camera {

/// A long web whose every pixel follows from belt position and column, so that a line tells where
/// on the belt it was taken and whether each of its bytes is right.
class WebModel {
 public:
  static constexpr int kWidth = 24;
  /// Positions of lines are told apart down to 1/256 count.
  static constexpr double kStepsPerCount = 256;

  static void Draw(double position_counts, uint8_t* row, int width = kWidth) {
    const int64_t key = std::llround(position_counts * kStepsPerCount);
    std::memcpy(row, &key, sizeof key);
    uint64_t state = static_cast<uint64_t>(key);
    for (int x = sizeof key; x < width; ++x) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      row[x] = static_cast<uint8_t>(state >> 56 | 1);  // no line is black
    }
  }
  /// The belt position of a line; nothing when a byte of it is not the web's.
  static std::optional<double> PositionOf(const uint8_t* row) {
    int64_t key = 0;
    std::memcpy(&key, row, sizeof key);
    const double position = static_cast<double>(key) / kStepsPerCount;
    uint8_t expected[kWidth];
    Draw(position, expected);
    if (std::memcmp(row, expected, kWidth) != 0) return {};
    return position;
  }
  static bool IsBlack(const uint8_t* row) {
    for (int x = 0; x < kWidth; ++x) {
      if (row[x] != 0) return false;
    }
    return true;
  }
};

/// A strip as a camera with an encoder delivers it: its lines lie evenly from count to count_end.
struct Strip {
  int64_t count = 0;
  int64_t count_end = 0;
  int lines = 1;
  FrameStatus status = FrameStatus::kComplete;

  double PositionOf(int line) const {
    const auto first = static_cast<double>(count);
    if (lines == 1) return first;
    return first + (static_cast<double>(count_end) - first) * line / (lines - 1);
  }
};

/// An assembler with all that it needs, driven strip by strip.
class AssemblerRig {
 public:
  static constexpr int64_t kStripNs = 1000;  ///< from strip to strip

  explicit AssemblerRig(const LineScanOptions& options, size_t buffers = 64)
      : options_(options),
        pool_(buffers, static_cast<size_t>(options.block_lines) * WebModel::kWidth),
        assembler_(options) {
    sink.keep_frames = true;
    Start();
  }
  void Start() {
    assembler_.Start(
        {.camera_index = 3, .pool = &pool_, .sink = &sink, .clock = &clock, .encoder = &encoder_});
  }
  void Feed(const Strip& strip) {
    clock.Advance(kStripNs);
    pixels_.resize(static_cast<size_t>(strip.lines) * WebModel::kWidth);
    for (int y = 0; y < strip.lines; ++y) {
      WebModel::Draw(strip.PositionOf(y), pixels_.data() + y * WebModel::kWidth);
    }
    Frame frame;
    frame.stamp = {.exposure_ns = clock.NowNs() - kStripNs,
                   .encoder_count = strip.count,
                   .encoder_count_end = strip.count_end,
                   .status = strip.status};
    if (strip.status != FrameStatus::kBroken) {
      frame.pixels = {pixels_.data(), WebModel::kWidth, strip.lines, WebModel::kWidth};
    }
    assembler_.OnFrame(std::move(frame));
  }
  /// `lines` lines from `count` on, one each `step` counts; returns the count behind them.
  int64_t Forward(int64_t count, int lines, int64_t step) {
    Feed({count, count + (lines - 1) * step, lines});
    return count + lines * step;
  }

  const LineScanOptions& options() const { return options_; }
  FramePool& pool() { return pool_; }
  StripAssembler& assembler() { return assembler_; }

  ManualClock clock{1'000'000};

 private:
  const LineScanOptions options_;
  const StraightEncoder encoder_;
  FramePool pool_;

 public:
  RecordingSink sink;  ///< its frames lie in the pool

 private:
  StripAssembler assembler_;
  std::vector<uint8_t> pixels_;
};

}  // namespace veriline::camera
