// SPDX-License-Identifier: Apache-2.0
#include "vision/core/frame_pool.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace veriline {
namespace {

TEST(FramePool, GivesEachBufferOnceAndTakesItBack) {
  FramePool pool(3, 1000);
  FrameLease a = pool.Acquire();
  FrameLease b = pool.Acquire();
  FrameLease c = pool.Acquire();
  ASSERT_TRUE(a && b && c);
  EXPECT_NE(a.data(), b.data());
  EXPECT_NE(b.data(), c.data());
  EXPECT_FALSE(pool.Acquire());
  uint8_t* freed = b.data();
  b = FrameLease();
  FrameLease again = pool.Acquire();
  EXPECT_EQ(again.data(), freed);
}

TEST(FramePool, AMovedLeaseReturnsItsBufferOnce) {
  FramePool pool(2, 64);
  {
    FrameLease a = pool.Acquire();
    FrameLease b = std::move(a);
    EXPECT_FALSE(a);  // NOLINT(bugprone-use-after-move): moved-from leases are empty by contract
    EXPECT_EQ(pool.free_count(), 1u);
  }
  EXPECT_EQ(pool.free_count(), 2u);
}

TEST(FramePool, ASharedBufferGoesBackWithItsLastLease) {
  FramePool pool(1, 64);
  FrameLease a = pool.Acquire();
  FrameLease b = a.Share();
  EXPECT_EQ(b.data(), a.data());
  a = {};
  EXPECT_EQ(pool.free_count(), 0u);
  FrameLease c = b.Share();
  b = {};
  EXPECT_FALSE(pool.Acquire());
  c = {};
  EXPECT_EQ(pool.free_count(), 1u);
  EXPECT_FALSE(FrameLease().Share());
  EXPECT_TRUE(pool.Acquire()) << "and can be taken again";
}

TEST(FramePool, SharesOfManyThreadsGiveTheBufferBackOnce) {
  FramePool pool(2, 64);
  for (int round = 0; round < 500; ++round) {
    FrameLease first = pool.Acquire();
    ASSERT_TRUE(first);
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([lease = first.Share()]() mutable { lease = {}; });
    }
    first = {};
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(pool.free_count(), 2u);
  }
}

TEST(FramePool, LosesNoBufferUnderContention) {
  FramePool pool(8, 64);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&pool, t] {
      for (int i = 0; i < 20000; ++i) {
        FrameLease lease = pool.Acquire();
        if (!lease) continue;
        lease.data()[0] = static_cast<uint8_t>(t);
        ASSERT_EQ(lease.data()[0], t);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(pool.free_count(), 8u);
}

}  // namespace
}  // namespace veriline
