// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/symbols.h"

#include <zint.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

struct ZintDelete {
  void operator()(zint_symbol* symbol) const { ZBarcode_Delete(symbol); }
};
using Zint = std::unique_ptr<zint_symbol, ZintDelete>;

Zint NewZint(int symbology, int input_mode) {
  Zint zint(ZBarcode_Create());
  if (zint) {
    zint->symbology = symbology;
    zint->input_mode = input_mode;
  }
  return zint;
}

ModuleGrid Encode(const Zint& zint, const std::string& text) {
  ModuleGrid grid;
  if (!zint || ZBarcode_Encode(zint.get(), reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size())) >= ZINT_ERROR) {
    return grid;
  }
  grid.rows = zint->rows;
  grid.cols = zint->width;
  grid.dark.reserve(static_cast<size_t>(grid.rows) * static_cast<size_t>(grid.cols));
  for (int row = 0; row < grid.rows; ++row) {
    for (int col = 0; col < grid.cols; ++col) {
      grid.dark.push_back((zint->encoded_data[row][col / 8] >> (col % 8)) & 1);
    }
  }
  return grid;
}

PrintedSymbol Printed(Symbology symbology, const char* identifier, std::string_view text,
                      ModuleGrid grid) {
  PrintedSymbol symbol;
  symbol.symbology = symbology;
  symbol.identifier = identifier;
  symbol.text = text;
  symbol.grid = std::move(grid);
  return symbol;
}

/// Wide strokes until most of the symbol is gone, and with them what a reader finds it by: the
/// solid borders of a Data Matrix, the three finder patterns of a QR Code.
void Damage(const PrintedSymbol& symbol, std::vector<uint8_t>* dark) {
  const int rows = symbol.grid.rows;
  const int cols = symbol.grid.cols;
  std::vector<uint8_t> hit(dark->size(), 0);
  const auto at = [cols](int row, int col) {
    return static_cast<size_t>(row) * static_cast<size_t>(cols) + static_cast<size_t>(col);
  };
  constexpr int kFinder = 8;
  for (int row = 0; row < rows; ++row) {
    for (int col = 0; col < cols; ++col) {
      const bool border = col < 2 || row >= rows - 2;
      const bool finder = (row < kFinder || row >= rows - kFinder) &&
                          (col < kFinder || (row < kFinder && col >= cols - kFinder));
      hit[at(row, col)] = symbol.symbology == Symbology::kQr ? finder : border;
    }
  }
  Random random(symbol.damage_seed, Stream::kDamage, 0);
  const auto wanted = static_cast<ptrdiff_t>(0.65 * rows * cols);
  while (std::count(hit.begin(), hit.end(), 1) < wanted) {
    const double angle = random.Uniform(0, std::numbers::pi);
    const double distance = random.Uniform(-0.45, 0.45) * cols;
    const double half_width = random.Uniform(0.8, 1.8);
    for (int row = 0; row < rows; ++row) {
      for (int col = 0; col < cols; ++col) {
        const double x = col + 0.5 - cols / 2.0;
        const double y = row + 0.5 - rows / 2.0;
        if (std::abs(x * std::cos(angle) + y * std::sin(angle) - distance) <= half_width) {
          hit[at(row, col)] = 1;
        }
      }
    }
  }
  for (size_t i = 0; i < dark->size(); ++i) {
    if (hit[i] != 0 && random.Chance(0.7)) (*dark)[i] = 1 - (*dark)[i];
  }
}

}  // namespace

PrintedSymbol MakeDataMatrix(std::string_view text, bool gs1) {
  const Zint zint = NewZint(BARCODE_DATAMATRIX, gs1 ? GS1_MODE | GS1NOCHECK_MODE : UNICODE_MODE);
  if (zint) zint->option_3 = DM_SQUARE;
  return Printed(Symbology::kDataMatrix, gs1 ? "]d2" : "]d1", text,
                 Encode(zint, gs1 ? Bracketed(text, '[', ']') : std::string(text)));
}

PrintedSymbol MakeGs1Qr(std::string_view element_string, int version) {
  const Zint zint = NewZint(BARCODE_QRCODE, GS1_MODE | GS1NOCHECK_MODE);
  if (zint) {
    zint->option_1 = 2;  // error correction M
    zint->option_2 = version;
  }
  return Printed(Symbology::kQr, "]Q3", element_string,
                 Encode(zint, Bracketed(element_string, '[', ']')));
}

PrintedSymbol MakeQr(std::string_view text, int version) {
  const Zint zint = NewZint(BARCODE_QRCODE, UNICODE_MODE);
  if (zint) {
    zint->option_1 = 2;  // error correction M
    zint->option_2 = version;
  }
  return Printed(Symbology::kQr, "]Q1", text, Encode(zint, std::string(text)));
}

PrintedSymbol MakeCode128(std::string_view text) {
  return Printed(Symbology::kCode128, "]C0", text,
                 Encode(NewZint(BARCODE_CODE128, UNICODE_MODE), std::string(text)));
}

PrintedSymbol MakeGs1Code128(std::string_view element_string) {
  const Zint zint = NewZint(BARCODE_GS1_128, GS1_MODE | GS1NOCHECK_MODE);
  return Printed(Symbology::kCode128, "]C1", element_string,
                 Encode(zint, Bracketed(element_string, '[', ']')));
}

PrintedSymbol MakeEan13(std::string_view digits) {
  const Zint zint = NewZint(BARCODE_EANX_CHK, UNICODE_MODE);
  return Printed(Symbology::kEan13, "]E0", digits, Encode(zint, std::string(digits)));
}

void DrawSymbol(const PrintedSymbol& symbol, uint8_t dark_grey, Plane* art) {
  if (symbol.print == Print::kNone || symbol.print == Print::kFaint) return;
  std::vector<uint8_t> dark = symbol.grid.dark;
  if (symbol.print == Print::kDamaged) Damage(symbol, &dark);
  const float cell_h = symbol.linear() ? symbol.bar_px : symbol.module_px;
  // Ink adds up share by share, so that a pixel on a border gets what each module gives it.
  const auto x0 = static_cast<int>(std::floor(symbol.at.x));
  const auto y0 = static_cast<int>(std::floor(symbol.at.y));
  const int x1 = std::min(art->width, static_cast<int>(std::ceil(symbol.at.x + symbol.width_px())));
  const int y1 =
      std::min(art->height, static_cast<int>(std::ceil(symbol.at.y + symbol.height_px())));
  std::vector<float> ink(static_cast<size_t>(x1 - x0));
  std::vector<float> row_ink(ink.size());
  int drawn_row = -1;
  const auto ink_of_row = [&](int row) {
    if (row == drawn_row) return;
    drawn_row = row;
    std::ranges::fill(row_ink, 0.f);
    for (int col = 0; col < symbol.grid.cols; ++col) {
      if (dark[static_cast<size_t>(row * symbol.grid.cols + col)] == 0) continue;
      const float from = symbol.at.x + static_cast<float>(col) * symbol.module_px;
      const float to = from + symbol.module_px;
      for (int x = static_cast<int>(from); x < x1 && static_cast<float>(x) < to; ++x) {
        const auto px = static_cast<float>(x);
        row_ink[static_cast<size_t>(x - x0)] += std::min(to, px + 1) - std::max(from, px);
      }
    }
  };
  for (int y = std::max(y0, 0); y < y1; ++y) {
    std::ranges::fill(ink, 0.f);
    // A pixel is smaller than a module: at most two rows of modules share it.
    const float top = (static_cast<float>(y) - symbol.at.y) / cell_h;
    const float bottom = (static_cast<float>(y + 1) - symbol.at.y) / cell_h;
    const int first = std::max(0, static_cast<int>(std::floor(top)));
    for (int row = first; row < symbol.grid.rows && static_cast<float>(row) < bottom; ++row) {
      const float share =
          (std::min(bottom, static_cast<float>(row + 1)) - std::max(top, static_cast<float>(row))) *
          cell_h;
      ink_of_row(row);
      for (size_t i = 0; i < ink.size(); ++i) ink[i] += share * row_ink[i];
    }
    uint8_t* out = art->Row(y) + x0;
    for (size_t i = 0; i < ink.size(); ++i) {
      const float light = out[i];
      out[i] = static_cast<uint8_t>(
          light + (static_cast<float>(dark_grey) - light) * std::min(ink[i], 1.f) + 0.5f);
    }
  }
}

Rect Paste(const Plane& art, const Pose& pose, const Rect& clip, uint8_t* pixels,
           ptrdiff_t stride) {
  const double c = std::cos(pose.angle_rad);
  const double s = std::sin(pose.angle_rad);
  const double half_w = art.width / 2.0;
  const double half_h = art.height / 2.0;
  const double reach_x = std::abs(c) * half_w + std::abs(s) * half_h;
  const double reach_y = std::abs(s) * half_w + std::abs(c) * half_h;
  const auto left = static_cast<int>(std::floor(pose.center_x - reach_x));
  const auto top = static_cast<int>(std::floor(pose.center_y - reach_y));
  const Rect box = Intersect(
      {left, top, static_cast<int>(2 * reach_x) + 2, static_cast<int>(2 * reach_y) + 2}, clip);
  const auto du = static_cast<int>(std::lround(c * 65536));
  const auto dv = static_cast<int>(std::lround(-s * 65536));
  // Art coordinates of sample points lie in [0.5, size - 0.5]; in 16.16, moved by half a pixel.
  const int64_t most_u = (static_cast<int64_t>(art.width) - 1) << 16;
  const int64_t most_v = (static_cast<int64_t>(art.height) - 1) << 16;
  for (int y = box.y; y < box.y + box.height; ++y) {
    const double dy = y + 0.5 - pose.center_y;
    const double dx = box.x + 0.5 - pose.center_x;
    auto u = static_cast<int64_t>(std::llround((c * dx + s * dy + half_w - 0.5) * 65536));
    auto v = static_cast<int64_t>(std::llround((-s * dx + c * dy + half_h - 0.5) * 65536));
    // Columns at which both stay inside.
    int64_t from = 0;
    int64_t to = box.width;
    const auto narrow = [&](int64_t start, int64_t step, int64_t most) {
      if (step == 0) {
        if (start < 0 || start >= most) to = from;
        return;
      }
      // Smallest and largest n with 0 ≤ start + n step < most.
      const auto ceil_div = [](int64_t a, int64_t b) {
        return a > 0 ? (a + b - 1) / b : -(-a / b);
      };
      const int64_t size = step > 0 ? step : -step;
      const int64_t low = step > 0 ? ceil_div(-start, size) : ceil_div(start - most + 1, size);
      const int64_t high = step > 0 ? ceil_div(most - start, size) : ceil_div(start + 1, size);
      from = std::max(from, low);
      to = std::min(to, high);
    };
    narrow(u, du, most_u);
    narrow(v, dv, most_v);
    if (from >= to) continue;
    u += from * du;
    v += from * dv;
    uint8_t* out = pixels + y * stride + box.x + from;
    for (int64_t n = from; n < to; ++n, u += du, v += dv, ++out) {
      const uint8_t* p = art.Row(static_cast<int>(v >> 16)) + (u >> 16);
      const uint8_t* q = p + art.width;
      const auto fx = static_cast<int>((u >> 8) & 255);
      const auto fy = static_cast<int>((v >> 8) & 255);
      const int upper = p[0] * 256 + (p[1] - p[0]) * fx;
      const int lower = q[0] * 256 + (q[1] - q[0]) * fx;
      *out = static_cast<uint8_t>((upper * 256 + (lower - upper) * fy + 32768) >> 16);
    }
  }
  return box;
}

Quad QuadOf(const PrintedSymbol& symbol, int art_width, int art_height, const Pose& pose) {
  const auto c = static_cast<float>(std::cos(pose.angle_rad));
  const auto s = static_cast<float>(std::sin(pose.angle_rad));
  const Point middle{static_cast<float>(pose.center_x), static_cast<float>(pose.center_y)};
  const auto place = [&](float x, float y) {
    const float u = x - static_cast<float>(art_width) / 2;
    const float v = y - static_cast<float>(art_height) / 2;
    return middle + Point{c * u - s * v, s * u + c * v};
  };
  const Point a = symbol.at;
  const Point b = a + Point{symbol.width_px(), symbol.height_px()};
  return {{place(a.x, a.y), place(b.x, a.y), place(b.x, b.y), place(a.x, b.y)}};
}

}  // namespace veriline::linesim
