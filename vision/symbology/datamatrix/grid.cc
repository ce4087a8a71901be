// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/grid.h"

namespace veriline::symbology::datamatrix {

void FillGrid(const SymbolSize& size, const DecodedSymbol& decoded, SampledGrid* grid) {
  grid->symbology = Symbology::kDataMatrix;
  grid->rows = size.rows;
  grid->cols = size.cols;
  grid->region_rows = size.regions_down();
  grid->region_cols = size.regions_across();
  const auto codewords = static_cast<size_t>(size.codewords());
  grid->codewords.resize(codewords);
  for (size_t i = 0; i < codewords; ++i) {
    grid->codewords[i] = {
        .read = decoded.codewords_read[i],
        .corrected = decoded.codewords[i],
        .block = static_cast<uint8_t>(BlockOf(size, static_cast<int>(i), decoded.interleaving))};
  }
  grid->blocks.resize(static_cast<size_t>(size.blocks));
  for (size_t i = 0; i < grid->blocks.size(); ++i) {
    grid->blocks[i] = {.check = static_cast<int16_t>(size.block_check_codewords()),
                       .errors = static_cast<int16_t>(decoded.blocks[i].errors),
                       .erasures = static_cast<int16_t>(decoded.blocks[i].erasures)};
  }
  const std::span<const Module> modules = Layout::Of(size).modules();
  grid->codeword.resize(modules.size());
  grid->dark.resize(modules.size());
  for (size_t i = 0; i < modules.size(); ++i) {
    const Module& module = modules[i];
    if (module.kind == ModuleKind::kBit) {
      const auto codeword = static_cast<size_t>(module.codeword);
      grid->codeword[i] = module.codeword;
      grid->dark[i] = decoded.codewords[codeword] >> (7 - module.bit) & 1;
    } else {
      const bool filler = module.kind == ModuleKind::kFiller;
      grid->codeword[i] = filler ? SampledGrid::kUnused : SampledGrid::kFixedPattern;
      grid->dark[i] = module.dark ? 1 : 0;
    }
  }
}

}  // namespace veriline::symbology::datamatrix
