// SPDX-License-Identifier: Apache-2.0
#include "calibration/model/reflectance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "calibration/model/flat_field.h"

namespace veriline::calibration {
namespace {

TEST(ReflectanceCurve, WithoutPointsIsGreyOver255) {
  const ReflectanceCurve curve;
  EXPECT_FLOAT_EQ(curve.At(0), 0);
  EXPECT_FLOAT_EQ(curve.At(51), 0.2f);
  EXPECT_FLOAT_EQ(curve.At(255), 1);
  EXPECT_TRUE(curve.linear());
}

TEST(ReflectanceCurve, TwoPointsMakeALineBeyondThem) {
  const ReflectancePoint points[] = {{30, 0.05}, {190, 0.85}};
  const auto curve = ReflectanceCurve::Through(points);
  ASSERT_TRUE(curve);
  EXPECT_NEAR(curve->At(110), 0.45, 1e-6);
  EXPECT_NEAR(curve->At(0), -0.10, 1e-6);
  EXPECT_NEAR(curve->At(230), 1.05, 1e-6);
  EXPECT_NEAR(curve->offset() + 110 * curve->gain(), 0.45, 1e-6);
}

TEST(ReflectanceCurve, ATableGoesThroughItsPoints) {
  const ReflectancePoint points[] = {{10, 0.02}, {60, 0.20}, {110, 0.50}, {210, 0.90}};
  const auto curve = ReflectanceCurve::Through(points);
  ASSERT_TRUE(curve);
  EXPECT_FALSE(curve->linear());
  for (const auto& p : points) {
    EXPECT_NEAR(curve->At(static_cast<uint8_t>(p.grey)), p.reflectance, 1e-6);
  }
  EXPECT_NEAR(curve->At(35), 0.11, 1e-6);
  EXPECT_NEAR(curve->At(85), 0.35, 1e-6);
  EXPECT_NEAR(curve->At(0), -0.016, 1e-6) << "the first line is carried on";
  EXPECT_NEAR(curve->At(235), 1.0, 1e-6) << "and the last";
}

TEST(ReflectanceCurve, RefusesWhatDoesNotRise) {
  const ReflectancePoint one[] = {{10, 0.1}};
  EXPECT_FALSE(ReflectanceCurve::Through(one));
  const ReflectancePoint same[] = {{10, 0.1}, {10, 0.9}};
  EXPECT_FALSE(ReflectanceCurve::Through(same));
  const ReflectancePoint falling[] = {{10, 0.9}, {200, 0.1}};
  const auto refused = ReflectanceCurve::Through(falling);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().key, "points[1]");
}

TEST(FlatField, MakesAnUnevenPageEven) {
  // A page of 200 grey whose light falls off to 60 % at the right.
  constexpr int kWidth = 64, kHeight = 16;
  std::array<uint8_t, kWidth * kHeight> page{};
  FlatField field{.cols = 64, .rows = 1, .dark_grey = 0, .gains = {}};
  for (int x = 0; x < kWidth; ++x) {
    const float light = 1 - 0.4f * static_cast<float>(x) / (kWidth - 1);
    field.gains.push_back(1 / light);
    for (int y = 0; y < kHeight; ++y) {
      page[static_cast<size_t>(y * kWidth + x)] = static_cast<uint8_t>(200 * light + 0.5f);
    }
  }
  ASSERT_TRUE(field.Validate());
  std::array<uint8_t, 20 * 10> out{};
  field.Apply({page.data(), kWidth, kHeight, kWidth}, {40, 3, 20, 10}, out);
  for (const uint8_t grey : out) EXPECT_NEAR(grey, 200, 1);
}

TEST(FlatField, InterpolatesBetweenTheMiddlesOfItsCells) {
  const FlatField field{.cols = 2, .rows = 1, .dark_grey = 0, .gains = {1, 2}};
  EXPECT_FLOAT_EQ(field.GainAt({25, 0}, 100, 50), 1);
  EXPECT_FLOAT_EQ(field.GainAt({50, 20}, 100, 50), 1.5f);
  EXPECT_FLOAT_EQ(field.GainAt({99, 49}, 100, 50), 2) << "carried on at the border";
}

}  // namespace
}  // namespace veriline::calibration
