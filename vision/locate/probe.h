// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/locate/block_map.h"

namespace veriline::locate {

/// Where a line crosses from light to dark or back.
struct Edge {
  float at = 0;        ///< px along the line
  bool light = false;  ///< light behind it
};

/// Looks at the pixels of a picture through limits that follow the light. Where the light shows
/// nothing, a line keeps the colour it had.
/// Thread: one.
class Probe {
 public:
  /// All is borrowed until the next call; `limits` are those of the picture.
  void Assign(const FrameView& picture, const LimitsMap& limits);

  /// Appends the edges on the way from `from` to `to`, in order, as far as it lies in the picture;
  /// returns how many. A pixel is looked at each `step_px`. `light` tells the colour before the
  /// first edge.
  /// Cost: some ns a sample, ten more an edge.
  size_t LineInto(Point from, Point to, float step_px, std::vector<Edge>* edges,
                  bool* light = nullptr) const;
  /// The edges alone; valid until the next call.
  std::span<const Edge> Line(Point from, Point to, bool* light = nullptr);

  /// Grey minus threshold at a point, outside of the picture of the nearest pixel. Where the light
  /// shows nothing, half of the grey range is the threshold.
  int Above(Point p) const;
  bool IsLight(Point p) const { return Above(p) >= 0; }

  const FrameView& picture() const { return picture_; }

 private:
  FrameView picture_;
  const LimitsMap* limits_ = nullptr;
  std::vector<Edge> edges_;
};

}  // namespace veriline::locate
