// SPDX-License-Identifier: Apache-2.0
// Pictures drawn from random content, at any angle and from 1.5 px per X on: what is read is what
// was drawn, and where the reader is not sure it reads nothing.
#include "vision/symbology/linear/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/allocation_counter.h"
#include "tests/support/databar_encoder.h"
#include "tests/support/ean_encoder.h"
#include "tests/support/linear_drawing.h"
#include "tests/support/linear_encoder.h"
#include "vision/symbology/linear/ean.h"

namespace veriline::symbology::linear {
namespace {

using testing::LinearPicture;
using testing::LinearShot;

constexpr Symbology kAll[] = {Symbology::kCode128, Symbology::kCode39, Symbology::kItf,
                              Symbology::kEan13,   Symbology::kEan8,   Symbology::kUpcA,
                              Symbology::kUpcE};

SymbologySet AllOfThem() {
  SymbologySet set;
  for (const Symbology s : kAll) set.Add(s);
  return set;
}

double Uniform(std::mt19937& random, double from, double to) {
  return std::uniform_real_distribution<double>(from, to)(random);
}
int Below(std::mt19937& random, int count) {
  return std::uniform_int_distribution<int>(0, count - 1)(random);
}
std::string RandomText(std::mt19937& random, std::string_view alphabet, int length) {
  std::string text;
  for (int i = 0; i < length; ++i) {
    text += alphabet[static_cast<size_t>(Below(random, static_cast<int>(alphabet.size())))];
  }
  return text;
}

struct Drawn {
  std::string text;
  std::string addon;
  std::vector<double> widths;
};

Drawn RandomSymbol(Symbology symbology, std::mt19937& random) {
  switch (symbology) {
    case Symbology::kCode128: {
      const std::string text =
          RandomText(random, "ABCDEFGHJKLMabcdefghjklm0123456789012345678901234567890-/.",
                     3 + Below(random, 18));
      return {text, "", testing::ShortestCode128(text).Widths()};
    }
    case Symbology::kCode39: {
      const std::string text =
          RandomText(random, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.", 4 + Below(random, 10));
      return {text, "", testing::Code39Widths(text, {.ratio = Uniform(random, 2.2, 3)})};
    }
    case Symbology::kItf: {
      std::string text = RandomText(random, "0123456789", 13);
      text += testing::Mod10Digit(text);
      return {text, "", testing::ItfWidths(text, Uniform(random, 2.2, 3))};
    }
    default: {
      const std::string text = testing::RandomEan(symbology, &random);
      std::string addon;
      if (symbology != Symbology::kEan8 && Below(random, 3) == 0) {
        addon = RandomText(random, "0123456789", Below(random, 2) == 0 ? 2 : 5);
      }
      return {text + addon, addon, testing::EanWidths(symbology, text, addon)};
    }
  }
}

/// A place as a locator tells it: the outline of the bars without add-on, off by up to an X.
BarsPlace PlaceOf(const LinearPicture& picture, double x_px, bool turned, std::mt19937& random) {
  BarsPlace place{picture.outline, static_cast<float>(x_px * Uniform(random, 0.8, 1.25)), false,
                  0.6f};
  for (Point& p : place.quad.corners) {
    p = p + Point{static_cast<float>(Uniform(random, -x_px, x_px)),
                  static_cast<float>(Uniform(random, -x_px, x_px))};
  }
  if (turned) {
    const auto c = place.quad.corners;
    place.quad = {{c[2], c[3], c[0], c[1]}};
  }
  return place;
}

struct Tally {
  int drawn = 0, read = 0, wrong = 0;
};

int Count(int usual) { return std::getenv("VERILINE_ALL_LINEAR") != nullptr ? 60 * usual : usual; }

Tally ReadMany(Symbology symbology, double least_px, double most_px, double blur_x, double noise,
               int count, uint32_t seed) {
  std::mt19937 random(seed);
  Reader reader;
  Tally tally;
  for (int i = 0; i < count; ++i) {
    const Drawn drawn = RandomSymbol(symbology, random);
    const double x_px = Uniform(random, least_px, most_px);
    const testing::LinearInk ink{.growth_x = Uniform(random, -0.1, 0.15),
                                 .jitter_x = 0.03,
                                 .height_x = Uniform(random, 15, 40)};
    const testing::LinearRow row = testing::PrintRow(drawn.widths, ink, &random);
    const LinearPicture picture = testing::DrawLinear(
        {&row, 1}, {.x_px = x_px,
                    .degrees = Uniform(random, 0, 360),
                    .blur_sigma_px = blur_x * x_px,
                    .noise_sigma = noise,
                    .shift_px = {static_cast<float>(Uniform(random, 0, 1)), 0.3f},
                    .seed = static_cast<uint32_t>(random())});
    Symbol symbol;
    ++tally.drawn;
    if (!reader.Read(picture.view(), PlaceOf(picture, x_px, i % 2 != 0, random), AllOfThem(), {},
                     &symbol)) {
      continue;
    }
    const bool without_addon =
        symbol.addon.empty() &&
        symbol.payload.view() == drawn.text.substr(0, drawn.text.size() - drawn.addon.size());
    if (symbol.symbology == symbology && (symbol.payload.view() == drawn.text || without_addon)) {
      ++tally.read;
      // TL is where the first bar begins, up to what the place was off.
      EXPECT_LT(Distance(symbol.quad.corners[0], picture.outline.corners[0]),
                0.9f * Distance(picture.outline.corners[0], picture.outline.corners[3]) +
                    3 * static_cast<float>(x_px));
      if (without_addon && !drawn.addon.empty()) --tally.read;
    } else {
      ++tally.wrong;
      std::printf("%s %s read as %s %s\n", std::string(Name(symbology)).c_str(), drawn.text.c_str(),
                  std::string(Name(symbol.symbology)).c_str(),
                  std::string(symbol.payload.view()).c_str());
    }
  }
  return tally;
}

TEST(LinearReader, ReadsWhatWasDrawnAtAnyAngle) {
  for (const Symbology symbology : kAll) {
    const Tally t = ReadMany(symbology, 2.2, 12, 0.2, 4, Count(10), 5);
    std::printf("%s, 2.2 to 12 px: %d of %d\n", std::string(Name(symbology)).c_str(), t.read,
                t.drawn);
    EXPECT_EQ(t.wrong, 0);
    EXPECT_GE(t.read, 0.99 * t.drawn) << Name(symbology);
  }
}

TEST(LinearReader, ReadsSmallBars) {
  for (const Symbology symbology : kAll) {
    const Tally t = ReadMany(symbology, 1.5, 2.2, 0.3, 4, Count(25), 6);
    std::printf("%s, 1.5 to 2.2 px: %d of %d\n", std::string(Name(symbology)).c_str(), t.read,
                t.drawn);
    EXPECT_EQ(t.wrong, 0);
    EXPECT_GE(t.read, 0.97 * t.drawn) << Name(symbology);
  }
}

TEST(LinearReader, ReadsNothingWrongInNoise) {
  for (const Symbology symbology : kAll) {
    const Tally t = ReadMany(symbology, 1.2, 3, 0.5, 25, Count(20), 7);
    std::printf("%s, noise 25: %d of %d\n", std::string(Name(symbology)).c_str(), t.read, t.drawn);
    EXPECT_EQ(t.wrong, 0);
  }
}

TEST(LinearReader, JoinsTheRowsOfStackedDataBar) {
  std::mt19937 random(12);
  Reader reader;
  const SymbologySet all = AllOfThem()
                               .Add(Symbology::kDataBarOmni)
                               .Add(Symbology::kDataBarStacked)
                               .Add(Symbology::kDataBarExpanded)
                               .Add(Symbology::kDataBarExpandedStacked);
  int read = 0;
  const int count = Count(24);
  for (int i = 0; i < count; ++i) {
    const bool expanded = i % 2 != 0, stacked = i % 3 != 0;
    std::string text = testing::RandomDigits(13, &random);
    text += testing::EanCheckDigit(text);
    testing::DataBarRows widths;
    Symbology symbology = stacked ? Symbology::kDataBarStacked : Symbology::kDataBarOmni;
    if (expanded) {
      constexpr size_t kOneCharacterAlone = 15;  // no last row has one only: ISO/IEC 24724, 7.2.8
      do {
        text = "10" + RandomText(random, "ABCDEFGH0123456789", 6 + Below(random, 9));
        widths = testing::DataBarExpandedRows(
            testing::DataBarBits().Bits("00").Length().General(text).Characters(), stacked ? 4 : 0);
      } while (widths.back().size() == kOneCharacterAlone);
      symbology =
          widths.size() > 1 ? Symbology::kDataBarExpandedStacked : Symbology::kDataBarExpanded;
    } else {
      widths = testing::DataBarOmniRows(text.substr(0, 13), false, stacked);
      text = "01" + text;
    }
    std::vector<testing::LinearRow> rows;
    for (const std::vector<double>& row : widths) {
      rows.push_back(testing::PrintRow(row, {.growth_x = 0.05, .height_x = 20}));
    }
    const double x_px = Uniform(random, 2, 5);
    const LinearPicture picture = testing::DrawLinear(
        rows, {.x_px = x_px, .degrees = Uniform(random, 0, 360), .noise_sigma = 4});
    Symbol symbol;
    BarsPlace place{picture.outline, static_cast<float>(x_px), false, 0};
    if (!reader.Read(picture.view(), place, all, {}, &symbol)) continue;
    EXPECT_EQ(symbol.payload.view(), text);
    EXPECT_EQ(symbol.symbology, symbology) << text;
    EXPECT_EQ(symbol.identifier_view(), "]e0");
    ++read;
  }
  EXPECT_GE(read, 0.95 * count);
}

TEST(LinearReader, HalfAnEan13AtTheEndOfThePictureIsNoUpcE) {
  std::mt19937 random(10);
  Reader reader;
  Symbol symbol;
  int alike = 0;
  for (int i = 0; i < 400; ++i) {
    const auto widths =
        testing::EanWidths(Symbology::kEan13, testing::RandomEan(Symbology::kEan13, &random));
    // As long as a UPC-E: up to the first bar behind the middle.
    const std::vector<double> half(widths.begin(), widths.begin() + 33);
    const testing::LinearRow row = testing::PrintRow(widths);
    LinearDecode decode;
    if (!DecodeEan(testing::EdgesOf(testing::PrintRow(half), 1, 0), {}, &decode)) continue;
    ++alike;
    const LinearPicture picture = testing::DrawLinear({&row, 1}, {.x_px = 6});
    // The picture ends half a module behind that bar.
    FrameView view = picture.view();
    const float left = picture.outline.corners[0].x;
    view.width = static_cast<int>(left + 6 * (row.edges[33] + 0.5));
    BarsPlace place{picture.outline, 6, false, 0};
    place.quad.corners[1].x = place.quad.corners[2].x = static_cast<float>(view.width);
    EXPECT_FALSE(reader.Read(view, place, AllOfThem(), {}, &symbol)) << symbol.payload.view();
  }
  EXPECT_GT(alike, 10);
}

/// What is left of a symbol that the border of the picture cuts must not pass for a shorter one,
/// nor may what is cut within its quiet zone of a symbology without a check character.
TEST(LinearReader, TakesNothingForWholeThatTheBorderCuts) {
  std::mt19937 random(12);
  Reader reader;
  Symbol symbol;
  for (int i = 0; i < 8; ++i) {
    const bool itf = i % 2 == 0;
    const std::string text =
        RandomText(random, itf ? "0123456789" : "0123456789ABCDEFGHIJ", itf ? 14 : 6);
    const testing::LinearRow row = testing::PrintRow(
        itf ? testing::ItfWidths(text, 2.5) : testing::Code39Widths(text, {.ratio = 2.5}));
    const double x_px = i % 4 < 2 ? 3 : 1.7;  // by edges; by templates
    const LinearPicture picture =
        testing::DrawLinear({&row, 1}, {.x_px = x_px, .blur_sigma_px = 0.3 * x_px});
    const auto& corners = picture.outline.corners;
    const auto first = static_cast<int>(corners[0].x), last = static_cast<int>(corners[1].x);
    const auto read = [&](int from, int to) {
      const FrameView view = picture.view().Crop({from, 0, to - from, picture.height});
      BarsPlace place{picture.outline, static_cast<float>(x_px), false, 0};
      for (Point& p : place.quad.corners) {
        p.x = std::clamp(p.x - static_cast<float>(from), 0.0f, static_cast<float>(to - from));
      }
      return reader.Read(view, place, AllOfThem(), {}, &symbol);
    };
    ASSERT_TRUE(read(0, picture.width)) << text;
    ASSERT_EQ(symbol.payload.view(), text);
    // So much of its quiet zone an ITF needs, of which a part looks like a whole.
    const int quiet = itf ? static_cast<int>(4 * x_px) : 0;
    for (int cut = first - quiet; cut < last - 20; cut += 3) {
      if (!itf && cut <= first) continue;
      EXPECT_FALSE(read(cut, picture.width)) << symbol.payload.view() << " of " << text;
      const int end = last - (cut - first);
      EXPECT_FALSE(read(0, end)) << symbol.payload.view() << " of " << text;
    }
  }
}

/// A locator may take what stands beside a symbol, such as the frame of its label, for more bars.
TEST(LinearReader, ReadsWhatStandsAloneInAPlaceThatReachesFurther) {
  std::mt19937 random(14);
  Reader reader;
  Symbol symbol;
  for (const Symbology symbology : kAll) {
    const Drawn drawn = RandomSymbol(symbology, random);
    if (!drawn.addon.empty()) continue;
    const testing::LinearRow row = testing::PrintRow(drawn.widths);
    const LinearPicture picture = testing::DrawLinear({&row, 1}, {.x_px = 3, .quiet_right_x = 80});
    BarsPlace place{picture.outline, 3, false, 0.85f};
    for (const size_t corner : {1u, 2u}) place.quad.corners[corner].x += 60 * 3;
    ASSERT_TRUE(reader.Read(picture.view(), place, AllOfThem(), {}, &symbol)) << Name(symbology);
    EXPECT_EQ(symbol.payload.view(), drawn.text);
  }
}

TEST(LinearReader, TakesAnyPlaceAndPicture) {
  Reader reader;
  Symbol symbol;
  std::mt19937 random(8);
  std::vector<uint8_t> pixels(64 * 48);
  for (uint8_t& p : pixels) p = static_cast<uint8_t>(random());
  const FrameView view{pixels.data(), 64, 48, 64};
  EXPECT_FALSE(reader.Read({}, {}, AllOfThem(), {}, &symbol));
  EXPECT_FALSE(reader.Read(view, {}, AllOfThem(), {}, &symbol));
  const FrameView pixel{pixels.data(), 1, 1, 64};
  for (int i = 0; i < 300; ++i) {
    BarsPlace place;
    for (Point& p : place.quad.corners) {
      p = {static_cast<float>(Uniform(random, -500, 500)),
           static_cast<float>(Uniform(random, -500, 500))};
    }
    place.x_px = static_cast<float>(Uniform(random, 0, 20));
    place.inverted = i % 2 != 0;
    EXPECT_FALSE(reader.Read(i % 3 == 0 ? pixel : view, place, AllOfThem(), {}, &symbol));
  }
}

TEST(LinearReader, AllocatesNothingOnceWarm) {
  std::mt19937 random(9);
  Reader reader;
  Symbol symbol;
  for (const Symbology symbology : {Symbology::kCode128, Symbology::kEan13}) {
    const Drawn drawn = RandomSymbol(symbology, random);
    const testing::LinearRow row = testing::PrintRow(drawn.widths);
    const LinearPicture picture = testing::DrawLinear({&row, 1}, {.x_px = 3, .degrees = 20});
    const BarsPlace place{picture.outline, 3, false, 0.6f};
    ASSERT_TRUE(reader.Read(picture.view(), place, AllOfThem(), {}, &symbol));
    const size_t before = AllocationsOfThisThread();
    ASSERT_TRUE(reader.Read(picture.view(), place, AllOfThem(), {}, &symbol));
    EXPECT_EQ(AllocationsOfThisThread(), before) << Name(symbology);
  }
}

}  // namespace
}  // namespace veriline::symbology::linear
