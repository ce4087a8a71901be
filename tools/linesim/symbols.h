// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/linesim/canvas.h"
#include "tools/linesim/label.h"
#include "vision/core/geometry.h"
#include "vision/core/symbol.h"

namespace veriline::linesim {

/// The modules of a symbol, row by row from its top; 1 is dark. A linear one has one row.
struct ModuleGrid {
  int rows = 0;
  int cols = 0;
  std::vector<uint8_t> dark;
};

/// A symbol as it is printed on a label or sheet.
struct PrintedSymbol {
  Symbology symbology = Symbology::kUnknown;
  std::string identifier;  ///< "]d2"
  std::string text;        ///< its payload: no leading FNC1, GS between fields
  ModuleGrid grid;
  Print print = Print::kGood;
  float module_px = 0;  ///< X dimension
  float bar_px = 0;     ///< height of the bars of a linear symbol
  Point at;             ///< upper left corner on its art, px
  uint64_t damage_seed = 0;

  bool linear() const { return grid.rows == 1; }
  float width_px() const { return static_cast<float>(grid.cols) * module_px; }
  float height_px() const { return linear() ? bar_px : static_cast<float>(grid.rows) * module_px; }
};

// Encoders (libzint). An element string has GS as separator and no leading FNC1; its element data
// are not checked. A text that cannot be encoded gives a grid of no rows. Cost: about 0.1 ms.

/// ECC 200, square, smallest size: "]d2" with GS1 syntax, "]d1" without.
PrintedSymbol MakeDataMatrix(std::string_view text, bool gs1);
/// QR Code of that version with FNC1 in first position (GS1): "]Q3".
PrintedSymbol MakeGs1Qr(std::string_view element_string, int version);
/// QR Code of that version without GS1 syntax: "]Q1".
PrintedSymbol MakeQr(std::string_view text, int version);
/// Code 128: "]C0".
PrintedSymbol MakeCode128(std::string_view text);
/// GS1-128: "]C1".
PrintedSymbol MakeGs1Code128(std::string_view element_string);
/// EAN-13 with its check digit: "]E0".
PrintedSymbol MakeEan13(std::string_view digits);

/// Draws a symbol on upright art: each pixel by the exact share of its dark modules. What is to be
/// damaged is, beyond any error correction; what is to be faint or not there is left out.
void DrawSymbol(const PrintedSymbol& symbol, uint8_t dark_grey, Plane* art);

/// Where and how art lies in a picture: its middle, and how far its x axis is turned clockwise.
struct Pose {
  double center_x = 0;
  double center_y = 0;
  double angle_rad = 0;
};

/// Puts art into the part of a picture inside `clip` (bilinear). Returns the rectangle it touched.
/// Cost: about 2.5 ns a pixel.
Rect Paste(const Plane& art, const Pose& pose, const Rect& clip, uint8_t* pixels, ptrdiff_t stride);

/// The outline of a symbol on art of that size in that pose, in the picture.
Quad QuadOf(const PrintedSymbol& symbol, int art_width, int art_height, const Pose& pose);

}  // namespace veriline::linesim
