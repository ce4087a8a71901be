// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/support/camera_fakes.h"
#include "tests/support/drawn_symbol.h"
#include "vision/camera/line_scan/strip_assembler.h"
#include "vision/decode/frame_reader.h"

namespace veriline::camera {
namespace {

using testing::Canvas;
using testing::EncodeSymbol;

// A web of 3000 lines, a line each 5 counts, in blocks of 300 with 80 in common. A code is 16
// modules of 4 px high: 64 lines. Each 72 lines begins another one, so that some are cut by every
// border.
constexpr int kWidth = 256;
constexpr int kLines = 3000;
constexpr int64_t kStep = 5;
constexpr int64_t kOrigin = 123'456;
constexpr LineScanOptions kOptions{
    .block_lines = 300, .overlap_lines = 80, .counts_per_line = kStep};
constexpr int kCodePitch = 72;
constexpr float kModulePx = 4;
/// What a reader may be off the centre of a code, in lines.
constexpr double kPlaceTolerance = 1.5;

std::string TextOf(int code) { return "WEB" + std::to_string(1000 + code); }

/// The web, and the lines of its codes' centres.
struct Web {
  Canvas canvas{kWidth, kLines, 210};
  std::map<std::string, float> centres;

  Web() {
    for (int i = 0; kCodePitch * i + 100 < kLines; ++i) {
      const auto modules = EncodeSymbol(Symbology::kDataMatrix, TextOf(i));
      EXPECT_LE(modules.height() * kModulePx, 64);
      const float centre = 40.0f + static_cast<float>(kCodePitch * i);
      canvas.Draw(modules, {.center = {60.0f + static_cast<float>(37 * i % 130), centre},
                            .module_px = kModulePx});
      centres[TextOf(i)] = centre;
    }
  }
};

/// Shows lines [from, to) of the web to the assembler, forward or backward; beyond its ends it is
/// blank.
void Show(StripAssembler& assembler, const Web& web, int from, int to, bool backward = false) {
  std::vector<uint8_t> pixels;
  for (int line = from; line < to; ++line) {
    const int y = std::clamp(backward ? to - 1 - (line - from) : line, 0, kLines - 1);
    const uint8_t* row = web.canvas.view().Row(y);
    pixels.insert(pixels.end(), row, row + kWidth);
  }
  const int64_t first = kOrigin + (backward ? to - 1 : from) * kStep;
  const int64_t last = kOrigin + (backward ? from : to - 1) * kStep;
  Frame strip;
  strip.stamp = {.encoder_count = first, .encoder_count_end = last};
  strip.pixels = {pixels.data(), kWidth, to - from, kWidth};
  assembler.OnFrame(std::move(strip));
}

TEST(LineScan, CodesThatBordersCutAreReadOnceAtTheirPlace) {
  const Web web;
  FramePool pool(20, static_cast<size_t>(kWidth) * 300);
  RecordingSink sink;
  sink.keep_frames = true;
  const SteadyClock clock;
  const StraightEncoder encoder;
  StripAssembler assembler(kOptions);
  assembler.Start({.pool = &pool, .sink = &sink, .clock = &clock, .encoder = &encoder});

  // In strips of 50; at line 1000 the belt stops and goes three blocks back, in the middle of a
  // code, and again at 2010.
  for (int line = 0; line < 1000; line += 50) Show(assembler, web, line, line + 50);
  for (int i = 0; i < 10; ++i) {
    Frame standing;
    standing.stamp = {.encoder_count = kOrigin + 1000 * kStep,
                      .encoder_count_end = kOrigin + 1000 * kStep};
    standing.pixels = web.canvas.view().Crop({0, 1000, kWidth, 1});
    assembler.OnFrame(std::move(standing));
  }
  for (int line = 1000; line > 100; line -= 50) Show(assembler, web, line - 50, line, true);
  for (int line = 100; line < 2010; line += 50) {
    Show(assembler, web, line, std::min(line + 50, 2010));
  }
  Show(assembler, web, 1990, 2010, true);
  for (int line = 1990; line < kLines; line += 50) {
    Show(assembler, web, line, std::min(line + 50, kLines));
  }

  // The last line of the last full block.
  const int blocks = (kLines - 300) / 220 + 1;
  const int shown = 300 + (blocks - 1) * 220;
  ASSERT_EQ(sink.frames.size(), static_cast<size_t>(blocks));
  decode::FrameReader reader(clock);
  std::map<std::string, std::vector<double>> read;  // text → lines of its centre, by block
  for (const Frame& block : sink.frames) {
    EXPECT_EQ(block.stamp.status, FrameStatus::kComplete);
    SymbologySet wanted;
    wanted.Add(Symbology::kDataMatrix);
    for (const Symbol& symbol : reader.Read(block.pixels, {.symbologies = wanted}).symbols) {
      // As calibration::LineGeometry has it: the stamp's count lies at half of the height.
      const double count =
          static_cast<double>(block.stamp.encoder_count) + (symbol.quad.Center().y - 150) * kStep;
      read[std::string(symbol.payload.view())].push_back((count - kOrigin) / kStep + 0.5);
    }
  }
  int cut = 0, twice = 0;
  for (const auto& [text, centre] : web.centres) {
    if (centre + 34 > static_cast<float>(shown)) continue;
    ASSERT_TRUE(read.contains(text)) << text << " at line " << centre;
    const std::vector<double>& places = read[text];
    EXPECT_LE(places.size(), 2u) << text;
    for (const double place : places) EXPECT_NEAR(place, centre, kPlaceTolerance) << text;
    // Cut by the end of a block.
    for (int end = 300; end <= shown; end += 220) {
      cut += centre - 32 < static_cast<float>(end) && static_cast<float>(end) < centre + 32;
    }
    twice += places.size() == 2;
  }
  EXPECT_GT(cut, 3) << "the test must cut some";
  EXPECT_GT(twice, 0) << "and show some twice";
  for (const auto& [text, places] : read) EXPECT_TRUE(web.centres.contains(text)) << text;
}

}  // namespace
}  // namespace veriline::camera
