// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/line_printer.h"
#include "vision/text/font.h"

namespace veriline::text {

/// A built-in font and what prints it without its templates.
struct PrintedFont {
  std::string_view name;
  const char* file = nullptr;  ///< of Debian's packages (tools/setup.sh)
  int dot_rows = 0;

  const Font& font() const { return *BuiltinFont(name); }
  LinePrinter Printer() const {
    return dot_rows > 0 ? LinePrinter::OfDots(dot_rows) : LinePrinter::OfFile(file);
  }
};

inline constexpr std::array<PrintedFont, 6> kPrintedFonts = {{
    {"ocr-a", "/usr/share/fonts/truetype/ocr-a/OCRA.ttf"},
    {"ocr-b", "/usr/share/fonts/opentype/ocr-b/OCRB.otf"},
    {"din", "/usr/share/fonts/truetype/opendin/OSP-DIN.ttf"},
    {"dejavu-sans-mono", "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"},
    {"dot-matrix-5x7", nullptr, 7},
    {"dot-matrix-5x5", nullptr, 5},
}};

inline float Between(std::mt19937_64& random, double from, double to) {
  return static_cast<float>(std::uniform_real_distribution<double>(from, to)(random));
}

/// A print as a line makes it: any size, direction and contrast, some growth, blur, noise and slope
/// of light, the place a little off. `is_damaged`: with 5 % of each glyph lost or added, up to two
/// degrees askew, strong noise and blur. Dots of damaged print have at least three pixels each way.
inline PrintStyle RandomStyle(std::mt19937_64& random, bool is_damaged, bool has_dots) {
  PrintStyle style;
  style.cap_px = Between(random, is_damaged ? (has_dots ? 20 : 14) : 16, 40);
  style.angle_rad = Between(random, 0, 1) < 0.5f ? static_cast<float>(random() % 4) * 1.5707963f
                                                 : Between(random, 0, 6.283);
  style.shift_along_ratio = Between(random, -0.4, 0.4);
  style.shift_across_ratio = Between(random, -0.4, 0.4);
  style.scale = is_damaged ? Between(random, 0.955, 1.045) : Between(random, 0.96, 1.04);
  style.turn_rad = is_damaged ? Between(random, -0.035, 0.035) : Between(random, -0.01, 0.01);
  style.growth_ratio = has_dots ? Between(random, -0.01, 0.015) : Between(random, -0.02, 0.03);
  style.blur_px =
      is_damaged ? Between(random, 0.6, 0.06 * style.cap_px) : Between(random, 0.4, 0.9);
  style.noise_grey = is_damaged ? Between(random, 4, 12) : Between(random, 1, 4);
  style.jitter_ratio = Between(random, 0, is_damaged ? 0.04 : 0.02);
  style.slope_grey = Between(random, -30, 30);
  style.damage_ratio = is_damaged ? 0.05f : 0;
  style.dot_noise_ratio = has_dots ? Between(random, 0, is_damaged ? 0.012 : 0.006) : 0;
  const float contrast = Between(random, is_damaged ? 60 : 80, 190);
  style.ink_grey = Between(random, 20, 235 - contrast);
  style.paper_grey = style.ink_grey + contrast;
  if (Between(random, 0, 1) < 0.3f) std::swap(style.ink_grey, style.paper_grey);
  return style;
}

inline std::string RandomText(std::mt19937_64& random, std::string_view alphabet, size_t length) {
  std::string text;
  while (text.size() < length) text += alphabet[random() % alphabet.size()];
  return text;
}

inline constexpr std::string_view kDigits = "0123456789";
inline constexpr std::string_view kDigitsAndCapitals = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

}  // namespace veriline::text
