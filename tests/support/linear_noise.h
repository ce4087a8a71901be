// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <vector>

namespace veriline::testing {

/// Kinds of edges that are no symbol: texture around a threshold, whole modules, whole modules with
/// wide spaces between, narrow modules with a wide one now and then, and widths that change slowly.
inline constexpr int kNoiseKinds = 5;
/// Edges of 20 to 120 elements of one of them.
std::vector<float> NoiseEdges(int kind, std::mt19937* random);

/// Moves up to three edges anywhere, or makes them numbers that are none, and cuts some off.
/// Returns: the edges in memory of just their size.
std::vector<float> DamagedEdges(std::vector<float> edges, std::mt19937* random);

/// VERILINE_LINEAR_ROWS, or 10^5.
int NoiseRows();

}  // namespace veriline::testing
