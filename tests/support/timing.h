// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <vector>

#include "tests/support/allocation_counter.h"

namespace veriline::testing {

/// Times `work` on each of `count` cases, forty times, once it is warm, and prints p50, p99 and the
/// longest; it must do its work and, unless told otherwise, allocate nothing.
inline void TimeEach(const char* name, size_t count, const std::function<bool(size_t)>& work,
                     bool may_allocate = false) {
  using Clock = std::chrono::steady_clock;
  constexpr size_t kRounds = 40;
  std::vector<double> us;
  us.reserve(count * kRounds);
  const auto all = [&] {
    for (size_t i = 0; i < count; ++i) {
      const auto from = Clock::now();
      const bool done = work(i);
      us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - from).count());
      ASSERT_TRUE(done) << name << ", " << i;
    }
  };
  all();
  us.clear();
  const size_t before = AllocationsOfThisThread();
  for (size_t i = 0; i < kRounds; ++i) all();
  const size_t allocations = AllocationsOfThisThread() - before;
  if (!may_allocate) EXPECT_EQ(allocations, 0u) << name;
  std::sort(us.begin(), us.end());
  std::printf("%-54s p50 %7.1f us  p99 %7.1f  max %7.1f  allocations %.1f\n", name,
              us[us.size() / 2], us[us.size() * 99 / 100], us.back(),
              static_cast<double>(allocations) / static_cast<double>(us.size()));
}

}  // namespace veriline::testing
