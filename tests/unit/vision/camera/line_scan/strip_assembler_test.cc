// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/line_scan/strip_assembler.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/allocation_counter.h"
#include "tests/support/web_model.h"

namespace veriline::camera {
namespace {

// Blocks of 10 lines that begin each 8 lines, a line each 4 counts.
constexpr int64_t kStep = 4;
constexpr LineScanOptions kOptions{
    .block_lines = 10, .overlap_lines = 2, .counts_per_line = kStep, .max_gap_lines = 2};
constexpr int kPitch = 8;
constexpr int64_t kOrigin = 5000;

/// The belt position that line y of a block must show.
double Due(const Frame& block, int y, const LineScanOptions& options = kOptions) {
  const auto line = (static_cast<int64_t>(block.stamp.frame_id) - 1) *
                        (options.block_lines - options.overlap_lines) +
                    y;
  return kOrigin + static_cast<double>(line) * options.counts_per_line;
}

/// Lines of the block that do not show their position to within `tolerance` counts, as "0 1 7";
/// "-" before a line that is black.
std::string WrongLines(const Frame& block, double tolerance = 0,
                       const LineScanOptions& options = kOptions) {
  std::string wrong;
  for (int y = 0; y < block.pixels.height; ++y) {
    const auto position = WebModel::PositionOf(block.pixels.Row(y));
    if (position && std::abs(*position - Due(block, y, options)) <= tolerance) continue;
    if (!wrong.empty()) wrong += ' ';
    if (WebModel::IsBlack(block.pixels.Row(y))) wrong += '-';
    wrong += std::to_string(y);
  }
  return wrong;
}

TEST(StripAssembler, AWebBecomesOverlappingBlocks) {
  AssemblerRig rig(kOptions);
  int64_t count = kOrigin;
  for (const int lines : {1, 6, 2, 20, 3, 2}) count = rig.Forward(count, lines, kStep);  // 34 lines
  ASSERT_EQ(rig.sink.frames.size(), 4u);
  for (size_t k = 0; k < 4; ++k) {
    const Frame& block = rig.sink.frames[k];
    EXPECT_EQ(block.stamp.camera, 3u);
    EXPECT_EQ(block.stamp.frame_id, k + 1);
    EXPECT_EQ(block.stamp.status, FrameStatus::kComplete);
    EXPECT_EQ(block.pixels.width, WebModel::kWidth);
    EXPECT_EQ(block.pixels.height, 10);
    EXPECT_EQ(WrongLines(block), "");
    // The centre lies between the lines 4 and 5 of the block.
    const auto start = kOrigin + static_cast<int64_t>(k) * kPitch * kStep;
    EXPECT_EQ(block.stamp.encoder_count, start + 18);
    EXPECT_EQ(block.stamp.encoder_count_end, start + 9 * kStep);
  }
  EXPECT_EQ(rig.assembler().counters().delivered, 4u);
  EXPECT_EQ(rig.assembler().counters().lost, 0u);
}

TEST(StripAssembler, ABlockIsExposedWithItsMiddleLineAndArrivesWhenItIsFull) {
  AssemblerRig rig(kOptions);
  const int64_t start_ns = rig.clock.NowNs();
  int64_t count = kOrigin;
  for (int i = 0; i < 9; ++i) count = rig.Forward(count, 2, kStep);
  ASSERT_EQ(rig.sink.frames.size(), 2u);
  // Line 5 comes with the third strip, line 8 + 5 with the seventh.
  EXPECT_EQ(rig.sink.stamps[0].exposure_ns, start_ns + 2 * AssemblerRig::kStripNs);
  EXPECT_EQ(rig.sink.stamps[0].arrival_ns, start_ns + 5 * AssemblerRig::kStripNs);
  EXPECT_EQ(rig.sink.stamps[1].exposure_ns, start_ns + 6 * AssemblerRig::kStripNs);
  EXPECT_EQ(rig.sink.stamps[1].arrival_ns, start_ns + 9 * AssemblerRig::kStripNs);
}

TEST(StripAssembler, AStandingBeltAddsNothing) {
  AssemblerRig rig(kOptions);
  int64_t count = rig.Forward(kOrigin, 7, kStep);
  for (int i = 0; i < 50; ++i) rig.Feed({count, count, 8});  // the next line, again and again
  rig.Forward(count, 27, kStep);
  ASSERT_EQ(rig.sink.frames.size(), 4u);
  for (const Frame& block : rig.sink.frames) EXPECT_EQ(WrongLines(block), "");
}

TEST(StripAssembler, WhatTheBeltShowsAgainAfterAReversalIsShownOnce) {
  AssemblerRig rig(kOptions);
  rig.Forward(kOrigin, 40, kStep);  // lines 0 … 39
  ASSERT_EQ(rig.sink.frames.size(), 4u);
  int64_t count = kOrigin + 39 * kStep;
  rig.Feed({count, count - 29 * kStep, 30});  // three blocks back, beyond the start, and forward
  rig.Feed({count - 29 * kStep, kOrigin - 10 * kStep, 30});
  EXPECT_EQ(rig.sink.frames.size(), 4u);
  rig.Forward(kOrigin - 10 * kStep, 60, kStep);  // up to line 49
  ASSERT_EQ(rig.sink.frames.size(), 6u);
  for (const Frame& block : rig.sink.frames) {
    EXPECT_EQ(block.stamp.status, FrameStatus::kComplete);
    EXPECT_EQ(WrongLines(block), "");
  }
}

TEST(StripAssembler, AnEncoderThatTremblesRepeatsNothing) {
  AssemblerRig rig(kOptions);
  int64_t count = rig.Forward(kOrigin, 8, kStep);
  for (int i = 0; i < 20; ++i) {
    rig.Feed({count - kStep, count - 4 * kStep, 4});
    rig.Feed({count - 4 * kStep, count - kStep, 4});
  }
  rig.Forward(count, 10, kStep);
  ASSERT_EQ(rig.sink.frames.size(), 2u);
  for (const Frame& block : rig.sink.frames) EXPECT_EQ(WrongLines(block), "");
}

TEST(StripAssembler, AStripThatRunsBackwardIsTakenAtItsPlace) {
  AssemblerRig rig(kOptions);
  rig.Feed({kOrigin + 9 * kStep, kOrigin, 10});
  ASSERT_EQ(rig.sink.frames.size(), 1u);
  EXPECT_EQ(WrongLines(rig.sink.frames[0]), "");
}

TEST(StripAssembler, LostStripsMakeTheirBlocksIncomplete) {
  AssemblerRig rig(kOptions);
  int64_t count = rig.Forward(kOrigin, 12, kStep);
  count += 5 * kStep;             // lines 12 … 16 are lost: of blocks 2 (8 … 17), 3 (16 … 25)
  rig.Forward(count, 24, kStep);  // up to line 40
  ASSERT_EQ(rig.sink.frames.size(), 4u);
  EXPECT_EQ(rig.sink.stamps[0].status, FrameStatus::kComplete);
  EXPECT_EQ(WrongLines(rig.sink.frames[0]), "");
  EXPECT_EQ(rig.sink.stamps[1].status, FrameStatus::kIncomplete);
  EXPECT_EQ(WrongLines(rig.sink.frames[1]), "-4 -5 -6 -7 -8");
  EXPECT_EQ(rig.sink.stamps[2].status, FrameStatus::kIncomplete);
  EXPECT_EQ(WrongLines(rig.sink.frames[2]), "-0");
  EXPECT_EQ(rig.sink.stamps[3].status, FrameStatus::kComplete);
  EXPECT_EQ(WrongLines(rig.sink.frames[3]), "");
  EXPECT_EQ(rig.assembler().counters().incomplete, 2u);
  EXPECT_EQ(rig.assembler().counters().lost, 0u);
}

TEST(StripAssembler, ABlockOfWhichNothingWasSeenIsLost) {
  AssemblerRig rig(kOptions);
  int64_t count = rig.Forward(kOrigin, 12, kStep);
  count += 1000 * kPitch * kStep;  // up to line 8011; blocks 1000 (from 8000) and 1001 see its end
  rig.Forward(count, 14, kStep);
  ASSERT_EQ(rig.sink.frames.size(), 4u);
  EXPECT_EQ(rig.sink.stamps[1].frame_id, 2u);
  EXPECT_EQ(rig.sink.stamps[1].status, FrameStatus::kIncomplete);
  EXPECT_EQ(rig.sink.stamps[2].frame_id, 1002u);
  EXPECT_EQ(rig.sink.stamps[2].status, FrameStatus::kIncomplete);
  EXPECT_EQ(WrongLines(rig.sink.frames[2]), "-0 -1 -2 -3");
  EXPECT_EQ(rig.sink.stamps[3].frame_id, 1003u);
  EXPECT_EQ(rig.sink.stamps[3].status, FrameStatus::kComplete);
  EXPECT_EQ(WrongLines(rig.sink.frames[3]), "");
  EXPECT_EQ(rig.assembler().counters().lost, 999u);
}

TEST(StripAssembler, ADamagedStripIsShownAndNotTrusted) {
  AssemblerRig rig(kOptions);
  int64_t count = rig.Forward(kOrigin, 11, kStep);
  rig.Feed({count, count + 2 * kStep, 3, FrameStatus::kIncomplete});  // lines 11, 12, 13
  rig.Forward(count + 3 * kStep, 14, kStep);
  ASSERT_EQ(rig.sink.frames.size(), 3u);
  EXPECT_EQ(rig.sink.stamps[0].status, FrameStatus::kComplete);
  EXPECT_EQ(rig.sink.stamps[1].status, FrameStatus::kIncomplete);
  EXPECT_EQ(rig.sink.stamps[2].status, FrameStatus::kComplete);
  EXPECT_EQ(WrongLines(rig.sink.frames[1]), "");
}

TEST(StripAssembler, AStripWithoutPixelsIsMissing) {
  AssemblerRig rig(kOptions);
  int64_t count = rig.Forward(kOrigin, 12, kStep);
  rig.Feed({count, count + 3 * kStep, 4, FrameStatus::kBroken});
  rig.Forward(count + 4 * kStep, 4, kStep);
  ASSERT_EQ(rig.sink.frames.size(), 2u);
  EXPECT_EQ(WrongLines(rig.sink.frames[1]), "-4 -5 -6 -7");
}

TEST(StripAssembler, AStripOfAnotherWidthIsMissing) {
  AssemblerRig rig(kOptions);
  int64_t count = rig.Forward(kOrigin, 12, kStep);
  const std::vector<uint8_t> narrow(4, 1);
  Frame strip;
  strip.stamp = {.encoder_count = count, .encoder_count_end = count + 3 * kStep};
  strip.pixels = {narrow.data(), 1, 4, 1};
  rig.assembler().OnFrame(std::move(strip));
  rig.Forward(count + 4 * kStep, 4, kStep);
  ASSERT_EQ(rig.sink.frames.size(), 2u);
  EXPECT_EQ(WrongLines(rig.sink.frames[1]), "-4 -5 -6 -7");
}

TEST(StripAssembler, AGapThatIsAllowedIsFilledWithItsNeighbour) {
  AssemblerRig rig(kOptions);
  int64_t count = rig.Forward(kOrigin, 4, kStep);
  rig.Forward(count + 2 * kStep, 4, kStep);
  ASSERT_EQ(rig.sink.frames.size(), 1u);
  EXPECT_EQ(rig.sink.stamps[0].status, FrameStatus::kComplete);
  EXPECT_EQ(WrongLines(rig.sink.frames[0]), "4 5");
  EXPECT_EQ(WrongLines(rig.sink.frames[0], 2 * kStep), "");
}

TEST(StripAssembler, ABeltFasterThanTheCameraLeavesNothingToTrust) {
  AssemblerRig rig(kOptions);
  const int64_t count = rig.Forward(kOrigin, 4, kStep);
  rig.Feed({count, count + 3 * 4 * kStep, 4});  // lines 4, 8, 12, 16: three between are not seen
  rig.Forward(count + 13 * kStep, 17, kStep);
  ASSERT_EQ(rig.sink.frames.size(), 4u);
  EXPECT_EQ(rig.sink.stamps[0].status, FrameStatus::kIncomplete);
  EXPECT_EQ(WrongLines(rig.sink.frames[0]), "-4 -5 -6 -7 -8 -9");
  EXPECT_EQ(rig.sink.stamps[1].status, FrameStatus::kIncomplete);
  EXPECT_EQ(WrongLines(rig.sink.frames[1]), "-0 -1 -2 -3 -4 -5 -6 -7 -8");
  EXPECT_EQ(rig.sink.stamps[2].status, FrameStatus::kIncomplete);
  EXPECT_EQ(WrongLines(rig.sink.frames[2]), "-0");
  EXPECT_EQ(rig.sink.stamps[3].status, FrameStatus::kComplete);
}

TEST(StripAssembler, PixelsAreSquareWhateverTheLinesPerCount) {
  for (const int64_t step : {2, 8}) {  // twice and half as many lines as the blocks want
    AssemblerRig rig(kOptions);
    int64_t count = kOrigin;
    for (int i = 0; i < 30; ++i) count = rig.Forward(count, 1 + i % 7, step);
    ASSERT_GE(rig.sink.frames.size(), 4u);
    for (const Frame& block : rig.sink.frames) {
      EXPECT_EQ(block.stamp.status, FrameStatus::kComplete);
      EXPECT_EQ(WrongLines(block, static_cast<double>(std::max(step, kStep)) / 2), "");
    }
  }
}

TEST(StripAssembler, LinesNeedNotLieOnWholeCounts) {
  LineScanOptions options = kOptions;
  options.counts_per_line = 3.7;
  AssemblerRig rig(options);
  int64_t count = kOrigin;
  for (int i = 0; i < 30; ++i) count = rig.Forward(count, 9, 3);
  ASSERT_GE(rig.sink.frames.size(), 20u);
  for (const Frame& block : rig.sink.frames) {
    EXPECT_EQ(block.stamp.status, FrameStatus::kComplete);
    EXPECT_EQ(WrongLines(block, 3.7 / 2, options), "");
  }
  EXPECT_EQ(rig.sink.stamps[10].encoder_count, kOrigin + std::llround(84.5 * 3.7));
}

TEST(StripAssembler, ACameraThatDoesNotSayWhereItsStripsEndExposesByTheCount) {
  LineScanOptions options = kOptions;
  options.counts_per_strip_line = kStep;
  AssemblerRig rig(options);
  std::vector<uint8_t> pixels(26 * WebModel::kWidth);
  for (int y = 0; y < 26; ++y) {
    WebModel::Draw(static_cast<double>(kOrigin + y * kStep), &pixels[y * WebModel::kWidth]);
  }
  Frame strip;
  strip.stamp = {.encoder_count = kOrigin, .encoder_count_end = kOrigin};
  strip.pixels = {pixels.data(), WebModel::kWidth, 26, WebModel::kWidth};
  rig.assembler().OnFrame(std::move(strip));
  ASSERT_EQ(rig.sink.frames.size(), 3u);
  for (const Frame& block : rig.sink.frames) EXPECT_EQ(WrongLines(block), "");
}

TEST(StripAssembler, AnOverrunIsToldAndTheNextBlockIsWhole) {
  AssemblerRig rig(kOptions, 2);
  int64_t count = rig.Forward(kOrigin, 20, kStep);  // 1 and 2 are out, 3 has begun without
  ASSERT_EQ(rig.sink.frames.size(), 2u);
  rig.sink.DropFrames();
  count = rig.Forward(count, 14, kStep);  // up to line 33: 3 (16 … 25) and 4 (24 … 33) are full
  ASSERT_EQ(rig.sink.overruns.size(), 1u);
  const FrameStamp& overrun = rig.sink.overruns[0];
  EXPECT_EQ(overrun.frame_id, 3u);
  EXPECT_EQ(overrun.encoder_count, kOrigin + 16 * kStep + 18);
  EXPECT_GT(overrun.exposure_ns, rig.sink.stamps[1].exposure_ns);
  ASSERT_EQ(rig.sink.frames.size(), 1u);
  EXPECT_EQ(rig.sink.frames[0].stamp.frame_id, 4u);
  EXPECT_EQ(WrongLines(rig.sink.frames[0]), "");
  const CameraCounters counters = rig.assembler().counters();
  EXPECT_EQ(counters.delivered, 3u);
  EXPECT_EQ(counters.overrun, 1u);
}

TEST(StripAssembler, ABlockThatFitsNoBufferIsBroken) {
  AssemblerRig rig(kOptions);
  const std::vector<uint8_t> wide((WebModel::kWidth + 1) * 18, 1);
  Frame strip;
  strip.stamp = {.encoder_count = kOrigin, .encoder_count_end = kOrigin + 17 * kStep};
  strip.pixels = {wide.data(), WebModel::kWidth + 1, 18, WebModel::kWidth + 1};
  rig.assembler().OnFrame(std::move(strip));
  ASSERT_EQ(rig.sink.stamps.size(), 2u);
  EXPECT_EQ(rig.sink.stamps[0].status, FrameStatus::kBroken);
  EXPECT_TRUE(rig.sink.frames[0].pixels.Empty());
  EXPECT_EQ(rig.sink.stamps[0].encoder_count, kOrigin + 18);
  EXPECT_EQ(rig.assembler().counters().incomplete, 2u);
}

TEST(StripAssembler, TheLastBlockComesIncompleteWhenTheSourceEnds) {
  AssemblerRig rig(kOptions);
  rig.Forward(kOrigin, 13, kStep);
  rig.assembler().OnEnd();
  EXPECT_EQ(rig.sink.ends, 1);
  ASSERT_EQ(rig.sink.frames.size(), 2u);
  EXPECT_EQ(rig.sink.stamps[1].status, FrameStatus::kIncomplete);
  EXPECT_EQ(WrongLines(rig.sink.frames[1]), "-5 -6 -7 -8 -9");
  rig.sink.DropFrames();
  EXPECT_EQ(rig.pool().free_count(), rig.pool().count());
}

TEST(StripAssembler, WhatWasShownIsNotShownAgainWhenTheSourceEnds) {
  AssemblerRig rig(kOptions);
  rig.Forward(kOrigin, 10, kStep);  // block 2 has its overlap and no more
  rig.assembler().OnEnd();
  EXPECT_EQ(rig.sink.frames.size(), 1u);
  rig.sink.DropFrames();
  EXPECT_EQ(rig.pool().free_count(), rig.pool().count());
}

TEST(StripAssembler, SamplesOfTheEncoderPassThrough) {
  class SampleSink final : public FrameSink {
   public:
    void OnFrame(Frame&&) override {}
    void OnOverrun(const FrameStamp&) override {}
    void OnLineSample(const LineSample& sample) override { counts.push_back(sample.encoder_count); }
    std::vector<int64_t> counts;
  } sink;
  AssemblerRig rig(kOptions);
  rig.assembler().Start({.pool = &rig.pool(), .sink = &sink, .clock = &rig.clock});
  rig.assembler().OnLineSample({.encoder_count = 7});
  EXPECT_EQ(sink.counts, std::vector<int64_t>{7});
}

TEST(StripAssembler, AStartBeginsAnew) {
  AssemblerRig rig(kOptions);
  rig.Forward(kOrigin + 100'000, 15, kStep);
  rig.Start();
  EXPECT_EQ(rig.pool().free_count(), rig.pool().count() - 1) << "what was begun is given up";
  rig.sink.DropFrames();
  rig.sink.stamps.clear();
  rig.Forward(kOrigin, 10, kStep);  // far behind what was reached before
  ASSERT_EQ(rig.sink.frames.size(), 1u);
  EXPECT_EQ(rig.sink.stamps[0].frame_id, 1u);
  EXPECT_EQ(WrongLines(rig.sink.frames[0]), "");
}

TEST(StripAssembler, NonsenseCountsCostNothing) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kFar = int64_t{1} << 50;
  constexpr int64_t kCounts[] = {kMin, kMin / 2, -kFar, 0, kOrigin + 80, kFar, kMax / 2, kMax};
  for (const int64_t from : kCounts) {
    for (const int64_t to : kCounts) {
      for (const bool first : {false, true}) {
        AssemblerRig rig(kOptions);
        if (!first) rig.Forward(kOrigin, 15, kStep);
        rig.Feed({from, to, 8});
        rig.Feed({to, from, 1});
        rig.Forward(kOrigin + 15 * kStep, 15, kStep);
        EXPECT_LE(rig.sink.frames.size(), 8u);
      }
    }
  }
}

TEST(StripAssembler, NothingIsAllocatedForALine) {
  AssemblerRig rig(kOptions);
  rig.sink.keep_frames = false;
  rig.sink.stamps.reserve(10'000);
  int64_t count = rig.Forward(kOrigin, 100, kStep);
  const size_t blocks = rig.sink.calls();
  const size_t before = AllocationsOfThisThread();
  for (int i = 0; i < 20; ++i) {
    count = rig.Forward(count, 100, kStep);
    rig.Feed({count, count - 50 * kStep, 51});
    count += i % 5 == 0 ? 40 * kStep : 0;
  }
  EXPECT_EQ(AllocationsOfThisThread(), before);
  EXPECT_GT(rig.sink.calls(), blocks + 200);
  EXPECT_GT(rig.assembler().counters().incomplete, 0u);
}

}  // namespace
}  // namespace veriline::camera
