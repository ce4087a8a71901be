// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>

namespace veriline::testing {

/// Runs the body in a child process, for what cannot be taken back: limits, users, mounts. Its
/// failures are printed there and fail the test here. 77 = it skipped. Requires: no other thread.
inline void InChild(const std::function<void()>& body) {
  std::fflush(nullptr);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    body();
    const bool skipped = ::testing::Test::IsSkipped();
    std::fflush(nullptr);
    _exit(::testing::Test::HasFailure() ? 1 : skipped ? 77 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) GTEST_SKIP();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "wait status " << status;
}

}  // namespace veriline::testing
