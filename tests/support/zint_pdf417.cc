// SPDX-License-Identifier: Apache-2.0
#include "tests/support/zint_pdf417.h"

#include <zint.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <stdexcept>

#include "vision/symbology/pdf417/codeword_table.h"

namespace veriline::testing {
namespace {

using namespace symbology::pdf417;

template <size_t kElements>
using Widths = std::array<uint8_t, kElements>;

const std::map<Widths<8>, std::pair<int, int>>& Characters() {
  static const auto all = [] {
    std::map<Widths<8>, std::pair<int, int>> map;
    for (int cluster = 0; cluster < kClusters; ++cluster) {
      for (int value = 0; value < kCodewords; ++value) {
        if (!map.try_emplace(CodewordWidths(cluster, value), cluster, value).second) {
          throw std::runtime_error("a pattern stands twice");
        }
      }
    }
    return map;
  }();
  return all;
}

int RapOf(const Widths<6>& widths, bool centre) {
  for (int number = 1; number <= kRaps; ++number) {
    if (widths == (centre ? CentreRapWidths(number) : SideRapWidths(number))) return number;
  }
  throw std::runtime_error("no row address pattern");
}

/// Takes elements of a row from left to right.
class Row {
 public:
  Row(const zint_symbol& symbol, int row, int from, int to) {
    bool bar = true;
    int run = 0;
    for (int x = from; x < to; ++x) {
      const bool dark = (symbol.encoded_data[row][x >> 3] >> (x & 7) & 1) != 0;
      if (dark != bar) {
        runs_.push_back(static_cast<uint8_t>(run));
        bar = dark;
        run = 0;
      }
      ++run;
    }
    runs_.push_back(static_cast<uint8_t>(run));
  }
  template <size_t kElements>
  Widths<kElements> Take() {
    if (at_ + kElements > runs_.size()) throw std::runtime_error("the row is short");
    Widths<kElements> widths;
    std::copy_n(runs_.begin() + static_cast<ptrdiff_t>(at_), kElements, widths.begin());
    at_ += kElements;
    return widths;
  }
  std::pair<int, int> TakeCharacter() {
    const auto found = Characters().find(Take<8>());
    if (found == Characters().end()) throw std::runtime_error("no character");
    return found->second;
  }

 private:
  std::vector<uint8_t> runs_;
  size_t at_ = 0;
};

bool IsDark(const zint_symbol& symbol, int row, int x) {
  return (symbol.encoded_data[row][x >> 3] >> (x & 7) & 1) != 0;
}

void TakePdf417(const zint_symbol& symbol, int rows, int from, int to, ZintCodewords* out) {
  out->rows = rows;
  out->cols = (to - from - 17 - 17 - 17 - 18) / 17;
  out->matrix.Reset(MatrixKind::kPdf417, rows, out->cols);
  for (int r = 0; r < rows; ++r) {
    Row row(symbol, r, from, to);
    if (row.Take<8>() != Widths<8>{8, 1, 1, 1, 1, 1, 1, 3}) throw std::runtime_error("no start");
    out->clusters.push_back(row.TakeCharacter().first);
    for (int c = 0; c < out->cols; ++c) {
      const auto [cluster, value] = row.TakeCharacter();
      if (cluster != out->clusters.back()) throw std::runtime_error("clusters differ");
      out->matrix.Set(r, c, value);
    }
  }
}

void TakeMicro(const zint_symbol& symbol, int rows, int from, int to, bool cc_a,
               ZintCodewords* out) {
  const int modules = to - from;
  out->rows = rows;
  out->cols = modules < 50 ? 1 : modules < 70 ? 2 : modules < 90 ? 3 : 4;
  const auto variants = cc_a ? CcAVariants() : MicroVariants();
  const auto variant = std::ranges::find_if(
      variants, [&](const MicroVariant& v) { return v.rows == rows && v.cols == out->cols; });
  if (variant == variants.end()) throw std::runtime_error("no such size");
  out->matrix.Reset(cc_a ? MatrixKind::kCcA : MatrixKind::kMicroPdf417, rows, out->cols,
                    static_cast<int>(variant - variants.begin()));
  for (int r = 0; r < rows; ++r) {
    Row row(symbol, r, from, to);
    out->left.push_back(cc_a && out->cols == 3 ? 0 : RapOf(row.Take<6>(), false));
    out->centre.push_back(0);
    for (int c = 0; c < out->cols; ++c) {
      if (out->cols >= 3 && c == out->cols - 2) out->centre.back() = RapOf(row.Take<6>(), true);
      const auto [cluster, value] = row.TakeCharacter();
      if (c > 0 && cluster != out->clusters.back()) throw std::runtime_error("clusters differ");
      if (c == 0) out->clusters.push_back(cluster);
      out->matrix.Set(r, c, value);
    }
    out->right.push_back(RapOf(row.Take<6>(), false));
    // Another size of the same width may look alike but for where its rows begin to count.
    if (r == 0 && (out->left[0] != variant->left_rap || out->right[0] != variant->right_rap)) {
      throw std::runtime_error("another size");
    }
  }
}

}  // namespace

ZintCodewords CodewordsOfZint(const ZintPdf417& what) {
  const std::unique_ptr<zint_symbol, void (*)(zint_symbol*)> owner(ZBarcode_Create(),
                                                                   &ZBarcode_Delete);
  zint_symbol& symbol = *owner;
  const bool composite = !what.linear.empty();
  symbol.symbology = what.symbology;
  symbol.input_mode = composite ? GS1_MODE : DATA_MODE;
  symbol.option_1 = what.option_1;
  symbol.option_2 = what.cols;
  if (what.rows > 0) symbol.option_3 = what.rows;
  symbol.eci = what.eci;
  std::copy_n(what.linear.begin(), std::min(what.linear.size(), sizeof symbol.primary - 1),
              symbol.primary);
  if (ZBarcode_Encode(&symbol, reinterpret_cast<const unsigned char*>(what.text.data()),
                      static_cast<int>(what.text.size())) >= ZINT_ERROR) {
    throw std::runtime_error(symbol.errtxt);
  }
  int from = 0, to = symbol.width;
  while (!IsDark(symbol, 0, from)) ++from;
  while (!IsDark(symbol, 0, to - 1)) --to;
  ZintCodewords out;
  if (!composite) {
    if (what.symbology == BARCODE_PDF417) {
      TakePdf417(symbol, symbol.rows, from, to, &out);
    } else {
      TakeMicro(symbol, symbol.rows, from, to, false, &out);
    }
    return out;
  }
  // The component stands on top; its rows begin and end alike.
  int rows = 0;
  const auto begins_so = [&](int r) {
    return IsDark(symbol, r, from) && IsDark(symbol, r, to - 1) &&
           (from == 0 || !IsDark(symbol, r, from - 1));
  };
  if (what.option_1 == 3) {
    while (rows < symbol.rows && begins_so(rows) && IsDark(symbol, rows, from + 7)) ++rows;
    TakePdf417(symbol, rows, from, to, &out);
    return out;
  }
  // Of sizes of this width, the highest whose patterns are all there.
  const bool cc_a = what.option_1 == 1;
  const int modules = to - from;
  const int cols = modules < 70 ? 2 : modules < 90 ? 3 : 4;
  std::vector<int> heights;
  for (const MicroVariant& v : cc_a ? CcAVariants() : MicroVariants()) {
    if (v.cols == cols) heights.push_back(v.rows);
  }
  std::ranges::sort(heights, std::greater());
  for (const int height : heights) {
    if (height >= symbol.rows) continue;
    try {
      ZintCodewords tried;
      TakeMicro(symbol, height, from, to, cc_a, &tried);
      return tried;
    } catch (const std::runtime_error&) {
      continue;
    }
  }
  throw std::runtime_error("no component");
}

}  // namespace veriline::testing
