// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/overlay_pen.h"

#include <cairo.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numbers>

#include "vision/core/utf8.h"

namespace veriline::tools {
namespace {

/// Cairo takes nothing but UTF-8, and shows control characters as boxes.
std::string Safe(std::string_view text) {
  const bool utf8 = IsUtf8(text);
  std::string out(text);
  for (char& c : out) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7f || (!utf8 && byte >= 0x80)) c = '?';
  }
  return out;
}

/// The bytes of the character before `end`.
size_t LastCharacter(std::string_view text, size_t end) {
  size_t n = 1;
  while (n < end && (static_cast<uint8_t>(text[end - n]) & 0xC0) == 0x80) ++n;
  return n;
}

cairo_status_t Append(void* to, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

struct Sheet::Impl {
  Impl(int width, int height)
      : surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)),
        cairo(cairo_create(surface)) {}
  ~Impl() {
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
  }
  uint32_t* Pixel(int x, int y) const {
    return reinterpret_cast<uint32_t*>(cairo_image_surface_get_data(surface) +
                                       static_cast<ptrdiff_t>(y) *
                                           cairo_image_surface_get_stride(surface)) +
           x;
  }
  void Use(const Colour& c) { cairo_set_source_rgba(cairo, c.red, c.green, c.blue, c.alpha); }
  void Use(const Font& font) {
    cairo_select_font_face(cairo, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           font.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, font.size);
  }
  void Stroke(const Colour& colour, double line) {
    Use(colour);
    cairo_set_line_width(cairo, line);
    cairo_stroke(cairo);
  }
  cairo_surface_t* surface;
  cairo_t* cairo;
};

Sheet::Sheet(int width, int height)
    : width_(width), height_(height), impl_(std::make_unique<Impl>(width, height)) {
  cairo_set_source_rgb(impl_->cairo, 1, 1, 1);
  cairo_paint(impl_->cairo);
}
Sheet::~Sheet() = default;

uint32_t Sheet::At(int x, int y) const {
  cairo_surface_flush(impl_->surface);
  return *impl_->Pixel(x, y) & 0xFFFFFF;
}

void Sheet::Paint(int x, int y, const FrameView& grey) {
  cairo_surface_flush(impl_->surface);
  const Rect part = Intersect({x, y, grey.width, grey.height}, {0, 0, width_, height_});
  for (int row = part.y; row < part.y + part.height; ++row) {
    for (int col = part.x; col < part.x + part.width; ++col) {
      *impl_->Pixel(col, row) = 0xFF000000U | grey.Row(row - y)[col - x] * 0x010101U;
    }
  }
  cairo_surface_mark_dirty(impl_->surface);
}

void Sheet::Fill(const Box& b, const Colour& colour) {
  impl_->Use(colour);
  cairo_rectangle(impl_->cairo, b.x, b.y, b.width, b.height);
  cairo_fill(impl_->cairo);
}

void Sheet::Outline(const Box& b, const Colour& colour, double line, bool dashed) {
  const double dashes[] = {3 * line, 2 * line};
  if (dashed) cairo_set_dash(impl_->cairo, dashes, 2, 0);
  cairo_rectangle(impl_->cairo, b.x, b.y, b.width, b.height);
  impl_->Stroke(colour, line);
  cairo_set_dash(impl_->cairo, nullptr, 0, 0);
}

void Sheet::Line(Point from, Point to, const Colour& colour, double line) {
  cairo_move_to(impl_->cairo, from.x, from.y);
  cairo_line_to(impl_->cairo, to.x, to.y);
  impl_->Stroke(colour, line);
}

void Sheet::Disc(Point centre, double radius, const Colour& colour) {
  impl_->Use(colour);
  cairo_arc(impl_->cairo, centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
  cairo_fill(impl_->cairo);
}

void Sheet::Ring(Point centre, double radius, const Colour& colour, double line) {
  cairo_new_sub_path(impl_->cairo);
  cairo_arc(impl_->cairo, centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
  impl_->Stroke(colour, line);
}

void Sheet::Polygon(const std::vector<Point>& corners, const Colour& colour, double line) {
  cairo_new_path(impl_->cairo);  // text leaves its end
  for (const Point& p : corners) cairo_line_to(impl_->cairo, p.x, p.y);
  cairo_close_path(impl_->cairo);
  impl_->Stroke(colour, line);
}

double Sheet::Text(double x, double y, std::string_view text, const Font& font,
                   const Colour& colour) {
  impl_->Use(font);
  impl_->Use(colour);
  cairo_move_to(impl_->cairo, x, y);
  cairo_show_text(impl_->cairo, Safe(text).c_str());
  return x + WidthOf(text, font);
}

void Sheet::TextLeftOf(double x, double y, std::string_view text, const Font& font,
                       const Colour& colour) {
  Text(x - WidthOf(text, font), y, text, font, colour);
}

double Sheet::WidthOf(std::string_view text, const Font& font) {
  impl_->Use(font);
  cairo_text_extents_t extents;
  cairo_text_extents(impl_->cairo, Safe(text).c_str(), &extents);
  return extents.x_advance;
}

std::vector<std::string> Sheet::Wrapped(std::string_view text, const Font& font, double width,
                                        size_t most) {
  const std::string safe = Safe(text);
  std::string_view rest = safe;
  std::vector<std::string> lines;
  while (!rest.empty() && lines.size() < most) {
    // The longest beginning that fits, back to its last blank.
    size_t end = rest.size();
    if (WidthOf(rest, font) > width) {
      const size_t longest = std::min(rest.size(), static_cast<size_t>(width));  // 1 px a character
      end = longest;
      while (end > 1 && WidthOf(rest.substr(0, end), font) > width) {
        end -= LastCharacter(rest, end);
      }
      if (end == 0) end = std::min<size_t>(rest.size(), 1);
      const size_t blank = rest.substr(0, end + 1).rfind(' ');
      if (blank != rest.npos && blank > 0) end = blank;
    }
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end);
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  }
  if (!rest.empty() && !lines.empty()) {
    std::string& last = lines.back();
    while (!last.empty() && WidthOf(last + "…", font) > width) {
      last.erase(last.size() - LastCharacter(last, last.size()));
    }
    last += "…";
  }
  return lines;
}

Checked<void> Sheet::Save(const std::string& file) const {
  std::string png;
  const cairo_status_t status = cairo_surface_write_to_png_stream(impl_->surface, &Append, &png);
  if (status != CAIRO_STATUS_SUCCESS) {
    return Fail(Diagnostic{.code = ErrorCode::kInternal,
                           .message = "the picture could not be encoded: " +
                                      std::string(cairo_status_to_string(status)),
                           .file = file});
  }
  // Beside it and renamed, so that a picture of before stands until this one is whole.
  const std::string part = file + ".part";
  errno = 0;
  std::ofstream out(part, std::ios::binary);
  out << png;
  out.close();
  std::error_code error;
  if (out) {
    std::filesystem::rename(part, file, error);
    if (!error) return {};
  }
  const std::string why = error        ? error.message()
                          : errno != 0 ? std::strerror(errno)
                                       : "input/output error";
  std::filesystem::remove(part, error);
  return Fail(Diagnostic{.code = ErrorCode::kIo,
                         .message = "the overlay could not be written: " + why,
                         .file = file,
                         .advice = "check the folder, its permissions and the free space"});
}

}  // namespace veriline::tools
