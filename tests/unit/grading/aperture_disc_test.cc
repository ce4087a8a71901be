// SPDX-License-Identifier: Apache-2.0
#include "grading/aperture_disc.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace veriline::grading {
namespace {

constexpr int kSide = 48;
constexpr ptrdiff_t kStride = kSide + ApertureDisc::kPadding;

std::vector<float> Noise() {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> level(0, 1);
  std::vector<float> pixels(kStride * kSide + ApertureDisc::kPadding);
  for (float& p : pixels) p = level(random);
  return pixels;
}

/// The mean under an ellipse by brute force: 64 × 64 points a pixel.
double MeanUnder(const std::vector<float>& pixels, Point at, double rx, double ry) {
  constexpr int kSub = 64;
  double sum = 0, n = 0;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      if (std::abs(x + 0.5 - at.x) > rx + 1 || std::abs(y + 0.5 - at.y) > ry + 1) continue;
      int inside = 0;
      for (int s = 0; s < kSub * kSub; ++s) {
        const double dx = (x + (s % kSub + 0.5) / kSub - at.x) / rx;
        const double dy = (y + (s / kSub + 0.5) / kSub - at.y) / ry;
        inside += dx * dx + dy * dy < 1;
      }
      sum += inside * static_cast<double>(pixels[static_cast<size_t>(y * kStride + x)]);
      n += inside;
    }
  }
  return sum / n;
}

TEST(ApertureDisc, WeighsPixelsByTheAreaThatItCovers) {
  const std::vector<float> pixels = Noise();
  ApertureDisc disc;
  for (const auto& [dx, dy] :
       {std::pair{4.0, 4.0}, {3.1, 3.1}, {8.0, 8.0}, {16.0, 16.0}, {5.0, 6.5}}) {
    disc.Set(dx, dy);
    // Places on sixteenths of a pixel, all around the middle (mirrored kernels too).
    const std::vector<Point> places = {{20.5f, 20.5f},     {20.0f, 21.0f},   {20.0625f, 19.9375f},
                                       {22.875f, 20.125f}, {21.25f, 24.75f}, {23.6875f, 21.8125f}};
    std::vector<float> means(places.size());
    disc.Sample(pixels.data(), kStride, {0, 0}, places, means);
    for (size_t i = 0; i < places.size(); ++i) {
      EXPECT_NEAR(means[i], MeanUnder(pixels, places[i], dx / 2, dy / 2), 0.001)
          << dx << " px at " << places[i].x << ", " << places[i].y;
    }
  }
}

TEST(ApertureDisc, FiltersRowsAsItSamples) {
  const std::vector<float> pixels = Noise();
  ApertureDisc disc;
  for (const double d : {0.2, 2.5, 4.0, 7.3}) {
    disc.Set(d, d);
    constexpr int kCount = 21;
    std::vector<float> row(kCount + ApertureDisc::kPadding);
    disc.FilterRow(pixels.data() + 20 * kStride + 12, kStride, kCount, row.data());
    for (int x = 0; x < kCount; ++x) {
      const Point place{static_cast<float>(x) + 12.5f, 20.5f};
      float mean = 0;
      disc.Sample(pixels.data(), kStride, {0, 0}, {&place, 1}, {&mean, 1});
      EXPECT_NEAR(row[static_cast<size_t>(x)], mean, 1e-5) << d << " px at " << x;
    }
  }
}

TEST(ApertureDisc, BelowAPixelIsThePixel) {
  const std::vector<float> pixels = Noise();
  ApertureDisc disc;
  disc.Set(0.5, 0.5);
  const Point place{10.3f, 11.9f};
  float mean = 0;
  disc.Sample(pixels.data(), kStride, {0, 0}, {&place, 1}, {&mean, 1});
  EXPECT_FLOAT_EQ(mean, pixels[11 * kStride + 10]);
}

TEST(Extremes, JoinWhatWasThere) {
  std::vector<float> values(37, 0.5f);
  values[36] = 0.9f;
  values[3] = 0.1f;
  float least = 0.3f, greatest = 0.4f;
  Extremes(values.data(), 37, &least, &greatest);
  EXPECT_FLOAT_EQ(least, 0.1f);
  EXPECT_FLOAT_EQ(greatest, 0.9f);
}

}  // namespace
}  // namespace veriline::grading
