// SPDX-License-Identifier: Apache-2.0
// What is damaged on a symbol that has still a grade neither fails the reference decode nor moves
// its grid by a module: borders that can be seen stay where they are.
#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <string>

#include "tests/support/datamatrix_encoder.h"
#include "tests/support/two_level_picture.h"
#include "vision/symbology/datamatrix/reference_decode.h"

namespace veriline::symbology::datamatrix {
namespace {

using testing::DataMatrixSize;
using testing::DrawTwoLevels;
using testing::TwoLevelPicture;
using testing::TwoLevelSymbol;

struct Share {
  int tries = 0;
  int read = 0;
  double worst = 0;
};

/// Wrong modules of fixed patterns, as shares of each side.
struct Harm {
  double solid = 0;
  double quiet = 0;
  double track = 0;
  double errors = 0;  ///< of what can be corrected
  double growth = 0;
};

TwoLevelSymbol Damaged(const DataMatrixSize& size, const Harm& harm, std::mt19937& random) {
  testing::DataMatrixWriter writer(size.data);
  std::string text;
  for (int i = 0; i < size.data - 1; ++i) text += static_cast<char>('A' + random() % 26);
  EXPECT_TRUE(writer.Ascii(text));
  writer.Finish();
  const auto codewords = testing::AddCheckCodewords(size, writer.codewords());
  TwoLevelSymbol s{size.rows, size.cols, testing::PlaceModules(size, codewords), {}, harm.growth};
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); };
  const auto flip = [&](int row, int col) { s.dark[static_cast<size_t>(row * s.cols + col)] ^= 1; };
  const auto some = [&](double share, int length) { return static_cast<int>(share * length); };
  // A module may be met twice and is right then.
  for (int i = 0; i < some(harm.solid, s.rows); ++i) flip(below(s.rows), 0);
  for (int i = 0; i < some(harm.solid, s.cols); ++i) flip(s.rows - 1, below(s.cols));
  for (int i = 0; i < some(harm.track, s.cols); ++i) flip(0, 1 + below(s.cols - 2));
  for (int i = 0; i < some(harm.track, s.rows); ++i) flip(1 + below(s.rows - 2), s.cols - 1);
  for (int i = 0; i < some(harm.quiet, s.rows); ++i) {
    s.specks.emplace_back(below(s.rows), -1);
    s.specks.emplace_back(below(s.rows), s.cols);
  }
  for (int i = 0; i < some(harm.quiet, s.cols); ++i) {
    s.specks.emplace_back(-1, below(s.cols));
    s.specks.emplace_back(s.rows, below(s.cols));
  }
  const std::vector<int> bits = testing::PlaceBits(size);
  const int errors = some(harm.errors, size.check / 2);
  for (size_t i = 0; i < bits.size(); ++i) {
    if (bits[i] >= 0 && bits[i] % 8 == 2 && bits[i] / 8 < errors) s.dark[i] ^= 1;
  }
  return s;
}

Share ReadDamaged(int rows, int cols, const Harm& harm, int tries = 25) {
  ReferenceDecoder decoder;
  SampledGrid grid;
  std::mt19937 random(static_cast<uint32_t>(rows * 100 + cols));
  Share share;
  for (int i = 0; i < tries; ++i) {
    const TwoLevelSymbol symbol = Damaged(testing::DataMatrixSizeOf(rows, cols), harm, random);
    const TwoLevelPicture picture =
        DrawTwoLevels(symbol, {.degrees = static_cast<double>(random() % 360),
                               .shift_x_px = random() % 100 / 100.0,
                               .mirrored = random() % 2 == 0,
                               .inverted = random() % 2 == 0});
    ReferenceStart start = picture.start;
    for (Point& corner : start.outline.corners) {
      corner.x += static_cast<float>(random() % 400) / 100 - 2;  // 0.4 X
      corner.y += static_cast<float>(random() % 400) / 100 - 2;
    }
    ++share.tries;
    if (decoder.Decode(picture.view, start, &grid)) {
      ++share.read;
      share.worst = std::max(share.worst, picture.WorstCenter(grid) / 5);
    }
  }
  std::printf("%dx%d: %d of %d read, centres off by %.3f X at most\n", rows, cols, share.read,
              share.tries, share.worst);
  return share;
}

TEST(ReferenceDamage, OfTheSolidSidesUpToGradeNoughtMovesNothing) {
  for (const auto& [rows, cols] : {std::pair{12, 12}, {16, 16}, {22, 22}, {12, 36}, {32, 32}}) {
    const Share share = ReadDamaged(rows, cols, {.solid = 0.19, .quiet = 0.13});
    EXPECT_EQ(share.read, share.tries) << rows << "x" << cols;
    EXPECT_LT(share.worst, 0.1) << rows << "x" << cols;
  }
}

TEST(ReferenceDamage, OfTheTracksShiftsNoModule) {
  for (const auto& [rows, cols] : {std::pair{12, 12}, {16, 16}, {22, 22}, {12, 36}, {32, 32}}) {
    const Share share = ReadDamaged(rows, cols, {.track = 0.15});
    EXPECT_EQ(share.read, share.tries) << rows << "x" << cols;
    EXPECT_LT(share.worst, 0.1) << rows << "x" << cols;
  }
}

TEST(ReferenceDamage, OfAllAtOnceWithGrowth) {
  for (const double growth : {-0.12, 0.15}) {
    for (const auto& [rows, cols] : {std::pair{16, 16}, {22, 22}, {32, 32}}) {
      const Share share = ReadDamaged(
          rows, cols,
          {.solid = 0.10, .quiet = 0.07, .track = 0.10, .errors = 0.8, .growth = growth});
      EXPECT_EQ(share.read, share.tries) << rows << "x" << cols;
      EXPECT_LT(share.worst, 0.1) << rows << "x" << cols;
    }
  }
}

}  // namespace
}  // namespace veriline::symbology::datamatrix
