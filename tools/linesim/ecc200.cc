// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/ecc200.h"

#include <algorithm>
#include <array>

namespace veriline::linesim {
namespace {

constexpr Ecc200Size kSizes[] = {{10, 3, 5},   {12, 5, 7},   {14, 8, 10},
                                 {16, 12, 12}, {18, 18, 14}, {20, 22, 18},
                                 {22, 30, 20}, {24, 36, 24}, {26, 44, 28}};

/// The walk of annex F: codewords in L-shaped groups of eight modules along the diagonals.
class Placer {
 public:
  explicit Placer(int side) : side_(side), map_(static_cast<size_t>(side) * side, kFree) {}

  std::vector<int> Place() {
    int codeword = 0;
    int row = 4, col = 0;
    do {
      if (row == side_ && col == 0) {
        Corner(codeword++,
               {{{-1, 0}, {-1, 1}, {-1, 2}, {0, -2}, {0, -1}, {1, -1}, {2, -1}, {3, -1}}});
      }
      if (row == side_ - 2 && col == 0 && side_ % 4 != 0) {
        Corner(codeword++,
               {{{-3, 0}, {-2, 0}, {-1, 0}, {0, -4}, {0, -3}, {0, -2}, {0, -1}, {1, -1}}});
      }
      if (row == side_ - 2 && col == 0 && side_ % 8 == 4) {
        Corner(codeword++,
               {{{-3, 0}, {-2, 0}, {-1, 0}, {0, -2}, {0, -1}, {1, -1}, {2, -1}, {3, -1}}});
      }
      if (row == side_ + 4 && col == 2 && side_ % 8 == 0) {
        Corner(codeword++,
               {{{-1, 0}, {-1, -1}, {0, -3}, {0, -2}, {0, -1}, {1, -3}, {1, -2}, {1, -1}}});
      }
      for (; row >= 0 && col < side_; row -= 2, col += 2) {
        if (row < side_ && col >= 0 && At(row, col) == kFree) Group(row, col, codeword++);
      }
      row += 1;
      col += 3;
      for (; row < side_ && col >= 0; row += 2, col -= 2) {
        if (row >= 0 && col < side_ && At(row, col) == kFree) Group(row, col, codeword++);
      }
      row += 3;
      col += 1;
    } while (row < side_ || col < side_);
    std::ranges::replace(map_, static_cast<int>(kFree), -1);
    return map_;
  }

 private:
  static constexpr int kFree = -2;
  struct Step {
    int row, col;
  };

  int& At(int row, int col) { return map_[static_cast<size_t>(row * side_ + col)]; }

  /// A module of a group, which goes on at the other side where it leaves the matrix.
  void Put(int row, int col, int value) {
    if (row < 0) {
      row += side_;
      col += 4 - (side_ + 4) % 8;
    }
    if (col < 0) {
      col += side_;
      row += 4 - (side_ + 4) % 8;
    }
    At(row, col) = value;
  }
  void Group(int row, int col, int codeword) {
    constexpr std::array<Step, 8> kShape = {
        {{-2, -2}, {-2, -1}, {-1, -2}, {-1, -1}, {-1, 0}, {0, -2}, {0, -1}, {0, 0}}};
    for (int bit = 0; bit < 8; ++bit) {
      const Step at = kShape[static_cast<size_t>(bit)];
      Put(row + at.row, col + at.col, 8 * codeword + bit);
    }
  }
  /// Places counted from the far sides where negative.
  void Corner(int codeword, const std::array<Step, 8>& places) {
    for (int bit = 0; bit < 8; ++bit) {
      const Step at = places[static_cast<size_t>(bit)];
      At(at.row < 0 ? side_ + at.row : at.row, at.col < 0 ? side_ + at.col : at.col) =
          8 * codeword + bit;
    }
  }

  const int side_;
  std::vector<int> map_;
};

uint8_t Doubled(uint8_t value) {
  constexpr int kPrime = 0x12D;
  const int twice = value << 1;
  return static_cast<uint8_t>(twice & 0x100 ? twice ^ kPrime : twice);
}

uint8_t Product(uint8_t a, uint8_t b) {
  uint8_t product = 0;
  for (; b != 0; b >>= 1, a = Doubled(a)) {
    if (b & 1) product ^= a;
  }
  return product;
}

}  // namespace

const Ecc200Size* Ecc200SizeOf(int modules) {
  const auto found = std::ranges::find(kSizes, modules, &Ecc200Size::modules);
  return found == std::end(kSizes) ? nullptr : found;
}

std::vector<int> Ecc200Placement(int modules) { return Placer(modules - 2).Place(); }

std::vector<uint8_t> CodewordsOf(const ModuleMatrix& matrix) {
  const Ecc200Size& size = *Ecc200SizeOf(matrix.modules);
  std::vector<uint8_t> codewords(static_cast<size_t>(size.data + size.ecc));
  const std::vector<int> placement = Ecc200Placement(matrix.modules);
  const int side = matrix.modules - 2;
  for (int i = 0; i < side * side; ++i) {
    const int bit = placement[static_cast<size_t>(i)];
    if (bit < 0) continue;
    const int module = (i / side + 1) * matrix.modules + i % side + 1;
    codewords[static_cast<size_t>(bit / 8)] |=
        static_cast<uint8_t>(matrix.dark[static_cast<size_t>(module)] << (7 - bit % 8));
  }
  return codewords;
}

bool IsReedSolomonWord(std::span<const uint8_t> codewords, int ecc) {
  uint8_t root = 1;
  for (int i = 1; i <= ecc; ++i) {
    root = Doubled(root);
    uint8_t value = 0;  // Horner
    for (const uint8_t codeword : codewords) {
      value = static_cast<uint8_t>(Product(value, root) ^ codeword);
    }
    if (value != 0) return false;
  }
  return true;
}

}  // namespace veriline::linesim
