// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reject/camera_trigger.h"

#include <gtest/gtest.h>

#include <vector>

namespace veriline::reject {
namespace {

constexpr int64_t kMsNs = 1'000'000;

class CameraTriggerTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(trigger_.Start());
    for (int i = 0; i < 5; ++i) Frame(20, 0);
    ASSERT_TRUE(trigger_.healthy());
  }
  /// A frame 5 ms later, the counter `steps` further.
  void Frame(int64_t steps, uint32_t lines) {
    clock_.Advance(5 * kMsNs);
    value_ += static_cast<uint32_t>(steps);
    trigger_.OnLineSample({clock_.NowNs(), value_, lines});
  }
  std::vector<item::EyeEdge> Poll() {
    std::vector<item::EyeEdge> edges;
    item::EyeEdge edge;
    while (trigger_.PollEdge(&edge)) edges.push_back(edge);
    return edges;
  }

  ManualClock clock_{5'000'000'000};
  uint32_t value_ = 0xFFFF'FFA0;  // wraps within SetUp
  CameraTrigger trigger_{{.eye_lines = {2}, .most_counts_per_s = 10'000, .sample_ns = 5 * kMsNs},
                         clock_};
};

TEST_F(CameraTriggerTest, AnEdgeLiesInTheMiddleOfTwoFramesAcrossTheWrap) {
  const int64_t before = trigger_.CountAt(clock_.NowNs());
  EXPECT_EQ(before, 0xFFFF'FFA0ll + 5 * 20);
  Frame(20, 1u << 2);
  Frame(20, 1u << 2 | 1u << 3);  // another line is nobody's eye
  Frame(20, 0);
  const auto edges = Poll();
  ASSERT_EQ(edges.size(), 2u);
  EXPECT_TRUE(edges[0].rising);
  EXPECT_EQ(edges[0].count, before + 10);
  EXPECT_EQ(edges[0].time_ns, clock_.NowNs() - 12'500'000);
  EXPECT_FALSE(edges[1].rising);
  EXPECT_EQ(edges[1].count, before + 50);
}

TEST_F(CameraTriggerTest, WhatChangedOverALossIsNoEdge) {
  clock_.Advance(300 * kMsNs);
  EXPECT_FALSE(trigger_.healthy());
  Frame(1000, 1u << 2);
  for (int i = 0; i < 5; ++i) Frame(20, 1u << 2);
  EXPECT_TRUE(trigger_.healthy());
  EXPECT_TRUE(Poll().empty());
  Frame(20, 0);
  EXPECT_EQ(Poll().size(), 1u);
}

TEST_F(CameraTriggerTest, ACounterThatBeginsAnewWhileTheLineRunsStopsReleasesUntilTheNextStart) {
  value_ = 0x4000'0000;
  for (int i = 0; i < 10; ++i) {
    Frame(20, 0);
    EXPECT_FALSE(trigger_.healthy());
  }
  trigger_.Stop();
  value_ = 17;  // and again, as some cameras do when they are started
  ASSERT_TRUE(trigger_.Start());
  for (int i = 0; i < 5; ++i) Frame(20, 0);
  EXPECT_TRUE(trigger_.healthy());
}

TEST_F(CameraTriggerTest, AnEdgeThatFindsTheQueueFullIsCounted) {
  for (size_t i = 0; i < CameraTrigger::kEdgeCapacity + 3; ++i) Frame(20, i % 2 == 0 ? 1u << 2 : 0);
  EXPECT_EQ(Poll().size(), CameraTrigger::kEdgeCapacity);
  ASSERT_EQ(trigger_.queues().size(), 1u);
  EXPECT_EQ(trigger_.queues()[0].full, 3u);
}

}  // namespace
}  // namespace veriline::reject
