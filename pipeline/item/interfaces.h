// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pipeline/item/inspection_record.h"
#include "pipeline/item/packml.h"
#include "pipeline/item/verdict.h"
#include "vision/camera/camera_source.h"
#include "vision/core/latency_histogram.h"
#include "vision/core/result.h"

namespace veriline::item {

/// One change of a photo-eye, not yet debounced.
struct EyeEdge {
  int lane = 0;
  bool rising = false;  ///< true: light interrupted, an object begins
  int64_t count = 0;    ///< encoder count of the change
  int64_t time_ns = 0;  ///< steady time of the change
};

/// Encoder and photo-eyes. What it does on loss: `healthy` turns false, counts stand still, and
/// the line gives no release until it is true again.
/// Thread: Start/Stop from one thread; PollEdge from the scheduler's thread only; CountAt and
/// healthy from any. Nothing blocks.
class TriggerSource : public camera::EncoderReader {
 public:
  struct Traits {
    double counts_per_mm = 0;   ///< resolution of the encoder; 0 = the recipe's
    int64_t time_error_ns = 0;  ///< worst error of an edge's time
  };

  virtual Checked<void> Start() = 0;
  virtual void Stop() = 0;
  /// The next edge, in order of time; false when there is none now.
  virtual bool PollEdge(EyeEdge* edge) = 0;
  virtual bool healthy() const = 0;
  virtual Traits traits() const = 0;
};

/// Takes what the line has decided. Called when the record is durable, on the committer's thread;
/// must not block: a slow reader is the sink's own problem.
class ResultSink {
 public:
  virtual ~ResultSink() = default;
  virtual void OnRecord(const InspectionRecord& record) = 0;
};

/// Carries releases (and, beside them, the reasons of rejects) to a gate or PLC.
/// Thread: called on the scheduler's thread only; must neither block, nor allocate without bound,
/// nor touch a disk.
class ReleaseGateway {
 public:
  virtual ~ReleaseGateway() = default;
  virtual void Tell(const Verdict& verdict) = 0;
  virtual void Beat(const Heartbeat& heartbeat) = 0;
};

/// A queue's gauges.
struct QueueStatus {
  std::string name;
  uint64_t capacity = 0;
  uint64_t peak = 0;
  uint64_t full = 0;  ///< how often it was full
};

struct CameraStatus {
  std::string name;
  camera::CameraCounters counters;
};

struct StageStatus {
  std::string name;
  LatencyHistogram::Summary latency;
};

struct LineStatus {
  PackmlState state = PackmlState::kStopped;
  int64_t encoder_count = 0;
  uint64_t items = 0;
  uint64_t accepted = 0;
  std::vector<uint64_t> rejected;  ///< by RejectReason number
  uint64_t strays = 0;
  uint64_t frames = 0;
  uint64_t codes = 0;
  uint64_t store_errors = 0;  ///< groups that could not be written
  std::string recipe_name;
  std::string recipe_hash;
  std::string alarm;  ///< what keeps the line from releasing; empty = nothing
  std::vector<CameraStatus> cameras;
  std::vector<StageStatus> stages;
  std::vector<QueueStatus> queues;
};

/// What the outside may ask of a line.
/// Thread: any.
class LineControl {
 public:
  virtual ~LineControl() = default;
  virtual const std::string& line_id() const = 0;
  virtual LineStatus Status() const = 0;
  /// Returns the new state. Errors: kWrongState with the state and what it allows.
  virtual Checked<PackmlState> Command(PackmlCommand command) = 0;
  /// Queues confirmations for the store; never blocks. Returns how many were taken (fewer than
  /// given when the queue is full; the caller repeats the rest).
  virtual size_t Confirm(std::span<const ItemConfirmation> confirmations) = 0;
};

}  // namespace veriline::item
