// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/inspector.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <barrier>
#include <latch>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "vision/core/thread.h"

namespace veriline::line {
namespace {

Frame FrameOf(uint32_t camera, int64_t arrival_ns) {
  Frame frame;  // no pixels: read at once
  frame.stamp.camera = camera;
  frame.stamp.arrival_ns = arrival_ns;
  return frame;
}

TEST(Inspector, BeginsTheOldestOfTheFramesThatWait) {
  const SteadyClock clock;
  std::latch begun(1), all_wait(1);
  std::vector<int64_t> order;  // by the one worker alone
  Inspector inspector({.workers = 1, .in_flight_frames = 8}, clock,
                      [&](std::unique_ptr<FrameResult> result) {
                        order.push_back(result->stamp.arrival_ns);
                        if (order.size() > 1) return;
                        begun.count_down();
                        all_wait.wait();
                      });
  ASSERT_TRUE(inspector.Inspect(FrameOf(0, 1), 0));
  begun.wait();
  const std::vector<int64_t> come = {50, 20, 70, 30, 60, 10, 40};
  for (const int64_t arrival_ns : come) {
    ASSERT_TRUE(inspector.Inspect(FrameOf(arrival_ns % 3 == 0 ? 0 : 1, arrival_ns), 0));
  }
  EXPECT_FALSE(inspector.Inspect(FrameOf(0, 5), 0)) << "the ninth in flight";
  all_wait.count_down();
  inspector.Drain();
  EXPECT_EQ(order, (std::vector<int64_t>{1, 10, 20, 30, 40, 50, 60, 70}));
}

TEST(Inspector, TakesManyFramesFromManyThreadsAndLosesNone) {
  const SteadyClock clock;
  std::atomic<int> done{0};
  Inspector inspector({.workers = 2, .in_flight_frames = 3}, clock,
                      [&](std::unique_ptr<FrameResult>) { ++done; });
  constexpr int kThreads = 3, kFrames = 2000;
  std::vector<std::jthread> cameras;
  for (uint32_t camera = 0; camera < kThreads; ++camera) {
    cameras.emplace_back([&, camera] {
      for (int64_t i = 0; i < kFrames; ++i) {
        Frame frame = FrameOf(camera, i);
        while (!inspector.Inspect(std::move(frame), 0)) std::this_thread::yield();
      }
    });
  }
  cameras.clear();
  inspector.Drain();
  EXPECT_EQ(done, kThreads * kFrames);
}

/// Name and cores of each of `workers` threads that inspect at the same time.
std::set<std::pair<std::string, std::vector<int>>> WorkersOf(std::vector<int> pin_cores,
                                                             int workers) {
  const SteadyClock clock;
  std::barrier all(workers);
  std::mutex mutex;
  std::set<std::pair<std::string, std::vector<int>>> seen;
  Inspector inspector({.workers = workers, .in_flight_frames = workers, .pin_cores = pin_cores},
                      clock, [&](std::unique_ptr<FrameResult>) {
                        char name[16] = {};
                        pthread_getname_np(pthread_self(), name, sizeof name);
                        {
                          const std::lock_guard lock(mutex);
                          seen.emplace(name, AllowedCores());
                        }
                        all.arrive_and_wait();
                      });
  for (int i = 0; i < workers; ++i) EXPECT_TRUE(inspector.Inspect(FrameOf(0, i), 0));
  inspector.Drain();
  return seen;
}

TEST(InspectorWorkers, RunWhereTheSystemLetsThemUnlessTheyArePinned) {
  const std::vector<int> here = AllowedCores();
  EXPECT_EQ(WorkersOf({}, 2), (std::set<std::pair<std::string, std::vector<int>>>{
                                  {"inspect-0", here}, {"inspect-1", here}}));
}

TEST(InspectorWorkers, ArePinnedToACoreEach) {
  const std::vector<int> here = AllowedCores();
  if (here.size() < 2) GTEST_SKIP() << "one core: pinned or not is the same";
  // The last one first, for nobody runs there by chance.
  const int first = here.back(), second = here.front();
  EXPECT_EQ(WorkersOf({first, second}, 2), (std::set<std::pair<std::string, std::vector<int>>>{
                                               {"inspect-0", {first}}, {"inspect-1", {second}}}));
  EXPECT_EQ(AllowedCores(), here) << "the thread that hands frames over stays free";
}

/// One view 200 mm behind the eye, a decision 1000 mm behind it, items of 50 to 100 mm.
item::Recipe RecipeOf(item::ViewScan scan) {
  item::Recipe recipe;
  recipe.counts_per_mm = 10;
  recipe.top_speed_mm_s = 2000;
  recipe.min_length_mm = 50;
  recipe.max_length_mm = 100;
  recipe.decision_distance_mm = 1000;
  recipe.decision_lead_ms = 25;  // 50 mm
  recipe.views = {{.distance_mm = 200, .field_mm = 200, .scan = scan}};
  return recipe;
}

TEST(UsefulFramesInFlight, AreThoseThatComeBeforeTheFirstIsLate) {
  // Leading edge 50 mm ahead of the axis: 1000 − 200 − 50 − 50 = 700 mm, a frame each 50 mm.
  item::Recipe recipe = RecipeOf(item::ViewScan::kArea);
  EXPECT_EQ(UsefulFramesInFlight(recipe, 0), 14);
  EXPECT_EQ(UsefulFramesInFlight(recipe, 2), 16);
  recipe.debounce_mm = 20;
  EXPECT_EQ(UsefulFramesInFlight(recipe, 0), 10);
  recipe.views.push_back(recipe.views[0]);
  EXPECT_EQ(UsefulFramesInFlight(recipe, 0), 20);
}

TEST(UsefulFramesInFlight, OfBlocksAndRowsFollowTheirOwnDeadlines) {
  // The first item begins 200 mm before the centre, the last line lies 100 mm behind it: 450 mm.
  EXPECT_EQ(UsefulFramesInFlight(RecipeOf(item::ViewScan::kLine), 0), 5);
  item::Recipe rows = RecipeOf(item::ViewScan::kArea);
  rows.trigger = item::TriggerKind::kRow;
  rows.row.repeat_mm = 130;  // 650 mm
  EXPECT_EQ(UsefulFramesInFlight(rows, 0), 5);
}

TEST(UsefulFramesInFlight, AreWhatTheWorkersHoldWhereTheWayIsTooShort) {
  item::Recipe recipe = RecipeOf(item::ViewScan::kArea);
  recipe.decision_distance_mm = 250;
  EXPECT_EQ(UsefulFramesInFlight(recipe, 2), 2);
}

}  // namespace
}  // namespace veriline::line
