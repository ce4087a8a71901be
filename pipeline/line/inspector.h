// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "calibration/model/calibration.h"
#include "pipeline/batch/registry.h"
#include "pipeline/item/recipe.h"
#include "pipeline/line/events.h"
#include "pipeline/line/sequence_board.h"
#include "vision/core/clock.h"
#include "vision/core/frame.h"
#include "vision/core/latency_histogram.h"
#include "vision/core/symbol.h"
#include "vision/decode/crop_decoder.h"
#include "vision/decode/frame_reader.h"

namespace veriline::line {

struct InspectorConfig {
  int workers = 2;
  int in_flight_frames = 8;
  std::vector<int> pin_cores;  ///< of each worker; empty: wherever the system lets it run
  SymbologySet symbologies;    ///< what the recipe asks for; nothing else is looked for
  /// Where third-party decoders run, one for each worker; none: in the workers themselves.
  /// Borrowed, and used by this inspector alone.
  std::vector<decode::CropDecoder*> decoders;
  item::GradeRules grading;
  /// Of each view; null: not calibrated.
  std::vector<std::shared_ptr<const calibration::Calibration>> calibrations;
  /// Whose lines of text are looked at; null: none. Borrowed, as the two below, which may be null.
  const item::Recipe* recipe = nullptr;
  const batch::Registry* issued = nullptr;  ///< knows what codes do not say themselves
  const SequenceBoard* board = nullptr;     ///< numbers that are expected next
};

/// What the codes of the recipe may be made in.
SymbologySet WantedSymbologies(const item::Recipe& recipe);
/// How many frames can be in flight and still be of use: those that come while the first of them
/// gets from its last pixel to its deadline, and what `workers` have in hand at that moment. More
/// would only wait to be late. Frames follow each other no closer than items do, blocks of a
/// line-scan camera no closer than half a block.
int UsefulFramesInFlight(const item::Recipe& recipe, int workers);
/// From the optical axis of the view back to the leading edge of the first item whose verdict a
/// frame is needed for.
int64_t CountsToFirstItem(const item::Recipe& recipe, const item::ViewSpec& view);

/// Inspects frames on a TBB arena: one task per frame, locate → read → grade → look at the text,
/// until the deadline of the items that it shows; a frame with many regions is read, and its
/// symbols are graded, by the other workers too, while these have no frame. No exception leaves a
/// task: whatever fails gives an empty, partial result.
///
/// A task takes one of `workers` readers for its time, so that scratch memory and processes of
/// decoders are as many as can work at once, not as many as frames may wait.
///
/// Of the frames that wait the oldest (by arrival, whatever its camera) is begun first. Bounded: at
/// most `in_flight_frames` frames wait or run; Inspect refuses more.
/// Thread: Inspect from the camera threads; `done` is called on a worker.
class Inspector {
 public:
  using Done = std::function<void(std::unique_ptr<FrameResult>)>;

  Inspector(const InspectorConfig& config, const Clock& clock, Done done);
  /// Waits for what is in flight.
  ~Inspector();

  /// Takes the frame; false, and the frame stays with the caller, when too many are in flight.
  bool Inspect(Frame&& frame, int64_t deadline_ns);
  /// Returns when nothing is in flight.
  void Drain();

  uint64_t frames() const { return frames_.load(std::memory_order_relaxed); }
  uint64_t codes() const { return codes_.load(std::memory_order_relaxed); }
  const LatencyHistogram& wait_latency() const { return wait_latency_; }
  const LatencyHistogram& inspect_latency() const { return inspect_latency_; }
  const LatencyHistogram& grade_latency() const { return grade_latency_; }
  const LatencyHistogram& text_latency() const { return text_latency_; }

 private:
  struct Arena;
  struct Job;
  struct Reader;
  void RunOldest();
  void Run(Job& job);
  Reader& TakeReader();
  void Share(Reader& own, const std::function<void(Reader&)>& part);
  void GradeSymbols(Reader& own, const Job& job, FrameResult* result);
  void LookAtText(Reader& own, const Job& job, FrameResult* result);
  void GradeOne(Reader& by, const Job& job, size_t symbol, FrameResult* result) const;

  const InspectorConfig config_;
  const Clock& clock_;
  const Done done_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::vector<std::unique_ptr<Reader>> readers_;
  std::atomic<uint64_t> frames_{0};
  std::atomic<uint64_t> codes_{0};
  LatencyHistogram wait_latency_;     ///< arrival → start of the task
  LatencyHistogram inspect_latency_;  ///< start → end of the task
  LatencyHistogram grade_latency_;    ///< its part for grading
  LatencyHistogram text_latency_;     ///< its part for lines of text and numbers
  std::unique_ptr<Arena> arena_;
};

}  // namespace veriline::line
