// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/border.h"

#include <gtest/gtest.h>

#include <random>

namespace veriline::symbology::pdf417 {
namespace {

TEST(Border, FindsRowsAmongWrongOnes) {
  std::mt19937 random(5);
  for (const bool turned : {false, true}) {
    Border border;
    constexpr int kRows = 20;
    constexpr float kRowPx = 9, kTop = 31;
    for (int i = 0; i < 90; ++i) {
      const float along = static_cast<float>(i) * 2;
      int row = static_cast<int>(std::floor(along / kRowPx));
      if (turned) row = kRows - 1 - row;
      if (random() % 3 == 0) row = random() % 2 == 0 ? -1 : static_cast<int>(random() % 90);
      border.Add({100 + 0.1f * along, kTop + along}, 3, row);
    }
    ASSERT_TRUE(border.FitRows(3));
    EXPECT_EQ(border.Ascending(), !turned);
    for (const float row : {-1.0f, 0.0f, 7.5f, 20.0f}) {
      const float along = (turned ? kRows - row : row) * kRowPx;
      const Point p = border.AtRow(row);
      EXPECT_NEAR(p.y, kTop + along, 1.5) << row;
      EXPECT_NEAR(p.x, 100 + 0.1f * along, 0.5) << row;
    }
  }
}

TEST(Border, FollowsRowsThatGrowWithPerspective) {
  Border border;
  const auto y_of = [](float row) { return 50 + 8 * row + 0.12f * row * row; };
  for (float y = y_of(0); y < y_of(24); y += 2) {
    int row = 0;
    while (y_of(static_cast<float>(row + 1)) < y) ++row;
    border.Add({10, y}, 3, row);
  }
  ASSERT_TRUE(border.FitRows(3));
  for (int row = 0; row <= 24; ++row) {
    const auto r = static_cast<float>(row);
    EXPECT_NEAR(border.AtRow(r).y, y_of(r), 2) << row;  // points lie 2 px apart
  }
}

TEST(Border, RefusesRowsThatDoNotAgree) {
  Border none, one;
  for (int i = 0; i < 50; ++i) {
    none.Add({0, static_cast<float>(i) * 2}, 3, -1);
    one.Add({0, static_cast<float>(i) * 2}, 3, 4);
  }
  EXPECT_FALSE(none.FitRows(2));
  EXPECT_FALSE(one.FitRows(2));
}

}  // namespace
}  // namespace veriline::symbology::pdf417
