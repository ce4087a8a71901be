// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "vision/core/frame.h"
#include "vision/core/symbol.h"

namespace veriline::decode {

struct DmtxOptions {
  int timeout_ms = 10;
  int shrink = 1;       ///< look at every n-th pixel
  int scan_gap_px = 2;  ///< distance of the lines on which edges are looked for
  int min_edge_px = 0;  ///< shortest side of a symbol; 0 = any
};

/// Reads at most one Data Matrix with libdmtx; corners are in pixels of `picture`. Both polarities
/// and any angle, no mirrored symbols. Nothing when there is none within the time.
/// Thread: any. Cost: 1–3 ms for a crop of 150×150 px, the timeout at worst (looked at between
/// the places tried, so that it may be passed by a millisecond).
std::optional<Symbol> ReadWithDmtx(const FrameView& picture, const DmtxOptions& options);

}  // namespace veriline::decode
