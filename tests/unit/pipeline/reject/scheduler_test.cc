// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reject/scheduler.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace veriline::reject {
namespace {

using item::PackmlState;
using item::RejectReason;

/// An encoder that stands where the test puts it.
class HandEncoder final : public item::TriggerSource {
 public:
  Checked<void> Start() override { return {}; }
  void Stop() override {}
  bool PollEdge(item::EyeEdge* edge) override {
    const std::lock_guard lock(mutex_);
    if (edges_.empty()) return false;
    *edge = edges_.front();
    edges_.pop_front();
    return true;
  }
  bool healthy() const override { return healthy_; }
  Traits traits() const override { return {10, 0}; }
  int64_t CountAt(int64_t) const override { return count_; }

  // An object of `length` begins at `from`; the belt stands behind its end afterwards.
  void Pass(int64_t from, int64_t length, const item::PartId& part_id = {}) {
    {
      const std::lock_guard lock(mutex_);
      edges_.push_back({0, true, from, from, part_id});
      edges_.push_back({0, false, from + length, from + length});
    }
    count_ = from + length + 100;
  }
  std::atomic<int64_t> count_{0};
  std::atomic<bool> healthy_{true};

 private:
  std::mutex mutex_;
  std::deque<item::EyeEdge> edges_;
};

/// Writes down what happens and lets the test wait for it.
class Log final : public item::ItemEvents, public item::ReleaseGateway {
 public:
  void OnOpened(const item::ItemTrack& t) override { Add("open", t.item_seq); }
  void OnClosed(const item::ItemTrack& t) override {
    Add(t.overlong ? "overlong" : "close", t.item_seq);
  }
  void OnExpired(const item::ItemTrack& t) override { Add("expire", t.item_seq); }
  void OnFinal(const item::Verdict& v) override {
    Add(v.accepted ? "final-release" : "final-reject", v.item_seq);
  }
  void Tell(const item::Verdict& v) override {
    {
      const std::lock_guard lock(mutex_);
      told_.push_back(v);
    }
    Add(v.accepted ? "release" : "reject", v.item_seq);
  }
  void Beat(const item::Heartbeat&) override { ++beats_; }

  bool WaitFor(const std::string& what, uint64_t seq) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(5), [&] { return Has(what, seq); });
  }
  bool Saw(const std::string& what, uint64_t seq) {
    const std::lock_guard lock(mutex_);
    return Has(what, seq);
  }
  item::Verdict last() {
    const std::lock_guard lock(mutex_);
    return told_.back();
  }
  size_t told_count() {
    const std::lock_guard lock(mutex_);
    return told_.size();
  }
  std::atomic<int> beats_{0};

 private:
  bool Has(const std::string& what, uint64_t seq) const {
    return std::find(log_.begin(), log_.end(), std::pair(what, seq)) != log_.end();
  }
  void Add(const std::string& what, uint64_t seq) {
    const std::lock_guard lock(mutex_);
    log_.emplace_back(what, seq);
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<std::string, uint64_t>> log_;
  std::vector<item::Verdict> told_;
};

class SchedulerTest : public ::testing::Test {
 protected:
  SchedulerTest()
      : scheduler_({.lanes = 1,
                    .eye = {400, 1000, 20},
                    .decision_counts = 7000,
                    .top_counts_per_s = 15000,
                    .lead_ns = 20'000'000,
                    .heartbeat_ns = 5'000'000},
                   encoder_, clock_, log_, {&log_}) {
    scheduler_.SetState(PackmlState::kExecute);
    scheduler_.Start({1});
  }
  static item::Verdict Release(uint64_t seq) { return {.item_seq = seq, .accepted = true}; }

  SteadyClock clock_;
  HandEncoder encoder_;
  Log log_;
  Scheduler scheduler_;
};

TEST_F(SchedulerTest, AReleaseBeforeTheDecisionPointIsTold) {
  encoder_.Pass(1000, 800);
  ASSERT_TRUE(log_.WaitFor("close", 1));
  EXPECT_TRUE(scheduler_.IsOpen(0, 1));
  ASSERT_TRUE(scheduler_.Submit(Release(1)));
  ASSERT_TRUE(log_.WaitFor("release", 1));
  EXPECT_FALSE(scheduler_.IsOpen(0, 1));
  EXPECT_EQ(log_.last().times.trigger_ns, 1000);
  EXPECT_GT(log_.last().times.sent_ns, 0);
}

TEST_F(SchedulerTest, TheNameOfAnItemComesBackWithItsVerdict) {
  encoder_.Pass(1000, 800, *item::PartId::From("A-1"));
  ASSERT_TRUE(log_.WaitFor("close", 1));
  ASSERT_TRUE(scheduler_.Submit(Release(1)));
  ASSERT_TRUE(log_.WaitFor("release", 1));
  EXPECT_EQ(log_.last().part_id.view(), "A-1");
  encoder_.Pass(3000, 800);
  ASSERT_TRUE(log_.WaitFor("close", 2));
  ASSERT_TRUE(scheduler_.Submit(Release(2)));
  ASSERT_TRUE(log_.WaitFor("release", 2));
  EXPECT_TRUE(log_.last().part_id.empty()) << "a name of the item before";
}

TEST_F(SchedulerTest, AReleaseBehindTheDecisionPointIsLate) {
  encoder_.Pass(1000, 800);
  ASSERT_TRUE(log_.WaitFor("close", 1));
  encoder_.count_ = 1000 + 7000 - 300;  // 20 ms at top speed are 300 counts
  ASSERT_TRUE(log_.WaitFor("expire", 1));
  EXPECT_FALSE(log_.Saw("reject", 1)) << "nobody has named the reason yet";
  ASSERT_TRUE(scheduler_.Submit(Release(1)));
  ASSERT_TRUE(log_.WaitFor("final-reject", 1));
  EXPECT_EQ(log_.last().primary, RejectReason::kLate);
}

TEST_F(SchedulerTest, ABeltThatStandsStillDoesNotExpireItsItems) {
  encoder_.Pass(1000, 800);
  ASSERT_TRUE(log_.WaitFor("close", 1));
  encoder_.count_ = 1000 + 7000 - 301;
  const int beats = log_.beats_;
  while (log_.beats_ < beats + 10) SleepUntilNs(clock_.NowNs() + 1'000'000);  // many ticks
  EXPECT_FALSE(log_.Saw("expire", 1));
}

TEST_F(SchedulerTest, AVerdictIsFinalOnce) {
  encoder_.Pass(1000, 800);
  ASSERT_TRUE(log_.WaitFor("close", 1));
  ASSERT_TRUE(scheduler_.Submit(
      {.item_seq = 1, .primary = RejectReason::kNoRead, .reasons = item::ReasonSet(2)}));
  ASSERT_TRUE(scheduler_.Submit(Release(1)));
  encoder_.Pass(3000, 800);
  ASSERT_TRUE(log_.WaitFor("close", 2));
  ASSERT_TRUE(scheduler_.Submit(Release(2)));
  ASSERT_TRUE(log_.WaitFor("release", 2));
  EXPECT_FALSE(log_.Saw("release", 1));
  EXPECT_EQ(log_.told_count(), 2u);
}

TEST_F(SchedulerTest, AReleaseForAnItemThatNeverWasIsIgnored) {
  ASSERT_TRUE(scheduler_.Submit(Release(99)));
  encoder_.Pass(1000, 800);
  ASSERT_TRUE(log_.WaitFor("close", 1));
  EXPECT_EQ(log_.told_count(), 0u);
}

TEST_F(SchedulerTest, WithoutExecuteNothingOpensAndOpenItemsExpire) {
  encoder_.Pass(1000, 800);
  ASSERT_TRUE(log_.WaitFor("close", 1));
  scheduler_.SetState(PackmlState::kStopped);
  ASSERT_TRUE(log_.WaitFor("expire", 1));
  ASSERT_TRUE(scheduler_.Submit(Release(1)));
  ASSERT_TRUE(log_.WaitFor("final-reject", 1));
  EXPECT_EQ(log_.last().primary, RejectReason::kFault);
  encoder_.Pass(3000, 800);
  const int beats = log_.beats_;
  while (log_.beats_ < beats + 3) SleepUntilNs(clock_.NowNs() + 1'000'000);
  EXPECT_FALSE(log_.Saw("open", 2));
}

TEST_F(SchedulerTest, ALostEncoderRefusesReleases) {
  encoder_.Pass(1000, 800);
  ASSERT_TRUE(log_.WaitFor("close", 1));
  encoder_.healthy_ = false;
  ASSERT_TRUE(scheduler_.Submit(Release(1)));
  ASSERT_TRUE(log_.WaitFor("final-reject", 1));
  EXPECT_EQ(log_.last().primary, RejectReason::kFault);
}

TEST_F(SchedulerTest, ACoveredEyeExpiresItsItem) {
  encoder_.Pass(1000, 20000);
  ASSERT_TRUE(log_.WaitFor("expire", 1));
  EXPECT_FALSE(log_.Saw("release", 1));
}

TEST_F(SchedulerTest, DeadlineIsTheTimeToTheDecisionPointAtTopSpeed) {
  encoder_.count_ = 5000;
  // 4500 counts are left at 15 000/s = 300 ms, less the lead of 20 ms.
  EXPECT_EQ(scheduler_.DeadlineNs(2500, 1'000'000'000), 1'280'000'000);
}

TEST_F(SchedulerTest, HeldWithholdsReleasesUntilExecuteIsBack) {
  encoder_.Pass(1000, 800);
  ASSERT_TRUE(log_.WaitFor("close", 1));
  scheduler_.SetState(PackmlState::kHeld);
  ASSERT_TRUE(scheduler_.Submit(Release(1)));
  const int beats = log_.beats_;
  while (log_.beats_ < beats + 3) std::this_thread::yield();
  EXPECT_EQ(log_.told_count(), 0u);
  EXPECT_TRUE(scheduler_.IsOpen(0, 1));
  scheduler_.SetState(PackmlState::kExecute);
  EXPECT_TRUE(log_.WaitFor("release", 1));
}

TEST_F(SchedulerTest, WhatReachesItsDecisionPointWhileSuspendedIsRejected) {
  encoder_.Pass(1000, 800);
  ASSERT_TRUE(log_.WaitFor("close", 1));
  scheduler_.SetState(PackmlState::kSuspended);
  ASSERT_TRUE(scheduler_.Submit(Release(1)));
  encoder_.count_ = 9000;
  ASSERT_TRUE(log_.WaitFor("reject", 1));
  EXPECT_EQ(log_.last().primary, RejectReason::kFault);
}

TEST_F(SchedulerTest, NothingOpensWhileHeld) {
  scheduler_.SetState(PackmlState::kHeld);
  encoder_.Pass(1000, 800);
  const int beats = log_.beats_;
  while (log_.beats_ < beats + 3) std::this_thread::yield();
  EXPECT_EQ(scheduler_.items(), 0u);
}

/// A belt that moves one count each microsecond; edges are given by hand.
class EvenEncoder final : public item::TriggerSource {
 public:
  Checked<void> Start() override { return {}; }
  void Stop() override {}
  bool PollEdge(item::EyeEdge* edge) override {
    if (next_ == edges_.size()) return false;
    *edge = edges_[next_++];
    return true;
  }
  bool healthy() const override { return true; }
  Traits traits() const override { return {10, 0}; }
  int64_t CountAt(int64_t steady_ns) const override { return steady_ns / 1000; }

 private:
  const std::vector<item::EyeEdge> edges_{{0, true, 1000, 1'000'000}, {0, false, 1800, 1'800'000}};
  size_t next_ = 0;
};

/// Writes down for which moment it was asked to expose.
class AskedCamera final : public camera::CameraSource {
 public:
  Checked<camera::CameraInfo> Open() override { return camera::CameraInfo{}; }
  Checked<void> Start(const camera::CameraContext&) override { return {}; }
  Checked<void> Stop() override { return {}; }
  void Close() override {}
  bool TriggerSoftware(int64_t due_ns) override {
    due_ns_ = due_ns;
    due_ns_.notify_all();
    return true;
  }
  camera::TriggerMode trigger_mode() const override { return camera::TriggerMode::kSoftware; }
  camera::CameraCounters counters() const override { return {}; }
  std::atomic<int64_t> due_ns_{-1};
};

TEST(SchedulerFiresCameras, ForTheMomentThatWasDueAlsoWhenItComesLate) {
  ManualClock clock(2'000'000);  // the eye has seen the item, [1000, 1800)
  EvenEncoder encoder;
  AskedCamera camera;
  Log log;
  Scheduler scheduler({.lanes = 1,
                       .eye = {400, 1000, 20},
                       .decision_counts = 90'000,
                       .top_counts_per_s = 1e6,
                       .software_triggers = {{.distance_counts = 5000, .camera = &camera}}},
                      encoder, clock, log, {&log});
  scheduler.SetState(PackmlState::kExecute);
  scheduler.Start({1});
  ASSERT_TRUE(log.WaitFor("close", 1));
  EXPECT_EQ(camera.due_ns_, -1);
  clock.Set(60'000'000);  // 58 ms without a tick
  camera.due_ns_.wait(-1);
  EXPECT_NEAR(static_cast<double>(camera.due_ns_), 6'400'000, 1000) << "centre + distance";
  scheduler.Stop();
}

TEST(SchedulerRows, EachOpensAnItemInEveryLane) {
  ManualClock clock(900'000);
  EvenEncoder encoder;  // its eye is the register sensor: a mark at 1000
  Log log;
  Scheduler scheduler({.lanes = 3,
                       .rows = RowTrigger::Config{.by_mark = true,
                                                  .repeat_counts = 500,
                                                  .rows = 2,
                                                  .offset_counts = 200,
                                                  .length_counts = 400},
                       .decision_counts = 90'000,
                       .top_counts_per_s = 1e6},
                      encoder, clock, log, {&log});
  scheduler.SetState(PackmlState::kExecute);
  scheduler.Start({1, 101, 201});
  clock.Set(60'000'000);  // count 60 000: the mark and both rows have passed, no decision point
  for (const uint64_t seq : {1, 2, 101, 102, 201, 202}) EXPECT_TRUE(log.WaitFor("close", seq));
  scheduler.Stop();
  EXPECT_EQ(scheduler.items(), 6u);
}

}  // namespace
}  // namespace veriline::reject
