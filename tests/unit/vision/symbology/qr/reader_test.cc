// SPDX-License-Identifier: Apache-2.0
// From three finder patterns to the message: symbols of known texts drawn with what happens to
// them on a line.
#include "vision/symbology/qr/reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

#include "tests/support/allocation_counter.h"
#include "tests/support/drawn_symbol.h"

namespace veriline::symbology::qr {
namespace {

using testing::Canvas;
using testing::EncodeSymbol;
using testing::Modules;
using testing::Placement;

constexpr float kRadPerDegree = 3.14159265f / 180;

struct Picture {
  Canvas canvas;
  Place place;
  Quad drawn;
};

/// The outline as a locator gives it: patterns at the first corners and the last, also of a
/// mirrored symbol.
Picture Draw(const Modules& modules, Placement at) {
  const float reach = std::hypot(modules.width(), modules.height()) / 2 * at.module_px;
  const int side = static_cast<int>(2 * reach) + 80;
  at.center = {static_cast<float>(side) / 2 + 1.3f, static_cast<float>(side) / 2 - 0.6f};
  Picture picture{Canvas(side, side, at.inverted ? at.dark : at.light), {}, {}};
  picture.drawn = picture.canvas.Draw(modules, at);
  const auto& c = picture.drawn.corners;
  picture.place = {at.mirrored ? Quad{{c[0], c[3], c[2], c[1]}} : picture.drawn, at.module_px,
                   at.inverted};
  return picture;
}

TEST(QrReader, ReadsVersionsAtAnyAngleMirroredAndInverted) {
  Reader reader;
  for (const size_t length : {10u, 25u, 60u, 150u, 400u, 1000u, 2000u}) {
    std::string text;
    for (size_t i = 0; i < length; ++i) text += static_cast<char>('a' + i * 7 % 26);
    const Modules modules = EncodeSymbol(Symbology::kQr, text);
    for (const int degrees : {17, 0, 45, 90, 205}) {
      if (length > 400 && degrees != 17) continue;  // they take long to draw
      for (const bool mirrored : {false, true}) {
        for (const bool inverted : {false, true}) {
          const Picture picture =
              Draw(modules, {.module_px = 4,
                             .angle_rad = static_cast<float>(degrees) * kRadPerDegree,
                             .mirrored = mirrored,
                             .inverted = inverted});
          Symbol symbol;
          ASSERT_TRUE(reader.Read(picture.canvas.view(), picture.place, &symbol))
              << modules.rows << " at " << degrees << " mirrored " << mirrored << " inverted "
              << inverted << ": " << Name(reader.decoded().failed_at);
          EXPECT_EQ(symbol.payload.view(), text);
          EXPECT_EQ(symbol.identifier_view(), "]Q1");
          EXPECT_EQ(symbol.mirrored, mirrored);
          EXPECT_EQ(symbol.inverted, inverted);
          EXPECT_EQ(symbol.errors_corrected, 0);
          EXPECT_EQ(symbol.rows, modules.rows);
          EXPECT_EQ(symbol.decoder, Decoder::kOwn);
          for (size_t i = 0; i < 4; ++i) {
            EXPECT_LT(Distance(symbol.quad.corners[i], picture.drawn.corners[i]), 4) << i;
          }
        }
      }
    }
  }
}

TEST(QrReader, FindsTheSizeAndTheFourthCorner) {
  Reader reader;
  std::mt19937 random(3);
  const Modules modules = EncodeSymbol(Symbology::kQr, std::string(60, 'S'));
  int read = 0;
  constexpr int kPrints = 100;
  for (int i = 0; i < kPrints; ++i) {
    Picture picture =
        Draw(modules, {.module_px = 2.5f + static_cast<float>(random() % 40) / 10,
                       .angle_rad = static_cast<float>(random() % 360) * kRadPerDegree});
    picture.canvas.AddNoise(random, 4);
    // The fourth corner is anywhere; the others are known to a third of a module.
    const float module = Distance(picture.drawn.corners[0], picture.drawn.corners[1]) /
                         static_cast<float>(modules.cols);
    for (Point& corner : picture.place.quad.corners) {
      const auto off = [&] {
        return module / 3 * (static_cast<float>(random() % 2001) / 1000 - 1);
      };
      corner = corner + Point{off(), off()};
    }
    picture.place.quad.corners[2] = picture.place.quad.corners[2] + Point{20, -15};
    // The size is wrong at times.
    picture.place.module_px *= 0.92f + static_cast<float>(random() % 17) / 100;
    Symbol symbol;
    if (!reader.Read(picture.canvas.view(), picture.place, &symbol)) continue;
    EXPECT_EQ(symbol.payload.view(), std::string(60, 'S'));
    ++read;
  }
  EXPECT_GE(read, kPrints * 95 / 100);
}

TEST(QrReader, RefusesPlacesThatAreNone) {
  Reader reader;
  Symbol symbol;
  Picture picture = Draw(EncodeSymbol(Symbology::kQr, "PLACE"), {});
  const FrameView view = picture.canvas.view();
  EXPECT_FALSE(reader.Read({}, picture.place, &symbol));
  for (const float module_px : {0.0f, -4.0f, 0.1f, 50.0f, 1e9f}) {
    Place place = picture.place;
    place.module_px = module_px;
    EXPECT_FALSE(reader.Read(view, place, &symbol)) << module_px;
  }
  Place place = picture.place;
  for (Point& corner : place.quad.corners) corner = corner + Point{1e5f, -1e5f};
  EXPECT_FALSE(reader.Read(view, place, &symbol)) << "outside";
  place.quad = {};
  EXPECT_FALSE(reader.Read(view, place, &symbol)) << "of no area";
  // Noise.
  std::mt19937 random(8);
  Canvas noise(200, 200, 128);
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 200; ++x) noise.Row(y)[x] = static_cast<uint8_t>(random());
  }
  place.quad.corners = {Point{20, 20}, {120, 20}, {120, 120}, {20, 120}};
  place.module_px = 4;
  EXPECT_FALSE(reader.Read(noise.view(), place, &symbol));
}

TEST(QrReader, AllocatesNothingOnceItHasGrown) {
  Reader reader;
  const Picture picture = Draw(EncodeSymbol(Symbology::kQr, "ALLOCATES NOTHING"), {});
  Symbol symbol;
  ASSERT_TRUE(reader.Read(picture.canvas.view(), picture.place, &symbol));
  const size_t before = AllocationsOfThisThread();
  const bool read = reader.Read(picture.canvas.view(), picture.place, &symbol);
  EXPECT_EQ(AllocationsOfThisThread(), before);
  EXPECT_TRUE(read);
}

}  // namespace
}  // namespace veriline::symbology::qr
