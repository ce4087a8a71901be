// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "calibration/model/calibration.h"
#include "pipeline/batch/registry.h"
#include "pipeline/item/interfaces.h"
#include "pipeline/item/recipe.h"
#include "pipeline/item/record_store.h"
#include "pipeline/line/committer.h"
#include "pipeline/line/duplicate_watch.h"
#include "pipeline/line/events.h"
#include "pipeline/line/inspector.h"
#include "pipeline/line/settler.h"
#include "pipeline/line/tap.h"
#include "pipeline/reject/scheduler.h"
#include "vision/camera/camera_source.h"
#include "vision/core/bounded_queue.h"
#include "vision/core/frame_pool.h"
#include "vision/core/wake.h"
#include "vision/decode/crop_decoder.h"

namespace veriline::line {

struct LineConfig {
  std::string line_id;
  item::Recipe recipe;
  std::string batch;
  int workers = 2;
  std::vector<int> pin_cores;  ///< of each worker; empty = wherever the system lets it run
  /// At most, for the memory of their buffers; fewer where more could not be in time (see
  /// UsefulFramesInFlight).
  int in_flight_frames = 8;
  size_t max_frame_bytes = 1280 * 1024;
  /// Of each view of the recipe; null, or none at all: not calibrated, so grades are estimates.
  std::vector<std::shared_ptr<const calibration::Calibration>> calibrations;
};

/// One inspection line: cameras → inspector (TBB) → settler → committer → scheduler → gateways.
///
///     camera threads ──frames──▶ inspector ──results─┐
///     scheduler ──items opened, closed, expired──────┼─▶ events ─▶ settler ──claims──▶ committer
///         ▲  ▲───────────────── rejects ─────────────┼──────────────┘ │records             │
///         │                                          └─────final──────┘                    │
///         └──────────────────────────── releases, when durable ────────────────────────────┘
///
/// Events queue: written by cameras, workers, scheduler, committer and Confirm; read by the
/// settler. When it is full the line aborts: nothing is released that was not accounted for.
/// PackML: Reset opens the cameras, Start runs trigger and cameras, Stop and Abort end both; what
/// is on the belt then is rejected as fault.
/// Thread: LineControl from any thread; construction, and destruction by one.
class Line final : public item::LineControl, private item::ItemEvents, private SettlerOutput {
 public:
  struct Parts {
    /// In the order of recipe.views.
    std::vector<std::unique_ptr<camera::CameraSource>> cameras;
    std::unique_ptr<item::TriggerSource> trigger;
    /// Where the samples of the camera `line_camera` go (the trigger, when it lives by a camera);
    /// null = nowhere.
    camera::LineSampleSink* line_samples = nullptr;
    std::string line_camera;
    // Borrowed; must outlive the line:
    batch::Registry* registry = nullptr;
    item::RecordStore* store = nullptr;
    const Clock* clock = nullptr;
    std::vector<item::ReleaseGateway*> gateways;
    std::vector<item::ResultSink*> sinks;
    Tap* tap = nullptr;  ///< may be left out
    /// Where third-party decoders run, `workers` of them; none: in the inspector's threads.
    std::vector<decode::CropDecoder*> decoders;
  };

  /// Requires: the recipe is valid, one camera for each view.
  Line(LineConfig config, Parts parts);
  ~Line() override;
  /// Ends a line as its destructor does and gives its parts back, for another line of the same
  /// cameras.
  static Parts TakeApart(std::unique_ptr<Line> line);

  const std::string& line_id() const override { return config_.line_id; }
  item::LineStatus Status() const override;
  Checked<item::PackmlState> Command(item::PackmlCommand command) override;
  size_t Confirm(std::span<const item::ItemConfirmation> confirmations) override;

  /// All cameras have told that nothing more comes (folders that do not loop).
  bool cameras_ended() const { return cameras_ended_ == parts_.cameras.size(); }
  /// Every opened item has its verdict written.
  bool idle() const { return items_waiting_.load(std::memory_order_acquire) == 0; }

 private:
  class CameraSink;

  // item::ItemEvents, on the scheduler's thread.
  void OnOpened(const item::ItemTrack& track) override;
  void OnClosed(const item::ItemTrack& track) override;
  void OnExpired(const item::ItemTrack& track) override;
  void OnFinal(const item::Verdict& verdict) override;
  // SettlerOutput, on the settler's thread.
  void Reject(const item::Verdict& verdict) override;
  bool ClaimThenRelease(item::Claim&& claim, const item::Verdict& verdict) override;
  void Record(item::InspectionRecord&& record) override;
  void Confirm(item::Confirmation&& confirmation) override;
  void Held(const batch::CodeKey& key, const batch::ReserveAnswer& answer) override;

  void OnFrame(size_t view, Frame&& frame);
  void OnOverrun(const FrameStamp& stamp);
  /// Belt position of the first item whose verdict the frame is needed for.
  int64_t FirstPositionOf(size_t view, const FrameStamp& stamp) const;
  void Post(Event&& event);
  void Submit(const item::Verdict& verdict);
  void RunSettler();
  item::DecodeWorkerStatus DecodeWorkers() const;
  Checked<void> OpenCameras();
  Checked<void> StartAll();
  void StopAll();
  void End();
  reject::SchedulerConfig SchedulerConfigOf() const;

  const LineConfig config_;
  Parts parts_;
  std::vector<camera::CameraInfo> camera_infos_;
  std::vector<std::unique_ptr<CameraSink>> sinks_;
  std::vector<std::unique_ptr<FramePool>> pools_;
  BoundedQueue<Event> events_;
  Wake settler_wake_;
  std::unique_ptr<reject::Scheduler> scheduler_;
  Committer committer_;
  SequenceBoard board_;
  Settler settler_;
  std::unique_ptr<Inspector> inspector_;
  mutable std::mutex command_mutex_;  ///< commands one after the other; never on the frame path
  item::PackmlState state_ = item::PackmlState::kStopped;
  std::vector<uint64_t> first_item_seq_;
  std::string start_error_;

  DuplicateWatch duplicates_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> settler_runs_{true};  ///< what the settler was last told
  std::atomic<size_t> cameras_ended_{0};
  std::atomic<int64_t> items_waiting_{0};
  std::atomic<uint64_t> accepted_{0};
  std::atomic<uint64_t> rejected_[item::kRejectReasonCount]{};
  std::atomic<uint64_t> strays_{0};
  std::atomic<uint64_t> passed_unreleased_{0};
  std::atomic<uint64_t> grade_warnings_{0};
  std::atomic<double> mean_grade_;  ///< NaN: not enough codes yet
  std::atomic<uint64_t> records_refused_{0};
  LatencyHistogram acquire_latency_;  ///< exposure → last pixel
  LatencyHistogram decide_latency_;   ///< last pixel → verdict told
  LatencyHistogram item_latency_;     ///< trigger → verdict told
  std::thread settler_thread_;
};

}  // namespace veriline::line
