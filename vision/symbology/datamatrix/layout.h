// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Where the codewords of a Data Matrix ECC 200 symbol lie. Sources: ISO/IEC 16022:2006 table 7 and
// annex F, ISO/IEC 21471 for the rectangular extension (DMRE).
namespace veriline::symbology::datamatrix {

/// One of the sizes that there are.
struct SymbolSize {
  int16_t rows;  ///< modules, with finder, without quiet zone
  int16_t cols;
  int16_t region_rows;  ///< data modules of a region, which has a border of one module around
  int16_t region_cols;
  int16_t data_codewords;
  int16_t check_codewords;
  int16_t blocks;  ///< interleaved Reed-Solomon blocks; each has check_codewords / blocks
  bool extension;  ///< of ISO/IEC 21471

  int regions_down() const { return rows / (region_rows + 2); }
  int regions_across() const { return cols / (region_cols + 2); }
  int modules() const { return rows * cols; }
  int codewords() const { return data_codewords + check_codewords; }
  int block_check_codewords() const { return check_codewords / blocks; }
  /// Errors that can be corrected when they are spread evenly over the blocks.
  int error_capacity() const { return block_check_codewords() / 2 * blocks; }
};
inline constexpr int kMaxModules = 144 * 144;
inline constexpr int kMaxDataCodewords = 1558;
inline constexpr int kMaxCodewords = 2178;
inline constexpr int kMaxBlocks = 10;

/// All sizes: squares, rectangles, rectangular extension; each from small to large.
std::span<const SymbolSize> SymbolSizes();
/// Null when there is no such size.
const SymbolSize* FindSymbolSize(int rows, int cols);

/// How the check codewords of 144×144, whose blocks differ in length, are dealt to the blocks: in
/// turn beginning with the ninth block (what printers and readers do), or with the first (what the
/// standard may be understood to say). For all other sizes there is no difference.
enum class Interleaving : uint8_t { kContinued, kRestarted };

/// The block of a codeword, which is named by its place in the symbol: data codewords in the order
/// of the message, then check codewords. Requires: 0 <= codeword < size.codewords().
inline int BlockOf(const SymbolSize& size, int codeword,
                   Interleaving interleaving = Interleaving::kContinued) {
  const bool restarted =
      interleaving == Interleaving::kRestarted && codeword >= size.data_codewords;
  return (restarted ? codeword - size.data_codewords : codeword) % size.blocks;
}

enum class ModuleKind : uint8_t {
  kBit,     ///< of a codeword
  kSolid,   ///< of the L: the left and the lower border of a region
  kTrack,   ///< of the clock track: the rest of the upper and the right border of a region
  kFiller,  ///< in the lower right corner of some sizes, where no codeword fits
};

/// What a module of the symbol is for.
struct Module {
  ModuleKind kind = ModuleKind::kFiller;
  bool dark = false;      ///< as it has to be, unless it is a bit
  int8_t bit = -1;        ///< 0 is the most significant
  int16_t codeword = -1;  ///< place in the symbol
};

/// The modules of one size. Immutable, lives as long as the process. Thread: any.
class Layout {
 public:
  /// Computed at the first call for a size and kept. Requires: a size that there is.
  static const Layout& Of(const SymbolSize& size);

  const SymbolSize& size() const { return size_; }
  /// Row by row from the top left corner; the corner of the L is at the lower left.
  std::span<const Module> modules() const { return modules_; }
  const Module& At(int row, int col) const {
    return modules_[static_cast<size_t>(row * size_.cols + col)];
  }
  /// Indices into modules(): eight for each codeword, the most significant bit first.
  std::span<const uint16_t> bits() const { return bits_; }

 private:
  explicit Layout(const SymbolSize& size);
  void PlaceBorders();
  void PlaceCodewords();

  const SymbolSize& size_;
  std::vector<Module> modules_;
  std::vector<uint16_t> bits_;
};

/// How many modules of borders and filler have the wrong colour. `dark`: size.modules() values,
/// not 0 for dark.
int CountFixedErrors(const Layout& layout, std::span<const uint8_t> dark);

}  // namespace veriline::symbology::datamatrix
