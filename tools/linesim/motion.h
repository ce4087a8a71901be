// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace veriline::linesim {

/// How the belt moves: its encoder count over time, in straight pieces. Times are relative to the
/// moment at which the encoder stands at 0.
/// Thread: immutable after construction.
class Motion {
 public:
  /// Even movement from `from` to `to`; one that stands still has equal counts.
  struct Piece {
    int64_t from_ns = 0;
    int64_t to_ns = 0;
    double from_count = 0;
    double to_count = 0;

    bool forward() const { return to_count >= from_count; }
    double counts_per_ns() const {
      return (to_count - from_count) / static_cast<double>(to_ns - from_ns);
    }
    int64_t CountAt(int64_t ns) const;
    /// When the count is reached, in a piece that moves and passes it: going forward the first such
    /// moment, going back the middle of its time.
    int64_t TimeOf(int64_t count) const;
  };

  /// Always at the same speed.
  explicit Motion(double counts_per_s);
  /// With `stops` and `reversals`, evenly spread over the first `run_counts` counts, each with a
  /// slow-down before and after it. A reversal goes kReverseCounts back.
  Motion(double counts_per_s, int64_t run_counts, uint32_t stops, uint32_t reversals);

  static constexpr int64_t kReverseCounts = 2500;

  /// Encoder count (floor).
  int64_t CountAt(int64_t ns) const;
  /// The first time at which a count is reached.
  int64_t FirstTimeOf(int64_t count) const;
  /// In order of time, without gaps; the first begins at 0, the last has no end that matters.
  std::span<const Piece> pieces() const { return pieces_; }

 private:
  void Go(double counts_per_s, double counts);
  void Stand(int64_t ns);

  std::vector<Piece> pieces_;
};

}  // namespace veriline::linesim
