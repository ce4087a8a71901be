// SPDX-License-Identifier: Apache-2.0
#include "grading/qr_patterns.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

namespace veriline::grading {
namespace {

TEST(AlignmentMiddles, AreThoseOfTheStandard) {
  // ISO/IEC 18004, table E.1: some rows, among them those that break the pattern of others.
  const std::vector<std::pair<int, std::vector<int>>> rows = {
      {1, {}},
      {2, {6, 18}},
      {6, {6, 34}},
      {7, {6, 22, 38}},
      {14, {6, 26, 46, 66}},
      {15, {6, 26, 48, 70}},
      {16, {6, 26, 50, 74}},
      {22, {6, 26, 50, 74, 98}},
      {30, {6, 26, 52, 78, 104, 130}},
      {32, {6, 34, 60, 86, 112, 138}},
      {36, {6, 24, 50, 76, 102, 128, 154}},
      {40, {6, 30, 58, 86, 114, 142, 170}},
  };
  for (const auto& [version, at] : rows) {
    const AlignmentAxis axis = AlignmentMiddles(version);
    EXPECT_EQ(std::vector<int>(axis.at.begin(), axis.at.begin() + axis.count), at) << version;
  }
}

TEST(FormatModule, EveryCopyHasItsOwnModulesBesideTheFinders) {
  constexpr int kSize = 25;
  std::set<std::pair<int, int>> all;
  for (const int copy : {0, 1}) {
    for (int bit = 0; bit < 15; ++bit) {
      const ModulePlace p = FormatModule(kSize, copy, bit);
      EXPECT_TRUE(p.row == 8 || p.col == 8);
      EXPECT_TRUE(p.row != 6 && p.col != 6) << "the timing patterns are left out";
      EXPECT_TRUE(all.insert({p.row, p.col}).second);
    }
  }
  EXPECT_FALSE(all.contains({kSize - 8, 8})) << "the module that is always dark";
}

TEST(VersionModule, LiesInBlocksOfSixByThree) {
  constexpr int kSize = 45;
  std::set<std::pair<int, int>> all;
  for (int bit = 0; bit < 18; ++bit) {
    const ModulePlace right = VersionModule(kSize, 0, bit), below = VersionModule(kSize, 1, bit);
    EXPECT_TRUE(right.row < 6 && right.col >= kSize - 11 && right.col < kSize - 8);
    EXPECT_EQ(right.row, below.col);
    EXPECT_EQ(right.col, below.row);
    all.insert({right.row, right.col});
  }
  EXPECT_EQ(all.size(), 18u);
}

TEST(MicroFormatModule, IsAnAngleOfFifteen) {
  std::set<std::pair<int, int>> all;
  for (int bit = 0; bit < 15; ++bit) {
    const ModulePlace p = MicroFormatModule(bit);
    EXPECT_TRUE(p.row >= 1 && p.col >= 1 && p.row <= 8 && p.col <= 8);
    EXPECT_TRUE(p.row == 8 || p.col == 8);
    all.insert({p.row, p.col});
  }
  EXPECT_EQ(all.size(), 15u);
}

}  // namespace
}  // namespace veriline::grading
