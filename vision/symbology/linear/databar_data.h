// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace veriline::symbology::linear {

/// What the data characters of a DataBar Expanded symbol say.
struct DataBarData {
  std::array<char, 100> text{};  ///< element string, FNC1 as 0x1D
  size_t size = 0;
  bool linked = false;  ///< a 2D component belongs to it

  std::string_view view() const { return {text.data(), size}; }
};

/// Decodes data characters of twelve bits, check character left out: all encodation methods of
/// ISO/IEC 24724, 7.2.5 (any element string; GTIN with weight, price or date in fewer bits) and the
/// general purpose field with its numeric, alphanumeric and ISO 646 modes. A FNC1 at the end is
/// dropped.
/// Returns: whether it is a sound element string (two digits at least begin it).
/// Thread: any. Cost: below a microsecond.
bool DecodeDataBarData(std::span<const int16_t> characters, DataBarData* out);

}  // namespace veriline::symbology::linear
