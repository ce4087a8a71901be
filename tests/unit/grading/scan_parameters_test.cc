// SPDX-License-Identifier: Apache-2.0
#include "grading/scan_parameters.h"

#include <gtest/gtest.h>

#include <vector>

namespace veriline::grading {
namespace {

/// Straight lines between knots, eight samples each.
ScanProfile Through(const std::vector<float>& knots) {
  ScanProfile p;
  for (size_t i = 0; i + 1 < knots.size(); ++i) {
    for (int k = 0; k < 8; ++k) {
      p.values.push_back(knots[i] + (knots[i + 1] - knots[i]) * static_cast<float>(k) / 8);
    }
  }
  p.values.push_back(knots.back());
  FindEdges(&p);
  return p;
}

constexpr float kLight = 0.8f, kDark = 0.1f;

TEST(ScanParameters, LevelsAreThoseOfTheProfile) {
  const Levels levels = LevelsOf(Through({kLight, kLight, kDark, kLight}));
  EXPECT_FLOAT_EQ(static_cast<float>(levels.rmax), kLight);
  EXPECT_FLOAT_EQ(static_cast<float>(levels.rmin), kDark);
  EXPECT_NEAR(levels.threshold, 0.45, 1e-6);
  EXPECT_EQ(LevelsOf({}).contrast(), 0);
}

TEST(ScanParameters, EdgeContrastIsTheLeastOfNeighbours) {
  // quiet, bar, space 0.6, bar 0.2, quiet 0.7
  const ScanProfile p = Through({kLight, kLight, kDark, 0.6f, 0.2f, 0.7f, 0.7f});
  ASSERT_EQ(p.edges.size(), 4u);
  std::vector<float> extremes;
  const EdgeContrast c = MeasureEdgeContrast(p, &extremes);
  EXPECT_NEAR(c.least, 0.4, 1e-6);
  EXPECT_EQ(c.edge, 2);  // between the space and the bar at 0.2
  const std::vector<float> expected = {kLight, kDark, 0.6f, 0.2f, 0.7f};
  EXPECT_EQ(extremes, expected);
}

TEST(ScanParameters, SlopesAreNoDefects) {
  for (const PeakRule rule : {PeakRule::kHighest, PeakRule::kLower}) {
    const Defects d = MeasureDefects(Through({kLight, kLight, kDark, 0.6f, kDark, 0.7f}), rule);
    EXPECT_EQ(d.ern, 0);
    EXPECT_EQ(d.element, -1);
  }
}

TEST(ScanParameters, DefectsOfBothForms) {
  // A space with peaks 0.8 and 0.6 and a valley of 0.5 between them.
  const ScanProfile space = Through({kLight, kDark, 0.8f, 0.5f, 0.6f, kDark, kLight, kLight});
  const Defects old_form = MeasureDefects(space, PeakRule::kHighest);
  EXPECT_NEAR(old_form.ern, 0.3, 1e-6);
  EXPECT_EQ(old_form.element, 1);
  EXPECT_FALSE(IsBar(old_form.element));
  EXPECT_NEAR(old_form.sample, 24, 0.01);
  EXPECT_NEAR(MeasureDefects(space, PeakRule::kLower).ern, 0.1, 1e-6);
  // A bar with valleys 0.1 and 0.3 and a peak of 0.4.
  const ScanProfile bar = Through({kLight, kLight, 0.1f, 0.4f, 0.3f, kLight, kLight});
  EXPECT_NEAR(MeasureDefects(bar, PeakRule::kHighest).ern, 0.3, 1e-6);
  EXPECT_NEAR(MeasureDefects(bar, PeakRule::kLower).ern, 0.1, 1e-6);
  EXPECT_EQ(MeasureDefects(bar, PeakRule::kLower).element, 0);
}

TEST(ScanParameters, NoiseInAVoidDoesNotHideItsDepth) {
  const ScanProfile p =
      Through({kLight, kLight, 0.1f, 0.1f, 0.3f, 0.28f, 0.31f, 0.1f, 0.1f, kLight, kLight});
  EXPECT_NEAR(MeasureDefects(p, PeakRule::kLower).ern, 0.21, 1e-6);
}

TEST(ScanParameters, QuietZonesHaveDefectsToo) {
  const ScanProfile p = Through({kLight, 0.6f, kLight, kDark, kLight, kLight});
  const Defects d = MeasureDefects(p, PeakRule::kLower);
  EXPECT_NEAR(d.ern, 0.2, 1e-6);
  EXPECT_EQ(d.element, -1);
}

TEST(ScanParameters, QuietZoneEndsWhereItIsDark) {
  ScanProfile p = Through({kDark, kLight, kLight, kLight, kDark, kLight, kLight});
  ASSERT_EQ(p.edges.size(), 2u);
  EXPECT_NEAR(p.edges[0], 28, 0.01);
  const QuietZoneSeen left = MeasureQuietZone(p, p.edges[0], -1, 0.45);
  EXPECT_NEAR(left.samples, 24, 0.01);  // from sample 4, where the slope passes 0.45
  EXPECT_FALSE(left.whole);
  const QuietZoneSeen right = MeasureQuietZone(p, p.edges[1], 1, 0.45);
  EXPECT_NEAR(right.samples, 12, 0.01);
  EXPECT_TRUE(right.whole);
}

TEST(ScanParameters, EmptyProfilesHaveNothing) {
  std::vector<float> extremes;
  EXPECT_EQ(MeasureEdgeContrast({}, &extremes).edge, -1);
  EXPECT_EQ(MeasureDefects({}, PeakRule::kLower).ern, 0);
  const ScanProfile even = Through({0.5f, 0.5f});
  EXPECT_EQ(MeasureEdgeContrast(even, &extremes).edge, -1);
}

}  // namespace
}  // namespace veriline::grading
