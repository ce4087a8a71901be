// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/symbology/pdf417/found_symbol.h"
#include "vision/symbology/pdf417/layout.h"
#include "vision/symbology/pdf417/line_scan.h"

namespace veriline::symbology::pdf417 {

/// Finds MicroPDF417 symbols, and CC-A and CC-B components, by a line that shows a whole row:
/// address patterns and characters of one X that belong to one variant. From there lines are
/// followed up and down.
/// Thread: one Find at a time per object (it owns scratch memory).
/// Cost: 40 to 100 µs where there is none.
class MicroFinder {
 public:
  /// `variants`: those that are looked for. False when no row is seen, or what is seen below and
  /// above it does not agree to one of them.
  bool Find(const FrameView& picture, const Place& place, std::span<const MicroVariant> variants,
            FoundSymbol* found);
  /// Only the lines that are to find one: where a component may stand, `offsets` between top (0)
  /// and bottom (1).
  bool Find(const FrameView& picture, const Place& place, std::span<const float> offsets,
            std::span<const MicroVariant> variants, FoundSymbol* found);

 private:
  struct Row {
    Point left, right;
    int left_rap = 0, centre_rap = 0, right_rap = 0;  ///< 0 = not read
    uint8_t clusters = 0;                             ///< bit c: a character of cluster c was read
  };
  struct Hit {
    Point left, right;  ///< of the plan, as it is read
    size_t shape = 0;
  };
  static constexpr size_t kShapes = 5;

  void PlanShapes(std::span<const MicroVariant> variants);
  size_t CollectHits();
  bool FollowHit(const Hit& hit, FoundSymbol* found);
  bool IsRow(std::span<const float> edges, size_t first, size_t shape, size_t* end,
             size_t* columns) const;
  bool ScanRow(Point left, Point right, Row* row);
  void FollowOneWay(const Hit& hit, bool down_wards);
  /// The row of a variant that has this pattern on that side; -1 when none has.
  static int RowOf(int rap, int first_rap, int rows);
  bool Agrees(const Row& row, const MicroVariant& variant, int* left, int* right) const;

  FrameView picture_;
  LineScan line_;
  std::span<const MicroVariant> variants_;
  std::array<RowPlan, kShapes> shapes_;  ///< rows that differ in their columns
  size_t shape_count_ = 0;
  std::vector<size_t> shape_of_;  ///< for each variant
  std::array<ColumnRead, RowPlan::kMostColumns> columns_;
  size_t shape_ = 0;
  float x_px_ = 0;
  std::vector<Hit> hits_;
  std::vector<Row> up_, down_;
};

}  // namespace veriline::symbology::pdf417
