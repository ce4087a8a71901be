// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace veriline::grading {

/// The level t, in bins, that splits `counts` into below (< t) and above (>= t) with the least sum
/// of the variances of both classes; of several equal minima the mean of the first and the last.
/// Unweighted as in ISO/IEC 29158 annex A (ISO/IEC 15415:2024 annex A takes it over), or each
/// variance by the share of its class (Otsu). Bins count as their index.
/// Returns: the middle of the range when all samples lie in one bin; 0 when there are none.
/// Source: grading.md 5.2. Cost: about 10 ns a bin. Thread: any.
double HistogramThreshold(std::span<const uint32_t> counts, bool by_size = false);

/// The place, in bins, below which `share` of all samples lie; samples are spread evenly in a bin.
/// Returns: 0 when there are none.
double Percentile(std::span<const uint32_t> counts, double share);
/// The mean place, in bins, of the lowest (or highest) `share` of all samples.
double TailMean(std::span<const uint32_t> counts, double share, bool highest);

}  // namespace veriline::grading
