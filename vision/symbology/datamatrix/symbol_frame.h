// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "vision/symbology/datamatrix/clock_track.h"
#include "vision/symbology/datamatrix/edge_line.h"
#include "vision/symbology/reference_decode.h"

namespace veriline::symbology::datamatrix {

/// The axes of a symbol begin at the corner of the L: across, along its lower side, and up, along
/// its left side. What is done along one is done along the other; the track of an axis lies at the
/// far end of the other one.
enum Axis : size_t { kAcross = 0, kUp = 1 };
inline constexpr Axis Other(size_t axis) { return axis == kAcross ? kUp : kAcross; }

/// The four sides of a symbol and the modules of its outer tracks. Memory is kept.
class SymbolFrame {
 public:
  /// From a start that is off by up to a module at each corner. Places: of the picture as `picture`
  /// has it. `all_lines`: all that a track's side could be are tried, not only where it is seen to
  /// be damaged; ten times the cost. Returns the step that failed: kFinder, kTracks, or kNone.
  ReferenceStep Find(const TwoLevels& picture, const ReferenceStart& start, bool all_lines);

  /// Follows the tracks again to where their sides were found since. False: not as many modules as
  /// a size has.
  bool FindAgain(const TwoLevels& picture, const ReferenceStart& start, const Line& right,
                 const Line& top);

  /// The side where an axis begins (of the L), and the one where it ends. They run along the other
  /// axis, away from the corner of the L; they lie where the picture's threshold is crossed.
  const Line& first(size_t axis) const { return first_[axis]; }
  const Line& last(size_t axis) const { return last_[axis]; }
  int modules(size_t axis) const { return modules_[axis]; }
  float module_px(size_t axis) const { return module_px_[axis]; }

  /// Of an axis: the middle of its track, from first() to last(), and the borders of its modules as
  /// parts of that way.
  const Line& track(size_t axis) const { return track_[axis]; }
  float track_length(size_t axis) const { return track_length_[axis]; }
  const std::vector<float>& borders(size_t axis) const { return borders_[axis]; }
  /// Px by which dark is too wide along an axis.
  float spread(size_t axis) const { return spread_[axis]; }

 private:
  bool FindCorners();
  bool FindL(const TwoLevels& picture);
  bool FindFarSide(const TwoLevels& picture, size_t axis, bool all_lines);
  bool MatchTrack(const TwoLevels& picture, size_t axis, float pitch);
  bool FindSize(const TwoLevels& picture, const ReferenceStart& start);
  void EstimateModule(const TwoLevels& picture);
  Line Base(size_t axis, bool far) const;
  Point Inward(const Line& base) const;

  std::array<Point, 4> corners_;  // TL TR BR BL, as well as they are known
  std::array<Line, 2> first_, last_, track_;
  std::array<int, 2> modules_{};
  std::array<float, 2> module_px_{}, track_length_{}, spread_{};
  std::array<std::vector<float>, 2> borders_;
  BorderPoints points_;
  ClockTrack follower_;
};

}  // namespace veriline::symbology::datamatrix
