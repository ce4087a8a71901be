// SPDX-License-Identifier: Apache-2.0
#include "grading/qr_patterns.h"

namespace veriline::grading {

AlignmentAxis AlignmentMiddles(int version) {
  AlignmentAxis axis;
  if (version < 2 || version > 40) return axis;
  const int size = 17 + 4 * version;
  axis.count = version / 7 + 2;
  // The distances are even and equal but for the first, which takes up what is left; version 32 is
  // the one where the rule of the others would give 24.
  const int gaps = axis.count - 1;
  const int step = version == 32 ? 26 : (4 * version + 2 * axis.count + 1) / (2 * gaps) * 2;
  axis.at[0] = 6;
  for (int i = axis.count - 1, at = size - 7; i > 0; --i, at -= step) {
    axis.at[static_cast<size_t>(i)] = at;
  }
  return axis;
}

ModulePlace FormatModule(int size, int copy, int bit) {
  if (copy == 0) {  // around the upper left finder, leaving out the timing patterns
    if (bit < 6) return {8, bit};
    if (bit == 6) return {8, 7};
    if (bit == 7) return {8, 8};
    if (bit == 8) return {7, 8};
    return {14 - bit, 8};
  }
  if (bit < 8) return {8, size - 1 - bit};
  return {size - 15 + bit, 8};
}

ModulePlace MicroFormatModule(int bit) {
  if (bit < 8) return {8, bit + 1};
  return {15 - bit, 8};
}

ModulePlace VersionModule(int size, int copy, int bit) {
  const int along = bit / 3, across = size - 11 + bit % 3;
  return copy == 0 ? ModulePlace{along, across} : ModulePlace{across, along};
}

}  // namespace veriline::grading
