// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tools/linesim/frame_set.h"
#include "tools/veriline/bench_result.h"
#include "tools/veriline/bench_scene.h"
#include "vision/core/symbol.h"

namespace veriline::tools {

/// CPU time of the calling thread, so that other programs on the machine do not count.
double ThreadCpuUs();
/// The smallest value that `ratio` of the values do not exceed. Requires at least one.
double Percentile(std::vector<double> values, double ratio);

/// What was measured, and what peers are compared with.
struct SceneMeasurement {
  BenchResult result;
  std::vector<double> whole_us;  ///< per frame, best of three passes in CPU time
};

/// Reads the first `frames` pictures of a scene as a line does (those symbologies, number of codes
/// unknown), on this thread, and for the throughput of two cores on two. `seed` is the pictures'.
SceneMeasurement MeasureScene(const BenchScene& scene, linesim::FrameSet& pictures, uint64_t seed,
                              const SymbologySet& symbologies, uint64_t frames);

/// Reads pictures, once each, until `codes` codes were seen or there are no more: fills what
/// counts codes and the wall times of whole passes. Pictures are drawn, read and dropped.
BenchResult CountCodes(const BenchScene& scene, linesim::FrameSet& pictures,
                       const SymbologySet& symbologies, uint64_t codes);

}  // namespace veriline::tools
