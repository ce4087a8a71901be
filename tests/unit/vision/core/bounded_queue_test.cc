// SPDX-License-Identifier: Apache-2.0
#include "vision/core/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace veriline {
namespace {

TEST(BoundedQueue, IsFirstInFirstOutAndCountsWhenFull) {
  BoundedQueue<int> q(4);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(q.TryPush(int{i}));
  EXPECT_FALSE(q.TryPush(4));
  EXPECT_EQ(q.full_count(), 1u);
  EXPECT_EQ(q.peak(), 4u);
  int v = -1;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(q.TryPop(v));
    EXPECT_EQ(v, i);
  }
  EXPECT_FALSE(q.TryPop(v));
}

TEST(BoundedQueue, AFailedPushLeavesTheValueWithTheCaller) {
  BoundedQueue<std::unique_ptr<int>> q(2);
  EXPECT_TRUE(q.TryPush(std::make_unique<int>(1)));
  EXPECT_TRUE(q.TryPush(std::make_unique<int>(2)));
  auto third = std::make_unique<int>(3);
  EXPECT_FALSE(q.TryPush(std::move(third)));
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(*third, 3);
}

TEST(BoundedQueue, LosesAndRepeatsNothingBetweenThreads) {
  constexpr int kEach = 50000;
  BoundedQueue<int> q(64);
  std::vector<std::atomic<int>> seen(2 * kEach);
  std::atomic<int> left{2 * kEach};
  std::vector<std::thread> threads;
  for (int w = 0; w < 2; ++w) {
    threads.emplace_back([&q, w] {
      for (int i = 0; i < kEach; ++i) {
        while (!q.TryPush(w * kEach + i)) std::this_thread::yield();
      }
    });
    threads.emplace_back([&] {
      int v = 0;
      while (left.load() > 0) {
        if (q.TryPop(v)) {
          seen[v].fetch_add(1);
          left.fetch_sub(1);
        } else {
          std::this_thread::yield();
        }
      }
    });
  }
  for (std::thread& t : threads) t.join();
  for (const auto& s : seen) ASSERT_EQ(s.load(), 1);
}

}  // namespace
}  // namespace veriline
