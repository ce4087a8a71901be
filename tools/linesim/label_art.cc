// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/label_art.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace veriline::linesim {
namespace {

constexpr double kQuietModules = 2.5;  // free of print on all sides; 2 are promised
constexpr int kTextMarginPx = 8;
constexpr Font::Size kLineSize = Font::Size::kText;

/// The label in its own axes: origin in the symbol's centre, unit px of the picture.
struct Outline {
  double x0, y0, x1, y1;       // paper
  double quiet;                // half side of symbol with quiet zone
  double half;                 // half side of the symbol
  int text_x = 0, text_y = 0;  // upper left of the text block, on the paper plane
};

Outline MakeOutline(const Label& label, const Font& font) {
  Outline o{};
  o.half = label.matrix.modules * static_cast<double>(label.module_px) / 2;
  o.quiet = o.half + kQuietModules * label.module_px;
  const double border = label.framed ? 6 : 2;
  o.x0 = o.y0 = -o.quiet - border;
  o.x1 = o.y1 = o.quiet + border;
  int text_width = 0;
  for (const std::string& line : label.lines) {
    text_width = std::max(text_width, font.WidthOf(kLineSize, line));
  }
  const int text_height = font.line_height_px(kLineSize) * static_cast<int>(label.lines.size());
  if (label.text_side == 1) {
    o.text_x = static_cast<int>(std::ceil(2 * o.quiet + border)) + kTextMarginPx;
    o.x1 = o.x0 + o.text_x + text_width + kTextMarginPx;
    o.y1 = std::max(o.y1, o.y0 + text_height + 2 * kTextMarginPx);
    o.text_y = kTextMarginPx;
  } else if (label.text_side == 2) {
    o.text_y = static_cast<int>(std::ceil(2 * o.quiet + border)) + kTextMarginPx;
    o.y1 = o.y0 + o.text_y + text_height + kTextMarginPx;
    o.x1 = std::max(o.x1, o.x0 + text_width + 2 * kTextMarginPx);
    o.text_x = kTextMarginPx;
  }
  return o;
}

/// Grey of the paper with everything but the symbol, one pixel per px in the label's axes.
Plane DrawPaper(const Label& label, const Font& font, const Outline& o) {
  const auto width = static_cast<int>(std::ceil(o.x1 - o.x0));
  const auto height = static_cast<int>(std::ceil(o.y1 - o.y0));
  Plane paper(width + 2, height + 2, label.light_grey);
  Canvas canvas(paper);
  if (label.framed) canvas.Outline(1, 1, width - 1, height - 1, 2, label.dark_grey);
  if (label.text_side != 0) {
    int y = o.text_y;
    for (const std::string& line : label.lines) {
      canvas.Text(o.text_x, y, font, kLineSize, line, label.dark_grey);
      y += font.line_height_px(kLineSize);
    }
  }
  return paper;
}

/// Narrows [*x0, *x1) to where low ≤ a + b x < high.
void Narrow(double a, double b, double low, double high, int* x0, int* x1) {
  if (std::abs(b) < 1e-9) {
    if (a < low || a >= high) *x1 = *x0;
    return;
  }
  double t0 = (low - a) / b;
  double t1 = (high - a) / b;
  if (t0 > t1) std::swap(t0, t1);
  *x0 = std::max(*x0, static_cast<int>(std::ceil(std::clamp(t0, -1e6, 1e6))));
  *x1 = std::min(*x1, static_cast<int>(std::ceil(std::clamp(t1, -1e6, 1e6))));
}

/// The symbol with a border of paper, as grey, sampled with a pixel's footprint.
class SymbolSampler {
 public:
  SymbolSampler(const Label& label, double half)
      : side_(CellsPerModule(label.print) * label.matrix.modules + 2),
        grey_(static_cast<size_t>(side_) * side_, label.light_grey),
        cells_per_px_(static_cast<float>(CellsPerModule(label.print)) / label.module_px),
        offset_(static_cast<float>(half)) {
    const int dark = label.print == Print::kFaint ? label.light_grey - 1 : label.dark_grey;
    const std::vector<uint8_t> cells = PrintedCells(label);
    const int n = side_ - 2;
    for (int row = 0; row < n; ++row) {
      for (int column = 0; column < n; ++column) {
        grey_[static_cast<size_t>(row + 1) * side_ + column + 1] = static_cast<float>(
            label.light_grey + (dark - label.light_grey) * cells[row * n + column] / 255.0);
      }
    }
  }

  /// Mean grey over the pixel centred at (u, v) of the label's axes, a square along these axes. A
  /// pixel is smaller than a cell, so it covers at most two by two.
  float At(float u, float v) const {
    float tu, tv;
    const int column = Split(u, &tu);
    const int row = Split(v, &tv);
    const float* p = grey_.data() + static_cast<ptrdiff_t>(row) * side_ + column;
    const float upper = p[0] + (p[1] - p[0]) * tu;
    const float lower = p[side_] + (p[side_ + 1] - p[side_]) * tu;
    return upper + (lower - upper) * tv;
  }

 private:
  /// Index of the cell in which the pixel begins and the share of it that lies in the next one.
  int Split(float at, float* share) const {
    const float w = cells_per_px_;
    const float begin = (at + offset_) * w + 1 - w / 2;
    const int cell = std::clamp(static_cast<int>(begin), 0, side_ - 2);
    *share = std::clamp((begin + w - static_cast<float>(cell + 1)) / w, 0.f, 1.f);
    return cell;
  }

  int side_;
  std::vector<float> grey_;
  float cells_per_px_;
  float offset_;
};

}  // namespace

Rect DrawLabel(const Label& label, const Font& font, int shift_x, const Rect& clip, uint8_t* pixels,
               ptrdiff_t stride) {
  const Outline o = MakeOutline(label, font);
  const Plane paper = DrawPaper(label, font, o);
  const SymbolSampler symbol(label, o.half);
  const double c = std::cos(label.angle_rad);
  const double s = std::sin(label.angle_rad);
  const Point center = label.quad.Center();
  const double cx = center.x + shift_x;
  const double cy = center.y;

  double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
  for (const double u : {o.x0, o.x1}) {
    for (const double v : {o.y0, o.y1}) {
      left = std::min(left, cx + c * u - s * v);
      right = std::max(right, cx + c * u - s * v);
      top = std::min(top, cy + s * u + c * v);
      bottom = std::max(bottom, cy + s * u + c * v);
    }
  }
  const Rect box =
      Intersect({static_cast<int>(std::floor(left)), static_cast<int>(std::floor(top)),
                 static_cast<int>(right - left) + 2, static_cast<int>(bottom - top) + 2},
                clip);
  const double reach = o.half + 1;
  for (int y = box.y; y < box.y + box.height; ++y) {
    // u and v along the row: u0 + c x, v0 - s x.
    const double u0 = c * (0.5 - cx) + s * (y + 0.5 - cy);
    const double v0 = -s * (0.5 - cx) + c * (y + 0.5 - cy);
    int x0 = box.x, x1 = box.x + box.width;
    Narrow(u0, c, o.x0, o.x1, &x0, &x1);
    Narrow(v0, -s, o.y0, o.y1, &x0, &x1);
    if (x0 >= x1) continue;
    int s0 = x0, s1 = x1;
    Narrow(u0, c, -reach, reach, &s0, &s1);
    Narrow(v0, -s, -reach, reach, &s0, &s1);
    if (s0 >= s1 || label.matrix.modules == 0) s0 = s1 = x1;

    uint8_t* row = pixels + y * stride;
    const auto draw_paper = [&](int from, int to) {
      // Bilinear, in 16.16. The plane has a column and a row to spare on the far sides.
      const auto du = static_cast<int>(std::lround(c * 65536));
      const auto dv = static_cast<int>(std::lround(-s * 65536));
      auto u = static_cast<int>((u0 + c * from - o.x0) * 65536);
      auto v = static_cast<int>((v0 - s * from - o.y0) * 65536);
      for (int x = from; x < to; ++x, u += du, v += dv) {
        const uint8_t* p = paper.Row(std::max(v, 0) >> 16) + (std::max(u, 0) >> 16);
        const uint8_t* q = p + paper.width;
        const int fx = (u >> 8) & 255;
        const int fy = (v >> 8) & 255;
        const int upper = p[0] * 256 + (p[1] - p[0]) * fx;
        const int lower = q[0] * 256 + (q[1] - q[0]) * fx;
        row[x] = static_cast<uint8_t>((upper * 256 + (lower - upper) * fy + 32768) >> 16);
      }
    };
    draw_paper(x0, s0);
    for (int x = s0; x < s1; ++x) {
      row[x] = static_cast<uint8_t>(
          symbol.At(static_cast<float>(u0 + c * x), static_cast<float>(v0 - s * x)) + 0.5f);
    }
    draw_paper(std::max(s1, s0), x1);
  }
  return box;
}

}  // namespace veriline::linesim
