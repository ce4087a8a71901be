// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reject/row_trigger.h"

#include <gtest/gtest.h>

#include <vector>

namespace veriline::reject {
namespace {

using Event = RowTrigger::Event;

struct Window {
  int64_t from;
  int64_t to;
  int64_t opened_at;
  bool operator==(const Window&) const = default;
};

/// Looks at the trigger at each count of `path` in turn and returns the rows that closed.
std::vector<Window> Walk(RowTrigger& trigger, const std::vector<int64_t>& path) {
  std::vector<Window> rows;
  RowTrigger::Item item;
  int64_t opened_at = 0;
  for (const int64_t now : path) {
    for (Event e = trigger.Advance(now, &item); e != Event::kNone;
         e = trigger.Advance(now, &item)) {
      if (e == Event::kOpened) opened_at = now;
      if (e == Event::kClosed) rows.push_back({item.from_count, item.to_count, opened_at});
    }
  }
  return rows;
}

std::vector<int64_t> Steps(int64_t from, int64_t to, int64_t step = 1) {
  std::vector<int64_t> path;
  for (int64_t at = from; step > 0 ? at <= to : at >= to; at += step) path.push_back(at);
  return path;
}

TEST(RowTrigger, CountsRowsByTheRepeatWithoutDrift) {
  RowTrigger trigger({.repeat_counts = 100.25, .offset_counts = 10, .length_counts = 80});
  const auto rows = Walk(trigger, Steps(0, 100'400));
  ASSERT_EQ(rows.size(), 1001u);
  EXPECT_EQ(rows[0], (Window{10, 90, 10}));
  EXPECT_EQ(rows[1].from, 110);
  EXPECT_EQ(rows[4].from, 411) << "four repeats are 401 counts";
  EXPECT_EQ(rows[1000].from, 100'260);
}

TEST(RowTrigger, ALateLookOpensEveryRowThatWasPassed) {
  RowTrigger trigger({.repeat_counts = 100, .length_counts = 100});
  EXPECT_EQ(Walk(trigger, {1000}).size(), 10u);
}

TEST(RowTrigger, AMarkBeginsItsRows) {
  RowTrigger trigger(
      {.by_mark = true, .repeat_counts = 100, .rows = 3, .offset_counts = 50, .length_counts = 90});
  EXPECT_TRUE(Walk(trigger, Steps(0, 900)).empty());
  trigger.Edge(true, 1000, 7);
  trigger.Edge(false, 1010, 8);
  const auto rows = Walk(trigger, Steps(1000, 3000));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0], (Window{1050, 1140, 1050}));
  EXPECT_EQ(rows[2].from, 1250);
}

TEST(RowTrigger, MarksMayFollowBeforeTheRowsOfTheLastHaveOpened) {
  // A sensor far ahead of the first row.
  RowTrigger trigger({.by_mark = true,
                      .repeat_counts = 100,
                      .rows = 2,
                      .offset_counts = 1000,
                      .length_counts = 100});
  trigger.Edge(true, 0, 1);
  trigger.Edge(true, 200, 2);
  const auto rows = Walk(trigger, Steps(0, 2000));
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[2].from, 1200);
}

TEST(RowTrigger, AMarkWithinTheRowsOfTheLastIsChatter) {
  RowTrigger trigger({.by_mark = true, .repeat_counts = 100, .rows = 2, .length_counts = 100});
  trigger.Edge(true, 1000, 1);
  trigger.Edge(true, 1003, 2);
  trigger.Edge(true, 1199, 3);
  trigger.Edge(true, 1200, 4);
  EXPECT_EQ(trigger.chatter_count(), 2u);
  EXPECT_EQ(Walk(trigger, Steps(1000, 3000)).size(), 4u);
}

TEST(RowTrigger, ABeltThatGoesBackOpensNothingTwice) {
  RowTrigger trigger({.repeat_counts = 100, .length_counts = 90});
  auto path = Steps(0, 550);
  for (int64_t at : Steps(550, 120, -1)) path.push_back(at);
  for (int64_t at : Steps(120, 1000)) path.push_back(at);
  const auto rows = Walk(trigger, path);
  ASSERT_EQ(rows.size(), 10u);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].from, static_cast<int64_t>(i) * 100);
    EXPECT_EQ(rows[i].opened_at, rows[i].from);
  }
}

TEST(RowTrigger, AMarkSeenAgainOpensNothing) {
  RowTrigger trigger({.by_mark = true, .repeat_counts = 100, .length_counts = 90});
  trigger.Edge(true, 1000, 1);
  EXPECT_EQ(Walk(trigger, Steps(1000, 1500)).size(), 1u);
  trigger.Edge(true, 1000, 2);  // backwards the other edge, forwards this one again
  EXPECT_TRUE(Walk(trigger, Steps(1000, 2000)).empty());
}

}  // namespace
}  // namespace veriline::reject
