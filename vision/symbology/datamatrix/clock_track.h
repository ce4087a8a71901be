// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <vector>

#include "vision/symbology/datamatrix/edge_line.h"

// The alternating sides of a Data Matrix. A track begins at the border of the L, with a dark
// module, and ends with a light one; border k lies between modules k - 1 and k, and it becomes dark
// at even ones.
namespace veriline::symbology::datamatrix {

inline constexpr int kMostTrackModules = 144;

/// Where it becomes dark or light along a track.
struct TrackEdge {
  float at = 0;  ///< px from the track's beginning
  bool to_dark = false;
};

/// Borders of a track's modules. Memory is kept.
class ClockTrack {
 public:
  /// How many runs of one colour along the way are about a module long, less those that are much
  /// shorter; by the colours of pixels, some of each module.
  static int CountModules(const TwoLevels& picture, Point from, Point to, float pitch);

  /// The share of the way that is dark, by the same pixels.
  static float DarkPart(const TwoLevels& picture, Point from, Point to, float pitch);

  /// Follows an unknown number of modules: edges are given to borders by way of the
  /// cheapest chain, in which a step may take more than one module (some are damaged) and edges may
  /// be passed over (specks). `pitch`: px a module, 0 = not known. Returns the number of modules,
  /// which is even, or 0.
  int Match(const TwoLevels& picture, Point from, Point to, float pitch);

  /// Follows a known number of modules, between two pixels: `expected` has their borders, first and
  /// last included, as parts of the way. `ends_at_dark`: what lies behind the last one is dark.
  /// False where the track has no length.
  bool Follow(const TwoLevels& picture, Point from, Point to, std::span<const float> expected,
              float pitch, bool ends_at_dark);

  int modules() const { return static_cast<int>(borders_.size()) - 1; }
  float length() const { return length_; }
  /// Px from the beginning. After Match: as seen, the first is 0 and the last is length(). After
  /// Follow: where they would be if dark were as wide as light.
  std::span<const float> borders() const { return borders_; }
  /// By how much dark modules are wider than light ones, halved: px by which dark is too wide.
  float spread() const { return spread_; }
  /// Borders that were seen.
  int seen() const { return seen_; }

 private:
  void ListEdges(const TwoLevels& picture, Point from, Point to);
  void MeasureSpread(float pitch);
  void FillGaps();

  std::vector<TrackEdge> edges_;
  std::vector<float> borders_;  // NaN while not seen
  std::vector<float> cost_, work_;
  std::vector<int> before_, steps_;
  float length_ = 0;
  float spread_ = 0;
  int seen_ = 0;
};

}  // namespace veriline::symbology::datamatrix
