// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <variant>
#include <vector>

#include "pipeline/item/interfaces.h"
#include "pipeline/item/record_store.h"
#include "vision/core/bounded_queue.h"
#include "vision/core/clock.h"
#include "vision/core/latency_histogram.h"
#include "vision/core/wake.h"

namespace veriline::line {

/// The one writer of a line's store. Claims, confirmations and records that wait together share
/// one sync; a claim is released only when its group is on disk. Records alone wait a little, so
/// that a claim seldom finds the disk busy with them. While the store cannot write, claims are
/// refused at once and everything else is kept and written when it can again, some records with
/// each group, so that what was kept for long does not hold up the claims that come then.
///
/// Queue: 8192 jobs, written by the settler, read here; full: Push returns false.
/// Thread: Push from the settler's thread; Start/Stop from one thread; callbacks and sinks on its
/// own thread ("committer"), which blocks on the disk only.
class Committer {
 public:
  struct Callbacks {
    /// Whether a release of that item would still be heard; asked right before the write.
    std::function<bool(int lane, uint64_t item_seq)> is_open;
    /// The claim is on disk: release.
    std::function<void(const item::Verdict&)> durable;
    /// The claim is not written and will not be.
    std::function<void(const item::Verdict&, bool store_failed)> not_written;
    /// Nor this one: somebody who shares the store came before.
    std::function<void(const item::Verdict&, const batch::ReserveAnswer&)> refused;
  };
  static constexpr size_t kCapacity = 8192;
  static constexpr size_t kMaxClaimsPerGroup = 64;
  static constexpr size_t kMaxRecordsPerGroup = 512;
  static constexpr size_t kMaxKept = 100'000;  ///< records kept while the store cannot write
  static constexpr int64_t kRecordsWaitNs = 20'000'000;
  static constexpr int64_t kRetryNs = 500'000'000;

  Committer(item::RecordStore& store, const Clock& clock, Callbacks callbacks,
            std::vector<item::ResultSink*> sinks);
  ~Committer();

  void Start();
  /// Writes what waits, then stops.
  void Stop();

  bool Push(item::Claim&& claim, const item::Verdict& verdict);
  bool Push(item::InspectionRecord&& record);
  bool Push(item::Confirmation&& confirmation);
  bool Push(item::Suspicion&& suspicion);

  /// The store refused the last group; no claim will be written until it takes one again.
  bool failing() const { return failing_.load(std::memory_order_acquire); }
  uint64_t store_errors() const { return store_errors_.load(std::memory_order_relaxed); }
  /// Records that fell off while the store could not write.
  uint64_t records_lost() const { return records_lost_.load(std::memory_order_relaxed); }
  const LatencyHistogram& commit_latency() const { return commit_latency_; }
  item::QueueStatus queue_status() const;

 private:
  struct ClaimJob {
    item::Claim claim;
    item::Verdict verdict;
  };
  using Job = std::variant<std::monostate, ClaimJob, item::InspectionRecord, item::Confirmation,
                           item::Suspicion>;

  bool PushJob(Job&& job);
  void Run();
  bool RecordsAreDue() const;  ///< records and confirmations
  void Drain();
  void Write();

  item::RecordStore& store_;
  const Clock& clock_;
  const Callbacks callbacks_;
  const std::vector<item::ResultSink*> sinks_;
  BoundedQueue<Job> queue_;
  Wake wake_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> failing_{false};
  std::atomic<uint64_t> store_errors_{0};
  std::atomic<uint64_t> records_lost_{0};
  LatencyHistogram commit_latency_;
  // Of its own thread:
  item::CommitGroup group_;
  std::deque<item::InspectionRecord> records_;  ///< that follow those of the group
  std::vector<item::Verdict> group_verdicts_;   ///< of group_.claims
  int64_t oldest_waiting_ns_ = 0;               ///< of records and confirmations; 0 = none
  int64_t retry_at_ns_ = 0;
  std::thread thread_;
};

}  // namespace veriline::line
