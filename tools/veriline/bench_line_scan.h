// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tools/veriline/bench_result.h"
#include "vision/core/result.h"
#include "vision/core/symbol.h"

namespace veriline::tools {

struct LineScanOptions {
  double seconds = 60;
  double lines_per_s = 0;  ///< 0: the highest at which no block is lost is sought
  uint64_t codes = 120'000;
  uint64_t seed = 1;
  /// What is looked for; none: what the recipe of the web asks for.
  SymbologySet symbologies;
};

/// Reads the label web at the rate of a line-scan camera: linesim::BlockFeed hands blocks over, the
/// inspector of a line (its arena, readers and decode workers) reads them where they lie, and what
/// it read is compared with what was there afterwards. All of it, the feeder too, runs on two
/// cores. Says on standard output what it tries.
/// Errors: those of BlockFeed; decode workers that do not start.
/// Requires: the calling process has one thread.
Checked<LineScanResult> MeasureLineScan(const LineScanOptions& options);

void Print(const LineScanResult& result);

}  // namespace veriline::tools
