// SPDX-License-Identifier: Apache-2.0
#include "rpc/stream_hub.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>

#include "vision/core/clock.h"

namespace veriline::rpc {
namespace {

using Answer = StreamHub::Answer;

constexpr size_t kRing = 8;

StreamMessage Message(uint64_t seq, uint8_t kind = 0) { return {seq, kind, {}}; }

class StreamHubTest : public ::testing::Test {
 protected:
  Answer Take(uint64_t* cursor, KindMask mask = kEveryKind) {
    return hub_.TakeNext(cursor, mask, &message_, &first_kept_);
  }
  void Append(uint64_t first, uint64_t last) {
    for (uint64_t seq = first; seq <= last; ++seq) hub_.Append(Message(seq, seq % 2));
  }

  StreamHub hub_{{.name = "hub", .ring_capacity = kRing}, [] {}};
  StreamMessage message_;
  uint64_t first_kept_ = 0;
};

TEST_F(StreamHubTest, GivesMessagesInOrderAndThenNothing) {
  Append(1, 3);
  uint64_t cursor = 1;
  for (uint64_t seq = 1; seq <= 3; ++seq) {
    ASSERT_EQ(Take(&cursor), Answer::kTaken);
    EXPECT_EQ(message_.seq, seq);
  }
  EXPECT_EQ(Take(&cursor), Answer::kNothing);
  EXPECT_EQ(cursor, 4u);
  EXPECT_EQ(hub_.last_seq(), 3u);
}

TEST_F(StreamHubTest, KeepsAsManyAsTheRingHolds) {
  Append(1, 100);
  uint64_t cursor = 100 - kRing;
  EXPECT_EQ(Take(&cursor), Answer::kBehind);
  EXPECT_EQ(first_kept_, 100 - kRing + 1);
  EXPECT_EQ(cursor, 100 - kRing);  // stays until its owner has dealt with it
  cursor = first_kept_;
  EXPECT_EQ(Take(&cursor), Answer::kTaken);
}

TEST_F(StreamHubTest, PassesOverWhatTheFilterDoesNotWant) {
  Append(1, 6);
  uint64_t cursor = 1;
  ASSERT_EQ(Take(&cursor, KindMask{1} << 0), Answer::kTaken);
  EXPECT_EQ(message_.seq, 2u);
  ASSERT_EQ(Take(&cursor, KindMask{1} << 5), Answer::kNothing);
  EXPECT_EQ(cursor, 7u);
}

TEST_F(StreamHubTest, AHoleMakesWhatLiesBeforeItFallOut) {
  Append(1, 3);
  hub_.Append(Message(7));
  uint64_t cursor = 2;
  EXPECT_EQ(Take(&cursor), Answer::kBehind);
  EXPECT_EQ(first_kept_, 7u);
  hub_.Restart(20);
  cursor = 8;
  EXPECT_EQ(Take(&cursor), Answer::kBehind);
  EXPECT_EQ(first_kept_, 21u);
  EXPECT_EQ(hub_.last_seq(), 20u);
}

TEST_F(StreamHubTest, TheNewestCountsWhatItPassesOver) {
  Append(1, 6);
  uint64_t cursor = 1;
  StreamGap gap;
  ASSERT_EQ(hub_.TakeNewest(&cursor, KindMask{1} << 1, &message_, &gap), Answer::kTaken);
  EXPECT_EQ(message_.seq, 5u);  // odd ones: 1, 3, 5
  EXPECT_EQ(gap.from_seq, 1u);
  EXPECT_EQ(gap.to_seq, 3u);
  EXPECT_EQ(gap.missed, 2u);
  EXPECT_EQ(hub_.TakeNewest(&cursor, KindMask{1} << 1, &message_, &gap), Answer::kNothing);
  Append(7, 40);
  gap = {};
  ASSERT_EQ(hub_.TakeNewest(&cursor, kEveryKind, &message_, &gap), Answer::kTaken);
  EXPECT_EQ(message_.seq, 40u);
  EXPECT_EQ(gap.from_seq, 7u);
  EXPECT_EQ(gap.to_seq, 39u);
  EXPECT_EQ(gap.missed, 33u);
}

TEST_F(StreamHubTest, OnlyTheNewestBeatWaits) {
  uint64_t sent = 0;
  grpc::ByteBuffer beat;
  EXPECT_FALSE(hub_.TakeBeat(&sent, &beat));
  const grpc::Slice older("older");
  const grpc::Slice newer("newer");
  hub_.SetBeat(grpc::ByteBuffer(&older, 1));
  hub_.SetBeat(grpc::ByteBuffer(&newer, 1));
  ASSERT_TRUE(hub_.TakeBeat(&sent, &beat));
  grpc::Slice text;
  ASSERT_TRUE(beat.DumpToSingleSlice(&text).ok());
  EXPECT_EQ(std::string(text.begin(), text.end()), "newer");
  EXPECT_FALSE(hub_.TakeBeat(&sent, &beat));
}

TEST(Waker, WakesWhoWaitsAndWhoIsAboutTo) {
  const SteadyClock clock;
  Waker waker;
  waker.Wake();
  waker.Wake();
  waker.WaitUntil(Waker::kNever);  // was announced before: returns
  const int64_t start_ns = clock.NowNs();
  waker.WaitUntil(start_ns + 20'000'000);
  EXPECT_GE(clock.NowNs(), start_ns + 20'000'000);  // both Wakes were one
  waker.WaitUntil(start_ns);                        // past: does not wait
}

TEST(Waker, LosesNoWorkBetweenTwoThreads) {
  Waker waker;
  std::atomic<int> announced{0};
  std::jthread producer([&] {
    for (int i = 0; i < 100'000; ++i) {
      announced.fetch_add(1, std::memory_order_release);
      waker.Wake();
    }
  });
  // A lost wake would leave this waiting for ever.
  while (announced.load(std::memory_order_acquire) < 100'000) waker.WaitUntil(Waker::kNever);
}

}  // namespace
}  // namespace veriline::rpc
