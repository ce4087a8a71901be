// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>

#include "vision/core/geometry.h"
#include "vision/symbology/qr/layout.h"
#include "vision/symbology/qr/level_field.h"
#include "vision/symbology/qr/pattern_fit.h"

namespace veriline::symbology::qr {

/// A map of the plane: x, y in modules from the symbol's upper left corner → px.
class PlaneMap {
 public:
  /// (0,0) → origin, a module to the right and one down.
  static PlaneMap Affine(Point origin, Point right, Point down);
  /// The projective map with from[i] → to[i]; affine where these allow it. Requires: no three of
  /// the places on a line.
  static PlaneMap Through(const std::array<Point, 4>& from, const std::array<Point, 4>& to);
  Point At(float x, float y) const;

 private:
  std::array<double, 9> m_{};
};

/// Where the finder patterns of a QR Code (model 2) lie.
struct FinderCentres {
  Point top_left, top_right, bottom_left;
};

/// The sampling grid of a QR Code: a map of the plane through the finder patterns and the alignment
/// pattern across from the first, and how far each other alignment pattern lies off it. Between
/// neighbouring ones that is joined by straight lines (bilinear), beyond the outermost it stays.
/// Version 1 has equal spaces. Source: ISO/IEC 18004 reference decode; grading.md 4.4.
/// Thread: one; no allocation.
class SamplingGrid {
 public:
  /// Equal spaces, which the three finder patterns span.
  void SetFinders(const FinderCentres& centres, Version version);
  /// Equal spaces, as they are.
  void SetPlane(const PlaneMap& map);
  /// Finds the alignment patterns. `guess`: where places of the symbol may be, off by 2 modules.
  /// One that does not show has its place from its neighbours. Requires: SetFinders.
  void FindAlignmentPatterns(const LevelField& field, const PlaneMap& guess);

  /// px of a place in modules.
  Point At(float x, float y) const;
  int alignment_patterns_found() const { return found_; }

 private:
  static constexpr int kMostLines = 7;
  struct Node {
    Point off;           ///< from the map, px
    bool known = false;  ///< an alignment pattern that was found, or in a finder pattern
  };
  Node& NodeAt(int row, int col) { return nodes_[static_cast<size_t>(row * kMostLines + col)]; }
  const Node& NodeAt(int row, int col) const {
    return nodes_[static_cast<size_t>(row * kMostLines + col)];
  }
  float Line(int i) const { return static_cast<float>(lines_[static_cast<size_t>(i)]) + 0.5f; }
  bool InFinder(int row, int col) const;
  bool FindCorner(const LevelField& field, const PlaneMap& guess);
  Point Expected(int row, int col) const;
  void FillUnknown();

  FinderCentres centres_;
  float size_ = 0;
  PlaneMap map_;
  std::span<const uint8_t> lines_;  ///< rows and columns of alignment patterns
  std::array<Node, kMostLines * kMostLines> nodes_;
  int found_ = 0;
};

}  // namespace veriline::symbology::qr
