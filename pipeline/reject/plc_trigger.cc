// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reject/plc_trigger.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace veriline::reject {
namespace {

/// What the speed is taken over: longer where messages come when the network likes.
constexpr int64_t kSpeedWindowNs = 40'000'000;
constexpr int64_t kClockedSpeedWindowNs = 20'000'000;
constexpr int64_t kMostPlcNs = INT64_MAX / 4;

tl::unexpected<Diagnostic> Refuse(std::string message, std::string advice) {
  return Fail(Diagnostic{.code = ErrorCode::kInvalidArgument,
                         .message = std::move(message),
                         .advice = std::move(advice)});
}

tl::unexpected<Diagnostic> Full(std::atomic<uint64_t>& refused) {
  refused.fetch_add(1, std::memory_order_relaxed);
  return Fail(Diagnostic{.code = ErrorCode::kExhausted,
                         .message = "too many edges wait for the belt",
                         .advice = "tell of items not long before they come"});
}

}  // namespace

PlcTrigger::PlcTrigger(const Config& config, const Clock& clock)
    : config_(config),
      clock_(clock),
      belt_({.most_counts_per_s = config.most_counts_per_s,
             .loss_ns = config.loss_ns,
             .time_error_ns = config.delivery_ns},
            clock),
      queue_(kEdgeCapacity),
      passed_(static_cast<size_t>(config.lanes), INT64_MIN) {
  waiting_.reserve(kEdgeCapacity);
}

Checked<void> PlcTrigger::Start() {
  const std::lock_guard lock(feed_mutex_);
  item::EyeEdge stale;
  while (queue_.TryPop(stale)) {
  }
  run_.fetch_add(1, std::memory_order_release);
  belt_.Start();
  return {};
}

void PlcTrigger::Stop() {
  const std::lock_guard lock(feed_mutex_);
  belt_.Stop();
}

item::TriggerSource::Traits PlcTrigger::traits() const {
  // A count more for what the PLC rounds, one for the speed that this spoils, one for our rounding.
  return {0, config_.delivery_ns, 3};
}

std::vector<item::QueueStatus> PlcTrigger::queues() const {
  return {
      {"plc_edges", queue_.capacity(), queue_.peak(), refused_.load(std::memory_order_relaxed)}};
}

Checked<void> PlcTrigger::Tell(const Encoder& encoder) {
  const std::lock_guard lock(feed_mutex_);
  const int64_t now_ns = clock_.NowNs();
  if (!encoder.plc_ns) return belt_.Told(encoder.count, now_ns, kSpeedWindowNs);
  return belt_.Told(encoder.count, MapTime(*encoder.plc_ns, now_ns), kClockedSpeedWindowNs);
}

int64_t PlcTrigger::MapTime(int64_t plc_ns, int64_t now_ns) {
  // No clock counts further in a century; and the arithmetic needs room.
  if (plc_ns < -kMostPlcNs || plc_ns > kMostPlcNs) return now_ns;
  plc_clock_.Hear(plc_ns, now_ns);
  if (now_ns - plc_clock_.Map(plc_ns) > config_.loss_ns) {
    plc_clock_ = {};  // nothing is under way so long: its clock began anew
    plc_clock_.Hear(plc_ns, now_ns);
  }
  return std::min(now_ns, plc_clock_.Map(plc_ns));
}

Checked<void> PlcTrigger::CheckPlace(int lane, int64_t count) const {
  if (lane < 0 || lane >= config_.lanes) {
    return Refuse("there is no lane " + std::to_string(lane),
                  "the lanes are 0 to " + std::to_string(config_.lanes - 1));
  }
  const std::optional<int64_t> place = belt_.place();
  if (!place) {
    return Refuse("nobody has told yet where the belt is", "tell the encoder first");
  }
  if (std::abs(static_cast<double>(count) - static_cast<double>(*place)) >
      kReachS * config_.most_counts_per_s) {
    return Refuse("the count " + std::to_string(count) +
                      " is no place near the belt, which is at " + std::to_string(*place),
                  "tell counts of the same encoder");
  }
  return {};
}

Checked<void> PlcTrigger::Tell(const Edge& edge) {
  const std::lock_guard lock(feed_mutex_);
  if (auto place = CheckPlace(edge.lane, edge.count); !place) return place;
  const int64_t time_ns = edge.plc_ns ? MapTime(*edge.plc_ns, clock_.NowNs()) : 0;
  if (!belt_.running()) return {};
  if (!queue_.TryPush({edge.lane, edge.rising, edge.count, time_ns, {}})) {
    return Full(refused_);
  }
  return {};
}

Checked<void> PlcTrigger::Tell(const Part& part) {
  const std::lock_guard lock(feed_mutex_);
  if (part.to_count <= part.from_count) {
    return Refuse("the part ends at " + std::to_string(part.to_count) + ", before it begins",
                  "give [from_count, to_count) with from_count below to_count");
  }
  for (const int64_t count : {part.from_count, part.to_count}) {
    if (auto place = CheckPlace(part.lane, count); !place) return place;
  }
  if (!belt_.running()) return {};
  // Half a part must not stand in the queue. This is its only writer, so there is room for both,
  // also when the reader is still taking out the oldest one.
  if (queue_.size() + 3 > queue_.capacity()) return Full(refused_);
  static_cast<void>(queue_.TryPush({part.lane, true, part.from_count, 0, part.part_id}));
  static_cast<void>(queue_.TryPush({part.lane, false, part.to_count, 0, {}}));
  return {};
}

// ---- the thread that polls --------------------------------------------------------------------

bool PlcTrigger::IsLater(const Waiting& a, const Waiting& b) {
  return a.edge.count != b.edge.count ? a.edge.count > b.edge.count : a.order > b.order;
}

void PlcTrigger::TakeQueued() {
  Waiting next;
  while (waiting_.size() < kEdgeCapacity && queue_.TryPop(next.edge)) {
    next.order = ++order_;
    waiting_.push_back(next);
    std::push_heap(waiting_.begin(), waiting_.end(), IsLater);
  }
}

bool PlcTrigger::PollEdge(item::EyeEdge* edge) {
  if (const uint64_t run = run_.load(std::memory_order_acquire); run != polled_run_) {
    polled_run_ = run;
    waiting_.clear();
    std::ranges::fill(passed_, INT64_MIN);
  }
  if (!healthy()) return false;
  TakeQueued();
  const int64_t now_ns = clock_.NowNs();
  const int64_t now_count = CountAt(now_ns);
  while (!waiting_.empty() && waiting_.front().edge.count <= now_count) {
    std::pop_heap(waiting_.begin(), waiting_.end(), IsLater);
    *edge = waiting_.back().edge;
    waiting_.pop_back();
    int64_t& passed = passed_[static_cast<size_t>(edge->lane)];
    if (edge->count < passed) {
      disordered_.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    passed = edge->count;
    if (edge->time_ns == 0) edge->time_ns = belt_.TimeOf(edge->count, now_ns);
    return true;
  }
  return false;
}

}  // namespace veriline::reject
