// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reject/eye_filter.h"

namespace veriline::reject {

void EyeFilter::Edge(bool rising, int64_t count, int64_t time_ns, const item::PartId& part_id) {
  if (rising == covered_) return;  // an edge to where it is already says nothing new
  covered_ = rising;
  if (!rising) {
    gap_from_ = count;
  } else if (!active_) {
    active_ = true;
    opened_ = false;
    item_ = {count, 0, time_ns, false, part_id};
  }
}

EyeFilter::Event EyeFilter::Advance(int64_t now, Item* item) {
  if (!active_) return Event::kNone;
  const int64_t end = covered_ ? now : gap_from_;
  if (end - item_.from_count > config_.max_length_counts) item_.overlong = true;
  if (!opened_ && end - item_.from_count >= config_.min_length_counts) {
    opened_ = true;
    *item = item_;
    return Event::kOpened;
  }
  if (covered_ || now - gap_from_ < config_.debounce_counts) return Event::kNone;
  active_ = false;
  if (!opened_) {
    ++chatter_count_;
    return Event::kNone;
  }
  opened_ = false;
  item_.to_count = gap_from_;
  *item = item_;
  return Event::kClosed;
}

}  // namespace veriline::reject
