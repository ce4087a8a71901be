// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "vision/core/frame.h"
#include "vision/symbology/pdf417/found_symbol.h"
#include "vision/symbology/pdf417/line_scan.h"

namespace veriline::symbology::pdf417 {

/// Finds PDF417 symbols by their start and stop patterns: some lines across the place, then both
/// patterns followed up and down with the row indicators beside them.
/// Thread: one Find at a time per object (it owns scratch memory).
/// Cost: 20 to 60 µs where there is no such pattern; else a microsecond for each pixel of height.
class GuardFinder {
 public:
  /// False when there is no pattern, or the row indicators do not tell rows and columns of one
  /// symbol. A symbol without a stop pattern that could be read is found as if it had one.
  bool Find(const FrameView& picture, const Place& place, FoundSymbol* found);

 private:
  /// A start or stop pattern as a line shows it.
  struct Hit {
    Point at;     ///< begin of its first bar
    Point along;  ///< unit vector; reading direction of the symbol
    float x_px;
    Guard guard;
  };
  /// What the indicators of one side tell of the symbol.
  struct Votes {
    std::array<int, 30> rows_third{};  ///< (rows - 1) / 3
    std::array<int, 30> rest{};        ///< level · 3 + (rows - 1) modulo 3
    std::array<int, 30> cols{};        ///< cols - 1
  };

  bool Glance(const Place& place);
  void CollectHits(Point along);
  /// The hit on the present line that lies nearest to `at`.
  bool NearHit(Point at, float most_px, Guard guard, float x_px, Point along, Hit* hit,
               size_t* edge) const;
  bool Follow(const Hit& seed, Border* border);
  void FollowOneWay(const Hit& seed, Point down, bool down_wards);
  bool FindOther(const Border& known, Guard wanted, Point along, Hit* hit);
  Point DownOf(const Hit& seed) const;

  struct Tracked {
    Point at;
    Point along;
    float x_px;
    int row;
  };
  FrameView picture_;
  LineScan line_;
  std::vector<Hit> hits_;
  std::vector<Tracked> up_, down_;
  Votes votes_;
};

}  // namespace veriline::symbology::pdf417
