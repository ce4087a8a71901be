// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vision/locate/density_map.h"

namespace veriline::locate {

/// Cells of a mask that hang together, also over corners: their box [x0, x1) × [y0, y1) and how
/// many they are.
struct Blob {
  int x0 = 0;
  int y0 = 0;
  int x1 = 0;
  int y1 = 0;
  uint32_t count = 0;
};

/// Finds the blobs of masks.
/// Thread: one. Cost: some ns for each run of cells; no allocation once it has grown.
class BlobFinder {
 public:
  /// Valid until the next call; in no order that means something.
  std::span<const Blob> Find(const BlockMask& mask);

 private:
  /// Cells [x0, x1) of one row.
  struct Run {
    int x0, x1, label;
  };
  int RootOf(int label);
  void AddRow(const uint64_t* words, int count, int y);
  void Add(int x0, int x1, int y, size_t* above);

  std::vector<Blob> blobs_;
  std::vector<int> parents_;  ///< another blob that it was joined with, or itself
  std::vector<Run> runs_;
  std::vector<Run> runs_above_;
};

}  // namespace veriline::locate
