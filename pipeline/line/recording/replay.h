// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/inspection_record.h"
#include "pipeline/line/recording/compare.h"
#include "pipeline/line/recording/recording.h"
#include "vision/core/result.h"

namespace veriline::line {

struct ReplayOptions {
  int threads = 1;  ///< that read pictures; the records are the same with any number
  /// Each record of the replay, in order.
  std::function<void(const item::InspectionRecord&)> on_record;
  /// Each record that differs; those that have no partner come last.
  std::function<void(const ReplayDifference&)> on_difference;
};

struct ReplaySummary {
  uint64_t items = 0;
  uint64_t accepted = 0;
  std::vector<uint64_t> rejected;  ///< by RejectReason number
  uint64_t strays = 0;
  uint64_t pictures_read = 0;   ///< read again
  uint64_t results_taken = 0;   ///< of whole frames without pixels: as recorded
  uint64_t results_late = 0;    ///< cut short by the deadline when recorded: as recorded
  uint64_t verdicts_taken = 0;  ///< late, lost and fault: as recorded
  uint64_t differences = 0;
  uint64_t entries_lost = 0;         ///< the recorder did not keep up
  bool from_start = true;            ///< false: the ring has deleted the beginning
  bool cut_short = false;            ///< the recorder was killed: all up to there was replayed
  std::optional<Diagnostic> damage;  ///< where the replay ended, or the first damaged picture
};

/// Runs the settler over a recording once more, with a clock that stands where the recording
/// stands: the recorded pictures are read again without a deadline, and their results come in at
/// the places where they came in. So the records are those of the recording whatever the number of
/// threads, as long as reader, recipe and batch are the same.
///
/// Time is not played again, so what time decided is taken from the recording: results that the
/// deadline cut short, verdicts late, frame_lost and fault as they were told, and codes that other
/// items held before the recording began. `registry` must have the batch open as it was then; it
/// is changed (reservations), nothing is committed.
/// Where the ring has deleted the beginning, items begin with the first that is opened.
/// Compared is everything but times; of a duplicate's sentence not the moment of the claim.
/// Errors: none but those of damage, which stand in the summary.
/// Thread: one; callbacks on it.
ReplaySummary Replay(Recording& recording, batch::Registry& registry, const ReplayOptions& options);

}  // namespace veriline::line
