// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/ean_digit.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace veriline::symbology::linear {
namespace {

// Widths of the elements in number set A, from left to right, space first. Set B has them in the
// opposite order, set C bars for spaces.
constexpr std::string_view kWidths[10] = {"3211", "2221", "2122", "1411", "1132",
                                          "1231", "1114", "1312", "1213", "3112"};
constexpr int Width(int digit, int element) {
  return kWidths[digit][static_cast<size_t>(element)] - '0';
}

/// What two distances between similar edges tell.
struct Shape {
  int8_t digit = -1;
  int8_t twin = -1;  ///< the other digit with these distances
  bool even = false;
  int8_t first_third = 0;  ///< modules of first and third element
  int8_t twin_first_third = 0;
};

struct Shapes {
  Shape of[16];
  static constexpr size_t Index(int e1, int e2) {
    return static_cast<size_t>((e1 - 2) * 4 + e2 - 2);
  }
  constexpr Shapes() : of{} {
    for (int even = 0; even < 2; ++even) {
      for (int digit = 0; digit < 10; ++digit) {
        const auto width = [&](int i) { return Width(digit, even != 0 ? 3 - i : i); };
        Shape& shape = of[Index(width(0) + width(1), width(1) + width(2))];
        const auto first_third = static_cast<int8_t>(width(0) + width(2));
        if (shape.digit < 0) {
          shape = {static_cast<int8_t>(digit), -1, even != 0, first_third, 0};
        } else {
          shape.twin = static_cast<int8_t>(digit);
          shape.twin_first_third = first_third;
        }
      }
    }
  }
};
constexpr Shapes kShapes;
static_assert(std::ranges::count_if(kShapes.of, [](const Shape& s) { return s.digit < 0; }) == 0);

}  // namespace

bool ReadEanDigit(const float* edge, bool bar_first, EanDigit* out) {
  const float width = edge[4] - edge[0];
  const float x = width / kEanDigitModules;
  const float first_third = ((edge[1] - edge[0]) + (edge[3] - edge[2])) / x;
  const float e1 = (edge[2] - edge[0]) / x, e2 = (edge[3] - edge[1]) / x;
  if (!(x > 0 && first_third > 0 && first_third < kEanDigitModules)) return false;
  if (!(e1 > 1.5f && e1 < 5.5f && e2 > 1.5f && e2 < 5.5f)) return false;
  const int n1 = static_cast<int>(e1 + 0.5f), n2 = static_cast<int>(e2 + 0.5f);
  const Shape& shape = kShapes.of[Shapes::Index(n1, n2)];
  if (bar_first && shape.even) return false;  // there is no such number set
  const float away =
      std::max(std::abs(e1 - static_cast<float>(n1)), std::abs(e2 - static_cast<float>(n2)));
  *out = {shape.digit, shape.even, width, 1 - 2 * away, 0};
  const float bars = bar_first ? first_third : kEanDigitModules - first_third;
  int nominal = shape.first_third;
  if (shape.twin >= 0) {
    // The bars of the two differ by two modules, and the threshold lies half way; nominally by
    // 15/13 from each, as the standard moves the edges of these digits.
    const float middle = static_cast<float>(shape.first_third + shape.twin_first_third) / 2;
    const bool is_twin = (first_third > middle) == (shape.twin_first_third > shape.first_third);
    if (is_twin) out->value = shape.twin, nominal = shape.twin_first_third;
    out->decodability = std::min(out->decodability, 13.0f / 15 * std::abs(first_third - middle));
  }
  out->growth = (bars - static_cast<float>(bar_first ? nominal : kEanDigitModules - nominal)) / 2;
  return true;
}

}  // namespace veriline::symbology::linear
