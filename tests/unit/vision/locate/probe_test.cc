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
    survey.Take(picture);
    probe.Assign(picture, survey);
  }
  FrameView picture;
  Survey survey;
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

/// Pixels along a line by the definition: one after the other along the nearer axis.
/// `clear`: none lies so near to the border of a row or column that rounding may decide.
std::vector<bool> Colours(const Scene& scene, Point from, Point to, bool* clear) {
  const Point d = to - from;
  const float steps = std::max(std::abs(d.x), std::abs(d.y));
  *clear = true;
  std::vector<bool> colours;
  for (int i = 0; i <= static_cast<int>(steps); ++i) {
    const Point p = from + d * (static_cast<float>(i) / steps);
    for (const float at : {p.x, p.y}) {
      if (std::abs(at - std::round(at)) < 0.003f) *clear = false;
    }
    const uint64_t* row = scene.survey.bits().Row(static_cast<int>(p.y));
    const auto x = static_cast<size_t>(p.x);
    colours.push_back((row[x / 64] >> (x % 64) & 1) != 0);
  }
  return colours;
}

// Level lines, upright ones and all between take ways of their own.
TEST(Probe, GivesTheFlipsOfTheDefinition) {
  std::mt19937 random(5);
  int seen = 0;
  for (int round = 0; round < 600; ++round) {
    Canvas canvas(257, 231, 128);
    canvas.AddClutter(random, 30, {});
    canvas.AddNoise(random, 12);
    Scene scene(canvas);
    // Whole pixels along the nearer axis from the middle of one, so that no rounding decides.
    const auto length = static_cast<float>(20 + random() % 200);
    const auto across = static_cast<float>(random() % 21) / 20 * length * 0.49f;
    const bool steep = random() % 2 != 0, back = random() % 2 != 0, other = random() % 2 != 0;
    Point from{8.5f, 8.5f + static_cast<float>(random() % 5) / 7};
    Point to{from.x + length, from.y + across};
    if (other) std::swap(from.y, to.y);
    if (steep) std::swap(from.x, from.y), std::swap(to.x, to.y);
    if (back) std::swap(from, to);
    bool light = false;
    const auto edges = scene.probe.Line(from, to, &light);
    bool clear = false;
    const std::vector<bool> colours = Colours(scene, from, to, &clear);
    if (!clear) continue;
    ++seen;
    ASSERT_EQ(light, colours[0]) << round;
    const float pitch = Distance(from, to) / length;
    size_t k = 0;
    // Rounding decides whether the last pixel is still on the line.
    for (size_t i = 1; i + 1 < colours.size(); ++i) {
      if (colours[i] == colours[i - 1]) continue;
      ASSERT_LT(k, edges.size()) << round;
      ASSERT_EQ(edges[k].light, colours[i]) << round;
      // Between two pixels, whose middles may be half a pixel off the line.
      ASSERT_NEAR(edges[k].at, (static_cast<float>(i) - 0.5f) * pitch, 1.0f) << round;
      ++k;
    }
    if (colours[colours.size() - 1] != colours[colours.size() - 2]) k += k < edges.size();
    ASSERT_EQ(k, edges.size()) << round;
  }
  EXPECT_GT(seen, 200);
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
