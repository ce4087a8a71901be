// SPDX-License-Identifier: Apache-2.0
// What a camera takes from the machine it gives back, however often it comes and goes.
#include <cstdio>

#include "tests/support/gige_rig.h"
#include "tests/support/held.h"

namespace veriline::camera {
namespace {

using veriline::testing::Cycles;
using veriline::testing::Held;
using veriline::testing::kResidentTells;

constexpr int kWarmUp = 40;
constexpr int kDeathsToWarmUp = 3;
/// The allocator's arenas and the driver's caches settle in the first cycles. A description of the
/// camera, the least that can leak with a connection, is 20 kB: 200 of them would be 4 MB. A few
/// cycles show files, threads and buffers only.
constexpr size_t kSlackKb = 2048;

TEST(GigeCycles, ConnectionsLeaveNothingBehind) {
  const int cycles = Cycles(20, 200);
  GigeRig rig({}, {.features = {{"AcquisitionFrameRate", "200"}},
                   .chunks = {.encoder = "ChunkEncoderValue"}});
  Held before;
  for (int i = 0; i < kWarmUp + cycles; ++i) {
    if (i == kWarmUp) before = Held();
    const size_t told = rig.sink.told().size();
    ASSERT_NO_FATAL_FAILURE(rig.Start());
    rig.sink.WaitFor(told + 2);
    ASSERT_TRUE(rig.camera->Stop());
    rig.camera->Close();
    EXPECT_EQ(rig.pool.free_count(), rig.pool.count());
  }
  const Held after;
  EXPECT_EQ(after.files, before.files);
  EXPECT_EQ(after.threads, before.threads);
  if (kResidentTells) {
    EXPECT_LT(after.resident_kb, before.resident_kb + kSlackKb);
  }
  std::printf("%d cycles: %zu kB, then %zu kB\n", cycles, before.resident_kb, after.resident_kb);
}

TEST(GigeCycles, DeathsLeaveNothingBehind) {
  const int deaths = Cycles(2, 20);
  GigeRig rig({}, {.features = {{"AcquisitionFrameRate", "50"}}});
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  Held before;
  for (int i = 0; i < kDeathsToWarmUp + deaths; ++i) {
    if (i == kDeathsToWarmUp) before = Held();
    rig.process.Kill();
    ASSERT_TRUE(rig.WaitUntil([&] { return !rig.camera->health().connected; })) << i;
    const size_t told = rig.sink.told().size();
    rig.process.Launch();
    rig.sink.WaitFor(told + 5);
    ASSERT_TRUE(rig.WaitForAllClear());
  }
  // The last session is still being put away: a few files and threads of its own.
  ASSERT_TRUE(rig.WaitUntil([&] { return Held().threads <= before.threads; }));
  EXPECT_LE(Held().files, before.files);
  if (kResidentTells) {
    EXPECT_LT(Held().resident_kb, before.resident_kb + kSlackKb);
  }
}

}  // namespace
}  // namespace veriline::camera
