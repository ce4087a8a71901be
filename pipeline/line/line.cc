// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "vision/core/thread.h"

namespace veriline::line {
namespace {

constexpr size_t kEventCapacity = 8192;
constexpr int64_t kSettlerTickNs = 5'000'000;
/// Item numbers taken at each start; at 100 items/s they last four months without a stop.
constexpr uint64_t kItemSeqBlock = 1'000'000'000;
constexpr int64_t kInboxRetryNs = 200'000;
constexpr int64_t kDrainNs = 5'000'000'000;

}  // namespace

/// The sink of one camera: binds its frames to its view.
class Line::CameraSink final : public camera::FrameSink {
 public:
  CameraSink(Line& line, size_t view) : line_(line), view_(view) {}
  void OnFrame(Frame&& frame) override { line_.OnFrame(view_, std::move(frame)); }
  void OnOverrun(const FrameStamp& stamp) override { line_.OnOverrun(stamp); }
  void OnLineSample(const camera::LineSample& sample) override {
    const Parts& parts = line_.parts_;
    if (parts.line_samples == nullptr) return;
    if (line_.config_.recipe.views[view_].camera == parts.line_camera) {
      parts.line_samples->OnLineSample(sample);
    }
  }
  void OnEnd() override { line_.cameras_ended_.fetch_add(1, std::memory_order_acq_rel); }

 private:
  Line& line_;
  const size_t view_;
};

Line::Line(LineConfig config, Parts parts)
    : config_(std::move(config)),
      parts_(std::move(parts)),
      events_(kEventCapacity),
      committer_(*parts_.store, *parts_.clock,
                 {[this](int lane, uint64_t seq) { return scheduler_->IsOpen(lane, seq); },
                  [this](const item::Verdict& verdict) { Submit(verdict); },
                  [this](const item::Verdict& v, bool store_failed) {
                    Post(ClaimNotWritten{v.lane, v.item_seq, store_failed, {}});
                  },
                  [this](const item::Verdict& v, const batch::ReserveAnswer& answer) {
                    Post(ClaimNotWritten{v.lane, v.item_seq, false, answer});
                  }},
                 parts_.sinks),
      board_(static_cast<size_t>(config_.recipe.lanes)),
      settler_({config_.line_id, config_.batch, config_.recipe, &board_}, *parts_.registry, *this),
      duplicates_(config_.recipe.lanes, config_.recipe.stop_duplicates),
      mean_grade_(settler_.mean_grade()) {
  const int in_flight =
      std::min(config_.in_flight_frames, UsefulFramesInFlight(config_.recipe, config_.workers));
  for (size_t view = 0; view < parts_.cameras.size(); ++view) {
    sinks_.push_back(std::make_unique<CameraSink>(*this, view));
    // One buffer is being filled while the others wait or are inspected, or held by the tap.
    const size_t held = parts_.tap == nullptr ? 0 : parts_.tap->frames_held();
    pools_.push_back(std::make_unique<FramePool>(in_flight + 2 + held, config_.max_frame_bytes));
  }
  scheduler_ =
      std::make_unique<reject::Scheduler>(SchedulerConfigOf(), *parts_.trigger, *parts_.clock,
                                          static_cast<item::ItemEvents&>(*this), parts_.gateways);
  inspector_ = std::make_unique<Inspector>(
      InspectorConfig{config_.workers, in_flight, config_.pin_cores,
                      WantedSymbologies(config_.recipe), parts_.decoders, config_.recipe.grading,
                      config_.calibrations, &config_.recipe, parts_.registry, &board_},
      *parts_.clock,
      [this](std::unique_ptr<FrameResult> result) { Post(FrameDone{std::move(result)}); });

  for (int lane = 0; lane < config_.recipe.lanes; ++lane) {
    const auto first = parts_.store->AllotItemSeq(config_.line_id, lane, kItemSeqBlock);
    if (!first) start_error_ = "the store could not allot item numbers";
    first_item_seq_.push_back(first ? *first : 1);
  }
  committer_.Start();
  settler_thread_ = std::thread([this] { RunSettler(); });
  scheduler_->Start(first_item_seq_);
}

Line::~Line() { End(); }

Line::Parts Line::TakeApart(std::unique_ptr<Line> line) {
  line->End();
  return std::move(line->parts_);
}

void Line::End() {
  if (!settler_thread_.joinable()) return;
  {
    const std::lock_guard lock(command_mutex_);
    StopAll();
  }
  inspector_->Drain();
  // Everything on the belt expires as fault once the line has left Execute; wait for its records.
  const int64_t give_up_ns = parts_.clock->NowNs() + kDrainNs;
  while (!idle() && parts_.clock->NowNs() < give_up_ns) {
    SleepUntilNs(parts_.clock->NowNs() + kInboxRetryNs);
  }
  scheduler_->Stop();
  stop_ = true;
  settler_wake_.Post();
  settler_thread_.join();
  committer_.Stop();
  if (parts_.tap != nullptr) parts_.tap->OnEnd();
}

reject::SchedulerConfig Line::SchedulerConfigOf() const {
  const item::Recipe& r = config_.recipe;
  reject::SchedulerConfig s;
  s.lanes = r.lanes;
  s.eye = {r.Counts(r.min_length_mm), r.Counts(r.max_length_mm), r.Counts(r.debounce_mm)};
  if (r.trigger == item::TriggerKind::kRow) {
    s.rows = {r.row.source == item::RowSource::kMark, r.row.repeat_mm * r.counts_per_mm, r.row.rows,
              r.Counts(r.row.offset_mm), r.Counts(r.row.length_mm)};
  }
  s.decision_counts = r.Counts(r.decision_distance_mm);
  s.top_counts_per_s = r.top_speed_mm_s * r.counts_per_mm;
  s.lead_ns = static_cast<int64_t>(r.decision_lead_ms * 1e6);
  for (size_t view = 0; view < r.views.size(); ++view) {
    if (r.views[view].trigger != item::ViewTrigger::kSoftware) continue;
    s.software_triggers.push_back(
        {r.Counts(r.views[view].distance_mm), parts_.cameras[view].get()});
  }
  return s;
}

// ---- frames -----------------------------------------------------------------------------------

void Line::OnFrame(size_t view, Frame&& frame) {
  const FrameStamp stamp = frame.stamp;
  acquire_latency_.Record(stamp.arrival_ns - stamp.exposure_ns);
  if (stamp.status != FrameStatus::kComplete) {
    Post(FrameArrived{stamp});
    return;
  }
  const int64_t deadline_ns =
      scheduler_->DeadlineNs(FirstPositionOf(view, stamp), parts_.clock->NowNs());
  if (parts_.tap != nullptr) parts_.tap->OnFrame(frame);
  Post(FrameArrived{stamp});
  if (!inspector_->Inspect(std::move(frame), deadline_ns)) {
    auto late = std::make_unique<FrameResult>();
    late->stamp = stamp;
    late->partial = true;
    Post(FrameDone{std::move(late)});
  }
}

int64_t Line::FirstPositionOf(size_t view, const FrameStamp& stamp) const {
  const item::ViewSpec& v = config_.recipe.views[view];
  const int64_t axis = stamp.encoder_count - config_.recipe.Counts(v.distance_mm);
  return axis - CountsToFirstItem(config_.recipe, v);
}

void Line::OnOverrun(const FrameStamp& stamp) { Post(FrameDropped{stamp}); }

// ---- items ------------------------------------------------------------------------------------

void Line::OnOpened(const item::ItemTrack& track) {
  items_waiting_.fetch_add(1, std::memory_order_acq_rel);
  Post(ItemOpened{track});
}
void Line::OnClosed(const item::ItemTrack& track) { Post(ItemClosed{track}); }
void Line::OnExpired(const item::ItemTrack& track) { Post(ItemExpired{track}); }

void Line::OnFinal(const item::Verdict& verdict) {
  if (verdict.accepted) {
    accepted_.fetch_add(1, std::memory_order_relaxed);
  } else {
    rejected_[static_cast<int>(verdict.primary)].fetch_add(1, std::memory_order_relaxed);
  }
  duplicates_.OnFinal(verdict);
  if (verdict.times.last_pixel_ns != 0) {
    decide_latency_.Record(verdict.times.sent_ns - verdict.times.last_pixel_ns);
  }
  item_latency_.Record(verdict.times.sent_ns - verdict.times.trigger_ns);
  Post(ItemFinal{verdict});
}

void Line::Post(Event&& event) {
  if (!events_.TryPush(std::move(event))) {
    // The settler is stuck: silence on every item is the only safe answer.
    scheduler_->SetState(item::PackmlState::kAborted);
    return;
  }
  settler_wake_.Post();
}

// ---- the settler's thread ---------------------------------------------------------------------

void Line::RunSettler() {
  SetThreadName("settle");
  Tap* const tap = parts_.tap;
  while (!stop_) {
    const bool running = item::IsRunning(scheduler_->state());
    if (tap != nullptr) tap->OnRunning(running);
    settler_.SetRunning(running);
    settler_runs_.store(running, std::memory_order_release);
    settler_runs_.notify_all();
    Event event;
    while (events_.TryPop(event)) {
      if (tap != nullptr) tap->OnEvent(event);
      settler_.Handle(std::move(event));
    }
    const int64_t now_ns = parts_.clock->NowNs();
    const int64_t count = parts_.trigger->CountAt(now_ns);
    if (tap != nullptr) tap->OnBelt(now_ns, count);
    settler_.Advance(count);
    strays_.store(settler_.strays(), std::memory_order_relaxed);
    passed_unreleased_.store(settler_.passed_unreleased(), std::memory_order_relaxed);
    grade_warnings_.store(settler_.grade_warnings(), std::memory_order_relaxed);
    mean_grade_.store(settler_.mean_grade(), std::memory_order_relaxed);
    // In Held nothing is released, and the gate is told: it stops the belt.
    const bool store_failed = config_.recipe.stop_store_failed && committer_.failing() &&
                              scheduler_->state() == item::PackmlState::kExecute;
    if (duplicates_.TakeStop() || store_failed) {
      static_cast<void>(Command(item::PackmlCommand::kHold));
    }
    settler_wake_.WaitUntil(parts_.clock->NowNs() + kSettlerTickNs);
  }
  settler_.GiveUp();
}

void Line::Reject(const item::Verdict& verdict) { Submit(verdict); }

void Line::Submit(const item::Verdict& verdict) {
  // The scheduler waits for nobody, so a full inbox empties within a tick.
  while (!scheduler_->Submit(verdict)) SleepUntilNs(parts_.clock->NowNs() + kInboxRetryNs);
}

bool Line::ClaimThenRelease(item::Claim&& claim, const item::Verdict& verdict) {
  if (committer_.Push(std::move(claim), verdict)) return true;
  if (parts_.tap != nullptr) parts_.tap->OnClaimRefused(verdict.lane, verdict.item_seq);
  return false;
}

void Line::Held(const batch::CodeKey& key, const batch::ReserveAnswer& answer) {
  if (parts_.tap != nullptr) parts_.tap->OnHeld(key, answer);
  const auto known = parts_.registry->Find(key);
  duplicates_.OnDuplicate(answer, known ? *known : std::nullopt);
  // Which of the two items has the true one nobody knows yet.
  if (!committer_.Push(item::Suspicion{key, UtcNowNs()})) {
    records_refused_.fetch_add(1, std::memory_order_relaxed);
  }
}

void Line::Record(item::InspectionRecord&& record) {
  if (parts_.tap != nullptr) parts_.tap->OnRecord(record);
  const bool is_item = record.kind == item::RecordKind::kItem;
  if (!committer_.Push(std::move(record))) {
    records_refused_.fetch_add(1, std::memory_order_relaxed);
  }
  if (is_item) items_waiting_.fetch_sub(1, std::memory_order_acq_rel);
}

void Line::Confirm(item::Confirmation&& confirmation) {
  if (!committer_.Push(std::move(confirmation))) {
    records_refused_.fetch_add(1, std::memory_order_relaxed);
  }
}

// ---- LineControl ------------------------------------------------------------------------------

size_t Line::Confirm(std::span<const item::ItemConfirmation> confirmations) {
  size_t taken = 0;
  for (const item::ItemConfirmation& confirmation : confirmations) {
    // Half of the queue stays free for what the belt says.
    if (events_.size() > events_.capacity() / 2) break;
    Post(Event{confirmation});
    ++taken;
  }
  return taken;
}

Checked<void> Line::OpenCameras() {
  if (!start_error_.empty()) {
    return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                           .message = start_error_,
                           .advice = "check the store's disk, then restart"});
  }
  camera_infos_.clear();
  for (const auto& camera : parts_.cameras) {
    Checked<camera::CameraInfo> info = camera->Open();
    if (!info) {
      for (const auto& opened : parts_.cameras) opened->Close();
      return Fail(info.error());
    }
    camera_infos_.push_back(*info);
  }
  return {};
}

Checked<void> Line::StartAll() {
  // However soon it follows on the stop: for the settler this is another run.
  settler_runs_.wait(true, std::memory_order_acquire);
  if (Checked<void> started = parts_.trigger->Start(); !started) return started;
  cameras_ended_ = 0;
  for (size_t i = 0; i < parts_.cameras.size(); ++i) {
    const camera::CameraContext context{static_cast<uint32_t>(i), pools_[i].get(), sinks_[i].get(),
                                        parts_.clock, parts_.trigger.get()};
    if (Checked<void> started = parts_.cameras[i]->Start(context); !started) {
      StopAll();
      return started;
    }
  }
  return {};
}

void Line::StopAll() {
  if (item::IsRunning(scheduler_->state())) {
    scheduler_->SetState(item::PackmlState::kStopped);
  }
  for (const auto& camera : parts_.cameras) {
    static_cast<void>(camera->Stop());  // wrong state: it was not running
    camera->Close();
  }
  parts_.trigger->Stop();
}

Checked<item::PackmlState> Line::Command(item::PackmlCommand command) {
  const std::lock_guard lock(command_mutex_);
  if (scheduler_->state() == item::PackmlState::kAborted) state_ = item::PackmlState::kAborted;
  item::PackmlState next;
  if (!item::NextState(state_, command, &next)) {
    std::string allowed;
    for (item::PackmlCommand c : item::AllowedCommands(state_)) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(Name(c));
    }
    return Fail(Diagnostic{.code = ErrorCode::kWrongState,
                           .message = "the line is " + std::string(Name(state_)) + " and " +
                                      std::string(Name(command)) + " is not allowed there",
                           .advice = "allowed: " + allowed});
  }
  Checked<void> done;
  if (command == item::PackmlCommand::kReset) done = OpenCameras();
  if (command == item::PackmlCommand::kStart) done = StartAll();
  if (!done) return Fail(done.error());
  if (command != item::PackmlCommand::kHold) duplicates_.Acknowledge();
  scheduler_->SetState(next);
  if (next == item::PackmlState::kStopped || next == item::PackmlState::kAborted) StopAll();
  state_ = next;
  return next;
}

item::DecodeWorkerStatus Line::DecodeWorkers() const {
  item::DecodeWorkerStatus s;
  for (const decode::CropDecoder* decoder : parts_.decoders) {
    const decode::CropDecoder::Counters counters = decoder->counters();
    ++s.count;
    s.calls += counters.calls;
    s.skipped += counters.skipped;
    s.restarts += counters.restarts;
    s.failing = s.failing || decoder->failing();
  }
  return s;
}

item::LineStatus Line::Status() const {
  item::LineStatus s;
  s.state = scheduler_->state();
  s.encoder_count = parts_.trigger->CountAt(parts_.clock->NowNs());
  s.items = scheduler_->items();
  s.accepted = accepted_.load(std::memory_order_relaxed);
  for (const auto& n : rejected_) s.rejected.push_back(n.load(std::memory_order_relaxed));
  s.strays = strays_.load(std::memory_order_relaxed);
  s.frames = inspector_->frames();
  s.codes = inspector_->codes();
  s.store_errors = committer_.store_errors();
  s.recipe_name = config_.recipe.name;
  s.recipe_hash = config_.recipe.hash;
  s.decode_workers = DecodeWorkers();
  s.grade_warnings = grade_warnings_.load(std::memory_order_relaxed);
  const item::GradeRules& grading = config_.recipe.grading;
  if (const double mean = mean_grade_.load(std::memory_order_relaxed); !std::isnan(mean)) {
    s.mean_grade = mean;
    if (mean < grading.trend_below) {
      s.warning = fmt::format(
          "print quality falls: the last {} codes have a mean grade of {:.2f}, "
          "below {:.1f}",
          grading.trend_codes, mean, grading.trend_below);
    }
  }
  if (const std::string duplicates = duplicates_.Warning(); !duplicates.empty()) {
    s.warning = duplicates + (s.warning.empty() ? "" : "; ") + s.warning;
  }
  std::string camera_alarm;  // the first
  for (size_t i = 0; i < parts_.cameras.size(); ++i) {
    const camera::CameraSource& camera = *parts_.cameras[i];
    s.cameras.push_back({config_.recipe.views[i].camera, camera.counters(), camera.health().alarm});
    if (camera_alarm.empty() && !s.cameras[i].alarm.empty()) {
      camera_alarm = "camera " + s.cameras[i].name + ": " + s.cameras[i].alarm;
    }
  }
  if (committer_.failing()) {
    s.alarm = "the store does not write: no item is released";
  } else if (const uint64_t n = passed_unreleased_.load(); n > 0) {
    s.alarm = std::to_string(n) + " items passed the exit without a release: check the gate";
  } else if (std::string twice = duplicates_.Alarm();
             s.state == item::PackmlState::kHeld && !twice.empty()) {
    s.alarm = std::move(twice);
  } else if (s.state == item::PackmlState::kExecute && !parts_.trigger->healthy()) {
    s.alarm = "encoder or eye lost: no item is released";
  } else if (!camera_alarm.empty()) {
    s.alarm = camera_alarm;
  } else if (s.decode_workers.failing) {
    s.alarm = "decode workers keep dying (" + std::to_string(s.decode_workers.restarts) +
              " restarts): codes that only third-party decoders read are rejected as no_read; "
              "everything else works";
  } else if (const uint64_t lost = committer_.records_lost() + records_refused_.load(); lost > 0) {
    s.alarm = std::to_string(lost) + " records were lost while the store did not write";
  }
  s.stages = {{"acquire", acquire_latency_.Summarize()},
              {"wait", inspector_->wait_latency().Summarize()},
              {"inspect", inspector_->inspect_latency().Summarize()},
              {"grade", inspector_->grade_latency().Summarize()},
              {"text", inspector_->text_latency().Summarize()},
              {"commit", committer_.commit_latency().Summarize()},
              {"pixels_to_verdict", decide_latency_.Summarize()},
              {"trigger_to_verdict", item_latency_.Summarize()}};
  s.queues = {{"events", events_.capacity(), events_.peak(), events_.full_count()},
              committer_.queue_status(),
              {"verdicts", scheduler_->inbox().capacity(), scheduler_->inbox().peak(),
               scheduler_->inbox().full_count()}};
  for (item::QueueStatus& queue : parts_.trigger->queues()) s.queues.push_back(std::move(queue));
  if (parts_.tap != nullptr) {
    for (item::QueueStatus& queue : parts_.tap->queues()) s.queues.push_back(std::move(queue));
  }
  return s;
}

}  // namespace veriline::line
