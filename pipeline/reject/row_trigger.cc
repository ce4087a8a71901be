// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reject/row_trigger.h"

#include <cmath>

namespace veriline::reject {

int64_t RowTrigger::StartOf(int64_t base, int64_t row) const {
  return base + config_.offset_counts +
         std::llround(static_cast<double>(row) * config_.repeat_counts);
}

void RowTrigger::Edge(bool rising, int64_t count, int64_t time_ns, const item::PartId&) {
  if (!rising || !config_.by_mark) return;
  if (StartOf(count, 0) < marked_to_) {
    ++chatter_count_;
    return;
  }
  marks_.push_back({count, time_ns});
  marked_to_ = StartOf(count, config_.rows - 1) + config_.length_counts;
}

RowTrigger::Event RowTrigger::Advance(int64_t now, Item* item) {
  if (opened_) {
    if (now < item_.to_count) return Event::kNone;
    opened_ = false;
    *item = item_;
    return Event::kClosed;
  }
  if (config_.by_mark && marks_.empty()) return Event::kNone;
  const Mark mark = config_.by_mark ? marks_.front() : Mark{};
  const int64_t from = StartOf(mark.count, row_);
  if (now < from) return Event::kNone;
  ++row_;
  if (config_.by_mark && row_ == config_.rows) {
    marks_.pop_front();
    row_ = 0;
  }
  opened_ = true;
  item_ = {from, from + config_.length_counts, mark.time_ns, false, {}};
  *item = item_;
  return Event::kOpened;
}

}  // namespace veriline::reject
