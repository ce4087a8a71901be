// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/item/interfaces.h"
#include "tests/support/even_belt.h"
#include "vision/core/clock.h"

namespace veriline::item {

/// A source under test and what stands before it.
struct TriggerRig {
  std::unique_ptr<TriggerSource> source;
  EvenBelt belt;
  /// Brings it what the world has for it until now; called after each step of the clock, on the
  /// thread that the test calls Start on. Null: it needs nothing.
  std::function<void()> feed;
  /// Pulls its plug and puts it in again. Null: there is nothing that could be lost.
  std::function<void(bool plugged)> plug;
  int64_t loss_ns = 0;     ///< until a loss is noticed
  int64_t latency_ns = 0;  ///< until an edge is told
  /// Whether the belt moves while the source is stopped (a paced one stands).
  bool moves_when_stopped = true;
};

struct TriggerBackEnd {
  std::string name;
  std::function<TriggerRig(const ManualClock&)> make;
};

inline void PrintTo(const TriggerBackEnd& back_end, std::ostream* out) { *out << back_end.name; }
inline std::string TriggerName(const testing::TestParamInfo<TriggerBackEnd>& info) {
  return info.param.name;
}

/// What every source must keep. Instantiate with
/// INSTANTIATE_TEST_SUITE_P(X, TriggerContract, testing::Values(TriggerBackEnd{...}), TriggerName),
/// and TriggerLossContract for those that can be lost.
class TriggerContract : public testing::TestWithParam<TriggerBackEnd> {
 protected:
  static constexpr int64_t kStepNs = 500'000;
  static constexpr int64_t kMsNs = 1'000'000;

  void SetUp() override { rig_ = GetParam().make(clock_); }

  TriggerSource& source() { return *rig_.source; }
  const EvenBelt& belt() const { return rig_.belt; }

  void Start() {
    const auto started = source().Start();
    ASSERT_TRUE(started) << started.error().ToString();
    Run(100 * kMsNs);
    ASSERT_TRUE(source().healthy());
  }
  /// Lets that much time go by, a step at a time, as the scheduler would see it: feed, poll,
  /// `each`.
  void Run(int64_t ns, const std::function<void()>& each = nullptr) {
    for (const int64_t end_ns = clock_.NowNs() + ns; clock_.NowNs() < end_ns;) {
      clock_.Advance(kStepNs);
      if (rig_.feed) rig_.feed();
      EyeEdge edge;
      while (source().PollEdge(&edge)) {
        edges_.push_back(edge);
        polled_ns_.push_back(clock_.NowNs());
      }
      if (each) each();
    }
  }
  /// What a count may differ from the exact one.
  double MostError() const {
    const TriggerSource::Traits traits = rig_.source->traits();
    return static_cast<double>(traits.count_error) +
           static_cast<double>(traits.time_error_ns) * belt().counts_per_s / 1e9;
  }
  void ExpectTruth(int64_t ns) {
    const double exact = belt().ExactCount(ns);
    ASSERT_NEAR(static_cast<double>(source().CountAt(ns)), exact, MostError()) << "at " << ns;
  }
  /// The edges that came are those of the belt from the first one behind `from_ns` on.
  void ExpectEdgesOfTheBelt(int64_t from_ns) {
    const auto traits = source().traits();
    for (int lane = 0; lane < belt().lanes; ++lane) {
      std::vector<EyeEdge> came;
      std::vector<int64_t> polled_ns;
      for (size_t i = 0; i < edges_.size(); ++i) {
        if (edges_[i].lane != lane) continue;
        came.push_back(edges_[i]);
        polled_ns.push_back(polled_ns_[i]);
      }
      std::vector<EyeEdge> want;
      for (const EyeEdge& edge : belt().edges) {
        if (edge.lane == lane && edge.time_ns > from_ns) want.push_back(edge);
      }
      ASSERT_GE(came.size(), 4u) << "lane " << lane;
      ASSERT_LE(came.size(), want.size());
      for (size_t i = 0; i < came.size(); ++i) {
        ASSERT_EQ(came[i].rising, want[i].rising) << "lane " << lane << ", edge " << i;
        ASSERT_NEAR(static_cast<double>(came[i].count), static_cast<double>(want[i].count),
                    MostError());
        // The moment between two counts is nobody's: a count of room beside what is stated.
        ASSERT_NEAR(
            static_cast<double>(came[i].time_ns), static_cast<double>(want[i].time_ns),
            static_cast<double>(traits.time_error_ns) +
                (1.0 + static_cast<double>(traits.count_error)) * 1e9 / belt().counts_per_s);
        ASSERT_LE(came[i].time_ns, polled_ns[i]) << "an edge of the future";
        if (i > 0) {
          ASSERT_GE(came[i].time_ns, came[i - 1].time_ns);
        }
      }
      // What is due is there: the next one that did not come is no older than it may be.
      if (came.size() < want.size()) {
        ASSERT_GT(want[came.size()].time_ns,
                  clock_.NowNs() - rig_.latency_ns - kStepNs -
                      static_cast<int64_t>((1.0 + static_cast<double>(traits.count_error)) * 1e9 /
                                           belt().counts_per_s));
      }
    }
  }

  ManualClock clock_{EvenBelt::kStartNs};
  TriggerRig rig_;
  std::vector<EyeEdge> edges_;
  std::vector<int64_t> polled_ns_;
};

class TriggerLossContract : public TriggerContract {};

TEST_P(TriggerContract, CountsAreTrueWithinWhatItStates) {
  ASSERT_NO_FATAL_FAILURE(Start());
  Run(1000 * kMsNs, [&] {
    const int64_t now_ns = clock_.NowNs();
    // Now, and for a picture that was exposed a while ago.
    for (const int64_t ago_ns : {int64_t{0}, 3 * kMsNs, 17 * kMsNs, 40 * kMsNs}) {
      ASSERT_NO_FATAL_FAILURE(ExpectTruth(now_ns - ago_ns));
    }
  });
}

TEST_P(TriggerContract, CountsNeverFall) {
  ASSERT_NO_FATAL_FAILURE(Start());
  int64_t last = source().CountAt(clock_.NowNs());
  const int64_t first = last;
  Run(1000 * kMsNs, [&] {
    const int64_t now_ns = clock_.NowNs();
    for (int64_t ns = now_ns - kStepNs; ns <= now_ns; ns += kStepNs / 5) {
      const int64_t count = source().CountAt(ns);
      ASSERT_GE(count, last);
      last = count;
    }
  });
  EXPECT_GT(last, first);
}

TEST_P(TriggerContract, EdgesComeInOrderWithTheirCountAndTime) {
  ASSERT_NO_FATAL_FAILURE(Start());
  Run(2000 * kMsNs);
  ExpectEdgesOfTheBelt(EvenBelt::kStartNs);
}

TEST_P(TriggerContract, NothingComesAfterStop) {
  ASSERT_NO_FATAL_FAILURE(Start());
  Run(1000 * kMsNs);
  source().Stop();
  const size_t before = edges_.size();
  EXPECT_GT(before, 0u);
  Run(1000 * kMsNs);
  EXPECT_EQ(edges_.size(), before);
}

TEST_P(TriggerContract, StartsAgainWithoutWhatPassedMeanwhile) {
  ASSERT_NO_FATAL_FAILURE(Start());
  Run(650 * kMsNs);  // no source has an edge near here
  source().Stop();
  const int64_t stopped_count = source().CountAt(clock_.NowNs());
  Run(1000 * kMsNs);
  if (!rig_.moves_when_stopped) {
    EXPECT_EQ(source().CountAt(clock_.NowNs()), stopped_count);
    rig_.belt.zero_ns += 1000 * kMsNs;  // it stood still for so long
    for (EyeEdge& edge : rig_.belt.edges) edge.time_ns += 1000 * kMsNs;
  }
  edges_.clear();
  polled_ns_.clear();
  const int64_t restart_ns = clock_.NowNs();
  ASSERT_NO_FATAL_FAILURE(Start());
  Run(2000 * kMsNs, [&] { ASSERT_NO_FATAL_FAILURE(ExpectTruth(clock_.NowNs())); });
  ExpectEdgesOfTheBelt(restart_ns);
}

TEST_P(TriggerContract, AnyThreadMayAskWhileItRuns) {
  ASSERT_NO_FATAL_FAILURE(Start());
  std::atomic<bool> stop{false};
  std::atomic<int> falls{0};
  std::atomic<int> wrong{0};
  std::atomic<uint64_t> asked{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      int64_t last = INT64_MIN;
      while (!stop) {
        const int64_t now_ns = clock_.NowNs();
        const int64_t count = source().CountAt(now_ns);
        if (count < last) ++falls;
        last = count;
        // The clock may go on while the answer is made, and what it is fed comes a step later.
        const double low = belt().ExactCount(now_ns) - MostError();
        const double high = belt().ExactCount(clock_.NowNs()) + MostError();
        if (static_cast<double>(count) < low - 1 || static_cast<double>(count) > high + 1) ++wrong;
        if (source().healthy()) ++asked;
      }
    });
  }
  Run(2000 * kMsNs);
  while (asked < 1000) std::this_thread::yield();
  stop = true;
  threads.clear();
  EXPECT_EQ(falls, 0);
  EXPECT_EQ(wrong, 0);
  ExpectEdgesOfTheBelt(EvenBelt::kStartNs);
}

TEST_P(TriggerLossContract, ALossIsNoticedAndStandsStillAndHeals) {
  ASSERT_NO_FATAL_FAILURE(Start());
  Run(500 * kMsNs);
  rig_.plug(false);
  Run(rig_.loss_ns + 20 * kMsNs);
  EXPECT_FALSE(source().healthy());
  const int64_t lost_count = source().CountAt(clock_.NowNs());
  const size_t edges_before = edges_.size();
  Run(1000 * kMsNs, [&] {
    ASSERT_FALSE(source().healthy());
    ASSERT_EQ(source().CountAt(clock_.NowNs()), lost_count);
  });
  EXPECT_EQ(edges_.size(), edges_before);
  rig_.plug(true);
  Run(100 * kMsNs);
  EXPECT_TRUE(source().healthy());
  ASSERT_NO_FATAL_FAILURE(ExpectTruth(clock_.NowNs()));
  // What passes from here on is told again, whole items: the first edge may be a trailing one.
  const int64_t healed_ns = clock_.NowNs();
  edges_.clear();
  polled_ns_.clear();
  Run(2000 * kMsNs, [&] {
    ASSERT_TRUE(source().healthy());
    ASSERT_NO_FATAL_FAILURE(ExpectTruth(clock_.NowNs()));
  });
  ExpectEdgesOfTheBelt(healed_ns);
}

TEST_P(TriggerLossContract, ALossThatBeginsBeforeStartIsToldAtOnce) {
  rig_.plug(false);
  ASSERT_TRUE(source().Start());
  Run(50 * kMsNs);
  EXPECT_FALSE(source().healthy());
  EXPECT_TRUE(edges_.empty());
  rig_.plug(true);
  Run(100 * kMsNs);
  EXPECT_TRUE(source().healthy());
}

}  // namespace veriline::item
