// SPDX-License-Identifier: Apache-2.0
// From three position patterns to the message, of symbols as photographs show them.
#include "vision/symbology/qr/photo_reader.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>
#include <string>

#include "tests/support/seen_symbol.h"

namespace veriline::symbology::qr {
namespace {

using testing::Canvas;
using testing::EncodeSymbol;
using testing::Modules;
using testing::SeenSymbol;
using testing::View;

std::string TextOf(size_t length) {
  std::string text;
  for (size_t i = 0; i < length; ++i) text += static_cast<char>('a' + i * 7 % 26);
  return text;
}

/// What the patterns tell, from the answer, with errors of so many modules and shares of a module.
Sight SightOf(const SeenSymbol& seen, float size, std::mt19937& random, float off, float share) {
  const auto some = [&](float most) {
    return most * (static_cast<float>(random() % 2001) / 1000 - 1);
  };
  const auto length = [&](float col, float row, bool down) {
    const float half = 3.5f;
    const Point a = down ? seen.Place(col, row - half) : seen.Place(col - half, row);
    const Point b = down ? seen.Place(col, row + half) : seen.Place(col + half, row);
    return Distance(a, b) / 7 * (1 + some(share));
  };
  const float far = size - 3.5f;
  Sight sight;
  const auto place = [&](float col, float row) {
    return seen.Place(col + some(off), row + some(off));
  };
  sight.middles = {place(3.5f, 3.5f), place(far, 3.5f), place(3.5f, far)};
  sight.right_px = {length(3.5f, 3.5f, false), length(far, 3.5f, false)};
  sight.down_px = {length(3.5f, 3.5f, true), length(3.5f, far, true)};
  return sight;
}

/// How many of the views of a text are read; each text must be right, and each outline.
int Read(size_t length, const View& view, int prints, unsigned seed) {
  auto reader = std::make_unique<PhotoReader>();
  std::mt19937 random(seed);
  const Modules modules = EncodeSymbol(Symbology::kQr, TextOf(length));
  const float size = modules.width();
  const int side = static_cast<int>(1.6f * size * view.module_px) + 40;
  int read = 0;
  for (int i = 0; i < prints; ++i) {
    View now = view;
    now.roll_rad += static_cast<float>(i);
    const SeenSymbol seen(modules, now, side);
    const Canvas canvas = seen.Draw(120);
    Symbol symbol;
    const Sight sight = SightOf(seen, size, random, 0.15f, 0.04f);
    if (!reader->Read(canvas.view(), sight, &symbol)) continue;
    ++read;
    EXPECT_EQ(symbol.payload.view(), TextOf(length));
    EXPECT_EQ(symbol.rows, modules.rows);
    const std::array<Point, 4> corners = {seen.Place(0, 0), seen.Place(size, 0),
                                          seen.Place(size, size), seen.Place(0, size)};
    for (size_t k = 0; k < 4; ++k) {
      EXPECT_LT(Distance(symbol.quad.corners[k], corners[k]), 2 * view.module_px) << k;
    }
  }
  return read;
}

TEST(QrPhotoReader, ReadsInPerspective) {
  // Of a camera two sides away.
  for (const size_t length : {10u, 40u, 100u, 300u, 700u}) {
    const float size = EncodeSymbol(Symbology::kQr, TextOf(length)).width();
    for (const float pan : {0.0f, 0.5f, 0.9f}) {
      for (const float tilt : {0.0f, 0.6f}) {
        const View view{.module_px = 5, .pan_rad = pan, .tilt_rad = tilt, .distance = 2 * size};
        EXPECT_EQ(Read(length, view, 2, 1), 2) << length << " " << pan << " " << tilt;
      }
    }
  }
}

TEST(QrPhotoReader, ReadsOnACylinder) {
  // Seen from above, so that its sides bend.
  for (const size_t length : {10u, 40u}) {
    const float size = EncodeSymbol(Symbology::kQr, TextOf(length)).width();
    const View view{.module_px = 6, .tilt_rad = 0.4f, .distance = 4 * size, .radius = size};
    EXPECT_GE(Read(length, view, 4, 2), 3) << length;
  }
}

TEST(QrPhotoReader, ReadsInUnevenLightAndBlur) {
  for (const size_t length : {10u, 40u, 100u}) {
    const float size = EncodeSymbol(Symbology::kQr, TextOf(length)).width();
    const View view{.module_px = 4,
                    .pan_rad = 0.4f,
                    .distance = 3 * size,
                    .light_at_left = 0.2f,
                    .blur_px = 1.6f};
    EXPECT_GE(Read(length, view, 4, 3), 3) << length;
  }
}

TEST(QrPhotoReader, ReadsMirroredAndInverted) {
  auto reader = std::make_unique<PhotoReader>();
  std::mt19937 random(4);
  const Modules modules = EncodeSymbol(Symbology::kQr, TextOf(40));
  Modules mirrored = modules;
  for (int row = 0; row < modules.rows; ++row) {
    for (int col = 0; col < modules.cols; ++col) {
      mirrored.dark[static_cast<size_t>(col * modules.cols + row)] = modules.At(row, col);
    }
  }
  const SeenSymbol seen(mirrored, {.pan_rad = 0.5f, .dark = 210, .light = 40}, 240);
  const Canvas canvas = seen.Draw(40);
  Sight sight = SightOf(seen, modules.width(), random, 0.1f, 0.03f);
  sight.inverted = true;
  Symbol symbol;
  ASSERT_TRUE(reader->Read(canvas.view(), sight, &symbol));
  EXPECT_EQ(symbol.payload.view(), TextOf(40));
  EXPECT_TRUE(symbol.mirrored);
  EXPECT_TRUE(symbol.inverted);
  EXPECT_LT(symbol.quad.SignedArea(), 0);
}

TEST(QrPhotoReader, RefusesWhatIsNone) {
  auto reader = std::make_unique<PhotoReader>();
  std::mt19937 random(5);
  Symbol symbol;
  EXPECT_FALSE(reader->Read({}, {}, &symbol));
  Canvas noise(300, 300, 0);
  for (int round = 0; round < 20; ++round) {
    for (int y = 0; y < 300; ++y) {
      for (int x = 0; x < 300; ++x) noise.Row(y)[x] = static_cast<uint8_t>(random());
    }
    const auto at = [&] {
      return Point{static_cast<float>(random() % 300), static_cast<float>(random() % 300)};
    };
    const auto length = [&] { return 0.1f + static_cast<float>(random() % 100) / 10; };
    Sight sight{{at(), at(), at()}, {length(), length()}, {length(), length()}, round % 2 == 0};
    EXPECT_FALSE(reader->Read(noise.view(), sight, &symbol)) << round;
  }
  for (const float px : {0.0f, -4.0f, 1e-6f, 1e9f}) {
    const Sight sight{{Point{50, 50}, {150, 50}, {50, 150}}, {px, px}, {px, px}, false};
    EXPECT_FALSE(reader->Read(noise.view(), sight, &symbol)) << px;
  }
  const Sight far{{Point{1e6f, 50}, {-1e6f, 50}, {50, 1e7f}}, {4e4f, 4e4f}, {2e5f, 2e5f}, false};
  EXPECT_FALSE(reader->Read(noise.view(), far, &symbol));
}

}  // namespace
}  // namespace veriline::symbology::qr
