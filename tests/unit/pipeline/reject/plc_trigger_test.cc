// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reject/plc_trigger.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/plc_belt.h"

namespace veriline::reject {
namespace {

using item::EyeEdge;
using item::PartId;
using Encoder = PlcTrigger::Encoder;
using Edge = PlcTrigger::Edge;
using Part = PlcTrigger::Part;

constexpr int64_t kMsNs = 1'000'000;

/// A belt of at most 10 counts a millisecond that stands at 1000.
class PlcTriggerTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(plc_.Start());
    Stand(1000);
    ASSERT_TRUE(plc_.healthy());
  }
  /// The belt stands at `count` until its speed is known.
  void Stand(int64_t count) {
    at_ = count;
    for (int ms = 0; ms <= 40; ++ms) {
      clock_.Advance(kMsNs);
      ASSERT_TRUE(plc_.Tell(Encoder{.count = count}));
    }
  }
  /// The belt is at `count` a millisecond later, with a message for each 5 counts.
  void MoveTo(int64_t count) {
    while (at_ < count) {
      at_ = std::min(count, at_ + 5);
      clock_.Advance(kMsNs);
      ASSERT_TRUE(plc_.Tell(Encoder{.count = at_}));
    }
  }
  std::vector<EyeEdge> Poll() {
    std::vector<EyeEdge> edges;
    EyeEdge edge;
    while (plc_.PollEdge(&edge)) edges.push_back(edge);
    return edges;
  }
  static PartId Name(const std::string& text) { return *PartId::From(text); }

  ManualClock clock_{5'000'000'000};
  PlcTrigger plc_{{.lanes = 2, .most_counts_per_s = 10'000}, clock_};
  int64_t at_ = 0;
};

TEST_F(PlcTriggerTest, APartToldBeforeItComesOpensWhenTheBeltIsThere) {
  ASSERT_TRUE(
      plc_.Tell(Part{.part_id = Name("A-1"), .lane = 1, .from_count = 1100, .to_count = 1180}));
  EXPECT_TRUE(Poll().empty());
  MoveTo(1095);
  EXPECT_TRUE(Poll().empty());
  MoveTo(1100);
  auto edges = Poll();
  ASSERT_EQ(edges.size(), 1u);
  EXPECT_EQ(edges[0].lane, 1);
  EXPECT_TRUE(edges[0].rising);
  EXPECT_EQ(edges[0].count, 1100);
  EXPECT_EQ(edges[0].part_id, Name("A-1"));
  EXPECT_LE(edges[0].time_ns, clock_.NowNs());
  EXPECT_GE(edges[0].time_ns, clock_.NowNs() - kMsNs);
  MoveTo(1200);
  edges = Poll();
  ASSERT_EQ(edges.size(), 1u);
  EXPECT_FALSE(edges[0].rising);
  EXPECT_EQ(edges[0].count, 1180);
  EXPECT_TRUE(edges[0].part_id.empty());
  // 20 counts ago, at 5 counts a millisecond.
  EXPECT_NEAR(static_cast<double>(clock_.NowNs() - edges[0].time_ns), 4e6, 1e6);
}

TEST_F(PlcTriggerTest, PartsToldInAnyOrderComeInTheOrderOfTheBelt) {
  ASSERT_TRUE(plc_.Tell(Part{Name("late"), 0, 1300, 1380}));
  ASSERT_TRUE(plc_.Tell(Part{Name("early"), 0, 1100, 1180}));
  MoveTo(1400);
  const auto edges = Poll();
  ASSERT_EQ(edges.size(), 4u);
  EXPECT_EQ(edges[0].part_id, Name("early"));
  EXPECT_EQ(edges[2].part_id, Name("late"));
}

TEST_F(PlcTriggerTest, AnEdgeBehindALaterOneOfItsLaneIsDroppedAndCounted) {
  MoveTo(1200);
  ASSERT_TRUE(plc_.Tell(Edge{.lane = 0, .rising = true, .count = 1190}));
  EXPECT_EQ(Poll().size(), 1u);
  ASSERT_TRUE(plc_.Tell(Edge{.lane = 0, .rising = false, .count = 1180}));
  ASSERT_TRUE(plc_.Tell(Edge{.lane = 1, .rising = true, .count = 1180}));
  const auto edges = Poll();
  ASSERT_EQ(edges.size(), 1u);
  EXPECT_EQ(edges[0].lane, 1) << "the other lane has its own order";
  EXPECT_EQ(plc_.disordered(), 1u);
}

TEST_F(PlcTriggerTest, RefusesWhatIsNoPlaceOnThisBelt) {
  const auto refused = [](const Checked<void>& told) {
    return !told && told.error().code == ErrorCode::kInvalidArgument;
  };
  EXPECT_TRUE(refused(plc_.Tell(Edge{.lane = 2, .rising = true, .count = 1000})));
  EXPECT_TRUE(refused(plc_.Tell(Edge{.lane = -1, .rising = true, .count = 1000})));
  EXPECT_TRUE(refused(plc_.Tell(Edge{.lane = 0, .rising = true, .count = 1'000'000})));
  EXPECT_TRUE(refused(plc_.Tell(Part{{}, 0, 1200, 1200})));
  EXPECT_TRUE(refused(plc_.Tell(Part{{}, 0, 1200, INT64_MAX})));
  EXPECT_TRUE(refused(plc_.Tell(Part{{}, 0, INT64_MIN, 1200})));
  EXPECT_TRUE(refused(plc_.Tell(Encoder{.count = INT64_MIN})));
  EXPECT_TRUE(refused(plc_.Tell(Encoder{.count = INT64_MAX})));
  EXPECT_TRUE(plc_.healthy());
  MoveTo(1500);
  EXPECT_TRUE(Poll().empty());
}

TEST_F(PlcTriggerTest, WithoutAnEncoderNoEdgeHasAPlace) {
  PlcTrigger fresh({.lanes = 1, .most_counts_per_s = 10'000}, clock_);
  ASSERT_TRUE(fresh.Start());
  EXPECT_FALSE(fresh.Tell(Edge{.lane = 0, .rising = true, .count = 0}));
  EXPECT_FALSE(fresh.healthy());
}

TEST_F(PlcTriggerTest, AJumpOfTheCountStopsReleasesUntilTheNextStart) {
  MoveTo(1500);
  ASSERT_TRUE(plc_.healthy());
  clock_.Advance(kMsNs);
  const auto told = plc_.Tell(Encoder{.count = 90'000});
  ASSERT_FALSE(told);
  EXPECT_NE(told.error().message.find("jumped from 1500 to 90000"), std::string::npos);
  EXPECT_FALSE(plc_.healthy());
  // Also when it goes on from there, or comes back.
  for (const int64_t count : {90'001, 1501}) {
    clock_.Advance(kMsNs);
    EXPECT_FALSE(plc_.Tell(Encoder{.count = count}));
    EXPECT_FALSE(plc_.healthy());
  }
  plc_.Stop();
  ASSERT_TRUE(plc_.Start());
  EXPECT_FALSE(plc_.healthy());
  Stand(90'010);
  EXPECT_TRUE(plc_.healthy());
  EXPECT_EQ(plc_.CountAt(clock_.NowNs()), 90'010);
}

TEST_F(PlcTriggerTest, APlcThatBeginsAnewWhileTheLineIsStoppedDoesNoHarm) {
  MoveTo(1500);
  plc_.Stop();
  ASSERT_TRUE(plc_.Tell(Encoder{.count = -900'000}));
  ASSERT_TRUE(plc_.Start());
  Stand(-899'995);
  EXPECT_TRUE(plc_.healthy());
  EXPECT_EQ(plc_.CountAt(clock_.NowNs()), -899'995);
}

TEST_F(PlcTriggerTest, AfterALossTheBeltMayHaveGoneOn) {
  MoveTo(1500);
  clock_.Advance(3'000 * kMsNs);
  EXPECT_FALSE(plc_.healthy());
  ASSERT_TRUE(plc_.Tell(Encoder{.count = 25'000})) << "no further than it can in three seconds";
  EXPECT_EQ(plc_.CountAt(clock_.NowNs()), 25'000);
  EXPECT_FALSE(plc_.healthy()) << "one message does not tell the speed";
  Stand(25'000);
  EXPECT_TRUE(plc_.healthy());
}

TEST_F(PlcTriggerTest, GoesOnAtItsSpeedNoFurtherThanTheLossAndWaitsForTheTruth) {
  MoveTo(1500);  // 5 counts a millisecond, for a hundred of them
  clock_.Advance(20 * kMsNs);
  EXPECT_NEAR(static_cast<double>(plc_.CountAt(clock_.NowNs())), 1600, 1);
  clock_.Advance(1'000 * kMsNs);
  EXPECT_NEAR(static_cast<double>(plc_.CountAt(clock_.NowNs())), 1500 + 5 * 200, 1);
  // It had stopped: the count stays until the belt gets there.
  const int64_t expected = plc_.CountAt(clock_.NowNs());
  ASSERT_TRUE(plc_.Tell(Encoder{.count = 1500}));
  EXPECT_EQ(plc_.CountAt(clock_.NowNs()), expected);
  EXPECT_EQ(plc_.CountAt(clock_.NowNs() - 500 * kMsNs), expected) << "and what was said then";
}

TEST_F(PlcTriggerTest, ABeltThatGoesBackIsFollowed) {
  MoveTo(1500);
  for (int64_t count = 1495; count >= 1400; count -= 5) {
    clock_.Advance(kMsNs);
    ASSERT_TRUE(plc_.Tell(Encoder{.count = count}));
    ASSERT_EQ(plc_.CountAt(clock_.NowNs()), count);
  }
}

TEST_F(PlcTriggerTest, MoreThanItsQueueIsRefusedAndCountedAndNoPartIsHalf) {
  uint64_t refused = 0;
  uint64_t taken = 0;
  for (int i = 0; i < 2000; ++i) {
    const int64_t from = 2000 + i * 10;
    const auto told = plc_.Tell(Part{Name(std::to_string(i)), 0, from, from + 8});
    if (told) {
      ++taken;
    } else {
      ASSERT_EQ(told.error().code, ErrorCode::kExhausted);
      ++refused;
    }
  }
  EXPECT_GE(taken, PlcTrigger::kEdgeCapacity / 2 - 2);
  ASSERT_EQ(plc_.queues().size(), 1u);
  EXPECT_EQ(plc_.queues()[0].full, refused);
  std::vector<EyeEdge> edges;
  while (at_ < 2000 + 2000 * 10) {
    MoveTo(at_ + 100);
    for (const EyeEdge& edge : Poll()) edges.push_back(edge);
  }
  ASSERT_EQ(edges.size(), 2 * taken);
  for (size_t i = 0; i < edges.size(); ++i) ASSERT_EQ(edges[i].rising, i % 2 == 0);
}

TEST_F(PlcTriggerTest, AStopForgetsWhatWaited) {
  ASSERT_TRUE(plc_.Tell(Part{Name("old"), 0, 1100, 1180}));
  EXPECT_TRUE(Poll().empty());
  ASSERT_TRUE(plc_.Tell(Part{Name("old"), 0, 1300, 1380}));
  plc_.Stop();
  ASSERT_TRUE(plc_.Tell(Part{Name("stopped"), 0, 1400, 1480}));
  ASSERT_TRUE(plc_.Start());
  MoveTo(1600);
  EXPECT_TRUE(Poll().empty());
}

TEST_F(PlcTriggerTest, ManyMoreMessagesThanItKeepsTellTheSpeedToo) {
  for (int i = 1; i <= 5000; ++i) {  // one each 10 us: 1024 of them are no 40 ms
    clock_.Advance(10'000);
    if (i % 20 == 0) ++at_;  // 5 counts a millisecond
    ASSERT_TRUE(plc_.Tell(Encoder{.count = at_}));
    ASSERT_TRUE(plc_.healthy()) << i;
    ASSERT_NEAR(static_cast<double>(plc_.CountAt(clock_.NowNs())), static_cast<double>(at_), 2);
  }
}

TEST_F(PlcTriggerTest, AClockThatBeginsAnewOrIsNoneDoesNoHarm) {
  int64_t count = 1000;
  int64_t plc_ns = 7'000'000'000;
  const auto tell = [&](int64_t told_ns) {
    clock_.Advance(kMsNs);
    count += 5;
    ASSERT_TRUE(plc_.Tell(Encoder{.count = count, .plc_ns = told_ns}));
    // A step of a time cannot be known before the next message; the belt moves 5 a step.
    ASSERT_NEAR(static_cast<double>(plc_.CountAt(clock_.NowNs())), static_cast<double>(count), 6);
  };
  for (int i = 0; i < 100; ++i) tell(plc_ns += kMsNs);
  plc_ns = -50;
  for (int i = 0; i < 100; ++i) tell(plc_ns += kMsNs);
  plc_ns = 90'000'000'000;
  for (int i = 0; i < 100; ++i) tell(plc_ns += kMsNs);
  for (int i = 0; i < 10; ++i) tell(i % 2 == 0 ? INT64_MAX : INT64_MIN);
  EXPECT_TRUE(plc_.healthy());
}

TEST(PlcTriggerClock, ThePlcsOwnTimeTakesTheJitterOut) {
  ManualClock clock(item::EvenBelt::kStartNs);
  item::EvenBelt belt;
  belt.PlaceItems(130, 1000, 800, 50);
  PlcTrigger plc({.lanes = 1, .most_counts_per_s = 15'000}, clock);
  item::PlcBelt far({.least_delay_ns = 300'000, .most_delay_ns = 9'000'000}, belt, clock, plc);
  ASSERT_TRUE(plc.Start());
  size_t seen = 0;
  for (int ms = 0; ms < 5000; ++ms) {
    clock.Advance(kMsNs);
    far.Run();
    EyeEdge edge;
    while (plc.PollEdge(&edge)) {
      ++seen;
      if (ms < 1000) continue;  // until a quick message came
      // The smallest delay, and the step of this test.
      EXPECT_NEAR(static_cast<double>(edge.time_ns), static_cast<double>(belt.TimeOf(edge.count)),
                  1.5e6);
    }
    if (ms < 1000) continue;
    ASSERT_NEAR(static_cast<double>(plc.CountAt(clock.NowNs())), belt.ExactCount(clock.NowNs()),
                1.5e-3 * belt.counts_per_s + 3);
  }
  EXPECT_GE(seen, 40u);
}

}  // namespace
}  // namespace veriline::reject
