// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/frame_ring.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "tools/linesim/packs_renderer.h"
#include "tools/linesim/renderer_process.h"

namespace veriline::linesim {
namespace {

constexpr int64_t kPatienceNs = 20'000'000'000;  // far beyond what anything here takes
using Next = FrameRing::Next;

WorldConfig Config() {
  WorldConfig config;
  config.items = 60;
  config.fault_ratio = 0.25;
  return config;
}

FrameRing MakeRing(int slots) {
  auto ring = FrameRing::Create(Config(), RenderMode::kFresh, slots);
  EXPECT_TRUE(ring);
  return std::move(*ring);
}

TEST(FrameRing, HandsEveryPictureOverWholeAndInOrder) {
  FrameRing ring = MakeRing(3);
  constexpr uint64_t kCount = 2000;
  std::thread producer([&] {
    ASSERT_TRUE(ring.Attach());
    for (uint64_t i = 0; i < kCount; ++i) {
      uint8_t* pixels = ring.BeginWrite();
      std::fill(pixels, pixels + 4096, static_cast<uint8_t>(i * 7));
      ring.EndWrite(i * 3);
    }
    ring.Finish();
  });
  FrameRing::Slot slot;
  for (uint64_t i = 0; i < kCount; ++i) {
    ASSERT_EQ(ring.NextFrame(&slot, kPatienceNs), Next::kFrame);
    EXPECT_EQ(slot.shot, i * 3);
    EXPECT_LE(ring.fill(), 3);
    EXPECT_TRUE(std::all_of(slot.pixels.data, slot.pixels.data + 4096,
                            [&](uint8_t p) { return p == static_cast<uint8_t>(i * 7); }));
    ring.Release();
  }
  EXPECT_EQ(ring.NextFrame(&slot, kPatienceNs), Next::kEnd);
  producer.join();
}

TEST(FrameRing, WaitsNoLongerThanItIsTold) {
  FrameRing ring = MakeRing(2);
  FrameRing::Slot slot;
  EXPECT_EQ(ring.NextFrame(&slot, 0), Next::kTimeout);
  EXPECT_EQ(ring.NextFrame(&slot, 1'000'000), Next::kTimeout);
}

TEST(FrameRing, StopEndsAWaitingProducer) {
  FrameRing ring = MakeRing(1);
  std::thread producer([&] {
    ASSERT_TRUE(ring.Attach());
    ASSERT_NE(ring.BeginWrite(), nullptr);
    ring.EndWrite(0);
    EXPECT_EQ(ring.BeginWrite(), nullptr);  // full: waits until stopped
    ring.Finish();
  });
  FrameRing::Slot slot;
  EXPECT_EQ(ring.NextFrame(&slot, kPatienceNs), Next::kFrame);  // and is not released
  ring.Stop();
  producer.join();
}

TEST(FrameRing, TakesOneProducerOnly) {
  FrameRing ring = MakeRing(1);
  ASSERT_TRUE(ring.Attach());
  auto second = FrameRing::Open(dup(ring.fd()));
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->Attach());
  ring.Finish();
  EXPECT_FALSE(second->Attach());
}

TEST(FrameRing, CarriesTheWorldToWhoeverOpensIt) {
  FrameRing ring = MakeRing(2);
  auto other = FrameRing::Open(dup(ring.fd()));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->config().items, Config().items);
  EXPECT_EQ(other->config().fault_ratio, Config().fault_ratio);
  EXPECT_EQ(other->mode(), RenderMode::kFresh);
  EXPECT_EQ(other->slots(), 2);
}

TEST(FrameRing, RefusesWhatIsNoRing) {
  EXPECT_FALSE(FrameRing::Create(Config(), RenderMode::kFresh, 0));
  EXPECT_FALSE(FrameRing::Create(Config(), RenderMode::kFresh, FrameRing::kMaxSlots + 1));
  EXPECT_FALSE(FrameRing::Open(-1));
  const int empty = memfd_create("test", 0);
  ASSERT_EQ(ftruncate(empty, 1 << 20), 0);
  EXPECT_FALSE(FrameRing::Open(empty));
  FrameRing ring = MakeRing(2);
  const int cut = dup(ring.fd());
  ASSERT_EQ(ftruncate(cut, 8192 + 1310720), 0);  // one of its two pictures is missing
  EXPECT_FALSE(FrameRing::Open(cut));
}

TEST(FrameRing, DeliversWhatAKilledProducerHadPublishedAndTellsOfItsDeath) {
  for (int round = 0; round < 20; ++round) {
    FrameRing ring = MakeRing(8);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      if (!ring.Attach()) _exit(1);
      for (uint64_t i = 0;; ++i) {
        uint8_t* pixels = ring.BeginWrite();
        if (pixels == nullptr) _exit(0);
        std::fill(pixels, pixels + 100'000, static_cast<uint8_t>(i));
        ring.EndWrite(i);
      }
    }
    FrameRing::Slot slot;
    for (int i = 0; i < round; ++i) {  // killed after a different number of pictures each time
      ASSERT_EQ(ring.NextFrame(&slot, kPatienceNs), Next::kFrame);
      ring.Release();
    }
    ASSERT_EQ(ring.NextFrame(&slot, kPatienceNs), Next::kFrame);
    kill(child, SIGKILL);
    uint64_t expected = static_cast<uint64_t>(round);
    Next next = Next::kFrame;
    do {
      EXPECT_EQ(slot.shot, expected);
      EXPECT_TRUE(std::all_of(slot.pixels.data, slot.pixels.data + 100'000,
                              [&](uint8_t p) { return p == static_cast<uint8_t>(expected); }));
      ring.Release();
      ++expected;
      next = ring.NextFrame(&slot, kPatienceNs);
    } while (next == Next::kFrame);
    EXPECT_EQ(next, Next::kProducerDied);
    EXPECT_EQ(ring.NextFrame(&slot, 0), Next::kProducerDied);  // and stays so
    EXPECT_EQ(waitpid(child, nullptr, 0), child);
  }
}

TEST(RendererProcess, DrawsExactlyTheDeliveredItemsAheadOfTheConsumer) {
  FrameRing ring = MakeRing(4);
  auto process = RendererProcess::Start(&ring);
  ASSERT_TRUE(process);
  const World world(Config());
  PacksRenderer renderer(world, RenderMode::kFresh);
  std::vector<uint8_t> expected(static_cast<size_t>(kPictureWidth) * kPictureHeight);
  FrameRing::Slot slot;
  int undelivered = 0;
  for (uint64_t item = 0; item < world.items(); ++item) {
    if (!TruthOf(world.FaultOf(item)).delivered) {
      ++undelivered;
      continue;
    }
    ASSERT_EQ(ring.NextFrame(&slot, kPatienceNs), Next::kFrame);
    ASSERT_EQ(slot.shot, item);
    if (item % 10 == 0) {
      renderer.Render(item, expected.data(), kPictureWidth);
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), slot.pixels.data)) << item;
    }
    ring.Release();
  }
  EXPECT_GT(undelivered, 0);
  EXPECT_EQ(ring.NextFrame(&slot, kPatienceNs), Next::kEnd);
}

TEST(RendererProcess, DiesWithItsOwner) {
  FrameRing ring = MakeRing(1);
  pid_t pid = -1;
  {
    auto process = RendererProcess::Start(&ring);
    ASSERT_TRUE(process);
    pid = process->pid();
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(RendererProcess, DiesWithItsParent) {
  FrameRing ring = MakeRing(1);
  const pid_t parent = fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    auto process = RendererProcess::Start(&ring);
    FrameRing::Slot slot;
    // The renderer now waits for its slot; the parent goes without a word.
    if (!process || ring.NextFrame(&slot, kPatienceNs) != Next::kFrame) _exit(1);
    kill(getpid(), SIGKILL);
  }
  ASSERT_EQ(waitpid(parent, nullptr, 0), parent);
  FrameRing::Slot slot;
  ASSERT_EQ(ring.NextFrame(&slot, kPatienceNs), Next::kFrame);
  ring.Release();
  Next next = Next::kFrame;
  while ((next = ring.NextFrame(&slot, kPatienceNs)) == Next::kFrame) ring.Release();
  EXPECT_EQ(next, Next::kProducerDied);
}

}  // namespace
}  // namespace veriline::linesim
