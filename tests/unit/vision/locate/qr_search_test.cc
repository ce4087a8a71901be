// SPDX-License-Identifier: Apache-2.0
// Position patterns of QR Codes anywhere in a picture: seen from the side, faint, covered in part.
#include "vision/locate/qr_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <span>
#include <string>

#include "tests/support/seen_symbol.h"

namespace veriline::locate {
namespace {

using testing::Canvas;
using testing::EncodeSymbol;
using testing::Modules;
using testing::SeenSymbol;
using testing::View;

constexpr int kSide = 300;

/// The first triple whose middles are those of the symbol, to within `off_px`.
const QrTriple* Find(std::span<const QrTriple> triples, const SeenSymbol& seen, float size,
                     float off_px) {
  const std::array<Point, 3> middles = {seen.Place(3.5f, 3.5f), seen.Place(size - 3.5f, 3.5f),
                                        seen.Place(3.5f, size - 3.5f)};
  const auto it = std::ranges::find_if(triples, [&](const QrTriple& triple) {
    for (size_t i = 0; i < 3; ++i) {
      if (Distance(triple.middles[i], middles[i]) > off_px) return false;
    }
    return true;
  });
  return it == triples.end() ? nullptr : &*it;
}

const Modules& Version3() {
  static const Modules modules = EncodeSymbol(Symbology::kQr, std::string(40, 'a') + "bcd");
  return modules;
}

TEST(QrSearch, TellsSizeAndPerspectiveFromAnySide) {
  QrSearch search;
  const Modules& modules = Version3();
  const float size = modules.width();
  for (const float roll : {0.0f, 0.4f, 0.8f, 2.5f}) {
    for (const float pan : {0.0f, 0.4f, -0.4f}) {
      for (const float tilt : {0.0f, 0.3f}) {
        for (const float module_px : {4.0f, 5.0f, 6.0f}) {
          SCOPED_TRACE(::testing::Message()
                       << roll << " " << pan << " " << tilt << " " << module_px);
          View view{.module_px = module_px,
                    .roll_rad = roll,
                    .pan_rad = pan,
                    .tilt_rad = tilt,
                    .distance = 90};
          const SeenSymbol seen(modules, view, kSide);
          const Canvas canvas = seen.Draw(120);
          const QrTriple* triple = Find(search.Look(canvas.view()), seen, size, 0.25f * module_px);
          ASSERT_NE(triple, nullptr);
          EXPECT_FALSE(triple->inverted);
          EXPECT_NEAR(triple->modules, size - 7, 0.08f * size);
          const float length = Distance(seen.Place(3, 3.5f), seen.Place(4, 3.5f));
          EXPECT_NEAR(triple->right_px[0], length, 0.12f * length);
        }
      }
    }
  }
}

TEST(QrSearch, FindsFaintAndLightOnes) {
  QrSearch search;
  const Modules& modules = Version3();
  for (const bool inverted : {false, true}) {
    View view{.roll_rad = 0.3f, .dark = 12, .light = 24};
    if (inverted) std::swap(view.dark, view.light);
    const SeenSymbol seen(modules, view, kSide);
    const Canvas canvas = seen.Draw(4);
    const QrTriple* triple = Find(search.Look(canvas.view()), seen, modules.width(), 0.6f);
    ASSERT_NE(triple, nullptr) << inverted;
    EXPECT_EQ(triple->inverted, inverted);
  }
}

/// A pole or a finger covers a part of a pattern's side.
TEST(QrSearch, FindsPatternsThatAreCoveredInPart) {
  QrSearch search;
  const Modules& modules = Version3();
  const SeenSymbol seen(modules, {.module_px = 6}, kSide);
  Canvas canvas = seen.Draw(210);
  const Point side = seen.Place(6.0f, 3.5f);
  for (int y = -4; y <= 4; ++y) {
    for (int x = -8; x <= 8; ++x) {
      canvas.Row(static_cast<int>(side.y) + y)[static_cast<int>(side.x) + x] = 130;
    }
  }
  EXPECT_NE(Find(search.Look(canvas.view()), seen, modules.width(), 1), nullptr);
}

TEST(QrSearch, TakesAnyPicture) {
  QrSearch search;
  EXPECT_TRUE(search.Look({}).empty());
  std::mt19937 random(5);
  for (const auto& [width, height] :
       {std::pair{1, 1}, {21, 21}, {400, 22}, {22, 400}, {160, 160}}) {
    Canvas canvas(width, height, 0);
    EXPECT_TRUE(search.Look(canvas.view()).empty());
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) canvas.Row(y)[x] = static_cast<uint8_t>(random());
    }
    EXPECT_LE(search.Look(canvas.view()).size(), 64U);
  }
}

}  // namespace
}  // namespace veriline::locate
