// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/overlay_segments.h"

#include <span>

#include "grading/module_map.h"
#include "vision/symbology/qr/layout.h"

namespace veriline::tools {
namespace {

using grading::SegmentName;

constexpr int kFinder = 8;  // with its separator

std::vector<ModuleBlock> AlignmentBlocks(int size) {
  std::vector<ModuleBlock> blocks;
  const auto version = symbology::qr::Version::OfSize(size);
  if (!version) return blocks;
  const std::span<const uint8_t> centres = symbology::qr::AlignmentCentres(*version);
  for (size_t y = 0; y < centres.size(); ++y) {
    for (size_t x = 0; x < centres.size(); ++x) {
      const size_t last = centres.size() - 1;
      if ((y == 0 && (x == 0 || x == last)) || (y == last && x == 0)) continue;  // finders
      blocks.push_back({centres[y] - 2, centres[x] - 2, 5, 5});
    }
  }
  return blocks;
}

/// Each data region's left (or lower) side, or its clock tracks.
std::vector<ModuleBlock> RegionBlocks(SegmentName segment, const SampledGrid& grid) {
  std::vector<ModuleBlock> blocks;
  const int height = grid.rows / grid.region_rows, width = grid.cols / grid.region_cols;
  for (int y = grid.region_rows - 1; y >= 0; --y) {
    for (int x = 0; x < grid.region_cols; ++x) {
      const int row = y * height, col = x * width;
      if (segment == SegmentName::kL1) blocks.push_back({row, col, height, 1});
      if (segment == SegmentName::kL2) blocks.push_back({row + height - 1, col, 1, width});
      if (segment == SegmentName::kCtsa) {
        blocks.push_back({row - 1, col, 2, width});
        blocks.push_back({row, col + width - 1, height, 2});
      }
    }
  }
  return blocks;
}

}  // namespace

std::vector<ModuleBlock> BlocksOf(SegmentName segment, const SampledGrid& grid) {
  const int rows = grid.rows, cols = grid.cols, size = rows;
  const int quiet = grading::QuietModulesOf(grid.symbology);
  const int far = size - kFinder, wide = kFinder + quiet;
  const int timing = grid.symbology == Symbology::kMicroQr ? 0 : 6;
  const int length = timing == 0 ? size - kFinder : size - 2 * kFinder;
  switch (segment) {
    case SegmentName::kL1:
    case SegmentName::kL2:
    case SegmentName::kCtsa:
      return RegionBlocks(segment, grid);
    case SegmentName::kQzl1:
      return {{0, -1, rows + 1, 1}};
    case SegmentName::kQzl2:
      return {{rows, -1, 1, cols + 1}};
    case SegmentName::kA1:
      return {{-quiet, -quiet, wide, wide}};
    case SegmentName::kA2:
      return {{-quiet, far, wide, wide}};
    case SegmentName::kA3:
      return {{far, -quiet, wide, wide}};
    case SegmentName::kB1:
      return {{timing, kFinder, 1, length}};
    case SegmentName::kB2:
      return {{kFinder, timing, length, 1}};
    case SegmentName::kC:
      return AlignmentBlocks(size);
  }
  return {};
}

}  // namespace veriline::tools
