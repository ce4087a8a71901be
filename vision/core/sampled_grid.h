// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vision/core/geometry.h"
#include "vision/core/symbol.h"

namespace veriline {

/// Geometry and codewords of a matrix symbol that was read: made once, by its reader or by the
/// reference decode, and taken by grading. Arrays of modules are row-major over rows × cols, row 0
/// and column 0 at the symbol's own top left (Data Matrix: the L at the left and at the bottom; QR:
/// the missing finder at the bottom right), whatever its direction in the picture.
/// Clear keeps what was allocated, so that one grid used again allocates nothing.
struct SampledGrid {
  /// A codeword in the order in which it is placed in the symbol.
  struct Codeword {
    uint8_t read = 0;       ///< before error correction
    uint8_t corrected = 0;  ///< after it
    uint8_t block = 0;      ///< index in `blocks`
    bool erased = false;    ///< was told to the error correction as an erasure
  };
  /// A Reed-Solomon block.
  struct Block {
    int16_t check = 0;    ///< check codewords
    int16_t reserve = 0;  ///< of these kept for misdecode protection (QR's p; Data Matrix 0)
    int16_t errors = 0;   ///< corrected codewords that were not erasures
    int16_t erasures = 0;
  };
  static constexpr int16_t kFixedPattern = -1;  ///< finder, track, alignment, format, version
  static constexpr int16_t kUnused = -2;        ///< fill that carries nothing (QR's remainder bits)

  Symbology symbology = Symbology::kUnknown;
  int rows = 0;
  int cols = 0;
  int region_rows = 1;  ///< data regions from top to bottom (Data Matrix)
  int region_cols = 1;
  Quad outline;           ///< of the symbol without quiet zone
  bool mirrored = false;  ///< the outline runs counter-clockwise in the picture
  bool inverted = false;  ///< light modules on dark ground: what `dark` calls dark is light there
  std::vector<Point> centers;     ///< sub-pixel, in picture coordinates
  std::vector<int16_t> codeword;  ///< index in `codewords`, or kFixedPattern, kUnused
  std::vector<uint8_t> dark;      ///< 1 where the symbology's rules want dark, after correction
  std::vector<Codeword> codewords;
  std::vector<Block> blocks;

  size_t Index(int row, int col) const {
    return static_cast<size_t>(row) * static_cast<size_t>(cols) + static_cast<size_t>(col);
  }
  Point Center(int row, int col) const { return centers[Index(row, col)]; }
  bool Dark(int row, int col) const { return dark[Index(row, col)] != 0; }
  int16_t CodewordOf(int row, int col) const { return codeword[Index(row, col)]; }
  /// Whether the arrays are as long as rows × cols says and every index lies inside them.
  bool Consistent() const;
  /// Empty, with the memory kept.
  void Clear();
};

}  // namespace veriline
