// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tools/linesim/truth.h"

namespace veriline::linesim {

/// Which of `count` things have which fault. Faults are planted in strata: each run of 1/ratio
/// things has exactly one, at a random place, and of any n consecutive faults (n = number of kinds,
/// counted from the first) each kind is exactly one.
/// Thread: immutable, any thread. Cost: < 1 µs.
class FaultPlan {
 public:
  FaultPlan(uint64_t seed, uint64_t count, double ratio, std::vector<FaultKind> kinds);

  FaultKind Of(uint64_t index) const;

 private:
  uint64_t seed_;
  uint64_t count_;
  double period_;
  std::vector<FaultKind> kinds_;
};

}  // namespace veriline::linesim
