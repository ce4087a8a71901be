// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "pipeline/item/interfaces.h"
#include "pipeline/item/item_track.h"
#include "pipeline/reject/eye_filter.h"
#include "pipeline/reject/row_trigger.h"
#include "vision/core/bounded_queue.h"
#include "vision/core/clock.h"
#include "vision/core/wake.h"

namespace veriline::reject {

struct SchedulerConfig {
  int lanes = 1;
  EyeFilter::Config eye;
  /// Rows of webs and sheets instead of eyes: each opens an item in every lane.
  std::optional<RowTrigger::Config> rows;
  int64_t decision_counts = 0;  ///< eye → last point at which a release is heard
  double top_counts_per_s = 0;  ///< fastest belt
  int64_t lead_ns = 0;          ///< closes that much earlier, at top speed
  int64_t heartbeat_ns = 50'000'000;
  /// Views that the line triggers: distance eye → optical axis, and the camera.
  struct SoftwareTrigger {
    int64_t distance_counts = 0;
    camera::CameraSource* camera = nullptr;
  };
  std::vector<SoftwareTrigger> software_triggers;
};

/// Owns the items on the belt: opens them at the eye, holds their deadline, and gives releases to
/// the gateways. It neither reads pictures nor touches a disk, so nothing that stalls there can
/// make it late.
///
/// States of an item (one atomic word in its slot):
///
///     free ─trigger→ open ─Submit→ told ─→ free (when its place is needed again)
///                      └─deadline→ expired ─Submit (reject only)→ told
///
/// A release that comes for an expired item is told as `late`. Outside of PackML Execute no item
/// is opened; in Held and Suspended releases wait for Execute (or their deadline), in the other
/// states every open item expires, and a release is told as `fault`.
/// Thread: Start/Stop from one thread; Submit, IsOpen, SetState, the counters from any; the
/// events and the gateways are called on its own thread ("scheduler", SCHED_FIFO where allowed),
/// which wakes each millisecond and for each Submit.
class Scheduler {
 public:
  /// Everything is borrowed and must outlive it.
  Scheduler(const SchedulerConfig& config, item::TriggerSource& trigger, const Clock& clock,
            item::ItemEvents& events, std::vector<item::ReleaseGateway*> gateways);
  ~Scheduler();

  /// Item numbers of lane i start at first_item_seq[i].
  void Start(const std::vector<uint64_t>& first_item_seq);
  void Stop();

  void SetState(item::PackmlState state);
  item::PackmlState state() const { return state_.load(std::memory_order_acquire); }

  /// The verdict of an item, once. Full inbox: returns false, and the item stays unreleased.
  bool Submit(const item::Verdict& verdict);
  /// Whether a release for the item would still be heard.
  bool IsOpen(int lane, uint64_t item_seq) const;
  /// Steady time at which an item at belt position `position_counts` is closed, were the belt at
  /// top speed from now on.
  int64_t DeadlineNs(int64_t position_counts, int64_t now_ns) const;

  uint64_t items() const { return items_.load(std::memory_order_relaxed); }
  uint64_t chatter() const { return chatter_.load(std::memory_order_relaxed); }
  uint64_t ignored_triggers() const { return ignored_triggers_.load(std::memory_order_relaxed); }
  const BoundedQueue<item::Verdict>& inbox() const { return inbox_; }

 private:
  enum SlotState : uint64_t { kFree = 0, kOpen = 1, kExpired = 2, kTold = 3 };
  struct Slot {
    std::atomic<uint64_t> word{0};  ///< item_seq << 2 | SlotState
    item::ItemTrack track;          ///< scheduler's thread only
  };
  struct Lane {
    std::variant<EyeFilter, RowTrigger> eye;
    std::unique_ptr<Slot[]> slots;
    uint64_t next_seq = 1;          ///< number of the next item
    uint64_t first_live = 1;        ///< oldest item that may still be open
    uint64_t in_eye = 0;            ///< item whose end the eye has not seen; 0 = none
    std::vector<uint64_t> exposed;  ///< per software trigger: the last item it was asked for
    explicit Lane(std::variant<EyeFilter, RowTrigger> the_eye) : eye(std::move(the_eye)) {}
  };

  void Run();
  void Tick();
  void PollEyes(int64_t count);
  void TakeEdge(Lane& lane, const item::EyeEdge& edge);
  void TakeEyeEvents(int lane, int64_t count);
  void FireCameras(int64_t count);
  /// When the belt passed a count since the last tick; it is taken to move evenly in between.
  int64_t TimeOfCount(int64_t count) const;
  void CloseExpired(int64_t count);
  void TellSubmitted();
  void TellOne(item::Verdict& verdict);
  Slot& SlotOf(int lane, uint64_t seq) const;
  void Abort();

  const SchedulerConfig config_;
  item::TriggerSource& trigger_;
  const Clock& clock_;
  item::ItemEvents& events_;
  const std::vector<item::ReleaseGateway*> gateways_;
  size_t slot_count_;
  std::vector<Lane> lanes_;
  BoundedQueue<item::Verdict> inbox_;
  Wake wake_;
  std::atomic<item::PackmlState> state_{item::PackmlState::kStopped};
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> items_{0};
  std::atomic<uint64_t> chatter_{0};
  std::atomic<uint64_t> ignored_triggers_{0};
  std::vector<item::Verdict> withheld_;  ///< releases that wait for Execute
  int64_t now_ns_ = 0;                   ///< of this tick
  int64_t now_count_ = 0;
  int64_t last_ns_ = 0;  ///< of the tick before
  int64_t last_count_ = 0;
  int64_t next_heartbeat_ns_ = 0;
  std::thread thread_;
};

}  // namespace veriline::reject
