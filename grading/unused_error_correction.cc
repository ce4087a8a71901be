// SPDX-License-Identifier: Apache-2.0
#include "grading/unused_error_correction.h"

#include <algorithm>

namespace veriline::grading {

int CorrectionCapacity(const SampledGrid::Block& block, bool subtract_reserve) {
  return std::max(0, block.check - (subtract_reserve ? block.reserve : 0));
}

double UnusedErrorCorrection(int erasures, int errors, int capacity) {
  const int used = erasures + 2 * errors;
  if (used == 0) return 1;
  if (used >= capacity) return 0;
  return 1 - static_cast<double>(used) / capacity;
}

double UnusedErrorCorrection(std::span<const SampledGrid::Block> blocks, bool subtract_reserve) {
  double lowest = 1;
  for (const SampledGrid::Block& b : blocks) {
    lowest = std::min(lowest, UnusedErrorCorrection(b.erasures, b.errors,
                                                    CorrectionCapacity(b, subtract_reserve)));
  }
  return lowest;
}

}  // namespace veriline::grading
