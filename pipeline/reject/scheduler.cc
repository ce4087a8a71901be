// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reject/scheduler.h"

#include <algorithm>
#include <bit>

#include "vision/core/thread.h"

namespace veriline::reject {
namespace {

constexpr int64_t kTickNs = 1'000'000;
constexpr size_t kInboxCapacity = 4096;

uint64_t Word(uint64_t seq, uint64_t state) { return seq << 2 | state; }

// Items that can lie between the eye and the decision point, with room for those told lately.
size_t SlotsFor(const SchedulerConfig& config) {
  const int64_t least = std::max<int64_t>(1, config.eye.min_length_counts);
  const int64_t most = (config.decision_counts + config.eye.max_length_counts) / least + 64;
  return std::bit_ceil(static_cast<size_t>(most));
}

}  // namespace

Scheduler::Scheduler(const SchedulerConfig& config, item::TriggerSource& trigger,
                     const Clock& clock, item::ItemEvents& events,
                     std::vector<item::ReleaseGateway*> gateways)
    : config_(config),
      trigger_(trigger),
      clock_(clock),
      events_(events),
      gateways_(std::move(gateways)),
      slot_count_(SlotsFor(config)),
      inbox_(kInboxCapacity) {
  for (int i = 0; i < config_.lanes; ++i) {
    Lane& lane = config_.rows ? lanes_.emplace_back(RowTrigger(*config_.rows))
                              : lanes_.emplace_back(EyeFilter(config_.eye));
    lane.slots = std::make_unique<Slot[]>(slot_count_);
    withheld_.reserve(slot_count_ * lanes_.size());
    lane.exposed.resize(config_.software_triggers.size());
  }
}

Scheduler::~Scheduler() { Stop(); }

void Scheduler::Start(const std::vector<uint64_t>& first_item_seq) {
  for (size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i].next_seq = lanes_[i].first_live = first_item_seq[i];
    std::ranges::fill(lanes_[i].exposed, first_item_seq[i] - 1);
  }
  stop_ = false;
  thread_ = std::thread([this] { Run(); });
}

void Scheduler::Stop() {
  if (!thread_.joinable()) return;
  stop_ = true;
  wake_.Post();
  thread_.join();
}

void Scheduler::SetState(item::PackmlState state) {
  state_.store(state, std::memory_order_release);
  wake_.Post();
}

bool Scheduler::Submit(const item::Verdict& verdict) {
  item::Verdict copy = verdict;
  if (!inbox_.TryPush(std::move(copy))) return false;
  wake_.Post();
  return true;
}

Scheduler::Slot& Scheduler::SlotOf(int lane, uint64_t seq) const {
  return lanes_[lane].slots[seq & (slot_count_ - 1)];
}

bool Scheduler::IsOpen(int lane, uint64_t item_seq) const {
  return SlotOf(lane, item_seq).word.load(std::memory_order_acquire) == Word(item_seq, kOpen);
}

int64_t Scheduler::DeadlineNs(int64_t position_counts, int64_t now_ns) const {
  const int64_t left = position_counts + config_.decision_counts - trigger_.CountAt(now_ns);
  return now_ns + static_cast<int64_t>(left * 1e9 / config_.top_counts_per_s) - config_.lead_ns;
}

void Scheduler::Run() {
  SetThreadName("scheduler");
  RaiseThreadPriority();
  now_ns_ = clock_.NowNs();
  now_count_ = trigger_.CountAt(now_ns_);
  while (!stop_) {
    Tick();
    wake_.WaitUntil(clock_.NowNs() + kTickNs);
  }
  Tick();
}

void Scheduler::Tick() {
  last_ns_ = now_ns_;
  last_count_ = now_count_;
  now_ns_ = clock_.NowNs();
  now_count_ = trigger_.CountAt(now_ns_);
  PollEyes(now_count_);
  FireCameras(now_count_);
  TellSubmitted();
  CloseExpired(now_count_);
  if (now_ns_ >= next_heartbeat_ns_) {
    next_heartbeat_ns_ = now_ns_ + config_.heartbeat_ns;
    const item::Heartbeat beat{now_ns_, now_count_, state()};
    for (item::ReleaseGateway* gateway : gateways_) gateway->Beat(beat);
  }
}

void Scheduler::PollEyes(int64_t count) {
  item::EyeEdge edge;
  while (trigger_.PollEdge(&edge)) {
    if (edge.lane < 0 || edge.lane >= static_cast<int>(lanes_.size())) continue;
    // A register mark begins rows in every lane.
    const int first = config_.rows ? 0 : edge.lane;
    const int last = config_.rows ? static_cast<int>(lanes_.size()) - 1 : edge.lane;
    for (int lane = first; lane <= last; ++lane) {
      TakeEyeEvents(lane, edge.count);
      TakeEdge(lanes_[lane], edge);
    }
  }
  uint64_t chatter = 0;
  for (int i = 0; i < static_cast<int>(lanes_.size()); ++i) {
    TakeEyeEvents(i, count);
    chatter += std::visit([](const auto& eye) { return eye.chatter_count(); }, lanes_[i].eye);
  }
  chatter_.store(chatter, std::memory_order_relaxed);
}

void Scheduler::TakeEdge(Lane& lane, const item::EyeEdge& edge) {
  std::visit([&](auto& eye) { eye.Edge(edge.rising, edge.count, edge.time_ns, edge.part_id); },
             lane.eye);
}

void Scheduler::TakeEyeEvents(int lane_index, int64_t count) {
  Lane& lane = lanes_[lane_index];
  EyeFilter::Item seen;
  for (;;) {
    const EyeFilter::Event event =
        std::visit([&](auto& eye) { return eye.Advance(count, &seen); }, lane.eye);
    if (event == EyeFilter::Event::kNone) return;
    if (event == EyeFilter::Event::kOpened) {
      if (state() != item::PackmlState::kExecute) continue;  // nobody will release it
      Slot& slot = SlotOf(lane_index, lane.next_seq);
      const uint64_t old_state = slot.word.load(std::memory_order_acquire) & 3;
      if (old_state == kOpen || old_state == kExpired) {
        // More items than the belt can hold: the recipe or the encoder lies.
        Abort();
        continue;
      }
      const int64_t trigger_ns = config_.rows ? TimeOfCount(seen.from_count) : seen.trigger_ns;
      slot.track = {lane_index, lane.next_seq, seen.from_count, 0,
                    trigger_ns, false,         false,           seen.part_id};
      lane.in_eye = lane.next_seq++;
      slot.word.store(Word(slot.track.item_seq, kOpen), std::memory_order_release);
      items_.fetch_add(1, std::memory_order_relaxed);
      events_.OnOpened(slot.track);
    } else if (lane.in_eye != 0) {
      Slot& slot = SlotOf(lane_index, lane.in_eye);
      slot.track.to_count = seen.to_count;
      slot.track.overlong = seen.overlong;
      slot.track.closed = true;
      lane.in_eye = 0;
      events_.OnClosed(slot.track);
    }
  }
}

int64_t Scheduler::TimeOfCount(int64_t count) const {
  if (count <= last_count_ || now_count_ <= last_count_) return last_ns_;
  const double part =
      static_cast<double>(count - last_count_) / static_cast<double>(now_count_ - last_count_);
  return last_ns_ + static_cast<int64_t>(part * static_cast<double>(now_ns_ - last_ns_));
}

void Scheduler::FireCameras(int64_t count) {
  for (size_t t = 0; t < config_.software_triggers.size(); ++t) {
    const auto& trigger = config_.software_triggers[t];
    // One exposure shows every lane: the first lane whose next item is due fires, and items of
    // other lanes that are due at the same time are shown by it or expire as frame_lost.
    for (int i = 0; i < static_cast<int>(lanes_.size()); ++i) {
      Lane& lane = lanes_[i];
      while (lane.exposed[t] + 1 < lane.next_seq) {
        const item::ItemTrack& track = SlotOf(i, lane.exposed[t] + 1).track;
        if (track.item_seq != lane.exposed[t] + 1) {  // gone long ago: the belt stood still
          ++lane.exposed[t];
          continue;
        }
        if (!track.closed) break;
        const int64_t centre = track.from_count + (track.to_count - track.from_count) / 2;
        const int64_t due_count = centre + trigger.distance_counts;
        if (count < due_count) break;
        ++lane.exposed[t];
        if (!trigger.camera->TriggerSoftware(TimeOfCount(due_count))) {
          ignored_triggers_.fetch_add(1, std::memory_order_relaxed);
        }
      }
    }
  }
}

void Scheduler::CloseExpired(int64_t count) {
  const auto lead_counts = static_cast<int64_t>(config_.lead_ns * config_.top_counts_per_s / 1e9);
  const bool running = item::IsRunning(state());
  for (int i = 0; i < static_cast<int>(lanes_.size()); ++i) {
    Lane& lane = lanes_[i];
    for (; lane.first_live < lane.next_seq; ++lane.first_live) {
      Slot& slot = SlotOf(i, lane.first_live);
      const bool in_time = count + lead_counts < slot.track.from_count + config_.decision_counts;
      if (in_time && running) break;
      uint64_t open = Word(lane.first_live, kOpen);
      if (slot.word.compare_exchange_strong(open, Word(lane.first_live, kExpired),
                                            std::memory_order_acq_rel)) {
        item::ItemTrack track = slot.track;
        if (!track.closed) track.to_count = count;
        events_.OnExpired(track);
      }
    }
  }
}

void Scheduler::TellSubmitted() {
  const bool interrupted = item::IsRunning(state()) && state() != item::PackmlState::kExecute;
  std::erase_if(withheld_, [&](item::Verdict& verdict) {
    if (interrupted && IsOpen(verdict.lane, verdict.item_seq)) return false;
    TellOne(verdict);
    return true;
  });
  item::Verdict verdict;
  while (inbox_.TryPop(verdict)) {
    if (interrupted && verdict.accepted) {
      withheld_.push_back(verdict);  // no more than items on the belt
    } else {
      TellOne(verdict);
    }
  }
}

void Scheduler::TellOne(item::Verdict& verdict) {
  Slot& slot = SlotOf(verdict.lane, verdict.item_seq);
  const uint64_t word = slot.word.load(std::memory_order_acquire);
  if (word != Word(verdict.item_seq, kOpen) && word != Word(verdict.item_seq, kExpired)) {
    return;  // told already: a verdict is final once
  }
  if (verdict.accepted) {
    item::RejectReason refused = item::RejectReason::kNone;
    if (word == Word(verdict.item_seq, kExpired)) refused = item::RejectReason::kLate;
    if (state() != item::PackmlState::kExecute || !trigger_.healthy()) {
      refused = item::RejectReason::kFault;
    }
    if (refused != item::RejectReason::kNone) {
      verdict.accepted = false;
      verdict.reasons.Add(refused);
      verdict.primary = verdict.reasons.Primary();
    }
  }
  slot.word.store(Word(verdict.item_seq, kTold), std::memory_order_release);
  verdict.part_id = slot.track.part_id;
  verdict.times.trigger_ns = slot.track.trigger_ns;
  verdict.times.decision_ns = now_ns_;
  verdict.times.sent_ns = clock_.NowNs();
  for (item::ReleaseGateway* gateway : gateways_) gateway->Tell(verdict);
  events_.OnFinal(verdict);
}

void Scheduler::Abort() { state_.store(item::PackmlState::kAborted, std::memory_order_release); }

}  // namespace veriline::reject
