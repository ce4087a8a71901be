// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/layout.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "vision/symbology/qr/format.h"
#include "vision/symbology/qr/tables.h"

namespace veriline::symbology::qr {
namespace {

/// Micro QR in table 9: level, data bits, check codewords, reserve.
struct MicroRow {
  uint8_t number;
  Level level;
  uint8_t data_bits;
  uint8_t check;
  uint8_t reserve;
};
constexpr MicroRow kMicroRows[] = {
    {1, Level::kDetection, 20, 2, 2}, {2, Level::kL, 40, 5, 3},  {2, Level::kM, 32, 6, 2},
    {3, Level::kL, 84, 6, 2},         {3, Level::kM, 68, 8, 0},  {4, Level::kL, 128, 8, 2},
    {4, Level::kM, 112, 10, 0},       {4, Level::kQ, 80, 14, 0},
};

int ReserveOf(int number, Level level) {
  if (number == 1) return level == Level::kL ? 3 : level == Level::kM ? 2 : 1;
  if (level == Level::kL) return number == 2 ? 2 : number == 3 ? 1 : 0;
  return 0;
}

/// Draws fixed patterns and finds the modules of codewords.
class LayoutMaker {
 public:
  LayoutMaker(Layout& layout, const BlockStructure& blocks) : layout_(layout), blocks_(blocks) {}

  void Make() {
    const auto modules = static_cast<size_t>(layout_.size) * static_cast<size_t>(layout_.size);
    layout_.segments.assign(modules, 0);
    layout_.is_dark.assign(modules, 0);
    layout_.codeword_of.assign(modules, Layout::kNoCodeword);
    layout_.bit_of.assign(modules, 0);
    layout_.codewords = blocks_.codewords();
    if (blocks_.data_bits % 8 != 0) layout_.half_codeword = blocks_.data_codewords() - 1;
    DrawFinders();
    DrawTiming();
    DrawAlignment();
    MarkInformation();
    Place();
    MakeMasks();
  }

 private:
  size_t At(int row, int col) const { return static_cast<size_t>(row * layout_.size + col); }
  void Set(int row, int col, uint16_t segment, bool dark) {
    layout_.segments[At(row, col)] |= segment;
    layout_.is_dark[At(row, col)] = dark;
  }

  /// The pattern whose 7×7 modules begin at (top, left), and what of its separator lies inside.
  void DrawFinder(int top, int left, uint16_t segment) {
    for (int row = std::max(0, top - 1); row < std::min(layout_.size, top + 8); ++row) {
      for (int col = std::max(0, left - 1); col < std::min(layout_.size, left + 8); ++col) {
        const int ring = std::max(std::abs(row - top - 3), std::abs(col - left - 3));
        Set(row, col, segment, ring != 2 && ring != 4);
      }
    }
  }

  void DrawFinders() {
    DrawFinder(0, 0, kA1);
    if (layout_.version.micro) return;
    DrawFinder(0, layout_.size - 7, kA2);
    DrawFinder(layout_.size - 7, 0, kA3);
  }

  void DrawTiming() {
    const int line = layout_.version.micro ? 0 : 6;
    const int end = layout_.version.micro ? layout_.size : layout_.size - 8;
    for (int i = 8; i < end; ++i) {
      Set(line, i, kB1, i % 2 == 0);
      Set(i, line, kB2, i % 2 == 0);
    }
  }

  void DrawAlignment() {
    const auto centres = AlignmentCentres(layout_.version);
    for (const int row : centres) {
      for (const int col : centres) {
        if ((layout_.segments[At(row, col)] & (kA1 | kA2 | kA3)) != 0) continue;
        for (int dy = -2; dy <= 2; ++dy) {
          for (int dx = -2; dx <= 2; ++dx) {
            Set(row + dy, col + dx, kC, std::max(std::abs(dy), std::abs(dx)) != 1);
          }
        }
      }
    }
  }

  void MarkInformation() {
    for (int copy = 0; copy < FormatCopies(layout_.version); ++copy) {
      for (int bit = 0; bit < kFormatBits; ++bit) {
        const Module m = FormatModule(layout_.version, copy, bit);
        Set(m.row, m.col, copy == 0 ? kFormat1 : kFormat2, false);
      }
    }
    if (!layout_.version.micro) Set(layout_.size - 8, 8, kDarkModule, true);
    if (!HasVersionInformation(layout_.version)) return;
    for (int copy = 0; copy < 2; ++copy) {
      for (int bit = 0; bit < kVersionBits; ++bit) {
        const Module m = VersionModule(layout_.version, copy, bit);
        Set(m.row, m.col, copy == 0 ? kVersion1 : kVersion2, false);
      }
    }
  }

  /// Clause 7.7.3: pairs of columns from the right, upwards and downwards by turns.
  void Place() {
    const size_t wanted =
        static_cast<size_t>(8 * layout_.codewords - (layout_.half_codeword >= 0 ? 4 : 0));
    layout_.bits.reserve(wanted);
    bool upwards = true;
    int codeword = 0, bit = 8;
    for (int right = layout_.size - 1; right > 0; right -= 2, upwards = !upwards) {
      if (!layout_.version.micro && right == 6) --right;  // the vertical timing pattern
      for (int i = 0; i < layout_.size; ++i) {
        const int row = upwards ? layout_.size - 1 - i : i;
        for (const int col : {right, right - 1}) {
          const size_t at = At(row, col);
          if (layout_.segments[at] != 0) continue;
          if (layout_.bits.size() == wanted) {
            layout_.segments[at] = kRemainder;
            continue;
          }
          layout_.bits.push_back(static_cast<uint16_t>(at));
          layout_.codeword_of[at] = static_cast<uint16_t>(codeword);
          layout_.bit_of[at] = static_cast<uint8_t>(--bit);
          if (bit == 8 - layout_.BitsOf(codeword)) ++codeword, bit = 8;
        }
      }
    }
  }

  void MakeMasks() {
    layout_.masks = layout_.version.micro ? 4 : 8;
    for (int mask = 0; mask < layout_.masks; ++mask) {
      auto& words = layout_.mask_codewords[static_cast<size_t>(mask)];
      words.assign(static_cast<size_t>(layout_.codewords), 0);
      for (const uint16_t at : layout_.bits) {
        const Module m{static_cast<uint8_t>(at / layout_.size),
                       static_cast<uint8_t>(at % layout_.size)};
        words[layout_.codeword_of[at]] |=
            static_cast<uint8_t>(layout_.MaskAt(mask, m) << layout_.bit_of[at]);
      }
    }
  }

  Layout& layout_;
  const BlockStructure& blocks_;
};

/// Only the half codeword of M3 makes the place of codewords depend on the level.
size_t SlotOf(Version version, Level level) {
  if (!version.micro) return version.number - 1u;
  return 39u + version.number + (version.number == 3 && level == Level::kM ? 2u : 0u);
}
constexpr size_t kSlots = 46;

}  // namespace

int BlockStructure::PlacedIndex(int block, int index) const {
  const int data = DataOf(block);
  if (index >= data) return data_codewords() + (index - data) * blocks + block;
  if (index < short_data) return index * blocks + block;
  return short_data * blocks + block - short_blocks();
}

BlockStructure::Place BlockStructure::PlaceOf(int placed) const {
  const int data = data_codewords();
  if (placed >= data) {
    const int block = (placed - data) % blocks;
    return {block, DataOf(block) + (placed - data) / blocks};
  }
  if (placed < short_data * blocks) return {placed % blocks, placed / blocks};
  return {placed - short_data * blocks + short_blocks(), short_data};
}

std::optional<BlockStructure> BlocksOf(Version version, Level level) {
  if (!version.IsValid()) return std::nullopt;
  if (version.micro) {
    for (const MicroRow& row : kMicroRows) {
      if (row.number != version.number || row.level != level) continue;
      return BlockStructure{.blocks = 1,
                            .short_data = (row.data_bits + 7) / 8,
                            .check = row.check,
                            .reserve = row.reserve,
                            .data_bits = row.data_bits};
    }
    return std::nullopt;
  }
  if (level == Level::kDetection) return std::nullopt;
  const BlockRow& row = kBlockTable[version.number - 1u][static_cast<size_t>(level)];
  BlockStructure blocks{.blocks = row.short_blocks + row.long_blocks,
                        .long_blocks = row.long_blocks,
                        .short_data = row.short_data,
                        .check = row.check,
                        .reserve = ReserveOf(version.number, level)};
  blocks.data_bits = 8 * blocks.data_codewords();
  return blocks;
}

std::span<const uint8_t> AlignmentCentres(Version version) {
  if (version.micro || !version.IsValid()) return {};
  const auto& row = kAlignmentTable[version.number - 1u];
  return {row.begin(), std::find(row.begin(), row.end(), 0)};
}

bool Layout::MaskAt(int mask, Module at) const {
  constexpr int kOfMicro[] = {1, 4, 6, 7};
  const int i = at.row, j = at.col;
  switch (version.micro ? kOfMicro[mask] : mask) {
    case 0:
      return (i + j) % 2 == 0;
    case 1:
      return i % 2 == 0;
    case 2:
      return j % 3 == 0;
    case 3:
      return (i + j) % 3 == 0;
    case 4:
      return (i / 2 + j / 3) % 2 == 0;
    case 5:
      return i * j % 2 + i * j % 3 == 0;
    case 6:
      return (i * j % 2 + i * j % 3) % 2 == 0;
    default:
      return ((i + j) % 2 + i * j % 3) % 2 == 0;
  }
}

int Layout::WrongModules(std::span<const uint8_t> dark, uint16_t segments_of_interest) const {
  int wrong = 0;
  for (size_t i = 0; i < segments.size(); ++i) {
    if ((segments[i] & segments_of_interest) != 0) wrong += (dark[i] != 0) != (is_dark[i] != 0);
  }
  return wrong;
}

const Layout& Layout::Of(Version version, Level level) {
  static std::array<std::once_flag, kSlots> once;
  static std::array<std::unique_ptr<const Layout>, kSlots> layouts;
  const size_t slot = SlotOf(version, level);
  std::call_once(once[slot], [&] {
    auto layout = std::make_unique<Layout>();
    layout->version = version;
    layout->size = version.Size();
    LayoutMaker(*layout, *BlocksOf(version, level)).Make();
    layouts[slot] = std::move(layout);
  });
  return *layouts[slot];
}

}  // namespace veriline::symbology::qr
