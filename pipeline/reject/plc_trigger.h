// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "pipeline/item/interfaces.h"
#include "pipeline/item/trigger_feed.h"
#include "pipeline/reject/followed_belt.h"
#include "vision/camera/gige/device_clock.h"
#include "vision/core/bounded_queue.h"
#include "vision/core/clock.h"

namespace veriline::reject {

/// Encoder and photo-eyes that a PLC tells of (RejectService.Feed), and items with their names.
///
/// Resolution: the PLC's counts; between two encoder messages the belt goes on at the speed of
/// late. Time error: `delivery_ns`, what a message takes at the most; where the PLC tells its own
/// time the smallest delay of late is taken for all of them, and jitter does no harm. The time of
/// an edge without one is when the belt passed its count.
///
/// Loss: no encoder message for `loss_ns` → not healthy, counts stand still, no edges; it is
/// healthy when the messages have come again for 40 ms, which tells the speed. A count that no belt
/// can have reached (the PLC began anew): see FollowedBelt.
///
/// Queue: 1024 edges (a part has two) from the feed to the scheduler, which keeps as many again
/// that the belt has not come to yet; full: the message is refused and counted. An edge that lies
/// before the last one of its lane is dropped and counted. What is lost costs its own item the
/// release.
///
/// Thread: as TriggerSource and TriggerFeed.
class PlcTrigger final : public item::TriggerSource, public item::TriggerFeed {
 public:
  struct Config {
    int lanes = 1;
    double most_counts_per_s = 0;  ///< the belt is never faster
    int64_t loss_ns = 200'000'000;
    int64_t delivery_ns = 10'000'000;
  };
  static constexpr size_t kEdgeCapacity = 1024;
  /// How far from where the belt is an edge or part may lie: what the fastest belt goes in so long.
  static constexpr double kReachS = 60;

  /// `clock` must outlive it.
  PlcTrigger(const Config& config, const Clock& clock);

  Checked<void> Start() override;
  void Stop() override;
  bool PollEdge(item::EyeEdge* edge) override;
  bool healthy() const override { return belt_.healthy(); }
  Traits traits() const override;
  int64_t CountAt(int64_t steady_ns) const override { return belt_.CountAt(steady_ns); }
  std::vector<item::QueueStatus> queues() const override;
  /// Edges that came too late: behind a later one of their lane.
  uint64_t disordered() const { return disordered_.load(std::memory_order_relaxed); }

  Checked<void> Tell(const Encoder& encoder) override;
  Checked<void> Tell(const Edge& edge) override;
  Checked<void> Tell(const Part& part) override;
  bool heard() const override { return belt_.heard(); }

 private:
  struct Waiting {
    item::EyeEdge edge;
    uint64_t order = 0;
  };

  Checked<void> CheckPlace(int lane, int64_t count) const;
  int64_t MapTime(int64_t plc_ns, int64_t now_ns);
  static bool IsLater(const Waiting& a, const Waiting& b);
  void TakeQueued();

  const Config config_;
  const Clock& clock_;
  FollowedBelt belt_;
  BoundedQueue<item::EyeEdge> queue_;  ///< time_ns 0 = not told
  std::atomic<uint64_t> run_{0};       ///< counts the starts
  std::mutex feed_mutex_;              ///< Tell, Start, Stop; never on the frame path
  camera::DeviceClock plc_clock_;
  // Of the thread that polls:
  uint64_t polled_run_ = 0;
  std::vector<Waiting> waiting_;  ///< a heap, the first in front
  uint64_t order_ = 0;
  std::vector<int64_t> passed_;  ///< count of the last edge of each lane
  std::atomic<uint64_t> disordered_{0};
  std::atomic<uint64_t> refused_{0};  ///< messages that found the queue full
};

}  // namespace veriline::reject
