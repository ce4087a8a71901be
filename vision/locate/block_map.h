// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vision/core/frame.h"

namespace veriline::locate {

inline constexpr int kBlockPx = 8;
/// Differences up to that (grey) are noise: of a sensor with σ 4 they leave less than a grey value
/// a pixel.
inline constexpr int kNoiseFloor = 8;
/// A pixel is compared with the second one to its right and below: an edge that blur spreads over
/// some pixels shows twice as much, and so do modules of two pixels.
inline constexpr int kEdgeReachPx = 2;

/// What 8×8 pixels show.
struct Block {
  /// Σ max(0, |p(x + 2, y) − p(x, y)| − kNoiseFloor) over its pixels / 16, at most 255: four times
  /// the mean a pixel. And the same downwards.
  uint8_t dx = 0;
  uint8_t dy = 0;
  uint8_t low = 0;  ///< darkest pixel
  uint8_t high = 0;

  friend bool operator==(const Block&, const Block&) = default;
};

/// The blocks of a picture, row by row; they end two pixels before the right and the lower border.
struct BlockMap {
  int cols = 0;
  int rows = 0;
  std::vector<Block> blocks;

  const Block& At(int x, int y) const {
    return blocks[static_cast<size_t>(y) * static_cast<size_t>(cols) + static_cast<size_t>(x)];
  }
};

/// Measures a picture: one read of each pixel (two rows of each block row are read twice), with the
/// widest vectors that the machine has.
/// Thread: any, one per `map`. Cost: about what one read of the memory costs; no allocation once
/// the map has grown.
void MeasureBlocks(const FrameView& picture, BlockMap* map);

/// Between them grey values keep the colour that came before: dark becomes light above `light` and
/// light dark below `dark`.
struct Limits {
  uint8_t dark = 0;
  uint8_t light = 255;

  int middle() const { return (dark + light) / 2; }
};

/// Limits that follow the light: the middle between the darkest and the brightest pixel of a block
/// and those around it, a sixteenth of their distance up and down. Where these differ by less than
/// kFlatContrast nothing changes colour.
class LimitsMap {
 public:
  /// What noise of σ 4 may show of itself in the nine blocks.
  static constexpr int kFlatContrast = 30;

  /// Thread: one. Cost: some µs for 20 000 blocks; no allocation once it has grown.
  void Assign(const BlockMap& map);

  int cols() const { return cols_; }
  int rows() const { return rows_; }
  /// Rows lie pitch() limits apart. Beyond the last column and row, where a picture goes on for
  /// less than kPadding blocks, the last ones are repeated.
  const Limits* Row(int y) const {
    return &limits_[static_cast<size_t>(y) * static_cast<size_t>(pitch())];
  }
  int pitch() const { return cols_ + kPadding; }
  static constexpr int kPadding = 2;

 private:
  int cols_ = 0;
  int rows_ = 0;
  std::vector<Limits> limits_;
  std::vector<uint8_t> low_, high_;          ///< of blocks, with a margin of one
  std::vector<uint8_t> low_row_, high_row_;  ///< of three blocks one above the other
};

/// Where the map is dense with edges, as bits.
struct BlockMask {
  int words = 0;  ///< of a row
  int rows = 0;
  std::vector<uint64_t> bits;  ///< bit x % 64 of word x / 64 of row y

  const uint64_t* Row(int y) const {
    return &bits[static_cast<size_t>(y) * static_cast<size_t>(words)];
  }
};

/// (dx + dy + 1) / 2 of each block, its mean over the square of cells around a cell, and where
/// that is at least a threshold. Beyond the map there are no edges.
class DensityMap {
 public:
  static constexpr int kMaxRadius = 2;
  static constexpr size_t kMaxMasks = 4;

  /// One cell a block.
  void Assign(const BlockMap& map);
  /// One cell for each four of `map`.
  void AssignHalf(DensityMap& map);
  /// mask[k]: mean over (2·radius + 1)² cells >= threshold[k]. Radius 0 to kMaxRadius, as many
  /// masks as thresholds, kMaxMasks at the most.
  /// Thread: one. Cost: some µs for 20 000 cells; no allocation once it has grown.
  void Mask(int radius, std::span<const uint8_t> thresholds, std::span<BlockMask> masks);

 private:
  void Resize(int cols, int rows);
  uint8_t* Row(int y);

  int cols_ = 0;
  int rows_ = 0;
  int words_ = 0;
  size_t pitch_ = 0;              ///< bytes of a row: whole words and a margin on each side
  std::vector<uint8_t> density_;  ///< with margins of no edges
  std::vector<uint16_t> sums_;    ///< of a row: vertical sums
  std::vector<uint8_t> means_;    ///< of a row
};

}  // namespace veriline::locate
