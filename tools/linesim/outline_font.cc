// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/outline_font.h"

#include <algorithm>
#include <cmath>

namespace veriline::linesim {
namespace {

constexpr int kSubRows = 8;  ///< lines through a pixel row; along a line the share is exact

/// Where a contour crosses a horizontal line, and which way.
struct Crossing {
  float x;
  int turn;
};

}  // namespace

OutlineFont::OutlineFont() {
  const std::span<const int16_t> table = MonoOutlines();
  for (size_t at = 0; at < table.size();) {
    auto& contours = contours_[static_cast<uint8_t>(table[at++])];
    contours.resize(static_cast<size_t>(table[at++]));
    for (Contour& contour : contours) {
      contour.resize(static_cast<size_t>(table[at++]));
      for (Point& p : contour) {
        p = Point{static_cast<float>(table[at]), static_cast<float>(table[at + 1])} * 0.001f;
        at += 2;
      }
    }
  }
}

void OutlineFont::DrawGlyph(const std::vector<Contour>& contours, Point start, double cap_height_px,
                            double growth_px, uint8_t dark_grey, Plane* art) const {
  const auto cap = static_cast<float>(cap_height_px);
  const auto grow = static_cast<float>(growth_px / 2);
  constexpr float kBelow = 0.25f, kAbove = 1.1f, kAdvance = 0.83f;  // no glyph reaches further
  const int x0 = std::max(0, static_cast<int>(start.x - grow) - 1);
  const int x1 = std::min(art->width, static_cast<int>(start.x + kAdvance * cap + grow) + 2);
  const int y0 = std::max(0, static_cast<int>(start.y - kAbove * cap));
  const int y1 = std::min(art->height, static_cast<int>(start.y + kBelow * cap) + 2);
  if (x0 >= x1) return;
  std::vector<float> ink(static_cast<size_t>(x1 - x0));
  std::vector<Crossing> crossings;
  for (int y = y0; y < y1; ++y) {
    std::ranges::fill(ink, 0.f);
    for (int sub = 0; sub < kSubRows; ++sub) {
      const float line = static_cast<float>(y) + (static_cast<float>(sub) + 0.5f) / kSubRows;
      const float up = (start.y - line) / cap;
      crossings.clear();
      for (const Contour& contour : contours) {
        for (size_t i = 0; i < contour.size(); ++i) {
          const Point a = contour[i];
          const Point b = contour[(i + 1) % contour.size()];
          if ((a.y <= up) == (b.y <= up)) continue;
          const float x = a.x + (b.x - a.x) * (up - a.y) / (b.y - a.y);
          crossings.push_back({start.x + x * cap, a.y <= up ? 1 : -1});
        }
      }
      std::ranges::sort(crossings, {}, &Crossing::x);
      int winding = 0;
      for (size_t i = 0; i + 1 < crossings.size(); ++i) {
        winding += crossings[i].turn;
        if (winding == 0) continue;
        const float from = crossings[i].x - grow;
        const float to = crossings[i + 1].x + grow;
        const int last = std::min(x1 - 1, static_cast<int>(to));
        for (int x = std::max(x0, static_cast<int>(from)); x <= last; ++x) {
          const auto px = static_cast<float>(x);
          ink[static_cast<size_t>(x - x0)] +=
              std::max(0.f, std::min(to, px + 1) - std::max(from, px)) / kSubRows;
        }
      }
    }
    uint8_t* out = art->Row(y) + x0;
    for (size_t i = 0; i < ink.size(); ++i) {
      const float light = out[i];
      out[i] = static_cast<uint8_t>(
          light + (static_cast<float>(dark_grey) - light) * std::min(ink[i], 1.f) + 0.5f);
    }
  }
}

void OutlineFont::Draw(std::string_view text, Point start, double cap_height_px, double growth_px,
                       uint8_t dark_grey, Plane* art) const {
  for (const char c : text) {
    const auto& contours = contours_[static_cast<uint8_t>(c)];
    if (!contours.empty()) DrawGlyph(contours, start, cap_height_px, growth_px, dark_grey, art);
    start.x += static_cast<float>(kAdvanceRatio * cap_height_px);
  }
}

}  // namespace veriline::linesim
