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

/// Looks at a picture in two levels along lines.
/// Thread: one.
class Probe {
 public:
  /// Both are borrowed until the next call; `survey` is that of the picture.
  void Assign(const FrameView& picture, const Survey& survey);

  /// Appends the edges on the way from `from` to `to`, in order, as far as it lies in the picture;
  /// returns how many. One pixel is looked at each `step_px` along the nearer axis. Edges lie in
  /// the middle between two of these, or, `fine`, where the grey values between them pass the
  /// limit. `light` tells the colour before the first edge. Cost: 0.1 ns a pixel of lines that are
  /// nearly level or upright, two of others; two more an edge, ten `fine`.
  size_t LineInto(Point from, Point to, float step_px, bool fine, std::vector<Edge>* edges,
                  bool* light = nullptr) const;
  /// The fine edges alone; valid until the next call.
  std::span<const Edge> Line(Point from, Point to, bool* light = nullptr);

  /// Grey minus threshold at a point, outside of the picture of the nearest pixel. Where the light
  /// shows nothing, half of the grey range is the threshold.
  int Above(Point p) const;
  bool IsLight(Point p) const { return Above(p) >= 0; }

  const FrameView& picture() const { return picture_; }

 private:
  FrameView picture_;
  const LimitsMap* limits_ = nullptr;
  const LightBits* bits_ = nullptr;
  const LightBits* turned_bits_ = nullptr;
  std::vector<Edge> edges_;
};

}  // namespace veriline::locate
