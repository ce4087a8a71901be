// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
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

  /// Limits for a map of that size, whose rows are told one after the other.
  void Begin(int cols, int rows);
  /// The next row of blocks: then the limits of the row before it are there, with the last one all.
  void Add(const Block* blocks);

  int cols() const { return cols_; }
  int rows() const { return rows_; }
  /// Rows lie pitch() limits apart. Beyond the last column and row, where a picture goes on for
  /// less than kPadding blocks, the last ones are repeated.
  const Limits* Row(int y) const {
    return &limits_[static_cast<size_t>(y) * static_cast<size_t>(pitch())];
  }
  int pitch() const { return cols_ + kPadding; }
  static constexpr int kPadding = 2;
  /// Brightest minus darkest pixel of a block and those around it, for each of a row.
  const uint8_t* Contrast(int y) const {
    return &contrast_[static_cast<size_t>(y) * static_cast<size_t>(cols_)];
  }

 private:
  uint8_t* Low(int y) { return &low_[static_cast<size_t>(y + 1) * row_bytes_]; }
  uint8_t* High(int y) { return &high_[static_cast<size_t>(y + 1) * row_bytes_]; }
  void Finish(int y);

  int cols_ = 0;
  int rows_ = 0;
  int added_ = 0;
  size_t row_bytes_ = 0;
  std::vector<Limits> limits_;
  std::vector<uint8_t> contrast_;
  std::vector<uint8_t> low_, high_;          ///< of blocks, with a margin of one
  std::vector<uint8_t> low_row_, high_row_;  ///< of three blocks one above the other
};

/// The picture in two levels, a bit a pixel: between the limits a pixel has the colour of the one
/// to its left.
class LightBits {
 public:
  void Resize(int width, int height) {
    pitch_ = (width + 63) / 64 + 1;  // one to read beyond the end
    height = (height + 63) / 64 * 64;
    words_.resize(static_cast<size_t>(pitch_) * static_cast<size_t>(height));
  }
  /// 64 pixels side by side in a word, the first in its lowest bit, 1 = light. What lies beyond the
  /// picture may be anything.
  const uint64_t* Row(int y) const {
    return words_.data() + static_cast<size_t>(y) * static_cast<size_t>(pitch_);
  }
  uint64_t* Row(int y) {
    return words_.data() + static_cast<size_t>(y) * static_cast<size_t>(pitch_);
  }
  ptrdiff_t pitch() const { return pitch_; }  ///< words

 private:
  ptrdiff_t pitch_ = 0;
  std::vector<uint64_t> words_;
};

/// What one pass over a picture leaves behind.
class Survey {
 public:
  /// One read of each pixel from memory (a row of blocks is read again where it still lies in the
  /// cache, once the light around it is known), with the widest vectors that the machine has.
  /// Thread: one. Cost: about what one read of the memory costs, and half of that for the bits; no
  /// allocation once it has grown.
  void Take(const FrameView& picture);

  const BlockMap& blocks() const { return blocks_; }
  const LimitsMap& limits() const { return limits_; }
  const LightBits& bits() const { return bits_; }
  /// The same turned: its rows are the columns of the picture.
  const LightBits& turned_bits() const { return turned_bits_; }

 private:
  void TakeBits(const FrameView& picture, int block_row);
  void TurnBits(int width, int strip);

  BlockMap blocks_;
  LimitsMap limits_;
  LightBits bits_, turned_bits_;
  std::vector<uint8_t> dark_, light_;  ///< limits of each pixel of a row
};

}  // namespace veriline::locate
