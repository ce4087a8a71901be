// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/empty_renderer.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "tools/linesim/canvas.h"
#include "tools/linesim/optics.h"
#include "tools/linesim/pack_art.h"
#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr int kW = kPictureWidth;
constexpr int kH = kPictureHeight;
constexpr double kFalloff = 0.3;
constexpr int kPooledPictures = 32;
constexpr int kPatterns = 7;

void DrawText(Canvas canvas, const Font& font, Random& random, int w, int h, uint8_t ink) {
  const auto size = random.Chance(0.5) ? Font::Size::kSmall : Font::Size::kText;
  for (int y = 4; y + font.line_height_px(size) < h; y += font.line_height_px(size)) {
    std::string line;
    while (font.WidthOf(size, line) < w) line += static_cast<char>(random.Between('!', 'z'));
    canvas.Text(2, y, font, size, line, ink);
  }
}

/// One patch of something regular, of w × h px.
void DrawPattern(Canvas canvas, const Font& font, Random& random, int w, int h) {
  const auto paper = static_cast<uint8_t>(random.Between(170, 240));
  const auto ink = static_cast<uint8_t>(random.Between(15, 80));
  canvas.Fill(0, 0, w, h, paper);
  const int cell = random.Between(4, 9);
  switch (random.Below(kPatterns)) {
    case 0:
      DrawText(canvas, font, random, w, h, ink);
      break;
    case 1:  // halftone
      for (int y = 0; y * cell < h; ++y) {
        for (int x = 0; x * cell < w; ++x) {
          canvas.Disc((x + 0.5 * (y % 2)) * cell, y * cell, cell * 0.1 + 0.4 * cell * x * cell / w,
                      ink);
        }
      }
      break;
    case 2:  // checks
      for (int y = 0; y * cell < h; ++y) {
        for (int x = y % 2; x * cell < w; x += 2) {
          canvas.Fill(x * cell, y * cell, (x + 1) * cell, (y + 1) * cell, ink);
        }
      }
      break;
    case 3:  // hatching
      canvas.Hatch(0, 0, w, h, cell / 2, cell, random.Uniform(-1.2, 1.2), ink);
      break;
    case 4:  // a ladder of lines of random width, as no symbology has them
      for (int x = 4; x < w - 4;) {
        const int bar = random.Between(2, 17);
        canvas.Fill(x, 0, std::min(x + bar, w - 4), h, ink);
        x += bar + random.Between(2, 17);
      }
      break;
    case 5:  // squares of a code's size without its borders
      for (int y = 0; y * cell < h; ++y) {
        for (int x = 0; x * cell < w; ++x) {
          if (random.Chance(0.5)) {
            canvas.Fill(x * cell, y * cell, (x + 1) * cell, (y + 1) * cell, ink);
          }
        }
      }
      break;
    default:  // weave
      canvas.Hatch(0, 0, w, h, 2, cell, 1, ink);
      canvas.Hatch(0, 0, w, h, 2, cell, -1, ink);
      canvas.Texture(0, 0, w, h, random.Next(), 3, 40);
  }
}

}  // namespace

struct EmptyRenderer::Impl {
  Impl(const World& the_world, RenderMode the_mode)
      : world(the_world), mode(the_mode), optics(the_world.config().seed, kW, kH, kFalloff) {
    for (uint64_t i = 0; mode == RenderMode::kPooled && i < kPooledPictures; ++i) {
      Plane& plane = pool.emplace_back(kW, kH);
      Draw(i, plane.pixels.data(), kW);
    }
  }

  void Draw(uint64_t index, uint8_t* pixels, ptrdiff_t stride) {
    const uint64_t seed = world.config().seed;
    Random random(seed, Stream::kArt, index);
    Canvas canvas(pixels, kW, kH, stride);
    DrawBelt(canvas, seed, static_cast<int64_t>(index) * kW, kW, kH);
    const PackStyle style = MakePackStyle(seed, index);
    const int left = (kW - kItemLengthCounts) / 2;
    const int top = (kH - style.height_px) / 2;
    Canvas pack = canvas.Sub(left, top, left + kItemLengthCounts, top + style.height_px);
    DrawPack(pack, font, style, kItemLengthCounts);
    for (int i = random.Between(3, 6); i > 0; --i) {
      const int w = random.Between(60, 300);
      const int h = random.Between(60, 220);
      const int x = random.Between(10, kItemLengthCounts - w - 10);
      const int y = random.Between(10, style.height_px - h - 10);
      DrawPattern(pack.Sub(x, y, x + w, y + h), font, random, w, h);
    }
    const Rect picture{0, 0, kW, kH};
    const Exposure exposure{.blur_sigma_px = random.Uniform(0.35, 0.8),
                            .motion_px = random.Uniform(0, 1),
                            .noise_sigma_grey = random.Uniform(1, 3.5),
                            .noise_seed = random.Next()};
    optics.Blur(pixels, stride, picture, exposure, &scratch);
    optics.Illuminate(pixels, stride, picture);
    optics.AddNoise(pixels, stride, picture, exposure);
  }

  void Render(uint64_t item, uint8_t* pixels, ptrdiff_t stride) {
    if (mode == RenderMode::kFresh) {
      Draw(item, pixels, stride);
      return;
    }
    const auto i = Random(world.config().seed, Stream::kPack, ~item).Below(kPooledPictures);
    for (int y = 0; y < kH; ++y) std::memcpy(pixels + y * stride, pool[i].Row(y), kW);
  }

  const World world;
  const RenderMode mode;
  const Font font;
  const Optics optics;
  std::vector<Plane> pool;
  std::vector<uint8_t> scratch;
};

EmptyRenderer::EmptyRenderer(const World& world, RenderMode mode)
    : impl_(std::make_unique<Impl>(world, mode)) {}
EmptyRenderer::~EmptyRenderer() = default;

void EmptyRenderer::Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) {
  impl_->Render(shot, pixels, stride);
}

}  // namespace veriline::linesim
