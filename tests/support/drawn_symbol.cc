// SPDX-License-Identifier: Apache-2.0
#include "tests/support/drawn_symbol.h"

#include <zint.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>

namespace veriline::testing {
namespace {

int ZintOf(Symbology symbology, bool gs1) {
  switch (symbology) {
    case Symbology::kDataMatrix:
      return BARCODE_DATAMATRIX;
    case Symbology::kQr:
      return BARCODE_QRCODE;
    case Symbology::kMicroQr:
      return BARCODE_MICROQR;
    case Symbology::kAztec:
      return BARCODE_AZTEC;
    case Symbology::kCode128:
      return gs1 ? BARCODE_GS1_128 : BARCODE_CODE128;
    case Symbology::kCode39:
      return BARCODE_CODE39;
    case Symbology::kEan13:
    case Symbology::kEan8:
      return BARCODE_EANX;
    case Symbology::kUpcA:
      return BARCODE_UPCA;
    case Symbology::kUpcE:
      return BARCODE_UPCE;
    case Symbology::kCode93:
      return BARCODE_CODE93;
    case Symbology::kCodabar:
      return BARCODE_CODABAR;
    case Symbology::kPdf417:
      return BARCODE_PDF417;
    case Symbology::kItf:
      return BARCODE_C25INTER;
    case Symbology::kDataBarOmni:
      return BARCODE_DBAR_OMN;
    case Symbology::kDataBarStacked:
      return BARCODE_DBAR_OMNSTK;
    case Symbology::kDataBarExpanded:
      return BARCODE_DBAR_EXP;
    case Symbology::kDataBarExpandedStacked:
      return BARCODE_DBAR_EXPSTK;
    default:
      throw std::runtime_error("no encoder for this symbology");
  }
}

constexpr int kBarModules = 40;  ///< height of a linear symbol's only row

using ZintSymbol = std::unique_ptr<zint_symbol, void (*)(zint_symbol*)>;

ZintSymbol NewSymbol(Symbology symbology, bool gs1) {
  ZintSymbol symbol(ZBarcode_Create(), &ZBarcode_Delete);
  symbol->symbology = ZintOf(symbology, gs1);
  symbol->input_mode = gs1 ? GS1_MODE : DATA_MODE;
  return symbol;
}

bool Encode(zint_symbol& symbol, const std::string& text) {
  return ZBarcode_Encode(&symbol, reinterpret_cast<const unsigned char*>(text.data()),
                         static_cast<int>(text.size())) < ZINT_ERROR;
}

/// Rows higher than a module are repeated; a single row of bars is told as such.
Modules ModulesOf(const zint_symbol& symbol, bool bars) {
  Modules modules;
  modules.cols = symbol.width;
  const auto is_dark = [&](int row, int col) {
    return ((symbol.encoded_data[row][col >> 3] >> (col & 7)) & 1) != 0;
  };
  // libzint lets Codabar end with the gap between two characters.
  while (bars && symbol.rows == 1 && modules.cols > 0 && !is_dark(0, modules.cols - 1)) {
    --modules.cols;
  }
  modules.row_height = bars && symbol.rows == 1 ? kBarModules : 1;
  for (int row = 0; row < symbol.rows; ++row) {
    const int height = modules.row_height > 1
                           ? 1
                           : std::max(1, static_cast<int>(std::lround(symbol.row_height[row])));
    for (int i = 0; i < height; ++i, ++modules.rows) {
      for (int col = 0; col < modules.cols; ++col) {
        modules.dark.push_back(is_dark(row, col));
      }
    }
  }
  return modules;
}

}  // namespace

Modules EncodeSymbol(Symbology symbology, const std::string& text, bool gs1) {
  const ZintSymbol symbol = NewSymbol(symbology, gs1);
  if (symbology == Symbology::kDataMatrix) symbol->option_3 = DM_SQUARE;
  if (!Encode(*symbol, text)) throw std::runtime_error(symbol->errtxt);
  return ModulesOf(*symbol, symbology >= Symbology::kCode128);
}

Modules EncodeWithEci(const std::string& text) {
  const ZintSymbol symbol = NewSymbol(Symbology::kDataMatrix, false);
  symbol->eci = 26;
  symbol->option_3 = DM_SQUARE;
  if (!Encode(*symbol, text)) throw std::runtime_error(symbol->errtxt);
  return ModulesOf(*symbol, false);
}

Modules EncodeRectangle(const std::string& text, bool gs1) {
  std::string error;
  for (int size = 25; size <= 30; ++size) {  // libzint's numbers of 8×18 to 16×48
    const ZintSymbol symbol = NewSymbol(Symbology::kDataMatrix, gs1);
    symbol->option_2 = size;
    if (Encode(*symbol, text)) return ModulesOf(*symbol, false);
    error = symbol->errtxt;
  }
  throw std::runtime_error(error);
}

Canvas::Canvas(int width, int height, uint8_t grey)
    : width_(width),
      height_(height),
      pixels_(static_cast<size_t>(width) * static_cast<size_t>(height), grey) {}

FrameView Canvas::view() const { return {pixels_.data(), width_, height_, width_}; }

Quad Canvas::Draw(const Modules& modules, const Placement& p) {
  const float flip = p.mirrored ? -1.0f : 1.0f;
  const Point ex = Point{std::cos(p.angle_rad), std::sin(p.angle_rad)} * (p.module_px * flip);
  const Point ey = Point{-std::sin(p.angle_rad), std::cos(p.angle_rad)} * p.module_px;
  const float w = modules.width(), h = modules.height();
  const Point origin = p.center - ex * (w / 2) - ey * (h / 2);
  const float reach = std::hypot(w / 2 + p.quiet_modules, h / 2 + p.quiet_modules) * p.module_px;
  const float scale = 1 / (p.module_px * p.module_px);
  const int y_end = std::min(height_, static_cast<int>(p.center.y + reach) + 1);
  const int x_end = std::min(width_, static_cast<int>(p.center.x + reach) + 1);
  constexpr int kSub = 4;  // samples a side of a pixel
  for (int y = std::max(0, static_cast<int>(p.center.y - reach)); y < y_end; ++y) {
    for (int x = std::max(0, static_cast<int>(p.center.x - reach)); x < x_end; ++x) {
      int inside = 0, ink = 0;
      for (int s = 0; s < kSub * kSub; ++s) {
        const Point at =
            Point{static_cast<float>(x) + (static_cast<float>(s % kSub) + 0.5f) / kSub,
                  static_cast<float>(y) + (static_cast<float>(s / kSub) + 0.5f) / kSub} -
            origin;
        const float u = Dot(at, ex) * scale, v = Dot(at, ey) * scale;
        const float q = p.quiet_modules;
        if (u < -q || v < -q || u >= w + q || v >= h + q) continue;
        ++inside;
        if (u < 0 || v < 0 || u >= w || v >= h) continue;
        ink += modules.At(static_cast<int>(v) / modules.row_height, static_cast<int>(u));
      }
      if (inside == 0) continue;
      const float dark = p.inverted ? p.light : p.dark, light = p.inverted ? p.dark : p.light;
      const auto part = static_cast<float>(inside) / (kSub * kSub);
      const float grey =
          light + (dark - light) * static_cast<float>(ink) / static_cast<float>(inside);
      uint8_t& pixel = Row(y)[x];
      pixel =
          static_cast<uint8_t>(std::lround(static_cast<float>(pixel) * (1 - part) + grey * part));
    }
  }
  return {{origin, origin + ex * w, origin + ex * w + ey * h, origin + ey * h}};
}

void Canvas::AddClutter(std::mt19937& random, int pieces, const std::vector<Rect>& keep_out) {
  const auto pick = [&](int from, int to) {
    return std::uniform_int_distribution<int>(from, to)(random);
  };
  for (int i = 0; i < pieces; ++i) {
    const int kind = pick(0, 2);
    Rect box{pick(0, width_ - 1), pick(0, height_ - 1), pick(20, 300), pick(2, 60)};
    if (kind == 0) box.height = pick(1, 4);
    if (std::ranges::any_of(keep_out, [&](const Rect& r) { return !Intersect(r, box).Empty(); })) {
      continue;
    }
    const auto grey = static_cast<uint8_t>(pick(20, 230));
    const int stroke = pick(2, 5), gap = pick(2, 9), line = pick(10, 24);
    const Rect r = Intersect(box, {0, 0, width_, height_});
    for (int y = r.y; y < r.y + r.height; ++y) {
      for (int x = r.x; x < r.x + r.width; ++x) {
        // Strokes of a third of the letters are missing, and there is room between lines.
        const int letter = (x - box.x) / (stroke + gap);
        const bool stroke_here = (x - box.x) % (stroke + gap) < stroke &&
                                 (y - box.y) % line < line * 2 / 3 &&
                                 (letter * 7 + (y - box.y) / (line / 4 + 1) * 5) % 3 != 0;
        if (kind != 2 || stroke_here) Row(y)[x] = grey;
      }
    }
  }
}

void Canvas::AddNoise(std::mt19937& random, float sigma) {
  std::normal_distribution<float> noise(0, sigma);
  for (uint8_t& pixel : pixels_) {
    pixel = static_cast<uint8_t>(
        std::clamp(std::lround(static_cast<float>(pixel) + noise(random)), 0L, 255L));
  }
}

}  // namespace veriline::testing
