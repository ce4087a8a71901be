// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"

namespace veriline::locate {

/// Three position patterns that may be those of one QR Code, seen from any side.
struct QrTriple {
  /// TL, TR, BL of the symbol as if it were not mirrored; px.
  std::array<Point, 3> middles;
  /// Length of a module along the upper side, at TL and at TR, and along the left one, at TL and
  /// at BL; px. Their ratios tell how the symbol leans away.
  std::array<float, 2> right_px{}, down_px{};
  float modules = 0;  ///< between the middles
  bool inverted = false;
  float misfit = 0;  ///< less is better
};

/// Looks for position patterns of QR Codes all over a picture (ISO/IEC 18004:2015, 6.3.3: dark and
/// light as 1:1:3:1:1 in any direction through their middle), without asking first where a code may
/// be: what has little contrast, large light areas or blur is found as well. Modules of 1.5 to 12
/// px; larger ones in a smaller picture.
/// Thread: one Look at a time per object (it owns scratch memory, five bytes a pixel).
/// Cost: about 10 ms for a megapixel. Not for the line.
class QrSearch {
 public:
  /// Best first; valid until the next call.
  std::span<const QrTriple> Look(const FrameView& picture);

 private:
  struct Pattern {
    Point middle;
    float module_px;  ///< mean of two directions
    int seen;         ///< lines that crossed it
  };
  struct Arms {
    float module_px = 0;  ///< 0: no pattern
    float shift_px = 0;   ///< of the middle
  };

  void Flatten(const FrameView& picture);
  float At(Point p) const;
  Arms ArmsAlong(Point middle, Point direction, float module_px, bool inverted) const;
  Arms ArmsOf(Point middle, Point direction, float module_px, bool inverted) const;
  void FindPatterns();
  void AddPattern(Point near, float module_px, bool inverted);
  void Join(bool inverted);

  int width_ = 0, height_ = 0;
  std::vector<int16_t> above_;                    ///< grey above the mean around it
  std::vector<uint32_t> sums_;                    ///< scratch
  std::vector<float> edges_;                      ///< of one line
  std::array<std::vector<Pattern>, 2> patterns_;  ///< dark and light ones
  std::vector<QrTriple> triples_;
};

}  // namespace veriline::locate
