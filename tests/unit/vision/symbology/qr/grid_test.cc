// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/grid.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "tests/support/allocation_counter.h"
#include "tests/support/graded_qr.h"
#include "tests/support/qr_symbols.h"

namespace veriline::symbology::qr {
namespace {

using testing::AllQrSpecs;
using testing::Damage;
using testing::EncodeQr;
using testing::ErrorLimit;
using testing::GradedQr;
using testing::QrMode;
using testing::QrSpec;

/// Every version, level and some mask: what the encoder drew comes back from a damaged symbol.
TEST(FillGrid, TellsTheRightColourAndTheCodewordOfEveryModule) {
  std::mt19937 random(1);
  const auto decoded = std::make_unique<Decoded>();
  SampledGrid grid;
  for (QrSpec spec : AllQrSpecs()) {
    spec.mask = testing::Between(random, 0, spec.micro ? 3 : 7);
    const auto symbol = EncodeQr(spec, {{QrMode::kNumeric, "123"}});
    const SampledGrid want = GradedQr(symbol).grid;
    const auto damaged = Damage(random, symbol, ErrorLimit(spec));
    ASSERT_EQ(Decode(damaged.dark, testing::VersionOf(spec), {}, *decoded), Step::kNone);
    FillGrid(*decoded, &grid);
    ASSERT_EQ(grid.symbology, want.symbology);
    ASSERT_EQ(grid.rows, spec.size());
    ASSERT_EQ(grid.cols, spec.size());
    EXPECT_EQ(grid.dark, want.dark) << testing::Describe(spec);
    ASSERT_EQ(grid.codewords.size(), want.codewords.size());
    ASSERT_EQ(grid.blocks.size(), want.blocks.size());
    size_t unused = 0;
    for (size_t i = 0; i < grid.codeword.size(); ++i) {
      // The encoder does not tell remainder bits from fixed patterns.
      if (grid.codeword[i] == SampledGrid::kUnused) {
        ++unused;
        ASSERT_EQ(want.codeword[i], SampledGrid::kFixedPattern);
      } else {
        ASSERT_EQ(grid.codeword[i], want.codeword[i]) << testing::Describe(spec) << ": " << i;
      }
    }
    EXPECT_LT(unused, 8u);
    for (size_t i = 0; i < grid.codewords.size(); ++i) {
      EXPECT_EQ(grid.codewords[i].read, damaged.codewords[i]);
      EXPECT_EQ(grid.codewords[i].corrected, symbol.codewords[i]);
      EXPECT_EQ(grid.codewords[i].block, want.codewords[i].block) << testing::Describe(spec);
    }
    for (size_t b = 0; b < grid.blocks.size(); ++b) {
      EXPECT_EQ(grid.blocks[b].check, want.blocks[b].check);
      EXPECT_EQ(grid.blocks[b].errors, damaged.wrong_in_block[b]);
      EXPECT_EQ(grid.blocks[b].erasures, 0);
    }
    grid.centers.resize(grid.dark.size());
    EXPECT_TRUE(grid.Consistent());
  }
}

/// ISO/IEC 18004 table 9: the p of version 1, 2-L, 3-L and of Micro QR.
TEST(FillGrid, TellsTheReserveForMisdecodeProtection) {
  const auto reserve = [](QrSpec spec) {
    const auto decoded = std::make_unique<Decoded>();
    SampledGrid grid;
    const auto symbol = EncodeQr(spec, {{QrMode::kNumeric, "1"}});
    EXPECT_EQ(Decode(symbol.dark, testing::VersionOf(spec), {}, *decoded), Step::kNone);
    FillGrid(*decoded, &grid);
    return grid.blocks.at(0).reserve;
  };
  EXPECT_EQ(reserve({false, 1, 'L', 0}), 3);
  EXPECT_EQ(reserve({false, 1, 'M', 0}), 2);
  EXPECT_EQ(reserve({false, 1, 'Q', 0}), 1);
  EXPECT_EQ(reserve({false, 1, 'H', 0}), 1);
  EXPECT_EQ(reserve({false, 2, 'L', 0}), 2);
  EXPECT_EQ(reserve({false, 3, 'L', 0}), 1);
  EXPECT_EQ(reserve({false, 2, 'M', 0}), 0);
  EXPECT_EQ(reserve({true, 1, 'D', 0}), 2);
  EXPECT_EQ(reserve({true, 2, 'L', 0}), 3);
  EXPECT_EQ(reserve({true, 2, 'M', 0}), 2);
  EXPECT_EQ(reserve({true, 4, 'L', 0}), 2);
}

TEST(FillGrid, AllocatesNothingTheSecondTime) {
  const auto decoded = std::make_unique<Decoded>();
  const auto symbol = EncodeQr({false, 7, 'M', 3}, {{QrMode::kNumeric, "1"}});
  SampledGrid grid;
  ASSERT_EQ(Decode(symbol.dark, {7, false}, {}, *decoded), Step::kNone);
  FillGrid(*decoded, &grid);
  grid.Clear();
  const size_t before = AllocationsOfThisThread();
  FillGrid(*decoded, &grid);
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace veriline::symbology::qr
