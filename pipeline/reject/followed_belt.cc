// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reject/followed_belt.h"

#include <cmath>
#include <string>

namespace veriline::reject {
namespace {

constexpr double kMostCount = 1e15;  ///< thousands of years of any belt

tl::unexpected<Diagnostic> Refuse(std::string message, std::string advice) {
  return Fail(Diagnostic{.code = ErrorCode::kInvalidArgument,
                         .message = std::move(message),
                         .advice = std::move(advice)});
}

}  // namespace

void FollowedBelt::Start() {
  if (displaced_.exchange(false)) {
    knows_place_ = false;
    heard_ns_ = kNever;
  }
  running_.store(true, std::memory_order_release);
}

bool FollowedBelt::heard() const {
  const int64_t heard_ns = heard_ns_.load(std::memory_order_acquire);
  return heard_ns != kNever && clock_.NowNs() - heard_ns <= config_.loss_ns;
}

bool FollowedBelt::healthy() const {
  return running() && heard() && knows_speed_.load(std::memory_order_acquire) &&
         !displaced_.load(std::memory_order_acquire);
}

bool FollowedBelt::IsPossible(int64_t count, int64_t now_ns) const {
  const int64_t since_ns =
      now_ns - heard_ns_.load(std::memory_order_relaxed) + config_.loss_ns + config_.time_error_ns;
  return std::abs(static_cast<double>(count) - static_cast<double>(last_count_)) <=
         static_cast<double>(since_ns) * config_.most_counts_per_s / 1e9;
}

Checked<void> FollowedBelt::Told(int64_t count, int64_t time_ns, int64_t speed_window_ns) {
  if (std::abs(static_cast<double>(count)) > kMostCount) {
    return Refuse("the count " + std::to_string(count) + " is none of an encoder",
                  "tell the unwrapped count");
  }
  if (displaced_.load(std::memory_order_relaxed) && running()) {
    return Refuse("the encoder count has jumped: the items on the belt have lost their places",
                  "stop the line and start it again");
  }
  const int64_t now_ns = clock_.NowNs();
  if (knows_place_ && !IsPossible(count, now_ns)) {
    if (running()) {
      displaced_.store(true, std::memory_order_release);
      return Refuse("the encoder count jumped from " + std::to_string(last_count_) + " to " +
                        std::to_string(count) + ", further than the belt can have gone",
                    "stop the line and start it again");
    }
    knows_place_ = false;  // nothing is on the belt that could lose its place
  }
  bool knows_speed = false;
  if (knows_place_) {
    knows_speed = motion_.Report(time_ns, now_ns, count, speed_window_ns);
  } else {
    motion_.Restart(time_ns, now_ns, count);
  }
  knows_place_ = true;
  last_count_ = count;
  knows_speed_.store(knows_speed, std::memory_order_release);
  heard_ns_.store(now_ns, std::memory_order_release);
  return {};
}

}  // namespace veriline::reject
