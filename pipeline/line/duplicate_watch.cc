// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/duplicate_watch.h"

#include <fmt/format.h>

#include <algorithm>

namespace veriline::line {
namespace {

/// Where an item is whose code is in that state.
std::string_view WhereIs(batch::CodeState state) {
  switch (state) {
    case batch::CodeState::kIssued:
    case batch::CodeState::kClaimed:
      return "is on its way to the exit";
    case batch::CodeState::kCommissioned:
      return "has passed the exit";
    case batch::CodeState::kInDoubt:
      return "was not seen at the exit";
    case batch::CodeState::kUnused:
      return "was taken off the belt";
    case batch::CodeState::kUnconfirmed:
      return "was released, and nobody watches the exit";
    case batch::CodeState::kSuspect:
      return "was accepted and is suspect since another item showed its code";
    default:
      return "was accepted";
  }
}

}  // namespace

void DuplicateWatch::OnFinal(const item::Verdict& verdict) {
  if (restart_.exchange(false, std::memory_order_acq_rel)) std::ranges::fill(in_a_row_, 0);
  int& run = in_a_row_[static_cast<size_t>(verdict.lane)];
  run = verdict.reasons.Has(item::RejectReason::kDuplicate) ? run + 1 : 0;
  if (limit_ == 0 || run < limit_) return;
  run = 0;
  stopped_lane_.store(verdict.lane, std::memory_order_release);
  stop_.store(true, std::memory_order_release);
}

void DuplicateWatch::OnDuplicate(const batch::ReserveAnswer& holder,
                                 const std::optional<batch::CodeInfo>& known) {
  const batch::ItemRef& first = holder.holder;
  std::string text =
      fmt::format("item {} of lane {} of line {}, which has the code of a later one, {}",
                  first.item_seq, first.lane, first.line_id,
                  known ? WhereIs(known->state) : "is somewhere that the store cannot tell now");
  const std::lock_guard lock(mutex_);
  ++count_;
  last_ = std::move(text);
}

void DuplicateWatch::Acknowledge() {
  restart_.store(true, std::memory_order_release);
  stop_.store(false, std::memory_order_release);
  stopped_lane_.store(-1, std::memory_order_release);
  const std::lock_guard lock(mutex_);
  count_ = 0;
  last_.clear();
}

std::string DuplicateWatch::Warning() const {
  const std::lock_guard lock(mutex_);
  if (count_ == 0) return "";
  return fmt::format("{} since the start: {}",
                     count_ == 1 ? "a duplicate" : std::to_string(count_) + " duplicates", last_);
}

std::string DuplicateWatch::Alarm() const {
  const int lane = stopped_lane_.load(std::memory_order_acquire);
  if (lane < 0) return "";
  return fmt::format(
      "{} duplicates in a row on lane {}: see whether labels were printed twice, then unhold",
      limit_, lane);
}

}  // namespace veriline::line
