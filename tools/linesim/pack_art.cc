// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/pack_art.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr std::array<std::string_view, 24> kWords = {
    "each",  "film-coated", "tablet", "contains", "lactose", "see",   "leaflet", "for",
    "use",   "oral",        "keep",   "out",      "of",      "reach", "and",     "sight",
    "below", "30C",         "store",  "original", "package", "batch", "medical", "prescription"};
constexpr std::array<std::string_view, 8> kNames = {
    "Veridol", "Lineacin", "Motrapan", "Calibrex", "Serialin", "Opticor", "Gradivan", "Aperturol"};

/// Paper or ink: far from `ground`.
uint8_t InkOn(uint8_t ground, Random& random) {
  return static_cast<uint8_t>(ground > 120 ? random.Between(10, 70) : random.Between(190, 245));
}

void DrawParagraph(Canvas& canvas, const Font& font, Random& random, int x, int y, int lines,
                   int width_px, uint8_t ink) {
  const Font::Size size = Font::Size::kSmall;
  for (int i = 0; i < lines; ++i) {
    std::string line;
    while (font.WidthOf(size, line) < width_px - 60) {
      line += kWords[random.Below(kWords.size())];
      line += ' ';
    }
    canvas.Text(x, y + i * font.line_height_px(size), font, size, line, ink);
  }
}

void DrawTable(Canvas& canvas, const Font& font, Random& random, int x, int y, uint8_t ink) {
  const int rows = random.Between(3, 5);
  const int row_px = font.line_height_px(Font::Size::kSmall) + 5;
  for (int r = 0; r <= rows; ++r) canvas.Fill(x, y + r * row_px, x + 221, y + r * row_px + 1, ink);
  for (const int c : {0, 130, 220}) canvas.Fill(x + c, y, x + c + 1, y + rows * row_px, ink);
  for (int r = 0; r < rows; ++r) {
    canvas.Text(x + 5, y + r * row_px + 3, font, Font::Size::kSmall,
                kWords[random.Below(kWords.size())], ink);
    canvas.Text(x + 136, y + r * row_px + 3, font, Font::Size::kSmall,
                std::to_string(random.Between(1, 500)) + " mg", ink);
  }
}

}  // namespace

PackStyle MakePackStyle(uint64_t seed, uint64_t index) {
  Random random(seed, Stream::kPack, index);
  PackStyle style;
  style.seed = random.Next();
  style.height_px = random.Between(kPackMinHeightPx, kPackMaxHeightPx);
  return style;
}

void DrawPack(Canvas canvas, const Font& font, const PackStyle& style, int width_px) {
  Random random(style.seed, Stream::kPack, 0);
  const int w = width_px;
  const int h = style.height_px;
  const auto carton = static_cast<uint8_t>(random.Between(130, 225));
  const uint8_t ink = InkOn(carton, random);
  canvas.Fill(0, 0, w, h, carton);

  // A picture or a pattern in one of the corners, then bands with the name over them.
  const int left = random.Chance(0.5) ? 20 : w - 260;
  const int top = random.Chance(0.5) ? 150 : h - 240;
  switch (random.Below(4)) {
    case 0: {
      const auto grey = static_cast<uint8_t>(random.Between(80, 170));
      canvas.Fill(left, top, left + 240, top + 200, grey);
      canvas.Texture(left, top, left + 240, top + 200, random.Next(), random.Between(5, 24), 70);
      break;
    }
    case 1:
      canvas.Hatch(left, top, left + 240, top + 200, random.Between(2, 6), random.Between(8, 18),
                   random.Uniform(-1, 1), static_cast<uint8_t>(random.Between(60, 120)));
      break;
    case 2:
      for (int ring = 4; ring > 0; --ring) {
        canvas.Disc(left + 120, top + 100, 24.0 * ring,
                    static_cast<uint8_t>(random.Between(40, 240)));
      }
      break;
    default:
      for (int i = 0; i < 5; ++i) {
        canvas.Fill(left, top + i * 40, left + 240 - i * 40, top + i * 40 + 26,
                    static_cast<uint8_t>(random.Between(60, 220)));
      }
  }
  const auto band = static_cast<uint8_t>(random.Between(30, 215));
  const int band_px = random.Between(70, 130);
  canvas.Fill(0, random.Between(0, 20), w, band_px, band);
  canvas.Text(random.Between(20, 200), band_px / 2 - 28, font, Font::Size::kTitle,
              kNames[random.Below(kNames.size())], InkOn(band, random));
  if (random.Chance(0.5)) {
    const int strip = random.Between(10, 40);
    canvas.Fill(w - strip, band_px, w, h, static_cast<uint8_t>(random.Between(40, 200)));
  }
  for (int i = random.Between(1, 4); i > 0; --i) {
    const int y = random.Between(band_px + 10, h - 20);
    canvas.Fill(0, y, w, y + random.Between(1, 3), ink);
  }
  canvas.Text(random.Between(20, 420), band_px + 12, font, Font::Size::kText,
              std::to_string(random.Between(1, 80) * 5) + " mg  " +
                  std::to_string(random.Between(1, 10) * 10) + " tablets",
              ink);
  DrawParagraph(canvas, font, random, random.Between(20, 300), h - 130, random.Between(3, 6),
                random.Between(300, 460), ink);
  DrawParagraph(canvas, font, random, random.Between(20, 420), band_px + 50, random.Between(2, 5),
                random.Between(250, 340), ink);
  DrawTable(canvas, font, random, random.Between(20, w - 260), random.Between(170, h - 260), ink);
  if (random.Chance(0.4)) canvas.Outline(6, 6, w - 6, h - 6, 2, ink);

  // Carton fibre, slow shading, worn edges.
  canvas.Texture(0, 0, w, h, random.Next(), 3, random.Between(2, 6));
  canvas.Texture(0, 0, w, h, random.Next(), 90, random.Between(4, 12));
  canvas.Darken(0, 0, w, 3, 200);
  canvas.Darken(0, h - 4, w, h, 170);
  canvas.Darken(0, 0, 3, h, 190);
  canvas.Darken(w - 3, 0, w, h, 180);
}

void DrawBelt(Canvas canvas, uint64_t seed, int64_t belt_x, int width_px, int height_px) {
  Random random(seed, Stream::kBelt, 0);
  const auto grey = static_cast<uint8_t>(random.Between(45, 90));
  canvas.Fill(0, 0, width_px, height_px, grey);
  canvas.Texture(0, 0, width_px, height_px, random.Next(), 3, 12, belt_x);
  canvas.Texture(0, 0, width_px, height_px, random.Next(), 60, 9, belt_x);
  // Guide rails above and below the packs.
  for (const int y : {18, height_px - 40}) {
    canvas.Fill(0, y, width_px, y + 22, 150);
    canvas.Fill(0, y + 4, width_px, y + 8, 200);
    canvas.Fill(0, y + 20, width_px, y + 22, 60);
  }
}

}  // namespace veriline::linesim
