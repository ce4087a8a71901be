// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/frame_ids.h"

#include <gtest/gtest.h>

#include <vector>

namespace veriline::camera {
namespace {

std::vector<uint64_t> All(FrameIds ids, const std::vector<uint64_t>& blocks) {
  std::vector<uint64_t> out;
  for (const uint64_t block : blocks) out.push_back(ids.Next(block));
  return out;
}
using Ids = std::vector<uint64_t>;

TEST(FrameIds, CountFromOneWhereverTheDeviceBegins) {
  EXPECT_EQ(All(FrameIds(), {1, 2, 3}), (Ids{1, 2, 3}));
  EXPECT_EQ(All(FrameIds(), {65300, 65301}), (Ids{1, 2}));
  EXPECT_EQ(All(FrameIds(0), {0, 1, 2}), (Ids{1, 2, 3})) << "USB3 Vision";
}

TEST(FrameIds, FramesLostAtTheStartAreAGap) {
  EXPECT_EQ(All(FrameIds(), {3, 4}), (Ids{3, 4}));
  EXPECT_EQ(All(FrameIds(0), {2, 3}), (Ids{3, 4}));
}

TEST(FrameIds, AGapStaysAGap) { EXPECT_EQ(All(FrameIds(), {1, 2, 5, 6}), (Ids{1, 2, 5, 6})); }

TEST(FrameIds, SixteenBitsWrapToOne) {
  EXPECT_EQ(All(FrameIds(), {65534, 65535, 1, 2}), (Ids{1, 2, 3, 4}));
  EXPECT_EQ(All(FrameIds(), {65534, 2, 3}), (Ids{1, 4, 5})) << "65535 and 1 are lost";
}

TEST(FrameIds, EveryIdOfAWholeTurnFollowsTheLast) {
  FrameIds ids;
  for (uint64_t n = 1; n <= 200'000; ++n) {
    ASSERT_EQ(ids.Next((n - 1) % 65535 + 1), n);
  }
}

TEST(FrameIds, SixtyFourBitsDoNotWrap) {
  EXPECT_EQ(All(FrameIds(), {65535, 65536, 65537}), (Ids{1, 2, 3}));
  EXPECT_EQ(All(FrameIds(), {70000, 200000}), (Ids{1, 130001}));
}

TEST(FrameIds, WhatIsUnknownOrCannotFollowIsTheNext) {
  EXPECT_EQ(All(FrameIds(), {1, FrameIds::kUnknown, 3}), (Ids{1, 2, 3}));
  EXPECT_EQ(All(FrameIds(), {65535, FrameIds::kUnknown, 2}), (Ids{1, 2, 3}));
  EXPECT_EQ(All(FrameIds(), {FrameIds::kUnknown, 2, 3}), (Ids{1, 2, 3}));
  EXPECT_EQ(All(FrameIds(), {FrameIds::kUnknown, 3}), (Ids{1, 3}));
  EXPECT_EQ(All(FrameIds(), {10, 9, 11}), (Ids{10, 11, 13}));
}

TEST(FrameIds, ARestartIsNoGap) {
  FrameIds ids;
  EXPECT_EQ(ids.Next(1), 1u);
  EXPECT_EQ(ids.Next(2), 2u);
  ids.Restart();
  EXPECT_EQ(ids.Next(1), 3u);
  EXPECT_EQ(ids.Next(3), 5u);
}

}  // namespace
}  // namespace veriline::camera
