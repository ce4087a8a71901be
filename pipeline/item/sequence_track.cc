// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/sequence_track.h"

#include <cstdlib>

namespace veriline::item {

SequenceTrack::SequenceTrack(const SequenceSpec& spec, int lane) : window_(spec.window) {
  if (const SequenceSpec::Lane* own = spec.LaneOf(lane)) {
    step_ = own->step;
    if (!own->first.empty()) next_ = spec.ValueOf(own->first);
  }
}

std::optional<int64_t> SequenceTrack::StepsFromNext(int64_t value) const {
  const int64_t ahead = value - *next_;
  return ahead % step_ == 0 ? std::optional(ahead / step_) : std::nullopt;
}

bool SequenceTrack::Fits(int64_t value) const {
  if (!next_) return true;
  const auto steps = StepsFromNext(value);
  return steps && std::abs(*steps) <= window_;
}

void SequenceTrack::Settle(std::optional<int64_t> value) {
  if (!value) {
    if (next_) *next_ += step_;
    outside_next_ += step_;
    return;
  }
  if (Fits(*value)) {
    outside_ = 0;
    // One from behind was put in again: the expected one is still to come.
    if (!next_ || (*value - *next_) / step_ >= 0) next_ = *value + step_;
    return;
  }
  outside_ = outside_ > 0 && *value == outside_next_ ? outside_ + 1 : 1;
  outside_next_ = *value + step_;
  *next_ += step_;
  if (outside_ == kAgreeing) {
    outside_ = 0;
    next_ = outside_next_;
  }
}

void SequenceTrack::Restart() {
  next_.reset();
  outside_ = 0;
}

}  // namespace veriline::item
