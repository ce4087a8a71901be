// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/symbol.h"

namespace veriline::testing {

/// The modules of a symbol without quiet zone, as libzint encodes it. Linear symbols have one row
/// of bars that is drawn `row_height` modules high.
struct Modules {
  int cols = 0;
  int rows = 0;
  int row_height = 1;
  std::vector<uint8_t> dark;  ///< rows × cols

  bool At(int row, int col) const { return dark[static_cast<size_t>(row * cols + col)] != 0; }
  float width() const { return static_cast<float>(cols); }
  float height() const { return static_cast<float>(rows * row_height); }
};

/// Encodes `text`. With `gs1` it is an element string with 0x1D as separator, written by libzint
/// from its bracketed form "[01]...[21]...". Throws std::runtime_error when libzint refuses.
Modules EncodeSymbol(Symbology symbology, const std::string& text, bool gs1 = false);

/// The smallest rectangular Data Matrix of ISO/IEC 16022 that holds the text; as EncodeSymbol.
Modules EncodeRectangle(const std::string& text, bool gs1 = false);

/// A Data Matrix whose text begins with ECI 26 (UTF-8), for which third-party decoders are asked.
Modules EncodeWithEci(const std::string& text);

/// Where and how a symbol is drawn.
struct Placement {
  Point center;
  float module_px = 4;
  float angle_rad = 0;  ///< of the top edge, clockwise in the picture
  bool mirrored = false;
  bool inverted = false;
  uint8_t dark = 40;
  uint8_t light = 210;
  float quiet_modules = 4;
};

/// A picture to draw on.
class Canvas {
 public:
  Canvas(int width, int height, uint8_t grey);
  FrameView view() const;
  uint8_t* Row(int y) { return pixels_.data() + static_cast<size_t>(y) * width_; }
  int width() const { return width_; }
  int height() const { return height_; }

  /// Draws with its quiet zone, edges averaged over the pixel. Returns the outline TL TR BR BL of
  /// the symbol (counter-clockwise when mirrored).
  Quad Draw(const Modules& modules, const Placement& placement);
  /// Rules, blocks and rows of strokes like print, none of it within `keep_out`.
  void AddClutter(std::mt19937& random, int pieces, const std::vector<Rect>& keep_out);
  /// Gaussian noise.
  void AddNoise(std::mt19937& random, float sigma);

 private:
  int width_;
  int height_;
  std::vector<uint8_t> pixels_;
};

}  // namespace veriline::testing
