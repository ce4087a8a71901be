// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/reference_decode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/support/allocation_counter.h"
#include "tests/support/graded_qr.h"

namespace veriline::symbology::qr {
namespace {

using testing::Drawing;
using testing::EncodeQr;
using testing::GradedQr;
using testing::GradedSymbol;
using testing::Pose;
using testing::QrMode;
using testing::QrSpec;
using testing::ReferenceRig;

GradedSymbol SymbolOf(const QrSpec& spec) {
  return GradedQr(EncodeQr(spec, {{QrMode::kNumeric, "31415"}}));
}
const QrSpec k1M{false, 1, 'M', 2}, k2M{false, 2, 'M', 3}, k7H{false, 7, 'H', 5};
const QrSpec kMicro4{true, 4, 'L', 1};

/// Draws, decodes, and tells the step that failed.
ReferenceStep StepOf(const GradedSymbol& symbol, ReferenceRig* rig,
                     const Pose& pose = {.module_px = 8, .angle_deg = 12}) {
  const Drawing drawing = symbol.Draw(pose);
  const bool ok = rig->Decode(drawing, ReferenceRig::StartOf(drawing));
  EXPECT_EQ(ok, rig->decoder.failed_at() == ReferenceStep::kNone);
  EXPECT_EQ(ok, rig->grid.rows != 0) << "a grid is filled wholly or empty";
  return rig->decoder.failed_at();
}

using Places = std::vector<std::pair<int, int>>;
GradedSymbol Flipped(GradedSymbol symbol, const Places& places) {
  for (const auto& [row, col] : places) symbol.Flip(row, col);
  return symbol;
}
Places Block(int row0, int col0, int rows, int cols) {
  Places out;
  for (int row = row0; row < row0 + rows; ++row) {
    for (int col = col0; col < col0 + cols; ++col) out.emplace_back(row, col);
  }
  return out;
}
/// Paints a block light.
GradedSymbol Wiped(GradedSymbol symbol, const Places& places) {
  for (const auto& [row, col] : places) symbol.SetReflectance(row, col, symbol.light);
  return symbol;
}

TEST(QrReferenceDecode, FindsAllByItselfFromAnOutlineWithoutSizeWhereverItBegins) {
  ReferenceRig rig;
  for (const QrSpec& spec : {k1M, k2M, k7H, {false, 20, 'L', 0}, {true, 1, 'D', 0}, kMicro4}) {
    const Drawing drawing = SymbolOf(spec).Draw({.module_px = 7, .angle_deg = 200});
    ReferenceStart start = ReferenceRig::StartOf(drawing);
    start.rows = start.cols = 0;
    EXPECT_TRUE(rig.Decode(drawing, start)) << spec.size() << Name(rig.decoder.failed_at());
    // Begun at another corner, and in the other direction.
    for (size_t turn = 1; turn < 4; ++turn) {
      start = ReferenceRig::StartOf(drawing);
      for (size_t i = 0; i < 4; ++i) {
        start.outline.corners[i] = drawing.grid.outline.corners[(i + turn) % 4];
      }
      ASSERT_TRUE(rig.Decode(drawing, start)) << spec.size() << ", " << turn;
      EXPECT_EQ(rig.grid.dark, drawing.grid.dark);
      EXPECT_LT(WorstOffset(rig.grid, drawing, 7), 0.02);
    }
    start = ReferenceRig::StartOf(drawing);
    std::swap(start.outline.corners[1], start.outline.corners[3]);
    ASSERT_TRUE(rig.Decode(drawing, start)) << spec.size();
    EXPECT_EQ(rig.grid.dark, drawing.grid.dark);
    EXPECT_FALSE(rig.grid.mirrored);
  }
}

TEST(QrReferenceDecode, ReadsTwoLevelsWithoutTheGreyOnes) {
  ReferenceRig rig;
  for (const QrSpec& spec : {k1M, k2M, k7H, kMicro4}) {
    const Drawing drawing = SymbolOf(spec).Draw({.module_px = 8, .angle_deg = 30});
    BinaryView binary = rig.Cut(drawing, drawing.grid.outline);
    binary.values = nullptr;
    ASSERT_TRUE(rig.decoder.Decode(binary, ReferenceRig::StartOf(drawing), spec.micro, &rig.grid));
    EXPECT_EQ(rig.grid.dark, drawing.grid.dark);
    EXPECT_LT(WorstOffset(rig.grid, drawing, 8), 0.1);
  }
}

TEST(QrReferenceDecode, ToldTheStepThatFails) {
  ReferenceRig rig;
  const GradedSymbol qr2 = SymbolOf(k2M), qr7 = SymbolOf(k7H), micro = SymbolOf(kMicro4);
  EXPECT_EQ(StepOf(qr2, &rig), ReferenceStep::kNone);
  EXPECT_EQ(StepOf(Wiped(qr2, Block(0, 0, 7, 7)), &rig), ReferenceStep::kFinder);
  EXPECT_EQ(StepOf(Wiped(micro, Block(0, 0, 7, 7)), &rig), ReferenceStep::kFinder);

  Places timing = Block(6, 8, 1, 9), down = Block(8, 6, 9, 1);
  timing.insert(timing.end(), down.begin(), down.end());
  EXPECT_EQ(StepOf(Wiped(qr2, timing), &rig), ReferenceStep::kTracks);
  EXPECT_EQ(StepOf(Wiped(qr2, down), &rig), ReferenceStep::kNone) << "the other one is whole";
  Places micro_timing = Block(0, 8, 1, 9), micro_down = Block(8, 0, 9, 1);
  micro_timing.insert(micro_timing.end(), micro_down.begin(), micro_down.end());
  EXPECT_EQ(StepOf(Wiped(micro, micro_timing), &rig), ReferenceStep::kTracks);

  // Both copies of the format, every second module.
  Places format;
  for (int bit = 0; bit < kFormatBits; bit += 2) {
    for (int copy = 0; copy < 2; ++copy) {
      const Module at = FormatModule({2, false}, copy, bit);
      format.emplace_back(at.row, at.col);
    }
  }
  EXPECT_EQ(StepOf(Flipped(qr2, format), &rig), ReferenceStep::kFormat);

  // 2-M corrects 8 codewords.
  GradedSymbol damaged = qr2;
  for (int i = 0; i < 8; ++i) damaged.DamageCodeword(3 * i);
  EXPECT_EQ(StepOf(damaged, &rig), ReferenceStep::kNone);
  EXPECT_EQ(rig.grid.blocks.at(0).errors, 8);
  damaged.DamageCodeword(30);
  EXPECT_EQ(StepOf(damaged, &rig), ReferenceStep::kErrorCorrection);

  // Words that nothing stands for: a mode that there is not.
  const auto nonsense = GradedQr(EncodeQr(k2M, {{QrMode::kBits, "1111"}}));
  EXPECT_EQ(StepOf(nonsense, &rig), ReferenceStep::kData);
}

TEST(QrReferenceDecode, NothingToSeeIsNoFinder) {
  ReferenceDecoder decoder;
  SampledGrid grid;
  EXPECT_FALSE(decoder.Decode({}, {}, false, &grid));
  EXPECT_EQ(decoder.failed_at(), ReferenceStep::kFinder);
  const std::vector<uint8_t> dark(64 * 64, 1);
  const BinaryView view{dark.data(), 64, 64, 64};
  for (const bool micro : {false, true}) {
    for (const Quad& outline : {Quad{}, Quad{{Point{0, 0}, {64, 0}, {64, 64}, {0, 64}}},
                                Quad{{Point{-500, -500}, {-400, -500}, {-400, -400}, {-500, -400}}},
                                Quad{{Point{NAN, 0}, {64, 0}, {64, 64}, {0, 64}}},
                                Quad{{Point{0, 0}, {3e30f, 0}, {3e30f, 3e30f}, {0, 3e30f}}}}) {
      EXPECT_FALSE(decoder.Decode(view, {outline, 21, 21}, micro, &grid));
      EXPECT_FALSE(decoder.Decode(view, {outline}, micro, &grid));
      EXPECT_EQ(decoder.failed_at(), ReferenceStep::kFinder);
      EXPECT_EQ(grid.rows, 0);
    }
  }
}

/// Noise, pieces of symbols and outlines that have nothing to do with them: it fails, or what it
/// read is what is there.
TEST(QrReferenceDecode, AnyPictureAndAnyOutlineEndInAStep) {
  std::mt19937 random(9);
  std::uniform_real_distribution<float> place(-40, 300);
  ReferenceDecoder decoder;
  SampledGrid grid;
  const Drawing drawing = SymbolOf(k2M).Draw({.module_px = 6, .angle_deg = 40});
  std::vector<float> values(drawing.pixels.begin(), drawing.pixels.end());
  std::vector<uint8_t> dark(values.size());
  int read = 0;
  for (int round = 0; round < 3000; ++round) {
    // More of the symbol is covered by noise from round to round.
    const auto i = static_cast<size_t>(random() % values.size());
    const auto run = std::min<size_t>(random() % 60, values.size() - i);
    for (size_t k = i; k < i + run; ++k) values[k] = static_cast<float>(random() % 256);
    for (size_t k = 0; k < dark.size(); ++k) dark[k] = values[k] < 128;
    const bool grey = round % 2 == 0;
    const BinaryView view{dark.data(),    drawing.width,
                          drawing.height, drawing.width,
                          {3, 5},         grey ? values.data() : nullptr,
                          drawing.width,  128};
    ReferenceStart start;
    for (Point& corner : start.outline.corners) corner = {place(random), place(random)};
    if (round % 3 == 0) {
      start = ReferenceRig::StartOf(drawing);
      for (Point& corner : start.outline.corners) corner = corner + view.origin;
    }
    start.rows = start.cols = static_cast<int>(random() % 60) - 5;
    start.inverted = round % 7 == 0;
    const bool ok = decoder.Decode(view, start, round % 5 == 0, &grid);
    EXPECT_EQ(ok, decoder.failed_at() == ReferenceStep::kNone);
    EXPECT_EQ(ok, grid.rows != 0);
    if (!ok) continue;
    ++read;
    EXPECT_EQ(decoder.decoded().message.bytes(), "31415");
    EXPECT_TRUE(grid.Consistent());
  }
  EXPECT_GT(read, 20);
}

/// Places that fixed pattern damage counts: each stays a fault of that alone.
TEST(QrReferenceDecode, DamageOfFixedPatternsNeitherMovesNorStopsIt) {
  ReferenceRig rig;
  struct Case {
    QrSpec spec;
    Places places;
  };
  const Case cases[] = {
      {k2M, {{0, 2}, {3, 3}, {7, 4}, {-3, 5}}},
      {k2M, {{3, 0}, {0, 21}, {3, 20}, {24, 3}, {21, 1}}},  // all three finders
      {k2M, {{16, 18}, {18, 16}, {20, 20}}},                // outline of the alignment pattern
      {k2M, {{18, 18}}},                                    // its middle
      {k2M, {{17, 17}}},                                    // its light ring
      {k7H, {{6, 9}, {6, 14}, {6, 19}, {6, 24}, {6, 29}}},
      {k7H, {{8, 1}, {8, 4}}},
      {k7H, {{22, 22}, {6, 22}, {22, 6}}},  // middles of alignment patterns
      {k7H, {{0, 34}, {1, 35}, {2, 36}, {34, 0}, {35, 1}, {36, 2}}},  // version information
      {kMicro4, {{3, 3}, {0, 2}, {-2, 0}, {0, 11}}},
      {kMicro4, {{0, 9}, {12, 0}, {7, 3}}},
  };
  for (const Case& c : cases) {
    for (const double px : {14.0, 8.0}) {
      const Drawing drawing =
          Flipped(SymbolOf(c.spec), c.places).Draw({.module_px = px, .angle_deg = 17});
      ASSERT_TRUE(rig.Decode(drawing, ReferenceRig::StartOf(drawing)))
          << c.spec.size() << ": " << Name(rig.decoder.failed_at());
      EXPECT_EQ(rig.grid.dark, drawing.grid.dark);
      EXPECT_LT(WorstOffset(rig.grid, drawing, px), px == 14 ? 0.003 : 0.02) << c.spec.size();
    }
  }
}

/// An alignment pattern that does not show lies where the others say.
TEST(QrReferenceDecode, PredictsAnAlignmentPatternThatIsLost) {
  ReferenceRig rig;
  for (const auto& [spec, row, col] :
       {std::tuple{k2M, 18, 18}, {k7H, 22, 22}, {k7H, 38, 38}, {k7H, 6, 22}, {k7H, 38, 22}}) {
    for (const bool dark : {false, true}) {
      GradedSymbol symbol = SymbolOf(spec);
      for (const auto& [r, c] : Block(row - 2, col - 2, 5, 5)) {
        symbol.SetReflectance(r, c, dark ? symbol.dark : symbol.light);
      }
      const Drawing drawing = symbol.Draw({.module_px = 10, .angle_deg = 17});
      ASSERT_TRUE(rig.Decode(drawing, ReferenceRig::StartOf(drawing)))
          << spec.size() << ": " << Name(rig.decoder.failed_at());
      EXPECT_EQ(rig.grid.dark, drawing.grid.dark);
      EXPECT_LT(WorstOffset(rig.grid, drawing, 10), 0.02) << spec.size() << ", " << row;
    }
  }
}

/// Both copies of version information are gone: the finder patterns alone tell the version.
TEST(QrReferenceDecode, TellsTheVersionByItsWidthWhereItsInformationIsLost) {
  ReferenceRig rig;
  GradedSymbol symbol = Wiped(SymbolOf(k7H), Block(0, 34, 6, 3));
  symbol = Wiped(symbol, Block(34, 0, 3, 6));
  EXPECT_EQ(StepOf(symbol, &rig), ReferenceStep::kNone);
  EXPECT_EQ(rig.grid.rows, 45);
}

TEST(QrReferenceDecode, AllocatesNothingOnceItHasGrown) {
  ReferenceRig rig;
  for (const QrSpec& spec : {k7H, k1M, kMicro4}) {
    const Drawing drawing = SymbolOf(spec).Draw({.module_px = 6, .angle_deg = 17});
    const BinaryView binary = rig.Cut(drawing, drawing.grid.outline);
    const ReferenceStart start = ReferenceRig::StartOf(drawing);
    ASSERT_TRUE(rig.decoder.Decode(binary, start, spec.micro, &rig.grid));
    const size_t before = AllocationsOfThisThread();
    ASSERT_TRUE(rig.decoder.Decode(binary, start, spec.micro, &rig.grid));
    EXPECT_EQ(AllocationsOfThisThread(), before) << spec.size();
  }
}

}  // namespace
}  // namespace veriline::symbology::qr
