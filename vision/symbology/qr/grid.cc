// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/grid.h"

#include <cstddef>
#include <cstdint>

#include "vision/symbology/qr/format.h"
#include "vision/symbology/qr/layout.h"

namespace veriline::symbology::qr {
namespace {

void FillCodewords(const Decoded& decoded, SampledGrid* grid) {
  const BlockStructure& structure = decoded.structure;
  grid->codewords.resize(static_cast<size_t>(structure.codewords()));
  for (size_t i = 0; i < grid->codewords.size(); ++i) {
    grid->codewords[i] = {
        .read = decoded.before[i],
        .corrected = decoded.after[i],
        .block = static_cast<uint8_t>(structure.PlaceOf(static_cast<int>(i)).block)};
  }
  grid->blocks.resize(static_cast<size_t>(structure.blocks));
  for (size_t i = 0; i < grid->blocks.size(); ++i) {
    grid->blocks[i] = {.check = static_cast<int16_t>(structure.check),
                       .reserve = static_cast<int16_t>(structure.reserve),
                       .errors = decoded.blocks[i].errors,
                       .erasures = decoded.blocks[i].erasures};
  }
}

/// Format and version information as they are printed.
void FillInformation(const Decoded& decoded, SampledGrid* grid) {
  const Version version = decoded.version;
  const uint32_t format = FormatWord(decoded.format.format);
  for (int copy = 0; copy < FormatCopies(version); ++copy) {
    for (int bit = 0; bit < kFormatBits; ++bit) {
      const Module at = FormatModule(version, copy, bit);
      grid->dark[grid->Index(at.row, at.col)] = (format >> bit) & 1;
    }
  }
  if (!HasVersionInformation(version)) return;
  const uint32_t number = VersionWord(version.number);
  for (int copy = 0; copy < 2; ++copy) {
    for (int bit = 0; bit < kVersionBits; ++bit) {
      const Module at = VersionModule(version, copy, bit);
      grid->dark[grid->Index(at.row, at.col)] = (number >> bit) & 1;
    }
  }
}

}  // namespace

void FillGrid(const Decoded& decoded, SampledGrid* grid) {
  const Layout& layout = *decoded.layout;
  const int size = layout.size, mask = decoded.format.format.mask;
  const auto modules = static_cast<size_t>(size) * static_cast<size_t>(size);
  grid->symbology = decoded.version.micro ? Symbology::kMicroQr : Symbology::kQr;
  grid->rows = grid->cols = size;
  grid->region_rows = grid->region_cols = 1;
  grid->codeword.resize(modules);
  grid->dark.resize(modules);
  for (size_t i = 0; i < modules; ++i) {
    const bool is_remainder = (layout.segments[i] & kRemainder) != 0;
    const bool is_data = layout.codeword_of[i] != Layout::kNoCodeword;
    if (!is_data && !is_remainder) {
      grid->codeword[i] = SampledGrid::kFixedPattern;
      grid->dark[i] = layout.is_dark[i];
      continue;
    }
    // Remainder bits are 0 before the mask.
    int bit = 0;
    if (is_data) bit = decoded.after[layout.codeword_of[i]] >> layout.bit_of[i] & 1;
    const Module at{static_cast<uint8_t>(i / static_cast<size_t>(size)),
                    static_cast<uint8_t>(i % static_cast<size_t>(size))};
    grid->codeword[i] =
        is_data ? static_cast<int16_t>(layout.codeword_of[i]) : SampledGrid::kUnused;
    grid->dark[i] = (bit != 0) != layout.MaskAt(mask, at);
  }
  FillInformation(decoded, grid);
  FillCodewords(decoded, grid);
}

}  // namespace veriline::symbology::qr
