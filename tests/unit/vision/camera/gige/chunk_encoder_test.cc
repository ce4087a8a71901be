// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/chunk_encoder.h"

#include <gtest/gtest.h>

#include "tools/linesim/random.h"

namespace veriline::camera {
namespace {

TEST(ChunkEncoder, GoesWithTheCameraWhateverItsZero) {
  ChunkEncoder encoder(1);
  EXPECT_EQ(encoder.CountAt(900'000, 5000), 5000);
  EXPECT_EQ(encoder.CountAt(900'100, 5100), 5100);
  EXPECT_EQ(encoder.CountAt(900'050, 5050), 5050) << "backwards";
}

TEST(ChunkEncoder, ItsThirtyTwoBitsWrap) {
  ChunkEncoder encoder(1);
  encoder.CountAt(0xFFFFFFF0, 100);
  EXPECT_EQ(encoder.CountAt(0x10, 132), 132);
}

TEST(ChunkEncoder, StepsHaveTheirCounts) {
  ChunkEncoder encoder(-2.5);
  encoder.CountAt(1000, 100'000);
  EXPECT_EQ(encoder.CountAt(900, 100'250), 100'250);
}

TEST(ChunkEncoder, ErrorsOfTheExposureTimesAreSmoothed) {
  // The mapped times are 20 counts wrong either way; the latched counts are exact.
  ChunkEncoder encoder(1);
  linesim::Random random(3, linesim::Stream::kNoise, 0);
  for (int i = 0; i < 5000; ++i) {
    const int64_t truth = i * 500;
    const int64_t count = encoder.CountAt(truth + 77, truth + random.Between(-20, 20));
    if (i > 500) {
      ASSERT_NEAR(count, truth, 5) << i;
    }
  }
}

TEST(ChunkEncoder, AResetOfTheCamerasCounterBeginsAnew) {
  ChunkEncoder encoder(1);
  encoder.CountAt(100'000, 5000);
  EXPECT_EQ(encoder.CountAt(0, 5500), 5500);
  EXPECT_EQ(encoder.CountAt(500, 6000), 6000);
}

}  // namespace
}  // namespace veriline::camera
