// SPDX-License-Identifier: Apache-2.0
// The reference decode on symbols of known codewords at known places: what it reads, where it finds
// the modules, and the step at which it gives up.
#include "vision/symbology/datamatrix/reference_decode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>

#include "tests/support/allocation_counter.h"
#include "tests/support/datamatrix_encoder.h"
#include "tests/support/two_level_picture.h"

namespace veriline::symbology::datamatrix {
namespace {

using testing::DataMatrixSize;
using testing::DrawTwoLevels;
using testing::TwoLevelPicture;
using testing::TwoLevelPose;
using testing::TwoLevelSymbol;

struct Print {
  TwoLevelSymbol symbol;
  std::string payload;
};

Print PrintOf(const DataMatrixSize& size, uint32_t seed = 1) {
  std::mt19937 random(seed);
  testing::DataMatrixWriter writer(size.data);
  std::string text;
  for (int i = 0; i < size.data - 1; ++i) text += static_cast<char>('A' + random() % 26);
  EXPECT_TRUE(writer.Ascii(text));
  writer.Finish();
  const auto codewords = testing::AddCheckCodewords(size, writer.codewords());
  return {{size.rows, size.cols, testing::PlaceModules(size, codewords), {}}, writer.payload()};
}
Print PrintOf(int rows, int cols) { return PrintOf(testing::DataMatrixSizeOf(rows, cols)); }

std::string Named(const TwoLevelSymbol& s, const TwoLevelPose& pose) {
  return std::to_string(s.rows) + "x" + std::to_string(s.cols) + " at " +
         std::to_string(static_cast<int>(pose.degrees)) + (pose.mirrored ? " mirrored" : "") +
         (pose.inverted ? " inverted" : "");
}

TEST(DataMatrixReferenceDecode, DecodesEverySizeInEveryPose) {
  ReferenceDecoder decoder;
  SampledGrid grid;
  double worst = 0, worst_corner = 0;
  int poses = 0;
  for (const DataMatrixSize& size : testing::DataMatrixSizes()) {
    const Print print = PrintOf(size);
    for (const int degrees : {17, 0, 90, 205}) {
      for (const int kind : {0, 1, 2, 3}) {
        if (kind != 0 && kind != degrees % 4) continue;
        // Large ones take long to draw.
        if (size.cols > 40 && degrees != 17 && degrees != 90) continue;
        if (size.cols > 52 && (degrees != 17 || kind != size.cols / 4 % 2)) continue;
        const TwoLevelPose pose{.degrees = static_cast<double>(degrees),
                                .shift_x_px = size.rows % 7 / 7.0,
                                .shift_y_px = size.cols % 5 / 5.0,
                                .mirrored = (kind & 1) != 0,
                                .inverted = (kind & 2) != 0,
                                .threshold = (kind & 1) != 0 ? 0.5 : 0.45};
        const TwoLevelPicture picture = DrawTwoLevels(print.symbol, pose);
        const std::string named = Named(print.symbol, pose);
        ASSERT_TRUE(decoder.Decode(picture.view, picture.start, &grid))
            << named << ": " << Name(decoder.failed_at());
        ++poses;
        EXPECT_EQ(decoder.decoded().message.payload(), print.payload);
        EXPECT_EQ(decoder.decoded().errors, 0) << named;
        ASSERT_TRUE(grid.Consistent());
        ASSERT_EQ(grid.rows, size.rows);
        ASSERT_EQ(grid.cols, size.cols);
        EXPECT_EQ(grid.region_rows, size.regions_down);
        EXPECT_EQ(grid.region_cols, size.regions_across);
        EXPECT_EQ(grid.mirrored, pose.mirrored);
        EXPECT_EQ(grid.inverted, pose.inverted);
        EXPECT_EQ(grid.dark, print.symbol.dark) << named;
        const double off = picture.WorstCenter(grid) / pose.module_px;
        EXPECT_LT(off, 0.035) << named;  // a sixth of a pixel
        worst = std::max(worst, off);
        for (size_t i = 0; i < 4; ++i) {
          worst_corner = std::max<double>(
              worst_corner, Distance(grid.outline.corners[i], picture.outline.corners[i]) / 5);
        }
      }
    }
  }
  EXPECT_LT(worst_corner, 0.03);
  std::printf("%d poses at 5 px: centres are off by %.4f X at most, corners by %.4f X\n", poses,
              worst, worst_corner);
}

TEST(DataMatrixReferenceDecode, TellsWhatItReadAndCorrected) {
  Print print = PrintOf(22, 22);
  const std::vector<int> bits = testing::PlaceBits(testing::DataMatrixSizeOf(22, 22));
  const std::vector<uint8_t> right = print.symbol.dark;
  for (size_t i = 0; i < bits.size(); ++i) {
    if (bits[i] >= 0 && bits[i] % 8 == 3 && bits[i] / 8 % 9 == 4) print.symbol.dark[i] ^= 1;
  }
  ReferenceDecoder decoder;
  SampledGrid grid;
  const TwoLevelPicture picture = DrawTwoLevels(print.symbol, {.degrees = 30});
  ASSERT_TRUE(decoder.Decode(picture.view, picture.start, &grid));
  EXPECT_EQ(grid.dark, right) << "right colours, after correction";
  ASSERT_EQ(grid.codewords.size(), 50u);
  ASSERT_EQ(grid.blocks.size(), 1u);
  EXPECT_EQ(grid.blocks[0].check, 20);
  EXPECT_EQ(grid.blocks[0].errors, 6);
  for (size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(grid.codewords[i].read ^ grid.codewords[i].corrected, i % 9 == 4 ? 0x10 : 0) << i;
  }
  for (size_t i = 0; i < bits.size(); ++i) {
    const int16_t codeword = grid.codeword[i];
    EXPECT_EQ(codeword, bits[i] < 0 ? SampledGrid::kFixedPattern : bits[i] / 8);
  }
}

TEST(DataMatrixReferenceDecode, BeginsAtAnOutlineThatIsOffByAModule) {
  ReferenceDecoder decoder;
  SampledGrid grid;
  std::mt19937 random(5);
  std::uniform_real_distribution<float> unit(-1, 1);
  int tries = 0, read = 0, beside = 0;
  for (const DataMatrixSize& size : testing::DataMatrixSizes()) {
    if (size.cols > 52) continue;
    const Print print = PrintOf(size, 7);
    for (const double degrees : {8.0, 121.0}) {
      TwoLevelPicture picture =
          DrawTwoLevels(print.symbol, {.degrees = degrees, .mirrored = size.rows % 4 == 0});
      for (int i = 0; i < 12; ++i) {
        ReferenceStart start = picture.start;
        const Point across = (picture.place(0, 1) - picture.place(0, 0));
        const Point down = (picture.place(1, 0) - picture.place(0, 0));
        for (Point& corner : start.outline.corners) {
          corner = corner + across * unit(random) + down * unit(random);
        }
        ++tries;
        const bool done = decoder.Decode(picture.view, start, &grid);
        read += done;
        EXPECT_TRUE(done) << size.rows << "x" << size.cols << ": " << Name(decoder.failed_at());
        beside += done && picture.WorstCenter(grid) / 5 > 0.035;
      }
    }
  }
  // A side of eight modules, four of them dark, may be taken to lean; the modules of the track that
  // ends there are then misplaced.
  EXPECT_LE(beside, 1) << "of " << tries;
  std::printf("%d of %d read, %d of them misplaced\n", read, tries, beside);
}

TEST(DataMatrixReferenceDecode, MeasuresTheSizeWhateverItWasTold) {
  ReferenceDecoder decoder;
  SampledGrid grid;
  for (const auto& [rows, cols] :
       {std::pair{10, 10}, {16, 16}, {22, 22}, {8, 18}, {32, 32}, {44, 44}, {16, 48}, {12, 64}}) {
    const TwoLevelPicture picture = DrawTwoLevels(PrintOf(rows, cols).symbol, {.degrees = 17});
    ReferenceStart start = picture.start;
    start.rows = start.cols = 0;
    EXPECT_TRUE(decoder.Decode(picture.view, start, &grid))
        << rows << "x" << cols << " untold: " << Name(decoder.failed_at());
    start.rows = rows > 12 ? rows - 2 : rows + 2;
    start.cols = cols + 4;
    EXPECT_TRUE(decoder.Decode(picture.view, start, &grid))
        << rows << "x" << cols << " told another: " << Name(decoder.failed_at());
    EXPECT_EQ(grid.rows, rows);
    EXPECT_EQ(grid.cols, cols);
  }
}

TEST(DataMatrixReferenceDecode, BearsAModestPerspective) {
  ReferenceDecoder decoder;
  SampledGrid grid;
  for (const auto& [rows, cols] : {std::pair{12, 12}, {22, 22}, {32, 32}, {8, 32}, {52, 52}}) {
    for (const double degrees : {0.0, 17.0, 90.0, 200.0}) {
      for (const double perspective : {-0.06, 0.06}) {
        const TwoLevelPicture picture = DrawTwoLevels(
            PrintOf(rows, cols).symbol, {.degrees = degrees, .perspective = perspective});
        EXPECT_TRUE(decoder.Decode(picture.view, picture.start, &grid))
            << rows << "x" << cols << ": " << Name(decoder.failed_at());
        EXPECT_EQ(decoder.decoded().errors, 0);
      }
    }
  }
}

TEST(DataMatrixReferenceDecode, DoesWithoutValues) {
  ReferenceDecoder decoder;
  SampledGrid grid;
  for (const double degrees : {0.0, 33.0}) {
    const TwoLevelPicture picture = DrawTwoLevels(PrintOf(22, 22).symbol, {.degrees = degrees});
    BinaryView view = picture.view;
    view.values = nullptr;
    ASSERT_TRUE(decoder.Decode(view, picture.start, &grid)) << Name(decoder.failed_at());
    EXPECT_EQ(decoder.decoded().errors, 0);
    EXPECT_LT(picture.WorstCenter(grid), 0.75);
  }
}

ReferenceStep FailedAt(const TwoLevelSymbol& symbol) {
  ReferenceDecoder decoder;
  SampledGrid grid;
  grid.rows = 77;
  const TwoLevelPicture picture = DrawTwoLevels(symbol, {.degrees = 17});
  EXPECT_FALSE(decoder.Decode(picture.view, picture.start, &grid));
  EXPECT_EQ(grid.rows, 77) << "as it was";
  return decoder.failed_at();
}

TEST(DataMatrixReferenceDecode, TellsTheStepThatFailed) {
  const Print print = PrintOf(22, 22);
  TwoLevelSymbol none = print.symbol;
  std::fill(none.dark.begin(), none.dark.end(), 0);
  EXPECT_EQ(FailedAt(none), ReferenceStep::kFinder) << "nothing";
  TwoLevelSymbol broken = print.symbol;
  for (int row = 6; row < 14; ++row) {  // more than can be bridged, and the data beside it
    for (int col = 0; col < 3; ++col) broken.dark[static_cast<size_t>(row * 22 + col)] = 0;
  }
  EXPECT_EQ(FailedAt(broken), ReferenceStep::kFinder) << "a gap of eight modules";
  TwoLevelSymbol solid = print.symbol;
  std::fill_n(solid.dark.begin(), 22, 1);
  EXPECT_EQ(FailedAt(solid), ReferenceStep::kTracks) << "no track";

  const std::vector<int> bits = testing::PlaceBits(testing::DataMatrixSizeOf(22, 22));
  TwoLevelSymbol wrong = print.symbol;
  for (size_t i = 0; i < bits.size(); ++i) wrong.dark[i] ^= bits[i] >= 0 && bits[i] / 8 < 11;
  EXPECT_EQ(FailedAt(wrong), ReferenceStep::kErrorCorrection) << "11 codewords of 10";

  const DataMatrixSize& size = testing::DataMatrixSizeOf(22, 22);
  const auto senseless = testing::AddCheckCodewords(size, std::vector<uint8_t>(30, 0));
  EXPECT_EQ(FailedAt({22, 22, testing::PlaceModules(size, senseless), {}}), ReferenceStep::kData);
}

TEST(DataMatrixReferenceDecode, HandlesBadInput) {
  ReferenceDecoder decoder;
  SampledGrid grid;
  const TwoLevelPicture picture = DrawTwoLevels(PrintOf(12, 12).symbol, {});
  EXPECT_FALSE(decoder.Decode({}, picture.start, &grid));
  EXPECT_EQ(decoder.failed_at(), ReferenceStep::kFinder);
  for (const float bad : {std::nanf(""), 1e30f, -1e9f}) {
    ReferenceStart start = picture.start;
    start.outline.corners[2].x = bad;
    EXPECT_FALSE(decoder.Decode(picture.view, start, &grid));
  }
  ReferenceStart start = picture.start;
  start.outline = {};
  EXPECT_FALSE(decoder.Decode(picture.view, start, &grid));
  start = picture.start;
  start.rows = 1'000'000'000;
  decoder.Decode(picture.view, start, &grid);  // ends, whatever it finds
  start.rows = start.cols = -3;
  EXPECT_TRUE(decoder.Decode(picture.view, start, &grid)) << "as if it had not been told";
}

TEST(DataMatrixReferenceDecode, AllocatesNothingOnceGrown) {
  ReferenceDecoder decoder;
  SampledGrid grid;
  const TwoLevelPicture large = DrawTwoLevels(PrintOf(32, 32).symbol, {.degrees = 17});
  const TwoLevelPicture small = DrawTwoLevels(PrintOf(22, 22).symbol, {.degrees = 60});
  ASSERT_TRUE(decoder.Decode(large.view, large.start, &grid));
  ASSERT_TRUE(decoder.Decode(small.view, small.start, &grid));
  const size_t before = AllocationsOfThisThread();
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(decoder.Decode(small.view, small.start, &grid));
    EXPECT_TRUE(decoder.Decode(large.view, large.start, &grid));
  }
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace veriline::symbology::datamatrix
