// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/hard_symbol.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "tools/linesim/world.h"

namespace veriline::linesim {
namespace {

constexpr int kSymbols = 10;  // of each kind are looked at

/// Symbols with that hardship alone.
std::vector<HardSymbol> Singles(Hardship hardship) {
  std::vector<HardSymbol> singles;
  for (uint64_t turn = 0; singles.size() < kSymbols; ++turn) {
    HardSymbol symbol = LayOutHardSymbol(9, 2 * turn);
    if (!symbol.Has(hardship)) continue;
    symbol.noise_sigma_grey = 0;  // so that what remains is the hardship
    singles.push_back(std::move(symbol));
  }
  return singles;
}

struct Picture {
  std::vector<uint8_t> pixels = std::vector<uint8_t>(kPictureWidth * kPictureHeight, 128);
  uint8_t At(Point p) const {
    return pixels[static_cast<size_t>(p.y) * kPictureWidth + static_cast<size_t>(p.x)];
  }
};
Picture Draw(const HardSymbol& symbol) {
  Picture picture;
  DrawHardSymbol(symbol, picture.pixels.data(), kPictureWidth, kPictureHeight, kPictureWidth);
  return picture;
}

/// Places on the symbol in modules, `per_module` of them a side in each module.
void ForEachPlace(const HardSymbol& symbol, int per_module,
                  const std::function<void(Point at, float u, float v)>& visit) {
  const int n = symbol.matrix.modules * per_module;
  for (int i = 0; i < n * n; ++i) {
    const float u = (static_cast<float>(i % n) + 0.5f) / static_cast<float>(per_module);
    const float v = (static_cast<float>(i / n) + 0.5f) / static_cast<float>(per_module);
    const auto modules = static_cast<float>(symbol.matrix.modules);
    const Quad& q = symbol.quad;
    visit(q.corners[0] + (q.corners[1] - q.corners[0]) * (u / modules) +
              (q.corners[3] - q.corners[0]) * (v / modules),
          u, v);
  }
}
bool Marked(const HardSymbol& symbol, float u, float v) {
  return symbol.matrix.dark[static_cast<size_t>(static_cast<int>(v) * symbol.matrix.modules +
                                                static_cast<int>(u))] != 0;
}
int RangeAcross(const HardSymbol& symbol, const Picture& picture) {
  int low = 255, high = 0;
  ForEachPlace(symbol, 1, [&](Point at, float, float) {
    low = std::min<int>(low, picture.At(at));
    high = std::max<int>(high, picture.At(at));
  });
  return high - low;
}

TEST(HardSymbols, HaveOneOrTwoHardshipsOfEachKindEquallyOften) {
  std::map<std::vector<Hardship>, int> counts;
  std::set<int> sizes;
  std::set<std::string> texts;
  for (uint64_t i = 0; i < 360; ++i) {
    const HardSymbol symbol = LayOutHardSymbol(1, i);
    ASSERT_EQ(symbol.hardships.size(), 1 + i % 2);
    ++counts[symbol.hardships];
    sizes.insert(symbol.matrix.modules);
    texts.insert(symbol.text);
  }
  ASSERT_EQ(counts.size(), 6u + 15u);
  for (const auto& [hardships, count] : counts) {
    EXPECT_EQ(count, hardships.size() == 1 ? 30 : 12);
    EXPECT_TRUE(hardships.size() == 1 || hardships[0] != hardships[1]);
  }
  EXPECT_EQ(sizes, (std::set<int>{18, 20, 22, 24, 26}));
  EXPECT_EQ(texts.size(), 360u);
}

TEST(HardSymbols, AreAFunctionOfSeedAndIndex) {
  for (const uint64_t i : {3u, 10u}) {
    EXPECT_EQ(Draw(LayOutHardSymbol(1, i)).pixels, Draw(LayOutHardSymbol(1, i)).pixels);
    EXPECT_NE(Draw(LayOutHardSymbol(1, i)).pixels, Draw(LayOutHardSymbol(2, i)).pixels);
    EXPECT_NE(Draw(LayOutHardSymbol(1, i)).pixels, Draw(LayOutHardSymbol(1, i + 12)).pixels);
  }
}

TEST(HardSymbols, LieInsideTheirPicture) {
  for (uint64_t i = 0; i < 200; ++i) {
    const Rect ground = GroundOf(LayOutHardSymbol(1, i));
    EXPECT_EQ(Intersect(ground, {0, 0, kPictureWidth, kPictureHeight}), ground) << i;
  }
}

TEST(HardSymbols, BlurTakesTheContrastOfSingleModules) {
  int looked_at = 0;
  for (const HardSymbol& blurred : Singles(Hardship::kBlur)) {
    EXPECT_EQ(blurred.module_px, 4);
    HardSymbol sharp = blurred;
    sharp.blur_sigma_px = 0.5f;
    const Picture there = Draw(blurred);
    const Picture without = Draw(sharp);
    // Light modules with dark ones all around, on which σ = X/2 leaves erf(1/√2)² = 47 %, and the
    // same of dark ones.
    ForEachPlace(blurred, 1, [&](Point at, float u, float v) {
      if (u < 1 || v < 1 || u > static_cast<float>(blurred.matrix.modules) - 1 ||
          v > static_cast<float>(blurred.matrix.modules) - 1) {
        return;
      }
      const bool marked = Marked(blurred, u, v);
      for (const float du : {-1.f, 0.f, 1.f}) {
        for (const float dv : {-1.f, 0.f, 1.f}) {
          if ((du != 0 || dv != 0) && Marked(blurred, u + du, v + dv) == marked) return;
        }
      }
      ++looked_at;
      const uint8_t around = marked ? blurred.ground_grey : blurred.mark_grey;
      EXPECT_LT(std::abs(there.At(at) - around), 0.6 * std::abs(without.At(at) - around));
    });
    double steps = 0, sharp_steps = 0;
    ForEachPlace(blurred, 4, [&](Point at, float, float) {
      steps += std::abs(there.At(at) - there.At(at + Point{1, 0}));
      sharp_steps += std::abs(without.At(at) - without.At(at + Point{1, 0}));
    });
    EXPECT_LT(steps, 0.6 * sharp_steps);
  }
  EXPECT_GT(looked_at, 0);
}

TEST(HardSymbols, DamageCoversFiveToFifteenPercent) {
  for (const HardSymbol& damaged : Singles(Hardship::kDamage)) {
    EXPECT_GE(DamageRatio(damaged), 0.05);
    EXPECT_LE(DamageRatio(damaged), 0.15);
    HardSymbol intact = damaged;
    intact.damage.clear();
    const Picture there = Draw(damaged);
    const Picture without = Draw(intact);
    int places = 0, changed = 0;
    ForEachPlace(damaged, 4, [&](Point at, float, float) {
      ++places;
      changed += std::abs(there.At(at) - without.At(at)) > 10;
    });
    // Some has by chance the grey of what it covers; blur carries some of it a little further.
    EXPECT_GT(changed, 0.02 * places);
    EXPECT_LT(changed, 0.20 * places);
  }
  for (uint64_t i = 0; i < 200; ++i) {
    const HardSymbol symbol = LayOutHardSymbol(1, i);
    EXPECT_EQ(symbol.damage.empty(), !symbol.Has(Hardship::kDamage));
    if (!symbol.damage.empty()) {
      EXPECT_GE(DamageRatio(symbol), 0.05) << i;
      EXPECT_LE(DamageRatio(symbol), 0.15) << i;
    }
  }
}

TEST(HardSymbols, DotsAreRoundAndStandApart) {
  for (const HardSymbol& dotted : Singles(Hardship::kDotPeen)) {
    const Picture there = Draw(dotted);
    double middle = 0, corner = 0;
    int marks = 0;
    ForEachPlace(dotted, 1, [&](Point at, float u, float v) {
      if (!Marked(dotted, u, v)) return;
      ++marks;
      middle += there.At(at);
      const Point ex = (dotted.quad.corners[1] - dotted.quad.corners[0]) *
                       (0.5f / static_cast<float>(dotted.matrix.modules));
      const Point ey = (dotted.quad.corners[3] - dotted.quad.corners[0]) *
                       (0.5f / static_cast<float>(dotted.matrix.modules));
      corner += there.At(at + ex + ey);
    });
    const double full = dotted.ground_grey - dotted.mark_grey;
    EXPECT_LT((dotted.ground_grey - corner / marks) / full, 0.2);
    EXPECT_GT((dotted.ground_grey - middle / marks) / full, 0.7);
  }
  int inverted = 0, dotted = 0;
  for (uint64_t i = 0; i < 1200; ++i) {
    const HardSymbol symbol = LayOutHardSymbol(1, i);
    dotted += symbol.Has(Hardship::kDotPeen);
    inverted += symbol.inverted;
    EXPECT_EQ(symbol.inverted, symbol.mark_grey > symbol.ground_grey);
    EXPECT_EQ(symbol.dot_radius > 0, symbol.Has(Hardship::kDotPeen));
  }
  // 30 % of 300: σ is 2.6 %.
  EXPECT_NEAR(static_cast<double>(inverted) / dotted, 0.3, 0.08);
}

TEST(HardSymbols, GlareSaturatesAPartOfTheCode) {
  for (const HardSymbol& glared : Singles(Hardship::kGlare)) {
    HardSymbol plain = glared;
    plain.hardships.clear();
    const Picture there = Draw(glared);
    const Picture without = Draw(plain);
    int places = 0, white = 0, white_without = 0;
    ForEachPlace(glared, 4, [&](Point at, float, float) {
      ++places;
      white += there.At(at) >= 254;
      white_without += without.At(at) >= 254;
    });
    EXPECT_EQ(white_without, 0);
    EXPECT_GT(white, 0.01 * places);
    EXPECT_LT(white, 0.16 * places);  // light modules saturate before dark ones
  }
}

TEST(HardSymbols, ContrastIsFifteenToThirtyPercent) {
  for (const HardSymbol& faint : Singles(Hardship::kContrast)) {
    const int range = RangeAcross(faint, Draw(faint));
    EXPECT_GE(range, 0.15 * 255 - 2);
    EXPECT_LE(range, 0.30 * 255);
  }
}

TEST(HardSymbols, LightFallsThreeToFivefold) {
  for (const HardSymbol& uneven : Singles(Hardship::kLight)) {
    HardSymbol even = uneven;
    even.hardships.clear();
    // Paper alone, so that every place can be compared.
    even.mark_grey = even.ground_grey;
    HardSymbol lit = uneven;
    lit.mark_grey = lit.ground_grey;
    const Picture there = Draw(lit);
    const Picture without = Draw(even);
    double least = 1, most = 0;
    ForEachPlace(uneven, 2, [&](Point at, float, float) {
      const double gain = static_cast<double>(there.At(at)) / without.At(at);
      least = std::min(least, gain);
      most = std::max(most, gain);
    });
    EXPECT_GE(most / least, 2.8);  // the outermost places lie a quarter module inside
    EXPECT_LE(most / least, 5.2);
  }
}

}  // namespace
}  // namespace veriline::linesim
