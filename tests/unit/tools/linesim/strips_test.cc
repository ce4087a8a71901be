// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/strips.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

namespace veriline::linesim {
namespace {

WorldConfig Config(uint32_t stops, uint32_t reversals) {
  WorldConfig config;
  config.scene = SceneKind::kWeb;
  config.items = 8 * 40;
  config.items_per_min = 8 * 120;
  config.t0_ns = 5'000'000'000;
  config.stops = stops;
  config.reversals = reversals;
  return config;
}

TEST(Strips, OfAnEvenBeltShowEveryLineOnceInOrder) {
  const World world(Config(0, 0));
  const Strips strips(world);
  ASSERT_GT(strips.size(), 100u);
  int64_t next = strips.At(0).first_count;
  int64_t last_ns = 0;
  for (uint64_t i = 0; i < strips.size(); ++i) {
    const Strip strip = strips.At(i);
    EXPECT_EQ(strip.first_count, next);
    EXPECT_EQ(strip.lines(), i + 1 < strips.size() ? 256 : strip.lines());
    EXPECT_GT(strip.first_ns, last_ns);
    EXPECT_GT(strip.last_ns, strip.first_ns);
    last_ns = strip.last_ns;
    next = strip.last_count + 1;
  }
  // From before the first mark to behind the last label.
  const int64_t camera = world.config().camera_distance_counts;
  EXPECT_LT(strips.At(0).first_count, world.MarkCount(0) + camera);
  EXPECT_GT(next, world.TrailingCount(world.items() - 1) + camera + 2048);
}

TEST(Strips, FollowTheBeltThroughStopsAndReversals) {
  const World world(Config(2, 1));
  const Strips strips(world);
  std::set<int64_t> seen;
  int turns = 0;
  int64_t at = strips.At(0).first_count - 1;
  int direction = 1;
  int64_t last_ns = 0;
  for (uint64_t i = 0; i < strips.size(); ++i) {
    const Strip strip = strips.At(i);
    ASSERT_LE(strip.lines(), 256);
    const int64_t step = strip.first_count - at;
    ASSERT_EQ(std::abs(step), 1) << i;  // line after line, either way
    turns += step != direction;
    direction = static_cast<int>(step);
    if (strip.lines() > 1) {
      EXPECT_EQ(strip.last_count > strip.first_count, direction > 0) << i;
    }
    at = strip.last_count;
    EXPECT_GT(strip.first_ns, last_ns) << i;
    EXPECT_GE(strip.last_ns, strip.first_ns) << i;
    last_ns = strip.last_ns;
    // The encoder stood there when the line was exposed.
    EXPECT_EQ(world.CountAt(strip.first_ns), strip.first_count) << i;
    EXPECT_EQ(world.CountAt(strip.last_ns), strip.last_count) << i;
    for (const int64_t count : {strip.first_count, strip.last_count}) seen.insert(count);
  }
  EXPECT_EQ(turns, 2);  // back, and forth again
  EXPECT_EQ(*seen.rbegin(), at);
}

}  // namespace
}  // namespace veriline::linesim
