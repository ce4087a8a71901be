// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/layout.h"

#include <array>
#include <memory>
#include <mutex>

namespace veriline::symbology::datamatrix {
namespace {

constexpr std::array<SymbolSize, 48> kSizes = {{
    // ISO/IEC 16022:2006 table 7, squares
    {10, 10, 8, 8, 3, 5, 1, false},
    {12, 12, 10, 10, 5, 7, 1, false},
    {14, 14, 12, 12, 8, 10, 1, false},
    {16, 16, 14, 14, 12, 12, 1, false},
    {18, 18, 16, 16, 18, 14, 1, false},
    {20, 20, 18, 18, 22, 18, 1, false},
    {22, 22, 20, 20, 30, 20, 1, false},
    {24, 24, 22, 22, 36, 24, 1, false},
    {26, 26, 24, 24, 44, 28, 1, false},
    {32, 32, 14, 14, 62, 36, 1, false},
    {36, 36, 16, 16, 86, 42, 1, false},
    {40, 40, 18, 18, 114, 48, 1, false},
    {44, 44, 20, 20, 144, 56, 1, false},
    {48, 48, 22, 22, 174, 68, 1, false},
    {52, 52, 24, 24, 204, 84, 2, false},
    {64, 64, 14, 14, 280, 112, 2, false},
    {72, 72, 16, 16, 368, 144, 4, false},
    {80, 80, 18, 18, 456, 192, 4, false},
    {88, 88, 20, 20, 576, 224, 4, false},
    {96, 96, 22, 22, 696, 272, 4, false},
    {104, 104, 24, 24, 816, 336, 6, false},
    {120, 120, 18, 18, 1050, 408, 6, false},
    {132, 132, 20, 20, 1304, 496, 8, false},
    {144, 144, 22, 22, 1558, 620, 10, false},
    // rectangles
    {8, 18, 6, 16, 5, 7, 1, false},
    {8, 32, 6, 14, 10, 11, 1, false},
    {12, 26, 10, 24, 16, 14, 1, false},
    {12, 36, 10, 16, 22, 18, 1, false},
    {16, 36, 14, 16, 32, 24, 1, false},
    {16, 48, 14, 22, 49, 28, 1, false},
    // ISO/IEC 21471
    {8, 48, 6, 22, 18, 15, 1, true},
    {8, 64, 6, 14, 24, 18, 1, true},
    {8, 80, 6, 18, 32, 22, 1, true},
    {8, 96, 6, 22, 38, 28, 1, true},
    {8, 120, 6, 18, 49, 32, 1, true},
    {8, 144, 6, 22, 63, 36, 1, true},
    {12, 64, 10, 14, 43, 27, 1, true},
    {12, 88, 10, 20, 64, 36, 1, true},
    {16, 64, 14, 14, 62, 36, 1, true},
    {20, 36, 18, 16, 44, 28, 1, true},
    {20, 44, 18, 20, 56, 34, 1, true},
    {20, 64, 18, 14, 84, 42, 1, true},
    {22, 48, 20, 22, 72, 38, 1, true},
    {24, 48, 22, 22, 80, 41, 1, true},
    {24, 64, 22, 14, 108, 46, 1, true},
    {26, 40, 24, 18, 70, 38, 1, true},
    {26, 48, 24, 22, 90, 42, 1, true},
    {26, 64, 24, 14, 118, 50, 1, true},
}};

/// The walk of annex F over the mapping matrix, which is the symbol without the borders of its
/// regions. `put(row, col, codeword, bit)` is called once for each bit.
template <class Put>
class Walk {
 public:
  Walk(int rows, int cols, const Put& put)
      : rows_(rows), cols_(cols), put_(put), taken_(static_cast<size_t>(rows * cols)) {}

  void Run() {
    int codeword = 0;
    int row = 4, col = 0;
    do {
      // The four special corners.
      if (row == rows_ && col == 0) {
        Corner(codeword++,
               {{{-1, 0}, {-1, 1}, {-1, 2}, {0, -2}, {0, -1}, {1, -1}, {2, -1}, {3, -1}}});
      }
      if (row == rows_ - 2 && col == 0 && cols_ % 4 != 0) {
        Corner(codeword++,
               {{{-3, 0}, {-2, 0}, {-1, 0}, {0, -4}, {0, -3}, {0, -2}, {0, -1}, {1, -1}}});
      }
      if (row == rows_ - 2 && col == 0 && cols_ % 8 == 4) {
        Corner(codeword++,
               {{{-3, 0}, {-2, 0}, {-1, 0}, {0, -2}, {0, -1}, {1, -1}, {2, -1}, {3, -1}}});
      }
      if (row == rows_ + 4 && col == 2 && cols_ % 8 == 0) {
        Corner(codeword++,
               {{{-1, 0}, {-1, -1}, {0, -3}, {0, -2}, {0, -1}, {1, -3}, {1, -2}, {1, -1}}});
      }
      // Up and to the right, then down and to the left, in steps of two.
      for (; row >= 0 && col < cols_; row -= 2, col += 2) {
        if (row < rows_ && col >= 0 && !Taken(row, col)) Utah(row, col, codeword++);
      }
      row += 1;
      col += 3;
      for (; row < rows_ && col >= 0; row += 2, col -= 2) {
        if (row >= 0 && col < cols_ && !Taken(row, col)) Utah(row, col, codeword++);
      }
      row += 3;
      col += 1;
    } while (row < rows_ || col < cols_);
  }

 private:
  struct Place {
    int row, col;
  };
  using Shape = std::array<Place, 8>;

  bool Taken(int row, int col) const { return taken_[static_cast<size_t>(row * cols_ + col)]; }

  void Set(int row, int col, int codeword, int bit) {
    taken_[static_cast<size_t>(row * cols_ + col)] = true;
    put_(row, col, codeword, bit);
  }

  /// The shape of a codeword, named by its lower right module; what leaves the matrix comes in
  /// again at the other side.
  void Utah(int row, int col, int codeword) {
    constexpr Shape kUtah = {
        {{-2, -2}, {-2, -1}, {-1, -2}, {-1, -1}, {-1, 0}, {0, -2}, {0, -1}, {0, 0}}};
    for (int bit = 0; bit < 8; ++bit) {
      int r = row + kUtah[static_cast<size_t>(bit)].row;
      int c = col + kUtah[static_cast<size_t>(bit)].col;
      if (r < 0) {
        r += rows_;
        c += 4 - (rows_ + 4) % 8;
      }
      if (c < 0) {
        c += cols_;
        r += 4 - (cols_ + 4) % 8;
      }
      if (r >= rows_) r -= rows_;  // sizes of ISO/IEC 21471 only
      Set(r, c, codeword, bit);
    }
  }

  /// Negative places count from the far sides.
  void Corner(int codeword, const Shape& shape) {
    for (int bit = 0; bit < 8; ++bit) {
      const Place at = shape[static_cast<size_t>(bit)];
      Set(at.row < 0 ? rows_ + at.row : at.row, at.col < 0 ? cols_ + at.col : at.col, codeword,
          bit);
    }
  }

  const int rows_;
  const int cols_;
  const Put& put_;
  std::vector<bool> taken_;
};

}  // namespace

std::span<const SymbolSize> SymbolSizes() { return kSizes; }

const SymbolSize* FindSymbolSize(int rows, int cols) {
  for (const SymbolSize& size : kSizes) {
    if (size.rows == rows && size.cols == cols) return &size;
  }
  return nullptr;
}

const Layout& Layout::Of(const SymbolSize& size) {
  static std::array<std::once_flag, kSizes.size()> once;
  static std::array<std::unique_ptr<const Layout>, kSizes.size()> layouts;
  // Which one it is goes by its value, so that a copy of a size will do.
  const SymbolSize& known = *FindSymbolSize(size.rows, size.cols);
  const auto index = static_cast<size_t>(&known - kSizes.data());
  std::call_once(once[index], [&] { layouts[index].reset(new Layout(known)); });
  return *layouts[index];
}

Layout::Layout(const SymbolSize& size)
    : size_(size),
      modules_(static_cast<size_t>(size.modules())),
      bits_(static_cast<size_t>(size.codewords()) * 8) {
  PlaceBorders();
  PlaceCodewords();
}

void Layout::PlaceBorders() {
  const int height = size_.region_rows + 2;
  const int width = size_.region_cols + 2;
  for (int row = 0; row < size_.rows; ++row) {
    for (int col = 0; col < size_.cols; ++col) {
      const int r = row % height, c = col % width;
      Module& module = modules_[static_cast<size_t>(row * size_.cols + col)];
      if (c == 0 || r == height - 1) {
        module.kind = ModuleKind::kSolid;
        module.dark = true;
      } else if (r == 0 || c == width - 1) {
        module.kind = ModuleKind::kTrack;
        module.dark = r == 0 ? c % 2 == 0 : r % 2 == 1;
      }
    }
  }
}

void Layout::PlaceCodewords() {
  const int rows = size_.regions_down() * size_.region_rows;
  const int cols = size_.regions_across() * size_.region_cols;
  const auto index_of = [&](int row, int col) {
    const int r = row + 1 + row / size_.region_rows * 2;
    const int c = col + 1 + col / size_.region_cols * 2;
    return static_cast<size_t>(r * size_.cols + c);
  };
  // Where no codeword fits, the corner's modules are dark on the diagonal.
  modules_[index_of(rows - 1, cols - 1)].dark = true;
  modules_[index_of(rows - 2, cols - 2)].dark = true;
  const auto put = [&](int row, int col, int codeword, int bit) {
    const size_t index = index_of(row, col);
    modules_[index] = {ModuleKind::kBit, false, static_cast<int8_t>(bit),
                       static_cast<int16_t>(codeword)};
    bits_[static_cast<size_t>(codeword * 8 + bit)] = static_cast<uint16_t>(index);
  };
  Walk(rows, cols, put).Run();
}

int CountFixedErrors(const Layout& layout, std::span<const uint8_t> dark) {
  int errors = 0;
  const std::span<const Module> modules = layout.modules();
  for (size_t i = 0; i < modules.size(); ++i) {
    errors += modules[i].kind != ModuleKind::kBit && modules[i].dark != (dark[i] != 0);
  }
  return errors;
}

}  // namespace veriline::symbology::datamatrix
