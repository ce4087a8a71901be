// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/clutter.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "tools/linesim/frame_set.h"
#include "tools/linesim/optics.h"
#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr int kBlock = kClutterBlockPx;
constexpr int kTileWidth = 128;
constexpr int kTileHeight = 64;
constexpr int kTileBlocks = kTileWidth / kBlock * (kTileHeight / kBlock);
constexpr int kTiles = 64;
/// Tiles of the picture with more blocks in use than that are left as they are.
constexpr int kBareBlocks = kTileBlocks / 4;
constexpr uint8_t kPaper = 255;

enum Block : uint8_t { kBare, kCluttered, kCode };

void DrawTile(Plane& tile, const Font& font, Random& random) {
  Canvas canvas(tile);
  const int w = tile.width;
  const int h = tile.height;
  const auto ink = static_cast<uint8_t>(random.Between(20, 70));
  const int cell = random.Between(4, 8);
  switch (random.Below(6)) {
    case 0:  // halftone
      for (int y = 0; y * cell < h; ++y) {
        for (int x = 0; x * cell < w; ++x) {
          canvas.Disc((x + 0.5 * (y % 2)) * cell, y * cell, cell * (0.2 + 0.3 * x * cell / w), ink);
        }
      }
      break;
    case 1:
      canvas.Hatch(0, 0, w, h, std::max(2, cell / 2), cell, random.Uniform(-1.2, 1.2), ink);
      break;
    case 2:  // a texture without edges
      canvas.Fill(0, 0, w, h, 150);
      canvas.Texture(0, 0, w, h, random.Next(), random.Between(3, 6), 100);
      break;
    default: {
      const auto size = random.Chance(0.6) ? Font::Size::kSmall : Font::Size::kText;
      for (int y = 2; y + font.line_height_px(size) <= h + 4; y += font.line_height_px(size)) {
        std::string line;
        while (font.WidthOf(size, line) < w) line += static_cast<char>(random.Between('!', 'z'));
        canvas.Text(2, y, font, size, line, ink);
      }
    }
  }
}

bool IsCluttered(const uint8_t* pixels, ptrdiff_t stride) {
  uint8_t low[kBlock], high[kBlock];
  std::copy(pixels, pixels + kBlock, low);
  std::copy(pixels, pixels + kBlock, high);
  for (int y = 1; y < kBlock; ++y) {
    const uint8_t* row = pixels + y * stride;
    for (int x = 0; x < kBlock; ++x) {
      low[x] = std::min(low[x], row[x]);
      high[x] = std::max(high[x], row[x]);
    }
  }
  return *std::max_element(high, high + kBlock) - *std::min_element(low, low + kBlock) >=
         kClutterGrey;
}

/// Fills `blocks`, row by row; returns how many are cluttered.
int64_t Survey(const FrameView& picture, std::span<const Quad> codes,
               std::vector<uint8_t>* blocks) {
  const int columns = picture.width / kBlock;
  const int rows = picture.height / kBlock;
  blocks->assign(static_cast<size_t>(columns) * static_cast<size_t>(rows), kBare);
  for (const Quad& code : codes) {
    const Rect box = Intersect(BoundsOf(code), picture.Bounds());
    for (int y = box.y / kBlock; y < std::min(rows, (box.y + box.height) / kBlock + 1); ++y) {
      for (int x = box.x / kBlock; x < std::min(columns, (box.x + box.width) / kBlock + 1); ++x) {
        const Point centre{static_cast<float>(x * kBlock) + kBlock / 2.0f,
                           static_cast<float>(y * kBlock) + kBlock / 2.0f};
        if (code.Contains(centre)) (*blocks)[static_cast<size_t>(y * columns + x)] = kCode;
      }
    }
  }
  int64_t cluttered = 0;
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      uint8_t& block = (*blocks)[static_cast<size_t>(y * columns + x)];
      if (block != kBare || !IsCluttered(picture.Row(y * kBlock) + x * kBlock, picture.stride)) {
        continue;
      }
      block = kCluttered;
      ++cluttered;
    }
  }
  return cluttered;
}

}  // namespace

double ClutterRatio(const FrameView& picture, std::span<const Quad> codes) {
  std::vector<uint8_t> blocks;
  const int64_t cluttered = Survey(picture, codes, &blocks);
  return blocks.empty() ? 0 : static_cast<double>(cluttered) / static_cast<double>(blocks.size());
}

ClutterPrinter::ClutterPrinter(uint64_t seed) : seed_(seed) {
  const Font font;
  const Optics lens(seed, kTileWidth, kTileHeight, 0);
  std::vector<uint8_t> scratch;
  Random random(seed, Stream::kClutter, 0);
  for (int i = 0; i < kTiles; ++i) {
    Plane& tile = tiles_.emplace_back(kTileWidth, kTileHeight, kPaper);
    DrawTile(tile, font, random);
    lens.Blur(tile.pixels.data(), tile.width, {0, 0, tile.width, tile.height},
              {.blur_sigma_px = 0.5}, &scratch);
  }
}

double ClutterPrinter::Print(uint64_t index, uint8_t* pixels, int width, int height,
                             ptrdiff_t stride, std::span<const Quad> codes,
                             std::span<const Rect> keep_out) {
  const FrameView picture{pixels, width, height, stride};
  int64_t cluttered = Survey(picture, codes, &busy_);
  if (busy_.empty()) return 0;
  const auto blocks = static_cast<double>(busy_.size());
  const auto wanted = static_cast<int64_t>(kWantedRatio * blocks) + 1;
  const int columns = width / kBlock;
  const int across = width / kTileWidth;
  // Places in an order of their own for each picture (Fisher and Yates).
  std::vector<int> places(static_cast<size_t>(across * (height / kTileHeight)));
  std::iota(places.begin(), places.end(), 0);
  Random random(seed_, Stream::kClutter, index + 1);
  for (size_t left = places.size(); left > 0 && cluttered < wanted; --left) {
    std::swap(places[random.Below(static_cast<uint32_t>(left))], places[left - 1]);
    const int place = places[left - 1];
    const Rect box{place % across * kTileWidth, place / across * kTileHeight, kTileWidth,
                   kTileHeight};
    const Plane& tile = tiles_[random.Below(kTiles)];
    if (std::ranges::any_of(keep_out, [&](const Rect& r) { return !Intersect(r, box).Empty(); })) {
      continue;
    }
    const auto each_block = [&](const auto& visit) {
      for (int y = box.y / kBlock; y < (box.y + kTileHeight) / kBlock; ++y) {
        for (int x = box.x / kBlock; x < (box.x + kTileWidth) / kBlock; ++x) {
          visit(busy_[static_cast<size_t>(y * columns + x)],
                pixels + y * kBlock * stride + x * kBlock);
        }
      }
    };
    int used = 0;
    each_block([&](uint8_t block, const uint8_t*) { used += block != kBare; });
    if (used > kBareBlocks) continue;
    for (int y = 0; y < kTileHeight; ++y) {
      uint8_t* row = pixels + (box.y + y) * stride + box.x;
      const uint8_t* gain = tile.Row(y);
      for (int x = 0; x < kTileWidth; ++x) {
        row[x] = static_cast<uint8_t>((row[x] * (gain[x] + 1)) >> 8);
      }
    }
    each_block([&](uint8_t& block, const uint8_t* at) {
      if (block == kCode) return;
      cluttered -= block == kCluttered;
      block = IsCluttered(at, stride) ? kCluttered : kBare;
      cluttered += block == kCluttered;
    });
  }
  return static_cast<double>(cluttered) / blocks;
}

}  // namespace veriline::linesim
