// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/locate/block_map.h"

namespace veriline::locate {

enum class RegionKind : uint8_t {
  kMatrix,  ///< edges in two crossing directions: Data Matrix, QR, stacked codes, also text
  kBars,    ///< edges in one direction: a linear code, also rules and hatching
};

/// A part of the picture in which a code may lie.
struct Region {
  Rect box;  ///< px, inside the picture, with a margin for the quiet zone
  RegionKind kind = RegionKind::kMatrix;
  /// Direction of the edges' gradient in radians, picture coordinates: kBars: along the scan line,
  /// in (-π/2, π/2]; kMatrix: of one axis of the grid, in (-π/4, π/4].
  float angle_rad = 0;
  /// How clear that direction is (0–1). Near 1 for bars or a clean upright grid, near 0 for noise.
  float clarity_ratio = 0;
  float score = 0;  ///< larger is better; only its order means something
};

struct LocateOptions {
  int max_regions = 48;
};

/// Finds regions of dense edges: gradient energy per 8×8 block → block map, looked at with several
/// thresholds and closings → connected regions, most code-like first. Codes of any angle, size
/// from 16 px, either polarity; several codes standing together may share a region, and a code may
/// be covered by several (nested) regions.
/// Thread: one Locate at a time per object (it owns scratch memory).
/// Cost: one pass over the pixels and some over the 64 times smaller map; no allocation once the
/// scratch memory has grown.
class Locator {
 public:
  /// The regions, best first; valid until the next call. Empty for pictures below 16×16 px.
  std::span<const Region> Locate(const FrameView& picture, const LocateOptions& options = {});

 private:
  /// Blocks that hang together, in block coordinates, [x0, x1) × [y0, y1).
  struct Blob {
    int parent;  ///< another blob that it was joined with, or itself
    int x0, y0, x1, y1;
    uint32_t count;
    uint64_t energy;
  };
  /// Blocks [x0, x1) of one row, all above the threshold.
  struct Run {
    int x0, x1, blob;
  };

  void CloseMap(int radius_blocks);
  void CollectComponents(int threshold, int radius_blocks);
  void AddCandidate(const Blob& blob, int radius_blocks);
  int RootOf(int blob);
  void Orient(const FrameView& picture, Region& region) const;

  BlockMap map_;
  std::vector<uint16_t> closed_;
  std::vector<uint32_t> integral_;
  std::vector<Run> runs_;
  std::vector<Run> runs_above_;
  std::vector<Blob> blobs_;
  std::vector<Region> candidates_;
  std::vector<Region> regions_;
};

}  // namespace veriline::locate
