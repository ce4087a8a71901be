// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/canvas.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

namespace veriline::linesim {
namespace {

struct FontStyle {
  int face;
  double scale;
  int thickness_px;
};
constexpr FontStyle kStyles[] = {{cv::FONT_HERSHEY_SIMPLEX, 0.4, 1},
                                 {cv::FONT_HERSHEY_DUPLEX, 0.6, 1},
                                 {cv::FONT_HERSHEY_TRIPLEX, 1.6, 2}};

int64_t FloorDiv(int64_t a, int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

}  // namespace

Font::Font() {
  for (size_t size = 0; size < heights_.size(); ++size) {
    const FontStyle& style = kStyles[size];
    int baseline = 0;
    const int ascent =
        cv::getTextSize("Ay", style.face, style.scale, style.thickness_px, &baseline).height;
    const int height = ascent + baseline + 2;
    heights_[size] = height + height / 6;
    for (int i = 0; i < kCount; ++i) {
      const std::string text(1, static_cast<char>(kFirst + i));
      const int width =
          cv::getTextSize(text, style.face, style.scale, style.thickness_px, nullptr).width;
      cv::Mat picture = cv::Mat::zeros(height, width, CV_8U);
      cv::putText(picture, text, {0, ascent + 1}, style.face, style.scale, cv::Scalar(255),
                  style.thickness_px, cv::LINE_AA);
      Glyph& glyph = glyphs_[size][i];
      glyph.width = width;
      glyph.height = height;
      for (int y = 0; y < height; ++y) {
        glyph.coverage.insert(glyph.coverage.end(), picture.ptr(y), picture.ptr(y) + width);
      }
    }
  }
}

const Glyph& Font::Of(Size size, char c) const {
  const int i = static_cast<unsigned char>(c) - kFirst;
  return glyphs_[static_cast<size_t>(size)][i >= 0 && i < kCount ? i : '?' - kFirst];
}

int Font::WidthOf(Size size, std::string_view text) const {
  int width = 0;
  for (const char c : text) width += Of(size, c).width;
  return width;
}

Canvas::Span Canvas::Clip(int x0, int y0, int x1, int y1) const {
  return {std::max(x0 + ox_, 0), std::max(y0 + oy_, 0), std::min(x1 + ox_, width_),
          std::min(y1 + oy_, height_)};
}

Canvas Canvas::Sub(int x0, int y0, int x1, int y1) const {
  const Span s = Clip(x0, y0, x1, y1);
  if (s.empty()) return Canvas(data_, 0, 0, stride_);
  return Canvas(Row(s.y0) + s.x0, s.x1 - s.x0, s.y1 - s.y0, stride_, x0 + ox_ - s.x0,
                y0 + oy_ - s.y0);
}

void Canvas::Fill(int x0, int y0, int x1, int y1, uint8_t grey) {
  const Span s = Clip(x0, y0, x1, y1);
  if (s.empty()) return;
  for (int y = s.y0; y < s.y1; ++y) std::fill(Row(y) + s.x0, Row(y) + s.x1, grey);
}

void Canvas::Darken(int x0, int y0, int x1, int y1, int gain) {
  const Span s = Clip(x0, y0, x1, y1);
  for (int y = s.y0; y < s.y1; ++y) {
    uint8_t* row = Row(y);
    for (int x = s.x0; x < s.x1; ++x) row[x] = static_cast<uint8_t>(row[x] * gain >> 8);
  }
}

void Canvas::Outline(int x0, int y0, int x1, int y1, int thickness_px, uint8_t grey) {
  Fill(x0, y0, x1, y0 + thickness_px, grey);
  Fill(x0, y1 - thickness_px, x1, y1, grey);
  Fill(x0, y0, x0 + thickness_px, y1, grey);
  Fill(x1 - thickness_px, y0, x1, y1, grey);
}

void Canvas::Hatch(int x0, int y0, int x1, int y1, int on_px, int period_px, double slope,
                   uint8_t grey) {
  const Span s = Clip(x0, y0, x1, y1);
  for (int y = s.y0; y < s.y1; ++y) {
    const auto shift = static_cast<int64_t>(slope * (y - oy_));
    uint8_t* row = Row(y);
    for (int x = s.x0; x < s.x1; ++x) {
      const int64_t at = x - ox_ + shift;
      if (at - FloorDiv(at, period_px) * period_px < on_px) row[x] = grey;
    }
  }
}

void Canvas::Disc(double center_x, double center_y, double radius_px, uint8_t grey) {
  const int y0 = static_cast<int>(std::floor(center_y - radius_px));
  const int y1 = static_cast<int>(std::ceil(center_y + radius_px));
  for (int y = y0; y < y1; ++y) {
    const double dy = y + 0.5 - center_y;
    const double half = std::sqrt(std::max(0.0, radius_px * radius_px - dy * dy));
    Fill(static_cast<int>(std::lround(center_x - half)), y,
         static_cast<int>(std::lround(center_x + half)), y + 1, grey);
  }
}

void Canvas::Text(int x, int y, const Font& font, Font::Size size, std::string_view text,
                  uint8_t grey) {
  for (const char c : text) {
    const Glyph& glyph = font.Of(size, c);
    const Span s = Clip(x, y, x + glyph.width, y + glyph.height);
    for (int py = s.y0; py < s.y1; ++py) {
      const uint8_t* coverage =
          glyph.coverage.data() + static_cast<ptrdiff_t>(py - oy_ - y) * glyph.width;
      uint8_t* row = Row(py);
      for (int px = s.x0; px < s.x1; ++px) {
        const int a = coverage[px - ox_ - x];
        row[px] = static_cast<uint8_t>(row[px] + (grey - row[px]) * a / 255);
      }
    }
    x += glyph.width;
  }
}

void Canvas::Texture(int x0, int y0, int x1, int y1, uint64_t seed, int cell_px, int amplitude,
                     int64_t shift_x) {
  const Span s = Clip(x0, y0, x1, y1);
  if (s.empty()) return;
  // Value noise: random values on a lattice, linear between. One lattice row is blended for each
  // picture row, then drawn out along it.
  const int64_t first = s.x0 - ox_ + shift_x;
  const int64_t cell0 = FloorDiv(first, cell_px);
  const int64_t cells = FloorDiv(s.x1 - 1 - ox_ + shift_x, cell_px) - cell0 + 2;
  const auto lattice = [&](int64_t cy, std::vector<int>& values) {
    values.resize(cells);
    for (int64_t i = 0; i < cells; ++i) {
      const uint64_t h = Mix(seed ^ (static_cast<uint64_t>(cell0 + i) * 0x9E3779B1u +
                                     (static_cast<uint64_t>(cy) << 36)));
      values[i] = static_cast<int>(h >> 48) * (2 * amplitude) - 65536 * amplitude;  // 16.16
    }
  };
  std::vector<int> above, below;
  std::vector<int16_t> line(static_cast<size_t>(cells) * cell_px);
  int64_t lattice_row = INT64_MIN;
  for (int y = s.y0; y < s.y1; ++y) {
    const int64_t cy = FloorDiv(y - oy_, cell_px);
    if (cy != lattice_row) {
      if (lattice_row != INT64_MIN && cy == lattice_row + 1) {
        above.swap(below);
      } else {
        lattice(cy, above);
      }
      lattice(cy + 1, below);
      lattice_row = cy;
    }
    const int fy = static_cast<int>(y - oy_ - cy * cell_px);
    const auto blended = [&](int64_t i) { return above[i] + (below[i] - above[i]) / cell_px * fy; };
    int left = blended(0);
    int16_t* out = line.data();
    for (int64_t i = 1; i < cells; ++i) {
      const int right = blended(i);
      const int step = (right - left) / cell_px;
      for (int k = 0; k < cell_px; ++k) *out++ = static_cast<int16_t>((left + step * k) >> 16);
      left = right;
    }
    const int16_t* add = line.data() + (first - cell0 * cell_px);
    uint8_t* row = Row(y) + s.x0;
    const int count = s.x1 - s.x0;
    for (int x = 0; x < count; ++x) {
      row[x] = static_cast<uint8_t>(std::clamp(row[x] + add[x], 0, 255));
    }
  }
}

}  // namespace veriline::linesim
