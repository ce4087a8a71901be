// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "vision/core/symbol.h"

namespace veriline::testing {

// Draws EAN and UPC symbols as ISO/IEC 15420 says, of modules, which the decoder does not know.

struct EanPrint {
  /// The edges of 1, 2, 7 and 8 are moved by 1/13 X, as the standard asks for (printers leave it
  /// out).
  bool thirteenth = false;
  double addon_gap_x = 9;
};

/// Element widths in X from the first bar to the last one, bars at even places.
/// `digits`: all 13, 8, 12 or 8 (UPC-E: number system, six digits, check digit), drawn as they are:
/// a wrong check digit is drawn as well. `addon`: none, two or five digits.
std::vector<double> EanWidths(Symbology symbology, std::string_view digits,
                              std::string_view addon = {}, const EanPrint& print = {});

/// Modulo 10 check digit of the digits before it.
char EanCheckDigit(std::string_view digits);

/// The twelve digits of UPC-A that a UPC-E with its eight stands for.
std::string UpcAOfUpcE(std::string_view eight);

/// Digits with a right check digit, as many as the symbology has; UPC-A may begin with anything,
/// EAN-13 does not begin with 0, UPC-E with 0 or 1.
std::string RandomEan(Symbology symbology, std::mt19937* random);
std::string RandomDigits(size_t count, std::mt19937* random);

}  // namespace veriline::testing
