// SPDX-License-Identifier: Apache-2.0
#include "tests/support/pdf417_symbols.h"

#include <zint.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

#include "tests/support/drawn_picture.h"

namespace veriline::testing {
namespace {

using ZintSymbol = std::unique_ptr<zint_symbol, void (*)(zint_symbol*)>;

ZintSymbol NewSymbol(int symbology) {
  ZintSymbol symbol(ZBarcode_Create(), &ZBarcode_Delete);
  symbol->symbology = symbology;
  symbol->input_mode = DATA_MODE;
  return symbol;
}

void Encode(zint_symbol& symbol, const std::string& text) {
  if (ZBarcode_Encode(&symbol, reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) >= ZINT_ERROR) {
    throw std::runtime_error(symbol.errtxt);
  }
}

/// `row_height`: of all rows; 0 = as libzint has them.
Modules ModulesOf(const zint_symbol& symbol, int row_height) {
  Modules modules;
  modules.cols = symbol.width;
  for (int row = 0; row < symbol.rows; ++row) {
    constexpr int kLinearHeight = 30;  // libzint leaves it open, and says so by a height of 0
    const auto own_height = static_cast<int>(std::lround(symbol.row_height[row]));
    const int height = row_height > 0 ? row_height : own_height > 0 ? own_height : kLinearHeight;
    for (int i = 0; i < height; ++i, ++modules.rows) {
      for (int col = 0; col < modules.cols; ++col) {
        modules.dark.push_back((symbol.encoded_data[row][col >> 3] >> (col & 7)) & 1);
      }
    }
  }
  return modules;
}

}  // namespace

Pdf417Modules EncodePdf417(const Pdf417Spec& spec, const std::string& text) {
  const ZintSymbol symbol = NewSymbol(spec.micro     ? BARCODE_MICROPDF417
                                      : spec.compact ? BARCODE_PDF417COMP
                                                     : BARCODE_PDF417);
  symbol->option_1 = spec.level;
  symbol->option_2 = spec.cols;
  if (!spec.micro) symbol->option_3 = spec.rows;
  symbol->eci = spec.eci;
  Encode(*symbol, text);
  Pdf417Modules out;
  out.row_height = spec.row_height > 0 ? spec.row_height : spec.micro ? 2 : 3;
  out.modules = ModulesOf(*symbol, out.row_height);
  out.rows = symbol->rows;
  return out;
}

Modules EncodeComposite(int symbology, int component_type, const std::string& data,
                        const std::string& component) {
  const ZintSymbol symbol = NewSymbol(symbology);
  symbol->input_mode = GS1_MODE;
  symbol->option_1 = component_type;
  std::copy_n(data.begin(), std::min(data.size(), sizeof symbol->primary - 1), symbol->primary);
  Encode(*symbol, component);
  return ModulesOf(*symbol, 0);
}

std::string RandomPdf417Text(std::mt19937& random, size_t size) {
  constexpr std::string_view kKinds[] = {
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz ", "0123456789", "&-/:#,;<>@[]!?"};
  std::string text;
  while (text.size() < size) {
    const std::string_view kind = kKinds[random() % 4];
    for (size_t n = 1 + random() % 16; n > 0 && text.size() < size; --n) {
      text += kind[random() % kind.size()];
    }
  }
  return text;
}

ShownSymbol Show(const Modules& modules, const Shot& shot) {
  const float angle = shot.degrees * std::numbers::pi_v<float> / 180;
  const float w = (modules.width() + 2 * shot.quiet_x) * shot.x_px;
  const float h = (modules.height() + 2 * shot.quiet_x) * shot.x_px;
  const float c = std::abs(std::cos(angle)), s = std::abs(std::sin(angle));
  const int width = static_cast<int>(w * c + h * s) + 2 * shot.margin_px;
  const int height = static_cast<int>(w * s + h * c) + 2 * shot.margin_px;
  ShownSymbol shown;
  constexpr uint8_t kPaper = 210, kInk = 40;
  shown.canvas = Canvas(width, height, shot.inverted ? kInk : kPaper);
  std::mt19937 random(shot.seed);
  const auto part = [&random] { return static_cast<float>(random() % 1000) / 1000; };
  shown.outline = shown.canvas.Draw(modules, {.center = {static_cast<float>(width) / 2 + part(),
                                                         static_cast<float>(height) / 2 + part()},
                                              .module_px = shot.x_px,
                                              .angle_rad = angle,
                                              .mirrored = shot.mirrored,
                                              .inverted = shot.inverted,
                                              .dark = kInk,
                                              .light = kPaper,
                                              .quiet_modules = shot.quiet_x});
  if (shot.blur_x > 0) {
    cv::Mat pixels = MatOf(shown.canvas.view());
    cv::GaussianBlur(pixels.clone(), pixels, {}, static_cast<double>(shot.blur_x * shot.x_px));
  }
  if (shot.noise > 0) shown.canvas.AddNoise(random, shot.noise);
  return shown;
}

}  // namespace veriline::testing
