// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/due_watch.h"

#include <gtest/gtest.h>

namespace veriline::camera {
namespace {

constexpr int64_t kTimeout = 150;
constexpr int64_t kNever = DueWatch::kNever;

TEST(DueWatch, NothingIsDueUnasked) {
  DueWatch watch;
  watch.Restart(1000, 0, kTimeout);
  EXPECT_EQ(watch.DeadlineNs(), kNever);
  watch.Began(2000);
  EXPECT_EQ(watch.DeadlineNs(), kNever);
}

TEST(DueWatch, ATriggerIsAnsweredByTheNextFrame) {
  DueWatch watch;
  watch.Restart(1000, 0, kTimeout);
  watch.Triggered(2000);
  EXPECT_EQ(watch.DeadlineNs(), 2000 + kTimeout);
  watch.Began(2012);
  EXPECT_EQ(watch.DeadlineNs(), kNever);
}

TEST(DueWatch, TheFirstOfSeveralTriggersCounts) {
  DueWatch watch;
  watch.Restart(1000, 0, kTimeout);
  watch.Triggered(2000);
  watch.Triggered(2100);
  watch.Triggered(2200);
  EXPECT_EQ(watch.DeadlineNs(), 2000 + kTimeout);
  watch.Began(2150);  // answers the first two
  EXPECT_EQ(watch.DeadlineNs(), 2200 + kTimeout);
  watch.Began(2212);
  EXPECT_EQ(watch.DeadlineNs(), kNever);
  watch.Triggered(3000);
  EXPECT_EQ(watch.DeadlineNs(), 3000 + kTimeout);
}

TEST(DueWatch, AnIgnoredTriggerIsForgottenWithTheNextFrame) {
  DueWatch watch;
  watch.Restart(1000, 0, kTimeout);
  watch.Triggered(2000);
  watch.Triggered(2001);  // too soon for the camera
  watch.Began(2012);
  EXPECT_EQ(watch.DeadlineNs(), kNever);
}

TEST(DueWatch, FramesThatComeByThemselvesAreDueEachPeriod) {
  DueWatch watch;
  watch.Restart(1000, 100, kTimeout);
  EXPECT_EQ(watch.DeadlineNs(), 1100 + kTimeout);
  watch.Began(1090);
  EXPECT_EQ(watch.DeadlineNs(), 1190 + kTimeout);
}

TEST(DueWatch, ARestartForgetsTriggers) {
  DueWatch watch;
  watch.Restart(1000, 0, kTimeout);
  watch.Triggered(2000);
  watch.Restart(5000, 0, kTimeout);
  EXPECT_EQ(watch.DeadlineNs(), kNever);
  watch.Triggered(6000);
  EXPECT_EQ(watch.DeadlineNs(), 6000 + kTimeout);
}

}  // namespace
}  // namespace veriline::camera
