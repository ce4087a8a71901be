// SPDX-License-Identifier: Apache-2.0
// From a part of a picture to the message of a Micro QR symbol in it.
#include "vision/symbology/qr/micro_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <string>

#include "tests/support/allocation_counter.h"
#include "tests/support/graded_qr.h"
#include "tests/support/qr_symbols.h"

namespace veriline::symbology::qr {
namespace {

using testing::Between;
using testing::Drawing;
using testing::EncodeQr;
using testing::GradedQr;
using testing::GradedSymbol;
using testing::QrMode;
using testing::QrSpec;

QrSpec SpecOf(std::mt19937& random, int version) {
  const std::string levels = version == 1 ? "D" : version == 4 ? "LMQ" : "LM";
  const int level = Between(random, 0, static_cast<int>(levels.size()) - 1);
  return {true, version, levels[static_cast<size_t>(level)], Between(random, 0, 3)};
}

/// The whole picture, and the direction of an axis to within some degrees.
MicroPlace PlaceIn(const Drawing& drawing, double angle_deg) {
  const double quarter = std::remainder(angle_deg, 90);
  return {{0, 0, drawing.width, drawing.height},
          static_cast<float>(quarter * std::numbers::pi / 180)};
}

TEST(MicroReader, ReadsAllVersionsInAnyDirection) {
  std::mt19937 random(3);
  MicroReader reader;
  for (int version = 1; version <= 4; ++version) {
    for (const bool inverted : {false, true}) {
      for (const bool mirrored : {false, true}) {
        for (const double px : {3.0, 5.0, 11.0}) {
          const QrSpec spec = SpecOf(random, version);
          const std::string digits = std::to_string(Between(random, 0, 99999));
          GradedSymbol symbol = GradedQr(EncodeQr(spec, {{QrMode::kNumeric, digits}}));
          symbol.grid.inverted = inverted;
          const double angle = Between(random, 0, 359);
          const Drawing drawing = symbol.Draw({.module_px = px,
                                               .angle_deg = angle,
                                               .shift_x_px = 0.4,
                                               .blur_px = 0.15 * px,
                                               .noise_grey = 5,
                                               .mirrored = mirrored,
                                               .seed = static_cast<uint32_t>(random())});
          const std::string where = testing::Describe(spec) + ", " + std::to_string(px) + " px, " +
                                    std::to_string(angle) + "°" + (inverted ? ", inverted" : "") +
                                    (mirrored ? ", mirrored" : "");
          Symbol read;
          const double off = Between(random, -8, 8);
          ASSERT_TRUE(reader.Read(drawing.view(), PlaceIn(drawing, angle + off), &read)) << where;
          EXPECT_EQ(read.payload.view(), digits) << where;
          EXPECT_EQ(read.symbology, Symbology::kMicroQr);
          EXPECT_EQ(read.identifier_view(), "]Q1");
          EXPECT_EQ(read.decoder, Decoder::kOwn);
          EXPECT_EQ(read.rows, spec.size());
          EXPECT_EQ(read.mirrored, mirrored) << where;
          EXPECT_EQ(read.inverted, inverted) << where;
          EXPECT_EQ(reader.decoded().DetectionOnly(), version == 1);
          EXPECT_EQ(read.error_capacity, testing::ErrorLimit(spec)) << where;
          for (size_t i = 0; i < 4; ++i) {
            EXPECT_LT(Distance(read.quad.corners[i], drawing.grid.outline.corners[i]), 0.3 * px)
                << where;
          }
        }
      }
    }
  }
}

TEST(MicroReader, CorrectsAndFillsIn) {
  MicroReader reader;
  const auto encoded = EncodeQr({true, 4, 'Q', 1}, {{QrMode::kNumeric, "271828"}});
  GradedSymbol symbol = GradedQr(encoded);
  // 14 check codewords: seven wrong ones, each by its first module.
  for (int i = 0; i < 7; ++i) symbol.DamageCodeword(2 * i);
  Drawing drawing = symbol.Draw({.module_px = 5});
  Symbol read;
  ASSERT_TRUE(reader.Read(drawing.view(), PlaceIn(drawing, 0), &read));
  EXPECT_EQ(read.payload.view(), "271828");
  EXPECT_EQ(read.errors_corrected, 7);
  symbol.DamageCodeword(14);
  drawing = symbol.Draw({.module_px = 5});
  EXPECT_FALSE(reader.Read(drawing.view(), PlaceIn(drawing, 0), &read));
  // Of glare over ten codewords it is known that they are not known.
  GradedSymbol glare = GradedQr(encoded);
  for (int i = 14; i < 24; ++i) {
    for (const size_t module : encoded.modules[static_cast<size_t>(i)]) {
      const int at = static_cast<int>(module);
      glare.SetReflectance(at / 17, at % 17, 1.175);  // 255
    }
  }
  drawing = glare.Draw({.module_px = 5});
  ASSERT_TRUE(reader.Read(drawing.view(), PlaceIn(drawing, 0), &read));
  EXPECT_EQ(read.payload.view(), "271828");
}

TEST(MicroReader, FindsNoneInQrCodesNoiseAndPlainPictures) {
  std::mt19937 random(4);
  MicroReader reader;
  Symbol read;
  for (const int version : {1, 2, 3, 7}) {
    for (int round = 0; round < 8; ++round) {
      const QrSpec spec{false, version, 'M', round};
      const GradedSymbol symbol =
          GradedQr(EncodeQr(spec, {{QrMode::kNumeric, std::to_string(Between(random, 0, 99999))}}));
      const Drawing drawing = symbol.Draw({.module_px = 4});
      EXPECT_FALSE(reader.Read(drawing.view(), PlaceIn(drawing, 0), &read));
    }
  }
  std::vector<uint8_t> pixels(200 * 200);
  const FrameView noise{pixels.data(), 200, 200, 200};
  for (int round = 0; round < 50; ++round) {
    const int cell = Between(random, 3, 9);
    std::vector<uint8_t> cells(200 * 200);
    for (uint8_t& c : cells) c = static_cast<uint8_t>(Between(random, 0, 1) * 180 + 30);
    for (int i = 0; i < 200 * 200; ++i) {
      pixels[static_cast<size_t>(i)] =
          cells[static_cast<size_t>(i / 200 / cell * 200 + i % 200 / cell)];
    }
    EXPECT_FALSE(reader.Read(noise, {{0, 0, 200, 200}, 0}, &read));
  }
  pixels.assign(pixels.size(), 90);
  EXPECT_FALSE(reader.Read(noise, {{0, 0, 200, 200}, 0}, &read));
  EXPECT_FALSE(reader.Read(noise, {{190, 190, 500, 500}, 0}, &read));
  EXPECT_FALSE(reader.Read({}, {{0, 0, 200, 200}, 0}, &read));
}

TEST(MicroReader, AllocatesNothingOnceItHasGrown) {
  MicroReader reader;
  const GradedSymbol symbol = GradedQr(EncodeQr({true, 3, 'M', 1}, {{QrMode::kNumeric, "42"}}));
  const Drawing drawing = symbol.Draw({.module_px = 5});
  Symbol read;
  ASSERT_TRUE(reader.Read(drawing.view(), PlaceIn(drawing, 0), &read));
  const size_t before = AllocationsOfThisThread();
  ASSERT_TRUE(reader.Read(drawing.view(), PlaceIn(drawing, 0), &read));
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace veriline::symbology::qr
