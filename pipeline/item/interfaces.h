// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/item/inspection_record.h"
#include "pipeline/item/packml.h"
#include "pipeline/item/part_id.h"
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
  PartId part_id{};     ///< at a leading edge: the name the PLC gave the item
};

/// A queue's gauges.
struct QueueStatus {
  std::string name;
  uint64_t capacity = 0;
  uint64_t peak = 0;
  uint64_t full = 0;  ///< how often it was full
};

/// Encoder and photo-eyes. What it does on loss: `healthy` turns false, counts stand still, no edge
/// comes, and the line gives no release until it is true again; it heals by itself.
/// CountAt never falls while the belt goes forward, whichever thread asks of whichever moment in
/// order. After Stop no edge comes; what happened before Start is not told.
/// Thread: Start/Stop from one thread; PollEdge from the scheduler's thread only; CountAt and
/// healthy from any. Nothing blocks.
class TriggerSource : public camera::EncoderReader {
 public:
  struct Traits {
    double counts_per_mm = 0;   ///< resolution of the encoder; 0 = the recipe's
    int64_t time_error_ns = 0;  ///< worst error of an edge's time, and of the moment of a count
    int64_t count_error = 0;    ///< worst error of a count on an even belt, beside that
  };

  virtual Checked<void> Start() = 0;
  virtual void Stop() = 0;
  /// The next edge, in order of time on each lane; false when there is none now.
  virtual bool PollEdge(EyeEdge* edge) = 0;
  virtual bool healthy() const = 0;
  virtual Traits traits() const = 0;
  /// Its own queues; most have none. Thread: any.
  virtual std::vector<QueueStatus> queues() const { return {}; }
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

struct CameraStatus {
  std::string name;
  camera::CameraCounters counters;
  std::string alarm;  ///< empty = nothing is wrong
};

struct StageStatus {
  std::string name;
  LatencyHistogram::Summary latency;
};

/// Processes that run third-party decoders; count 0: they run in the line's own.
struct DecodeWorkerStatus {
  uint32_t count = 0;
  uint64_t calls = 0;     ///< that they were asked
  uint64_t skipped = 0;   ///< of these, without an answer
  uint64_t restarts = 0;  ///< after one died or went past its time
  bool failing = false;   ///< one dies so often that it is mostly not there
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
  /// What people should look at while the line goes on; empty = nothing.
  std::string warning;
  uint64_t grade_warnings = 0;       ///< items accepted with a grade below the warn limit
  std::optional<double> mean_grade;  ///< of the last identities; nothing: too few yet
  std::vector<CameraStatus> cameras;
  std::vector<StageStatus> stages;
  std::vector<QueueStatus> queues;
  DecodeWorkerStatus decode_workers;
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

/// A recipe that a line could have.
struct RecipeEntry {
  std::string path;  ///< within the folder of recipes
  std::string name;
  std::string hash;
  bool selected = false;
  std::optional<Diagnostic> problem;  ///< why it cannot be selected
};

/// The recipes of a line, and which it follows.
/// Thread: any. Both read files.
class RecipeControl {
 public:
  virtual ~RecipeControl() = default;
  virtual Checked<std::vector<RecipeEntry>> ListRecipes() const = 0;
  /// `recipe`: a path within the folder, or a name that only one of them has. The line follows it
  /// when this returns. Errors: kWrongState when the line is not Stopped; kInvalidArgument when
  /// there is no such recipe, it is wrong, or not one of this line. Nothing is changed then.
  virtual Checked<RecipeEntry> SelectRecipe(const std::string& recipe) = 0;
};

}  // namespace veriline::item
