// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/code_prints.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "tools/linesim/canvas.h"
#include "tools/linesim/web_label.h"

namespace veriline::linesim {
namespace {

/// As far as ink is blurred beyond a code.
constexpr float kBlurPx = 1.5f;
constexpr int kBarsStep = 4;
/// Bars are drawn longer by that at both ends, so that any line of them can stand for its
/// neighbours.
constexpr float kLongerPx = 8;

bool IsBars(const ShownSymbol& shown) { return shown.symbology == Symbology::kCode128; }

/// The pixels [first, second) whose centres lie in the quad, of a line.
std::pair<int, int> Inside(const Quad& quad, int y) {
  const float at = static_cast<float>(y) + 0.5f;
  float low = 1e9f, high = -1e9f;
  for (size_t i = 0; i < 4; ++i) {
    const Point a = quad.corners[i];
    const Point b = quad.corners[(i + 1) % 4];
    if ((a.y <= at) == (b.y <= at)) continue;
    const float x = a.x + (b.x - a.x) * (at - a.y) / (b.y - a.y);
    low = std::min(low, x);
    high = std::max(high, x);
  }
  if (low > high) return {0, 0};
  return {static_cast<int>(std::ceil(low - 0.5f)), static_cast<int>(std::floor(high - 0.5f)) + 1};
}

}  // namespace

CodePrints::CodePrints(const World& world, const SceneFrames& frames, int blocks, uint64_t codes)
    : world_(world),
      labels_(static_cast<uint64_t>(blocks * 2 * world.scene().lanes)),
      rounds_((codes + labels_ - 1) / labels_) {
  for (int block = 0; block < blocks; ++block) {
    shown_.push_back(frames.ShownIn(static_cast<uint64_t>(block)));
    std::vector<Place>& places = places_.emplace_back();
    for (size_t i = 0; i < shown_.back().size(); ++i) {
      const ShownSymbol& shown = shown_.back()[i];
      if (!shown.whole) continue;  // at a border: as the block was drawn
      Place place = LayOut(shown);
      place.shown = i;
      place.at = round_bytes_;
      const Run& last = place.lines.back();
      round_bytes_ += last.at + static_cast<size_t>(last.width);
      places.push_back(std::move(place));
    }
  }
}

CodePrints::Place CodePrints::LayOut(const ShownSymbol& shown) const {
  const WebLabel label = LayOutWebLabel(world_, shown.item);
  const Quad in_cell = QuadOf(label.symbols[IsBars(shown) ? 1 : 0], kWebLabelWidthPx,
                              kWebLabelHeightPx, label.stock.pose);
  Place place;
  const Point moved = shown.quad.corners[0] - in_cell.corners[0];
  place.cell = {std::round(moved.x), std::round(moved.y)};
  const Quad quad = Grown(shown.quad, kBlurPx);
  const Rect box = BoundsOf(quad);
  const int step = IsBars(shown) ? kBarsStep : 1;
  uint32_t at = 0;
  for (int top = box.y; top < box.y + box.height; top += step) {
    // A line is as wide as all that it stands for.
    Run line{.y = top + step / 2, .at = at};
    int end = 0;
    const size_t first_run = place.runs.size();
    for (int y = top; y < top + step; ++y) {
      const auto [from, to] = Inside(quad, y);
      if (from >= to) continue;
      line.x = end == 0 ? from : std::min(line.x, from);
      end = std::max(end, to);
      place.runs.push_back({from, y, to - from, 0});
    }
    if (end == 0) continue;
    line.width = end - line.x;
    for (size_t i = first_run; i < place.runs.size(); ++i) {
      place.runs[i].at = at + static_cast<uint32_t>(place.runs[i].x - line.x);
    }
    at += static_cast<uint32_t>(line.width);
    place.lines.push_back(line);
  }
  return place;
}

void CodePrints::DrawBlock(int block, WebRenderer* renderer) {
  Plane cell(kWebLanePx, kWebCellLines);
  for (const Place& place : places_[static_cast<size_t>(block)]) {
    const ShownSymbol& shown = shown_[static_cast<size_t>(block)][place.shown];
    const size_t symbol = IsBars(shown) ? 1 : 0;
    const auto x = static_cast<int>(place.cell.x);
    const auto y = static_cast<int>(place.cell.y);
    for (uint64_t round = 0; round < rounds_; ++round) {
      WebLabel label = LayOutWebLabel(world_, shown.item, world_.CodeOn(ItemOf(shown, round)));
      if (IsBars(shown)) {
        label.symbols[1].at.y -= kLongerPx;
        label.symbols[1].bar_px += 2 * kLongerPx;
        label.number.clear();  // it would stand in their way
      }
      renderer->DrawCode(shown.item, label, symbol, &cell);
      uint8_t* picture = pixels_.get() + round * round_bytes_ + place.at;
      for (const Run& line : place.lines) {
        std::memcpy(picture + line.at, cell.Row(line.y - y) + line.x - x,
                    static_cast<size_t>(line.width));
      }
    }
  }
}

void CodePrints::CopyInto(int block, uint64_t round, uint8_t* pixels, ptrdiff_t stride) const {
  for (const Place& place : places_[static_cast<size_t>(block)]) {
    const uint8_t* picture = pixels_.get() + round * round_bytes_ + place.at;
    for (const Run& run : place.runs) {
      std::memcpy(pixels + run.y * stride + run.x, picture + run.at,
                  static_cast<size_t>(run.width));
    }
  }
}

std::vector<ShownSymbol> CodePrints::ShownIn(int block, uint64_t round) const {
  std::vector<ShownSymbol> shown = shown_[static_cast<size_t>(block)];
  for (const Place& place : places_[static_cast<size_t>(block)]) {
    ShownSymbol& symbol = shown[place.shown];
    symbol.item = ItemOf(symbol, round);
    symbol.text = world_.CodeOn(symbol.item);
  }
  return shown;
}

}  // namespace veriline::linesim
