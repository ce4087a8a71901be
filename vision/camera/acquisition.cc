// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/acquisition.h"

#include <limits>
#include <string>
#include <system_error>
#include <utility>

#include "vision/core/thread.h"

namespace veriline::camera {
namespace {

/// How often a clock that is turned by hand is looked at.
constexpr int64_t kManualClockPollNs = 200'000;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

const char* Name(Acquisition::State state) {
  switch (state) {
    case Acquisition::State::kClosed:
      return "closed";
    case Acquisition::State::kReady:
      return "ready";
    case Acquisition::State::kAcquiring:
      return "acquiring";
  }
  return "";
}

}  // namespace

Checked<void> Acquisition::Require(State needed, const char* call) const {
  if (state_ == needed) return {};
  return Fail(
      Diagnostic{.code = ErrorCode::kWrongState,
                 .message = std::string(call) + " was called while the camera is " + Name(state_),
                 .advice = std::string("it must be ") + Name(needed)});
}

Checked<void> Acquisition::Start(const CameraContext& context, std::function<void()> body) {
  if (auto ready = Require(State::kReady, "Start"); !ready) return ready;
  if (context.pool == nullptr || context.sink == nullptr || context.clock == nullptr ||
      context.encoder == nullptr) {
    return Fail(Diagnostic{.message = "a camera was started without pool, sink, clock or encoder",
                           .advice = "give it all four"});
  }
  tally_.Start(context);
  start_ns_ = context.clock->NowNs();
  real_time_ = dynamic_cast<const SteadyClock*>(context.clock) != nullptr;
  next_frame_id_ = 1;
  stopping_ = false;
  try {
    thread_ =
        std::thread([body = std::move(body), name = "cam-" + std::to_string(context.camera_index)] {
          SetThreadName(name.c_str());
          body();
        });
  } catch (const std::system_error& e) {
    return Fail(Diagnostic{.code = ErrorCode::kExhausted,
                           .message = std::string("the camera's thread cannot start: ") + e.what(),
                           .advice = "raise the limit of threads"});
  }
  state_ = State::kAcquiring;
  return {};
}

Checked<void> Acquisition::Stop() {
  if (auto acquiring = Require(State::kAcquiring, "Stop"); !acquiring) return acquiring;
  stopping_.store(true, std::memory_order_release);
  wake_.Post();
  thread_.join();
  trigger_ = kBusy;
  state_ = State::kReady;
  return {};
}

void Acquisition::Close() {
  if (state_ == State::kAcquiring) (void)Stop();
  state_ = State::kClosed;
}

bool Acquisition::TriggerSoftware(int64_t due_ns) {
  int64_t armed = kArmed;
  if (!trigger_.compare_exchange_strong(armed, due_ns, std::memory_order_acq_rel)) return false;
  wake_.Post();
  return true;
}

bool Acquisition::WaitUntilNs(int64_t deadline_ns) {
  const SteadyClock steady;
  while (!stopping()) {
    if (context().clock->NowNs() >= deadline_ns) return true;
    wake_.WaitUntil(real_time_ ? deadline_ns : steady.NowNs() + kManualClockPollNs);
  }
  return false;
}

bool Acquisition::WaitForTrigger(int64_t* exposure_ns) {
  Arm();
  return WaitForTriggerUntil(kNever, exposure_ns) == Woken::kTrigger;
}

void Acquisition::Arm() {
  int64_t busy = kBusy;
  trigger_.compare_exchange_strong(busy, kArmed, std::memory_order_acq_rel);
}

void Acquisition::Disarm() { trigger_.store(kBusy, std::memory_order_release); }

Acquisition::Woken Acquisition::WaitForTriggerUntil(int64_t deadline_ns, int64_t* due_ns) {
  const SteadyClock steady;
  while (!stopping()) {
    const int64_t trigger = trigger_.load(std::memory_order_acquire);
    if (trigger != kArmed && trigger != kBusy) {
      Disarm();
      *due_ns = trigger;
      return Woken::kTrigger;
    }
    if (deadline_ns != kNever && steady.NowNs() >= deadline_ns) return Woken::kDeadline;
    wake_.WaitUntil(deadline_ns);
  }
  return Woken::kStop;
}

FrameStamp Acquisition::Stamp(uint64_t frame_id, int64_t exposure_ns) const {
  const int64_t count = context().encoder->CountAt(exposure_ns);
  return {.camera = context().camera_index,
          .frame_id = frame_id,
          .exposure_ns = exposure_ns,
          .arrival_ns = context().clock->NowNs(),
          .encoder_count = count,
          .encoder_count_end = count};
}

}  // namespace veriline::camera
