// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "vision/core/clock.h"
#include "vision/core/frame.h"
#include "vision/core/symbol.h"
#include "vision/decode/crop_decoder.h"
#include "vision/decode/worker/slot.h"

namespace veriline::decode::worker {

/// What a call may cost before its worker is killed: processor time of the worker, so that a busy
/// machine kills nobody, and in any case `wall_factor` times as long by the clock.
struct WorkerBudgets {
  int64_t zxing_us = 25'000;
  /// libdmtx is told to stop then, or earlier; it looks at its clock between the places it tries,
  /// and is killed when it has not after `dmtx_grace_us` more.
  int64_t dmtx_us = 4'000;
  int64_t dmtx_grace_us = 4'000;
  int wall_factor = 8;
};

/// Third-party decoders in a process of their own: the client's side of one slot. Who starts, kills
/// and buries the process is DecodeWorkers.
///
/// While no process is there a call returns at once and counts as skipped. A call past its budget
/// is given up, and its process condemned. A call past the caller's deadline is given up too, but
/// its process may go on to the end of its budget; the next call waits for it.
///
/// Thread: calls from one thread at a time; counters from any; OnReady and OnGone from the thread
/// of DecodeWorkers. No lock and no allocation beyond what a Symbol needs.
class WorkerDecoder final : public CropDecoder {
 public:
  /// `slot`, `clock` (of the deadlines) and the eventfd `wake_fd`, which is written to when
  /// `ready` or `due_ns` changed, must outlive it.
  WorkerDecoder(Slot& slot, const Clock& clock, const WorkerBudgets& budgets, int wake_fd);

  std::optional<Symbol> Zxing(const FrameView& crop, const ZxingOptions& options) override;
  std::optional<Symbol> Dmtx(const FrameView& crop, const DmtxOptions& options) override;
  void SetDeadline(int64_t deadline_ns) override { deadline_ns_ = deadline_ns; }
  Counters counters() const override;
  /// From OnReady until OnGone or until a call condemned the process.
  bool ready() const override { return ready_.load(std::memory_order_acquire) != 0; }
  bool failing() const override { return failing_.load(std::memory_order_relaxed); }

  /// A call with nothing to do; whether it was answered.
  bool Ping();

  /// The process is there. Requires: OnGone, or nothing, came before.
  void OnReady(pid_t pid);
  /// The process has ended or is about to be killed; wakes a call that waits for it. Requires: it
  /// is no more before another is ready.
  void OnGone();
  void OnRestart() { restarts_.fetch_add(1, std::memory_order_relaxed); }
  void SetFailing(bool failing) { failing_.store(failing, std::memory_order_relaxed); }
  /// When the process must have answered a call that nobody waits for any more (steady time); 0 =
  /// there is none.
  int64_t due_ns() const { return due_ns_.load(std::memory_order_acquire); }

 private:
  enum class Waited : uint8_t { kAnswered, kGone, kPastDeadline, kPastBudget };

  std::optional<Symbol> Ask(const Request& request, const FrameView& crop, const Expected& expected,
                            int64_t budget_us);
  /// Sends a request whose pixels are in the slot and waits; true when the slot's answer is to it.
  bool Call(uint32_t process, const Request& request, int64_t budget_us);
  /// Waits for the call that was given up, if there is one; true when the process is free.
  bool SettlePending(uint32_t process);
  /// `look_ns`: when the process' time is looked at first.
  Waited Wait(uint32_t process, int64_t look_ns);
  int64_t DeadlineNs() const;
  void Condemn(uint32_t process);
  void WakeOwner();

  Slot& slot_;
  const Clock& clock_;
  const SteadyClock steady_;
  const WorkerBudgets budgets_;
  const int wake_fd_;
  std::array<SymbologySet, kZxingGroups> groups_;  ///< what each may answer

  // The caller's.
  int64_t deadline_ns_ = 0;  ///< of clock_
  uint32_t seq_ = 0;
  uint32_t pending_ = 0;  ///< the process that a call was given up on; 0 = none
  int64_t cpu_limit_ns_ = 0;
  int64_t wall_limit_ns_ = 0;  ///< steady

  /// Number of the process that is ready; 0 = none.
  std::atomic<uint32_t> ready_{0};
  std::atomic<clockid_t> cpu_clock_{0};
  std::atomic<int64_t> due_ns_{0};
  std::atomic<bool> failing_{false};
  std::atomic<uint64_t> calls_{0};
  std::atomic<uint64_t> skipped_{0};
  std::atomic<uint64_t> restarts_{0};
  uint32_t processes_ = 0;  ///< of DecodeWorkers' thread
};

}  // namespace veriline::decode::worker
