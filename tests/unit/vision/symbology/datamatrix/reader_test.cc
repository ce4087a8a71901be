// SPDX-License-Identifier: Apache-2.0
// From an outline to the message: symbols of known texts drawn with what happens to them on a line.
#include "vision/symbology/datamatrix/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string>

#include "tests/support/allocation_counter.h"
#include "tests/support/datamatrix_encoder.h"
#include "tests/support/drawn_symbol.h"

namespace veriline::symbology::datamatrix {
namespace {

using testing::Canvas;
using testing::Modules;
using testing::Placement;

constexpr float kRadPerDegree = 3.14159265f / 180;

struct Print {
  Modules modules;
  std::string payload;
};

Print PrintOf(const testing::DataMatrixSize& size, const std::string& text) {
  testing::DataMatrixWriter writer(size.data);
  EXPECT_TRUE(writer.Ascii(text.substr(0, static_cast<size_t>(size.data) - 1)));
  writer.Finish();
  const auto codewords = testing::AddCheckCodewords(size, writer.codewords());
  return {{size.cols, size.rows, 1, testing::PlaceModules(size, codewords)}, writer.payload()};
}

struct Picture {
  Canvas canvas;
  Place place;
};

/// The outline as a locator gives it: the L left and below, also of a mirrored symbol.
Picture Draw(const Modules& modules, Placement at) {
  const float reach = std::hypot(modules.width(), modules.height()) / 2 * at.module_px;
  const int side = static_cast<int>(2 * reach) + 80;
  at.center = {static_cast<float>(side) / 2 + 1.3f, static_cast<float>(side) / 2 - 0.6f};
  Picture picture{Canvas(side, side, at.inverted ? at.dark : at.light), {}};
  const Quad q = picture.canvas.Draw(modules, at);
  const auto& c = q.corners;
  picture.place = {at.mirrored ? Quad{{c[2], c[1], c[0], c[3]}} : q,
                   at.mirrored ? modules.cols : modules.rows,
                   at.mirrored ? modules.rows : modules.cols, at.inverted};
  return picture;
}

void Blur(Canvas& canvas, float sigma) {
  std::vector<float> kernel;
  const int reach = static_cast<int>(3 * sigma) + 1;
  float sum = 0;
  for (int i = -reach; i <= reach; ++i) {
    kernel.push_back(std::exp(-static_cast<float>(i * i) / (2 * sigma * sigma)));
    sum += kernel.back();
  }
  for (const bool down : {false, true}) {
    const int n = down ? canvas.height() : canvas.width();
    for (int line = 0; line < (down ? canvas.width() : canvas.height()); ++line) {
      std::vector<float> before(static_cast<size_t>(n));
      const auto at = [&](int i) -> uint8_t& {
        return down ? canvas.Row(i)[line] : canvas.Row(line)[i];
      };
      for (int i = 0; i < n; ++i) before[static_cast<size_t>(i)] = at(i);
      for (int i = 0; i < n; ++i) {
        float mean = 0;
        for (int k = -reach; k <= reach; ++k) {
          mean += kernel[static_cast<size_t>(k + reach)] *
                  before[static_cast<size_t>(std::clamp(i + k, 0, n - 1))];
        }
        at(i) = static_cast<uint8_t>(mean / sum + 0.5f);
      }
    }
  }
}

TEST(DataMatrixReader, ReadsEverySizeAtAnyAngleMirroredAndInverted) {
  Reader reader;
  for (const testing::DataMatrixSize& size : testing::DataMatrixSizes()) {
    const Print print = PrintOf(size, std::string(2000, 'R'));
    for (const int degrees : {17, 0, 90, 205}) {
      if (size.cols > 52 && degrees != 17) continue;  // they take long to draw
      for (const bool mirrored : {false, true}) {
        for (const bool inverted : {false, true}) {
          const Picture picture =
              Draw(print.modules, {.module_px = 4,
                                   .angle_rad = static_cast<float>(degrees) * kRadPerDegree,
                                   .mirrored = mirrored,
                                   .inverted = inverted});
          Symbol symbol;
          ASSERT_TRUE(reader.Read(picture.canvas.view(), picture.place, &symbol))
              << size.rows << "x" << size.cols << " at " << degrees << " mirrored " << mirrored
              << ": " << Name(reader.decoded().failed);
          EXPECT_EQ(symbol.payload.view(), print.payload);
          EXPECT_EQ(symbol.mirrored, mirrored);
          EXPECT_EQ(symbol.inverted, inverted);
          EXPECT_EQ(symbol.errors_corrected, 0);
          EXPECT_EQ(symbol.rows, size.rows);
          EXPECT_EQ(symbol.cols, size.cols);
          EXPECT_EQ(symbol.decoder, Decoder::kOwn);
          // Clockwise, but of a mirrored one; its first corner is top left.
          EXPECT_EQ(symbol.quad.SignedArea() < 0, mirrored);
          const Quad drawn =
              mirrored ? Quad{{picture.place.quad.corners[2], picture.place.quad.corners[1],
                               picture.place.quad.corners[0], picture.place.quad.corners[3]}}
                       : picture.place.quad;
          EXPECT_LT(Distance(symbol.quad.corners[0], drawn.corners[0]), 0.01f);
        }
      }
    }
  }
}

/// Share of 60 prints at angles all around that are read after `harm`; none is read wrong.
float ShareRead(int rows, Placement at, const std::function<void(Picture&, std::mt19937&)>& harm,
                float off_px = 0) {
  Reader reader;
  std::mt19937 random(11);
  const auto& size = testing::DataMatrixSizeOf(rows, rows);
  int read = 0;
  constexpr int kPrints = 60;
  for (int i = 0; i < kPrints; ++i) {
    std::string text;
    for (int k = 0; k < size.data - 1; ++k) text += static_cast<char>('A' + random() % 26);
    const Print print = PrintOf(size, text);
    at.angle_rad = static_cast<float>(random() % 360) * kRadPerDegree;
    Picture picture = Draw(print.modules, at);
    harm(picture, random);
    picture.canvas.AddNoise(random, 3);
    for (Point& corner : picture.place.quad.corners) {
      const auto off = [&] { return off_px * (static_cast<float>(random() % 2001) / 1000 - 1); };
      corner = corner + Point{off(), off()};
    }
    Symbol symbol;
    if (!reader.Read(picture.canvas.view(), picture.place, &symbol)) continue;
    EXPECT_EQ(symbol.payload.view(), print.payload);
    ++read;
  }
  return static_cast<float>(read) / kPrints;
}

TEST(DataMatrixReader, ReadsThroughWhatHappensOnALine) {
  const auto nothing = [](Picture&, std::mt19937&) {};
  EXPECT_EQ(ShareRead(22, {.module_px = 2.2f}, nothing, 0.3f), 1);
  EXPECT_EQ(ShareRead(22, {.module_px = 5}, nothing, 1.2f), 1);
  EXPECT_EQ(ShareRead(16, {.module_px = 4, .dark = 150, .light = 185}, nothing, 0.5f), 1);
  // Of half a module.
  const auto blurred = [](Picture& p, std::mt19937&) { Blur(p.canvas, 2); };
  EXPECT_GE(ShareRead(22, {.module_px = 4}, blurred, 0.3f), 0.95f);
  // Light that falls off to a quarter along the picture.
  const auto uneven = [](Picture& p, std::mt19937&) {
    for (int y = 0; y < p.canvas.height(); ++y) {
      for (int x = 0; x < p.canvas.width(); ++x) {
        const float share = static_cast<float>(x) / static_cast<float>(p.canvas.width());
        uint8_t& grey = p.canvas.Row(y)[x];
        grey = static_cast<uint8_t>(static_cast<float>(grey) * (1 - 0.75f * share));
      }
    }
  };
  EXPECT_EQ(ShareRead(22, {.module_px = 5}, uneven, 0.5f), 1);
  // A spot on a tenth of its area, dark, light or overexposed.
  for (const int grey : {20, 210, 255}) {
    const auto spot = [grey](Picture& p, std::mt19937& random) {
      const float side = Distance(p.place.quad.corners[0], p.place.quad.corners[1]);
      const auto part = [&] { return 0.25f + 0.5f * static_cast<float>(random() % 1000) / 1000; };
      const Point at = p.place.quad.At(part(), part());
      const int half = static_cast<int>(std::sqrt(0.1f) * side / 2);
      for (int y = -half; y < half; ++y) {
        for (int x = -half; x < half; ++x) {
          p.canvas.Row(static_cast<int>(at.y) + y)[static_cast<int>(at.x) + x] =
              static_cast<uint8_t>(grey);
        }
      }
    };
    EXPECT_GE(ShareRead(22, {.module_px = 5}, spot, 0.5f), grey == 255 ? 0.9f : 0.8f) << grey;
  }
}

TEST(DataMatrixReader, ReadsNothingWhereThereIsNoSymbol) {
  // Modules of random colour within a right border: what a false place looks like at its worst.
  Reader reader;
  std::mt19937 random(5);
  int read = 0;
  for (const int side : {10, 12, 16, 22}) {
    for (int i = 0; i < 1000; ++i) {
      Modules modules{side, side, 1, {}};
      for (int row = 0; row < side; ++row) {
        for (int col = 0; col < side; ++col) {
          const bool fixed = row == 0 || col == 0 || row == side - 1 || col == side - 1;
          const bool track = (row == 0 && col % 2 == 0) || (col == side - 1 && row % 2 == 1);
          const bool solid = col == 0 || row == side - 1;
          modules.dark.push_back(fixed ? solid || track : random() % 2);
        }
      }
      const Picture picture = Draw(modules, {.module_px = 3});
      Symbol symbol;
      read += reader.Read(picture.canvas.view(), picture.place, &symbol);
    }
  }
  // Of random 10×10 about one in 10⁵ is a symbol with a text, of larger ones less; and of each both
  // ways are looked at.
  EXPECT_LE(read, 1);
}

TEST(DataMatrixReader, RefusesPlacesThatAreNone) {
  Reader reader;
  Symbol symbol;
  const Print print = PrintOf(testing::DataMatrixSizeOf(16, 16), "PLACE");
  Picture picture = Draw(print.modules, {});
  const FrameView view = picture.canvas.view();
  EXPECT_FALSE(reader.Read({}, picture.place, &symbol));
  Place place = picture.place;
  place.rows = 15;
  EXPECT_FALSE(reader.Read(view, place, &symbol)) << "no such size";
  place = picture.place;
  for (Point& corner : place.quad.corners) corner = corner + Point{1e5f, -1e5f};
  EXPECT_FALSE(reader.Read(view, place, &symbol)) << "outside";
  place.quad = {};
  EXPECT_FALSE(reader.Read(view, place, &symbol)) << "of no area";
}

TEST(DataMatrixReader, AllocatesNothingOnceItHasGrown) {
  Reader reader;
  const Print print = PrintOf(testing::DataMatrixSizeOf(22, 22), std::string(20, 'A'));
  const Picture picture = Draw(print.modules, {});
  Symbol symbol;
  ASSERT_TRUE(reader.Read(picture.canvas.view(), picture.place, &symbol));
  const size_t before = AllocationsOfThisThread();
  const bool read = reader.Read(picture.canvas.view(), picture.place, &symbol);
  EXPECT_EQ(AllocationsOfThisThread(), before);
  EXPECT_TRUE(read);
}

}  // namespace
}  // namespace veriline::symbology::datamatrix
