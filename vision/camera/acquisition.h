// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <thread>
#include <utility>

#include "vision/camera/camera_source.h"
#include "vision/camera/frame_tally.h"
#include "vision/core/wake.h"

namespace veriline::camera {

/// What every camera of ours shares: the life cycle, the thread, waiting, and the counters. A back
/// end owns one as its last member (so that its thread ends first) and gives Start the body of the
/// camera's thread.
/// Thread: as said beside each group.
class Acquisition {
 public:
  enum class State : uint8_t { kClosed, kReady, kAcquiring };

  Acquisition() = default;
  ~Acquisition() { Close(); }
  Acquisition(const Acquisition&) = delete;
  Acquisition& operator=(const Acquisition&) = delete;

  // Life cycle: from one thread.

  /// kWrongState naming `call` unless the camera is in `needed`.
  Checked<void> Require(State needed, const char* call) const;
  /// Closed → Ready.
  void Opened() { state_ = State::kReady; }
  /// Ready → Acquiring: counters begin at 0, frame ids at 1, `body` runs on a thread "cam-N".
  /// Errors: kWrongState; kInvalidArgument when the context is not complete.
  Checked<void> Start(const CameraContext& context, std::function<void()> body);
  /// Acquiring → Ready; returns when the body has returned.
  Checked<void> Stop();
  /// Any → Closed.
  void Close();

  // From any thread, wait-free.

  /// See CameraSource: true when the camera is armed; the body's wait then returns `due_ns`.
  bool TriggerSoftware(int64_t due_ns);
  CameraCounters counters() const { return tally_.counters(); }

  // For the body, on the camera's thread.

  const CameraContext& context() const { return tally_.context(); }
  /// When Start was called: exposures before it were not seen.
  int64_t start_ns() const { return start_ns_; }
  /// Returns true when the clock has reached `deadline_ns`, false when the camera stops.
  bool WaitUntilNs(int64_t deadline_ns);
  /// Arms, and returns true with the moment of the trigger, false when the camera stops.
  bool WaitForTrigger(int64_t* exposure_ns);
  /// The stamp of an exposure; takes the next frame id. A source of line-scan strips that knows
  /// where the last line lies sets encoder_count_end itself.
  FrameStamp NextStamp(int64_t exposure_ns) { return Stamp(next_frame_id_++, exposure_ns); }

  // For the body of a device that has its own clock, ids and threads: Stamp, Deliver and Overrun
  // are then called on the one thread that the frames come from.

  enum class Woken : uint8_t { kTrigger, kDeadline, kStop };
  /// From now on one trigger is taken, also while the body is at work.
  void Arm();
  void Disarm();
  /// Waits for a trigger (when armed; it disarms), or for `deadline_ns` of CLOCK_MONOTONIC,
  /// whatever clock the context has.
  Woken WaitForTriggerUntil(int64_t deadline_ns, int64_t* due_ns);
  FrameStamp Stamp(uint64_t frame_id, int64_t exposure_ns) const;
  /// Hands a frame over, counted by its status. A frame id that was passed over counts as lost.
  void Deliver(Frame&& frame) { tally_.Deliver(std::move(frame)); }
  /// There was no buffer for an exposure.
  void Overrun(const FrameStamp& stamp) { tally_.Overrun(stamp); }
  void End() { context().sink->OnEnd(); }

 private:
  static constexpr int64_t kBusy = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kArmed = kBusy + 1;

  bool stopping() const { return stopping_.load(std::memory_order_acquire); }

  State state_ = State::kClosed;
  int64_t start_ns_ = 0;
  bool real_time_ = false;  ///< the clock runs by itself
  uint64_t next_frame_id_ = 1;
  FrameTally tally_;

  /// The one thing that the camera's thread blocks on: posted by a trigger and by Stop.
  Wake wake_;
  std::atomic<bool> stopping_{false};
  /// kBusy, kArmed, or the moment for which the exposure was due.
  std::atomic<int64_t> trigger_{kBusy};

  std::thread thread_;
};

}  // namespace veriline::camera
