// SPDX-License-Identifier: Apache-2.0
// QR Codes of photographs that regions do not show or whose reader gives up.
#include "vision/decode/photo_qr.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/seen_symbol.h"
#include "vision/core/clock.h"
#include "vision/decode/frame_reader.h"

namespace veriline::decode {
namespace {

using testing::Canvas;
using testing::EncodeSymbol;
using testing::SeenSymbol;
using testing::View;

std::vector<Symbol> Read(const Canvas& canvas, bool stop = false) {
  InProcessDecoder decoder;
  const auto photo_qr = std::make_unique<PhotoQr>(decoder);
  std::vector<Symbol> symbols;
  photo_qr->Read(
      canvas.view(), [stop] { return stop; }, &symbols);
  return symbols;
}

TEST(PhotoQr, ReadsInAnySize) {
  const std::string text = "IN ANY SIZE";
  for (const float module_px : {1.3f, 3.0f, 9.0f, 26.0f}) {
    const int side = static_cast<int>(40 * module_px) + 40;
    const SeenSymbol seen(EncodeSymbol(Symbology::kQr, text),
                          {.module_px = module_px, .roll_rad = 0.05f}, side);
    const auto symbols = Read(seen.Draw(120));
    ASSERT_EQ(symbols.size(), 1U) << module_px;
    EXPECT_EQ(symbols[0].text.view(), text);
    const Point middle = symbols[0].quad.Center(), drawn = seen.ToPicture(0, 0);
    EXPECT_LT(Distance(middle, drawn), module_px) << module_px;
  }
}

/// In the dark, on a sheet that leans away.
TEST(PhotoQr, IsAskedByFrameReaderForWholePicturesAlone) {
  const std::string text = "faint, and seen from the side: " + std::string(20, 'x');
  const SeenSymbol seen(EncodeSymbol(Symbology::kQr, text),
                        {.module_px = 5,
                         .roll_rad = 0.1f,
                         .pan_rad = 0.7f,
                         .tilt_rad = 0.2f,
                         .distance = 60,
                         .dark = 8,
                         .light = 24},
                        320);
  const Canvas canvas = seen.Draw(3);
  const SteadyClock clock;
  FrameReader reader(clock);
  for (const bool whole : {false, true}) {
    const ReadOutcome outcome = reader.Read(canvas.view(), {.whole_picture = whole});
    ASSERT_EQ(outcome.symbols.size(), whole ? 1U : 0U);
    for (const Symbol& symbol : outcome.symbols) EXPECT_EQ(symbol.text.view(), text);
  }
  ReadOptions options{.whole_picture = true};
  options.symbologies = SymbologySet().Add(Symbology::kDataMatrix);
  EXPECT_TRUE(reader.Read(canvas.view(), options).symbols.empty());
}

TEST(PhotoQr, KnowsTheTextOfKanjiMode) {
  const std::string text = "日本語の文字";
  const SeenSymbol seen(EncodeSymbol(Symbology::kQr, text), {.pan_rad = 0.7f}, 240);
  const auto symbols = Read(seen.Draw(120));
  ASSERT_EQ(symbols.size(), 1U);
  EXPECT_EQ(symbols[0].text.view(), text);
}

TEST(PhotoQr, AddsNothingTwiceAndStopsWhenTold) {
  const SeenSymbol seen(EncodeSymbol(Symbology::kQr, "ONCE"), {.module_px = 8}, 500);
  const Canvas canvas = seen.Draw(120);
  EXPECT_TRUE(Read(canvas, true).empty());
  InProcessDecoder decoder;
  const auto photo_qr = std::make_unique<PhotoQr>(decoder);
  std::vector<Symbol> symbols;
  const auto never = [] { return false; };
  photo_qr->Read(canvas.view(), never, &symbols);
  photo_qr->Read(canvas.view(), never, &symbols);
  EXPECT_EQ(symbols.size(), 1U);
  photo_qr->Read({}, never, &symbols);
  EXPECT_EQ(symbols.size(), 1U);
}

}  // namespace
}  // namespace veriline::decode
