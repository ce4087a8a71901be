// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/foil_renderer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

#include "tools/linesim/canvas.h"
#include "tools/linesim/label_art.h"
#include "tools/linesim/optics.h"
#include "tools/linesim/pack_art.h"
#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr int kW = kPictureWidth;
constexpr int kH = kPictureHeight;
constexpr Rect kPicture{0, 0, kW, kH};
constexpr double kFalloff = 0.15;
constexpr int kFoilHeightPx = 760;
constexpr int kPooledFoils = 8;  // for each light and field
constexpr double kGlareShare = 1.0 / 3;
/// Free of metal work around the code, in modules.
constexpr double kQuietModules = 3;

/// Seeds of what belongs to one light alone.
uint64_t LightSeed(uint64_t seed, int light) { return Mix(seed) + static_cast<uint64_t>(light); }

bool DarkField(const World& world, uint64_t item, int light) {
  return light == 1 && Random(world.config().seed, Stream::kPack, item).Chance(0.5);
}

/// Grey of the metal: a hologram with patches that shine in different directions, fine grating, and
/// micro print.
void DrawFoil(Canvas canvas, const Font& font, uint64_t seed, uint64_t index, bool dark_field) {
  Random random(seed, Stream::kArt, index);
  const int w = kItemLengthCounts;
  const int h = kFoilHeightPx;
  const auto base =
      static_cast<uint8_t>(dark_field ? random.Between(45, 65) : random.Between(185, 205));
  canvas.Fill(0, 0, w, h, base);
  canvas.Texture(0, 0, w, h, random.Next(), random.Between(60, 110), dark_field ? 12 : 26);
  canvas.Texture(0, 0, w, h, random.Next(), random.Between(20, 30), dark_field ? 4 : 8);
  canvas.Hatch(0, 0, w, h, 3, random.Between(7, 11), random.Uniform(-1, 1),
               static_cast<uint8_t>(base - 10));
  const auto ink = static_cast<uint8_t>(dark_field ? base + 25 : base - 35);
  for (int y = 14; y < h - 20; y += 90) {
    for (int x = random.Between(-60, 10); x < w; x += 170) {
      if (y > 160 && y < h - 180 && x > 20 && x < w - 180) continue;  // the window of the code
      canvas.Text(x, y, font, Font::Size::kText, "GENUINE", ink);
    }
  }
  canvas.Outline(4, 4, w - 4, h - 4, 3, ink);
}

/// Smooth to both sides of a flat top.
int GlareAt(double distance, double flat, double flank) {
  if (distance <= flat) return 255;
  const double t = (distance - flat) / flank;
  return t >= 1 ? 0 : static_cast<int>(255 * (1 - t) * (1 - t));
}

/// A band of light across the picture, with its weaker orders beside it.
void AddGlare(double x, double y, double angle, double flat, double flank, uint8_t* pixels,
              ptrdiff_t stride) {
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  // Only its own distance matters along the normal: one table for all pixels, in half pixels.
  std::vector<uint8_t> table(static_cast<size_t>(2 * (flat + flank)) + 3);
  for (size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<uint8_t>(GlareAt(static_cast<double>(i) / 2, flat, flank));
  }
  for (int py = 0; py < kH; ++py) {
    uint8_t* row = pixels + py * stride;
    double at = 2 * ((0.5 - x) * c + (py + 0.5 - y) * s);
    for (int px = 0; px < kW; ++px, at += 2 * c) {
      const auto i = static_cast<size_t>(std::abs(at));
      if (i < table.size()) row[px] = static_cast<uint8_t>(std::min(255, row[px] + table[i]));
    }
  }
}

}  // namespace

uint32_t GlareOf(const World& world, uint64_t item) {
  if (world.FaultOf(item) == FaultKind::kGlare) return 3;
  Random random(world.config().seed, Stream::kGlare, item);
  if (!random.Chance(kGlareShare)) return 0;
  return random.Chance(0.5) ? 1 : 2;
}

struct FoilRenderer::Impl {
  Impl(const World& the_world, RenderMode the_mode, int the_light)
      : world(the_world),
        mode(the_mode),
        light(the_light),
        optics(the_world.config().seed, kW, kH, kFalloff) {
    for (int i = 0; mode == RenderMode::kPooled && i < 2 * kPooledFoils; ++i) {
      Plane& plane = pool.emplace_back(kW, kH);
      DrawBackground(static_cast<uint64_t>(i), i >= kPooledFoils, plane.pixels.data(), kW);
    }
  }

  uint64_t seed() const { return world.config().seed; }

  Exposure ExposureOf(uint64_t item) const {
    Random random(LightSeed(seed(), light), Stream::kOptics, item);
    return {.blur_sigma_px = random.Uniform(0.35, 0.7),
            .motion_px = random.Uniform(0, 0.6),
            .noise_sigma_grey = random.Uniform(1, 3.5),
            .noise_seed = random.Next()};
  }

  void DrawBackground(uint64_t index, bool dark_field, uint8_t* pixels, ptrdiff_t stride) {
    Canvas canvas(pixels, kW, kH, stride);
    DrawBelt(canvas, seed(), static_cast<int64_t>(index) * kW, kW, kH);
    const int left = (kW - kItemLengthCounts) / 2;
    const int top = (kH - kFoilHeightPx) / 2;
    DrawFoil(canvas.Sub(left, top, left + kItemLengthCounts, top + kFoilHeightPx), font,
             LightSeed(seed(), light), index, dark_field);
  }

  /// Takes the modules out of the metal.
  void Demetallise(const Label& label, bool dark_field, uint8_t* pixels, ptrdiff_t stride) {
    // The label is drawn as a mask: 255 metal, 0 none.
    mask.assign(static_cast<size_t>(kW) * kH, 255);
    Label marks = label;
    marks.light_grey = 255;
    marks.dark_grey = 0;
    marks.framed = false;
    marks.text_side = 0;
    const Rect box = DrawLabel(marks, font, 0, kPicture, mask.data(), kW);
    const int bare = dark_field ? 185 : label.dark_grey + 15;
    // The metal around the code is plain: no grating, no print.
    const auto half = static_cast<float>((label.matrix.modules / 2.0 + kQuietModules) *
                                         static_cast<double>(label.module_px));
    const Point centre = label.quad.Center();
    const auto c = static_cast<float>(std::cos(label.angle_rad));
    const auto s = static_cast<float>(std::sin(label.angle_rad));
    const int plain = PlainGrey(box, pixels, stride);
    for (int y = box.y; y < box.y + box.height; ++y) {
      uint8_t* row = pixels + y * stride;
      const uint8_t* metal = mask.data() + static_cast<size_t>(y) * kW;
      for (int x = box.x; x < box.x + box.width; ++x) {
        const Point p = Point{static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f} - centre;
        if (std::abs(c * p.x + s * p.y) > half || std::abs(c * p.y - s * p.x) > half) continue;
        const int shine = plain + (row[x] - plain) / 3;
        row[x] = static_cast<uint8_t>((shine * metal[x] + bare * (255 - metal[x])) / 255);
      }
    }
  }

  static int PlainGrey(const Rect& box, const uint8_t* pixels, ptrdiff_t stride) {
    int64_t sum = 0;
    for (int y = box.y; y < box.y + box.height; ++y) {
      for (int x = box.x; x < box.x + box.width; ++x) sum += (pixels + y * stride)[x];
    }
    return static_cast<int>(sum / std::max<int64_t>(1, int64_t{box.width} * box.height));
  }

  void DrawGlare(uint64_t item, const std::vector<Label>& labels, uint8_t* pixels,
                 ptrdiff_t stride) const {
    Random random(LightSeed(seed(), light), Stream::kGlare, item);
    const double angle = random.Uniform(0, std::numbers::pi);
    const double flank = random.Uniform(30, 90);
    double flat = random.Uniform(10, 60);
    Point at{kW / 2.0f, kH / 2.0f};
    double radius = 0;
    if (!labels.empty()) {
      at = labels[0].quad.Center();
      radius = (labels[0].matrix.modules / 2.0 + kQuietModules) *
               static_cast<double>(labels[0].module_px) * std::numbers::sqrt2;
    }
    double off = 0;
    if (GlareOf(world, item) >> light & 1) {
      flat = radius + 2;  // nothing of the code remains
    } else {
      if (random.Chance(0.3)) return;
      off = (radius + flat + flank + random.Uniform(4, 200)) * (random.Chance(0.5) ? 1 : -1);
    }
    AddGlare(static_cast<double>(at.x) + off * std::cos(angle),
             static_cast<double>(at.y) + off * std::sin(angle), angle, flat, flank, pixels, stride);
  }

  void Render(uint64_t item, uint8_t* pixels, ptrdiff_t stride) {
    const bool dark_field = DarkField(world, item, light);
    if (mode == RenderMode::kPooled) {
      const auto i = Random(LightSeed(seed(), light), Stream::kPack, ~item).Below(kPooledFoils);
      const Plane& pooled = pool[i + (dark_field ? kPooledFoils : 0)];
      for (int y = 0; y < kH; ++y) std::memcpy(pixels + y * stride, pooled.Row(y), kW);
    } else {
      DrawBackground(item, dark_field, pixels, stride);
    }
    const ItemTruth truth = world.TruthOf(item);
    for (const Label& label : truth.labels) {
      if (label.print != Print::kNone) Demetallise(label, dark_field, pixels, stride);
    }
    optics.Illuminate(pixels, stride, kPicture);
    DrawGlare(item, truth.labels, pixels, stride);
    const Exposure exposure = ExposureOf(item);
    optics.Blur(pixels, stride, kPicture, exposure, &scratch);
    optics.AddNoise(pixels, stride, kPicture, exposure);
  }

  const World world;
  const RenderMode mode;
  const int light;
  const Font font;
  const Optics optics;
  std::vector<Plane> pool;
  std::vector<uint8_t> mask;
  std::vector<uint8_t> scratch;
};

FoilRenderer::FoilRenderer(const World& world, RenderMode mode, int camera)
    : impl_(std::make_unique<Impl>(world, mode, camera)) {}
FoilRenderer::~FoilRenderer() = default;

void FoilRenderer::Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) {
  impl_->Render(shot, pixels, stride);
}

}  // namespace veriline::linesim
