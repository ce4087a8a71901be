// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "pipeline/reject/belt_motion.h"
#include "vision/core/clock.h"
#include "vision/core/result.h"

namespace veriline::reject {

/// A belt that somebody tells of, and whether what is told can be believed: the half that the
/// trigger sources with a far encoder have in common.
///
/// Silence for `loss_ns` is a loss; it is healed when messages have come long enough to tell the
/// speed. A count that no belt can have reached since the last one (the far counter began anew) is
/// refused, and while the line runs nothing is healthy until the next Start, because the items on
/// the belt have lost their places.
/// Thread: Start, Stop, Told and place from one thread at a time; the rest from any.
class FollowedBelt {
 public:
  struct Config {
    double most_counts_per_s = 0;  ///< the belt is never faster
    int64_t loss_ns = 0;
    int64_t time_error_ns = 0;  ///< of the moments that are told
  };

  /// `clock` must outlive it.
  FollowedBelt(const Config& config, const Clock& clock)
      : config_(config), clock_(clock), motion_(config.loss_ns, config.most_counts_per_s) {}

  void Start();
  /// Before Start: the far counter may begin anew with it.
  void Forget() { knows_place_ = false; }
  void Stop() { running_.store(false, std::memory_order_release); }
  bool running() const { return running_.load(std::memory_order_acquire); }

  /// The belt was at `count` at `time_ns`, which is not later than now; its speed is taken over
  /// `speed_window_ns`. Errors: kInvalidArgument, the count is impossible.
  Checked<void> Told(int64_t count, int64_t time_ns, int64_t speed_window_ns);
  /// Where the belt was when it was told last; nothing when that says no more.
  std::optional<int64_t> place() const {
    return knows_place_ ? std::optional(last_count_) : std::nullopt;
  }

  /// Was told of within `loss_ns`.
  bool heard() const;
  bool healthy() const;
  int64_t CountAt(int64_t time_ns) const { return motion_.CountAt(time_ns); }
  int64_t TimeOf(int64_t count, int64_t not_after_ns) const {
    return motion_.TimeOf(count, not_after_ns);
  }

 private:
  static constexpr int64_t kNever = INT64_MIN;
  bool IsPossible(int64_t count, int64_t now_ns) const;

  const Config config_;
  const Clock& clock_;
  BeltMotion motion_;
  int64_t last_count_ = 0;
  bool knows_place_ = false;
  std::atomic<bool> running_{false};
  std::atomic<bool> knows_speed_{false};
  std::atomic<bool> displaced_{false};  ///< the count jumped while the line ran
  std::atomic<int64_t> heard_ns_{kNever};
};

}  // namespace veriline::reject
