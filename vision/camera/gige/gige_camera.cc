// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/gige_camera.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <utility>

#include "vision/camera/acquisition.h"
#include "vision/camera/gige/session.h"
#include "vision/core/thread.h"

namespace veriline::camera {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kPollNs = 1'000 * kNsPerMs;  ///< an idle camera is asked this often
/// While a frame is overdue the camera is asked this often, and connected anew after that long.
constexpr int64_t kOverduePollNs = 250 * kNsPerMs;
constexpr int64_t kOverdueReconnectNs = 2'000 * kNsPerMs;
constexpr int64_t kReconnectNs = 500 * kNsPerMs;
/// A camera gives up a controller that is gone (a crash of ours) after its heartbeat timeout, 3 s
/// unless it was set.
constexpr int64_t kOpenPatienceNs = 4'000 * kNsPerMs;

}  // namespace

class GigeCamera::Impl {
 public:
  explicit Impl(GigeOptions options) : options_(std::move(options)) {}
  ~Impl() { Close(); }

  Checked<CameraInfo> Open();
  Checked<void> Start(const CameraContext& context);
  Checked<void> Stop() { return acquisition_.Stop(); }
  void Close();
  bool TriggerSoftware(int64_t due_ns) { return acquisition_.TriggerSoftware(due_ns); }
  CameraCounters counters() const;
  CameraHealth health() const;
  GigeStatus status() const;
  const GigeOptions& options() const { return options_; }

 private:
  void Run(std::promise<Checked<void>>& started);
  Checked<void> Begin();
  Checked<void> StartStream();
  void Trigger();
  /// Looks after a camera that is idle, owes a frame, or is lost; returns when to look next.
  int64_t LookAfter(int64_t now_ns);
  void Lose(const std::string& why);
  void Reconnect();
  /// Ends the session; the driver takes seconds for a camera that is gone.
  void Bury();
  void Log(const std::string& alarm);
  /// Says which camera it is.
  Diagnostic Named(Diagnostic error) const {
    error.message = "camera " + options_.device + ": " + error.message;
    return error;
  }

  const GigeOptions options_;
  const SteadyClock steady_;
  std::unique_ptr<Session> session_;  ///< null while a lost camera is sought
  std::future<void> burial_;          ///< of the session before

  // Of an acquisition; the receiving thread works with them, too.
  FrameIds ids_;
  DueWatch watch_;
  ReceiverGauges gauges_;

  // For others to see.
  std::atomic<bool> connected_{true};
  std::atomic<bool> acquiring_{false};
  std::atomic<uint64_t> reconnects_{0};
  std::atomic<uint64_t> resent_packets_{0};
  mutable std::mutex words_mutex_;  ///< never on the frame path
  std::string lost_because_;
  std::vector<std::string> advice_;
  std::string logged_;  ///< the alarm that was logged last

  Acquisition acquisition_;
};

Checked<CameraInfo> GigeCamera::Impl::Open() {
  if (auto closed = acquisition_.Require(Acquisition::State::kClosed, "Open"); !closed) {
    return Fail(closed.error());
  }
  if (auto valid = options_.Validate(); !valid) return Fail(valid.error());
  auto session = Session::Connect(options_, kOpenPatienceNs);
  if (!session) return Fail(Named(session.error()));
  session_ = std::move(*session);
  acquisition_.Opened();
  return session_->info();
}

Checked<void> GigeCamera::Impl::Start(const CameraContext& context) {
  std::promise<Checked<void>> started;
  // Run answers before it does anything else, so the reference lives.
  if (auto running = acquisition_.Start(context, [this, &started] { Run(started); }); !running) {
    return running;
  }
  Checked<void> result = started.get_future().get();
  if (result) return result;
  (void)acquisition_.Stop();
  return Fail(Named(result.error()));
}

void GigeCamera::Impl::Close() {
  acquisition_.Close();
  if (session_) Bury();
}

void GigeCamera::Impl::Bury() {
  if (session_->Alive()) {
    session_.reset();
    return;
  }
  session_->StopStream(/*tell_camera=*/false);
  burial_ = std::async(std::launch::async, [dead = std::move(session_)]() mutable {
    SetThreadName("cam-burial");
    dead.reset();
  });
}

// ---- the camera's thread ----------------------------------------------------------------------

void GigeCamera::Impl::Run(std::promise<Checked<void>>& started) {
  const Checked<void> begun = Begin();
  started.set_value(begun);
  if (!begun) return;
  int64_t look_ns = steady_.NowNs() + kPollNs;
  bool overdue = false;  // known and looked after
  for (;;) {
    if (session_ && options_.trigger_mode == TriggerMode::kSoftware) acquisition_.Arm();
    int64_t due_ns = 0;
    const int64_t wake_ns = session_ && !overdue ? std::min(look_ns, watch_.DeadlineNs()) : look_ns;
    const auto woken = acquisition_.WaitForTriggerUntil(wake_ns, &due_ns);
    if (woken == Acquisition::Woken::kStop) break;
    if (woken == Acquisition::Woken::kTrigger) Trigger();
    if (woken == Acquisition::Woken::kDeadline) {
      look_ns = LookAfter(steady_.NowNs());
      overdue = steady_.NowNs() >= watch_.DeadlineNs();
    }
  }
  acquiring_ = false;
  if (session_) resent_packets_ = session_->resent_packets();
  if (session_) session_->StopStream(/*tell_camera=*/session_->Alive());
}

Checked<void> GigeCamera::Impl::Begin() {
  gauges_.Reset();
  reconnects_ = resent_packets_ = 0;
  // It may have gone since it was opened, or since the last Stop.
  if (session_ && !session_->Alive()) Bury();
  if (!session_) {
    auto session = Session::Connect(options_, kOpenPatienceNs);
    if (!session) return Fail(session.error());
    session_ = std::move(*session);
  }
  ids_ = FrameIds(session_->first_frame_id());
  if (auto streaming = StartStream(); !streaming) return streaming;
  connected_ = true;
  acquiring_ = true;
  return {};
}

Checked<void> GigeCamera::Impl::StartStream() {
  // Before the first frame can come.
  watch_.Restart(steady_.NowNs(), session_->frame_period_ns(),
                 options_.frame_timeout_ms * kNsPerMs);
  if (auto streaming = session_->StartStream(acquisition_, ids_, watch_, gauges_); !streaming) {
    return streaming;
  }
  for (const std::string& advice : session_->advice()) {
    spdlog::warn("camera {}: {}", options_.device, advice);
  }
  const std::lock_guard lock(words_mutex_);
  advice_ = session_->advice();
  return {};
}

void GigeCamera::Impl::Trigger() {
  if (!session_) return;
  watch_.Triggered(steady_.NowNs());
  // The next one may come while this one is on its way.
  acquisition_.Arm();
  if (auto taken = session_->TriggerSoftware(); !taken) Lose(taken.error().message);
}

int64_t GigeCamera::Impl::LookAfter(int64_t now_ns) {
  if (!session_) {
    Reconnect();
    return steady_.NowNs() + kReconnectNs;
  }
  if (!session_->Alive()) {
    Lose("it does not answer, or is controlled by another program");
    return steady_.NowNs();
  }
  if (const int64_t overdue_ns = now_ns - watch_.DeadlineNs(); overdue_ns >= 0) {
    Log(health().alarm);
    if (overdue_ns < kOverdueReconnectNs) return now_ns + kOverduePollNs;
    Lose("it answers, but frames that were due did not come");
    return steady_.NowNs();
  }
  Log("");
  session_->LatchClock(*acquisition_.context().clock);
  resent_packets_ = session_->resent_packets();
  return now_ns + kPollNs;
}

void GigeCamera::Impl::Lose(const std::string& why) {
  {
    const std::lock_guard lock(words_mutex_);
    lost_because_ = why;
  }
  connected_ = false;
  acquisition_.Disarm();
  Log(health().alarm);
  session_->StopStream(/*tell_camera=*/false);
  Bury();
}

void GigeCamera::Impl::Reconnect() {
  auto session = Session::Connect(options_, 0);
  if (session) {
    session_ = std::move(*session);
    ids_.Restart();
    if (auto streaming = StartStream(); streaming) {
      ++reconnects_;
      connected_ = true;
      Log("");
      return;
    } else {
      session = Fail(streaming.error());
    }
    Bury();
  }
  const std::lock_guard lock(words_mutex_);
  lost_because_ = session.error().message;
}

void GigeCamera::Impl::Log(const std::string& alarm) {
  if (alarm == logged_) return;
  if (alarm.empty()) {
    spdlog::info("camera {}: frames come again", options_.device);
  } else {
    spdlog::warn("camera {}: {}", options_.device, alarm);
  }
  logged_ = alarm;
}

// ---- for others -------------------------------------------------------------------------------

CameraCounters GigeCamera::Impl::counters() const {
  CameraCounters counters = acquisition_.counters();
  counters.ignored_triggers = gauges_.ignored_triggers.load(std::memory_order_relaxed);
  return counters;
}

CameraHealth GigeCamera::Impl::health() const {
  if (!acquiring_) return {};
  if (!connected_) {
    const std::lock_guard lock(words_mutex_);
    return {false, "lost (" + lost_because_ + "); it is being sought"};
  }
  if (steady_.NowNs() < watch_.DeadlineNs()) return {};
  return {true, "a frame that was due did not come"};
}

GigeStatus GigeCamera::Impl::status() const {
  const auto told = [](int64_t value) {
    return value < 0 ? std::nullopt : std::optional<int64_t>(value);
  };
  GigeStatus status{.reconnects = reconnects_,
                    .copied_frames = gauges_.copied,
                    .resent_packets = resent_packets_,
                    .clock_spread_ns = gauges_.clock_spread_ns,
                    .triggers = told(gauges_.triggers),
                    .line_status = told(gauges_.line_status)};
  const std::lock_guard lock(words_mutex_);
  status.advice = advice_;
  return status;
}

GigeCamera::GigeCamera(GigeOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
GigeCamera::~GigeCamera() = default;
Checked<CameraInfo> GigeCamera::Open() { return impl_->Open(); }
Checked<void> GigeCamera::Start(const CameraContext& context) { return impl_->Start(context); }
Checked<void> GigeCamera::Stop() { return impl_->Stop(); }
void GigeCamera::Close() { impl_->Close(); }
bool GigeCamera::TriggerSoftware(int64_t due_ns) { return impl_->TriggerSoftware(due_ns); }
TriggerMode GigeCamera::trigger_mode() const { return impl_->options().trigger_mode; }
CameraCounters GigeCamera::counters() const { return impl_->counters(); }
CameraHealth GigeCamera::health() const { return impl_->health(); }
GigeStatus GigeCamera::status() const { return impl_->status(); }

}  // namespace veriline::camera
