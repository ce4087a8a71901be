// SPDX-License-Identifier: Apache-2.0
// What a camera takes from the machine it gives back, however often it comes and goes.
#include <dirent.h>

#include <fstream>
#include <string>

#include "tests/support/gige_rig.h"

namespace veriline::camera {
namespace {

size_t EntriesOf(const char* folder) {
  size_t count = 0;
  DIR* dir = opendir(folder);
  while (readdir(dir) != nullptr) ++count;
  closedir(dir);
  return count;
}

struct Held {
  size_t files = EntriesOf("/proc/self/fd");
  size_t threads = EntriesOf("/proc/self/task");
  size_t resident_kb = [] {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
      if (word == "VmRSS:") break;
    }
    size_t kb = 0;
    status >> kb;
    return kb;
  }();
};

constexpr int kWarmUp = 40;
constexpr int kCycles = 200;
/// The allocator's arenas and the driver's caches settle in the first cycles. A description of the
/// camera, the least that can leak with a connection, is 20 kB: 200 of them would be 4 MB.
constexpr size_t kSlackKb = 2048;

TEST(GigeCycles, TwoHundredConnectionsLeaveNothingBehind) {
  GigeRig rig({}, {.features = {{"AcquisitionFrameRate", "200"}},
                   .chunks = {.encoder = "ChunkEncoderValue"}});
  Held before;
  for (int i = 0; i < kWarmUp + kCycles; ++i) {
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
  EXPECT_LT(after.resident_kb, before.resident_kb + kSlackKb);
  std::printf("%d cycles: %zu kB, then %zu kB\n", kCycles, before.resident_kb, after.resident_kb);
}

TEST(GigeCycles, TwentyDeathsLeaveNothingBehind) {
  GigeRig rig({}, {.features = {{"AcquisitionFrameRate", "50"}}});
  ASSERT_NO_FATAL_FAILURE(rig.Start());
  Held before;
  constexpr int kDeathsToWarmUp = 5;
  constexpr int kDeaths = 20;
  for (int i = 0; i < kDeathsToWarmUp + kDeaths; ++i) {
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
  EXPECT_LT(Held().resident_kb, before.resident_kb + kSlackKb);
}

}  // namespace
}  // namespace veriline::camera
