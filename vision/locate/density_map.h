// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vision/core/geometry.h"
#include "vision/locate/block_map.h"

namespace veriline::locate {

/// Where the map is dense with edges, as bits.
struct BlockMask {
  int words = 0;  ///< of a row
  int rows = 0;
  std::vector<uint64_t> bits;  ///< bit x % 64 of word x / 64 of row y

  const uint64_t* Row(int y) const {
    return &bits[static_cast<size_t>(y) * static_cast<size_t>(words)];
  }
};

class DensitySums;

/// (dx + dy + 1) / 2 of each block, its mean over the square of cells around a cell, and where
/// that is at least a share of the contrast there. Beyond the map there are no edges.
class DensityMap {
 public:
  static constexpr int kMaxRadius = 2;
  static constexpr size_t kMaxMasks = 4;
  /// What is less is noise, whatever the contrast: mean of 2.5 grey values a pixel.
  static constexpr int kLeastDensity = 10;

  /// Which edges count: all, or only as far as they run across and down alike (hatching and bars
  /// do not, unless they lie on the slant).
  enum class Edges : uint8_t { kAll, kMixed };
  /// One cell a block.
  void Assign(const BlockMap& map, const LimitsMap& limits, Edges edges = Edges::kAll);
  /// One cell for each four of `map`.
  void AssignHalf(DensityMap& map);
  /// mask[k]: mean over (2·radius + 1)² cells >= share[k] / 256 of the contrast of a cell, and
  /// >= kLeastDensity. Radius 0 to kMaxRadius, as many masks as shares, kMaxMasks at the most.
  /// Thread: one. Cost: some µs for 20 000 cells; no allocation once it has grown.
  void Mask(int radius, std::span<const uint8_t> shares, std::span<BlockMask> masks);

  /// The sums over all rectangles.
  void SumInto(DensitySums* sums);

 private:
  void Resize(int cols, int rows);
  size_t At(int y) const;  ///< where a row begins
  uint8_t* Row(int y) { return density_.data() + At(y); }
  uint8_t* Contrast(int y) { return contrast_.data() + At(y); }

  int cols_ = 0;
  int rows_ = 0;
  int words_ = 0;
  size_t pitch_ = 0;               ///< bytes of a row: whole words and a margin on each side
  std::vector<uint8_t> density_;   ///< with margins of no edges
  std::vector<uint8_t> contrast_;  ///< of a cell and those around it
  std::vector<uint16_t> sums_;     ///< of a row: vertical sums
  std::vector<uint8_t> means_;     ///< of a row
};

/// Means of a density map over rectangles of cells.
class DensitySums {
 public:
  /// Over [x, x + width) × [y, y + height) of cells, as far as they lie in the map; 0 outside.
  float MeanOf(const Rect& cells) const;

 private:
  friend class DensityMap;
  int cols_ = 0;
  int rows_ = 0;
  std::vector<uint32_t> sums_;  ///< of all above and to the left, one column and row more
};

}  // namespace veriline::locate
