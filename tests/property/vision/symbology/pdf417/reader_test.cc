// SPDX-License-Identifier: Apache-2.0
// What libzint encodes is read back, from pictures in any direction, blurred, noisy and damaged.
// With VERILINE_ALL_PDF417 ten times as many symbols.
#include "vision/symbology/pdf417/reader.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "tests/support/allocation_counter.h"
#include "tests/support/linear_drawing.h"
#include "tests/support/linear_encoder.h"
#include "tests/support/pdf417_symbols.h"

namespace veriline::symbology::pdf417 {
namespace {

using testing::EncodePdf417;
using testing::Pdf417Modules;
using testing::Pdf417Spec;
using testing::RandomPdf417Text;
using testing::Shot;
using testing::Show;
using testing::ShownSymbol;

int Times(int usual) { return std::getenv("VERILINE_ALL_PDF417") != nullptr ? 10 * usual : usual; }

float Uniform(std::mt19937& random, float low, float high) {
  return std::uniform_real_distribution<float>(low, high)(random);
}

size_t Between(std::mt19937& random, size_t low, size_t high) {
  return std::uniform_int_distribution<size_t>(low, high)(random);
}

SymbologySet Family() {
  return SymbologySet().Add(Symbology::kPdf417).Add(Symbology::kMicroPdf417);
}

/// The outline grown and turned, as a region of a picture is told.
Place RoughPlace(const Quad& outline, std::mt19937& random, float most_degrees, bool inverted) {
  const Point center = outline.Center();
  const float turn =
      Uniform(random, -most_degrees, most_degrees) * std::numbers::pi_v<float> / 180 +
      (random() % 2 == 0 ? std::numbers::pi_v<float> : 0);
  const float c = std::cos(turn), s = std::sin(turn);
  Place place;
  place.inverted = inverted;
  for (size_t i = 0; i < 4; ++i) {
    const Point p = (outline.corners[i] - center) * Uniform(random, 1.0f, 1.15f);
    place.quad.corners[i] = center + Point{c * p.x - s * p.y, s * p.x + c * p.y};
  }
  return place;
}

std::string Describe(const Pdf417Spec& spec, const Shot& shot, const Pdf417Modules& symbol) {
  return std::string(spec.micro     ? "micro "
                     : spec.compact ? "compact "
                                    : "") +
         std::to_string(symbol.rows) + " rows, " + std::to_string(spec.cols) + " columns, " +
         std::to_string(shot.x_px) + " px, " + std::to_string(shot.degrees) + " degrees, blur " +
         std::to_string(shot.blur_x) + " X, noise " + std::to_string(shot.noise) +
         (shot.mirrored ? ", mirrored" : "") + (shot.inverted ? ", inverted" : "");
}

Shot RandomShot(std::mt19937& random, float least_px, float most_px) {
  Shot shot;
  shot.x_px = Uniform(random, least_px, most_px);
  shot.degrees = Uniform(random, 0, 360);
  shot.blur_x = Uniform(random, 0, 0.45f);
  shot.noise = Uniform(random, 0, 8);
  shot.mirrored = random() % 4 == 0;
  shot.inverted = random() % 4 == 0;
  shot.quiet_x = 2;
  shot.seed = static_cast<uint32_t>(random());
  return shot;
}

void ExpectCorners(const Symbol& read, const Quad& outline, float most_px,
                   const std::string& where) {
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_LT(Distance(read.quad.corners[i], outline.corners[i]), most_px)
        << where << ", corner " << i;
  }
}

TEST(Pdf417Reader, ReadsWhatIsDrawn) {
  std::mt19937 random(7);
  Reader reader;
  const int count = Times(150);
  int read_count = 0;
  for (int i = 0; i < count; ++i) {
    Pdf417Spec spec;
    spec.compact = random() % 4 == 0;
    spec.cols = static_cast<int>(Between(random, 1, 12));
    spec.level = static_cast<int>(Between(random, 2, 5));
    spec.row_height = static_cast<int>(Between(random, 3, 5));
    const std::string text = RandomPdf417Text(random, Between(random, 4, 60));
    const Pdf417Modules symbol = EncodePdf417(spec, text);
    spec.cols = (symbol.modules.cols - (spec.compact ? 35 : 69)) / 17;  // there may be more
    const Shot shot = RandomShot(random, 2, i % 5 == 0 ? 8 : 4);
    const ShownSymbol shown = Show(symbol.modules, shot);
    const std::string where = Describe(spec, shot, symbol);
    Symbol read;
    if (!reader.Read(shown.view(), RoughPlace(shown.outline, random, 10, shot.inverted), Family(),
                     &read)) {
      std::printf("not read: %s\n", where.c_str());
      continue;
    }
    ++read_count;
    EXPECT_EQ(read.payload.view(), text) << where;
    EXPECT_EQ(read.symbology, Symbology::kPdf417);
    EXPECT_EQ(read.decoder, Decoder::kOwn);
    EXPECT_EQ(read.rows, symbol.rows) << where;
    EXPECT_EQ(read.cols, spec.cols) << where;
    EXPECT_EQ(read.mirrored, shot.mirrored) << where;
    EXPECT_EQ(read.inverted, shot.inverted) << where;
    // Of a compact symbol the right border is told by the columns before it: by a single one to 7
    // X.
    const float most_x = !spec.compact ? 2.5f : spec.cols == 1 ? 8 : 5;
    ExpectCorners(read, shown.outline, most_x * shot.x_px, where);
  }
  // Compact ones of three to five rows are seen by few of the lines: 1 491 of 1 500 are read.
  EXPECT_GE(read_count, count - count / 100);
}

TEST(Pdf417Reader, ReadsEveryMicroVariant) {
  constexpr std::array<int, 4> kMicroWidths = {38, 55, 82, 99};
  std::mt19937 random(8);
  Reader reader;
  std::set<std::pair<int, int>> variants;
  int count = 0, read_count = 0;
  for (int cols = 1; cols <= 4; ++cols) {
    int last_rows = 0;
    for (size_t size = 1; size < 400; ++size) {
      Pdf417Spec spec{.micro = true, .cols = cols};
      const std::string text = RandomPdf417Text(random, size);
      Pdf417Modules symbol;
      try {
        symbol = EncodePdf417(spec, text);
      } catch (const std::runtime_error&) {
        break;  // longer than the largest with so many columns
      }
      // Beyond the largest with so many columns libzint takes more of them.
      if (symbol.modules.cols != kMicroWidths[cols - 1]) break;
      if (symbol.rows == last_rows) continue;
      last_rows = symbol.rows;
      variants.emplace(cols, symbol.rows);
      for (int k = 0; k < Times(2); ++k) {
        const Shot shot = RandomShot(random, 2.2f, 5);
        const ShownSymbol shown = Show(symbol.modules, shot);
        const std::string where = Describe(spec, shot, symbol);
        Symbol read;
        ++count;
        if (!reader.Read(shown.view(), RoughPlace(shown.outline, random, 6, shot.inverted),
                         Family(), &read)) {
          std::printf("not read: %s\n", where.c_str());
          continue;
        }
        ++read_count;
        EXPECT_EQ(read.payload.view(), text) << where;
        EXPECT_EQ(read.symbology, Symbology::kMicroPdf417);
        EXPECT_EQ(read.rows, symbol.rows) << where;
        EXPECT_EQ(read.cols, cols) << where;
        EXPECT_EQ(read.mirrored, shot.mirrored) << where;
        ExpectCorners(read, shown.outline, 2.5f * shot.x_px, where);
      }
    }
  }
  EXPECT_EQ(variants.size(), 34u);
  EXPECT_GE(read_count, count - count / 100);
}

TEST(Pdf417Reader, CorrectsDamage) {
  std::mt19937 random(9);
  Reader reader;
  int read_count = 0;
  const int count = Times(40);
  for (int i = 0; i < count; ++i) {
    Pdf417Spec spec{.cols = static_cast<int>(Between(random, 3, 8)), .level = 4};
    const std::string text = RandomPdf417Text(random, Between(random, 20, 60));
    const Pdf417Modules symbol = EncodePdf417(spec, text);
    Shot shot = RandomShot(random, 2.5f, 4);
    ShownSymbol shown = Show(symbol.modules, shot);
    // A grey spot over a quarter of the width and the height of five rows: it touches at most six
    // rows of four columns, fewer than the 30 characters that can be filled in.
    const float from_s = Uniform(random, 0.25f, 0.5f), from_t = Uniform(random, 0, 0.5f);
    const float to_s = from_s + 0.25f, to_t = from_t + 5 / static_cast<float>(symbol.rows);
    const Quad hole{{shown.outline.At(from_s, from_t), shown.outline.At(to_s, from_t),
                     shown.outline.At(to_s, to_t), shown.outline.At(from_s, to_t)}};
    for (int y = 0; y < shown.view().height; ++y) {
      for (int x = 0; x < shown.view().width; ++x) {
        if (hole.Contains({static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f})) {
          shown.canvas.Row(y)[x] = 90;
        }
      }
    }
    Symbol read;
    if (!reader.Read(shown.view(), RoughPlace(shown.outline, random, 6, shot.inverted), Family(),
                     &read)) {
      std::printf("not read: %s\n", Describe(spec, shot, symbol).c_str());
      continue;
    }
    ++read_count;
    EXPECT_EQ(read.payload.view(), text);
    EXPECT_GT(read.errors_corrected, 0);
  }
  EXPECT_EQ(read_count, count);
}

TEST(Pdf417Reader, ReadsNothingInNoiseAndBars) {
  std::mt19937 random(10);
  Reader reader;
  Symbol read;
  for (int i = 0; i < Times(200); ++i) {
    testing::Canvas canvas(400, 240, 128);
    if (i % 2 == 0) {
      canvas.AddClutter(random, 30, {});
      canvas.AddNoise(random, Uniform(random, 2, 60));
    } else {
      // Stripes of random widths, as of a linear code.
      for (int x = 0; x < canvas.width();) {
        const uint8_t grey = random() % 2 == 0 ? 40 : 210;
        const int end = std::min(canvas.width(), x + static_cast<int>(Between(random, 1, 4)) * 3);
        for (; x < end; ++x) {
          for (int y = 20; y < 220; ++y) canvas.Row(y)[x] = grey;
        }
      }
    }
    const Place place{.quad = {{Point{10, 10}, Point{390, 10}, Point{390, 230}, Point{10, 230}}},
                      .inverted = i % 3 == 0};
    EXPECT_FALSE(reader.Read(canvas.view(), place, Family(), &read))
        << i << ": " << read.payload.view();
  }
  for (int i = 0; i < Times(50); ++i) {
    const auto row =
        testing::PrintRow(testing::ShortestCode128(RandomPdf417Text(random, 12)).Widths());
    const auto picture = testing::DrawLinear(std::span(&row, 1), {.x_px = 2.5});
    EXPECT_FALSE(reader.Read(picture.view(), {.quad = picture.outline}, Family(), &read));
  }
}

TEST(Pdf417Reader, RefusesMoreDamageThanItCanCorrect) {
  // Every row of the lower half belongs to another symbol of the same size.
  std::mt19937 random(11);
  Reader reader;
  Symbol read;
  for (int i = 0; i < Times(20); ++i) {
    const bool micro = i % 2 == 0;
    const Pdf417Spec spec{.micro = micro, .cols = micro ? 4 : 5, .level = micro ? -1 : 3};
    const std::string digits = std::to_string(1000000000 + random() % 1000000000);
    const std::string others = std::to_string(1000000000 + random() % 1000000000);
    Pdf417Modules a = EncodePdf417(spec, "A" + digits + "B" + digits);
    const Pdf417Modules b = EncodePdf417(spec, "C" + others + "D" + others);
    ASSERT_EQ(a.modules.dark.size(), b.modules.dark.size());
    const auto half = static_cast<ptrdiff_t>(a.rows / 2 * a.row_height * a.modules.cols);
    std::copy(b.modules.dark.begin() + half, b.modules.dark.end(), a.modules.dark.begin() + half);
    const ShownSymbol shown = Show(a.modules, {.x_px = 3});
    EXPECT_FALSE(reader.Read(shown.view(), {.quad = shown.outline}, Family(), &read))
        << read.payload.view();
  }
}

TEST(Pdf417Reader, TakesNoMemoryOnceItHasGrown) {
  std::mt19937 random(12);
  Reader reader;
  Symbol read;
  for (const bool micro : {false, true}) {
    const Pdf417Modules symbol = EncodePdf417({.micro = micro, .cols = 3}, "No memory 271828");
    const ShownSymbol shown = Show(symbol.modules, {.x_px = 3, .degrees = 20});
    const Place place{.quad = shown.outline};
    ASSERT_TRUE(reader.Read(shown.view(), place, Family(), &read));
    const size_t before = AllocationsOfThisThread();
    EXPECT_TRUE(reader.Read(shown.view(), place, Family(), &read));
    EXPECT_EQ(AllocationsOfThisThread(), before);
  }
}

}  // namespace
}  // namespace veriline::symbology::pdf417
