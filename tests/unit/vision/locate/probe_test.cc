// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/probe.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "tests/support/drawn_symbol.h"

namespace veriline::locate {
namespace {

using testing::Canvas;

/// A picture with what the probe needs.
struct Scene {
  explicit Scene(const Canvas& canvas) : picture(canvas.view()) {
    MeasureBlocks(picture, &map);
    limits.Assign(map);
    probe.Assign(picture, limits);
  }
  FrameView picture;
  BlockMap map;
  LimitsMap limits;
  Probe probe;
};

Canvas Stripes(float period_px, uint8_t dark, uint8_t light) {
  Canvas canvas(300, 120, light);
  for (int y = 0; y < 120; ++y) {
    for (int x = 50; x < 250; ++x) {
      const float in = std::fmod(static_cast<float>(x) - 50, period_px);
      if (in < period_px / 2) canvas.Row(y)[x] = dark;
    }
  }
  return canvas;
}

TEST(Probe, FindsTheEdgesOfStripesWhereTheyAre) {
  const Canvas canvas = Stripes(10, 60, 200);
  Scene scene(canvas);
  // Wherever in their pixels the samples lie.
  for (const float start : {5.01f, 5.3f, 5.5f, 5.99f}) {
    bool light = false;
    const auto edges = scene.probe.Line({start, 60.2f}, {start + 290, 60.2f}, &light);
    EXPECT_TRUE(light);
    ASSERT_EQ(edges.size(), 40u);
    for (size_t i = 0; i < edges.size(); ++i) {
      EXPECT_NEAR(edges[i].at + start, 50 + 5 * static_cast<float>(i), 0.05f);
      EXPECT_EQ(edges[i].light, i % 2 == 1);
    }
  }
}

// Dark from a tenth of the range below the light, wherever the light is.
TEST(Probe, FollowsTheLight) {
  for (const uint8_t light : {60, 120, 250}) {
    const Canvas canvas = Stripes(10, static_cast<uint8_t>(light - 40), light);
    Scene scene(canvas);
    EXPECT_EQ(scene.probe.Line({5.5f, 60}, {295.5f, 60}).size(), 40u) << int{light};
  }
}

TEST(Probe, KeepsTheColourWhereTheLightShowsNothing) {
  std::mt19937 random(1);
  Canvas canvas(400, 200, 90);
  canvas.AddNoise(random, 3);
  Scene scene(canvas);
  EXPECT_TRUE(scene.probe.Line({1, 1}, {399, 199}).empty());
}

/// The colours by the definition: one sample after the other.
std::vector<bool> Colours(const Scene& scene, Point from, Point step, int count) {
  std::vector<bool> colours;
  bool light = true;
  bool known = false;
  int first = 0;
  for (int i = 0; i < count; ++i) {
    const Point p = from + step * static_cast<float>(i);
    const int x = static_cast<int>(p.x), y = static_cast<int>(p.y);
    const Limits& limits = scene.limits.Row(std::min(
        y / kBlockPx, scene.limits.rows() - 1))[std::min(x / kBlockPx, scene.limits.cols() - 1)];
    const int grey = scene.picture.Row(y)[x];
    const bool above = grey > limits.light, below = grey < limits.dark;
    if (!known && (above || below)) known = true, light = above, first = i;
    if (known) light = above || (light && !below);
    colours.push_back(light);
  }
  // What comes before the first that shows a colour has that colour.
  for (int i = 0; i < first; ++i)
    colours[static_cast<size_t>(i)] = colours[static_cast<size_t>(first)];
  return colours;
}

TEST(Probe, GivesTheFlipsOfTheDefinition) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    Canvas canvas(257, 131, 128);
    canvas.AddClutter(random, 30, {});
    canvas.AddNoise(random, 12);
    Scene scene(canvas);
    const int y = static_cast<int>(random() % 131);
    const Point from{0.5f, static_cast<float>(y) + 0.5f};
    bool light = false;
    const auto edges = scene.probe.Line(from, from + Point{256, 0}, &light);
    const std::vector<bool> colours = Colours(scene, from, {1, 0}, 257);
    ASSERT_EQ(light, colours[0]);
    size_t k = 0;
    for (size_t i = 1; i < colours.size(); ++i) {
      if (colours[i] == colours[i - 1]) continue;
      ASSERT_LT(k, edges.size());
      ASSERT_GE(edges[k].at, static_cast<float>(i - 1) - 0.001f) << "row " << y;
      ASSERT_LE(edges[k].at, static_cast<float>(i) + 0.001f);
      ASSERT_EQ(edges[k].light, colours[i]);
      ++k;
    }
    ASSERT_EQ(k, edges.size());
  }
}

// Lines that leave the picture are cut; a sanitizer sees what is read beyond.
TEST(Probe, TakesAnyLine) {
  std::mt19937 random(9);
  std::uniform_real_distribution<float> place(-400, 700);
  for (int round = 0; round < 300; ++round) {
    const int width = 1 + static_cast<int>(random() % 90),
              height = 1 + static_cast<int>(random() % 90);
    Canvas canvas(width, height, 128);
    canvas.AddNoise(random, 40);
    Scene scene(canvas);
    const Point from{place(random), place(random)}, to{place(random), place(random)};
    const float length = Distance(from, to);
    for (const Edge& edge : scene.probe.Line(from, to)) {
      ASSERT_GE(edge.at, 0);
      ASSERT_LE(edge.at, length);
    }
    scene.probe.Above(from);
  }
}

}  // namespace
}  // namespace veriline::locate
