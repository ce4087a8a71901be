// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/support/drawn_symbol.h"
#include "vision/core/frame.h"

namespace veriline::testing {

/// A symbol of the PDF417 family as libzint encodes it.
struct Pdf417Spec {
  bool micro = false;
  bool compact = false;
  int cols = 0;        ///< of data; 0 = as libzint likes
  int rows = 0;        ///< PDF417 only; 0 = as many as are needed
  int level = -1;      ///< of error correction, PDF417 only; -1 = as recommended
  int row_height = 0;  ///< X; 0 = libzint's: 3, or 2 of MicroPDF417
  int eci = 0;
};

struct Pdf417Modules {
  Modules modules;  ///< rows of characters are row_height of them
  int rows = 0;     ///< of characters
  int row_height = 0;
};

/// Throws std::runtime_error when libzint refuses.
Pdf417Modules EncodePdf417(const Pdf417Spec& spec, const std::string& text);

/// A linear symbol with its component above it, as libzint encodes it; `symbology`: one of its
/// BARCODE_ numbers with _CC, `data`: of the linear part, `component`: of the other, in brackets.
Modules EncodeComposite(int symbology, int component_type, const std::string& data,
                        const std::string& component);

/// Letters, digits and bytes mixed so that all modes occur.
std::string RandomPdf417Text(std::mt19937& random, size_t size);

/// Blurs a picture by a Gaussian, adds noise.
struct Shot {
  float x_px = 4;
  float degrees = 0;
  float blur_x = 0;  ///< sigma of a Gaussian, X
  float noise = 0;   ///< sigma, grey values
  bool mirrored = false;
  bool inverted = false;
  float quiet_x = 3;
  int margin_px = 24;
  uint32_t seed = 1;
};
struct ShownSymbol {
  Canvas canvas{1, 1, 0};
  Quad outline;  ///< TL TR BR BL of the symbol
  FrameView view() const { return canvas.view(); }
};
ShownSymbol Show(const Modules& modules, const Shot& shot);

}  // namespace veriline::testing
