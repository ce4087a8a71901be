// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/blobs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

namespace veriline::locate {
namespace {

using Key = std::tuple<int, int, int, int, uint32_t>;

/// By flood fill.
std::vector<Key> Defined(const BlockMask& mask) {
  const int cols = mask.words * 64;
  std::vector<uint8_t> left(static_cast<size_t>(cols) * static_cast<size_t>(mask.rows));
  const auto at = [&](int x, int y) -> uint8_t& {
    return left[static_cast<size_t>(y) * static_cast<size_t>(cols) + static_cast<size_t>(x)];
  };
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < cols; ++x) at(x, y) = (mask.Row(y)[x / 64] >> (x % 64)) & 1;
  }
  std::vector<Key> blobs;
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < cols; ++x) {
      if (at(x, y) == 0) continue;
      Key key{x, y, x + 1, y + 1, 0};
      auto& [x0, y0, x1, y1, count] = key;
      std::vector<std::pair<int, int>> open{{x, y}};
      at(x, y) = 0;
      while (!open.empty()) {
        const auto [ox, oy] = open.back();
        open.pop_back();
        ++count;
        x0 = std::min(x0, ox), y0 = std::min(y0, oy);
        x1 = std::max(x1, ox + 1), y1 = std::max(y1, oy + 1);
        for (int ny = std::max(0, oy - 1); ny <= std::min(mask.rows - 1, oy + 1); ++ny) {
          for (int nx = std::max(0, ox - 1); nx <= std::min(cols - 1, ox + 1); ++nx) {
            if (std::exchange(at(nx, ny), uint8_t{0}) != 0) open.emplace_back(nx, ny);
          }
        }
      }
      blobs.push_back(key);
    }
  }
  std::ranges::sort(blobs);
  return blobs;
}

TEST(BlobFinder, FindsWhatHangsTogetherAsAFloodFillDoes) {
  std::mt19937_64 random(3);
  BlobFinder finder;
  for (int round = 0; round < 400; ++round) {
    BlockMask mask;
    mask.words = 1 + static_cast<int>(random() % 3);
    mask.rows = static_cast<int>(random() % 20);
    const auto density = random() % 4;
    for (int i = 0; i < mask.words * mask.rows; ++i) {
      uint64_t word = random();
      if (density == 0) word &= random() & random();
      if (density == 1) word &= random();
      if (density == 3) word |= random();
      if (random() % 5 == 0) word = ~uint64_t{0};
      mask.bits.push_back(word);
    }
    std::vector<Key> found;
    for (const Blob& b : finder.Find(mask)) found.emplace_back(b.x0, b.y0, b.x1, b.y1, b.count);
    std::ranges::sort(found);
    ASSERT_EQ(found, Defined(mask)) << round;
  }
}

}  // namespace
}  // namespace veriline::locate
