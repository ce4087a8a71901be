// SPDX-License-Identifier: Apache-2.0
// What tests of linear symbols draw must show what they ask for.
#include "tests/support/linear_drawing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace veriline::testing {
namespace {

const std::vector<double> kWidths = {2, 1, 1, 2, 3, 2, 1, 4, 1};

TEST(LinearDrawing, ProfileHasTheEdges) {
  for (const double growth : {-0.2, 0.0, 0.3}) {
    const LinearRow row = PrintRow(kWidths, {.growth_x = growth});
    // With some blur straight lines between samples come close to the curve.
    const LinearShot shot{
        .x_px = 8.3, .blur_sigma_px = 0.9, .quiet_left_x = 5, .shift_px = {0.37f, 0}};
    ScanProfile profile;
    SampleRow(row, shot, &profile);
    FindEdges(&profile);
    const std::vector<float> edges = EdgesOf(row, shot.x_px, 5 * shot.x_px + 0.37f - 0.5);
    ASSERT_EQ(profile.edges.size(), edges.size());
    for (size_t i = 0; i < edges.size(); ++i) EXPECT_NEAR(profile.edges[i], edges[i], 0.03);
  }
}

TEST(LinearDrawing, BlurKeepsTheInk) {
  const LinearRow row = PrintRow(kWidths, {.dark = 0, .light = 200});
  for (const double sigma : {0.0, 0.7, 2.0, 4.0}) {
    ScanProfile profile;
    SampleRow(row, {.x_px = 3.1, .blur_sigma_px = sigma}, &profile);
    double ink = 0;
    for (const float v : profile.values) ink += 200 - v;
    EXPECT_NEAR(ink, 200 * 8 * 3.1, 2) << sigma;  // bars of 8 X
  }
}

TEST(LinearDrawing, PictureAgreesWithSamplesOfThePaper) {
  // A pixel is the mean of what it covers: held to 64 × 64 points of it, at all angles.
  const std::vector<LinearRow> rows = {PrintRow(kWidths, {.height_x = 6}),
                                       PrintRow(std::vector<double>{0, 3, 2}, {.height_x = 4})};
  for (const double degrees : {0.0, 31.0, 90.0, 200.0}) {
    const LinearShot shot{.x_px = 2.2, .degrees = degrees, .quiet_left_x = 3, .quiet_right_x = 3};
    const LinearPicture picture = DrawLinear(rows, shot);
    const Point origin = picture.outline.corners[0];
    const double c = std::cos(degrees * std::numbers::pi / 180);
    const double s = std::sin(degrees * std::numbers::pi / 180);
    double worst = 0;
    for (int y = 0; y < picture.height; ++y) {
      for (int x = 0; x < picture.width; ++x) {
        double sum = 0;
        for (int i = 0; i < 64 * 64; ++i) {
          const double dx = x + (i % 64 + 0.5) / 64 - origin.x;
          const double dy = y + (i / 64 + 0.5) / 64 - origin.y;
          const double u = (dx * c + dy * s) / shot.x_px, v = (dy * c - dx * s) / shot.x_px;
          const LinearRow& row = rows[v < 6 ? 0 : 1];
          size_t k = 0;
          while (k < row.edges.size() && row.edges[k] < u) ++k;
          sum += v < 0 || v >= 10 ? row.levels[0] : row.levels[k];
        }
        // Corners of bars are put together from their two sides.
        const double off =
            std::abs(picture.pixels[static_cast<size_t>(y * picture.width + x)] - sum / (64 * 64));
        worst = std::max(worst, off);
      }
    }
    EXPECT_LE(worst, std::fmod(degrees, 90) == 0 ? 3 : 25) << degrees;
  }
}

TEST(LinearDrawing, TurnsTheOutline) {
  const std::vector<LinearRow> rows = {PrintRow(kWidths, {.height_x = 10})};
  const Quad upright = DrawLinear(rows, {.x_px = 3}).outline;
  const Quad turned = DrawLinear(rows, {.x_px = 3, .degrees = 90}).outline;
  EXPECT_NEAR(upright.corners[1].x - upright.corners[0].x, 17 * 3, 1e-3);
  EXPECT_NEAR(turned.corners[1].y - turned.corners[0].y, 17 * 3, 1e-3);
  EXPECT_NEAR(turned.corners[3].x - turned.corners[0].x, -10 * 3, 1e-3);
}

TEST(LinearDrawing, StripesLieWithinAnElement) {
  LinearRow row = PrintRow(kWidths);
  AddStripe(&row, 6.5, 7.5, 90);
  EXPECT_EQ(row.levels.size(), row.edges.size() + 1);
  ScanProfile profile;
  SampleRow(row, {.x_px = 10, .quiet_left_x = 2}, &profile);
  EXPECT_NEAR(profile.values[20 + 70], 90, 0.1);
  EXPECT_NEAR(profile.values[20 + 62], 40, 0.1);
  EXPECT_NEAR(profile.values[20 + 78], 40, 0.1);
}

}  // namespace
}  // namespace veriline::testing
