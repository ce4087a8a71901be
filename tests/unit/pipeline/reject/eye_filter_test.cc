// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reject/eye_filter.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace veriline::reject {
namespace {

constexpr EyeFilter::Config kConfig{
    .min_length_counts = 400, .max_length_counts = 1000, .debounce_counts = 20};

struct Seen {
  EyeFilter::Event event;
  int64_t at;
  EyeFilter::Item item;
};

// Runs edges (count, rising) through the filter, looking at it every `step` counts until `end`.
std::vector<Seen> Pass(EyeFilter& filter, const std::vector<std::pair<int64_t, bool>>& edges,
                       int64_t end, int64_t step = 7) {
  std::vector<Seen> seen;
  const auto advance = [&](int64_t count) {
    EyeFilter::Item item;
    for (;;) {
      const EyeFilter::Event event = filter.Advance(count, &item);
      if (event == EyeFilter::Event::kNone) return;
      seen.push_back({event, count, item});
    }
  };
  size_t next = 0;
  for (int64_t now = 0; now <= end; now += step) {
    for (; next < edges.size() && edges[next].first <= now; ++next) {
      advance(edges[next].first);
      filter.Edge(edges[next].second, edges[next].first, edges[next].first * 1000);
    }
    advance(now);
  }
  return seen;
}

TEST(EyeFilter, OpensAtTheMinimumLengthAndClosesAtTheTrailingEdge) {
  EyeFilter filter(kConfig);
  const auto seen = Pass(filter, {{1000, true}, {1800, false}}, 3000, 1);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].event, EyeFilter::Event::kOpened);
  EXPECT_EQ(seen[0].at, 1400);
  EXPECT_EQ(seen[0].item.from_count, 1000);
  EXPECT_EQ(seen[0].item.trigger_ns, 1'000'000);
  EXPECT_EQ(seen[1].event, EyeFilter::Event::kClosed);
  EXPECT_EQ(seen[1].at, 1820);
  EXPECT_EQ(seen[1].item.to_count, 1800);
  EXPECT_FALSE(seen[1].item.overlong);
}

TEST(EyeFilter, AChatteringEyeGivesOneItem) {
  EyeFilter filter(kConfig);
  std::vector<std::pair<int64_t, bool>> edges;
  for (int64_t c = 1000; c < 1100; c += 10) {  // ten flashes at the leading edge
    edges.push_back({c, true});
    edges.push_back({c + 5, false});
  }
  edges.push_back({1100, true});
  edges.push_back({1500, false});
  edges.push_back({1510, true});  // a gap shorter than the debounce
  edges.push_back({1800, false});
  const auto seen = Pass(filter, edges, 3000);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].item.from_count, 1000);
  EXPECT_EQ(seen[1].item.to_count, 1800);
  EXPECT_EQ(filter.chatter_count(), 0u);
}

TEST(EyeFilter, AFlashWithoutAnItemIsCountedAndForgotten) {
  EyeFilter filter(kConfig);
  const auto seen = Pass(filter, {{1000, true}, {1010, false}, {2000, true}, {2800, false}}, 4000);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].item.from_count, 2000);
  EXPECT_EQ(filter.chatter_count(), 1u);
}

TEST(EyeFilter, ItemsWithAGapOfTheDebounceAreTwo) {
  EyeFilter filter(kConfig);
  const auto seen =
      Pass(filter, {{1000, true}, {1800, false}, {1820, true}, {2600, false}}, 4000, 1);
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_EQ(seen[1].item.to_count, 1800);
  EXPECT_EQ(seen[2].item.from_count, 1820);
}

TEST(EyeFilter, TouchingItemsAreOneOverlongItem) {
  EyeFilter filter(kConfig);
  const auto seen = Pass(filter, {{1000, true}, {2600, false}}, 4000);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_TRUE(seen[1].item.overlong);
  EXPECT_EQ(seen[1].item.from_count, 1000);
  EXPECT_EQ(seen[1].item.to_count, 2600);
}

TEST(EyeFilter, AnEventSeenLateKeepsItsCounts) {
  EyeFilter filter(kConfig);
  const auto seen = Pass(filter, {{1000, true}, {1800, false}}, 40000, 5000);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].item.from_count, 1000);
  EXPECT_EQ(seen[1].item.to_count, 1800);
  EXPECT_FALSE(seen[1].item.overlong);
}

}  // namespace
}  // namespace veriline::reject
