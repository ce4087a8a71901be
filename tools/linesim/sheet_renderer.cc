// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/sheet_renderer.h"

#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "tools/linesim/canvas.h"
#include "tools/linesim/optics.h"
#include "tools/linesim/pack_art.h"
#include "tools/linesim/random.h"
#include "tools/linesim/sheet_layout.h"

namespace veriline::linesim {
namespace {

constexpr double kFalloff = 0.18;  // in the corners

constexpr std::array<std::string_view, 4> kTitles = {"Veriline", "SHEET", "FRONT", "PROOF"};

/// The sheet as it comes from its first printing, without codes.
void DrawSheet(const SheetStock& stock, const Font& font, uint64_t seed, Plane* art) {
  const SceneTraits& scene = TraitsOf(SceneKind::kSheet);
  Random random(seed, Stream::kArt, static_cast<uint64_t>(stock.index));
  Canvas canvas(*art);
  const auto faint = static_cast<uint8_t>(stock.light_grey - 60);
  const auto pitch = static_cast<int>(scene.row_pitch_counts);
  const int lane_px = scene.picture_height / scene.lanes;
  const int left = (art->width - scene.rows * pitch) / 2;
  const int top = (art->height - scene.lanes * lane_px) / 2;
  for (int row = 0; row < scene.rows; ++row) {
    for (int lane = 0; lane < scene.lanes; ++lane) {
      const int x = left + row * pitch;
      const int y = top + lane * lane_px;
      canvas.Outline(x + 14, y + 30, x + pitch - 14, y + lane_px - 30, 2, faint);
      canvas.Disc(x + 34, y + lane_px - 52, 12, static_cast<uint8_t>(random.Between(60, 150)));
      canvas.Text(x + 56, y + lane_px - 62, font, Font::Size::kText,
                  kTitles[random.Below(kTitles.size())], faint);
      // Where the cutter cuts.
      canvas.Fill(x - 12, y, x + 13, y + 1, stock.dark_grey);
      canvas.Fill(x, y - 12, x + 1, y + 13, stock.dark_grey);
    }
  }
  for (int i = 0; i < 8; ++i) {  // the printer's colour bar, at the sheet's edge
    canvas.Fill(60 + i * 60, 8, 120 + i * 60, 28, static_cast<uint8_t>(40 + i * 25));
  }
  canvas.Texture(0, 0, art->width, art->height, random.Next(), 3, 3);
}

void DrawPosition(const SheetPosition& position, const SheetStock& stock, const Font& font,
                  Plane* art) {
  DrawSymbol(position.symbol, stock.dark_grey, art);
  if (position.number.empty()) return;
  const int width = font.WidthOf(Font::Size::kText, position.number);
  Canvas(*art).Text((art->width - width) / 2, art->height - 34, font, Font::Size::kText,
                    position.number, stock.dark_grey);
}

}  // namespace

struct SheetRenderer::Impl {
  Impl(const World& the_world, RenderMode the_mode)
      : world(the_world),
        mode(the_mode),
        width(world.scene().picture_width),
        height(world.scene().picture_height),
        optics(the_world.config().seed, width, height, kFalloff) {
    for (int i = 0; mode == RenderMode::kPooled && i < kSheetStocks; ++i) {
      Plane& plane = pool.emplace_back(width, height);
      DrawBackground(MakeSheetStock(seed(), i), plane.pixels.data(), width);
      const Exposure exposure = ExposureOf(~static_cast<uint64_t>(i));
      optics.Blur(plane.pixels.data(), width, picture(), exposure, &scratch);
      optics.AddNoise(plane.pixels.data(), width, picture(), exposure);
    }
  }

  uint64_t seed() const { return world.config().seed; }
  Rect picture() const { return {0, 0, width, height}; }

  Exposure ExposureOf(uint64_t sheet) const {
    Random random(seed(), Stream::kOptics, sheet);
    return {.blur_sigma_px = random.Uniform(0.35, 0.7),
            .motion_px = random.Uniform(0, 0.7),
            .noise_sigma_grey = random.Uniform(1, 3.5),
            .noise_seed = random.Next()};
  }

  void DrawBackground(const SheetStock& stock, uint8_t* pixels, ptrdiff_t stride) {
    DrawBelt(Canvas(pixels, width, height, stride), seed(), stock.index, width, height);
    Plane art(kSheetWidthPx, kSheetHeightPx, stock.light_grey);
    DrawSheet(stock, font, seed(), &art);
    Paste(art, stock.pose, picture(), pixels, stride);
  }

  void Render(uint64_t sheet, uint8_t* pixels, ptrdiff_t stride) {
    const SheetStock stock = StockOfSheet(world, sheet);
    const bool fresh = mode == RenderMode::kFresh;
    if (fresh) {
      DrawBackground(stock, pixels, stride);
    } else {
      const Plane& pooled = pool[static_cast<size_t>(stock.index)];
      for (int y = 0; y < height; ++y) {
        std::memcpy(pixels + y * stride, pooled.Row(y), static_cast<size_t>(width));
      }
    }
    const Exposure exposure = ExposureOf(sheet);
    const auto positions = static_cast<uint64_t>(world.scene().feed_items());
    for (uint64_t item = sheet * positions; item < (sheet + 1) * positions; ++item) {
      const SheetPosition position = LayOutSheetPosition(world, item);
      if (position.symbol.print == Print::kNone && position.number.empty()) continue;
      Plane art(kPositionWidthPx, kPositionHeightPx, stock.light_grey);
      DrawPosition(position, stock, font, &art);
      const Rect box = Paste(art, position.pose, picture(), pixels, stride);
      if (fresh) continue;
      optics.Blur(pixels, stride, box, exposure, &scratch);
      optics.AddNoise(pixels, stride, box, exposure);
    }
    if (fresh) {
      optics.Blur(pixels, stride, picture(), exposure, &scratch);
      optics.AddNoise(pixels, stride, picture(), exposure);
    }
    optics.Illuminate(pixels, stride, picture());
  }

  const World world;
  const RenderMode mode;
  const int width;
  const int height;
  const Font font;
  const Optics optics;
  std::vector<Plane> pool;
  std::vector<uint8_t> scratch;
};

SheetRenderer::SheetRenderer(const World& world, RenderMode mode)
    : impl_(std::make_unique<Impl>(world, mode)) {}
SheetRenderer::~SheetRenderer() = default;

void SheetRenderer::Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) {
  impl_->Render(shot, pixels, stride);
}

}  // namespace veriline::linesim
