// SPDX-License-Identifier: Apache-2.0
// Micro QR in a picture: by our own reader, with all that the other decoder does not tell.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/drawn_symbol.h"
#include "vision/core/clock.h"
#include "vision/decode/frame_reader.h"

namespace veriline::decode {
namespace {

using testing::Canvas;
using testing::EncodeSymbol;

ReadOutcome ReadMicroQr(const testing::Modules& modules, testing::Placement at) {
  at.center = {160, 150};
  at.quiet_modules = 2;
  Canvas canvas(320, 300, at.inverted ? at.dark : at.light);
  canvas.Draw(modules, at);
  const SteadyClock clock;
  FrameReader reader(clock);
  ReadOptions options;
  options.symbologies = SymbologySet().Add(Symbology::kMicroQr);
  return reader.Read(canvas.view(), options);
}

TEST(MicroQrInFrames, IsReadByOurOwnReader) {
  const auto modules = EncodeSymbol(Symbology::kMicroQr, "MICRO 42");
  for (const float angle : {0.0f, 0.4f, 1.9f, 3.3f}) {
    for (const bool inverted : {false, true}) {
      for (const bool mirrored : {false, true}) {
        const auto outcome = ReadMicroQr(
            modules,
            {.module_px = 5, .angle_rad = angle, .mirrored = mirrored, .inverted = inverted});
        ASSERT_EQ(outcome.symbols.size(), 1u) << angle << inverted << mirrored;
        const Symbol& symbol = outcome.symbols[0];
        EXPECT_EQ(symbol.text.view(), "MICRO 42");
        EXPECT_EQ(symbol.decoder, Decoder::kOwn);
        EXPECT_EQ(symbol.symbology, Symbology::kMicroQr);
        EXPECT_EQ(symbol.rows, modules.rows);
        EXPECT_EQ(symbol.mirrored, mirrored);
        EXPECT_EQ(symbol.inverted, inverted);
        EXPECT_GE(symbol.error_capacity, 0);
      }
    }
  }
}

/// M1 corrects nothing, which its capacity says: whoever takes identities can tell it.
TEST(MicroQrInFrames, SaysOfM1ThatItCorrectsNothing) {
  const auto outcome = ReadMicroQr(EncodeSymbol(Symbology::kMicroQr, "123"), {.module_px = 6});
  ASSERT_EQ(outcome.symbols.size(), 1u);
  EXPECT_EQ(outcome.symbols[0].rows, 11);
  EXPECT_EQ(outcome.symbols[0].error_capacity, 0);
}

}  // namespace
}  // namespace veriline::decode
