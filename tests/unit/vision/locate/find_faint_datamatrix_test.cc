// SPDX-License-Identifier: Apache-2.0
// What dots, blur, damage, glare, little contrast and uneven light leave of a Data Matrix is found,
// with outline, size and polarity; texture is not.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/drawn_symbol.h"
#include "vision/locate/finder.h"

namespace veriline::locate {
namespace {

using testing::EncodeSymbol;
using testing::Modules;

constexpr int kSide = 320;
constexpr float kRadPerDegree = 3.14159265f / 180;
constexpr float kDark = 40, kLight = 210;

/// A picture of real numbers, so that light and blur come before rounding.
struct Scene {
  std::vector<float> grey = std::vector<float>(static_cast<size_t>(kSide) * kSide, 0);

  float& At(int x, int y) { return grey[static_cast<size_t>(y * kSide + x)]; }

  void Fill(const std::function<float(Point)>& grey_at) {
    constexpr int kSamples = 3;
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        float sum = 0;
        for (int k = 0; k < kSamples * kSamples; ++k) {
          const auto part = [](int i) { return (static_cast<float>(i) + 0.5f) / kSamples; };
          sum += grey_at({static_cast<float>(x) + part(k % kSamples),
                          static_cast<float>(y) + part(k / kSamples)});
        }
        At(x, y) = sum / (kSamples * kSamples);
      }
    }
  }

  void Blur(float sigma) {
    std::vector<float> kernel;
    const int reach = static_cast<int>(3 * sigma) + 1;
    float total = 0;
    for (int i = -reach; i <= reach; ++i) {
      kernel.push_back(std::exp(-static_cast<float>(i * i) / (2 * sigma * sigma)));
      total += kernel.back();
    }
    for (const bool down : {false, true}) {
      Scene from = *this;
      for (int y = 0; y < kSide; ++y) {
        for (int x = 0; x < kSide; ++x) {
          float sum = 0;
          for (int i = -reach; i <= reach; ++i) {
            const int p = std::clamp((down ? y : x) + i, 0, kSide - 1);
            sum += kernel[static_cast<size_t>(i + reach)] * (down ? from.At(x, p) : from.At(p, y));
          }
          At(x, y) = sum / total;
        }
      }
    }
  }

  std::vector<uint8_t> Shown(unsigned seed) const {
    std::mt19937 random(seed);
    std::normal_distribution<float> noise(0, 2);
    std::vector<uint8_t> pixels;
    for (const float g : grey) {
      pixels.push_back(static_cast<uint8_t>(std::clamp(g + noise(random), 0.0f, 255.0f)));
    }
    return pixels;
  }
};

struct Look {
  float module_px = 4.6f;
  float angle_rad = 0;
  bool mirrored = false;
  float dark = kDark, light = kLight;  ///< of the marks and of the ground
  float dot_radius = 0;                ///< modules; 0: squares
  float blur_px = 0.6f;
  float light_ratio = 1;  ///< one side of the picture's middle over the other
  bool damaged = false;   ///< a stain on each side of the L
  bool glare = false;
  /// Of a corner, in modules: half a one along both sides.
  float most_error = 0.71f;
};

struct Drawn {
  Scene scene;
  Quad outline;
  Rect box;
};

Drawn Draw(const Modules& modules, const Look& look) {
  const auto n = static_cast<float>(modules.cols);
  const Point center{kSide / 2 + 2.3f, kSide / 2 - 1.7f};
  const float c = std::cos(look.angle_rad), s = std::sin(look.angle_rad);
  Drawn drawn;
  const float half = n * look.module_px / 2;
  const auto to_picture = [&](float u, float v) {
    if (look.mirrored) u = -u;
    return center + Point{c * u - s * v, s * u + c * v};
  };
  drawn.outline = {{to_picture(-half, -half), to_picture(half, -half), to_picture(half, half),
                    to_picture(-half, half)}};
  drawn.box = BoundsOf(drawn.outline);
  drawn.scene.Fill([&](Point p) {
    const Point d = (p - center) * (1 / look.module_px);
    const float u = (look.mirrored ? -1.0f : 1.0f) * (c * d.x + s * d.y) + n / 2;
    const float v = -s * d.x + c * d.y + n / 2;
    constexpr float kQuiet = 3;
    if (std::min(u, v) < -kQuiet || std::max(u, v) > n + kQuiet) {
      // Other print, as strong as the symbol: print three times as strong hides one in four.
      return std::fmod(p.x + 2 * p.y, 23.0f) < 9 ? look.dark : look.light;
    }
    if (std::min(u, v) < 0 || std::max(u, v) >= n) return look.light;
    const auto stain = [&](float x, float y) { return std::hypot(u - x, v - y) < 1.2f; };
    if (look.damaged &&
        (stain(0.5f, 0.6f * n) || stain(0.4f * n, n - 0.5f) || stain(0.7f * n, 1))) {
      return (look.dark + look.light) / 2;
    }
    const float col = std::floor(u), row = std::floor(v);
    if (!modules.At(static_cast<int>(row), static_cast<int>(col))) return look.light;
    const bool between =
        look.dot_radius > 0 && std::hypot(u - col - 0.5f, v - row - 0.5f) > look.dot_radius;
    return between ? look.light : look.dark;
  });
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const float t = (static_cast<float>(x) - center.x) / half;
      float& grey = drawn.scene.At(x, y);
      grey *= std::pow(look.light_ratio, -std::clamp(t, -1.0f, 1.0f) / 2);
      if (look.glare) {
        const float r = std::hypot(static_cast<float>(x) - center.x - half / 3,
                                   static_cast<float>(y) - center.y) /
                        (half / 3);
        grey += 420 * std::exp(-r * r * r * r / 2);
      }
      grey = std::min(grey, 255.0f);
    }
  }
  drawn.scene.Blur(look.blur_px);
  return drawn;
}

float CornerError(const Quad& a, const Quad& b) {
  float error = 0;
  for (size_t i = 0; i < 4; ++i) error = std::max(error, Distance(a.corners[i], b.corners[i]));
  return error;
}

struct Tally {
  int drawn = 0;
  int found = 0;
};

/// Draws it at angles all around, and in boxes that are not exact. What is found must be right.
Tally DrawAndFind(Look look) {
  Tally tally;
  GreyPatch scratch;
  for (const std::string& text :
       {std::string("FAINT DATA MATRIX"), std::string("Aq7Zk93PxWm2Lt8Rv5Yb1Nc6HdJ")}) {
    const Modules modules = EncodeSymbol(Symbology::kDataMatrix, text);
    for (int degrees = 0; degrees < 360; degrees += 24) {
      look.angle_rad = static_cast<float>(degrees) * kRadPerDegree;
      const Drawn drawn = Draw(modules, look);
      const auto pixels = drawn.scene.Shown(static_cast<unsigned>(degrees));
      const Rect box{drawn.box.x + degrees % 5 - 2, drawn.box.y - degrees % 7 + 3,
                     drawn.box.width - degrees % 3, drawn.box.height + degrees % 4};
      const auto found = FindFaintDataMatrix({pixels.data(), kSide, kSide, kSide}, box, &scratch);
      ++tally.drawn;
      if (!found) continue;
      ++tally.found;
      EXPECT_EQ(found->finder, Finder::kDataMatrix);
      EXPECT_EQ(found->cols, modules.cols) << degrees;
      EXPECT_EQ(found->rows, modules.rows) << degrees;
      EXPECT_EQ(found->inverted, look.dark > look.light) << degrees;
      EXPECT_NEAR(found->module_px, look.module_px, 0.05f * look.module_px) << degrees;
      if (!look.mirrored) {
        // Half a module along each side: then the middle of every module lies in its cell.
        EXPECT_LT(CornerError(found->quad, drawn.outline), look.most_error * look.module_px)
            << degrees;
      }
    }
  }
  return tally;
}

/// Of 30. Some are missed, most of them where the direction of the grid was not seen.
void ExpectNineInTen(const Tally& tally) { EXPECT_GE(tally.found * 10, tally.drawn * 9); }

TEST(FindFaintDataMatrix, FindsGoodOnesAndMirroredOnes) {
  ExpectNineInTen(DrawAndFind({}));
  ExpectNineInTen(DrawAndFind({.mirrored = true}));
}

TEST(FindFaintDataMatrix, FindsDotsOfEitherPolarity) {
  for (const float radius : {0.35f, 0.45f}) {
    ExpectNineInTen(DrawAndFind({.module_px = 5.4f, .dot_radius = radius}));
    ExpectNineInTen(
        DrawAndFind({.module_px = 5.4f, .dark = kLight, .light = kDark, .dot_radius = radius}));
  }
}

TEST(FindFaintDataMatrix, FindsBlurredOnes) {
  // Half a module of blur leaves a third of the contrast of alternating modules, and borders that
  // are as wide as they.
  const Tally tally = DrawAndFind({.module_px = 4, .blur_px = 2, .most_error = 0.85f});
  EXPECT_GE(tally.found * 10, tally.drawn * 8);
}

TEST(FindFaintDataMatrix, FindsDamagedOnesAndThoseUnderGlare) {
  ExpectNineInTen(DrawAndFind({.damaged = true}));
  ExpectNineInTen(DrawAndFind({.glare = true}));
}

TEST(FindFaintDataMatrix, FindsThoseOfLittleContrastAndUnevenLight) {
  ExpectNineInTen(DrawAndFind({.dark = 90, .light = 130}));
  ExpectNineInTen(DrawAndFind({.dark = 20, .light = 150, .light_ratio = 5}));
}

TEST(FindFaintDataMatrix, FindsNothingInHatchingChecksAndNoise) {
  GreyPatch scratch;
  std::mt19937 random(3);
  std::vector<uint8_t> cells(static_cast<size_t>(64 * 64));
  for (uint8_t& cell : cells) cell = random() % 2;
  for (int degrees = 0; degrees < 90; degrees += 6) {
    const float c = std::cos(static_cast<float>(degrees) * kRadPerDegree);
    const float s = std::sin(static_cast<float>(degrees) * kRadPerDegree);
    for (const int kind : {0, 1, 2}) {
      Scene scene;
      scene.Fill([&](Point p) {
        const Point d = p - Point{kSide / 2, kSide / 2};
        const float u = (c * d.x + s * d.y) / 5 + 32, v = (c * d.y - s * d.x) / 5 + 32;
        if (std::min(u, v) < 22 || std::max(u, v) > 42) return kLight;
        const int a = static_cast<int>(u), b = static_cast<int>(v);
        const bool dark = kind == 0   ? a % 2 == 0
                          : kind == 1 ? (a + b) % 2 == 0
                                      : cells[static_cast<size_t>(b * 64 + a)] != 0;
        return dark ? kDark : kLight;
      });
      scene.Blur(0.6f);
      const auto pixels = scene.Shown(1);
      const int half = static_cast<int>(50 * (c + s));
      const Rect box{kSide / 2 - half, kSide / 2 - half, 2 * half, 2 * half};
      EXPECT_FALSE(FindFaintDataMatrix({pixels.data(), kSide, kSide, kSide}, box, &scratch))
          << kind << " at " << degrees;
    }
  }
}

TEST(FindFaintDataMatrix, TakesBoxesOfAnySizeAndPlace) {
  std::mt19937 random(5);
  GreyPatch scratch;
  std::vector<uint8_t> pixels(static_cast<size_t>(90 * 70));
  for (uint8_t& p : pixels) p = static_cast<uint8_t>(random());
  const FrameView picture{pixels.data(), 90, 70, 90};
  const auto between = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int i = 0; i < 3000; ++i) {
    const Rect box{between(-40, 100), between(-40, 80), between(0, 200), between(0, 200)};
    const auto found = FindFaintDataMatrix(picture, box, &scratch);
    EXPECT_FALSE(found && found->cols < 10);
  }
}

}  // namespace
}  // namespace veriline::locate
