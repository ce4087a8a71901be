// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/motion.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace veriline::linesim {
namespace {

constexpr double kSpeed = 2000;
constexpr int64_t kRun = 100'000;
constexpr int64_t kSecond = 1'000'000'000;

TEST(Motion, WithoutEventsIsEven) {
  const Motion motion(kSpeed);
  for (const int64_t count : {-3000, 0, 1, 77'777, 2'000'000'000}) {
    const int64_t ns = motion.FirstTimeOf(count);
    EXPECT_NEAR(static_cast<double>(ns), static_cast<double>(count) / kSpeed * 1e9, 2);
    EXPECT_EQ(motion.CountAt(ns), count);
    EXPECT_EQ(motion.CountAt(ns - 2), count - 1);
  }
}

TEST(Motion, StandsAtItsStopsAndNowhereGoesBackWithoutReversals) {
  const Motion motion(kSpeed, kRun, 2, 0);
  int stops = 0;
  bool standing = false;
  constexpr int64_t kStep = kSecond / 100;
  int64_t last = motion.CountAt(0);
  for (int64_t ns = kStep; last < kRun; ns += kStep) {
    const int64_t count = motion.CountAt(ns);
    ASSERT_GE(count, last);
    ASSERT_LE(static_cast<double>(count - last), kSpeed / 100 + 1);  // nor jumps
    const bool stands = count == last;
    stops += stands && !standing;
    standing = stands;
    last = count;
  }
  EXPECT_EQ(stops, 2);
}

TEST(Motion, AReversalGoesBackAndComesAgain) {
  const Motion motion(kSpeed, kRun, 2, 1);
  int64_t highest = 0;
  int64_t deepest = 0;
  constexpr int64_t kStep = kSecond / 1000;
  for (int64_t ns = 0; highest < kRun; ns += kStep) {
    const int64_t count = motion.CountAt(ns);
    highest = std::max(highest, count);
    deepest = std::max(deepest, highest - count);
  }
  EXPECT_NEAR(static_cast<double>(deepest), Motion::kReverseCounts, 2);
}

TEST(Motion, TellsTheFirstTimeOfACountThatItPassesThreeTimes) {
  const Motion motion(kSpeed, kRun, 0, 1);
  for (int64_t count = 0; count < kRun; count += 333) {
    const int64_t ns = motion.FirstTimeOf(count);
    EXPECT_EQ(motion.CountAt(ns), count);
    // Never there before, whichever way it has moved since.
    for (int64_t before = ns - 2; before > ns - 5 * kSecond; before -= kSecond / 7) {
      EXPECT_LT(motion.CountAt(before), count);
    }
  }
}

TEST(Motion, ItsPiecesHangTogetherAndTellWhenACountIsPassed) {
  const Motion motion(kSpeed, kRun, 2, 2);
  const auto pieces = motion.pieces();
  int back = 0;
  for (size_t i = 0; i + 1 < pieces.size(); ++i) {
    EXPECT_EQ(pieces[i].to_ns, pieces[i + 1].from_ns);
    EXPECT_EQ(pieces[i].to_count, pieces[i + 1].from_count);
    if (pieces[i].to_count == pieces[i].from_count) continue;
    back += !pieces[i].forward();
    const auto middle = static_cast<int64_t>((pieces[i].from_count + pieces[i].to_count) / 2);
    const int64_t ns = pieces[i].TimeOf(middle);
    EXPECT_GE(ns, pieces[i].from_ns);
    EXPECT_LE(ns, pieces[i].to_ns);
    EXPECT_EQ(motion.CountAt(ns), middle);
  }
  EXPECT_EQ(back, 2);
}

}  // namespace
}  // namespace veriline::linesim
