// SPDX-License-Identifier: Apache-2.0
#include "grading/bar_width_gain.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace veriline::grading {
namespace {

using symbology::linear::LinearCharacter;
using symbology::linear::LinearDecode;

bool IsEanUpc(Symbology s) { return s >= Symbology::kEan13 && s <= Symbology::kUpcE; }

/// Widths of one kind of element.
struct Widths {
  double sum = 0;
  int count = 0;
  void Add(double width) { sum += width, ++count; }
  double mean() const { return sum / count; }
};

BarWidthGain OfTwoWidths(std::span<const float> edges, const LinearDecode& decode) {
  const double limit = decode.x_width * (decode.wide_ratio + 1) / 2;
  std::array<std::array<Widths, 2>, 2> all{};  // [wide][bar]
  for (size_t i = decode.first_edge; i < decode.last_edge; ++i) {
    const size_t element = i - decode.first_edge;
    const double width = edges[i + 1] - edges[i];
    const bool bar = element % 2 == 0;
    all[width > limit][bar].Add(width);
  }
  BarWidthGain out;
  double sum = 0;
  int kinds = 0;
  for (const auto& kind : all) {
    if (kind[0].count == 0 || kind[1].count == 0) continue;
    sum += (kind[1].mean() - kind[0].mean()) / 2;
    ++kinds;
    out.elements += kind[0].count + kind[1].count;
  }
  if (kinds > 0) out.x = sum / kinds / decode.x_width;
  return out;
}

bool IsAdjusted(Symbology s, const LinearCharacter& c) {
  const int digit = c.value % 10;
  return IsEanUpc(s) && c.value != LinearCharacter::kPattern &&
         (digit == 1 || digit == 2 || digit == 7 || digit == 8);
}

/// From the nearest whole number, -0.5 to 0.5. Widths are below 64 modules.
double Beyond(double modules) { return modules - (static_cast<int>(modules + 64.5) - 64); }

}  // namespace

BarWidthGain MeasureBarWidthGain(std::span<const float> edges, const LinearDecode& decode) {
  if (decode.x_width <= 0 || decode.last_edge >= edges.size()) return {};
  if (decode.wide_ratio > 0) return OfTwoWidths(edges, decode);
  BarWidthGain out;
  // What is beyond whole modules; the second time counted from the first mean, so that a gain near
  // half a module and noise do not wrap around.
  for (int pass = 0; pass < 2; ++pass) {
    double sum = 0;
    out.elements = 0;
    for (const LinearCharacter& c : decode.characters) {
      if (IsAdjusted(decode.symbology, c)) continue;
      const size_t end = std::min<size_t>(size_t{c.first_edge} + c.elements, edges.size() - 1);
      for (size_t i = c.first_edge; i < end; ++i) {
        const double width = static_cast<double>(edges[i + 1] - edges[i]) / decode.x_width;
        const bool bar = (i - decode.first_edge) % 2 == 0;
        sum += Beyond((bar ? width : -width) - out.x);
        ++out.elements;
      }
    }
    if (out.elements > 0) out.x += sum / out.elements;
  }
  return out;
}

}  // namespace veriline::grading
