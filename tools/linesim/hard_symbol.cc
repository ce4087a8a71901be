// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/hard_symbol.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <span>

#include "tools/linesim/codes.h"
#include "tools/linesim/frame_set.h"
#include "tools/linesim/random.h"
#include "tools/linesim/world.h"

namespace veriline::linesim {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;

// Where the symbol's centre lies, from the middle of the picture.
constexpr int kOffsetXPx = 160;
constexpr int kOffsetYPx = 110;
constexpr float kQuietModules = 3;
constexpr double kInvertedDots = 0.3;
// Until so much is damaged another scratch or stain is added, each of at most 2 % of the smallest
// symbol: the sum stays below 15 %.
constexpr double kDamageMin = 0.055;
constexpr double kDamageMax = 0.125;
// The highlight: so much above white in its middle that it saturates within its radius.
constexpr float kGlarePeakGrey = 420;  // 420 exp(-r⁴/2) is 255 at r = 1, 100 at 1.3, 16 at 1.6

/// Uneven light is whole up to that many half diagonals from the symbol's centre, and gone at the
/// second.
constexpr float kLightWhole = 1.15f;
constexpr float kLightGone = 1.9f;

float Uniform(Random& random, double low, double high) {
  return static_cast<float>(random.Uniform(low, high));
}

float DistanceToSegment(Point p, Point a, Point b) {
  const Point along = b - a;
  const float length2 = Dot(along, along);
  const float t = length2 > 0 ? std::clamp(Dot(p - a, along) / length2, 0.f, 1.f) : 0.f;
  return Distance(p, a + along * t);
}

/// The last damage that lies on a place, if any.
const Damage* DamageAt(std::span<const Damage> damage, Point p) {
  for (size_t i = damage.size(); i-- > 0;) {
    if (DistanceToSegment(p, damage[i].from, damage[i].to) <= damage[i].radius) return &damage[i];
  }
  return nullptr;
}

double RatioOf(std::span<const Damage> damage, int modules) {
  constexpr int kCells = 4;  // per module and side
  const int side = modules * kCells;
  int hit = 0;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const Point p{(static_cast<float>(x) + 0.5f) / kCells,
                    (static_cast<float>(y) + 0.5f) / kCells};
      hit += DamageAt(damage, p) != nullptr;
    }
  }
  return static_cast<double>(hit) / side / side;
}

void AddDamage(Random& random, HardSymbol* symbol) {
  const int n = symbol->matrix.modules;
  const double wanted = random.Uniform(kDamageMin, kDamageMax);
  const auto [low, high] = std::minmax(symbol->ground_grey, symbol->mark_grey);
  while (RatioOf(symbol->damage, n) < wanted) {
    Damage damage;
    damage.from = {Uniform(random, 0, n), Uniform(random, 0, n)};
    damage.to = damage.from;
    if (random.Chance(0.5)) {
      const float angle = Uniform(random, 0, 2 * std::numbers::pi);
      damage.to = damage.from + Point{std::cos(angle), std::sin(angle)} * Uniform(random, 3, 6);
      damage.radius = Uniform(random, 0.3, 0.5);
    } else {
      damage.radius = Uniform(random, 0.7, 1.4);
    }
    damage.grey = static_cast<uint8_t>(random.Between(low, high));
    symbol->damage.push_back(damage);
  }
}

/// Grey of the print at (u, v), in modules from the symbol's upper left corner.
class HardPrint {
 public:
  explicit HardPrint(const HardSymbol& symbol) : symbol_(symbol), n_(symbol.matrix.modules) {}

  float At(float u, float v) const {
    if (u < 0 || v < 0 || u >= static_cast<float>(n_) || v >= static_cast<float>(n_)) {
      return symbol_.ground_grey;
    }
    if (const Damage* damage = DamageAt(symbol_.damage, {u, v})) return damage->grey;
    const auto col = static_cast<int>(u);
    const auto row = static_cast<int>(v);
    if (symbol_.matrix.dark[static_cast<size_t>(row * n_ + col)] == 0) return symbol_.ground_grey;
    if (symbol_.dot_radius > 0 &&
        std::hypot(u - static_cast<float>(col) - 0.5f, v - static_cast<float>(row) - 0.5f) >
            symbol_.dot_radius) {
      return symbol_.ground_grey;
    }
    return symbol_.mark_grey;
  }

 private:
  const HardSymbol& symbol_;
  const int n_;
};

float HalfDiagonal(const HardSymbol& symbol) {
  return Distance(symbol.quad.corners[0], symbol.quad.corners[2]) / 2;
}

/// Gain of uneven light at a place: 1 at the bright side of the symbol.
float LightAt(const HardSymbol& symbol, Point p) {
  const Point d = p - symbol.quad.Center();
  const Point along{std::cos(symbol.light_angle_rad), std::sin(symbol.light_angle_rad)};
  float reach = 0;
  for (const Point& corner : symbol.quad.corners) {
    reach = std::max(reach, Dot(corner - symbol.quad.Center(), along));
  }
  const float t = std::clamp(Dot(d, along) / (2 * reach) + 0.5f, 0.f, 1.f);
  const float r = std::hypot(d.x, d.y) / HalfDiagonal(symbol);
  const float there = std::clamp((kLightGone - r) / (kLightGone - kLightWhole), 0.f, 1.f);
  return 1 + (std::pow(symbol.light_ratio, -t) - 1) * there;
}

float GlareAt(const HardSymbol& symbol, Point p) {
  const Point d = p - symbol.glare_center;
  const float c = std::cos(symbol.glare_angle_rad);
  const float s = std::sin(symbol.glare_angle_rad);
  const float x = (c * d.x + s * d.y) / symbol.glare_radius_x;
  const float y = (-s * d.x + c * d.y) / symbol.glare_radius_y;
  const float r2 = x * x + y * y;
  return kGlarePeakGrey * std::exp(-r2 * r2 / 2);
}

}  // namespace

bool HardSymbol::Has(Hardship hardship) const {
  return std::ranges::find(hardships, hardship) != hardships.end();
}

HardSymbol LayOutHardSymbol(uint64_t seed, uint64_t index) {
  Random random(seed, Stream::kHard, index);
  HardSymbol symbol;
  const uint64_t turn = index / 2;
  if (index % 2 == 0) {
    symbol.hardships = {static_cast<Hardship>(turn % kHardshipCount)};
  } else {
    auto pair = static_cast<int>(turn % (kHardshipCount * (kHardshipCount - 1) / 2));
    int first = 0;
    while (pair >= kHardshipCount - 1 - first) pair -= kHardshipCount - 1 - first++;
    symbol.hardships = {static_cast<Hardship>(first), static_cast<Hardship>(first + 1 + pair)};
  }
  symbol.text = MakeCode(seed, CodeList::kIssued, index,
                         static_cast<CodeFormat>(random.Below(kCodeFormatCount)));
  symbol.matrix = EncodeGs1DataMatrix(symbol.text);
  const int n = symbol.matrix.modules;
  const bool blur = symbol.Has(Hardship::kBlur);
  symbol.module_px = blur ? 4 : Uniform(random, kModuleMinPx, kModuleMaxPx);
  symbol.angle_rad = Uniform(random, 0, 2 * std::numbers::pi);
  const Point center{kPictureWidth / 2.0f + Uniform(random, -kOffsetXPx, kOffsetXPx),
                     kPictureHeight / 2.0f + Uniform(random, -kOffsetYPx, kOffsetYPx)};
  const float half = static_cast<float>(n) * symbol.module_px / 2;
  const float c = std::cos(symbol.angle_rad) * half;
  const float s = std::sin(symbol.angle_rad) * half;
  symbol.quad = {{center + Point{-c + s, -s - c}, center + Point{c + s, s - c},
                  center + Point{c - s, s + c}, center + Point{-c - s, -s + c}}};

  int light = random.Between(205, 240);
  int dark = random.Between(12, 45);
  if (symbol.Has(Hardship::kContrast)) {
    const int contrast = random.Between(39, 76);  // 15.3 to 29.8 % of 255
    const int middle = random.Between(90, 170);
    dark = middle - contrast / 2;
    light = dark + contrast;
  }
  if (symbol.Has(Hardship::kDotPeen)) {
    symbol.dot_radius = Uniform(random, 0.34, 0.45);
    symbol.inverted = random.Chance(kInvertedDots);
  }
  symbol.ground_grey = static_cast<uint8_t>(symbol.inverted ? dark : light);
  symbol.mark_grey = static_cast<uint8_t>(symbol.inverted ? light : dark);
  if (symbol.Has(Hardship::kDamage)) AddDamage(random, &symbol);
  if (symbol.Has(Hardship::kLight)) {
    symbol.light_ratio = Uniform(random, 3, 5);
    symbol.light_angle_rad = Uniform(random, 0, 2 * std::numbers::pi);
  }
  if (symbol.Has(Hardship::kGlare)) {
    // The saturated ellipse has 2 to 8 % of the symbol's area, its centre in the inner part.
    const float area = Uniform(random, 0.02, 0.08) * 4 * half * half;
    const float aspect = Uniform(random, 1, 3);
    symbol.glare_radius_x = std::sqrt(area * aspect / kPi);
    symbol.glare_radius_y = std::sqrt(area / aspect / kPi);
    symbol.glare_angle_rad = Uniform(random, 0, std::numbers::pi);
    symbol.glare_center =
        center + Point{Uniform(random, -0.5, 0.5) * half, Uniform(random, -0.5, 0.5) * half};
  }
  symbol.blur_sigma_px = blur ? 2 : Uniform(random, 0.35, 0.8);
  symbol.noise_sigma_grey = Uniform(random, 1, 3.5);
  symbol.noise_seed = random.Next();
  return symbol;
}

double DamageRatio(const HardSymbol& symbol) {
  return RatioOf(symbol.damage, symbol.matrix.modules);
}

Rect GroundOf(const HardSymbol& symbol) {
  return BoundsOf(Grown(symbol.quad, kQuietModules * symbol.module_px));
}

void DrawHardSymbol(const HardSymbol& symbol, uint8_t* pixels, int width, int height,
                    ptrdiff_t stride) {
  const Point center = symbol.quad.Center();
  const float reach = HalfDiagonal(symbol) * kLightGone + 8;
  const Rect box =
      Intersect({static_cast<int>(center.x - reach), static_cast<int>(center.y - reach),
                 static_cast<int>(2 * reach) + 1, static_cast<int>(2 * reach) + 1},
                {0, 0, width, height});
  const HardPrint print(symbol);
  const auto n = static_cast<float>(symbol.matrix.modules);
  const float c = std::cos(symbol.angle_rad) / symbol.module_px;
  const float s = std::sin(symbol.angle_rad) / symbol.module_px;
  const bool lit = symbol.Has(Hardship::kLight);
  const bool glare = symbol.Has(Hardship::kGlare);
  cv::Mat scene(box.height, box.width, CV_32F);
  constexpr int kSamples = 3;  // per pixel and side
  for (int y = 0; y < box.height; ++y) {
    auto* row = scene.ptr<float>(y);
    const uint8_t* behind = pixels + (box.y + y) * stride + box.x;
    for (int x = 0; x < box.width; ++x) {
      float sum = 0;
      for (int k = 0; k < kSamples * kSamples; ++k) {
        const Point p{
            static_cast<float>(box.x + x) + (static_cast<float>(k % kSamples) + 0.5f) / kSamples,
            static_cast<float>(box.y + y) + (static_cast<float>(k / kSamples) + 0.5f) / kSamples};
        const Point d = p - center;
        const float u = c * d.x + s * d.y + n / 2;
        const float v = -s * d.x + c * d.y + n / 2;
        const bool ground = u >= -kQuietModules && v >= -kQuietModules && u < n + kQuietModules &&
                            v < n + kQuietModules;
        sum += ground ? print.At(u, v) : static_cast<float>(behind[x]);
      }
      const Point p{static_cast<float>(box.x + x) + 0.5f, static_cast<float>(box.y + y) + 0.5f};
      float grey = sum / (kSamples * kSamples);
      if (lit) grey *= LightAt(symbol, p);
      if (glare) grey += GlareAt(symbol, p);
      row[x] = std::min(grey, 255.0f);
    }
  }
  // The lens, on the ground and a little around it: what is behind was exposed already.
  const Rect near =
      Intersect(BoundsOf(Grown(symbol.quad, (kQuietModules + 1) * symbol.module_px)), box);
  cv::Mat here = scene(cv::Rect(near.x - box.x, near.y - box.y, near.width, near.height));
  const double sigma = static_cast<double>(symbol.blur_sigma_px);
  cv::GaussianBlur(here, here, cv::Size(0, 0), sigma, sigma, cv::BORDER_REPLICATE);
  Random random(symbol.noise_seed, Stream::kNoise, 0);
  for (int y = 0; y < box.height; ++y) {
    const auto* row = scene.ptr<float>(y);
    uint8_t* out = pixels + (box.y + y) * stride + box.x;
    const bool rows = box.y + y >= near.y && box.y + y < near.y + near.height;
    for (int x = 0; x < box.width; ++x) {
      float grey = row[x];
      if (rows && box.x + x >= near.x && box.x + x < near.x + near.width) {
        // A sum of four uniform numbers is near enough to a Gaussian one: σ² = 4/12.
        const uint64_t bits = random.Next();
        const auto four = static_cast<float>((bits & 0xFFFF) + (bits >> 16 & 0xFFFF) +
                                             (bits >> 32 & 0xFFFF) + (bits >> 48));
        grey += (four / 65536 - 2) * 1.7320508f * symbol.noise_sigma_grey;
      }
      out[x] = static_cast<uint8_t>(std::clamp(std::lround(grey), 0L, 255L));
    }
  }
}

}  // namespace veriline::linesim
