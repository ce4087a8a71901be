// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/cartons_renderer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tools/linesim/canvas.h"
#include "tools/linesim/carton_label.h"
#include "tools/linesim/optics.h"
#include "tools/linesim/pack_art.h"
#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr double kFalloff = 0.2;  // in the corners; 10 % at the farthest code
constexpr uint64_t kPooledCartons = 12;
constexpr uint64_t kPooledBelts = 3;
constexpr int kSeamPx = 4;
constexpr int kMinHeightPx = 1500;
constexpr int kMaxHeightPx = 1700;

constexpr std::array<std::string_view, 6> kPrints = {"FRAGILE",      "THIS SIDE UP", "KEEP DRY",
                                                     "DO NOT STACK", "24 x 500 g",   "Veriline"};

int HeightOf(uint64_t seed, uint64_t index) {
  return Random(seed, Stream::kPack, index).Between(kMinHeightPx, kMaxHeightPx);
}

/// Corrugated board with print and tape, its origin in the carton's upper left corner.
void DrawCarton(Canvas canvas, const Font& font, uint64_t seed, uint64_t index, int w, int h) {
  Random random(seed, Stream::kArt, index);
  const auto board = static_cast<uint8_t>(random.Between(125, 165));
  const auto ink = static_cast<uint8_t>(random.Between(30, 80));
  canvas.Fill(0, 0, w, h, board);
  canvas.Hatch(0, 0, w, h, 9, 18, 0, static_cast<uint8_t>(board - random.Between(2, 5)));
  const int tape = h / 2 - 60;
  canvas.Fill(0, tape, w, tape + 120, static_cast<uint8_t>(board + 22));
  for (int i = 0; i < 5; ++i) {
    canvas.Text(random.Between(20, w - 300), random.Between(10, h - 60), font, Font::Size::kTitle,
                kPrints[random.Below(kPrints.size())], ink);
  }
  for (int i = 0; i < 12; ++i) {
    canvas.Text(random.Between(20, w - 300), random.Between(10, h - 40), font, Font::Size::kText,
                std::string(kPrints[random.Below(kPrints.size())]) + " " +
                    std::to_string(random.Between(1, 99999)),
                ink);
  }
  // Arrows up, an outline, a glass.
  for (const int x : {40, 130}) {
    canvas.Fill(x, h - 150, x + 24, h - 40, ink);
    for (int k = 0; k < 34; ++k) canvas.Fill(x + 12 - k, h - 184 + k, x + 12 + k, h - 183 + k, ink);
  }
  canvas.Outline(20, h - 210, 200, h - 20, 4, ink);
  canvas.Disc(w - 90, 90, random.Between(30, 60), ink);
  canvas.Texture(0, 0, w, h, random.Next(), 3, random.Between(3, 7));
  canvas.Texture(0, 0, w, h, random.Next(), 120, random.Between(4, 10));
  canvas.Darken(0, 0, w, 5, 190);
  canvas.Darken(0, h - 6, w, h, 170);
  canvas.Darken(0, 0, 5, h, 190);
  canvas.Darken(w - 5, 0, w, h, 180);
}

void DrawLabelArt(const CartonLabel& label, const Font& font, Plane* art) {
  Canvas canvas(*art);
  const uint8_t dark = label.dark_grey;
  canvas.Outline(8, 8, art->width - 8, art->height - 8, 2, dark);
  canvas.Fill(8, 520, art->width - 8, 523, dark);
  int y = 380;
  for (const std::string& line : label.lines) {
    canvas.Text(40, y, font, Font::Size::kText, line, dark);
    y += font.line_height_px(Font::Size::kText);
  }
  canvas.Text(380, 70, font, Font::Size::kTitle, "SHIP TO", dark);
  canvas.Text(380, 150, font, Font::Size::kText, "Line 4, Gate 2", dark);
  canvas.Text(380, 190, font, Font::Size::kText, "12345 Example", dark);
  for (const PrintedSymbol& symbol : label.symbols) {
    DrawSymbol(symbol, dark, art);
    if (!symbol.linear()) continue;
    const bool product = symbol.symbology == Symbology::kEan13;
    canvas.Text(static_cast<int>(symbol.at.x) + 20,
                static_cast<int>(symbol.at.y + symbol.bar_px) + 8, font, Font::Size::kText,
                product ? symbol.text : Bracketed(symbol.text, '(', ')'), dark);
  }
}

}  // namespace

struct CartonsRenderer::Impl {
  Impl(const World& the_world, RenderMode the_mode)
      : world(the_world),
        mode(the_mode),
        width(world.scene().picture_width),
        height_px(world.scene().picture_height),
        optics(the_world.config().seed, width, height_px, kFalloff) {
    if (mode == RenderMode::kPooled) DrawPool();
  }

  uint64_t seed() const { return world.config().seed; }
  int length() const { return static_cast<int>(world.scene().item_counts); }

  Exposure ExposureOf(uint64_t item) const {
    Random random(seed(), Stream::kOptics, item);
    return {.blur_sigma_px = random.Uniform(0.35, 0.7),
            .motion_px = random.Uniform(0, 0.7),
            .noise_sigma_grey = random.Uniform(1, 3.5),
            .noise_seed = random.Next()};
  }

  void DrawPool() {
    const auto finish = [&](Plane& plane, uint64_t index) {
      const Optics lens(seed(), plane.width, plane.height, 0);
      const Exposure exposure = ExposureOf(~index);
      const Rect all{0, 0, plane.width, plane.height};
      lens.Blur(plane.pixels.data(), plane.width, all, exposure, &scratch);
      lens.AddNoise(plane.pixels.data(), plane.width, all, exposure);
    };
    for (uint64_t i = 0; i < kPooledCartons; ++i) {
      Plane plane(length(), HeightOf(seed(), i));
      DrawCarton(Canvas(plane), font, seed(), i, plane.width, plane.height);
      finish(plane, i);
      cartons.push_back(std::move(plane));
    }
    for (uint64_t i = 0; i < kPooledBelts; ++i) {
      Plane plane(width, height_px);
      DrawBelt(Canvas(plane), seed(), static_cast<int64_t>(i) * width, width, height_px);
      finish(plane, kPooledCartons + i);
      belts.push_back(std::move(plane));
    }
  }

  void Render(uint64_t item, uint8_t* pixels, ptrdiff_t stride) {
    const bool fresh = mode == RenderMode::kFresh;
    const uint64_t carton =
        fresh ? item : Random(seed(), Stream::kPack, ~item).Below(kPooledCartons);
    const int height = HeightOf(seed(), carton);
    const int left = (width - length()) / 2;
    const int top = (height_px - height) / 2;
    const Rect picture{0, 0, width, height_px};
    Canvas canvas(pixels, width, height_px, stride);
    if (fresh) {
      DrawBelt(canvas, seed(), world.CenterCount(item) - width / 2, width, height_px);
      DrawCarton(canvas.Sub(left, top, left + length(), top + height), font, seed(), carton,
                 length(), height);
    } else {
      const Plane& belt = belts[Random(seed(), Stream::kBelt, item + 1).Below(kPooledBelts)];
      for (int y = 0; y < height_px; ++y) {
        std::memcpy(pixels + y * stride, belt.Row(y), static_cast<size_t>(width));
        if (y < top || y >= top + height) continue;
        std::memcpy(pixels + y * stride + left, cartons[carton].Row(y - top),
                    static_cast<size_t>(length()));
      }
    }
    const CartonLabel label = LayOutCartonLabel(world, item);
    Rect box;
    if (label.there) {
      Plane art(kCartonLabelWidthPx, kCartonLabelHeightPx, label.light_grey);
      DrawLabelArt(label, font, &art);
      const Rect touched = Paste(art, label.pose, picture, pixels, stride);
      box = {touched.x - kSeamPx, touched.y - kSeamPx, touched.width + 2 * kSeamPx,
             touched.height + 2 * kSeamPx};
    }
    const Exposure exposure = ExposureOf(item);
    const Rect where = fresh ? picture : box;
    optics.Blur(pixels, stride, where, exposure, &scratch);
    optics.Illuminate(pixels, stride, picture);
    optics.AddNoise(pixels, stride, where, exposure);
  }

  const World world;
  const RenderMode mode;
  const int width;
  const int height_px;
  const Font font;
  const Optics optics;
  std::vector<Plane> cartons;
  std::vector<Plane> belts;
  std::vector<uint8_t> scratch;
};

CartonsRenderer::CartonsRenderer(const World& world, RenderMode mode)
    : impl_(std::make_unique<Impl>(world, mode)) {}
CartonsRenderer::~CartonsRenderer() = default;

void CartonsRenderer::Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) {
  impl_->Render(shot, pixels, stride);
}

}  // namespace veriline::linesim
