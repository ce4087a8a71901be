// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tools/linesim/world.h"

namespace veriline::linesim {

/// A strip of a line-scan camera that exposes a line at every encoder count, whichever way the belt
/// goes. Lines lie evenly from first_count to last_count, downward where the belt goes back.
struct Strip {
  int64_t first_count = 0;  ///< of the encoder
  int64_t last_count = 0;
  int64_t first_ns = 0;  ///< steady time of its first line's exposure
  int64_t last_ns = 0;

  int lines() const {
    return static_cast<int>(last_count > first_count ? last_count - first_count
                                                     : first_count - last_count) +
           1;
  }
};

/// The strips that the camera of a web delivers, in order: from before the first label to well
/// behind the last, traits.picture_height lines each, fewer where the belt turns.
/// Thread: immutable. Cost of At: some comparisons.
class Strips {
 public:
  /// `world` must outlive it.
  explicit Strips(const World& world);

  uint64_t size() const { return runs_.empty() ? 0 : runs_.back().strips_until; }
  Strip At(uint64_t index) const;

 private:
  /// Lines in one direction.
  struct Run {
    int64_t first_count = 0;
    int64_t last_count = 0;
    size_t first_piece = 0;     ///< of the motion
    uint64_t strips_until = 0;  ///< of this run and those before

    bool forward() const { return last_count >= first_count; }
  };
  int64_t TimeOf(const Run& run, int64_t count) const;

  const World& world_;
  int64_t strip_lines_;
  std::vector<Run> runs_;
};

}  // namespace veriline::linesim
