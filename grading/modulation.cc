// SPDX-License-Identifier: Apache-2.0
#include "grading/modulation.h"

#include <algorithm>

#include "grading/unused_error_correction.h"

namespace veriline::grading {

CodewordOverlay OverlayCodewords(const ModuleMap& map, const SampledGrid& grid, CodewordValue value,
                                 Scale scale, const Switches& switches, CodewordGrades* memory) {
  memory->lowest.assign(grid.codewords.size(), 1.0f);
  for (int row = 0; row < grid.rows; ++row) {
    for (int col = 0; col < grid.cols; ++col) {
      const int16_t codeword = grid.CodewordOf(row, col);
      if (codeword < 0) continue;
      const Module& m = map.At(row, col);
      float& lowest = memory->lowest[static_cast<size_t>(codeword)];
      lowest = std::min(lowest, value == CodewordValue::kRightSide ? m.margin : m.modulation);
    }
  }
  return OverlayShifted(grid, 0, scale, switches, memory);
}

CodewordOverlay OverlayShifted(const SampledGrid& grid, double shift, Scale scale,
                               const Switches& switches, CodewordGrades* memory) {
  memory->blocks.assign(std::max<size_t>(1, grid.blocks.size()), {});
  for (size_t i = 0; i < grid.codewords.size(); ++i) {
    const double value = memory->lowest[i] > 0 ? memory->lowest[i] + shift : 0;
    memory->blocks[grid.codewords[i].block].Add(
        GradeOf(kModulationTable, value, scale, switches.tails_below_one));
  }
  const OverlayLevels levels{.scale = scale, .rule = switches.codeword_overlay};
  CodewordOverlay worst;
  for (size_t b = 0; b < grid.blocks.size(); ++b) {
    const int capacity = CorrectionCapacity(grid.blocks[b], switches.subtract_misdecode_reserve);
    const double grade = Overlay(memory->blocks[b], levels, [&](int errors) {
      return GradeOf(kUnusedErrorCorrectionTable, UnusedErrorCorrection(0, errors, capacity), scale,
                     switches.tails_below_one);
    });
    const int below = memory->blocks[b].Below(LevelCount::kTop);
    const double uec = UnusedErrorCorrection(0, below, capacity);
    if (b == 0 || grade < worst.grade || (grade == worst.grade && uec < worst.uec_at_4)) {
      worst = {grade, uec, below};
    }
  }
  return worst;
}

}  // namespace veriline::grading
