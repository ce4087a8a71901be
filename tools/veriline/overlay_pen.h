// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/result.h"

namespace veriline::tools {

struct Colour {
  double red = 0, green = 0, blue = 0;  ///< 0 to 1
  double alpha = 1;
  Colour Clear(double a) const { return {red, green, blue, a}; }
};
/// From 0xRRGGBB.
constexpr Colour Rgb(uint32_t rgb) {
  return {(rgb >> 16) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0, 1};
}

/// A rectangle of the sheet, px.
struct Box {
  double x = 0, y = 0, width = 0, height = 0;
};

/// A sheet in colour and what can be drawn on it. x right, y down. Text is UTF-8; bytes that are
/// not are shown as "?". Thread: one at a time per object.
class Sheet {
 public:
  struct Font {
    double size = 12;
    bool bold = false;
  };

  /// White. Requires: both sides within 1 to 32767.
  Sheet(int width, int height);
  ~Sheet();
  Sheet(const Sheet&) = delete;
  Sheet& operator=(const Sheet&) = delete;

  int width() const { return width_; }
  int height() const { return height_; }
  /// 0xRRGGBB. Requires: inside.
  uint32_t At(int x, int y) const;
  /// Grey pixels with their upper left corner at (x, y); what lies outside is left out.
  void Paint(int x, int y, const FrameView& grey);

  void Fill(const Box& box, const Colour& colour);
  void Outline(const Box& box, const Colour& colour, double line, bool dashed = false);
  void Line(Point from, Point to, const Colour& colour, double line);
  void Disc(Point centre, double radius, const Colour& colour);
  void Ring(Point centre, double radius, const Colour& colour, double line);
  void Polygon(const std::vector<Point>& corners, const Colour& colour, double line);

  /// `y` is that of the base line. Returns the x behind the text.
  double Text(double x, double y, std::string_view text, const Font& font, const Colour& colour);
  /// Ends at x.
  void TextLeftOf(double x, double y, std::string_view text, const Font& font,
                  const Colour& colour);
  double WidthOf(std::string_view text, const Font& font);
  /// Broken at blanks (a longer word anywhere) so that no line is wider; at most `most` lines, the
  /// last one then ends in "…".
  std::vector<std::string> Wrapped(std::string_view text, const Font& font, double width,
                                   size_t most);

  /// As PNG. Errors: a place that cannot be written; what stood there before is untouched.
  Checked<void> Save(const std::string& file) const;

 private:
  struct Impl;
  int width_;
  int height_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::tools
