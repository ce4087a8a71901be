// SPDX-License-Identifier: Apache-2.0
#include "vision/core/sampled_grid.h"

#include <algorithm>
#include <cmath>

namespace veriline {

bool SampledGrid::Consistent() const {
  if (rows <= 0 || cols <= 0 || region_rows <= 0 || region_cols <= 0) return false;
  if (rows % region_rows != 0 || cols % region_cols != 0) return false;
  const size_t modules = static_cast<size_t>(rows) * static_cast<size_t>(cols);
  if (centers.size() != modules || codeword.size() != modules || dark.size() != modules) {
    return false;
  }
  const auto in_codewords = [this](int16_t i) {
    return i == kFixedPattern || i == kUnused ||
           (i >= 0 && static_cast<size_t>(i) < codewords.size());
  };
  const auto in_blocks = [this](const Codeword& c) { return c.block < blocks.size(); };
  const auto finite = [](Point p) { return std::isfinite(p.x) && std::isfinite(p.y); };
  return std::all_of(codeword.begin(), codeword.end(), in_codewords) &&
         std::all_of(codewords.begin(), codewords.end(), in_blocks) &&
         std::all_of(centers.begin(), centers.end(), finite);
}

void SampledGrid::Clear() {
  symbology = Symbology::kUnknown;
  rows = cols = 0;
  region_rows = region_cols = 1;
  outline = {};
  mirrored = inverted = false;
  centers.clear();
  codeword.clear();
  dark.clear();
  codewords.clear();
  blocks.clear();
}

}  // namespace veriline
