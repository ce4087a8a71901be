// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tools/linesim/random.h"

namespace veriline::linesim {

/// Grey pixels of our own.
struct Plane {
  Plane() = default;
  Plane(int w, int h, uint8_t grey = 0)
      : width(w), height(h), pixels(static_cast<size_t>(w) * h, grey) {}
  uint8_t* Row(int y) { return pixels.data() + static_cast<size_t>(y) * width; }
  const uint8_t* Row(int y) const { return pixels.data() + static_cast<size_t>(y) * width; }

  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;
};

/// One character of a font: coverage 0-255.
struct Glyph {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> coverage;
};

/// Printable ASCII at the sizes that packs and labels use, drawn once.
/// Thread: immutable after construction.
class Font {
 public:
  enum class Size : uint8_t { kSmall, kText, kTitle };

  Font();
  /// Missing characters come out as '?'.
  const Glyph& Of(Size size, char c) const;
  int line_height_px(Size size) const { return heights_[static_cast<size_t>(size)]; }
  int WidthOf(Size size, std::string_view text) const;

 private:
  static constexpr int kFirst = 32;
  static constexpr int kCount = 95;
  std::array<std::array<Glyph, kCount>, 3> glyphs_;
  std::array<int, 3> heights_{};
};

/// A drawing surface: borrowed pixels with a moved origin. Everything is clipped to the pixels.
class Canvas {
 public:
  Canvas(uint8_t* data, int width, int height, ptrdiff_t stride, int origin_x = 0, int origin_y = 0)
      : data_(data),
        width_(width),
        height_(height),
        stride_(stride),
        ox_(origin_x),
        oy_(origin_y) {}
  explicit Canvas(Plane& plane)
      : Canvas(plane.pixels.data(), plane.width, plane.height, plane.width) {}

  /// The part of this canvas inside [x0, x1) × [y0, y1), with its origin at (x0, y0).
  Canvas Sub(int x0, int y0, int x1, int y1) const;
  bool Empty() const { return width_ <= 0 || height_ <= 0; }

  void Fill(int x0, int y0, int x1, int y1, uint8_t grey);
  /// Multiplies by gain / 256.
  void Darken(int x0, int y0, int x1, int y1, int gain);
  void Outline(int x0, int y0, int x1, int y1, int thickness_px, uint8_t grey);
  /// Stripes of `on_px` in every `period_px` along x + slope * y.
  void Hatch(int x0, int y0, int x1, int y1, int on_px, int period_px, double slope, uint8_t grey);
  void Disc(double center_x, double center_y, double radius_px, uint8_t grey);
  void Text(int x, int y, const Font& font, Font::Size size, std::string_view text, uint8_t grey);
  /// Adds smooth noise of ± `amplitude` grey whose features are `cell_px` wide. The noise is a
  /// function of (seed, x + shift_x, y): two canvases of one thing show the same.
  void Texture(int x0, int y0, int x1, int y1, uint64_t seed, int cell_px, int amplitude,
               int64_t shift_x = 0);

 private:
  struct Span {
    int x0, y0, x1, y1;  // in pixels of data_
    bool empty() const { return x0 >= x1 || y0 >= y1; }
  };
  Span Clip(int x0, int y0, int x1, int y1) const;
  uint8_t* Row(int y) const { return data_ + y * stride_; }

  uint8_t* data_;
  int width_;
  int height_;
  ptrdiff_t stride_;
  int ox_;
  int oy_;
};

}  // namespace veriline::linesim
