// SPDX-License-Identifier: Apache-2.0
#include "grading/contrast_uniformity.h"

namespace veriline::grading {

ContrastUniformity MeasureContrastUniformity(const ModuleMap& map, const SampledGrid& grid,
                                             Switches::UniformityModules which) {
  ContrastUniformity lowest;
  for (int row = 0; row < grid.rows; ++row) {
    for (int col = 0; col < grid.cols; ++col) {
      if (which == Switches::UniformityModules::kData && grid.CodewordOf(row, col) < 0) continue;
      const double mod = map.At(row, col).modulation;
      if (lowest.row < 0 || mod < lowest.value) lowest = {mod, row, col};
    }
  }
  return lowest;
}

}  // namespace veriline::grading
