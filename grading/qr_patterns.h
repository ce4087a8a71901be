// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

namespace veriline::grading {

/// Where QR Code has its fixed patterns. Pure.

/// Middles of the alignment patterns along each axis; none in version 1. Every pair of them is a
/// pattern but the three that finders cover. Source: ISO/IEC 18004 annex E.
struct AlignmentAxis {
  std::array<int, 7> at{};
  int count = 0;
};
AlignmentAxis AlignmentMiddles(int version);

struct ModulePlace {
  int row = 0;
  int col = 0;
};
/// Bit i of the copy (0 or 1) of QR's format information, 15 bits. Source: ISO/IEC 18004, 7.9.
ModulePlace FormatModule(int size, int copy, int bit);
/// Bit i of Micro QR's only copy, 15 bits.
ModulePlace MicroFormatModule(int bit);
/// Bit i of the copy of the version information (version 7 and above), 18 bits. 7.10.
ModulePlace VersionModule(int size, int copy, int bit);

}  // namespace veriline::grading
