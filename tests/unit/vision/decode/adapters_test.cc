// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/drawn_symbol.h"
#include "vision/decode/dmtx/dmtx_reader.h"
#include "vision/decode/zxing/zxing_reader.h"

namespace veriline::decode {
namespace {

using testing::Canvas;
using testing::EncodeSymbol;
using testing::Placement;

// The corners that the libraries tell lie within half a module (here 2 px) of the truth.
constexpr float kCornerTolerancePx = 2.5f;
constexpr float kRadPerDegree = 3.14159265f / 180;

Canvas Draw(Symbology symbology, const std::string& text, bool gs1, Quad* quad = nullptr,
            Placement at = {}) {
  const auto modules = EncodeSymbol(symbology, text, gs1);
  const auto side = static_cast<int>(std::max(modules.width(), modules.height()) * at.module_px);
  Canvas canvas(side + 80, side + 80, at.inverted ? at.dark : at.light);
  at.center = {static_cast<float>(canvas.width()) / 2, static_cast<float>(canvas.height()) / 2};
  const Quad drawn = canvas.Draw(modules, at);
  if (quad != nullptr) *quad = drawn;
  return canvas;
}

void ExpectCorners(const Quad& read, const Quad& drawn) {
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_LT(Distance(read.corners[i], drawn.corners[i]), kCornerTolerancePx) << "corner " << i;
  }
}

TEST(ReadWithZxing, TellsGs1DataMatrixWithSeparators) {
  Quad quad;
  const Canvas canvas =
      Draw(Symbology::kDataMatrix, "[01]09501101530003[10]LOT1[21]ABC123", true, &quad);
  const auto symbol = ReadWithZxing(canvas.view(), {.group = ZxingGroup::kDataMatrix});
  ASSERT_TRUE(symbol);
  EXPECT_EQ(symbol->symbology, Symbology::kDataMatrix);
  EXPECT_EQ(symbol->identifier_view(), "]d2");
  EXPECT_EQ(symbol->payload.view(),
            "010950110153000310LOT1\x1d"
            "21ABC123");
  EXPECT_EQ(symbol->text, symbol->payload);
  EXPECT_EQ(symbol->decoder, Decoder::kZxing);
  ExpectCorners(symbol->quad, quad);
}

/// In GS1 QR the library forgets what stands behind a doubled % (one % of the text) of a segment in
/// alphanumeric mode: no text is better than a part of it.
TEST(ReadWithZxing, TellsNoGs1QrThatMayBeCutOff) {
  const auto read = [](const std::string& text) {
    return ReadWithZxing(Draw(Symbology::kQr, text, true).view(), {.group = ZxingGroup::kMatrix});
  };
  const auto whole = read("[01]09501101530003[10]AB-CD[21]X");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->payload.view(),
            "010950110153000310AB-CD\x1d"
            "21X");
  EXPECT_FALSE(read("[01]09501101530003[10]AB%CD[21]X"));
}

struct LinearCase {
  Symbology symbology;
  const char* data;
  bool gs1;
  ZxingGroup group;
  const char* identifier;
  const char* text;
};

class ZxingLinear : public ::testing::TestWithParam<LinearCase> {};

TEST_P(ZxingLinear, TellsIdentifierAndText) {
  const LinearCase& c = GetParam();
  const Canvas canvas = Draw(c.symbology, c.data, c.gs1);
  const auto symbol = ReadWithZxing(canvas.view(), {.group = c.group, .try_harder = true});
  ASSERT_TRUE(symbol);
  EXPECT_EQ(symbol->symbology, c.symbology);
  EXPECT_EQ(symbol->identifier_view(), c.identifier);
  EXPECT_EQ(symbol->text.view(), c.text);
}

INSTANTIATE_TEST_SUITE_P(
    Symbologies, ZxingLinear,
    ::testing::Values(
        LinearCase{Symbology::kCode128, "VERILINE42", false, ZxingGroup::kLinear, "]C0",
                   "VERILINE42"},
        LinearCase{Symbology::kCode128, "[01]09501101530003[10]A1[21]77", true, ZxingGroup::kLinear,
                   "]C1",
                   "010950110153000310A1\x1d"
                   "2177"},
        LinearCase{Symbology::kCode39, "CODE39", false, ZxingGroup::kLinear, "]A0", "CODE39"},
        LinearCase{Symbology::kCode39, "+H+I$M", false, ZxingGroup::kLinear, "]A4", "hi\r"},
        LinearCase{Symbology::kEan13, "4006381333931", false, ZxingGroup::kLinear, "]E0",
                   "4006381333931"},
        LinearCase{Symbology::kEan13, "4006381333931+12345", false, ZxingGroup::kLinear, "]E3",
                   "400638133393112345"},
        LinearCase{Symbology::kUpcA, "012345678905", false, ZxingGroup::kLinear, "]E0",
                   "012345678905"},
        LinearCase{Symbology::kItf, "1234567890", false, ZxingGroup::kLinear, "]I0", "1234567890"},
        LinearCase{Symbology::kDataBarOmni, "0950110153000", false, ZxingGroup::kDataBar, "]e0",
                   "0109501101530003"},
        LinearCase{Symbology::kDataBarExpanded, "[01]09501101530003[10]A1[21]77", true,
                   ZxingGroup::kDataBar, "]e0",
                   "010950110153000310A1\x1d"
                   "2177"}));

// Clockwise unless mirrored, the corner at the finder pattern where it belongs.
TEST(ReadWithZxing, TellsCornersOfMirroredSymbolsAsTheyStandInTheSymbol) {
  for (const auto& [symbology, group] : {std::pair{Symbology::kDataMatrix, ZxingGroup::kDataMatrix},
                                         {Symbology::kQr, ZxingGroup::kMatrix},
                                         {Symbology::kAztec, ZxingGroup::kMatrix}}) {
    for (const bool mirrored : {false, true}) {
      for (const int degrees : {0, 90, 180, 270}) {
        Quad quad;
        const Canvas canvas =
            Draw(symbology, "MIRROR", false, &quad,
                 {.angle_rad = static_cast<float>(degrees) * kRadPerDegree, .mirrored = mirrored});
        const auto symbol =
            ReadWithZxing(canvas.view(), {.group = group, .try_harder = true, .try_rotate = true});
        ASSERT_TRUE(symbol) << Name(symbology) << degrees << mirrored;
        SCOPED_TRACE(std::string(Name(symbology)) + " " + std::to_string(degrees));
        EXPECT_EQ(symbol->mirrored, mirrored);
        EXPECT_EQ(symbol->quad.SignedArea() < 0, mirrored);
        ExpectCorners(symbol->quad, quad);
      }
    }
  }
}

/// One Data Matrix, black and white, `module_px` pixels to a module.
Canvas DrawPure(float module_px, uint8_t dark, uint8_t light) {
  return Draw(Symbology::kDataMatrix, "[01]09501101530003[21]ABC123", true, nullptr,
              {.module_px = module_px, .dark = dark, .light = light});
}

TEST(ReadWithZxing, TakesAPurePictureAtItsWord) {
  constexpr ZxingOptions kPure{.group = ZxingGroup::kDataMatrix, .pure = true};
  for (const float module_px : {2.0f, 3.0f, 4.0f, 5.0f}) {
    const auto symbol = ReadWithZxing(DrawPure(module_px, 127, 128).view(), kPure);
    ASSERT_TRUE(symbol) << module_px;
    EXPECT_EQ(symbol->payload.view(), "010950110153000321ABC123");
    EXPECT_EQ(symbol->identifier_view(), "]d2");
  }
  // No threshold of its own, and no search: what is dark is the symbol.
  const Canvas light = DrawPure(4, 140, 240);
  EXPECT_TRUE(ReadWithZxing(light.view(), {.group = ZxingGroup::kDataMatrix}));
  EXPECT_FALSE(ReadWithZxing(light.view(), kPure));
  Canvas crowded = DrawPure(4, 0, 255);
  for (int y = 0; y < 8; ++y) std::fill_n(crowded.Row(y), 8, uint8_t{0});
  EXPECT_TRUE(ReadWithZxing(crowded.view(), {.group = ZxingGroup::kDataMatrix}));
  EXPECT_FALSE(ReadWithZxing(crowded.view(), kPure));
}

TEST(ReadWithZxing, ReadsOnlyWhatItIsAskedFor) {
  const Canvas canvas = Draw(Symbology::kQr, "HELLO", false);
  EXPECT_TRUE(ReadWithZxing(canvas.view(), {.group = ZxingGroup::kMatrix}));
  EXPECT_FALSE(ReadWithZxing(
      canvas.view(),
      {.group = ZxingGroup::kMatrix, .symbologies = SymbologySet().Add(Symbology::kAztec)}));
  EXPECT_FALSE(ReadWithZxing(canvas.view(), {.group = ZxingGroup::kLinear}));
  EXPECT_FALSE(ZxingGroupHasAny(ZxingGroup::kLinear, SymbologySet().Add(Symbology::kQr)));
}

/// The measured trap: repeated DataBar in one picture aborts the library when it is not asked
/// carefully.
TEST(ReadWithZxing, SurvivesRepeatedDataBar) {
  const auto modules = EncodeSymbol(Symbology::kDataBarOmni, "0950110153000");
  Canvas canvas(500, 900, 210);
  for (int i = 0; i < 4; ++i) {
    canvas.Draw(modules, {.center = {250, 120.0f + 210.0f * static_cast<float>(i)}});
  }
  const auto symbol = ReadWithZxing(
      canvas.view(), {.group = ZxingGroup::kDataBar, .try_harder = true, .try_downscale = true});
  ASSERT_TRUE(symbol);
  EXPECT_EQ(symbol->text.view(), "0109501101530003");
}

TEST(ReadWithDmtx, TellsGs1SeparatorsCornersAndSize) {
  for (const float angle : {0.0f, 0.5f, 2.0f, -2.5f}) {
    Quad quad;
    const Canvas canvas = Draw(Symbology::kDataMatrix, "[01]09501101530003[10]LOT1[21]ABC123", true,
                               &quad, {.angle_rad = angle});
    const auto symbol = ReadWithDmtx(canvas.view(), {.timeout_ms = 1000});
    ASSERT_TRUE(symbol) << angle;
    EXPECT_EQ(symbol->identifier_view(), "]d2");
    EXPECT_EQ(symbol->payload.view(),
              "010950110153000310LOT1\x1d"
              "21ABC123");
    EXPECT_EQ(symbol->decoder, Decoder::kDmtx);
    EXPECT_EQ(symbol->rows, symbol->cols);
    EXPECT_GE(symbol->rows, 20);
    EXPECT_FALSE(symbol->inverted);
    ExpectCorners(symbol->quad, quad);
  }
}

TEST(ReadWithDmtx, ReadsLightOnDarkAndPlainText) {
  const Canvas canvas =
      Draw(Symbology::kDataMatrix, "plain text", false, nullptr, {.inverted = true});
  const auto symbol = ReadWithDmtx(canvas.view(), {.timeout_ms = 1000});
  ASSERT_TRUE(symbol);
  EXPECT_EQ(symbol->identifier_view(), "]d1");
  EXPECT_EQ(symbol->text.view(), "plain text");
  EXPECT_TRUE(symbol->inverted);
}

TEST(Adapters, TakeAnyPictureWithoutHarm) {
  std::mt19937 random(7);
  std::vector<uint8_t> noise(96 * 96);
  std::ranges::generate(noise, [&] { return static_cast<uint8_t>(random()); });
  for (const auto& [w, h] :
       {std::pair{0, 0}, {1, 1}, {3, 3}, {1, 96}, {96, 1}, {15, 16}, {96, 96}}) {
    const FrameView view{noise.data(), w, h, 96};
    for (const auto group : {ZxingGroup::kDataMatrix, ZxingGroup::kMatrix, ZxingGroup::kLinear,
                             ZxingGroup::kDataBar}) {
      EXPECT_FALSE(ReadWithZxing(
          view, {.group = group, .try_harder = true, .try_rotate = true, .try_downscale = true}));
    }
    EXPECT_FALSE(ReadWithDmtx(view, {.timeout_ms = 20}));
  }
}

}  // namespace
}  // namespace veriline::decode
